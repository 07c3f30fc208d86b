"""Matches that a learner's checkpoint plays while it is made, against agents that are named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from arena.agent import Agent
from arena.campaign import Playing, begin, play_tournament
from arena.config import Definition, Entry
from arena.executors.here import Here, agents_of
from arena.lookup import (
    Player,
    check_suits,
    checkpoint_ref,
    environment_maker,
    find_game,
    find_player,
    make_agent,
)
from arena.planning import Plan, completed, made
from arena.records import STANDARD_RULES, Checkpoint, Entrants, Ref
from arena.results import Results
from arena.roles import Format, Job
from arena.seeds import derive
from arena.specs import parse
from arena.standings import cross_table, mean_returns
from arena.training_run import LiveRun
from arena.workspace import Workspace


class _Meeting(Here):
    """Plays in this process, against opponents that are made once: only the learner, who comes
    first, is another at each step. Nothing of a game stays in an agent, so nobody can tell."""

    def __init__(self) -> None:
        super().__init__()
        self._others: tuple[Job, list[Agent]] | None = None

    def agents(self, job: Job) -> list[Agent]:
        """Return the learner as it is now, and the opponents."""
        learner, others = (replace(job, entrants=e) for e in (job.entrants[:1], job.entrants[1:]))
        if self._others is None or self._others[0] != others:
            self._others = others, agents_of(others)
        return [*agents_of(learner), *self._others[1]]


class Evaluation:
    """Plays a checkpoint in the making against opponents, into the history.

    It is what `arena.training.train` takes as `evaluate`. The checkpoint enters as `NAME@STEP`, a
    player of its own, so that what it was worth at each step can be rated from the history.

    It meets each opponent in `games` matches, and the metrics are its scores, from 0 to 1, as
    `score/OPPONENT`. In a game with one side all play the same `games` deals, and the metrics are
    mean returns: `return/OPPONENT`, and its own as `evaluated_return`. Raises `UsageError`s, before
    anything is played, for opponents or games that do not suit.
    """

    def __init__(
        self, workspace: Workspace, environment: Ref, opponents: Sequence[str], games: int = 20
    ) -> None:
        registry, home = workspace.registry, workspace.home
        self.workspace, self.game = workspace, find_game(registry, environment)
        make, self.spec = environment_maker(registry, self.game.ref)
        make().close()
        self.opponents = tuple(find_player(registry, home, parse(name)) for name in opponents)
        for player in self.opponents:
            agent = make_agent(registry, home, player.ref, trust=workspace.trust)
            check_suits(agent, player.name, self.spec, STANDARD_RULES)
        format_ = "score" if self.spec.ranked_by_return else "gauntlet"
        self.named = Ref(format_, {"games": games})
        self.format: Format = made(registry, "formats", self.named, Format)
        names = ("the learner", *(player.name for player in self.opponents))
        self.format.check(Entrants(names, self.spec, 0))
        self.executor = _Meeting()

    def __call__(self, run: LiveRun, checkpoint: Checkpoint) -> dict[str, float]:
        """Play the matches; return the scores."""
        plan = self._plan(run, self._learner(run, checkpoint))
        tournament = begin(self.workspace, plan, "training")
        play_tournament(self.workspace, tournament, Playing(self.executor, device=run.device))
        return self._scores(tournament.results)

    def _scores(self, results: Results) -> dict[str, float]:
        if self.spec.ranked_by_return:
            own, *others = mean_returns(results).tolist()
            told = zip(self.opponents, others)
            return {"evaluated_return": own} | {f"return/{who.name}": other for who, other in told}
        table = cross_table(results, self.spec)
        played = zip(self.opponents, table.score[0, 1:], table.games[0, 1:])
        return {f"score/{who.name}": float(won / games) for who, won, games in played if games}

    def _learner(self, run: LiveRun, checkpoint: Checkpoint) -> Player:
        """Return the checkpoint as a player; its folder is not where finished ones lie."""
        name = f"{run.name}@{run.step}"
        made_by = checkpoint_ref(run.workspace.registry, checkpoint)
        return Player(name, name, run.name, {}, made_by, checkpoint.digest)

    def _plan(self, run: LiveRun, learner: Player) -> Plan:
        players = (learner, *self.opponents)
        entries = tuple(Entry(Ref(p.agent, p.parameters, p.name)) for p in players)
        seed = derive(run.seed, "evaluation", run.step) >> 1
        asked = Definition(self.game.alias or self.game.ref, entries, self.named, seed=seed)
        definition = completed(run.workspace.registry, asked, self.spec, entries)
        return Plan(definition, self.game, self.spec, players, self.format, {})
