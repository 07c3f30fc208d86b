"""Results are the same whether they come from the run itself or from what was stored."""

import numpy as np
import pytest

from arena.history import EntrantRecord
from arena.records import Episode, Fault, Match
from arena.results import ResultsLog


def assert_equal(a, b):
    assert a.entrants == b.entrants
    assert [a.lineups[i] for i in a.lineup] == [b.lineups[i] for i in b.lineup]
    for name in ("numbers", "returns", "values", "endings", "deals"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), name)
        assert getattr(a, name).dtype == getattr(b, name).dtype


def test_results_are_those_of_the_run_however_the_blocks_arrived(store, make_record, make_episodes):
    record = make_record()
    names = [entrant.name for entrant in record.entrants]
    tournament, other = store.begin(record), store.begin(record)
    episodes = make_episodes(range(1200))
    log = ResultsLog(names, 2)
    log.add(episodes)
    for begin in (800, 0, 400):
        store.add(tournament, episodes[begin : begin + 400][::-1])
        store.add(other, make_episodes([begin]))
    assert_equal(store.results(tournament), log.results())
    assert (store.results(tournament).endings == 3).any()  # void ones are told too


def test_no_matches_give_no_results(store, make_record):
    tournament = store.begin(make_record())
    results = store.results(tournament)
    assert (len(results), results.entrants[0], results.returns.shape) == (0, "random", (0, 2))
    assert len(store.results_of("tic_tac_toe")) == 0
    assert store.results_of("chess").entrants == ()


def episode(number, seats, returns=(1.0, -1.0)):
    return Episode(Match(number, seats, 1, 2), returns, "terminal", 1, [0, 1], (), 0.0, 0.0)


def test_entrants_of_several_tournaments_are_merged_by_identity(store, make_record):
    a, b = EntrantRecord("a", "a", "a"), EntrantRecord("b", "b:k=1", "b", {"k": 1})
    new_b = EntrantRecord("b", "b:k=2", "b", {"k": 2})
    later = store.begin(make_record(entrants=(b, a), started=2.0))
    first = store.begin(make_record(entrants=(a, new_b), started=1.0))
    store.add(later, [episode(0, (0, 1)), episode(1, (1, 0))])
    store.add(first, [episode(4, (0, 1)), episode(2, (1, 0), (0.0, 0.0))])
    for environment in ("tic_tac_toe", "openspiel/tic_tac_toe"):
        results = store.results_of(environment)
        assert results.numbers.tolist() == [0, 1, 2, 3]  # first's 2 and 4, then later's 0 and 1
        names = [tuple(results.entrants[i] for i in result.seats) for result in results]
        old, new = f"b@{b.identity[:6]}", f"b@{new_b.identity[:6]}"
        assert names == [(new, "a"), ("a", new), (old, "a"), ("a", old)]
        assert results.returns[0].tolist() == [0.0, 0.0]


def test_a_retrained_checkpoint_of_one_name_is_another_player(store, make_record):
    one = EntrantRecord("me", "learner", "learner", {}, "digest 1")
    two = EntrantRecord("me", "learner", "learner", {}, "digest 2")
    other = EntrantRecord("you", "random", "random")
    for seed, entrants in enumerate(((one, other), (two, other), (one, other))):
        store.add(store.begin(make_record(entrants=entrants, seed=seed)), [episode(0, (0, 1))])
    results = store.results_of("tic_tac_toe")
    assert len(set(results.entrants)) == 3
    counts = np.bincount([result.seats[0] for result in results], minlength=3)
    assert dict(zip(results.entrants, counts))[f"me@{one.identity[:6]}"] == 2


def test_the_same_game_counts_once(store, make_record):
    """The same seed, number, entrants by seat and deal; a deal of -1 is unknown, so never known."""
    played = [episode(0, (0, 1)), episode(1, (1, 0))]
    other_deal = played[1]._replace(match=played[1].match._replace(deal=3))
    for seed, episodes in ((5, played), (5, [*played[:1], other_deal]), (6, played)):
        store.add(store.begin(make_record(seed=seed)), episodes)
    assert len(store.results_of("tic_tac_toe")) == 2 + 1 + 2
    unknown = played[0]._replace(match=played[0].match._replace(deal=-1))
    for _ in range(2):
        store.add(store.begin(make_record(seed=5)), [unknown])
    results = store.results_of("tic_tac_toe")
    assert results.numbers.tolist() == list(range(7))


def test_parameters_in_another_order_are_the_same_identity():
    one = EntrantRecord("x", "x:a=1,b=2", "x", {"a": 1, "b": (2, 3)})
    two = EntrantRecord("x", "x:b=2,a=1", "x", {"b": [2, 3], "a": 1})
    assert one.identity == two.identity
    aliased = EntrantRecord("y", "x:a=1,b=2", "x", {"a": 1, "b": (2, 3)})
    assert aliased.identity != one.identity


def test_what_a_person_played_is_left_out_unless_asked_for(store, make_record):
    for seed, kind in enumerate(("play", "tournament", "training")):
        store.add(store.begin(make_record(kind=kind, seed=seed)), [episode(0, (0, 1))])
    assert len(store.results_of("tic_tac_toe")) == 2
    assert len(store.results_of("tic_tac_toe", kinds=["play"])) == 1


def test_matches_with_fewer_seats_are_filled_with_nan(store, make_record, make_game):
    three = make_record(game=make_game(seats=3, sides=((0,), (1,), (2,))))
    store.add(store.begin(make_record()), [episode(0, (0, 1))])
    faults = (Fault(2, 0, "nan", "forfeit", "NaN"),)
    wide = episode(0, (2, 1, 0), (1.0, 0.0, -1.0))._replace(ending="forfeit", faults=faults)
    store.add(store.begin(three), [wide])
    results = store.results_of("tic_tac_toe")
    assert results[0].returns == (1.0, -1.0)
    assert np.isnan(results.returns[0, 2])
    assert results[1].values == (1.0, 0.0, -np.inf)


@pytest.mark.parametrize("seats", [1, 70])
def test_any_number_of_seats(store, make_record, make_game, seats):
    game = make_game(seats=seats, sides=tuple((i,) for i in range(seats)))
    tournament = store.begin(make_record(game=game))
    played = episode(0, (0,) * seats, tuple(map(float, range(seats))))
    store.add(tournament, [played])
    assert store.results(tournament)[0].returns == played.returns
    assert next(store.replays()).episode == played
