"""Plain play in mpe2's worlds of particles, for many at once: what learners have to beat.

Seats see their speed and place, then where landmarks and other agents are from them, in mpe2's
order; this is read from the numbers that they see. A body coasts on: pushed once to speed v it goes
0.4 v in all (0.1 s a step, a quarter of the speed lost in each), so who means to stop aims short.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from itertools import permutations
from typing import TYPE_CHECKING, Any

from gymnasium.spaces import Box, Discrete

from arena import Agent, Batch, Spec, Unsuitable

if TYPE_CHECKING:
    from torch import Tensor

_COAST = 0.4
"""How far a body goes of itself, by its speed."""
_NEAR, _PUSH = 0.1, 0.2
"""From how far it is worth a push, and how far a full one goes."""
_MOST = 6
"""Landmarks up to which all ways to share them out are looked at."""
_SIDES = {"adversaries", "agents"}


class Mover(Agent):
    """Goes where `heading` says, by single steps or by pushes of any strength."""

    columns = True

    def act_batch(self, batch: Batch) -> Sequence[Any]:
        """Return each row's action: a step, or five pushes in [0, 1]."""
        if batch.device is not None:
            return self._moves(batch.data, batch.spec, batch.action_space)  # type: ignore[return-value]
        import torch

        actions: list[Any] = [None] * len(batch)
        for seat, rows, part in batch.by_seat():
            space = batch.spec.seats[seat].action_space
            moves = self._moves(torch.as_tensor(part.data), batch.spec, space)
            told = moves.tolist() if isinstance(space, Discrete) else moves.numpy()
            for row, move in zip(rows, told):
                actions[row] = move
        return actions

    def _moves(self, seen: Tensor, spec: Spec, space: Any) -> Tensor:
        """Return the actions of rows of one seat (or of seats alike): (rows,) or (rows, 5)."""
        import torch

        wanted = self.heading(seen.double(), spec)
        x, y = wanted.unbind(1)
        if isinstance(space, Discrete):
            sideways = x.abs() > y.abs()
            step = torch.where(sideways, 1 + (x > 0).long(), 3 + (y > 0).long())
            return torch.where(wanted.abs().amax(1) < _NEAR, 0, step)
        pushes = (wanted / _PUSH).clamp(-1.0, 1.0)
        right, up = pushes.unbind(1)
        none = torch.zeros_like(right)
        ways = [
            none,
            (-right).clamp(min=0),
            right.clamp(min=0),
            (-up).clamp(min=0),
            up.clamp(min=0),
        ]
        return torch.stack(ways, 1).float()

    @abstractmethod
    def heading(self, seen: Tensor, spec: Spec) -> Tensor:
        """Return where to go from here, float64 (rows, 2); `seen` is float64 (rows, numbers)."""


class ToLandmark(Mover):
    """Shares of simple_spread's players."""

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` for another world than simple_spread."""
        count = len(spec.seats)
        fits = all(
            _moves_by_steps(seat.action_space) and getattr(seat.observation_space, "shape", ()) ==
            (6 * count,) and seat.team is None
            for seat in spec.seats
        )  # fmt: skip
        if not fits or spec.kind != "cooperative":
            raise Unsuitable(f"it knows simple_spread alone, and {spec.name} is not like it")

    def heading(self, seen: Tensor, spec: Spec) -> Tensor:
        """Return the way to the chosen landmark, less what the body coasts."""
        count = len(spec.seats)
        landmarks = seen[:, 4 : 4 + 2 * count].reshape(-1, count, 2)
        others = seen[:, 4 + 2 * count : 2 + 4 * count].reshape(-1, count - 1, 2)
        index = self.choose(landmarks, others)[:, None, None].expand(-1, 1, 2)
        return landmarks.gather(1, index)[:, 0] - _COAST * seen[:, :2]

    @abstractmethod
    def choose(self, landmarks: Tensor, others: Tensor) -> Tensor:
        """Return a landmark for each row, int64 (rows,); both are (rows, number, 2)."""


class NearestLandmark(ToLandmark):
    """simple_spread: goes to the nearest landmark, whoever else does."""

    def choose(self, landmarks: Tensor, others: Tensor) -> Tensor:
        """Return the nearest."""
        return (landmarks**2).sum(2).argmin(1)


class AssignedLandmark(ToLandmark):
    """simple_spread: goes to its landmark in the way to share them out that is shortest in all.

    All who play it see the same world and so agree. The sum of distances is least among all ways:
    what the Hungarian method finds (Kuhn, 1955).
    """

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` for another world, or more landmarks than can be shared out so."""
        super().check(spec)
        if len(spec.seats) > _MOST:
            raise Unsuitable(f"it shares out up to {_MOST} landmarks, and here are more")

    def choose(self, landmarks: Tensor, others: Tensor) -> Tensor:
        """Return the first player's landmark in the best of all permutations."""
        import torch

        count = landmarks.shape[1]
        players = torch.cat((torch.zeros_like(landmarks[:, :1]), others), 1)
        far = (players[:, :, None] - landmarks[:, None]).norm(dim=3)  # (rows, players, landmarks)
        ways = torch.tensor(list(permutations(range(count))), device=far.device)
        costs = far[:, torch.arange(count, device=far.device), ways].sum(2)
        return ways[costs.argmin(1), 0]


