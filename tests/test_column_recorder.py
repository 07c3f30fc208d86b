"""What learners hear of a table is what they hear of single games, as tensors."""

import numpy as np
import pytest

from arena.agent import Agent
from arena.batch import Moves
from arena.column_recorder import ColumnRecorder
from arena.column_runner import ColumnRunner
from arena.columns import host
from arena.lookup import environment_maker
from arena.plugins import make_registry
from arena.recorder import Recorder
from arena.records import Match
from arena.runner import Runner
from arena.seeds import derive
from arena.specs import parse
from arena.tensor_luck import tensor_pick


class Guesser(Agent):
    """Plays at random, and hands back what it drew."""

    columns = True

    def act_batch(self, batch):
        if batch.device is not None:
            return Moves(tensor_pick(batch.mask, batch.u), {"drew": batch.u})
        actions = [legal[int(u * len(legal))] for legal, u in zip(batch.legal, batch.u)]
        return Moves(actions, {"drew": batch.u})


def matches(count, lineups):
    return [
        Match(n, lineups[n % len(lineups)], derive(1, n), derive(2, n // 2)) for n in range(count)
    ]


def heard(name, drawn, learners, whole, columns):
    make, spec = environment_maker(make_registry(), parse(name))
    agents = [Guesser(), Guesser()]
    if columns:
        recorder = ColumnRecorder(spec, agents, learners, ("data", "mask"))
        runner = ColumnRunner(make, agents, slots=24, recorder=recorder)
    else:
        recorder = Recorder(agents, learners, ("data", "mask"))
        runner = Runner(make, agents, slots=24, recorder=recorder)
    for _ in runner.blocks(drawn):
        pass
    return recorder.take(whole), recorder.steps


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("learners", [(0,), (0, 1)])
@pytest.mark.parametrize(
    ("name", "lineups"),
    [
        ("tensor/tic_tac_toe", [(0, 1), (1, 0)]),
        ("tensor/tic_tac_toe", [(0, 0)]),
        ("tensor/connect_four:max_turns=9", [(0, 1), (1, 0)]),
    ],
)
def test_experience_is_that_of_single_games(name, lineups, learners, whole):
    drawn = matches(100, lineups)
    (ours, moves), (theirs, steps) = (heard(name, drawn, learners, whole, c) for c in (True, False))
    assert moves == steps
    for field in ("match", "seat", "turn", "reward", "open", "offsets", "before", "after"):
        np.testing.assert_array_equal(getattr(ours, field), getattr(theirs, field), field)
    live = ~ours.open  # what is played from a position that was cut off is played nowhere
    np.testing.assert_array_equal(host(ours.action)[live], np.asarray(theirs.action)[live])
    assert ours.columns.keys() == theirs.columns.keys()
    for column in ("data", "mask", "drew"):
        rows = live if column != "data" else slice(None)
        one, other = (host(each.columns[column])[rows] for each in (ours, theirs))
        np.testing.assert_array_equal(one, other, column)
        assert hasattr(ours.columns[column], "device")


def test_what_is_taken_on_the_way_adds_up():
    name, drawn = "tensor/tic_tac_toe", matches(200, [(0, 1), (1, 0)])
    whole, _ = heard(name, drawn, (0, 1), True, True)
    make, spec = environment_maker(make_registry(), parse(name))
    agents = [Guesser(), Guesser()]
    recorder = ColumnRecorder(spec, agents, (0, 1), ("data",))
    taken = []
    for _ in ColumnRunner(make, agents, slots=24, recorder=recorder).blocks(drawn):
        some = recorder.take()
        taken += [
            (match, seat, turn, reward, action)
            for match, seat, turn, reward, action, unsure in zip(
                some.match.tolist(), some.seat.tolist(), some.turn.tolist(),
                some.reward.tolist(), host(some.action).tolist(), some.open.tolist(),
            ) if not unsure
        ]  # fmt: skip
    rows = zip(
        whole.match.tolist(), whole.seat.tolist(), whole.turn.tolist(),
        whole.reward.tolist(), host(whole.action).tolist(),
    )  # fmt: skip
    assert sorted(taken) == sorted(rows)
