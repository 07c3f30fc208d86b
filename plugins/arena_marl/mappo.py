"""PPO for several seats: with a central value (MAPPO), with each seat's own (IPPO), and MAA2C."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import torch
from arena_deep.learner import positive, share
from arena_deep.weights import Adam
from torch import Tensor, nn

from arena import Spec, TrainingState
from arena_marl.acting import among
from arena_marl.expected import Values, leaning
from arena_marl.groups import Grouped
from arena_marl.learner import JointTrainer
from arena_marl.off_policy import unit
from arena_marl.worlds import Step


class Joint(NamedTuple):
    """Joint steps: by seat `seen`, `acts` and what was `legal` (rows, n); who was `asked`, `logp`,
    `gained` (advantages) and `target` (what the values are to be), float32 (rows, seats)."""

    seen: list[Tensor]
    acts: list[Tensor]
    legal: list[Tensor | None]
    asked: Tensor
    logp: Tensor
    gained: Tensor
    target: Tensor

    def pick(self, rows: Tensor) -> Joint:
        """Return some rows."""
        return Joint(
            [part[rows] for part in self.seen], [part[rows] for part in self.acts],
            [None if part is None else part[rows] for part in self.legal], self.asked[rows],
            self.logp[rows], self.gained[rows], self.target[rows],
        )  # fmt: skip


class Played(NamedTuple):
    """A joint step of all worlds: what all saw and did, what they might have done, what came."""

    seen: list[Tensor]
    acts: list[Tensor]
    legal: list[Tensor | None]
    asked: Tensor
    step: Step


class Policies(nn.Module):
    """All that is learnt: actors, values, and how widely actions that are numbers are drawn."""

    def __init__(self, actors: Grouped, values: Values, widths: list[int], spread: float) -> None:
        super().__init__()
        self.actors, self.values = actors, values
        self.spreads = nn.ParameterList(torch.full((n,), math.log(spread)) for n in widths)


@dataclass(eq=False)
class MAPPO(JointTrainer):
    """PPO whose values see what all seats see (Yu et al., 2022); actors see their own.

    rollout          joint steps of each world between updates
    clip, epochs, minibatches  how far odds may move in an update, and how it goes through its steps
    decay            of an advantage (lambda)
    entropy          what entropy is worth, at first and at last
    spread           standard deviation, in half-ranges, of actions that are numbers, to begin with
    optimism         how much less it counts where less came than was expected, for policies and for
                     values, at first and at last

    The other parameters are those of `JointTrainer`.
    """

    worlds: int = 128
    rollout: int = 25
    clip: float = 0.2
    epochs: int = 5
    minibatches: int = 4
    decay: float = 0.95
    entropy: list[float] = field(default_factory=lambda: [0.01, 0.001])
    spread: float = 0.5
    optimism: list[float] = field(default_factory=lambda: [0.0])

    name = "mappo"
    central = True
    by_turns = True

    def __post_init__(self) -> None:
        super().__post_init__()
        positive(
            self.name, rollout=self.rollout, clip=self.clip, epochs=self.epochs,
            minibatches=self.minibatches, spread=self.spread,
        )  # fmt: skip
        hopes = {f"optimism[{i}]": hope for i, hope in enumerate(self.optimism)}
        share(self.name, gamma=self.gamma, decay=self.decay, **hopes)

    def default_steps(self, spec: Spec) -> int:
        """Return enough moves for simple_spread: 9.6 million joint steps."""
        return 9_600_000 * len(spec.seats)

    def build(self) -> None:
        """Make the values."""
        one = self.central and self.team and self.shared
        hidden = self.critic or [128, 128]
        values = Values(self.groups, self.sights, self.central, one, hidden)
        widths = [doing.width for doing in self.doing]
        self.all = Policies(self.actors, values, widths, self.spread).to(self.device)
        self.adam = Adam(self.all, self.learning_rate)

    def play_round(self, luck: torch.Generator) -> dict[str, float]:
        """Play stretches of `rollout` joint steps, and learn after each."""
        self.arena.begin(self.joint_steps)
        told: dict[str, Tensor] = {}
        for _ in range(max(1, self.round_steps // self.rollout)):
            with self.playing():
                steps = self._collect(luck)
            with self.learning():
                told = self._improve(steps, luck)
        return {name: float(value) for name, value in told.items()}

    def _collect(self, luck: torch.Generator) -> Joint:
        """Step all worlds `rollout` times."""
        kept = []
        for _ in range(self.rollout):
            seen, legal = self.arena.observe(), self.arena.legal()
            asked = self.league.own(self.arena.asked())
            outputs = map(among, self.outputs(seen), legal)
            triples = zip(self.doing, outputs, self.all.spreads, strict=True)
            acts = [doing.drawn(out, s.exp(), unit(out, luck)) for doing, out, s in triples]
            moves = [doing.actions(act) for doing, act in zip(self.doing, acts)]
            kept.append(Played(seen, acts, legal, asked, self.arena.step(moves)))
            self.stepped()
        return self._joint(kept)

    def _joint(self, kept: list[Played]) -> Joint:
        """Return stretches as rows, with generalised advantages (Schulman et al., 2016)."""
        seen, acts = _rows([p.seen for p in kept]), _rows([p.acts for p in kept])
        legal = _rows([p.legal for p in kept])
        shape = len(kept), self.arena.size, self.seats
        value = self.all.values.worth(seen).view(shape)
        ahead = self.all.values.worth(_rows([p.step.seen for p in kept])).view(shape)
        gained, later = torch.zeros_like(value), torch.zeros_like(value[0])
        for turn, (*_, step) in reversed(list(enumerate(kept))):
            on = (~step.over).float()[:, None]
            error = self.wages(step.rewards) + self.gamma * ahead[turn] * on - value[turn]
            later = error + self.gamma * self.decay * (~step.ended).float()[:, None] * later
            gained[turn] = later
        rows = Joint(
            seen, acts, legal, torch.cat([p.asked for p in kept]).float(),
            torch.empty(0), gained.flatten(0, 1), (gained + value).flatten(0, 1),
        )  # fmt: skip
        return rows._replace(logp=torch.stack([logp for logp, _ in self._measured(rows)], 1))

    def _improve(self, steps: Joint, luck: torch.Generator) -> dict[str, Tensor]:
        """Go through the steps several times."""
        hope, bonus = self.now(self.optimism), self.now(self.entropy)
        gained, asked = steps.gained * leaning(steps.gained, hope), steps.asked
        often = asked.sum(0).clamp(min=1.0)
        gained = gained - (gained * asked).sum(0) / often
        gained = gained / (((gained.square() * asked).sum(0) / often).sqrt() + 1e-8)
        steps = steps._replace(gained=gained, target=self.all.values.scaled(steps.target))
        told: dict[str, Tensor] = {}
        for _ in range(self.epochs):
            order = torch.randperm(len(gained), generator=luck, device=self.device)
            for rows in order.tensor_split(self.minibatches):
                told = self._terms(steps.pick(rows), hope)
                loss = told["policy_loss"] + 0.5 * told["value_loss"] - bonus * told["entropy"]
                self.adam.step(loss, self.rate, 0.5)
        return {name: value.detach() for name, value in told.items()}

    def _terms(self, rows: Joint, hope: float) -> dict[str, Tensor]:
        """Return the parts of the loss: means over the moves made; of values, over all rows."""
        logp, entropy = (torch.stack(part, 1) for part in zip(*self._measured(rows), strict=True))
        ratio = (logp - rows.logp).exp()
        clipped = ratio.clamp(1 - self.clip, 1 + self.clip)
        kept = torch.minimum(ratio * rows.gained, clipped * rows.gained)
        share = rows.asked / rows.asked.sum().clamp(min=1.0)
        return {
            "policy_loss": -(kept * share).sum(),
            "value_loss": self.all.values.loss(rows.seen, rows.target, hope),
            "entropy": (entropy * share).sum(),
        }

    def _measured(self, rows: Joint) -> list[tuple[Tensor, Tensor]]:
        """Return log-odds of what each seat did, and entropies, as the actors are now."""
        outputs = map(among, self.actors(rows.seen), rows.legal)
        parts = zip(self.doing, outputs, rows.acts, self.all.spreads, strict=True)
        return [doing.measure(out, act, spread) for doing, out, act, spread in parts]

    def state(self) -> TrainingState:
        """Return the networks, their optimiser, and the scale of the values."""
        scale = self.all.values.scale.numpy(force=True).copy()
        return TrainingState(
            {"joint_steps": self.joint_steps}, {**self.adam.arrays("all"), "scale": scale}
        )

    def restore(self, state: TrainingState) -> None:
        """Take them back."""
        self.joint_steps = int(state.values["joint_steps"])
        self.adam.restore("all", state.arrays)
        self.all.values.scale.copy_(torch.as_tensor(np.array(state.arrays["scale"])))


class IPPO(MAPPO):
    """Independent PPO: the same, but values see what their own seat sees (de Witt et al., 2020)."""

    name = "ippo"
    central = False


@dataclass(eq=False)
class MAA2C(MAPPO):
    """Advantage actor-critic with a central value: one step of each stretch of play.

    Papoudakis et al., "Benchmarking multi-agent deep reinforcement learning algorithms", 2021.
    """

    worlds: int = 64
    rollout: int = 5
    epochs: int = 1
    minibatches: int = 1

    name = "maa2c"


def _rows(parts: list[list[Any]]) -> list[Any]:
    """Return lists by seat, one a joint step, as one list of rows, the earliest first."""
    return [None if each[0] is None else torch.cat(each) for each in zip(*parts, strict=True)]
