"""Judges whole columns of answers; a row that is wrong forfeits, and no other notices."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from gymnasium.spaces import Box, Discrete, MultiDiscrete
from torch import Tensor

from arena.agent import Agent
from arena.batch import Moves
from arena.column_batch import ColumnBatch, TableFailed, Tick
from arena.columns import host
from arena.environment import Environment
from arena.records import STANDARD_RULES, Match, Spec
from arena.referee import Referee, Wrong, checked, wrong_of
from arena.seeds import Luck
from arena.slot import whole


class Columns(NamedTuple):
    """What an agent answered to a batch.

    actions   (rows, *shape of an action)
    columns   what it handed back beside them, by name: tensors; or lists where nothing else fits,
              with None for rows that lack it
    wrong     what is known to be wrong with a row's answer
    """

    actions: Tensor
    columns: Mapping[str, Any]
    wrong: Mapping[int, Wrong] = {}


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
        self._bounds: dict[tuple[int, Any], tuple[Tensor, Tensor, Tensor]] = {}
        self._game: Environment | None = None

    def ask(self, agent: Agent, batch: ColumnBatch) -> Columns:
        """Return the agent's answers.

        If it raises, or answers with anything but a column, each row that is asked is asked alone.
        """
        try:
            answers = _column(agent.act_batch(batch), batch)  # type: ignore[arg-type]
            batch.commit()
        except TableFailed:
            raise
        except Exception:
            return self._apart(agent, batch)
        return answers

    def _apart(self, agent: Agent, batch: ColumnBatch) -> Columns:
        """Ask row by row, and judge as single games are judged, whatever the answers may be."""
        space, rows = batch.action_space, len(batch)
        actions = np.zeros((rows, *(space.shape or ())), space.dtype)
        wrong: dict[int, Wrong] = {}
        given: dict[str, dict[int, Any]] = {}
        asked = dict(batch.asked())
        for row, alone in asked.items():
            action, beside = self._alone(agent, alone)
            if isinstance(action, Wrong):
                wrong[row] = action
            else:
                actions[row] = action
            for name, value in beside.items():
                given.setdefault(name, {})[row] = value
        told, device = torch.as_tensor(actions, device=batch.device), batch.device
        columns = {n: _filled(values, list(asked), rows, device) for n, values in given.items()}
        return Columns(told, columns, wrong)

    def _alone(self, agent: Agent, batch: ColumnBatch) -> tuple[Any, dict[str, Any]]:
        """Return the action or `Wrong` of a batch of one, and what was handed back beside it."""
        try:
            answer: Any = agent.act_batch(batch)  # type: ignore[arg-type]
            if isinstance(answer, Moves):
                answer = Moves(_on_host(answer.actions), answer.columns)
            actions, columns = checked(_on_host(answer), 1)
            batch.commit()
        except TableFailed:
            raise
        except Exception as error:
            return wrong_of(error), {}
        action = self._single.judge(batch.seat, actions[0], batch.legal[0])
        return action, {name: column[0] for name, column in columns.items()}

    def judge(self, tick: Tick, seat: int | None, given: Tensor, wrong: Collection[int]) -> Judged:
        """Return what the answers are worth, for rows that were not asked too.

        `wrong` names rows of which that is known.
        """
        space = self.spec.seats[seat or 0].action_space
        judged = self._counted(tick, seat, given) if isinstance(space, Discrete) else (
            self._within(seat or 0, given)
        )  # fmt: skip
        if wrong:
            known = torch.zeros_like(judged.bad)
            known[torch.as_tensor(list(wrong), device=known.device)] = True
            return Judged(judged.actions, judged.bad | known)
        return judged

    def _counted(self, tick: Tick, seat: int | None, given: Tensor) -> Judged:
        space = self.spec.seats[seat or 0].action_space
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

    def _within(self, seat: int, given: Tensor) -> Judged:
        low, high, element = self._limits(seat, given.device)
        given = given.to(low.dtype)
        within = (given >= low) & (given <= high)  # false for NaN
        good = within.flatten(1).all(1) if within.ndim > 1 else within
        return Judged(torch.where(within, given, element), ~good)

    def _limits(self, seat: int, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
        """Return the least and greatest of a seat's actions, and one that is finite."""
        if (seat, device) not in self._bounds:
            space: Any = self.spec.seats[seat].action_space
            if isinstance(space, MultiDiscrete):
                low, high = space.start, space.start + space.nvec - 1
            else:
                low, high = space.low, space.high
            ends = [np.array(end, space.dtype) for end in (low, high, np.clip(0, low, high))]
            least, most, element = (torch.from_numpy(end).to(device) for end in ends)
            self._bounds[seat, device] = least, most, element
        return self._bounds[seat, device]

    def explain(self, match: Match, log: Sequence[Any], seat: int, action: Any) -> Wrong:
        """Return what was wrong with an action after a log, by playing up to it once more."""
        if self._game is None:
            self._game = self._make()
        game = self._game
        game.reset(Luck(match.deal))
        while log:
            moves = 2 * len(game.acting())
            game.step(dict(zip(log[:moves:2], log[1:moves:2])))
            log = log[moves:]
        legal = game.legal(seat)
        wrong = self._single.judge(
            seat, action if action.ndim else action.item(),
            whole(self.spec, seat) if legal is None else legal,
        )  # fmt: skip
        return wrong if isinstance(wrong, Wrong) else Wrong("illegal", f"{action} is no move here")

    def close(self) -> None:
        """Let go of the game that is played again to explain."""
        if self._game is not None:
            self._game.close()


_COUNTS = {torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64}


def _column(answer: Any, batch: ColumnBatch) -> Columns:
    """Return what an agent answered as columns on the batch's device. Raises if it is not that."""
    told, beside = answer if isinstance(answer, Moves) else (answer, {})
    actions = _tensor(told, batch.device)
    shape = (len(batch), *(batch.action_space.shape or ()))
    if not isinstance(actions, Tensor) or actions.shape != shape:
        raise ValueError(f"these are no actions of shape {shape}")
    if not _fits(actions.dtype, batch.action_space):
        raise ValueError(f"{actions.dtype} cannot be an action")
    columns = {name: _tensor(column, batch.device) for name, column in beside.items()}
    if any(len(column) != len(batch) for column in columns.values()):
        raise ValueError("a column is not as long as the batch")
    return Columns(actions, columns)


def _fits(dtype: torch.dtype, space: Any) -> bool:
    if isinstance(space, Discrete):
        return dtype in _COUNTS or dtype.is_floating_point
    return np.can_cast(np.dtype(str(dtype).removeprefix("torch.")), space.dtype, "same_kind")


def _tensor(values: Any, device: Any) -> Any:
    """Return a column as a tensor, or as a list where there is no such tensor."""
    if isinstance(values, list | tuple):
        if values and all(isinstance(value, Tensor) for value in values):
            values = torch.stack(list(values))
        else:
            try:
                array = np.asarray(values)
            except ValueError:  # rows of different lengths
                return list(values)
            if array.dtype.kind not in "biuf":
                return list(values)
            values = array
    tensor = torch.as_tensor(values, device=device)
    return tensor.float() if tensor.dtype is torch.bfloat16 else tensor  # numpy knows none


def _filled(given: Mapping[int, Any], asked: Sequence[int], rows: int, device: Any) -> Any:
    """Return a column of what some rows gave: None where one that was asked gave nothing."""
    column = [next(iter(given.values()))] * rows
    for row in asked:
        column[row] = given.get(row)
    return _tensor(column, device)


def _on_host(values: Any) -> Any:
    return host(values) if isinstance(values, Tensor) else values
