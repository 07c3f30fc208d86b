"""`prompt_duel`: seats answer the same prompt, unseen by each other, and a judge decides."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from arena import BadParameter, Environment, FreeText, Luck, Scorer, Seat, Spec, make_scorer
from arena_llm.rows import read_rows


class PromptDuel(Environment):
    """Two or more seats answer one prompt at once; a scorer compares their answers in pairs.

    `prompts` is a file (.jsonl with a `prompt` in each row, or text, a prompt a line), or `tasks`,
    a shipped list; a deal draws one. `scorer` is the judge (`arena scorers`), by default the rules
    that the rows of the file say. `most` bounds an answer, in characters. A seat returns the mean
    of what the judge says of its answer against each other one: 1 better, -1 worse, 0 neither.
    Where the judge has not decided yet (`votes`) the match counts as cut off, and as a draw.
    """

    files = ("prompts",)

    def __init__(
        self, prompts: str = "tasks", scorer: str = "", seats: int = 2, most: int = 2_000
    ) -> None:
        if seats < 2 or most < 1:
            raise BadParameter("prompt_duel: seats are 2 or more, and most is 1 or more")
        self.prompts = [str(row["prompt"]) for row in read_rows(prompts)]
        self.named = _named(prompts, scorer)
        self.judge = judge_of(self.named)
        seat = Seat(FreeText(max(map(len, self.prompts))), FreeText(most))
        self.spec = Spec(
            "prompt_duel", (seat,) * seats, zero_sum=True, max_turns=1, returns=(-1.0, 1.0),
            no_model="nobody can foresee what others say",
        )  # fmt: skip
        self.prompt, self.answers, self.verdicts = "", (), ()

    def reset_to(self, deal: int) -> None:
        """Begin the duel of a deal."""
        self.reset(Luck(deal))

    def reset(self, rng: Luck) -> None:
        """Draw a prompt."""
        self.prompt = self.prompts[int(rng.integers(len(self.prompts)))]
        self.answers: tuple[str, ...] = ()
        self.verdicts: tuple[float, ...] = ()
        self.truncated = False

    def acting(self) -> Sequence[int]:
        """Return all seats, once."""
        return () if self.answers else tuple(range(len(self.spec.seats)))

    def observe(self, seat: int) -> str:
        """Return the prompt."""
        return self.prompt

    def rules(self, seat: int) -> str:
        """Return what it is about."""
        most = self.spec.seats[0].action_space.most
        return (
            "All seats answer the same prompt, and see no other answer. Then a judge decides whose "
            f"answer is better. An answer has at most {most:,} characters."
        )

    def step(self, actions: Mapping[int, Any]) -> Sequence[float]:
        """Have the answers judged."""
        seats = range(len(self.spec.seats))
        self.answers = tuple(actions[seat] for seat in seats)
        self.verdicts = tuple(verdicts(self.judge, self.prompt, self.answers))
        self.truncated = any(map(math.isnan, self.verdicts))
        pay = [0.0 for _ in seats]
        for (one, two), verdict in zip(combinations(seats, 2), self.verdicts):
            if not math.isnan(verdict):
                pay[one] += verdict / (len(seats) - 1)
                pay[two] -= verdict / (len(seats) - 1)
        return pay

    def state(self) -> Any:
        """Return the prompt and the answers."""
        return (self.prompt, *self.answers)

    def render(self) -> str:
        """Return the prompt, the answers and what the judge says of each pair."""
        lines = [f"prompt: {self.prompt}"]
        lines += [f"seat {seat}: {answer}" for seat, answer in enumerate(self.answers)]
        pairs = combinations(range(len(self.answers)), 2)
        for (one, two), verdict in zip(pairs, self.verdicts):
            lines.append(f"{self.named}: {_in_words(one, two, verdict)}")
        return "\n".join(lines)


_JUDGES: dict[str, Scorer] = {}


def judge_of(named: str) -> Scorer:
    """Return a judge, the same one for all games of this process."""
    if named not in _JUDGES:
        _JUDGES[named] = make_scorer(named)
    return _JUDGES[named]


def known_judge(parameters: Mapping[str, Any]) -> Scorer | None:
    """Return the judge of duels with these parameters, None if this process has not made it."""
    return _JUDGES.get(_named(**parameters))


def _named(prompts: str = "tasks", scorer: str = "", **_: Any) -> str:
    return scorer or f"rules:file={prompts}"


def verdicts(judge: Scorer, prompt: str, answers: Sequence[str]) -> list[float]:
    """Return what a judge says of each pair of answers, first with second, first with third, ...

    1 where the first is better, -1 where the second is, 0 for neither, NaN for not decided yet.
    Equal answers are not put to it.
    """
    pairs = [*combinations(answers, 2)]
    asked = [index for index, (one, two) in enumerate(pairs) if one != two]
    found = [0.0] * len(pairs)
    if asked:
        firsts, seconds = zip(*(pairs[index] for index in asked))
        for index, verdict in zip(asked, judge.compare([prompt] * len(asked), firsts, seconds)):
            found[index] = float(verdict)
    return found


def _in_words(one: int, two: int, verdict: float) -> str:
    if math.isnan(verdict):
        return f"seat {one} and seat {two} are not decided yet"
    if verdict == 0:
        return f"seat {one} and seat {two} are even"
    better, worse = (one, two) if verdict > 0 else (two, one)
    return f"seat {better} is better than seat {worse}"
