"""Every format, after any prefix of its results, gives what the unbroken run gave."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.campaign import Playing, begin, play_tournament, reopen
from arena.config import Definition, agent_refs
from arena.planning import prepare
from arena.plugins import make_registry
from arena.records import Ref
from arena.specs import parse
from arena.stock import arena_formats
from arena.workspace import Workspace
from tests.formats.simulated import Played, field

FORMATS = sorted(arena_formats())
REGISTRY = make_registry()


SEATS = {
    "round_robin": (1, 2, 3, 4), "gauntlet": (2, 3), "score": (1,), "cross_play": (2, 3),
    "free_for_all": (3, 4), "focal_background": (2, 3, 4), "fixed_seats": (1, 2, 3),
}  # fmt: skip
EXACT = ("sprt", "fixed_seats")
"""Those whose entrants are as many as the seats."""


def parameters(name: str, games: int) -> dict[str, int]:
    few = {
        "sprt": {"games": 40 * games, "round_games": 6}, "swiss": {"games": 1 + games % 3},
        "ladder": {"games": games, "round_games": 6}, "free_for_all": {"games": 3 * games},
    }  # fmt: skip
    return few.get(name, {"games": games})


def drawn_by_lot(luck, pairing):
    """Wins, draws, and one match in ten void."""
    if luck.random() < 0.1:
        return None
    return luck.integers(0, 3, len(pairing.seats)).astype(float).tolist()


@pytest.mark.parametrize("name", FORMATS)
@settings(deadline=None, max_examples=12)
@given(st.data(), st.integers(1, 4), st.integers(0, 99))
def test_between_rounds(name, data, games, seed):
    """On paper, asked in another order than it was played in, by an object that knows nothing."""
    seats = data.draw(st.sampled_from(SEATS.get(name, (2,))))
    size = data.draw(st.integers(max(2, seats), 7)) if name not in EXACT else seats
    entrants = field(size, seats, "cooperative" if name == "cross_play" else "mixed")
    ref = Ref(name, parameters(name, games))
    format_ = REGISTRY.make("formats", ref)
    format_.check(entrants)
    played = Played(format_, entrants, drawn_by_lot, seed, most=900)
    assert played.pairings
    played.format = REGISTRY.make("formats", ref)
    played.check_pure()


class Stop(Exception):
    """Stands for whatever ends a command in the middle."""


GAMES = {
    "free_for_all": "kuhn_poker:players=3", "cross_play": "tiny_hanabi", "score": "tiny_hanabi",
}  # fmt: skip


def stored(workspace, identifier):
    results = workspace.store.results(identifier)
    seats = [results.lineups[i] for i in results.lineup]
    return results.numbers.tolist(), seats, results.deals.tolist(), results.returns.tolist()


@pytest.mark.parametrize("name", FORMATS)
@settings(deadline=None, max_examples=3)
@given(stops=st.lists(st.integers(1, 30), min_size=1, max_size=3))
def test_in_the_middle_of_a_round(name, stops):
    """Really played, ended after some matches, and again, and taken up from what is stored."""
    workspace = Workspace.open(None, "sqlite://")
    agents = ("random", "first_legal", "b=random", "c=first_legal")
    if name in ("sprt", "fixed_seats"):
        agents = agents[:2]
    definition = Definition(
        parse(GAMES.get(name, "tic_tac_toe")), agent_refs(agents),
        Ref(name, parameters(name, 2)), seed=sum(stops),
    )  # fmt: skip

    def play(run, more=None):
        def progress(run):
            if more is not None and run.played >= before + more:
                raise Stop

        before = run.played
        with suppress(Stop):
            play_tournament(workspace, run, Playing(slots=2), progress)

    whole = begin(workspace, prepare(workspace, definition, None))
    play(whole)
    broken = begin(workspace, prepare(workspace, definition, None))
    play(broken, stops[0])
    for more in [*stops[1:], None]:
        play(reopen(workspace, broken.id, None), more)
    assert stored(workspace, broken.id) == stored(workspace, whole.id)
    assert workspace.store.tournament(broken.id).state == "finished"
    plan = reopen(workspace, broken.id, None).plan
    one, other = (
        plan.format.conclusion(plan.entrants, workspace.store.results(each.id))
        for each in (whole, broken)
    )
    assert one == other
