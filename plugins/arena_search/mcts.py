"""Monte-Carlo tree search."""

from __future__ import annotations

import math
import random
from collections.abc import Hashable, Sequence
from operator import add
from typing import Any

from arena import (
    CHANCE,
    Agent,
    BadParameter,
    Batch,
    Environment,
    Moves,
    Observation,
    Spec,
    Unsuitable,
)
from arena_search.suits import actions_of, require_countable
from arena_search.tree import Branches, Node, Outcome
from arena_search.worlds import draw, freeze, play_out

Path = list[tuple[Node, int, int, float]]
"""The decisions of a simulation: node, index of the action, seat, what it had been paid before."""


FEW = 64
"""Of how many actions at most each is tried for ending the game."""


class Mcts(Agent):
    """UCT (Kocsis and Szepesvari, "Bandit based Monte-Carlo planning", ECML 2006), random rollouts.

    Every seat has a tree of its own, of its decisions as it knows them, and in it seeks its own
    pay. So seats that move at once choose apart from each other (decoupled UCT; Tak, Lanctot and
    Winands, CIG 2014), and where something is hidden each simulation runs in another world that the
    seat may believe in (multiple-observer ISMCTS; Cowling, Powley and Whitehouse, TCIAIG 2012).
    Without secrets and luck, ends of the game found in the tree are proven up to the root (Winands,
    Bjornsson and Saito, "Monte-Carlo tree search solver", CG 2008), and each new decision is
    searched for moves that end the game (Teytaud and Teytaud, "On the huge benefit of decisive
    moves", CIG 2010); `solve=false` does without.

    `simulations` is their number for each move; `uct_c` weighs exploration, in units of half the
    range between the least and the greatest return; a random game is broken off after `horizon`
    turns, and worth what it has paid by then. Plays the action tried most; at random in the rare
    case that no world is found which agrees with what the seat has seen. It hands back how the
    tries were shared (`policy`, by legal move) and what they brought on average (`value`).
    """

    needs = frozenset({"model"})

    def __init__(
        self, simulations: int = 100, uct_c: float = 2.0, horizon: int = 1_000, solve: bool = True
    ) -> None:
        for name, value, least in (
            ("simulations", simulations, 1), ("uct_c", uct_c, 0.0), ("horizon", horizon, 0)
        ):  # fmt: skip
            if not value >= least:
                raise BadParameter(f"mcts: {name}={value} is less than {least}")
        self.simulations, self.uct_c = simulations, uct_c
        self.horizon, self.solve = horizon, solve

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` where actions cannot be counted."""
        require_countable("mcts", spec)

    def act_batch(self, batch: Batch) -> Moves:
        """Return the best actions that the simulations found, and what was found of them."""
        actions, shares, values = zip(*map(self._decide, batch))
        return Moves.of(actions, policy=shares, value=values)

    def _decide(self, observation: Observation) -> tuple[Any, list[float] | None, float | None]:
        """Return an action, how the tries were shared, and what they brought; None: not known."""
        legal = observation.legal
        if len(legal) == 1:
            return legal[0], [1.0], None
        search = _Search(self, observation)
        for _ in range(self.simulations):
            if search.solved:
                break
            try:
                search.simulate()
            except Unsuitable:  # no world was found: go by what the others have shown
                break
        root = search.root
        if not root.tries and not search.solved:
            return legal[int(observation.u * len(legal))], None, None
        action = root.best(observation.seat, search.middle)
        return action, *root.thought(observation.seat, search.solved)


class _Search:
    """The search for one move."""

    def __init__(self, agent: Mcts, observation: Observation) -> None:
        spec = observation.spec
        self.observation, self.luck, self.seat = observation, observation.rng, observation.seat
        self.uniform = random.Random(self.luck.seed).random
        self.actions, self.horizon = actions_of(spec), agent.horizon
        self.turns = (spec.max_turns or 1 << 60) - observation.turn
        self.open = spec.perfect_information
        self.solves = agent.solve and self.open and spec.turn_based and not spec.stochastic
        low, high = spec.returns
        self.explore, self.highest, self.middle = agent.uct_c, math.inf, 0.0
        if low is not None and high is not None:
            self.explore *= (high - low) / 2
            self.highest, self.middle = high, (low + high) / 2
        self.trees: list[Branches] = [{} for _ in spec.seats]
        self.world = observation.imagine(self.luck) if self.open else None
        self.root, self.solved = Node(observation.legal), False
        if self.world is not None:
            nothing = [0.0] * len(spec.seats)
            self.solved = (
                self._ends(self.root, self.world, self.seat, self.turns, nothing) is not None
            )

    def simulate(self) -> None:
        """Run one simulation: down the trees, a random game, and what it paid back up."""
        world = self.world.copy() if self.world is not None else self.observation.imagine(self.luck)
        totals, path = [0.0] * len(self.trees), Path()
        turns = self._descend(world, totals, path)
        if self.solves and (turns <= 0 or not world.acting()):
            self._prove(path, tuple(totals))
        play_out(world, min(turns, self.horizon), self.actions, self.uniform, totals)
        for node, index, seat, before in path:
            node.learn(index, totals[seat] - before)

    def _descend(self, world: Environment, totals: list[float], path: Path) -> int:
        """Play by the trees until an action is new to one; return the turns that are left."""
        past: list[Any] = []  # all that happened; everybody saw it if nothing is hidden
        seen = [0] * len(totals)  # how much of it there was at each seat's last decision
        trees, turns, new = self.trees.copy(), self.turns, False
        asked = world.acting()
        while asked and turns > 0 and not new:
            joint = {}
            for seat in asked:
                if seat == CHANCE:
                    joint[seat] = draw(world.chance(), self.uniform())
                    turns += 1
                    continue
                node, fresh = self.root, False
                if past or seat != self.seat:
                    node, fresh = self._node(trees[seat], world, seat, past[seen[seat] :])
                if fresh and (end := self._ends(node, world, seat, turns, totals)) is not None:
                    totals[:] = end
                    return 0
                new = new or bool(node.untried)
                index = node.select(self.explore, self.uniform, seat, totals[seat])
                path.append((node, index, seat, totals[seat]))
                if index in node.proven:
                    totals[:] = node.proven[index]
                    return 0
                joint[seat] = node.actions[index]
                trees[seat], seen[seat] = node.after(index), len(past) + 1
            turns -= 1
            past.append(tuple(joint.values()))
            pay = world.step(joint)
            if pay is not None:
                for seat, reward in enumerate(pay):
                    totals[seat] += reward
            asked = world.acting()
        return turns

    def _node(
        self, branches: Branches, world: Environment, seat: int, news: list[Any]
    ) -> tuple[Node, bool]:
        """Return the decision of a seat that has seen what it has; and whether it is new."""
        key: Hashable = tuple(news)
        if not self.open:
            key = freeze(world.observe(seat)), tuple(self._legal(world, seat))
        node = branches.get(key)
        if node is not None:
            return node, False
        node = branches[key] = Node(self._legal(world, seat))
        return node, True

    def _legal(self, world: Environment, seat: int) -> Sequence[Any]:
        legal = world.legal(seat)
        return legal if legal is not None else self.actions[seat] or ()

    def _ends(
        self, node: Node, world: Environment, seat: int, turns: int, totals: Sequence[float]
    ) -> Outcome | None:
        """Look for actions that end the game at once; return the outcome if that settles it."""
        if not self.solves or len(node.actions) > FEW:
            return None
        for index, action in enumerate(node.actions):
            after = world.copy()
            pay = after.step({seat: action})
            if turns <= 1 or not after.acting():
                node.proven[index] = tuple(map(add, totals, pay)) if pay else tuple(totals)
        return node.outcome(seat, self.highest) if node.proven else None

    def _prove(self, path: Path, outcome: tuple[float, ...]) -> None:
        """Note how a game ends that best play in the tree leads to, as far up as it is proven."""
        for node, index, seat, _ in reversed(path):
            node.proven[index] = outcome
            settled = node.outcome(seat, self.highest)
            if settled is None:
                return
            outcome = settled
        self.solved = True
