"""Whether the rounds of a Swiss can be paired to its end, without a rematch and on even sides.

Those that have not met are the edges of a graph, and a round is a perfect matching of it: what is
asked for are as many matchings without a common edge as there are rounds. Where sides matter, those
that are a game ahead on one side must meet those that are a game ahead on the other. While enough
are left to meet, a round can be paired whatever was paired before, so that only long tournaments of
few entrants need the search.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from arena.formats.swiss_lines import NOBODY, Line, Round

Pair = tuple[int, int]
Who = Collection[int]
"""Who plays a round, by entrant."""
Unmet = dict[int, set[int]]
"""By entrant, those it may still meet; NOBODY among them while it may have a bye."""
Leans = Mapping[int, tuple[int, int]]
"""By entrant that is a game ahead on one side: a group, and the side (1 or -1) unless the group is
turned. Group 0 is not; others are of pairs that may still sit either way."""
_STEPS = 20_000
"""How many steps a search takes at most; more than enough up to a dozen entrants."""


def playing(who: Who) -> set[int]:
    """Return those that a round pairs: with NOBODY, where they are an odd number."""
    return {*who, NOBODY} if len(who) % 2 else set(who)


def in_danger(unmet: Unmet, rounds: Sequence[Who], sides: bool) -> bool:
    """Whether pairing these rounds (each: who plays it) without a care might end badly.

    Not while everyone has half of the others left to meet (Dirac 1952); where `sides` matter, half
    of those on the other side (Hall 1935).
    """
    for number, who in enumerate(rounds):
        here = playing(who)
        missed = number + max((len(here) - 1 - len(unmet[one] & here) for one in here), default=0)
        if missed * (4 if sides else 2) > len(here) - (0 if sides else 2):
            return True
    return False


class Search:
    """Looks for a way to pair rounds without a rematch, a second bye or sides out of balance.

    It takes some thousand steps at most; one that finds no answer in them takes it that there is
    a way.
    """

    def __init__(self, steps: int = _STEPS) -> None:
        self.steps = steps

    def finds(
        self, unmet: Unmet, rounds: Sequence[Who], leans: Leans | None
    ) -> Mapping[int, int] | None:
        """Return which groups of `leans` must be turned (-1) or not (1), None if there is no way.

        Groups that do not matter are left out; `leans` is None where sides do not matter.
        """
        if not rounds or not in_danger(unmet, rounds, leans is not None):
            return {}
        due = Counter(one for who in rounds for one in playing(who))
        if any(times > len(unmet[one]) for one, times in due.items()):
            return None
        for pairs in self.matchings(unmet, playing(rounds[0])):
            seated = seat(pairs, leans) if leans is not None else (None, {})
            if seated is None:
                continue
            found = self.finds(without(unmet, pairs), rounds[1:], seated[0])
            if found is not None:
                return _turned(seated[1], found)
        return {} if self.steps < 0 else None

    def matchings(self, unmet: Unmet, who: set[int]) -> Iterator[list[Pair]]:
        """Yield the ways to pair these without a rematch, while there are steps left."""
        if not who:
            yield []
            return
        self.steps -= 1
        if self.steps < 0:
            return
        one = min(who, key=lambda each: (len(unmet[each] & who), each))  # the hardest to pair
        for other in sorted(unmet[one] & who):
            for rest in self.matchings(unmet, who - {one, other}):
                yield [(one, other), *rest]


def seat(pairs: Collection[Pair], leans: Leans) -> tuple[Leans, Mapping[int, Pair]] | None:
    """Return how entrants lean after these pairs have met, None where one would lean by two.

    With it comes which groups are bound to another by that: the other, and 1 or -1 if turned.
    """
    after, bound = dict(leans), dict[int, Pair]()
    group = 1 + max((group for group, _ in leans.values()), default=0)
    for one, other in pairs:
        if NOBODY in (one, other):
            continue
        mine, theirs = after.pop(one, None), after.pop(other, None)
        if mine is not None and theirs is not None:
            mine, theirs = _resolved(mine, bound), _resolved(theirs, bound)
            if mine == theirs:
                return None
            if mine[0] != theirs[0]:
                if theirs[0] == 0:
                    mine, theirs = theirs, mine
                bound[theirs[0]] = (mine[0], -mine[1] * theirs[1])
        elif mine is not None:
            after[other] = mine  # who has had that side once more often leaves it to the other
        elif theirs is not None:
            after[one] = theirs
        else:
            after[one], after[other] = (group, 1), (group, -1)
            group += 1
    return {one: _resolved(lean, bound) for one, lean in after.items()}, bound


def _resolved(lean: Pair, bound: Mapping[int, Pair]) -> Pair:
    group, sign = lean
    while group in bound:
        group, turned = bound[group]
        sign *= turned
    return group, sign


def _turned(bound: Mapping[int, Pair], found: Mapping[int, int]) -> Mapping[int, int]:
    """Return how groups are to be turned, those that are `bound` to others with these."""
    turned = dict(found)
    for group in bound:
        other, sign = _resolved((group, 1), bound)
        turned[group] = sign * found.get(other, 1)
    return turned


def without(unmet: Unmet, pairs: Collection[Pair]) -> Unmet:
    """Return who may still meet once these pairs have."""
    after = {one: set(others) for one, others in unmet.items()}
    for one, other in pairs:
        after[one].discard(other)
        after[other].discard(one)
    return after


class Outlook:
    """The rounds to come, which a round should let be paired without a rematch or a second bye.

    Where `sides` matter, then also such that nobody ever holds one twice more often than the other.
    Rounds at the end that cannot be had so whatever is paired now do not count.
    """

    def __init__(self, lines: Sequence[Line], left: int, sides: bool) -> None:
        who = [line.entrant for line in lines]
        self.unmet, self.leans, later = unmet_of(lines), None, [who] * left
        if sides:
            self.leans = {line.entrant: (0, line.ahead) for line in lines if line.lean}
        if not in_danger(self.unmet, [who, *later], sides):
            later = []
        while later and self._search([who, *later], self.unmet, self.leans) is None:
            later = later[:-1]
        self.later: Sequence[Who] = later

    def _search(
        self, rounds: Sequence[Who], unmet: Unmet, leans: Leans | None
    ) -> Mapping[int, int] | None:
        return Search().finds(unmet, rounds, leans)

    def kept(self, round_: Round) -> Round | None:
        """Return the round, pairs turned about if need be; None where the rest cannot be paired."""
        if not self.later:
            return round_
        unmet = without(self.unmet, round_.edges)
        if self.leans is None:
            return None if self._search(self.later, unmet, None) is None else round_
        leans = {line.entrant: (0, line.ahead) for line in round_.after() if line.lean}
        if self._search(self.later, unmet, leans) is not None:
            return round_
        if (seated := seat(round_.edges, self.leans)) is None:
            return None
        turned = self._search(self.later, unmet, seated[0])
        return None if turned is None else _about(round_, seated[0], turned)


def _about(round_: Round, leans: Leans, turned: Mapping[int, int]) -> Round:
    """Return the round with the pairs turned about whose group is."""
    pairs = [
        (other, one)
        if not one.lean and not other.lean and turned.get(group, 1) < 0
        else (one, other)
        for one, other in round_.pairs
        for group, _ in [leans.get(one.entrant, (0, 0))]
    ]
    return Round(pairs, round_.bye)


def unmet_of(lines: Sequence[Line]) -> Unmet:
    """Return who of these may still meet whom."""
    everyone = {line.entrant for line in lines}
    unmet = {line.entrant: everyone - {line.entrant, *line.met} for line in lines}
    unmet[NOBODY] = {line.entrant for line in lines if not line.byes}
    for one in unmet[NOBODY]:
        unmet[one].add(NOBODY)
    return unmet
