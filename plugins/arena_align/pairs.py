"""Preference pairs: of two answers to one prompt, which is the better one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from arena import Scorer, derive
from arena_align.decisions import Decision
from arena_align.rows import Pair

Values = Sequence[Mapping[int, float]]
"""What each decision's moves are worth, by their index."""


def by_value(asked: Sequence[Decision], values: Values, margin: float = 1e-9) -> list[Pair]:
    """Return every pair of legal moves whose values differ by more than `margin`.

    `values` are those of each decision's moves, by their index.
    """
    return [
        _pair(decision, better, worse)
        for decision, worth in zip(asked, values)
        for better, worse in _ranked(worth, margin)
    ]


def drawn_by_value(
    asked: Sequence[Decision], values: Values, seed: int, draws: int = 1, margin: float = 1e-9
) -> list[Pair]:
    """Return `draws` pairs for each decision where moves differ, drawn one by one.

    So what is met often weighs more.
    """
    found = []
    for number, (decision, worth) in enumerate(zip(asked, values)):
        if ranked := _ranked(worth, margin):
            for draw in range(draws):
                pick = derive(seed, "pair", number, draw) % len(ranked)
                found.append(_pair(decision, *ranked[pick]))
    return found


def _ranked(worth: Mapping[int, float], margin: float) -> list[tuple[int, int]]:
    return [(one, two) for one in worth for two in worth if worth[one] > worth[two] + margin]


def _pair(decision: Decision, better: int, worse: int) -> Pair:
    labels = decision.labels
    return Pair(decision.prompt, labels[better], labels[worse], decision.group)


def by_outcome(asked: Iterable[Decision]) -> list[Pair]:
    """Return the answers of winners against those of losers to the same prompt.

    Matches that were drawn say nothing. Where an answer both won and lost, the share of its wins
    decides.
    """
    counted = ((decision, (decision.score > 0) - (decision.score < 0)) for decision in asked)
    return _by_mean((decision, float(sign)) for decision, sign in counted if sign)


def by_scorer(asked: Iterable[Decision], scorer: Scorer) -> list[Pair]:
    """Return the answers that a scorer, a judge or a reward model, put above other answers."""
    given = {(d.prompt, d.reply): d for d in asked}
    prompts, replies = [prompt for prompt, _ in given], [reply for _, reply in given]
    scores = map(float, scorer.score(prompts, replies)) if given else ()
    return _by_mean(zip(given.values(), scores))


def _by_mean(scored: Iterable[tuple[Decision, float]]) -> list[Pair]:
    """Return the answers to each prompt that have a higher mean score than others."""
    sums: dict[str, dict[str, tuple[float, int]]] = {}
    groups: dict[str, str] = {}
    for decision, score in scored:
        of_prompt = sums.setdefault(decision.prompt, {})
        total, times = of_prompt.get(decision.reply, (0.0, 0))
        of_prompt[decision.reply] = total + score, times + 1
        groups[decision.prompt] = decision.group
    found = []
    for prompt, replies in sums.items():
        means = {reply: total / times for reply, (total, times) in replies.items()}
        found += [
            Pair(prompt, better, worse, groups[prompt])
            for better in means
            for worse in means
            if means[better] > means[worse]
        ]
    return found


def sampled(pairs: Sequence[Pair], most: int, seed: int) -> list[Pair]:
    """Return at most so many pairs, drawn evenly, in their order; 0 for all."""
    if not 0 < most < len(pairs):
        return list(pairs)
    order = sorted(range(len(pairs)), key=lambda index: derive(seed, "pair", index))[:most]
    return [pairs[index] for index in sorted(order)]


def parted(pairs: Iterable[Pair], out: Callable[[str], bool]) -> tuple[list[Pair], list[Pair]]:
    """Return the pairs to train on, and those of groups that are kept out of it."""
    kept: list[Pair] = []
    held: list[Pair] = []
    for pair in pairs:
        (held if out(pair.group or pair.prompt) else kept).append(pair)
    return kept, held
