"""What every agent owes: `check_agent`."""

from __future__ import annotations

from collections.abc import Callable

from arena.agent import Agent
from arena.environment import Environment
from arena.errors import Unsuitable, UsageError
from arena.playing import play
from arena.records import Episode, Match, Spec
from arena.testing.in_columns import check_columns
from arena.testing.probe import Make, RandomPlayer, global_luck_kept, matches_of, same, stir
from arena.testing.questions import Probe, Tally
from arena.testing.report import Broken, Report
from arena.testing.watched import Watched

RULES = {
    "made": "it is an arena.Agent, and `needs` holds only what there is",
    "suits": "check() accepts the game, or says with Unsuitable why not",
    "raises": "it answers without raising",
    "legal": "it answers every row with a legal action",
    "repeat": "the same question gets the same answer: no state of a game on the object",
    "batch": "a batch of n rows gets the answers that its rows get one at a time",
    "order": "the order of the rows does not matter",
    "observation": "it leaves what it is shown as it was",
    "luck": "the process-wide generators are left alone, and do not matter",
    "seeds": "the same matches are played the same way again",
    "columns": "if it says `columns`, it answers a table as it answers rows",
}
NEEDS = frozenset({"text", "model", "trust"})


def check_agent(
    agent: Agent | Callable[[], Agent],
    *environments: Callable[[], Environment] | str,
    games: int = 12,
    asks: int = 12,
    turns: int = 60,
    seed: int = 0,
) -> Report:
    """Hold an agent to its contract in one or more environments.

    `agent` is an agent or, better, makes one (a class will do): then a second one must play the
    same. An environment is what makes one, or the name of an installed one. In each, `games`
    matches are played for up to `turns` turns, the agent in all seats or against random play, and
    `asks` of its batches are asked again in parts, in another order and one by one.

    Raises AssertionError, naming the rule that is broken and the cure. Where single rows change
    with the size of the batch, as ties between floats may, the report notes it.
    """
    if not environments:
        raise UsageError("check_agent needs an environment to play: name one, such as tic_tac_toe")
    report = Report("the agent", RULES)
    with global_luck_kept():
        first = _make(report, agent)
        report.subject = f"agent {type(first).__name__}"
        for environment in environments:
            make = maker_of(environment)
            second = first if isinstance(agent, Agent) else _make(report, agent)
            _check_in(report, (first, second), make, (games, asks, turns, seed))
    return report


def maker_of(environment: Make | str) -> Make:
    """Return what makes an environment, looked up among the installed ones if given by name."""
    if not isinstance(environment, str):
        return environment
    from arena.lookup import environment_maker
    from arena.plugins import registry_of
    from arena.specs import parse

    return environment_maker(registry_of(()), parse(environment))[0]


def _make(report: Report, agent: Agent | Callable[[], Agent]) -> Agent:
    if not isinstance(agent, Agent):
        with report.guard("made", "let it be made without arguments, or pass a lambda"):
            agent = agent()
    if not isinstance(agent, Agent):
        raise report.broken("made", f"it is a {type(agent).__name__}", "derive from arena.Agent")
    if not isinstance(agent.needs, (set, frozenset)) or not agent.needs <= NEEDS:
        raise report.broken(
            "made", f"needs is {agent.needs!r}", f"use a frozenset of {sorted(NEEDS)}, or leave it"
        )
    return agent


def _check_in(
    report: Report, agents: tuple[Agent, Agent], make: Make, how: tuple[int, int, int, int]
) -> None:
    games, asks, turns, seed = how
    watched: list[Watched] = []

    def made() -> Environment:
        watched.append(Watched(make(), turns))
        return watched[-1]

    spec = made().spec
    _check_suits(report, agents[0], spec)
    matches = matches_of(spec, games, seed, _lineups(len(spec.seats)))
    tally = Tally()
    probe = Probe(report, agents[0], watched, asks, tally, seed)
    stir(seed)
    first = _play(report, made, probe, matches, games)
    tally.judge(report, spec)
    stir(seed + 1)
    again = _play(report, made, agents[1], matches, games)
    _compare(report, spec, first, again)
    check_columns(report, agents[1], lambda: Watched(make(), turns), games, seed)


def _check_suits(report: Report, agent: Agent, spec: Spec) -> None:
    """Check that the agent accepts the game."""
    why = None
    if "model" in agent.needs and not spec.model:
        why = f"it needs a model, and {spec.no_model}"
    with report.guard("suits", "raise nothing but arena.Unsuitable from check()"):
        try:
            agent.check(spec)
        except Unsuitable as error:
            why = str(error)
    if why is not None:
        raise report.broken(
            "suits", f"it does not play {spec.name}: {why}", "check it in a game that suits it"
        )


def _lineups(seats: int) -> list[tuple[int, ...]]:
    """Return who sits where: the agent (0) in all seats, then in each one against random play."""
    if seats == 1:
        return [(0,)]
    alone = [tuple(int(seat != here) for seat in range(seats)) for here in range(seats)]
    return [(0,) * seats, *alone]


def _play(
    report: Report, make: Make, agent: Agent, matches: list[Match], slots: int
) -> dict[int, Episode]:
    """Play the matches, and raise for the first fault."""
    episodes = {}
    for episode in play(make, [agent, RandomPlayer()], matches, slots=slots):
        if isinstance(agent, Probe) and agent.found is not None:
            raise agent.found
        for fault in episode.faults:
            raise _broken_by(report, fault.kind, fault.message)
        episodes[episode.match.number] = episode
    return episodes


def _broken_by(report: Report, kind: str, message: str) -> Broken:
    """Return the rule that a fault breaks."""
    if kind == "infrastructure":
        return report.broken(
            "raises", message, "check the environment with check_environment first"
        )
    if kind == "exception":
        return report.broken("raises", message, "answer every observation of a game that suits it")
    return report.broken("legal", message, "choose among observation.legal, or from action_space")


def _compare(
    report: Report, spec: Spec, first: dict[int, Episode], again: dict[int, Episode]
) -> None:
    for number, episode in first.items():
        if not same(episode.log, again[number].log, tolerance=1e-5):
            raise report.broken(
                "seeds", f"match {number} of {spec.name} goes otherwise when it is played again",
                "take luck from batch.u or observation.rng only, keep what must be remembered in "
                "observation.memory, and let nothing carry over from one match to the next",
            )  # fmt: skip
