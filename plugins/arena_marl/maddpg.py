"""Multi-agent deep deterministic policy gradient, its twin-delayed form, and independent DDPG."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from arena_deep.learner import positive
from torch import Tensor, nn
from torch.nn import functional

from arena import BadParameter, Spec
from arena_marl.acting import Choices
from arena_marl.critics import Critic, JointCritic, OwnCritic
from arena_marl.off_policy import Learnt, OffPolicy, unit
from arena_marl.replay import Transitions


@dataclass(eq=False)
class MADDPG(OffPolicy):
    """Actors that see their own, critics that see what all see and do (Lowe et al., 2017).

    With `shared` seats of a role share an actor, and a team paid alike one critic; without, each
    seat has an actor and a critic of its own, as in the paper.

    noise            standard deviation of what is added to actions that are numbers, in half-ranges
                     of theirs, at first and at last
    delay            updates of the critic for one of the actors

    The other parameters are those of `OffPolicy` and `JointTrainer`.
    """

    learning_rate: float = 2e-3
    worlds: int | None = None
    noise: list[float] = field(default_factory=lambda: [0.5, 0.05])
    delay: int = 1

    name = "maddpg"
    central = True
    """Whether critics see what the other seats see and do."""
    critics = 1
    smooth = 0.0
    """Standard deviation of the noise on the targets' actions, and half of its bound."""

    def __post_init__(self) -> None:
        super().__post_init__()
        positive(self.name, delay=self.delay)
        if not 1 <= len(self.noise) <= 2 or min(self.noise) < 0:
            raise BadParameter(f"{self.name}: noise={self.noise} is not one or two numbers from 0")

    def default_steps(self, spec: Spec) -> int:
        """Return enough moves for simple_spread: 6.4 million joint steps, 512 worlds at a time."""
        return 6_400_000 * len(spec.seats)

    def build(self) -> None:
        """Make the critics."""
        super().build()
        self.learnt["actors"] = Learnt(self.actors, self.learning_rate)
        made = [self._critic() for _ in range(self.critics)]
        self.valuers = nn.ModuleList(made).to(self.device)
        self.learnt["critics"] = Learnt(self.valuers, self.learning_rate)

    def _critic(self) -> Critic:
        hidden = self.critic or [128, 128]
        widths = [doing.width for doing in self.doing]
        if self.central:
            width, one = sum(self.sights) + sum(widths), self.team and self.shared
            return JointCritic(self.groups, one, width, hidden)
        return OwnCritic(self.groups, self.sights, widths, hidden)

    def explore(self, outputs: list[Tensor], luck: torch.Generator) -> list[Tensor]:
        """Return actions with noise, or drawn by their odds."""
        spread = self.now(self.noise)
        pairs = zip(self.doing, outputs, strict=True)
        drawn = [doing.drawn(out, spread, unit(out, luck)) for doing, out in pairs]
        return [act.clamp(-1.0, 1.0) for act in drawn]

    def learn(self, rows: Transitions, luck: torch.Generator) -> dict[str, Tensor]:
        """Update the critics, now and then the actors, then the targets."""
        loss = self.critic_loss(rows, luck)
        told = {"critic_loss": self.learnt["critics"].step(loss, self.rate)}
        if self.update % self.delay == 0:
            self.valuers.requires_grad_(False)
            told["actor_loss"] = self.learnt["actors"].step(self.actor_loss(rows, luck), self.rate)
            self.valuers.requires_grad_(True)
            for learnt in self.learnt.values():
                learnt.follow(self.tau * self.delay)
        return told

    def critic_loss(self, rows: Transitions, luck: torch.Generator) -> Tensor:
        """Return the squared error of the critics' values, Lowe et al., equation 6.

        With two critics the target is the lower value (Fujimoto et al., "Addressing function
        approximation error in actor-critic methods", 2018).
        """
        with torch.no_grad():
            later = self.learnt["actors"].late(rows.seen_next)
            acts = [self._later(seat, out, luck) for seat, out in enumerate(later)]
            valuers = self.learnt["critics"].late
            worth = torch.stack([one(rows.seen_next, acts) for one in valuers]).amin(0)
            wages = self.wages(rows.rewards)[:, : worth.shape[1]]
            target = wages + self.gamma * worth * (1.0 - rows.over[:, None])
        values = [one(rows.seen, rows.acts) for one in self.valuers]
        return torch.stack([functional.mse_loss(value, target) for value in values]).sum()

    def _later(self, seat: int, outputs: Tensor, luck: torch.Generator) -> Tensor:
        """Return what the target actor of a seat does, with a little noise if `smooth`."""
        doing = self.doing[seat]
        act = doing.soft(outputs, unit(outputs, luck))
        if not self.smooth or isinstance(doing, Choices):
            return act
        noise = self.smooth * torch.special.ndtri(unit(act, luck))
        return (act + noise.clamp(-2.5 * self.smooth, 2.5 * self.smooth)).clamp(-1.0, 1.0)

    def actor_loss(self, rows: Transitions, luck: torch.Generator) -> Tensor:
        """Return minus what the actors' own actions are worth, and a little for large outputs.

        A team with one critic moves together; others one by one, the rest doing what they would.
        """
        outputs = self.actors(rows.seen)
        pairs = zip(self.doing, outputs, strict=True)
        acts = [doing.soft(out, unit(out, luck)) for doing, out in pairs]
        large = 1e-3 * torch.stack([out.square().mean() for out in outputs]).mean()
        valuer: Critic = self.valuers[0]  # type: ignore[assignment]
        if valuer.one:
            return large - valuer(rows.seen, acts).mean()
        return large - valuer.alone(rows.seen, acts).mean(0).sum()


@dataclass(eq=False)
class MATD3(MADDPG):
    """The same with two critics, and noise on the targets' actions (Ackermann et al., 2019)."""

    delay: int = 2

    name = "matd3"
    critics = 2
    smooth = 0.2


class IDDPG(MADDPG):
    """Independent DDPG: the same, but each critic sees only what its seat sees and does."""

    name = "iddpg"
    central = False
