"""A seat of any game as a `gymnasium.Env`, for libraries that learn by stepping one.

The other seats are played by agents, and nature by the rules: all the learner sees is its own turn.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, get_args

import gymnasium
import numpy as np
from numpy.typing import NDArray

from arena.agent import Agent
from arena.batch import Batch
from arena.columns import masks
from arena.environment import Environment
from arena.errors import ArenaError, BadParameter, Infrastructure, Unsuitable
from arena.lookup import check_suits, environment_maker, find_player, make_agent
from arena.records import DEFAULT_MAX_TURNS, STANDARD_RULES, Match, Spec
from arena.referee import Referee, Wrong, random_action
from arena.seeds import Luck, derive
from arena.slot import Slot
from arena.specs import parse
from arena.workspace import Workspace

Illegal = Literal["forfeit", "random", "raise"]
_FRUITLESS = 1_000
"""Matches in a row that may end before the seat is asked at all."""


class SeatEnv(gymnasium.Env[Any, Any]):
    """One seat of a game; an episode is a match, a step lasts until the seat is asked again.

    make        makes the game
    opponents   play the other seats: in each match and seat one of them, drawn at random
    seat        the seat that is learnt, None for each in turn, match by match
    seed        decides everything that the game and the opponents draw; `reset(seed=...)` sets it
    illegal     what an illegal action costs: "forfeit" ends the match at the low end of its returns
                (where it has one), "random" plays a random legal one instead, "raise" raises

    A step is paid all that the seat is paid until its next one; what it is paid before its first
    comes with the first. Where actions can be listed, `info["action_mask"]` (int8) and
    `action_masks()` (bool) say which are legal, both of shape (n,).

    Match n of a seed is always the same game: `reset(seed=s, options={"match": n})` begins it, and
    `actions` are what was answered in it so far, so that a match can be taken up where it was.
    Raises `Unsuitable` where seats are to be held in turn and differ in their spaces.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"]}  # noqa: RUF012  gymnasium's own type

    def __init__(
        self,
        make: Callable[[], Environment],
        opponents: Sequence[Agent] = (),
        seat: int | None = 0,
        seed: int = 0,
        illegal: Illegal = "forfeit",
        render_mode: str | None = None,
    ) -> None:
        self.environment = make()
        self.game: Spec = self.environment.spec
        self.opponents, self.fixed_seat = tuple(opponents), seat
        self.illegal, self.render_mode = illegal, render_mode
        _check(self.game, self.opponents, seat, illegal)
        self.seat = seat or 0
        held = self.game.seats[self.seat]
        self.observation_space, self.action_space = held.observation_space, held.action_space
        self.match_seed, self.match = seed, -1
        self.actions: list[Any] = []
        self._referee = Referee(self.game, STANDARD_RULES)
        self._limit = self.game.max_turns or DEFAULT_MAX_TURNS
        self._seen: Any = None
        self._asked: Sequence[int] = ()
        self._joint: dict[int, Any] = {}
        self._heard = 0  # payments that the learner was told of

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Begin the next match, or the first one of a new seed, or match `options["match"]`."""
        super().reset(seed=seed)
        if seed is not None:
            self.match_seed, self.match = seed, -1
        self.match = int((options or {}).get("match", self.match + 1))
        for _ in range(_FRUITLESS):
            if self._deal():
                return self._seen, self._info()
            self.match += 1
        raise ArenaError(
            f"{self.game.name}: seat {self.seat} was asked nothing in {_FRUITLESS} matches"
        )

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Make a move; return what the seat sees when it is asked again, and what it was paid."""
        slot, seat = self._slot, self.seat
        move = self._judged(action)
        self.actions.append(copy.copy(action))
        if isinstance(move, Wrong):
            paid, seen = self._forfeited(), copy.deepcopy(self._seen)
            return seen, paid, True, False, {"fault": move.message}
        self._joint[seat] = move
        going = self._run_on(slot.step({s: self._joint[s] for s in self._asked}))
        if going:
            self._seen = self.environment.observe(seat)
            return self._seen, self._paid(), False, False, self._info()
        truncated = bool(self._asked) or self.environment.truncated
        self._seen = self._last_sight(truncated)
        return self._seen, self._paid(), not truncated, truncated, {}

    def action_masks(self) -> NDArray[np.bool_]:
        """Return which actions are legal now: bool, shape (n,)."""
        mask: NDArray[np.bool_] = masks(self.action_space, [self._slot.legal(self.seat)])[0]
        return mask

    def render(self) -> Any:
        """Return the position drawn as text."""
        return self.environment.render() if self.render_mode == "ansi" else None

    def close(self) -> None:
        """Let go of the game."""
        self.environment.close()

    def _deal(self) -> bool:
        """Begin match number `match`; return whether the seat is ever asked in it."""
        seats = range(len(self.game.seats))
        if self.fixed_seat is None:
            self.seat = self.match % len(seats)
        root, number = self.match_seed, self.match
        drawn = [derive(root, "opponent", number, s) % max(1, len(self.opponents)) for s in seats]
        self._players = drawn
        match = Match(
            number, tuple(drawn), derive(root, "seat", number), derive(root, "deal", number)
        )
        self._slot = Slot(self.environment, match, 0.0)
        self._joint, self._heard, self.actions = {}, 0, []
        self.environment.reset(Luck(match.deal))
        if not self._run_on(self.environment.acting()):
            return False
        self._seen = self.environment.observe(self.seat)
        return True

    def _run_on(self, asked: Sequence[int]) -> bool:
        """Let nature and the others move until the seat is asked; return False if it is over."""
        slot = self._slot
        while True:
            self._asked = asked = slot.nature(asked)
            if not asked or slot.turn >= self._limit:
                return False
            slot.asked = asked
            self._joint = {seat: self._answer(seat) for seat in asked if seat != self.seat}
            if self.seat in asked:
                return True
            asked = slot.step(self._joint)

    def _answer(self, seat: int) -> Any:
        """Return the move of another seat."""
        slot, agent = self._slot, self.opponents[self._players[seat]]
        batch = Batch([slot], [seat], "model" in agent.needs)
        answer = self._referee.ask(agent, batch).actions[0]
        move = self._referee.judge(seat, answer, slot.legal(seat))
        if isinstance(move, Wrong):
            kind = Infrastructure if move.kind == "infrastructure" else ArenaError
            raise kind(f"opponent {type(agent).__name__} in {self.game.name}: {move.message}")
        return move

    def _judged(self, action: Any) -> Any:
        """Return the learner's action as a legal one, or `Wrong` if it forfeits by it."""
        slot, seat = self._slot, self.seat
        move = self._referee.judge(seat, action, slot.legal(seat))
        if not isinstance(move, Wrong) or self.illegal == "forfeit":
            return move
        if self.illegal == "raise":
            raise ArenaError(f"{self.game.name}: {move.message}")
        return random_action(self.game, slot, seat)

    def _forfeited(self) -> float:
        """Return the reward that takes the seat's return to the low end, where there is one."""
        low = self.game.returns[0]
        if low is None:
            return 0.0
        so_far = 0.0 if self._slot.returns is None else self._slot.returns[self.seat]
        return float(low - so_far)

    def _paid(self) -> float:
        """Return what the seat was paid since it was told last."""
        payments = self._slot.payments or []
        fresh, self._heard = payments[self._heard :], len(payments)
        return float(sum(paid[self.seat] for _, paid in fresh))

    def _last_sight(self, truncated: bool) -> Any:
        """Return what is seen at the end; a game need not show that unless it was cut off."""
        try:
            return self.environment.observe(self.seat)
        except Exception:
            if truncated:
                raise
            return copy.deepcopy(self._seen)

    def _info(self) -> dict[str, Any]:
        """Return the mask, where the game lists what is legal."""
        legal = self.environment.legal(self.seat)
        if legal is None:
            return {}
        return {"action_mask": masks(self.action_space, [legal])[0].astype(np.int8)}


