"""Players that search with a network before they move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from arena import Agent, BadParameter, Batch, Moves, Spec, Unsuitable
from arena_deep.agents import Floats, Network, by_legal, told, uniforms
from arena_deep.device import Threads
from arena_deep.heads import masked
from arena_deep.networks import ActorCritic
from arena_deep.positions import Positions, positions_of
from arena_deep.search import Found, Search
from arena_deep.trees import Tree, tensors


def check_searchable(spec: Spec) -> None:
    """Raise `Unsuitable` for a game that cannot be searched this way, with the reason."""
    if len(spec.seats) != 2 or not spec.zero_sum:
        raise Unsuitable("it searches games of two, in which one wins what the other loses")
    if not (spec.turn_based and spec.perfect_information) or spec.stochastic:
        raise Unsuitable("it searches games in turns, without luck, in which nothing is hidden")
    if not spec.model:
        raise Unsuitable(f"it searches, and {spec.no_model}")
    if not hasattr(spec.seats[0].action_space, "n"):
        raise Unsuitable("it searches games whose actions can be counted")


def scale_of(spec: Spec) -> float:
    """Return the largest return of a game, 1 where it is not known."""
    ends = [abs(end) for end in spec.returns if end]
    return max(ends, default=1.0)


class Judge:
    """Asks a network on behalf of a search, in bfloat16 where the processor computes with it."""

    def __init__(self, network: ActorCritic, device: torch.device) -> None:
        self.network, self.device = network, device
        self.short = device.type == "cuda" or torch.cpu._is_avx512_bf16_supported()
        self.asked = 0

    def __call__(self, seen: Tree, seats: Tensor, legal: Tensor) -> tuple[Tensor, Tensor]:
        """Return log-odds and values."""
        self.asked += len(legal)
        with torch.no_grad(), torch.autocast(self.device.type, torch.bfloat16, self.short):
            odds, values = self.network(seen, seats)
        return odds, values.float().clamp(-1.0, 1.0)


def gumbel(u: Tensor) -> Tensor:
    """Return draws from the standard Gumbel distribution, from as many in [0, 1)."""
    return -(-u.clamp(1e-12, 1.0 - 1e-12).log()).log()


class Thinker(Agent):
    """Searches before it moves. If it is `learning`, luck decides which moves are compared, and it
    hands back the improved `policy` that the search found, and the `value` of the position."""

    needs = frozenset({"model"})
    columns = True

    def __init__(
        self, network: ActorCritic, search: Search, device: torch.device, learning: bool = False
    ) -> None:
        self.network, self.search, self.device, self.learning = network, search, device, learning
        self.threads = Threads(network)

    def act_batch(self, batch: Batch) -> Any:
        """Search in all rows at once."""
        head = self.network.head
        with self.threads, torch.no_grad():
            noise = torch.zeros(len(batch), head.width, device=self.device)
            if self.learning:
                noise = gumbel(uniforms(batch, head.width, self.device))
            try:
                found = self._found(positions_of(batch), noise)
            except Unsuitable:  # a match was cut off, and a learner is asked what the end is worth
                found = self._glance(batch)
        actions = found.actions
        moves = head.moves(actions) if batch.device is None else head.columns(actions)
        if self.learning:
            return Moves(moves, {"policy": found.policy, "value": found.values})
        if batch.device is not None:  # a table's log has no room for it
            return moves
        odds, values = (part.double().numpy(force=True) for part in (found.policy, found.values))
        return Moves(moves, told(by_legal(odds, batch, head.start), values))

    def _found(self, positions: Positions, noise: Tensor) -> Found:
        """Search in the positions that are no ends (a table has such rows), none in the others."""
        rows = (~positions.over).nonzero()[:, 0]
        if len(rows) == len(positions):
            return self.search(positions, noise)
        whole = Found(noise[:, 0].long() * 0, noise.float() * 0.0, noise[:, 0].float() * 0.0)
        if len(rows):
            for column, some in zip(whole, self.search(positions.take(rows), noise[rows])):
                column[rows] = some
        return whole

    def _glance(self, batch: Batch) -> Found:
        """Return what the network thinks, unsearched."""
        seats = torch.as_tensor(batch.seats, device=self.device)
        mask = torch.as_tensor(batch.mask, device=self.device)
        odds, values = self.search.evaluate(tensors(batch.data, self.device), seats, mask)
        odds = masked(odds.float(), mask)
        return Found(odds.argmax(dim=1), odds.softmax(dim=1), values)

    def policy(self, batch: Batch) -> list[Floats] | None:
        """Return certainty of the move that the search finds best."""
        if self.learning:
            return None
        pairs = zip(self.act_batch(batch).actions, batch.legal)
        return [(np.asarray(legal) == move).astype(np.float64) for move, legal in pairs]


class NetworkSearch(Network):
    """Plays a checkpoint of a learner of networks by searching with it: `simulations` a move.

    `considered` actions at most are compared. `trust` weighs what is found against what the network
    thought of the moves.
    """

    needs = frozenset({"model"})

    def __init__(
        self, checkpoint: str, simulations: int = 128, considered: int = 16, trust: float = 0.25,
        game: str = "", device: str = "auto",
    ) -> None:  # fmt: skip
        if simulations < 1 or considered < 1 or not trust > 0:
            raise BadParameter(
                f"simulations={simulations}, considered={considered}, trust={trust}: "
                "the first two are 1 at least, the last above 0"
            )
        super().__init__(checkpoint, True, game, device)
        self.simulations, self.considered, self.trust = simulations, considered, trust

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` for another game than the one it learnt, or none to search."""
        check_searchable(spec)
        super().check(spec)

    def use(self, network: Any, spec: Spec) -> None:
        """Search in a game with a network."""
        super().use(network, spec)
        judge = Judge(network, self.device)
        search = Search(judge, self.simulations, self.considered, self.trust, scale_of(spec))
        self.thinker = Thinker(network, search, self.device)

    def act_batch(self, batch: Batch) -> Sequence[Any]:
        """Search in all rows at once."""
        if self._spec is None:
            self.prepare(batch.spec)
        moves: Sequence[Any] = self.thinker.act_batch(batch)
        return moves

    def policy(self, batch: Batch) -> list[Floats] | None:
        """Return certainty of the move that the search finds best."""
        if self._spec is None:
            self.prepare(batch.spec)
        return self.thinker.policy(batch)
