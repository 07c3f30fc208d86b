"""Values of a team as a mixture of its members': VDN, and QMIX."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from arena_deep.learner import share
from torch import Tensor, nn
from torch.nn import functional

from arena import Spec, Unsuitable
from arena_marl.acting import Choices, doing_of
from arena_marl.off_policy import Learnt, OffPolicy
from arena_marl.replay import Transitions


class Sum(nn.Module):
    """The team's value is the sum of its members' (Sunehag et al., 2018)."""

    def forward(self, values: Tensor, seen: list[Tensor]) -> Tensor:
        """Return float32 (rows,) of (rows, seats)."""
        return values.sum(1)


class Monotonic(nn.Module):
    """The team's value grows with each member's, how fast depends on what all see.

    Rashid et al., "QMIX: monotonic value function factorisation for deep multi-agent reinforcement
    learning", 2018, section 4: two layers of weights, none negative, that networks make of what
    all see.
    """

    def __init__(self, seats: int, width: int, units: int) -> None:
        super().__init__()
        self.seats, self.units = seats, units
        self.first, self.first_bias = nn.Linear(width, seats * units), nn.Linear(width, units)
        self.last = nn.Linear(width, units)
        self.last_bias = nn.Sequential(nn.Linear(width, units), nn.ReLU(), nn.Linear(units, 1))

    def forward(self, values: Tensor, seen: list[Tensor]) -> Tensor:
        """Return float32 (rows,) of (rows, seats)."""
        state = torch.cat(seen, 1)
        weights = self.first(state).abs().view(-1, self.seats, self.units)
        mixed = torch.bmm(values[:, None], weights)[:, 0] + self.first_bias(state)
        total = (functional.elu(mixed) * self.last(state).abs()).sum(1)
        value: Tensor = total + self.last_bias(state)[:, 0]
        return value


@dataclass(eq=False)
class VDN(OffPolicy):
    """Values of a team as the sum of values of what each member does (Sunehag et al., 2018).

    The mean of the seats' rewards is what is learnt from. Actions are taken by the greatest of a
    seat's own values, when learning at random with odds `epsilon`, that fall from the first to the
    last over the first half of the run.

    The other parameters are those of `OffPolicy` and `JointTrainer`.
    """

    epsilon: list[float] = field(default_factory=lambda: [1.0, 0.05])

    name = "vdn"

    def __post_init__(self) -> None:
        super().__post_init__()
        share(self.name, **{f"epsilon[{i}]": value for i, value in enumerate(self.epsilon)})

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` unless every seat makes one choice, and all are a team."""
        super().check(spec)
        for seat in spec.seats:
            doing = doing_of(seat.action_space)
            if not isinstance(doing, Choices) or doing.multi:
                raise Unsuitable(f"{self.name} needs one choice a seat, not {seat.action_space}")
        if spec.kind != "cooperative" and self.reward != "team":
            raise Unsuitable(f"{self.name} is for a team: give reward=team to play as one")

    def build(self) -> None:
        """Make what mixes the values; the actors' outputs are values here."""
        super().build()
        self.team = True
        self.both = nn.ModuleList([self.actors, self.mixer()]).to(self.device)
        self.learnt["values"] = Learnt(self.both, self.learning_rate)

    def mixer(self) -> nn.Module:
        """Return what makes one value of all the seats'."""
        return Sum()

    def explore(self, outputs: list[Tensor], luck: torch.Generator) -> list[Tensor]:
        """Return the best choices, now and then any."""
        first, last = self.epsilon[0], self.epsilon[-1]
        epsilon = first + (last - first) * min(1.0, 2.0 * self.progress)
        acts = []
        for doing, out in zip(self.doing, outputs, strict=True):
            u = torch.rand(len(out), 1 + out.shape[1], generator=luck, device=out.device)
            anything = u[:, :1] < epsilon
            acts.append(torch.where(anything, doing.best(u[:, 1:]), doing.best(out)))
        return acts

    def learn(self, rows: Transitions, luck: torch.Generator) -> dict[str, Tensor]:
        """Update values towards what came, with double Q-learning (van Hasselt et al., 2016)."""
        told = self.learnt["values"].step(self.loss(rows), self.rate, 5.0)
        self.learnt["values"].follow(self.tau)
        return {"value_loss": told}

    def loss(self, rows: Transitions) -> Tensor:
        """Return the squared error of the team's values: Rashid et al., equations 6 and 7."""
        late_actors, late_mixer = self.learnt["values"].late
        with torch.no_grad():
            thought = self.actors(rows.seen_next)
            acts = [doing.best(out) for doing, out in zip(self.doing, thought, strict=True)]
            ahead = late_mixer(_chosen(late_actors(rows.seen_next), acts), rows.seen_next)
            target = self.wages(rows.rewards)[:, 0] + self.gamma * ahead * (1.0 - rows.over)
        values = self.both[1](_chosen(self.actors(rows.seen), rows.acts), rows.seen)
        return functional.mse_loss(values, target)


@dataclass(eq=False)
class QMIX(VDN):
    """The same, the team's value growing with its members' by weights that depend on the state.

    mixing           units of the mixing network
    """

    mixing: int = 32

    name = "qmix"

    def mixer(self) -> nn.Module:
        """Return the mixing network."""
        return Monotonic(self.seats, sum(self.sights), self.mixing)


def _chosen(values: list[Tensor], acts: list[Tensor]) -> Tensor:
    """Return the values of what was done: float32 (rows, seats)."""
    pairs = zip(values, acts, strict=True)
    return torch.stack([(value * act).sum(1) for value, act in pairs], 1)
