"""Bradley-Terry: known answers, what has no finite answer, and what it says of draws and seats."""

from __future__ import annotations

import math

import numpy as np
import pytest

from arena.comparison import compare
from arena.errors import BadParameter, Unsuitable
from arena.ratings.bradley_terry import ELO, BradleyTerry, davidson_score
from arena.ratings.elo import expected
from arena.records import Seat, Spec

TWO_SEATS = Spec("game", (Seat(None, None),) * 2)

# American League East, 1987, home and away wins of each home team against the others in this order
# (Agresti, Categorical Data Analysis, 2nd edition, 2002, table 10.10)
TEAMS = ("Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore")
HOME = [
    [4, 4, 4, 6, 4, 6], [3, 4, 4, 6, 6, 4], [2, 4, 2, 4, 4, 6], [3, 5, 2, 4, 4, 6],
    [5, 2, 3, 4, 5, 6], [2, 3, 3, 4, 4, 2], [2, 1, 1, 2, 1, 3],
]  # fmt: skip
AWAY = [
    [3, 2, 3, 1, 2, 0], [3, 2, 3, 0, 1, 3], [5, 3, 4, 3, 2, 0], [3, 1, 5, 3, 2, 1],
    [1, 5, 3, 2, 2, 0], [5, 3, 4, 3, 2, 4], [5, 5, 6, 4, 6, 4],
]  # fmt: skip
# times the row's journal was cited by the column's (Stigler, Statistical Science 9, 1994)
CITED = [[714, 730, 498, 221], [33, 425, 68, 17], [320, 813, 1072, 142], [284, 276, 325, 188]]


def counted(make, counts):
    """Results from {(first, second): (wins, draws, losses)}, each game on a deal of its own."""
    lineups, returns = [], []
    for pair, outcomes in counts.items():
        for value, count in zip((1, 0, -1), outcomes):
            lineups += [pair] * count
            returns += [(value, -value)] * count
    return make(lineups, np.array(returns).reshape(-1, 2))


@pytest.fixture
def baseball(make):
    counts = {}
    for home in range(7):
        others = [team for team in range(7) if team != home]
        for away, won, lost in zip(others, HOME[home], AWAY[home]):
            counts[home, away] = (won, 0, lost)
    return counted(make, counts)


def against_last(fit):
    return (fit.ratings - fit.ratings[-1]) / ELO


def test_baseball(baseball):
    # BradleyTerry2 (Turner and Firth, Journal of Statistical Software 48, 2012), baseballModel1
    fit = BradleyTerry(seat_advantage=False, prior=0).fit(baseball)
    expected = [1.5814, 1.4364, 1.2945, 1.2476, 1.1077, 0.6839, 0]
    np.testing.assert_allclose(against_last(fit), expected, atol=6e-5)
    assert fit.ratings.mean() == pytest.approx(1500)
    assert fit.games.sum() == 2 * 273


def test_baseball_at_home(baseball):
    # the same, baseballModel2: at.home 0.3023 (standard error 0.1309)
    fit = BradleyTerry(prior=0).fit(baseball)
    expected = [1.6196, 1.4754, 1.3271, 1.2813, 1.1438, 0.7047, 0]
    np.testing.assert_allclose(against_last(fit), expected, atol=6e-5)
    assert (fit.seats[0] - fit.seats[1]) / ELO == pytest.approx(0.3023, abs=6e-5)
    error = math.sqrt(4 * fit.seats_covariance[0, 0]) / ELO
    assert error == pytest.approx(0.1309, rel=0.05)


def test_citations(make):
    # BradleyTerry2's citeModel, against Biometrika: estimates and, in brackets, standard errors
    # -2.9491 (0.1025), -0.4796 (0.0606), 0.2690 (0.0708)
    counts = {(i, j): (CITED[i][j], 0, 0) for i in range(4) for j in range(4) if i != j}
    fit = BradleyTerry(seat_advantage=False, prior=0).fit(counted(make, counts))
    gaps = [fit.difference(name, "a") for name in "bcd"]
    np.testing.assert_allclose(
        [gap / ELO for gap, _, _ in gaps], [-2.9491, -0.4796, 0.2690], atol=6e-5
    )
    errors = [(high - low) / 2 / 1.96 / ELO for _, low, high in gaps]
    np.testing.assert_allclose(errors, [0.1025, 0.0606, 0.0708], rtol=0.02)


