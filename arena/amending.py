"""Entrants that join or leave a tournament that was begun: its definition changes, and what was
played stays what it was."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from arena.campaign import Numbered, Run, entrant_record, reopen
from arena.config import Definition, Entry, definition_to_json
from arena.errors import Unsuitable, UsageError
from arena.openings import split_book
from arena.planning import Plan, Trained, completed, made, prepare
from arena.records import Ref
from arena.results import Results
from arena.roles import Format
from arena.specs import canonical, display
from arena.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Amended:
    """A tournament as it goes on, and the parameters of its format that changed."""

    run: Run
    changed: tuple[tuple[str, Any], ...]


def resume(workspace: Workspace, run: Run, asked: Definition, train: Trained) -> Amended:
    """Go on with a reopened tournament as it is asked for now.

    That is as it was, or with other entrants where its format lets them come and go. Raises
    `UsageError` for anything else, and where that would change a match that was played.
    """
    stored = run.plan.definition
    asked = replace(asked, seed=stored.seed if asked.seed is None else asked.seed)
    entries = asked.entries or stored.entries
    asked = completed(workspace.registry, asked, run.plan.spec, entries)
    if asked == stored:
        return Amended(run, ())
    amended, changed = _amended(workspace, run, asked)
    if amended == stored:
        return Amended(run, ())
    if workspace.store.tournament(run.id).state == "running":
        raise UsageError(
            f"tournament {run.id} is being played: interrupt it first (was it killed, then resume "
            "it as it was and interrupt that)"
        )
    plan = prepare(workspace, amended, train)
    _check_played(run.id, plan, workspace.store.results(run.id))
    assert amended.format is not None
    joining = [entrant_record(player) for player in plan.players[len(run.plan.players) :]]
    definition = json.dumps(definition_to_json(amended))
    workspace.store.amend(run.id, canonical(amended.format), definition, joining)
    return Amended(reopen(workspace, run.id, train), changed)


def _amended(
    workspace: Workspace, run: Run, asked: Definition
) -> tuple[Definition, tuple[tuple[str, Any], ...]]:
    """Return the definition that has those play on that are asked for, and what changes in it."""
    stored = run.plan.definition
    assert asked.format is not None and stored.format is not None
    names = _names(run.id, stored.entries, asked.entries)
    named = split_book(asked.format, asked.openings)[0]
    format_ = made(workspace.registry, "formats", named, Format)
    same = replace(asked, entries=stored.entries, format=stored.format) == stored
    fixed = type(format_).amend is Format.amend and asked.entries == stored.entries
    if not same or fixed or asked.format.name != stored.format.name:
        raise _others(run.id)
    try:
        told = format_.amend(run.plan.format, run.plan.entrants, _begun(run), names)
    except Unsuitable as error:
        raise UsageError(f"tournament {run.id} ({stored.format.name}): {error}") from None
    if _but(asked.format, told) != _but(stored.format, told):
        raise _others(run.id)
    changed = tuple(
        (key, items)
        for key, items in told.items()
        if sorted(items) != sorted(_items(stored.format.parameters.get(key, ())))
    )
    new = tuple(entry for entry in asked.entries if entry not in stored.entries)
    format_ref = Ref(stored.format.name, {**stored.format.parameters, **dict(changed)})
    return replace(stored, entries=(*stored.entries, *new), format=format_ref), changed


def _names(identifier: int, before: Sequence[Entry], now: Sequence[Entry]) -> list[str]:
    """Return what the entrants are called that are asked for now."""
    known = {display(entry.agent): entry for entry in before}
    for entry in now:
        name = display(entry.agent)
        if known.get(name, entry) != entry:
            raise UsageError(
                f"entrant {name!r} is not what it was in tournament {identifier}; let the new one "
                "join under a name of its own"
            )
    return [display(entry.agent) for entry in now]


def _begun(run: Run) -> Results:
    """Return the results before the round that was begun last."""
    known, entrants = run.results, run.plan.entrants
    if not len(known):
        raise UsageError(f"tournament {run.id} has no match yet: begin a new one")
    before, first = known[:0], 0
    while first <= known.numbers[-1]:
        before = known.where(known.numbers < first)
        first += len(run.plan.format.next(entrants, before))
    return before


def _check_played(identifier: int, plan: Plan, known: Results) -> None:
    """Raise `UsageError` where a match that was played would have been another by this plan."""
    known.entrants = plan.entrants.names
    first = 0
    while first <= known.numbers[-1]:
        before = known.where(known.numbers < first)
        pairings = plan.format.next(plan.entrants, before)
        numbered = Numbered(pairings, first, plan.entrants.seed, np.zeros(0, np.int64), plan.book)
        for some in numbered.fixtures():
            rows = np.flatnonzero(np.isin(known.numbers, some.numbers))
            places = known.numbers[rows] - some.numbers[0]
            players = np.array([known.lineups[i] for i in known.lineup[rows]])
            same = known.deals[rows] == some.deals[places]
            same &= (players.reshape(len(rows), -1) == some.players[places]).all(axis=1)
            if not same.all():
                first = int(known.numbers[rows[~same][0]])
                raise UsageError(
                    f"tournament {identifier} cannot go on so: match {first}, which was played, "
                    "would have been another; let entrants join or leave in a later round"
                )
        if not len(pairings):
            raise UsageError(f"tournament {identifier} cannot go on so: it would have ended before")
        first += len(pairings)


def _others(identifier: int) -> UsageError:
    return UsageError(
        f"--resume {identifier}: these arguments are not those of tournament {identifier}; "
        f"give the original ones, or only `arena tournament --resume {identifier}`"
    )


def _but(format_: Ref, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return a format's parameters without these."""
    return {key: value for key, value in format_.parameters.items() if key not in told}


def _items(value: Any) -> Sequence[str]:
    """Return a list that may be written as the command line has it."""
    return value.split(";") if isinstance(value, str) else value
