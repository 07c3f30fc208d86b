"""What duels show of their judge: whether the place or the length of an answer decides.

Of all pairs of answers that were decided, how often the one of the lower seat won (position), and
how often the longer one (length), with Wilson's 95 % intervals. Half is fair only where nothing
else hangs on it: a judge who is asked for short answers should prefer them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from arena import Episode, MatchQuery, wilson
from arena_llm.duel import known_judge


def findings(store: Any, tournament: int) -> Mapping[str, Any]:
    """Return what the duels of a tournament of `prompt_duel` show; nobody is asked again for it.

    What the judge noticed about itself is known where the duels were judged by this process.
    """
    stored = store.replays(MatchQuery(tournament=tournament))
    told = biases(pair for each in stored for pair in judged(each.episode))
    judge = known_judge(store.tournament(tournament).record.game.ref.parameters)
    said = {} if judge is None else judge.findings()
    return {
        **told, **({"judge": dict(said)} if said else {}),
        "says": " ".join([_in_words(told), *filter(None, [said.get("says")])]),
    }  # fmt: skip


def judged(episode: Episode) -> Iterator[tuple[str, str, float]]:
    """Yield (answer, answer, verdict) of each pair of seats of a match, by what they were paid."""
    answers: Sequence[str] = episode.log[1::2]
    if episode.ending not in ("terminal", "truncated") or len(answers) < 2:
        return
    for (one, a), (two, b) in combinations(zip(answers, episode.returns), 2):
        pending = episode.ending == "truncated"
        yield one, two, math.nan if pending else float((a > b) - (a < b))


def biases(pairs: Iterable[tuple[str, str, float]]) -> dict[str, Any]:
    """Count pairs (answer, answer, verdict), and what place and length have to do with it."""
    counts = dict.fromkeys(("pairs", "decided", "even", "pending"), 0)
    first = longer = unequal = 0
    for one, two, verdict in pairs:
        counts["pairs"] += 1
        kind = "pending" if math.isnan(verdict) else "decided" if verdict else "even"
        counts[kind] += 1
        if kind != "decided":
            continue
        first += verdict > 0
        if len(one) != len(two):
            unequal += 1
            longer += (verdict > 0) == (len(one) > len(two))
    return {
        **counts,
        "first_seat_won": _share(first, counts["decided"]),
        "longer_won": _share(longer, unequal),
    }  # fmt: skip


def _share(count: int, of: int) -> dict[str, float | int] | None:
    """Return a share with its 95 % interval; None of nothing."""
    if not of:
        return None
    low, high = wilson(count / of, of)
    return {"share": count / of, "low": low, "high": high, "of": of}


def _in_words(told: Mapping[str, Any]) -> str:
    """Return what is told in a sentence or two."""
    text = (
        f"Of {told['pairs']:,} pairs of answers {told['decided']:,} were decided and "
        f"{told['even']:,} even."
    )
    if told["pending"]:
        text += f" {told['pending']:,} wait for a vote, and count as draws until then."
    parts = []
    for key, who in (("first_seat_won", "the lower seat's answer"), ("longer_won", "the longer")):
        share = told[key]
        if share is not None:
            low, high = 100 * share["low"], 100 * share["high"]
            parts.append(f"{who} won {100 * share['share']:.0f} % ({low:.0f} to {high:.0f})")
    return f"{text} Of those decided {' and '.join(parts)}." if parts else text
