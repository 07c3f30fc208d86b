"""What every environment owes: `check_environment`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from arena.agent import Agent
from arena.environment import Environment
from arena.observation import Observation
from arena.playing import play
from arena.records import DEFAULT_MAX_TURNS, Match, Spec
from arena.seeds import Luck, derive
from arena.testing.game_rules import Inspection, check_spec, compare_specs
from arena.testing.model import check_model
from arena.testing.probe import (
    global_luck,
    global_luck_kept,
    random_action,
    same,
    stir,
    touched,
)
from arena.testing.report import Report, short
from arena.testing.walk import Walk

RULES = {
    "spec": "the spec is complete and the same for every game",
    "acting": "acting() names distinct seats, nature alone, nobody when the game is over",
    "chance": "nature's odds are positive and sum to 1",
    "legal": "legal actions are ascending, distinct elements of the action space",
    "observe": "observations are elements of the space, the last one of a game cut off included",
    "kept": "observations are never changed after they were handed out",
    "still": "asking changes nothing: two questions in a row get the same answer",
    "text": "text, label and render give text; parse reads every label back",
    "step": "step pays every seat a finite number, or returns None",
    "luck": "the process-wide generators are left alone",
    "replay": "the same deal and moves give the same game, on a fresh object and on a used one",
    "apart": "games in flight at the same time do not disturb each other",
    "stochastic": "a game that says stochastic=False has no luck in it",
    "ends": "games end",
    "returns": "returns stay within spec.returns",
    "zero_sum": "returns of a zero-sum game sum to the same constant",
    "model": "imagined worlds and copies agree with what the seat sees, and stand alone",
    "plays": "the runner plays the same games, however many are in flight",
    "close": "close() can be called",
}


def check_environment(
    make: Callable[[], Environment], games: int = 4, turns: int = 50, seed: int = 0
) -> Report:
    """Hold an environment to its contract; `make` returns a new one at each call.

    `games` random games are looked at closely for their first `turns` turns, and played to the end
    once. Raises AssertionError, naming the rule that is broken and the cure.
    """
    with global_luck_kept():
        check = _Check(make, games, turns, seed)
        with check.report.guard("plays", "raise nothing from legal play"):
            return check.run()


class _Check:
    def __init__(self, make: Callable[[], Environment], games: int, turns: int, seed: int) -> None:
        self.make, self.turns, self.seed = make, turns, seed
        self.deals = [derive(seed, "deal", n) for n in range(games)]
        self.report = Report("the environment", RULES)
        with self.report.guard("spec", "make() must return an Environment with a spec"):
            self.used = make()
            self.spec: Spec = check_spec(self.report, self.used)
        self.report.subject = f"environment {self.spec.name!r}"
        self.walks: list[Walk] = []
        self.played: list[tuple[list[Any], list[float], bool]] = []  # log, returns, cut off

    def run(self) -> Report:
        self.look_closely()
        self.replay()
        self.interleave()
        self.without_luck()
        self.play_out()
        if not any(walk.draws for walk in self.walks):
            self.report.skipped["chance"] = "nature was not asked in these games"
        check_model(self.report, self.make, self.walks, self.turns, self.seed)
        self.in_the_runner()
        self.close(self.used)
        return self.report

    def close(self, environment: Environment) -> None:
        with self.report.guard("close", "let close() pass whatever the state of the game"):
            environment.close()

    def walk(self, game: int, environment: Environment | None = None, **how: Any) -> Walk:
        """Return a walk through game `game`, not yet begun to move."""
        environment = self.make() if environment is None else environment
        return Walk(environment, self.deals[game], derive(self.seed, "moves", game), **how)

    def look_closely(self) -> None:
        """Play the games on one object, and look at everything."""
        for game in range(len(self.deals)):
            stir(game)
            before = global_luck()
            inspection = Inspection(self.report, self.spec)
            with self.report.guard("step", "a legal game must not raise"):
                walk = self.walk(game, self.used, inspect=inspection)
                while walk.turns < self.turns and walk.step():
                    if walk.lines:
                        inspection.check_pay(walk.lines[-1])
                inspection.check_kept()
                self.used.reset(Luck(walk.deal))
                inspection.check_kept()
            if moved := touched(before):
                raise self.report.broken(
                    "luck", f"it draws from the process-wide {' and '.join(moved)}",
                    "draw from the rng that reset is given, or contain the library in GlobalLuck",
                )  # fmt: skip
            self.walks.append(walk)

    def replay(self) -> None:
        """Play the same games on fresh objects, with other global luck."""
        for game, first in enumerate(self.walks):
            stir(1000 + game)
            environment = self.make()
            compare_specs(self.report, self.spec, environment.spec)
            again = self.walk(game, environment).go(self.turns)
            self.close(environment)
            if where := first.difference(again):
                raise self.report.broken(
                    "replay", f"a fresh object plays deal {first.deal} otherwise: {where}",
                    "take all luck from the rng of reset, and let reset put back everything",
                )  # fmt: skip

    def interleave(self) -> None:
        """Play two games in turns, a step of each."""
        if len(self.walks) < 2:
            self.report.skipped["apart"] = "it takes two games to see"
            return
        pair = [self.walk(0), self.walk(1)]
        going = list(pair)
        while going:
            going = [walk for walk in going if walk.turns < self.turns and walk.step()]
        for first, again in zip(self.walks, pair):
            self.close(again.environment)
            if where := first.difference(again):
                raise self.report.broken(
                    "apart", f"another game in flight changes this one: {where}",
                    "keep the state of a game on the object, not on its class or module",
                )  # fmt: skip

    def without_luck(self) -> None:
        """Play one game from two deals, where the spec says that there is no luck."""
        if self.spec.stochastic:
            self.report.skipped["stochastic"] = "the spec says that there is luck"
            return
        moves = derive(self.seed, "moves", 0)
        games = [Walk(self.make(), deal, moves).go(self.turns) for deal in (1, 2)]
        for game in games:
            self.close(game.environment)
        where = games[0].difference(games[1])
        if any(game.draws for game in games):
            where = "nature moves"
        if where is not None:
            raise self.report.broken(
                "stochastic", f"the spec says stochastic=False, yet luck matters: {where}",
                "say stochastic=True in the spec",
            )  # fmt: skip

    def play_out(self) -> None:
        """Play the games to the end; check how they end and what they return."""
        limit = self.spec.max_turns or DEFAULT_MAX_TURNS
        sums = []
        for game in range(len(self.deals)):
            walk = self.walk(game, self.used, look=False).go(limit)
            over = not self.used.acting()
            truncated = self.used.truncated if over else True
            self.played.append((walk.log, walk.returns, truncated))
            if not over and self.spec.max_turns is None:
                raise self.report.broken(
                    "ends", f"a random game still asks after {limit:,} turns",
                    "give the spec a max_turns",
                )  # fmt: skip
            self._check_returns(walk)
            if not truncated:
                sums.append(sum(walk.returns))
        if not self.spec.zero_sum:
            self.report.skipped["zero_sum"] = "the spec does not say so"
        elif sums and max(sums) - min(sums) > 1e-6 * (1 + abs(sums[0])):
            raise self.report.broken(
                "zero_sum", f"returns sum to {min(sums):g} in one game, {max(sums):g} in another",
                "say zero_sum=False in the spec, or pay each seat what the others lose",
            )  # fmt: skip

    def _check_returns(self, walk: Walk) -> None:
        low, high = self.spec.returns
        for seat, value in enumerate(walk.returns):
            slack = 1e-6 * (1 + abs(value))
            if (low is not None and value < low - slack) or (
                high is not None and value > high + slack
            ):
                raise self.report.broken(
                    "returns", f"seat {seat} returned {value:g}, outside {(low, high)}",
                    "widen spec.returns, or put None where there is no bound",
                )  # fmt: skip

    def in_the_runner(self) -> None:
        """Play the same games under the real runner, one at a time and all at once."""
        seats = (0,) * len(self.spec.seats)
        matches = [Match(n, seats, derive(self.seed, n), deal) for n, deal in enumerate(self.deals)]
        for slots in (1, len(matches)):
            for episode in play(self.make, [_Mover(self.seed)], matches, slots=slots):
                number = episode.match.number
                if episode.ending == "void":
                    raise self.report.broken(
                        "plays", f"match {number} is void: {episode.faults[0].message}",
                        "raise nothing from legal play",
                    )  # fmt: skip
                log, returns, truncated = self.played[number]
                if (
                    not same(log, episode.log)
                    or not same(returns, episode.returns, 1e-9)
                    or truncated != (episode.ending == "truncated")
                ):
                    raise self.report.broken(
                        "plays", f"game {number} is another with {slots} games in flight: "
                        f"{short(episode.log)} returned {episode.returns}, by hand {short(log)} "
                        f"returned {returns}",
                        "share nothing between objects, and let step_many and legal_many (if you "
                        "wrote them) do what step and legal do",
                    )  # fmt: skip


class _Mover(Agent):
    """Moves as `Walk` does."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def act(self, observation: Observation) -> Any:
        luck = derive(self.seed, "moves", observation._slot.match.number)
        luck = derive(luck, observation.seat, observation.turn)
        return random_action(observation.action_space, observation.legal, luck)
