"""Entrants join and leave while a ladder or a Swiss runs: what was played stays what it was."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.amending import resume
from arena.campaign import Playing, begin, play_tournament, reopen
from arena.config import Definition, agent_refs
from arena.errors import UsageError
from arena.planning import prepare
from arena.specs import parse
from arena.workspace import Workspace

FIELD = ("first_legal", "random", "b=random", "c=random")
LADDER, SWISS = "ladder:games=4,round_games=4", "swiss:rounds=4,games=2"


def define(agents=FIELD, format_=LADDER, environment="tic_tac_toe", seed=3):
    return Definition(parse(environment), agent_refs(agents), parse(format_), seed=seed)


def no_training(entry, game):
    raise AssertionError("nobody is trained here")


class Stop(Exception):
    """Stands for whatever ends a command in the middle."""


@pytest.fixture
def workspace():
    return Workspace.open(None, "sqlite://")


def played(workspace, definition, until=None):
    """Begin a tournament; return its id when it has ended, or after so many matches."""
    run = begin(workspace, prepare(workspace, definition, no_training))
    go_on(workspace, run, until)
    return run.id


def go_on(workspace, run, until=None):
    def progress(run):
        if until is not None and run.played >= until:
            raise Stop

    with suppress(Stop):
        play_tournament(workspace, run, Playing(slots=1), progress)


def resumed(workspace, identifier, definition):
    return resume(workspace, reopen(workspace, identifier, no_training), definition, no_training)


def matches(workspace, identifier):
    results = workspace.store.results(identifier)
    return results.numbers.tolist(), [results.lineups[i] for i in results.lineup], results.deals


def same(workspace, one, other):
    (numbers, seats, deals), (numbers_, seats_, deals_) = (
        matches(workspace, i) for i in (one, other)
    )
    return numbers == numbers_ and seats == seats_ and deals.tolist() == deals_.tolist()


@settings(deadline=None, max_examples=12)
@given(
    st.sampled_from([LADDER, SWISS, "ladder:games=3,round_games=5,budget=10"]),
    st.integers(1, 12), st.integers(1, 12), st.sampled_from(["join", "leave", "both"]),
    st.booleans(),
)  # fmt: skip
def test_it_is_what_the_amended_definition_gives_from_the_beginning(
    format_, first, more, change, again
):
    workspace = Workspace.open(None, "sqlite://")
    identifier = played(workspace, define(format_=format_), first)
    agents = FIELD if change == "join" else (*FIELD[:1], *FIELD[2:])
    agents = agents if change == "leave" else (*agents, "late=first_legal")
    amended = resumed(workspace, identifier, define(agents, format_))
    assert {key for key, _ in amended.changed} == (
        {"joins", "leaves"} if change == "both" else {f"{change}s"}
    )
    go_on(workspace, amended.run, first + more if again else None)
    if again:  # and once more: who is asked for now is there already, and another comes
        assert resumed(workspace, identifier, define(agents, format_)).changed == ()
        if format_ != SWISS:
            agents = (*agents, "later=random")
        amended = resumed(workspace, identifier, define(agents, format_))
        go_on(workspace, amended.run)
    stored = workspace.store.tournament(identifier)
    assert stored.state == "finished"
    assert len(stored.record.entrants) == len(amended.run.plan.players)
    whole = played(workspace, amended.run.plan.definition)
    assert same(workspace, identifier, whole)
    if change != "leave":
        late = [e.name for e in stored.record.entrants].index("late")
        assert any(late in seats for seats in matches(workspace, identifier)[1])


def test_rounds_that_were_begun_stay(workspace):
    before = played(workspace, define())
    half = played(workspace, define(), 6)  # in the middle of the second round of four
    amended = resumed(workspace, half, define((*FIELD[:3], "late=random")))
    assert dict(amended.changed) == {"joins": ["late@3"], "leaves": ["c@3"]}
    go_on(workspace, amended.run)
    assert matches(workspace, half)[1][:8] == matches(workspace, before)[1][:8]
    later = {seat for seats in matches(workspace, half)[1][8:] for seat in seats}
    assert 4 in later and 3 not in later


def test_an_entrant_may_join_a_ladder_that_has_ended(workspace):
    identifier = played(workspace, define())
    assert workspace.store.tournament(identifier).matches == 24
    amended = resumed(workspace, identifier, define((*FIELD, "late=random")))
    go_on(workspace, amended.run)
    stored = workspace.store.tournament(identifier)
    assert (stored.matches, stored.state) == (40, "finished")
    assert json.loads(stored.record.definition)["format"]["parameters"]["joins"] == ["late@7"]
    assert "joins=late@7" in stored.record.format


def test_who_joins_may_be_told_a_round_of_its_own(workspace):
    identifier = played(workspace, define(), 6)
    late = (*FIELD, "late=random")
    amended = resumed(workspace, identifier, define(late, LADDER + ",joins=late@5"))
    assert amended.changed == (("joins", ["late@5"]),)
    go_on(workspace, amended.run, 7)
    assert resumed(workspace, identifier, define(late)).changed == ()
    amended = resumed(workspace, identifier, define(late, LADDER + ",joins=late@4"))
    assert amended.changed == (("joins", ["late@4"]),)


def test_a_withdrawal_that_has_not_come_can_be_taken_back(workspace):
    identifier = played(workspace, define(), 6)
    assert resumed(workspace, identifier, define(FIELD[:3])).changed == (("leaves", ["c@3"]),)
    assert resumed(workspace, identifier, define()).changed == (("leaves", []),)
    go_on(workspace, resumed(workspace, identifier, define(FIELD[:3])).run, 12)
    with pytest.raises(UsageError, match="'c' left in round 3 and cannot come back"):
        resumed(workspace, identifier, define())


LATE = (*FIELD, "late=random")


@pytest.mark.parametrize(
    ("first", "then", "told"),
    [
        (define(), define(seed=4), "are not those of tournament 1"),
        (define(), define(environment="connect_four"), "are not those of tournament 1"),
        (define(), define(format_=LADDER.replace("4", "6")), "are not those of tournament 1"),
        (define(), define(LATE, LADDER.replace("4", "6")), "are not those of tournament 1"),
        (define(), define(LATE, SWISS), "are not those of tournament 1"),
        (define(), replace(define(LATE), ratings=(parse("elo"),)), "are not those of"),
        (define(), define((*FIELD[:3], "c=first_legal")), "'c' is not what it was in tournament 1"),
        (define(), define(FIELD, LADDER + ",leaves=c@1"), "match 0, which was played, would have"),
        (define(), define(LATE, LADDER + ",joins=late@1"), "would have been another; let entrants"),
        (define(), define(FIELD, LADDER + ",leaves=x@9"), "no entrant is called 'x'"),
        (
            define(format_="round_robin:games=2"), define(LATE, "round_robin:games=2"),
            r"tournament 1 \(round_robin\): its entrants cannot change; those of a ladder and a",
        ),
        (define(format_="swiss:rounds=1"), define(LATE, "swiss:rounds=1"), "last of its 1 rounds"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_and_changes_nothing(workspace, first, then, told):
    identifier = played(workspace, first, 3)
    before = workspace.store.tournament(identifier)
    with pytest.raises(UsageError, match=told):
        resumed(workspace, identifier, then)
    assert workspace.store.tournament(identifier) == before


def test_not_while_another_process_plays_it_or_before_anything_was_played(workspace):
    run = begin(workspace, prepare(workspace, define(), no_training))
    with pytest.raises(UsageError, match="no match yet"):
        resumed(workspace, run.id, define(LATE))
    go_on(workspace, run, 3)
    workspace.store.set_state(run.id, "running")
    with pytest.raises(UsageError, match="interrupt it first"):
        resumed(workspace, run.id, define(LATE))
    assert resumed(workspace, run.id, define()).changed == ()
