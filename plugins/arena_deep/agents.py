"""Players that read their moves off networks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from arena import Agent, Batch, Moves, Spec, Unsuitable
from arena_deep.device import Threads, pick_device
from arena_deep.heads import Categorical, Head, draw, head_of, masked
from arena_deep.luck import seeded, spread, tensor_spread
from arena_deep.networks import ActorCritic, QNetwork, Shape, check_alike
from arena_deep.reading import Reader, Seen, binding
from arena_deep.weights import load_weights, read_config

Floats = NDArray[np.float64]


def uniforms(batch: Batch, count: int, device: torch.device) -> Tensor:
    """Return `count` numbers in [0, 1) for each row: float64 (rows, count)."""
    if batch.device is not None:
        return tensor_spread(torch.as_tensor(batch.u, device=device), count)
    return torch.as_tensor(spread(batch.u, count), device=device)


def by_legal(odds: Floats, batch: Batch, start: int) -> list[Floats]:
    """Return odds of all actions, the first of which is `start`, as odds of the legal ones."""
    rows = (row[np.asarray(legal) - start] for row, legal in zip(odds, batch.legal))
    return [row / row.sum() for row in rows]


def told(policy: Iterable[Floats] | None, values: Floats) -> dict[str, list[Any]]:
    """Return the columns of a record for odds (a row each) and values (rows,), four places each."""
    columns: dict[str, list[Any]] = {}
    if policy is not None:
        columns["policy"] = [odds.round(4).tolist() for odds in policy]
    return {**columns, "value": values.round(4).tolist()}


def moves(head: Head, chosen: Tensor, batch: Batch) -> Any:
    """Return actions as the game takes them: a tensor for a batch of columns, else a list."""
    if batch.device is None:
        return head.moves(chosen)
    return head.columns(chosen).to(batch.device)


class Actor(Agent):
    """Plays a policy while it is learnt, by its odds.

    Hands back the legal moves (`mask`, where they can be counted), what was `chosen`, the logarithm
    of its odds (`logp`) and the position's `value` to the seat.
    """

    columns = True

    def __init__(self, network: ActorCritic, spec: Spec, device: torch.device) -> None:
        self.network, self.reader, self.device = network, Reader(spec), device
        self.threads = Threads(network)

    def act_batch(self, batch: Batch) -> Moves:
        """Return a move for each row."""
        seen = self.reader.read(batch)
        head = self.network.head
        with self.threads, torch.no_grad():
            data, seats, mask = seen.on(self.device)
            outputs, values = self.network(data, seats)
            u = uniforms(batch, head.luck, self.device)
            chosen, logp = head.sample(outputs, binding(seen, mask), u)
        columns = {"chosen": chosen, "logp": logp, "value": values}
        if seen.mask is not None:
            columns["mask"] = seen.mask
        return Moves(moves(head, chosen, batch), columns)


class Explorer(Agent):
    """Plays the best moves by their values, but (a share `epsilon`) any legal one, all alike.

    Hands back the legal moves (`mask`) and what was `chosen`.
    """

    columns = True

    def __init__(
        self, network: QNetwork, spec: Spec, device: torch.device, epsilon: float = 0.0
    ) -> None:
        self.network, self.reader, self.device = network, Reader(spec), device
        self.head, self.epsilon = head_of(spec.seats[0].action_space), epsilon
        self.threads = Threads(network)

    def act_batch(self, batch: Batch) -> Moves:
        """Return a move for each row."""
        seen = self.reader.read(batch)
        with self.threads, torch.no_grad():
            data, seats, mask = seen.on(self.device)
            u = uniforms(batch, 1, self.device)[:, 0]
            free_ = u < self.epsilon
            # Of a batch on the host it may be asked what need not be computed at all.
            few = None if batch.device is not None else int(free_.sum())
            best = chosen = free_
            if few is None or few < len(u):
                best = chosen = self.head.best(self.network(data, seats), binding(seen, mask))
            if few is None or few > 0:
                # Below epsilon, u is as good as a number drawn anew for which move it is to be.
                anything = draw(mask, u / max(self.epsilon, 1e-12))  # type: ignore[arg-type]
                chosen = torch.where(free_, anything, best)
        return Moves(moves(self.head, chosen, batch), {"chosen": chosen, "mask": seen.mask})


class Player(Agent):
    """Plays a policy (`ActorCritic`) or values of actions (`QNetwork`).

    `epsilon` is None for the best move; else moves are drawn by the odds of a policy, or are random
    with odds `epsilon` where values are played.
    """

    columns = True

    network: ActorCritic | QNetwork
    reader: Reader

    def __init__(self, device: torch.device, epsilon: float | None = None) -> None:
        self.device, self.epsilon = device, epsilon

    @classmethod
    def of(cls, network: ActorCritic | QNetwork, spec: Spec, device: torch.device) -> Player:
        """Return a player of the best moves of a network."""
        player = cls(device)
        player.use(network, spec)
        return player

    def use(self, network: ActorCritic | QNetwork, spec: Spec) -> None:
        """Play a network in a game."""
        self.network, self.reader = network, Reader(spec)
        self.head = head_of(spec.seats[0].action_space)
        if isinstance(network, ActorCritic):
            self.head = network.head
        self.threads = Threads(network)

    def act_batch(self, batch: Batch) -> Sequence[Any]:
        """Return a move for each row, in one pass through the network."""
        with self.threads, torch.no_grad():
            outputs, mask = self._outputs(self.reader.read(batch))
            if self.epsilon is None:
                chosen = self.head.best(outputs, mask)
            else:
                if isinstance(self.network, QNetwork):
                    outputs = _logits(outputs, mask, self.epsilon)
                u = uniforms(batch, self.head.luck, self.device)
                chosen, _ = self.head.sample(outputs, mask, u)
            found: Sequence[Any] = moves(self.head, chosen, batch)
            return found

    def policy(self, batch: Batch) -> list[Floats] | None:
        """Return the odds of the legal actions of each row; None where they cannot be counted."""
        if not isinstance(self.head, Categorical):
            return None
        with self.threads, torch.no_grad():
            outputs, mask = self._outputs(self.reader.read(batch))
            if self.epsilon is None:
                outputs = _logits(outputs, mask, 0.0)
            elif isinstance(self.network, QNetwork):
                outputs = _logits(outputs, mask, self.epsilon)
            return self._odds(outputs, mask, batch)

    def thought(self, batch: Batch) -> dict[str, list[Any]]:
        """Return what belongs beside moves in a record: the odds of the legal ones as the network
        has them (`policy`), and what positions are worth to their seats (`value`)."""
        seen = self.reader.read(batch)
        with self.threads, torch.no_grad():
            data, seats, mask = seen.on(self.device)
            found = self.network(data, seats)
            if torch.is_tensor(found):
                odds, worth = self.policy(batch), masked(found, mask).amax(dim=1)
            else:
                odds, worth = self._odds(found[0], binding(seen, mask), batch), found[1]
        return told(odds, worth.double().numpy(force=True))

    def _odds(self, outputs: Tensor, mask: Tensor | None, batch: Batch) -> list[Floats] | None:
        if not isinstance(self.head, Categorical):
            return None
        odds = self.head.odds(outputs, mask).double().numpy(force=True)
        return by_legal(odds, batch, self.head.start)

    def _outputs(self, seen: Seen) -> tuple[Tensor, Tensor | None]:
        data, seats, mask = seen.on(self.device)
        found = self.network(data, seats)
        return (found if isinstance(self.network, QNetwork) else found[0]), binding(seen, mask)


def _logits(outputs: Tensor, mask: Tensor | None, epsilon: float) -> Tensor:
    """Return log-odds of the best move, all legal ones sharing `epsilon`."""
    outputs = masked(outputs, mask)
    legal = torch.ones_like(outputs) if mask is None else mask.float()
    odds = epsilon * legal / legal.sum(dim=1, keepdim=True)
    best = outputs.argmax(dim=1, keepdim=True)
    odds.scatter_add_(1, best, torch.full_like(best, 1.0, dtype=odds.dtype) * (1.0 - epsilon))
    return odds.log().clamp(min=-1e9)


class Network(Player):
    """Plays a checkpoint of a learner of networks: the best move, or (`greedy=false`) as it learnt.

    `game` is the name of the game that was learnt, where it is to play no other; a game of the same
    name in another library is the same, if it looks the same. If it plays `aloud`, it hands back
    the odds of the legal moves (`policy`) and what the position is worth to its seat (`value`).
    """

    def __init__(
        self, checkpoint: str, greedy: bool = True, game: str = "", device: str = "auto",
        aloud: bool = False,
    ) -> None:  # fmt: skip
        self.config, self.checkpoint, self.game = read_config(checkpoint), checkpoint, game
        self.aloud = aloud
        super().__init__(pick_device(device), None if greedy else self.config.get("epsilon", 0.0))
        self._spec: Spec | None = None

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` for another game than the one it learnt, or one of another size."""
        if self.game and _bare(self.game) != _bare(spec.name):
            raise Unsuitable(f"it learnt {self.game}")
        check_alike(spec)
        self.prepare(spec)

    def prepare(self, spec: Spec) -> None:
        """Make the network, and give it its weights."""
        kinds = {"policy": ActorCritic, "values": QNetwork}
        made = {k: tuple(v) if isinstance(v, list) else v for k, v in self.config["shape"].items()}
        with seeded(0):
            network = kinds[self.config["kind"]](spec, Shape(**made))
        load_weights(network, self.checkpoint)
        self.use(network.to(self.device).eval(), spec)
        self._spec = spec

    def act_batch(self, batch: Batch) -> Sequence[Any] | Moves:
        """Return a move for each row, in one pass through the network."""
        if self._spec is None:
            self.prepare(batch.spec)
        found = super().act_batch(batch)
        if not self.aloud or batch.device is not None:
            return found
        return Moves(found, self.thought(batch))

    def policy(self, batch: Batch) -> list[Floats] | None:
        """Return the odds of the legal actions of each row; None where they cannot be counted."""
        if self._spec is None:
            self.prepare(batch.spec)
        return super().policy(batch)


def _bare(game: str) -> str:
    """Return a game's name in its library."""
    return game.rpartition("/")[2]
