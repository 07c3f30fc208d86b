"""Q-learning reaches what is known of small games, the same way each time."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from arena_tabular.agents import QTable
from arena_tabular.keys import Reader
from arena_tabular.q_learning import QLearning

from arena.batch import Batch
from arena.checkpoints import find_checkpoint, read_arrays
from arena.environment import Environment
from arena.errors import BadParameter, Unsuitable
from arena.experience import Experience
from arena.lookup import environment_maker, find_player, make_agent
from arena.playing import play
from arena.records import Checkpoint, Match, Ref
from arena.seeds import Luck, derive
from arena.slot import Slot
from arena.specs import parse
from arena.training import Order, train
from arena.transitions import opposed_transitions
from arena.workspace import Workspace
from tests.toys import Uniform

LEARNERS = str(Path(__file__).parents[1] / "learners.py")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.open(home=str(tmp_path), plugins=(LEARNERS,))


def learn(workspace: Workspace, game: str, steps: int | None = None, **given: Any) -> Checkpoint:
    trainer = parse(given.pop("trainer", "q_learning"))
    order = Order(trainer, parse(game), given.pop("name", "mine"), steps, given.pop("seed", 0))
    return train(workspace, order, **given)


def best_moves(agent: QTable, environment: Environment, seat: int) -> list[int]:
    """Return all the moves that the agent may play here."""
    slot = Slot(environment, Match(0, (0, 0), 0, 0), 0.0)
    (values,) = agent.table.look_up(Reader(environment.spec).keys(Batch([slot], [seat])))
    legal = list(environment.legal(seat) or ())
    return [move for move in legal if values[move] == max(values[legal])]


def lost_lines(agent: QTable, make: Callable[[], Environment], seat: int) -> tuple[int, int]:
    """Return how many lines of play there are, and how many `seat` loses, whatever is replied."""
    lines = lost = 0

    def walk(environment: Environment) -> None:
        nonlocal lines, lost
        (mover,) = environment.acting()
        ours = mover == seat
        moves = best_moves(agent, environment, seat) if ours else environment.legal(mover) or ()
        for move in moves:
            after = environment.copy()
            paid = after.step({mover: move})
            if after.acting():
                walk(after)
            else:
                lines += 1
                lost += paid is not None and paid[seat] < 0

    start = make()
    start.reset(Luck(0))
    walk(start)
    return lines, lost


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_tic_tac_toe_is_never_lost_against_any_reply(workspace: Workspace, seed: int) -> None:
    """REFERENCES: 0 lost lines after 23 to 34 thousand games, one by one; here 512 at a time."""
    made = learn(workspace, "tic_tac_toe", 400_000, seed=seed)
    make, _ = environment_maker(workspace.registry, parse("tic_tac_toe"))
    agent = QTable(made.folder)
    for seat in (0, 1):
        lines, lost = lost_lines(agent, make, seat)
        assert lines > 100 and lost == 0


def test_the_check_finds_lost_lines(workspace: Workspace) -> None:
    made = learn(workspace, "tic_tac_toe", 100_000)
    make, _ = environment_maker(workspace.registry, parse("tic_tac_toe"))
    assert all(lost_lines(QTable(made.folder), make, seat)[1] > 10 for seat in (0, 1))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_cliff_walking_takes_the_shortest_way(workspace: Workspace, seed: int) -> None:
    """Sutton and Barto, example 6.6: the greedy path of Q-learning runs along the edge, -13.

    15,000 moves are about 500 episodes.
    """
    game = "gymnasium/CliffWalking-v1:max_turns=1000"
    made = learn(workspace, game, 15_000, seed=seed, trainer="q_learning:slots=8")
    make, _ = environment_maker(workspace.registry, parse(game))
    (episode,) = play(make, [QTable(made.folder)], [Match(0, (0,), 1, 2)])
    assert (episode.returns, episode.ending) == ((-13.0,), "terminal")
    assert 500 <= made.meta["matches"] <= 900


def test_nim_is_solved(workspace: Workspace) -> None:
    """Who leaves a multiple of four wins (Bouton 1901): the only winning move from any other."""
    made = learn(workspace, "test/nim:heap=10", 30_000, trainer="q_learning:gamma=0.9")
    make, _ = environment_maker(workspace.registry, parse("test/nim:heap=10"))
    agent = QTable(made.folder)
    game: Any = make()
    for seat, heaps in ((0, [10, 7, 6, 5, 3, 2, 1]), (1, [9, 7, 6, 5, 3, 2, 1])):
        for left in heaps:
            game.reset(Luck(0))
            game.left, game.turn = left, seat
            assert best_moves(agent, game, seat) == [left % 4]


def test_values_are_discounted_by_the_move(workspace: Workspace) -> None:
    """The first player at Nim with a heap of 10 wins in its third move: gamma to the fourth."""
    made = learn(workspace, "test/nim:heap=10", 30_000, trainer="q_learning:gamma=0.9")
    make, spec = environment_maker(workspace.registry, parse("test/nim:heap=10"))
    game = make()
    game.reset(Luck(0))
    batch = Batch([Slot(game, Match(0, (0, 0), 0, 0), 0.0)], [0])
    (values,) = QTable(made.folder).table.look_up(Reader(spec).keys(batch))
    assert values.max() == pytest.approx(0.9**4, abs=1e-6)


def test_each_seat_learns_from_its_own_rewards_where_something_is_hidden(
    workspace: Workspace,
) -> None:
    """At Kuhn poker it is no equilibrium that is learnt, but much better play than at random."""
    made = learn(workspace, "kuhn_poker", 20_000, trainer="q_learning:alpha=0.05")
    make, _ = environment_maker(workspace.registry, parse("kuhn_poker"))
    agents = [QTable(made.folder), Uniform()]
    matches = [Match(i, (i % 2, 1 - i % 2), derive(1, i), derive(2, i // 2)) for i in range(2000)]
    gained = sum(e.returns[e.match.seats.index(0)] for e in play(make, agents, matches)) / 2000
    assert gained > 0.2  # one game's s.d. is about 1.3: 0.2 is 7 standard errors above nought


def test_a_constant_sum_is_as_good_as_nought() -> None:
    """Chess's 1, 1/2 and 0: winning is worth 1/2 more than a draw, losing 1/2 less."""
    numbers = np.arange(2)
    after = np.array([[1.0, 0.0], [1.0, 0.0]])
    experience = Experience(
        match=np.zeros(2, np.int64), seat=numbers, turn=numbers, reward=np.array([1.0, 0.0]),
        open=np.zeros(2, np.bool_), offsets=np.arange(3), action=numbers,
        before=np.zeros((2, 2)), after=after,
    )  # fmt: skip
    steps = opposed_transitions(experience)
    assert steps.reward.tolist() == [0.0, -0.5]
    assert steps.next.tolist() == [1, -1] and steps.sign[0] == -1.0


