"""PPO for several seats: with a central value (MAPPO), with each seat's own (IPPO), and MAA2C."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import torch
from arena_deep.learner import positive, share
from arena_deep.weights import Adam
from torch import Tensor, nn

from arena import BadParameter, Spec, TrainingState
from arena_marl.acting import among
from arena_marl.expected import Values, leaning
from arena_marl.groups import Grouped
from arena_marl.learner import JointTrainer
from arena_marl.memory import Memory
from arena_marl.off_policy import unit
from arena_marl.stretch import Played, Stretch, rows_of


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
    recurrent        numbers that an actor remembers from turn to turn (a gated recurrent unit),
                     learnt through the joint steps of a `rollout`; 0: it knows only what it sees
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
    recurrent: int = 0
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
        if self.recurrent < 0:
            raise BadParameter(f"{self.name}: recurrent={self.recurrent} is less than none, 0")
        hopes = {f"optimism[{i}]": hope for i, hope in enumerate(self.optimism)}
        share(self.name, gamma=self.gamma, decay=self.decay, **hopes)

    def default_steps(self, spec: Spec) -> int:
        """Return enough moves for simple_spread: 9.6 million joint steps."""
        return 9_600_000 * len(spec.seats)

    def build(self) -> None:
        """Make the values."""
        one = self.central and self.team and self.shared
        hidden = self.critic or [128, 128]
        sights = [sight + self.recurrent for sight in self.sights]
        values = Values(self.groups, sights, self.central, one, hidden)
        widths = [doing.width for doing in self.doing]
        self.all = Policies(self.actors, values, widths, self.spread).to(self.device)
        self.adam = Adam(self.all, self.learning_rate)

    def play_round(self, luck: torch.Generator) -> dict[str, float]:
        """Play stretches of `rollout` joint steps, and learn after each."""
        self.arena.begin(self.joint_steps)
        self.memory = Memory.blank(self.recurrent, self.seats, self.arena.size, self.device)
        told: dict[str, Tensor] = {}
        for _ in range(max(1, self.round_steps // self.rollout)):
            with self.playing():
                steps = self._collect(luck)
            with self.learning():
                told = self._improve(steps, luck)
        return {name: float(value) for name, value in told.items()}

    def _collect(self, luck: torch.Generator) -> Stretch:
        """Step all worlds `rollout` times."""
        kept = []
        for _ in range(self.rollout):
            seen, legal = self.memory.beside(self.arena.observe()), self.arena.legal()
            asked = self.arena.asked()
            outputs = map(among, self.memory.take(self.outputs(seen), asked), legal)
            triples = zip(self.doing, outputs, self.all.spreads, strict=True)
            acts = [doing.drawn(out, s.exp(), unit(out, luck)) for doing, out, s in triples]
            moves = [doing.actions(act) for doing, act in zip(self.doing, acts)]
            step = self.arena.step(moves)
            step = step._replace(seen=self.memory.beside(step.seen))
            self.memory.forget(step.ended)
            kept.append(Played(seen, acts, legal, self.league.own(asked), step))
            self.stepped()
        return self._joint(kept)

    def _joint(self, kept: list[Played]) -> Stretch:
        """Return stretches as rows, with generalised advantages (Schulman et al., 2016)."""
        seen, acts = rows_of([p.seen for p in kept]), rows_of([p.acts for p in kept])
        legal = rows_of([p.legal for p in kept])
        shape = len(kept), self.arena.size, self.seats
        value = self.all.values.worth(seen).view(shape)
        ahead = self.all.values.worth(rows_of([p.step.seen for p in kept])).view(shape)
        gained, later = torch.zeros_like(value), torch.zeros_like(value[0])
        for turn, (*_, step) in reversed(list(enumerate(kept))):
            on = (~step.over).float()[:, None]
            error = self.wages(step.rewards) + self.gamma * ahead[turn] * on - value[turn]
            later = error + self.gamma * self.decay * (~step.ended).float()[:, None] * later
            gained[turn] = later
        asked = torch.cat([p.asked for p in kept]).float()
        ended = torch.cat([p.step.ended for p in kept])
        target = (gained + value).flatten(0, 1)
        rows = Stretch(
            seen, acts, legal, asked, ended, torch.empty(0), gained.flatten(0, 1), target
        )
        return rows._replace(logp=torch.stack([logp for logp, _ in self._measured(rows)], 1))

    def _improve(self, steps: Stretch, luck: torch.Generator) -> dict[str, Tensor]:
        """Go through the steps several times."""
        hope, bonus = self.now(self.optimism), self.now(self.entropy)
        gained, asked = steps.gained * leaning(steps.gained, hope), steps.asked
        often = asked.sum(0).clamp(min=1.0)
        gained = gained - (gained * asked).sum(0) / often
        gained = gained / (((gained.square() * asked).sum(0) / often).sqrt() + 1e-8)
        steps = steps._replace(gained=gained, target=self.all.values.scaled(steps.target))
        told: dict[str, Tensor] = {}
        for _ in range(self.epochs):
            for rows in steps.shuffled(self.minibatches, self._together, luck):
                told = self._terms(rows, hope)
                loss = told["policy_loss"] + 0.5 * told["value_loss"] - bonus * told["entropy"]
                self.adam.step(loss, self.rate, 0.5)
        return {name: value.detach() for name, value in told.items()}

    def _terms(self, rows: Stretch, hope: float) -> dict[str, Tensor]:
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

    def _measured(self, rows: Stretch) -> list[tuple[Tensor, Tensor]]:
        """Return log-odds of what each seat did, and entropies, as the actors are now."""
        found = rows.outputs(self.actors, self.recurrent, self._together)
        outputs = map(among, found, rows.legal)
        parts = zip(self.doing, outputs, rows.acts, self.all.spreads, strict=True)
        return [doing.measure(out, act, spread) for doing, out, act, spread in parts]

    @property
    def _together(self) -> int:
        """Joint steps of a world that are learnt from together, for what is remembered."""
        return self.rollout if self.recurrent else 1

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
