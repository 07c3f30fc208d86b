"""One knows where to go and can only speak, the other can only walk (mpe2)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from arena_tensor.particles import Body, ParticleTable
from arena_tensor.simple_adversary import chosen

_WORDS = 3
_LANDMARKS = 3


class SimpleSpeakerListener(ParticleTable):
    """Both lose the square of the listener's distance to the goal; only the speaker knows it."""

    luck = 1

    def __init__(
        self, size: int, device: str, max_cycles: int = 25, continuous_actions: bool = False
    ) -> None:
        speaker = Body("speaker_0", 0.075, moves=False, words=_WORDS, role="speaker")
        listener = Body("listener_0", 0.075, role="listener")
        landmarks = [Body(f"landmark {i}", 0.04, moves=False) for i in range(_LANDMARKS)]
        super().__init__(
            size, device, "simple_speaker_listener", "cooperative",
            [speaker, listener, *landmarks], [3, 2 + 2 * _LANDMARKS + _WORDS],
            max_cycles, continuous_actions,
        )  # fmt: skip
        self.goal = self.new()
        self.said = self.new(_WORDS, dtype=self.place.dtype)
        self._colours = self.constant(
            [[0.65 if i == j else 0.15 for j in range(3)] for i in range(_LANDMARKS)],
            self.place.dtype,
        )

    def deal(self, rows: Tensor, u: Sequence[Tensor]) -> None:
        """Choose the goal; nothing is said yet."""
        self.goal = torch.where(rows, (u[0] * _LANDMARKS).long(), self.goal)
        self.said = torch.where(rows, 0.0, self.said)

    def hear(self, seat: int, words: Tensor) -> None:
        """Keep what is said: the listener hears it at its next turn."""
        self.said = torch.where(self.live, words, self.said)

    def see(self, seat: int) -> Tensor:
        """Return the goal's colour, or speed, landmarks and what was said."""
        if seat == 0:
            return self._colours.index_select(0, self.goal).t()
        return torch.cat((self.speed[1], *self.from_(1, self.landmarks), self.said))

    def pay(self) -> Sequence[Tensor]:
        """Return the reward of both."""
        x, y = (self.place[1] - chosen(self.place[2:], self.goal)).unbind()
        far = x * x + y * y
        return [-far, -far]
