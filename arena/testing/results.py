"""Made-up tournaments for the checks of formats and raters."""

from __future__ import annotations

from collections.abc import Iterable

from arena.records import Ending, Episode, Fault, Match, Pairing, Seat, Spec
from arena.results import Results, ResultsLog
from arena.seeds import derive, uniform

_SEAT = Seat(None, None)
PAIR = Spec("made-up, two seats", (_SEAT,) * 2, zero_sum=True)
THREE = Spec("made-up, three seats", (_SEAT,) * 3)
ALONE = Spec("made-up, one seat", (_SEAT,))
TEAM = Spec("made-up, two seats that cooperate", (_SEAT,) * 2, kind="cooperative")
GAMES = (PAIR, THREE, ALONE, TEAM)


def outcome(spec: Spec, number: int, pairing: Pairing, seed: int) -> Episode:
    """Return an episode in which entrants with lower indices tend to do better.

    One match in 16 is a forfeit of seat 0, and one void: numbers 1 and 2 in any case.
    """
    luck = derive(seed, "outcome", number)
    merits = [uniform(luck, seat, 0) - 0.25 * who for seat, who in enumerate(pairing.seats)]
    if spec.kind == "cooperative":
        merits = [sum(merits)] * len(merits)
    best = max(merits)
    returns = [1.0 if merit == best else -1.0 for merit in merits]
    if spec.ranked_by_return:
        returns = merits
    elif uniform(luck, 0, 1) < 0.2:
        returns = [0.0] * len(merits)
    ending: Ending = "terminal"
    faults: tuple[Fault, ...] = ()
    fate = int(uniform(luck, 0, 2) * 16)
    if number == 1 or fate == 0:
        ending, faults = "forfeit", (Fault(0, 0, "illegal", "forfeit", "made up"),)
    elif number == 2 or fate == 1:
        ending, faults = "void", (Fault(None, 0, "infrastructure", "void", "made up"),)
    match = Match(number, pairing.seats, luck, derive(seed, "deal", pairing.deal))
    return Episode(match, tuple(returns), ending, 1, [], faults, 0.0, 0.0)


def results_of(names: Iterable[str], spec: Spec, episodes: Iterable[Episode]) -> Results:
    """Return results whose arrays cannot be written to."""
    log = ResultsLog(tuple(names), len(spec.seats), spec.sides)
    log.add(list(episodes))
    results = log.results()
    for array in vars(results).values():
        if hasattr(array, "flags"):
            array.flags.writeable = False
    return results