def _check(spec: Spec, opponents: Sequence[Agent], seat: int | None, illegal: str) -> None:
    """Raise `UsageError`s for what cannot be."""
    if illegal not in get_args(Illegal):
        raise BadParameter(f"illegal={illegal!r} is not {', '.join(get_args(Illegal))}")
    if seat is not None and not 0 <= seat < len(spec.seats):
        raise BadParameter(f"seat={seat}: {spec.name} has seats 0 to {len(spec.seats) - 1}")
    if len(spec.seats) > 1 and not opponents:
        raise BadParameter(
            f"{spec.name} has {len(spec.seats)} seats: name opponents for the others"
        )
    first = spec.seats[0]
    for other in spec.seats[1:] if seat is None else ():
        if (other.observation_space, other.action_space) != (
            first.observation_space, first.action_space,
        ):  # fmt: skip
            raise Unsuitable(f"the seats of {spec.name} differ in their spaces: name one of them")


def gymnasium_env(
    environment: str,
    opponents: Sequence[str] = (),
    seat: int | None = 0,
    seed: int = 0,
    illegal: Illegal = "forfeit",
    workspace: Workspace | None = None,
) -> SeatEnv:
    """Return a seat of a named game as a `gymnasium.Env`, named agents in the other seats.

    Both are given as on the command line: `gymnasium_env("connect_four", ["mcts:simulations=50"])`.
    Checkpoints are looked for in the data folder (`ARENA_HOME`). Raises `UsageError`s.
    """
    workspace = workspace or Workspace.open()
    registry, home = workspace.registry, workspace.home
    make, spec = environment_maker(registry, parse(environment))
    agents = []
    for text in opponents:
        player = find_player(registry, home, parse(text))
        agents.append(make_agent(registry, home, player.ref, trust=workspace.trust))
        check_suits(agents[-1], player.name, spec, STANDARD_RULES)
    return SeatEnv(make, agents, seat, seed, illegal)
