"""Arena: one table at which every kind of agent meets every other.

This is the public door: what the author of a plugin imports, and nothing more. Names are imported
when they are first read (PEP 562), so that `import arena` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_HOMES = {
    "arena.agent": ("Agent",),
    "arena.appraisal": ("Appraiser",),
    "arena.asking": ("Asked", "ask", "decisions_shown"),
    "arena.batch": ("Batch", "Moves"),
    "arena.block": ("Block",),
    "arena.child": ("Child",),
    "arena.columns": ("host", "like", "masks", "stack"),
    "arena.checkpoints": ("read_arrays", "write_arrays", "write_contents"),
    "arena.environment": ("Action", "Environment", "Stepped"),
    "arena.errors": (
        "ArenaError", "BadParameter", "Infrastructure", "PluginError", "Unsuitable", "UnknownName",
        "UsageError",
    ),
    "arena.experience": ("Experience", "advantages", "returns_to_go"),
    "arena.executors.here": ("make_runner",),
    "arena.free_text": ("FreeText",),
    "arena.clean_text": ("harmless",),
    "arena.gametree": ("GameTree", "TooLarge", "enumerate_game"),
    "arena.history": (
        "EntrantRecord", "GameRecord", "MatchQuery", "MatchRow", "StoredMatch",
        "Tournament", "TournamentRecord", "match_id",
    ),
    "arena.hookspecs": ("hookimpl",),
    "arena.intervals": ("wilson",),
    "arena.lines": ("Lines", "lines_of_play"),
    "arena.making": ("make_agent", "make_environment", "make_scorer"),
    "arena.loop_table": ("LoopTable",),
    "arena.observation": ("Observation",),
    "arena.page": ("Page",),
    "arena.playing": ("play",),
    "arena.plugins": ("Description", "Family"),
    "arena.ratings.equilibrium": ("equilibrium",),
    "arena.records": (
        "CHANCE", "Checkpoint", "Entrants", "Episode", "Fault", "Kind", "Match", "Pairing",
        "Rating", "Ref", "Result", "Rules", "Seat", "Spec",
    ),
    "arena.results": ("Results",),
    "arena.roles": ("Executor", "Format", "Job", "Rater", "Scorer", "Store"),
    "arena.rulebook": ("rules_of",),
    "arena.seat_env": ("SeatEnv", "gymnasium_env"),
    "arena.seeds": ("GlobalLuck", "Luck", "derive", "mix_many", "uniform"),
    "arena.sequence_form": (
        "Worths", "best_answer", "mixed_plan", "plan_of", "returns_of", "worths", "worths_of_plan",
    ),
    "arena.specs": ("Parameter", "bind", "parameter_from", "parameters_of"),
    "arena.table": ("BranchingTable", "Table"),
    "arena.table_device": ("tensor_table",),
    "arena.table_game": ("TableGame",),
    "arena.tensor_luck": (
        "cut_points", "tensor_draw", "tensor_mix", "tensor_pick", "tensor_uniforms",
    ),
    "arena.trainer": (
        "Learner", "Round", "Trainer", "TrainingRun", "TrainingState", "self_play",
    ),
    "arena.transitions": (
        "Transitions", "are_opposed", "opposed_transitions", "own_transitions",
    ),
}  # fmt: skip
_HOME = {name: home for home, names in _HOMES.items() for name in names}
__all__ = sorted(_HOME)
__version__ = "0.1.0"

if TYPE_CHECKING:
    from arena.agent import Agent as Agent
    from arena.appraisal import Appraiser as Appraiser
    from arena.asking import Asked as Asked
    from arena.asking import ask as ask
    from arena.asking import decisions_shown as decisions_shown
    from arena.batch import Batch as Batch
    from arena.batch import Moves as Moves
    from arena.block import Block as Block
    from arena.checkpoints import read_arrays as read_arrays
    from arena.checkpoints import write_arrays as write_arrays
    from arena.checkpoints import write_contents as write_contents
    from arena.child import Child as Child
    from arena.clean_text import harmless as harmless
    from arena.columns import host as host
    from arena.columns import like as like
    from arena.columns import masks as masks
    from arena.columns import stack as stack
    from arena.environment import Action as Action
    from arena.environment import Environment as Environment
    from arena.environment import Stepped as Stepped
    from arena.errors import ArenaError as ArenaError
    from arena.errors import BadParameter as BadParameter
    from arena.errors import Infrastructure as Infrastructure
    from arena.errors import PluginError as PluginError
    from arena.errors import UnknownName as UnknownName
    from arena.errors import Unsuitable as Unsuitable
    from arena.errors import UsageError as UsageError
    from arena.executors.here import make_runner as make_runner
    from arena.experience import Experience as Experience
    from arena.experience import advantages as advantages
    from arena.experience import returns_to_go as returns_to_go
    from arena.free_text import FreeText as FreeText
    from arena.gametree import GameTree as GameTree
    from arena.gametree import TooLarge as TooLarge
    from arena.gametree import enumerate_game as enumerate_game
    from arena.history import EntrantRecord as EntrantRecord
    from arena.history import GameRecord as GameRecord
    from arena.history import MatchQuery as MatchQuery
    from arena.history import MatchRow as MatchRow
    from arena.history import StoredMatch as StoredMatch
    from arena.history import Tournament as Tournament
    from arena.history import TournamentRecord as TournamentRecord
    from arena.history import match_id as match_id
    from arena.hookspecs import hookimpl as hookimpl
    from arena.intervals import wilson as wilson
    from arena.lines import Lines as Lines
    from arena.lines import lines_of_play as lines_of_play
    from arena.loop_table import LoopTable as LoopTable
    from arena.making import make_agent as make_agent
    from arena.making import make_environment as make_environment
    from arena.making import make_scorer as make_scorer
    from arena.observation import Observation as Observation
    from arena.page import Page as Page
    from arena.playing import play as play
    from arena.plugins import Description as Description
    from arena.plugins import Family as Family
    from arena.ratings.equilibrium import equilibrium as equilibrium
    from arena.records import CHANCE as CHANCE
    from arena.records import Checkpoint as Checkpoint
    from arena.records import Entrants as Entrants
    from arena.records import Episode as Episode
    from arena.records import Fault as Fault
    from arena.records import Kind as Kind
    from arena.records import Match as Match
    from arena.records import Pairing as Pairing
    from arena.records import Rating as Rating
    from arena.records import Ref as Ref
    from arena.records import Result as Result
    from arena.records import Rules as Rules
    from arena.records import Seat as Seat
    from arena.records import Spec as Spec
    from arena.results import Results as Results
    from arena.roles import Executor as Executor
    from arena.roles import Format as Format
    from arena.roles import Job as Job
    from arena.roles import Rater as Rater
    from arena.roles import Scorer as Scorer
    from arena.roles import Store as Store
    from arena.rulebook import rules_of as rules_of
    from arena.seat_env import SeatEnv as SeatEnv
    from arena.seat_env import gymnasium_env as gymnasium_env
    from arena.seeds import GlobalLuck as GlobalLuck
    from arena.seeds import Luck as Luck
    from arena.seeds import derive as derive
    from arena.seeds import mix_many as mix_many
    from arena.seeds import uniform as uniform
    from arena.sequence_form import Worths as Worths
    from arena.sequence_form import best_answer as best_answer
    from arena.sequence_form import mixed_plan as mixed_plan
    from arena.sequence_form import plan_of as plan_of
    from arena.sequence_form import returns_of as returns_of
    from arena.sequence_form import worths as worths
    from arena.sequence_form import worths_of_plan as worths_of_plan
    from arena.specs import Parameter as Parameter
    from arena.specs import bind as bind
    from arena.specs import parameter_from as parameter_from
    from arena.specs import parameters_of as parameters_of
    from arena.table import BranchingTable as BranchingTable
    from arena.table import Table as Table
    from arena.table_device import tensor_table as tensor_table
    from arena.table_game import TableGame as TableGame
    from arena.tensor_luck import cut_points as cut_points
    from arena.tensor_luck import tensor_draw as tensor_draw
    from arena.tensor_luck import tensor_mix as tensor_mix
    from arena.tensor_luck import tensor_pick as tensor_pick
    from arena.tensor_luck import tensor_uniforms as tensor_uniforms
    from arena.trainer import Learner as Learner
    from arena.trainer import Round as Round
    from arena.trainer import Trainer as Trainer
    from arena.trainer import TrainingRun as TrainingRun
    from arena.trainer import TrainingState as TrainingState
    from arena.trainer import self_play as self_play
    from arena.transitions import Transitions as Transitions
    from arena.transitions import are_opposed as are_opposed
    from arena.transitions import opposed_transitions as opposed_transitions
    from arena.transitions import own_transitions as own_transitions


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'arena' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