class Hunt(Mover):
    """Players of simple_tag, in whose worlds hunters and prey see each other."""

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` for another world than simple_tag."""
        teams = {seat.team for seat in spec.seats}
        steps = all(_moves_by_steps(seat.action_space) for seat in spec.seats)
        if teams != _SIDES or not steps or _obstacles(spec) < 0:
            raise Unsuitable(f"it knows simple_tag alone, and {spec.name} is not like it")

    def opponents(self, seen: Tensor, spec: Spec) -> Tensor:
        """Return where those of the other side are: (rows, number, 2)."""
        hunters, prey = _sizes(spec)
        others = hunters + prey - 1
        start = 4 + 2 * _obstacles(spec)
        around = seen[:, start : start + 2 * others].reshape(-1, others, 2)
        # Hunters are seated first, and see the speed of one more prey than prey does.
        hunting = seen.shape[1] == start + 2 * others + 2 * prey
        return around[:, hunters - 1 :] if hunting else around[:, :hunters]


class Chase(Hunt):
    """simple_tag: goes straight for the nearest of the other side."""

    def heading(self, seen: Tensor, spec: Spec) -> Tensor:
        """Return the way to it, ten times over: a hunter does not stop."""
        around = self.opponents(seen, spec)
        index = (around**2).sum(2).argmin(1)[:, None, None].expand(-1, 1, 2)
        return 10.0 * around.gather(1, index)[:, 0]


class Flee(Hunt):
    """simple_tag: goes away from the other side, the nearer they are the more, and from the edge.

    Beyond 0.9 from the middle along either axis the prey pays.
    """

    def heading(self, seen: Tensor, spec: Spec) -> Tensor:
        """Return the way there, ten times over: prey does not stop."""
        around = self.opponents(seen, spec)
        away = -(around / (around**2).sum(2, keepdim=True).clamp(min=1e-4)).sum(1)
        place = seen[:, 2:4]
        inwards = -place.sign() * ((place.abs() - 0.5).clamp(min=0.0) * 6.0) ** 2
        return 10.0 * (away + inwards)


def _moves_by_steps(space: Any) -> bool:
    if isinstance(space, Discrete):
        return bool(space.n == 5 and space.start == 0)
    return isinstance(space, Box) and space.shape == (5,)


def _sizes(spec: Spec) -> tuple[int, int]:
    hunters = sum(seat.team == "adversaries" for seat in spec.seats)
    return hunters, len(spec.seats) - hunters


def _obstacles(spec: Spec) -> int:
    """Return how many obstacles there are, -1 if what is seen does not fit simple_tag."""
    hunters, prey = _sizes(spec)
    rest = 4 + 2 * (hunters + prey - 1)
    sizes = [seat.observation_space.shape[0] for seat in spec.seats]
    numbers, odd = divmod(sizes[0] - rest - 2 * prey, 2)
    wanted = [sizes[0]] * hunters + [sizes[0] - 2] * prey
    return numbers if not odd and sizes == wanted else -1