def test_the_checkpoint_plays_by_its_name(workspace: Workspace) -> None:
    learn(workspace, "tic_tac_toe", 5_000)
    player = find_player(workspace.registry, workspace.home, Ref("mine"))
    agent: Any = make_agent(workspace.registry, workspace.home, player.ref)
    assert isinstance(agent, QTable) and agent.epsilon == 0.0
    sampling = find_player(workspace.registry, workspace.home, parse("mine:greedy=false"))
    assert sampling.name == "mine:greedy=false"
    agent = make_agent(workspace.registry, workspace.home, sampling.ref)
    assert agent.epsilon == 0.1


def test_play_does_not_change_the_table(workspace: Workspace) -> None:
    made = learn(workspace, "tic_tac_toe", 2_000)
    agent = QTable(made.folder)
    before = read_arrays(made.folder)
    make, _ = environment_maker(workspace.registry, parse("tic_tac_toe"))
    matches = [Match(i, (i % 2, 1 - i % 2), i, i) for i in range(50)]
    assert {e.ending for e in play(make, [agent, Uniform()], matches)} == {"terminal"}
    assert (agent.table.arrays()["keys"] == before["keys"]).all()


@pytest.mark.parametrize("game", ["connect_four", "gymnasium/CliffWalking-v1"])
def test_a_table_knows_one_game_only(workspace: Workspace, game: str) -> None:
    made = learn(workspace, "tic_tac_toe", 500)
    _, spec = environment_maker(workspace.registry, parse(game))
    with pytest.raises(Unsuitable, match="it learnt openspiel/tic_tac_toe"):
        QTable(made.folder, **made.meta["agent_parameters"]).check(spec)
    with pytest.raises(Unsuitable, match=r"it learnt a game of 9 actions, not \d"):
        QTable(made.folder).check(spec)


@pytest.mark.parametrize("game", ["gymnasium/Pendulum-v1", "gymnasium/MountainCarContinuous-v0"])
def test_games_whose_actions_cannot_be_counted_are_unsuitable(
    workspace: Workspace, game: str
) -> None:
    with pytest.raises(Unsuitable, match=r"'q_learning' does not suit .*: a table needs actions"):
        learn(workspace, game)
    assert find_checkpoint(workspace.home, "mine") is None


@pytest.mark.parametrize("wrong", ["alpha=0", "alpha=1.5", "epsilon=-0.1", "gamma=2", "gamma=nan"])
def test_parameters_are_checked(wrong: str) -> None:
    name, _, value = wrong.partition("=")
    with pytest.raises(BadParameter, match=f"q_learning: {name}={value} is not"):
        QLearning(**{name: float(value)})


_KILLED = """
import sys
from arena.specs import parse
from arena.training import Order, train
from arena.workspace import Workspace

order = Order(parse("q_learning"), parse("tic_tac_toe"), "killed", 300_000, 5)
train(Workspace.open(home=sys.argv[1]), order, save_seconds=0)
"""


def test_a_process_that_was_killed_is_resumed_to_the_same_end(
    workspace: Workspace, tmp_path: Path
) -> None:
    unbroken = learn(workspace, "tic_tac_toe", 300_000, name="unbroken", seed=5)
    process = subprocess.Popen([sys.executable, "-c", _KILLED, str(tmp_path)])
    state = tmp_path / "training" / "killed" / "state" / "model.safetensors"
    while process.poll() is None and not (state.exists() and state.stat().st_size > 10_000):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert find_checkpoint(tmp_path, "killed") is None
    order = Order(parse("q_learning"), parse("tic_tac_toe"), "killed")
    resumed = train(workspace, order, resume=True)
    assert resumed.digest == unbroken.digest and resumed.meta["steps"] >= 300_000
