"""By side: who holds what meets all who hold the rest, and is compared with those like it alone."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest

from arena.errors import BadParameter, Unsuitable
from arena.formats.by_side import BySide
from arena.formats.cross_play import CrossPlay
from arena.formats.score import Score
from arena.ratings.bradley_terry import BradleyTerry
from arena.ratings.openskill import OpenSkill
from arena.ratings.paired import paired
from arena.records import Entrants, Seat, Spec
from arena.results import Results
from tests.formats.simulated import Played, field

HUNT = Spec(
    "hunt",
    (*(Seat(None, None, "hunters", "hunter") for _ in range(3)), Seat(None, None, "prey", "prey")),
    kind="mixed",
)
FIELD = Entrants(("fox", "wolf", "hare", "deer"), HUNT, 1)
HOLDS = ["fox@hunters", "wolf@hunter", "hare@prey", "deer@1"]


def caught(luck, pairing):
    """The wolf catches one more than the fox, the deer loses two less than the hare."""
    catches = 5.0 + (pairing.seats[0] == 1) - 2 * (pairing.seats[3] == 3) + pairing.deal % 4
    return [catches] * 3 + [-catches]


def played(format_=None, entrants=FIELD, outcome=caught):
    found = Played(format_ or BySide(6, HOLDS), entrants, outcome)
    found.check_pure()
    return found


def with_sides(results, sides):
    return Results(
        results.entrants, results.lineups, results.numbers, results.lineup, results.returns,
        np.isneginf(results.values), results.endings, results.deals, sides,
    )  # fmt: skip


def test_each_lineup_plays_all_deals():
    met = Counter(pairing.seats for pairing in played().pairings)
    assert met == dict.fromkeys([(a, a, a, b) for a in (0, 1) for b in (2, 3)], 6)
    assert Counter(pairing.deal for pairing in played().pairings) == dict.fromkeys(range(6), 4)


def test_who_is_not_mentioned_holds_any_side_and_does_not_meet_itself():
    met = {(p.seats[0], p.seats[3]) for p in played(BySide(1, HOLDS[:1])).pairings}
    assert met == {(a, b) for a in range(4) for b in (1, 2, 3) if a != b}


def test_the_conclusion_ranks_each_side():
    conclusion = played().conclusion
    means = {row["entrant"]: row["return"]["mean"] for row in conclusion["hunters"]}
    # deals add 0, 1, 2, 3, 0, 1: 7/6 on average; against the deer 2 less
    assert means == pytest.approx({"wolf": 3 * (6 - 1 + 7 / 6), "fox": 3 * (5 - 1 + 7 / 6)})
    assert [row["entrant"] for row in conclusion["prey"]] == ["deer", "hare"]
    assert len(conclusion["lineups"]) == 4
    assert conclusion["says"] == "Most is returned to wolf as hunters and deer as prey."
    json.dumps(conclusion)


def test_those_of_one_side_are_rated_by_the_same_deals_against_the_same():
    results = with_sides(played().results, HUNT.sides)
    duels = paired(results, "it")
    assert sorted(duels.lineups) == [(0, 1), (2, 3)]
    assert len(duels) == 2 * 2 * 6  # sides, companies, deals
    ratings = BradleyTerry(paired=True).rate(results)
    assert ratings["wolf"].rating > ratings["fox"].rating
    assert ratings["deer"].rating > ratings["hare"].rating
    assert "nothing compares the sides" in ratings.notes[0]
    alone = BradleyTerry(paired=True).rate(results.where(np.arange(len(results)) % 2 == 0))
    assert ratings["wolf"].rating + ratings["fox"].rating == pytest.approx(3000)
    assert set(alone) == {"fox", "wolf"}  # every other match has the hare: nobody took its place
    skill = OpenSkill(paired=True).rate(results)
    assert skill["wolf"].rating > 25 > skill["fox"].rating
    assert skill["deer"].rating > 25 > skill["hare"].rating


def test_teams_that_never_meet_are_compared_deal_by_deal():
    """Scores 0, 1 and 2 more than what the deal is worth, which is far more."""
    entrants = field(3, 2, "cooperative")

    def outcome(luck, pairing):
        return [100.0 * pairing.deal + pairing.seats[0]] * 2

    results = with_sides(played(Score(4), entrants, outcome).results, entrants.spec.sides)
    duels = paired(results, "it")
    assert duels.lineups == [(0, 1, 2)] and len(duels) == 4
    assert duels.returns[:, 1:] - duels.returns[:, :1] == pytest.approx(np.array([[2, 4]] * 4))
    assert list(BradleyTerry(paired=True).rate(results)) == ["e2", "e1", "e0"]


def test_partners_are_compared_beside_the_same_partner():
    entrants = field(3, 2, "cooperative")

    def outcome(luck, pairing):
        return [float(sum(pairing.seats))] * 2

    results = with_sides(played(CrossPlay(2), entrants, outcome).results, entrants.spec.sides)
    duels = paired(results, "it")
    assert np.nanmin(np.diff(duels.returns)) > 0
    assert list(BradleyTerry(paired=True).rate(results)) == ["e2", "e1", "e0"]


@pytest.mark.parametrize(
    ("holds", "why"),
    [
        (["cat@hunters"], "no entrant is called 'cat'"),
        (["fox@birds"], "no side 'birds'; it has hunters, prey"),
        ([f"{name}@prey" for name in FIELD.names], "nobody holds hunters"),
    ],
)
def test_what_is_wrong_is_told(holds, why):
    with pytest.raises(Unsuitable, match=why):
        BySide(2, holds).check(FIELD)
    with pytest.raises(BadParameter, match="NAME@SIDE"):
        BySide(2, ["fox"])


def test_one_side_is_none():
    with pytest.raises(Unsuitable, match="use --format cross_play"):
        BySide(2).check(field(2, 2, "cooperative"))


def test_who_stands_in_nobodys_place_cannot_be_paired():
    entrants = field(2)
    results = played(Score(2), field(1, 2, "cooperative"), lambda *_: [1.0, 1.0]).results
    with pytest.raises(Unsuitable, match="leave out paired"):
        BradleyTerry(paired=True).rate(results)
    assert len(entrants) == 2