def test_three_wins_in_four_are_191_points(make):
    results = counted(make, {(0, 1): (3, 0, 1), (1, 0): (1, 0, 3)})
    fit = BradleyTerry(prior=0).fit(results)
    assert fit.difference("a", "b")[0] == pytest.approx(400 * math.log10(3))
    assert fit.seats == pytest.approx([0, 0], abs=1e-6)


def test_davidson_draws(make):
    # with as many parameters as kinds of outcome the odds are fitted exactly
    results = counted(make, {(0, 1): (40, 30, 10)})
    fit = BradleyTerry(draws="davidson", seat_advantage=False, prior=0).fit(results)
    assert fit.difference("a", "b")[0] == pytest.approx(400 * math.log10(4))
    assert fit.nu == pytest.approx(30 / math.sqrt(40 * 10))


def test_half_draws(make):
    results = counted(make, {(0, 1): (40, 30, 10)})
    fit = BradleyTerry(seat_advantage=False, prior=0).fit(results)
    assert fit.difference("a", "b")[0] == pytest.approx(400 * math.log10(55 / 25))
    assert fit.nu is None


def test_leads_predict_scores_and_are_those_of_compare(make):
    """A lead is what the score says: Elo's curve, which `arena compare` reads the other way."""
    results = counted(make, {(0, 1): (40, 30, 10), (1, 0): (12, 30, 38)})
    gap, _, _ = BradleyTerry(prior=0).fit(results).difference("a", "b")
    assert gap == pytest.approx(compare(results, "a", "b", TWO_SEATS).difference, abs=3)
    plain, _, _ = BradleyTerry(seat_advantage=False, prior=0).fit(results).difference("a", "b")
    assert plain == pytest.approx(compare(results, "a", "b", TWO_SEATS).difference)
    assert expected(plain) == pytest.approx((55 + 53) / 160)


def test_everyones_points_are_as_predicted(make):
    """What makes it Elo: the leads add up to the points that everyone took, draws and all."""
    rng = np.random.default_rng(12)
    lineups = [tuple(rng.permutation(6)[:2]) for _ in range(300)]
    won = rng.integers(-1, 2, 300)
    results = make(lineups, np.stack([won, -won], axis=1))
    fit = BradleyTerry(prior=0).fit(results)
    taken, due = np.zeros(6), np.zeros(6)
    for (i, j), outcome in zip(lineups, won):
        lead = fit.ratings[i] - fit.ratings[j] + fit.seats[0] - fit.seats[1]
        for who, points, share in ((i, outcome, lead), (j, -outcome, -lead)):
            taken[who] += (1 + points) / 2
            due[who] += expected(share)
    np.testing.assert_allclose(due, taken, atol=1e-4)


def test_notes_say_what_sides_are_worth_and_what_davidsons_leads_score(make):
    counts = {(0, 1): (40, 30, 10), (1, 0): (12, 30, 38)}
    results = counted(make, counts)
    assert BradleyTerry(prior=0).rate(results).notes == (
        "Holding seat 0 is worth +10 points against seat 1.",
    )
    davidson = BradleyTerry(draws="davidson", seat_advantage=False, prior=0)
    fit, (note,) = davidson.fit(results), davidson.rate(results).notes
    gap, _, _ = fit.difference("a", "b")
    assert davidson_score(gap, fit.nu) == pytest.approx((55 + 53) / 160)
    # nu = 1.456: of equals 1.456 / 3.456 draw, and 400 points are sqrt(10) : nu : 1 / sqrt(10)
    assert "equals draw 42 % of their games" in note
    assert "a lead of 100, 200, 400 points scores 58, 66, 79 %." in note
    three = make([(0, 1, 2), (1, 2, 0), (2, 0, 1)], [(3, 2, 1)] * 3)
    (note,) = BradleyTerry().rate(three).notes
    assert note.startswith("Holding a seat is worth, from seat 0 on, +")


