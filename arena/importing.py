"""Results played elsewhere, from CSV and PGN, into the history."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from arena.errors import UnknownName, UsageError
from arena.history import (
    EntrantRecord,
    GameRecord,
    State,
    Tournament,
    TournamentRecord,
)
from arena.lookup import environment_maker, find_game
from arena.outcomes import Outcomes, read_outcomes
from arena.plugins import Registry
from arena.records import Episode, Match
from arena.roles import Store
from arena.specs import canonical, parse
from arena.versions import library_versions
from arena.workspace import Workspace

UNKNOWN = -1
"""The seed and the deal of a match that was played elsewhere."""

_BLOCK = 20_000


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import brought: the tournament's id, and how many matches, players, and games without
    a result that were left out."""

    tournament: int
    environment: str
    matches: int
    entrants: int
    skipped: int


def import_results(workspace: Workspace, path: Path, environment: str) -> Imported:
    """Store the results of a file as a tournament of kind "import".

    `environment` need not be installed; where it is, or the history knows it, its returns are kept
    in its own bounds, else a win is worth 1 and a loss 0. Left and White hold seat 0. An import
    that was interrupted is finished. Nothing is written if anything is wrong with the file. Raises
    `UsageError`, which names file, line and cure.
    """
    store = workspace.store
    game = _game(workspace.registry, store, environment)
    digest = _digest(path)
    before = _before(store, game, digest)
    if before is not None and before.state == "finished":
        raise UsageError(
            f"{path} is in the history already, as tournament {before.id}: the same results twice"
            " would count for more than they are"
        )
    outcomes = read_outcomes(path)
    started = before.record.started if before else time.time()
    names = list(outcomes.names)
    tournament = before.id if before else store.begin(
        TournamentRecord(
            kind="import",
            game=game,
            entrants=tuple(EntrantRecord(name, name, "imported") for name in names),
            format="import",
            seed=0,
            definition=json.dumps({"file": path.name, "sha256": digest}),
            versions=library_versions(),
            started=started,
        )
    )  # fmt: skip
    _write(store, tournament, _episodes(outcomes, game, started))
    return Imported(tournament, game.short, len(outcomes.score), len(names), outcomes.skipped)


def _before(store: Store, game: GameRecord, digest: str) -> Tournament | None:
    """Return the import of the same file, if there is one."""
    for known in store.tournaments():
        record = known.record
        same = record.kind == "import" and record.game.name == game.name
        if same and json.loads(record.definition).get("sha256") == digest:
            return known
    return None


def _write(store: Store, tournament: int, episodes: Iterator[Episode]) -> None:
    """Store matches; those that are there already stay."""
    state: State = "interrupted"
    began = time.monotonic()
    try:
        while block := list(islice(episodes, _BLOCK)):
            store.add(tournament, block)
        state = "finished"
    finally:
        store.set_state(tournament, state, time.monotonic() - began)


def _game(registry: Registry, store: Store, environment: str) -> GameRecord:
    """Return the game that results are of: installed, in the history, or by its name alone."""
    ref = parse(environment)
    try:
        game = find_game(registry, ref)
    except UnknownName:
        for known in store.environments():
            if environment in (known.name, known.alias):
                return known
        return GameRecord(
            canonical(ref), None, ref, 2, zero_sum=True, sides=((0,), (1,)), returns=(0.0, 1.0)
        )
    _, spec = environment_maker(registry, game.ref)
    if len(spec.sides) != 2 or len(spec.seats) != 2:
        raise UsageError(
            f"{environment} is not a game of two sides, and the results of a file are of left and"
            " right; name another environment"
        )
    return GameRecord.of(game.name, game.short if game.alias else None, game.ref, spec)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def _episodes(outcomes: Outcomes, game: GameRecord, started: float) -> Iterator[Episode]:
    """Yield the results as matches of which nothing but the outcome is known."""
    low, high = game.returns
    if low is None or high is None:
        low, high = 0.0, 1.0
    known: dict[float, tuple[float, float]] = {}
    rows = zip(outcomes.left, outcomes.right, outcomes.score)
    for number, (left, right, score) in enumerate(rows):
        returns = known.get(score)
        if returns is None:
            gain = score * (high - low)
            returns = known[score] = (low + gain, high - gain)
        match = Match(number, (left, right), UNKNOWN, UNKNOWN)
        yield Episode(match, returns, "terminal", 0, [], (), started, 0.0)
