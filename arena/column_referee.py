"""Judges whole columns of answers; a row that is wrong forfeits, and no other notices."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from gymnasium.spaces import Box, Discrete, MultiDiscrete
from torch import Tensor

from arena.agent import Agent
from arena.batch import Moves
from arena.column_batch import ColumnBatch, Tick
from arena.environment import Environment
from arena.errors import Unsuitable
from arena.records import STANDARD_RULES, Match, Spec
from arena.referee import Referee, Wrong
from arena.seeds import Luck

_RAISED = -(1 << 31)
"""What stands in the column for a row whose agent raised."""


class Columns(NamedTuple):
    """What an agent answered: `actions` (rows, *shape), and what it handed back by name."""

    actions: Tensor
    columns: dict[str, Tensor]


class Judged(NamedTuple):
    """What a seat of each row answered: `actions` holds moves, and where it is `bad` none of worth.

    actions   (size, *shape of an action)
    bad       whether the answer is no move: bool (size,)
    """

    actions: Tensor
    bad: Tensor


def columns_suit(spec: Spec) -> bool:
    """Return whether this referee can judge a game's actions."""
    return all(isinstance(s.action_space, Discrete | Box | MultiDiscrete) for s in spec.seats)


class ColumnReferee:
    """Asks agents for columns; faults are put in words once they are on the host."""

    def __init__(self, spec: Spec, make: Callable[[], Environment]) -> None:
        self.spec, self._make = spec, make
        self._single = Referee(spec, STANDARD_RULES)
        self._raised = Wrong("exception", "")

    def ask(self, agent: Agent, batch: ColumnBatch) -> Columns:
        """Return the agent's answers, (rows, *shape); rows for which it raises are told apart."""
        try:
            return self._answers(agent, batch)
        except Exception as error:
            self._raised = Wrong(
                "exception", f"{type(error).__name__}: {error}", traceback.format_exc()
            )
        if len(batch) == 1:
            return Columns(self._nothing(batch), {})
        alone = [self.ask(agent, row).actions for row in batch.rows()]
        return Columns(torch.cat(alone), {})

    def _answers(self, agent: Agent, batch: ColumnBatch) -> Columns:
        answer: Any = agent.act_batch(batch)  # type: ignore[arg-type]
        told, beside = answer if isinstance(answer, Moves) else (answer, {})
        actions = torch.as_tensor(told, device=batch.device)
        columns = {n: torch.as_tensor(column, device=batch.device) for n, column in beside.items()}
        shape = (len(batch), *(self.spec.seats[0].action_space.shape or ()))
        if tuple(actions.shape) != shape:
            raise ValueError(f"act_batch gave actions of shape {tuple(actions.shape)}, not {shape}")
        for name, column in columns.items():
            if len(column) != len(batch):
                raise ValueError(f"act_batch gave {len(column)} {name} for {len(batch)} rows")
        return Columns(actions, columns)

    def _nothing(self, batch: ColumnBatch) -> Tensor:
        space = self.spec.seats[0].action_space
        value = float("nan") if isinstance(space, Box) else _RAISED
        return torch.full((len(batch), *(space.shape or ())), value, device=batch.device)

    def judge(self, tick: Tick, seat: int | None, given: Tensor) -> Judged:
        """Return what the answers are worth, for rows that were not asked too."""
        space = self.spec.seats[seat or 0].action_space
        if isinstance(space, Discrete):
            start, count = int(space.start), int(space.n)
            place = given.long() - start
            good = (place >= 0) & (place < count)
            if given.is_floating_point():
                good &= given == given.floor()
            place = place.clamp(0, count - 1)
            legal = tick.legal(seat)
            if legal is not None:
                good &= legal.gather(1, place[:, None])[:, 0]
            return Judged(place + start, ~good)
        low, high = self._bounds(space, given)
        within = (given >= low) & (given <= high)  # false for NaN
        good = within.flatten(1).all(1) if within.ndim > 1 else within
        return Judged(torch.where(within, given, low), ~good)

    def _bounds(self, space: Any, given: Tensor) -> tuple[Tensor, Tensor]:
        if isinstance(space, MultiDiscrete):
            low, high = space.start, space.start + space.nvec - 1
        elif isinstance(space, Box):
            low, high = space.low, space.high
        else:
            raise Unsuitable(f"columns of {space} cannot be judged")
        tensors = (torch.from_numpy(bound).to(given.device, given.dtype) for bound in (low, high))
        return tuple(tensors)  # type: ignore[return-value]

    def explain(self, match: Match, log: list[Any], seat: int, action: Any) -> Wrong:
        """Return what was wrong with an action after a log, by playing up to it once more."""
        if (action.ndim == 0 and action == _RAISED) or (action.ndim and (action != action).all()):
            return self._raised
        game = self._make()
        game.reset(Luck(match.deal))
        index = 0
        while index < len(log):
            asked = game.acting()
            index += 2 * len(asked)
            game.step(dict(zip(asked, log[index - 2 * len(asked) + 1 : index : 2])))
        wrong = self._single.judge(seat, action, game.legal(seat))
        return wrong if isinstance(wrong, Wrong) else Wrong("illegal", f"{action} is not a move")