def test_who_never_swapped_seats_is_told_so(make):
    """A wins from seat 0 alone: it may be the seat; once they swap, its worth is told."""
    fixed = counted(make, {(0, 1): (20, 0, 0)})
    (note,) = BradleyTerry().rate(fixed).notes
    assert note.startswith("Who held which seat does not tell what seats are worth")
    swapped = counted(make, {(0, 1): (20, 0, 0), (1, 0): (0, 0, 20)})
    (note,) = BradleyTerry().rate(swapped).notes
    assert note == "Holding seat 0 is worth +0 points against seat 1."


def test_without_draws_the_two_agree(baseball):
    one, other = BradleyTerry().fit(baseball), BradleyTerry(draws="davidson").fit(baseball)
    np.testing.assert_array_equal(one.ratings, other.ratings)


def test_first_move_of_random_tic_tac_toe(make):
    # exact shares of random play, X wins 737/1260, draws 8/63, O wins 121/420: 106 Elo by the score
    counts = (737, 160, 363)
    results = counted(make, {(0, 1): counts, (1, 0): counts})
    half = BradleyTerry(draws="half", prior=0).fit(results)
    assert half.seats[0] - half.seats[1] == pytest.approx(106, abs=0.5)
    assert half.difference("a", "b")[0] == pytest.approx(0, abs=1e-6)
    davidson = BradleyTerry(draws="davidson", prior=0).fit(results)
    assert davidson.seats[0] - davidson.seats[1] == pytest.approx(400 * math.log10(737 / 363))


def test_rate_gives_intervals_best_first(baseball):
    ratings = BradleyTerry().rate(baseball)
    assert next(iter(ratings)) == "a" and list(ratings)[-1] == "g"
    values = list(ratings.values())
    assert values == sorted(values, reverse=True)
    assert all(r.low < r.rating < r.high and r.games == 78 for r in values)


def test_prior_adds_drawn_games_against_an_average_entrant(make):
    # a and b lie d / 2 either side of the mean, and each virtual draw pulls with tanh(d / 4) / 2
    fit = BradleyTerry(seat_advantage=False).fit(counted(make, {(0, 1): (8, 0, 2)}))
    d = fit.difference("a", "b")[0] / ELO
    assert 10 * (0.8 - 1 / (1 + math.exp(-d))) == pytest.approx(math.tanh(d / 4) / 2, abs=1e-9)


