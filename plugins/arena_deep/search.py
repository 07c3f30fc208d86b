"""Tree search with a network, in many positions at once.

Danihelka, Guez, Schrittwieser and Silver, "Policy improvement by planning with Gumbel", ICLR 2022:
at the root a few actions, drawn without replacement, are compared by sequential halving; below it
visits follow the improved policy. All trees grow together: each simulation adds one node to each of
them, and asks the network once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from arena_deep.positions import Positions
from arena_deep.trees import Tree

Evaluate = Callable[[Tree, Tensor, Tensor], tuple[Tensor, Tensor]]
"""(seen, seats, legal) to log-odds of the actions, (n, actions), and values to the seat, (n,)."""
_NEVER = -1e9


class Found(NamedTuple):
    """What a search found: a row a position.

    actions  int64 (n,): the moves to make, counted from 0
    policy   float32 (n, actions): the improved policy, which the network is to learn
    values   float32 (n,): what the position is worth to the seat to move
    """

    actions: Tensor
    policy: Tensor
    values: Tensor


class Nodes:
    """The nodes of all trees. Node k of tree g is number k * trees + g; its edges are its actions.

    states         the positions
    sign           1.0 where seat 0 is to move, else -1.0
    value          what the network thinks of it, to the seat to move
    over           whether it is an end
    pay            what the move that led here paid seat 0
    log_odds       (nodes, actions): the network's policy
    visits, worth  (nodes, actions): how often an edge was taken; the sum of what came of it, to the
                   seat to move
    child          (nodes, actions): the number of the node it leads to, -1 for none yet
    """

    def __init__(self, roots: Positions, simulations: int, actions: int) -> None:
        self.trees, self.actions = len(roots), actions
        count = self.trees * (simulations + 1)
        like = roots.seats
        real = like.new_zeros(count, dtype=torch.float32)
        edges = like.new_zeros(count, actions, dtype=torch.float32)
        self.states = roots.room(count)
        self.sign, self.value, self.pay = real + 1.0, real, real.clone()
        self.over = real.bool()
        self.log_odds, self.visits, self.worth = edges, edges.clone(), edges.clone()
        self.child = edges.long() - 1

    def add(self, first: int, rows: Tensor, states: Positions, pay: Tensor | None) -> Tensor:
        """Keep new nodes, first + rows, of the trees `rows`; return their numbers."""
        new = rows + first
        self.over[new] = states.over
        self.sign[new] = 1.0 - 2.0 * states.seats
        if pay is not None:
            self.pay[new] = pay
        return new


class Search:
    """A search of so many `simulations`, at most `considered` actions of the root compared.

    `trust` is the weight of what was found against what the network thought: the paper's c_scale,
    for values in [-1, 1], its c_visit being 50. `scale` is the largest return of the game.
    """

    def __init__(
        self, evaluate: Evaluate, simulations: int, considered: int = 16, trust: float = 0.25,
        scale: float = 1.0,
    ) -> None:  # fmt: skip
        self.evaluate, self.simulations, self.considered = evaluate, simulations, considered
        self.trust, self.scale = trust, scale

    def __call__(self, roots: Positions, noise: Tensor | None = None) -> Found:
        """Search from positions none of which is an end.

        `noise`, float (n, actions), is drawn from the standard Gumbel distribution; None plays what
        is best.
        """
        seen, legal = roots.look()
        seats = roots.seats
        odds, values = self.evaluate(seen, seats, legal)
        nodes = Nodes(roots, self.simulations, legal.shape[1])
        everything = torch.arange(len(roots), device=legal.device)
        self._enter(nodes, nodes.add(0, everything, roots, None), legal, odds, values)
        nodes.states.put(everything, roots)
        noise = torch.zeros_like(nodes.log_odds[: len(roots)]) if noise is None else noise.float()
        plan = self._plan(legal)
        for number in range(self.simulations):
            self._simulate(nodes, number, noise, plan[:, number])
        return self._found(nodes, noise)

    def _plan(self, legal: Tensor) -> Tensor:
        """Return how often an edge of the root must have been taken to be next: (trees, sims)."""
        counts = legal.sum(dim=1).clamp(max=self.considered)
        plans = [halving(count, self.simulations) for count in range(int(counts.max()) + 1)]
        return torch.tensor(plans, device=legal.device)[counts]

    def _simulate(self, nodes: Nodes, number: int, noise: Tensor, due: Tensor) -> None:
        """Walk down every tree to an end or out of it, and add what is there."""
        rows = torch.arange(nodes.trees, device=due.device)
        at, path, leaves = rows, [], []
        actions = self._at_root(nodes, noise, due)
        while True:
            edges = at * nodes.actions + actions
            path.append((rows, at, edges))
            below = nodes.child.view(-1)[edges]
            new = below < 0
            if bool(new.any()):
                leaves.append((rows[new], at[new], actions[new]))
            going = (~new & ~nodes.over[below]).nonzero()[:, 0]
            if not len(going):
                break
            rows, at = rows[going], below[going]
            actions = self._below_root(nodes, at)
        values = torch.zeros_like(nodes.value[: nodes.trees])
        if leaves:
            self._expand(nodes, (number + 1) * nodes.trees, leaves, values)
        self._back_up(nodes, path, values)

    def _expand(
        self, nodes: Nodes, first: int, leaves: list[tuple[Tensor, Tensor, Tensor]], values: Tensor
    ) -> None:
        """Add nodes at (trees, parents, actions); put their worth to seat 0 into `values`."""
        rows, parents, actions = (torch.cat(parts) for parts in zip(*leaves))
        states = nodes.states.take(parents)
        pay = states.step(actions) / self.scale
        new = nodes.add(first, rows, states, pay)
        nodes.child.view(-1)[parents * nodes.actions + actions] = new
        on = (~nodes.over[new]).nonzero()[:, 0]
        if len(on) < len(new):
            states, new, rows = states.take(on), new[on], rows[on]
        if len(on):
            seen, legal = states.look()
            self._enter(nodes, new, legal, *self.evaluate(seen, states.seats, legal))
            values[rows] = nodes.value[new] * nodes.sign[new]
            nodes.states.put(new, states)

    def _enter(
        self, nodes: Nodes, new: Tensor, legal: Tensor, odds: Tensor, values: Tensor
    ) -> None:
        """Keep what the network thinks of nodes."""
        nodes.log_odds[new] = odds.float().masked_fill(~legal, _NEVER).log_softmax(dim=1)
        nodes.value[new] = values.float()

    def _back_up(
        self, nodes: Nodes, path: list[tuple[Tensor, Tensor, Tensor]], values: Tensor
    ) -> None:
        """Add what came of the edges on the way, (trees, nodes, edges), from the end back."""
        child, worth, visits = (t.view(-1) for t in (nodes.child, nodes.worth, nodes.visits))
        for rows, at, edges in reversed(path):
            came = values[rows] + nodes.pay[child[edges]]
            values[rows] = came
            worth[edges] += came * nodes.sign[at]
            visits[edges] += 1.0

    def _at_root(self, nodes: Nodes, noise: Tensor, due: Tensor) -> Tensor:
        """Return the best of the actions that are due by the plan."""
        trees = nodes.trees
        score = noise + self._improved(nodes, slice(0, trees))[0]
        score = score.masked_fill(nodes.visits[:trees] != due[:, None], -math.inf)
        score = score.masked_fill(nodes.log_odds[:trees] <= 0.5 * _NEVER, -math.inf)
        return score.argmax(dim=1)

    def _below_root(self, nodes: Nodes, at: Tensor) -> Tensor:
        """Return actions that bring the visits nearest to the improved policy: equation 14."""
        visits = nodes.visits[at]
        odds = self._improved(nodes, at)[0].softmax(dim=1)
        return (odds - visits / (1.0 + visits.sum(dim=1, keepdim=True))).argmax(dim=1)

    def _improved(self, nodes: Nodes, at: Tensor | slice) -> tuple[Tensor, Tensor]:
        """Return the log-odds (not normalised) of the improved policy, and what actions are worth.

        Equations 8 and 11, and appendix D for actions that were not tried, which count as what the
        others came to, mixed with what the network thought.
        """
        log_odds, visits, value = nodes.log_odds[at], nodes.visits[at], nodes.value[at]
        worth = nodes.worth[at] / visits.clamp(min=1.0)
        tried = visits > 0
        odds = log_odds.exp() * tried
        total = visits.sum(dim=1)
        known = (odds * worth).sum(dim=1) / odds.sum(dim=1).clamp(min=1e-12)
        value = (value + total * known) / (1.0 + total)
        completed = torch.where(tried, worth, value[:, None])
        weight = self.trust * (50.0 + visits.amax(dim=1, keepdim=True))
        return log_odds + weight * completed, completed

    def _found(self, nodes: Nodes, noise: Tensor) -> Found:
        roots = slice(0, nodes.trees)
        improved, worth = self._improved(nodes, roots)
        visits = nodes.visits[roots]
        score = (noise + improved).masked_fill(visits < visits.amax(1, keepdim=True), -math.inf)
        policy = improved.softmax(dim=1)
        return Found(score.argmax(dim=1), policy, (policy * worth).sum(dim=1))


def halving(count: int, simulations: int) -> list[int]:
    """Return, for each simulation, how often the action that is next was taken before.

    Sequential halving (Karnin et al., 2013): `count` actions are taken equally often, then the
    better half of them, and so on, each round with about the same number of simulations.
    """
    if count < 2:
        return list(range(simulations))
    rounds = math.ceil(math.log2(count))
    plan: list[int] = []
    taken, left = 0, count
    while len(plan) < simulations:
        for _ in range(max(1, simulations // (rounds * left))):
            plan += [taken] * left
            taken += 1
        left = max(2, left // 2)
    return plan[:simulations]
