"""What each learner of tables comes to, and that stopping and going on changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from arena_tabular.agents import QTable
from arena_tabular.learner import TableLearner
from arena_tabular.sarsa import Sarsa

from arena.errors import BadParameter
from arena.lines import lines_of_play
from arena.lookup import environment_maker
from arena.playing import play
from arena.records import Match
from arena.specs import parse
from arena.testing import check_trainer
from arena.training import Order, train
from arena.training_run import LiveRun
from arena.workspace import Workspace
from tests.toys import Uniform

TRAINERS = ("q_learning", "sarsa", "expected_sarsa", "monte_carlo")
CLIFF = "gymnasium/CliffWalking-v1:max_turns=1000"


@pytest.mark.parametrize("game", ["tic_tac_toe", CLIFF, "kuhn_poker:players=3"])
@pytest.mark.parametrize("trainer", TRAINERS)
def test_learners_of_tables_keep_the_rules(trainer: str, game: str) -> None:
    """One seed decides everything, and a run that was interrupted ends as if it had not been."""
    check_trainer(f"{trainer}:slots=16", game, 1_500)


@pytest.mark.parametrize(
    ("trainer", "least", "most"), [("sarsa", -21.0, -15.0), ("expected_sarsa", -15.0, -15.0)]
)
def test_who_learns_what_its_own_play_is_worth_keeps_off_the_edge(
    tmp_path: Path, trainer: str, least: float, most: float
) -> None:
    """Sutton and Barto, example 6.6; REFERENCES: -17 (40 seeds of 50) and -15 (50 of 50)."""
    workspace = Workspace.open(home=str(tmp_path))
    made = train(workspace, Order(parse(f"{trainer}:slots=4"), parse(CLIFF), "mine", 15_000))
    make, _ = environment_maker(workspace.registry, parse(CLIFF))
    (episode,) = play(make, [QTable(made.folder)], [Match(0, (0,), 1, 2)])
    assert episode.ending == "terminal" and least <= episode.returns[0] <= most
    assert made.meta["metrics"]["mean_return"] == episode.returns[0]


def test_monte_carlo_plays_blackjack_well(tmp_path: Path) -> None:
    """Sutton and Barto, example 5.3: the best policy loses about 0.05 a game, random play 0.4.

    One game's s.d. is about 0.95: over 4,000 games 0.11 is 4 standard errors from 0.05.
    """
    workspace = Workspace.open(home=str(tmp_path))
    order = Order(parse("monte_carlo:slots=64"), parse("gymnasium/Blackjack-v1"), "mine", 40_000)
    made = train(workspace, order)
    make, _ = environment_maker(workspace.registry, parse("gymnasium/Blackjack-v1"))
    played = play(make, [QTable(made.folder)], [Match(n, (0,), n, n) for n in range(4000)])
    assert sum(episode.returns[0] for episode in played) / 4000 > -0.11


@pytest.mark.parametrize("trainer", ["sarsa", "expected_sarsa", "monte_carlo"])
def test_self_play_learns_to_lose_little(tmp_path: Path, trainer: str) -> None:
    """Random play loses 44 % of its games against random play, and these under 15 %."""
    workspace = Workspace.open(home=str(tmp_path))
    made = train(workspace, Order(parse(trainer), parse("tic_tac_toe"), "mine", 100_000))
    make, _ = environment_maker(workspace.registry, parse("tic_tac_toe"))
    matches = [Match(n, (n % 2, 1 - n % 2), n, n) for n in range(400)]
    played = play(make, [QTable(made.folder), Uniform()], matches)
    lost = sum(episode.returns[episode.match.seats.index(0)] < 0 for episode in played)
    assert lost < 60


def test_the_table_that_loses_fewest_lines_is_kept(tmp_path: Path) -> None:
    workspace = Workspace.open(home=str(tmp_path))
    runs: list[LiveRun] = []
    order = Order(parse("sarsa"), parse("tic_tac_toe"), "mine", 60_000)
    made = train(workspace, order, on_progress=runs.append)
    make, _ = environment_maker(workspace.registry, parse("tic_tac_toe"))
    lost = lines_of_play(QTable(made.folder), make).lost
    assert made.meta["metrics"]["lost_lines"] == lost > 0
    assert runs[-1].so_far.best == made.meta["metrics"]["worth"] == -lost


def test_a_policy_that_walks_in_circles_is_not_kept(tmp_path: Path) -> None:
    """`worth` is the share of greedy episodes that were not cut off."""
    workspace = Workspace.open(home=str(tmp_path))
    for steps, worth in ((200, 0.0), (12_000, 1.0)):
        order = Order(parse("sarsa:slots=8"), parse(CLIFF), "mine", steps)
        assert train(workspace, order).meta["metrics"]["worth"] == worth


@pytest.mark.parametrize("kind", TableLearner.__subclasses__())
def test_parameters_are_checked(kind: type[TableLearner]) -> None:
    with pytest.raises(BadParameter, match=f"{kind.name}: slots=0 is not a positive number"):
        kind(slots=0)
    with pytest.raises(BadParameter, match="sarsa: alpha=2 is not between 0 and 1"):
        Sarsa(alpha=2)