@pytest.mark.parametrize("games", [10, 100, 1000])
def test_the_undefeated_get_a_finite_rating_with_a_wide_interval(make, games):
    results = counted(make, {(0, 1): (games // 2, 0, 0), (1, 0): (0, 0, games // 2)})
    gap, low, high = BradleyTerry().fit(results).difference("a", "b")
    # a little under half an upset was due, and the interval reaches to several
    due = games / (1 + 10 ** (gap / 400))
    assert due == pytest.approx(math.tanh(gap / ELO / 4) / 2)
    assert 400 * math.log10(games / 30) < low < 400 * math.log10(games / 3)
    assert high - low > 500


def test_the_undefeated_without_a_prior(make):
    results = counted(make, {(0, 1): (5, 0, 0), (1, 2): (2, 0, 2), (2, 1): (1, 0, 3)})
    with pytest.raises(Unsuitable, match=r"'a'.*use prior=1") as refusal:
        BradleyTerry(prior=0).fit(results)
    assert "\n" not in str(refusal.value)


def test_a_disconnected_schedule(make):
    results = counted(make, {(0, 1): (3, 0, 2), (2, 3): (1, 0, 4)})
    with pytest.raises(Unsuitable, match="no games link 'a' with 'c'"):
        BradleyTerry(prior=0).fit(results)
    fit = BradleyTerry().fit(results)
    assert fit.groups == (("a", "b"), ("c", "d"))
    _, low, high = fit.difference("a", "c")
    assert low < -300 and high > 300, "only the prior compares them"
    assert len(BradleyTerry().fit(counted(make, {(0, 1): (1, 0, 1)})).groups) == 1


def test_seats_that_never_change_do_not_tell_seats_from_strength(make):
    results = counted(make, {(0, 1): (3, 1, 2)})
    with pytest.raises(Unsuitable, match="seat_advantage=false"):
        BradleyTerry(prior=0).fit(results)
    fit = BradleyTerry().fit(results)
    alone = BradleyTerry(seat_advantage=False).fit(results)
    assert fit.difference("a", "b")[2] > alone.difference("a", "b")[2] + 200


def test_a_seat_that_always_wins(make):
    results = counted(make, {(0, 1): (50, 0, 0), (1, 0): (50, 0, 0)})
    gap, low, high = BradleyTerry().fit(results).difference("a", "b")
    assert gap == pytest.approx(0, abs=1e-6)
    assert low < -100 and high > 100, "games that the seat decides tell little"


def test_nothing_but_draws(make):
    results = counted(make, {(0, 1): (0, 50, 0), (1, 0): (0, 50, 0)})
    for draws in ("davidson", "half"):
        for rating in BradleyTerry(draws=draws).rate(results).values():
            assert rating.rating == pytest.approx(1500)
            assert rating.low < 1495 and rating.high > 1505
    assert BradleyTerry(prior=0).fit(results).ratings == pytest.approx([1500, 1500])
    with pytest.raises(Unsuitable, match="prior=1"):
        BradleyTerry(draws="davidson", prior=0).fit(results)


def test_forfeits(make):
    one = make([(0, 1)] * 4, [(1, 0), (0, 1), (1, 0), (1, 0)])
    other = make([(0, 1)] * 4, [(1, 0), (0, 1), (0, 1), (0, 0)], forfeits=[(2, 1), (3, 1)])
    fit = BradleyTerry(prior=0, seat_advantage=False).fit
    np.testing.assert_allclose(fit(one).ratings, fit(other).ratings)


def test_two_that_forfeit_both_have_drawn(make):
    results = make([(0, 1)] * 2, [(1, 0), (1, 0)], forfeits=[(0, 0), (0, 1)])
    drawn = make([(0, 1)] * 2, [(0, 0), (1, 0)])
    np.testing.assert_allclose(
        BradleyTerry().fit(results).ratings, BradleyTerry().fit(drawn).ratings
    )


def test_three_seats_count_as_pairs_and_games_as_matches(make):
    rng = np.random.default_rng(3)
    lineups = [tuple(rng.permutation(4)[:3]) for _ in range(60)]
    returns = rng.integers(0, 3, (60, 3)).astype(float)
    pairs, values = [], []
    for who, got in zip(lineups, returns):
        for s, t in ((0, 1), (0, 2), (1, 2)):
            pairs.append((who[s], who[t]))
            values.append((got[s], got[t]))
    rater = BradleyTerry(seat_advantage=False)
    one, other = rater.fit(make(lineups, returns)), rater.fit(make(pairs, values))
    np.testing.assert_allclose(one.ratings, other.ratings, atol=1e-6)
    assert one.games.sum() == 180 and other.games.sum() == 360


def test_games_of_one_entrant_alone_count_for_nothing(make):
    some = make([(0, 1), (1, 0), (0, 1)], [(1, 0), (1, 0), (1, 0)])
    more = make([(0, 1), (1, 0), (0, 1), (0, 0)], [(1, 0), (1, 0), (1, 0), (1, 0)])
    one, other = BradleyTerry().fit(some), BradleyTerry().fit(more)
    np.testing.assert_allclose(one.ratings, other.ratings)
    assert other.games.tolist() == [4, 3]


def test_who_did_not_play_is_not_rated(make):
    assert set(BradleyTerry().rate(make([(0, 2)], [(1, 0)], entrants=4))) == {"a", "c"}
    assert BradleyTerry().rate(make([], np.zeros((0, 2)), entrants=2)) == {}


def test_nobody_met(make):
    with pytest.raises(Unsuitable, match="mean_return"):
        BradleyTerry().rate(make([(0, 0)], [(1, 1)]))


def test_copies_of_the_same_games_add_no_confidence(make):
    """A tournament stored twice holds the same deals: the interval must not shrink."""
    rng = np.random.default_rng(4)
    lineups = [(0, 1), (1, 0)] * 100
    returns = rng.integers(0, 2, (200, 2)).astype(float)
    deals = np.repeat(np.arange(100), 2)
    once = BradleyTerry().fit(make(lineups, returns, deals))
    twice = BradleyTerry().fit(make(lineups * 2, np.tile(returns, (2, 1)), np.tile(deals, 2)))
    width = [np.subtract(*f.difference("a", "b")[:0:-1]) for f in (once, twice)]
    assert width[1] == pytest.approx(width[0], rel=0.12)


@pytest.mark.parametrize(
    "wrong",
    [{"draws": "sometimes"}, {"prior": -1.0}, {"prior": float("nan")}, {"intervals": "wide"}],
)
def test_bad_parameters(wrong):
    with pytest.raises(BadParameter, match=f"bradley_terry: {next(iter(wrong))}="):
        BradleyTerry(**wrong)


def test_a_disconnected_schedule_is_told_of(make):
    results = counted(make, {(0, 1): (3, 0, 2), (2, 3): (1, 0, 4)})
    note, _ = BradleyTerry().rate(results).notes
    assert "falls into 2 groups that never met" in note and "a, b; c, d" in note
    plain = BradleyTerry(seat_advantage=False)
    assert plain.rate(counted(make, {(0, 1): (1, 0, 1)})).notes == ()


def test_the_covariance_is_in_the_order_of_the_ratings(baseball):
    rater = BradleyTerry()
    fit, ratings = rater.fit(baseball), rater.rate(baseball)
    names = list(ratings)
    i, j = names.index("a"), names.index("g")
    cov = ratings.covariance
    _, low, high = fit.difference("a", "g")
    assert 3.92 * math.sqrt(cov[i, i] + cov[j, j] - 2 * cov[i, j]) == pytest.approx(
        high - low, rel=1e-3
    )
    halves = [(r.high - r.low) / 2 for r in ratings.values()]
    np.testing.assert_allclose(1.959964 * np.sqrt(np.diag(cov)), halves, rtol=1e-6)


def test_bootstrap(baseball):
    plain, again = BradleyTerry(), BradleyTerry(intervals="bootstrap")
    one, other = plain.fit(baseball), again.fit(baseball)
    np.testing.assert_array_equal(one.ratings, other.ratings)
    # 78 games each: two ways to the same errors; 500 resamples put 3 % on each
    np.testing.assert_allclose(
        np.sqrt(np.diag(other.covariance)), np.sqrt(np.diag(one.covariance)), rtol=0.15
    )
    assert again.rate(baseball) == again.rate(baseball)


def test_bootstrap_draws_whole_deals(make):
    rng = np.random.default_rng(4)
    returns = rng.integers(0, 2, (100, 2)).astype(float)
    deals = np.arange(100)
    rater = BradleyTerry(intervals="bootstrap", seat_advantage=False)
    once = rater.fit(make([(0, 1)] * 100, returns, deals))
    copies = make([(0, 1)] * 300, np.tile(returns, (3, 1)), np.tile(deals, 3))
    width = [np.subtract(*f.difference("a", "b")[:0:-1]) for f in (once, rater.fit(copies))]
    assert width[1] == pytest.approx(width[0], rel=0.15), "copies add no confidence"


def test_partners_are_not_rated_apart(make):
    with pytest.raises(Unsuitable, match="'a' and 'c' held one; use openskill"):
        BradleyTerry().rate(make([(0, 1, 2, 1)], [(1, 0, 1, 0)], sides=((0, 2), (1, 3))))
