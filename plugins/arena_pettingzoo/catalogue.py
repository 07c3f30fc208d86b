"""What the libraries do not say of their environments without importing them: plain data.

`kind` and `seats` are those of the default parameters. `teams` maps the first word of an agent's
name to its team; `behind` is where the parameters of a constructor that only forwards are declared,
and `given` those of them that it gives itself; `fixed` are arguments about drawing. A `flaw` is why
it cannot be played at all. `pictures` says whether its own are better than a board drawn of text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from arena import Kind


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an environment; None where nothing is."""

    kind: Kind | None = None
    seats: int | None = None
    needs: tuple[str, ...] = ("pygame",)  # modules, by the names they are imported under
    teams: Mapping[str, str] = field(default_factory=dict)
    behind: str | None = None
    given: tuple[str, ...] = ()
    flaw: str | None = None
    fixed: Mapping[str, Any] = field(default_factory=dict)
    pictures: bool = True


def _classic(kind: Kind, *needs: str, **more: Any) -> Facts:
    return Facts(kind, 2, (*needs, "pygame"), pictures=False, **more)


CLASSIC = {
    "chess_v6": _classic("competitive", "chess"),
    "connect_four_v3": _classic("competitive"),
    "go_v5": _classic("competitive"),
    "hanabi_v5": _classic("cooperative", "shimmy", "pyspiel"),
    "leduc_holdem_v4": _classic("competitive", "rlcard"),
    "rps_v2": _classic("competitive", fixed={"screen_height": 14}),  # an unused surface,
    "texas_holdem_no_limit_v6": _classic("competitive", "rlcard"),
    "texas_holdem_v4": _classic("competitive", "rlcard"),
    "tictactoe_v3": _classic("competitive"),
}

SISL = {
    "multiwalker_v9": Facts(
        "cooperative",
        3,
        ("Box2D", "pygame"),
        behind="pettingzoo.sisl.multiwalker.multiwalker_base:MultiWalkerEnv",
    ),
    "pursuit_v5": Facts("cooperative", 8, behind="pettingzoo.sisl.pursuit.pursuit_base:Pursuit"),
}

BUTTERFLY = {
    "cooperative_pong_v6": Facts(
        "cooperative",
        2,
        behind="pettingzoo.butterfly.cooperative_pong.cooperative_pong:CooperativePong",
        given=("randomizer",),
        fixed={
            "render_mode": "rgb_array"
        },  # without it nothing is drawn and all that is seen is black
    ),
    "knights_archers_zombies_v11": Facts("cooperative", 4),
    "pistonball_v6": Facts("cooperative", 20, ("pymunk", "pygame")),
}

_CONSOLE = "pettingzoo.atari.base_atari_env:ParallelAtariEnv"


_UNSTEADY = "its emulator does not begin the same game from the same seed"


def _atari(kind: Kind, seats: int = 2, flaw: str | None = None) -> Facts:
    given = ("game", "num_players", "mode_num", "env_name", "seed")
    needs = ("multi_agent_ale_py", "ale_py", "pygame")
    return Facts(kind, seats, needs, behind=_CONSOLE, given=given, flaw=flaw)


ATARI = {
    "basketball_pong_v3": _atari("competitive"),
    "boxing_v2": _atari("competitive"),
    "combat_plane_v2": _atari("competitive"),
    "combat_tank_v2": _atari("competitive"),
    "double_dunk_v3": _atari("competitive"),
    "entombed_competitive_v3": _atari("competitive"),
    "entombed_cooperative_v3": _atari("cooperative"),
    "flag_capture_v2": _atari("competitive"),
    "foozpong_v3": _atari("competitive", 4),
    "ice_hockey_v2": _atari("competitive"),
    "joust_v3": _atari("mixed"),
    "mario_bros_v3": _atari("mixed"),
    "maze_craze_v3": _atari("competitive", flaw=_UNSTEADY),
    "othello_v3": _atari("competitive"),
    "pong_v3": _atari("competitive"),
    "quadrapong_v4": _atari("competitive", 4),
    "space_invaders_v2": _atari("mixed"),
    "space_war_v2": _atari("competitive", flaw=_UNSTEADY),
    "surround_v2": _atari("competitive"),
    "tennis_v3": _atari("competitive"),
    "video_checkers_v4": _atari("competitive"),
    "volleyball_pong_v3": _atari("competitive", 4),
    "warlords_v3": _atari("competitive", 4),
    "wizard_of_wor_v3": _atari("mixed"),
}

_CHASE = {"adversary": "adversaries", "leadadversary": "adversaries", "agent": "agents"}

PARTICLES = {
    "collect_treasure_v1": Facts("cooperative", 8),
    "simple_v3": Facts("competitive", 1),
    "simple_adversary_v3": Facts("mixed", 3, teams=_CHASE),
    "simple_crypto_v3": Facts(
        "mixed", 3, teams={"eve": "adversaries", "bob": "agents", "alice": "agents"}
    ),
    "simple_formation_v1": Facts("cooperative", 4),
    "simple_line_v1": Facts("cooperative", 4),
    "simple_push_v3": Facts("competitive", 2, teams=_CHASE),
    "simple_reference_v3": Facts("cooperative", 2),
    "simple_speaker_listener_v4": Facts("cooperative", 2),
    "simple_spread_v3": Facts("cooperative", 3),
    "simple_tag_v3": Facts("mixed", 4, teams=_CHASE),
    "simple_world_comm_v3": Facts("mixed", 6, teams=_CHASE),
}
