"""What answers are paid: by the matches they lead to, by scores above the mean, by a referee."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from arena_align.decisions import Decision
from arena_align.measures import divergence, worse_moves
from arena_align.rewards import ByArena, Centred, Refereed

import arena


def make() -> arena.Environment:
    return arena.make_environment("tic_tac_toe")


def position(*moves: int) -> Decision:
    """Return the decision after these moves, with what the seat may do there."""
    game = make()
    game.reset(arena.Luck(0))
    for move in moves:
        game.step({game.acting()[0]: move})
    (seat,) = game.acting()
    legal = tuple(game.legal(seat) or ())
    labels = tuple(game.label(seat, action) for action in legal)
    prompt = " ".join(map(str, moves))
    return Decision(prompt, labels[0], seat, 0, 0, moves, legal[0], legal, labels, 0.0, "")


def test_the_arena_pays_the_return_of_the_match_that_follows() -> None:
    # X has 0 and 1, O has 3 and 4: X wins at 2; if it plays 8, O wins at 5 or X must have luck
    here = position(0, 3, 1, 4)
    perfect = arena.make_agent("minimax", make().spec)
    paid = ByArena(make, [here], perfect, [perfect], seed=1, low=-7.0)
    told = paid([here.prompt] * 4, ["x(0,2)", "x(2,2)", "x(1,2)", "x(0,0)"])
    assert told[:3].tolist() == [1.0, -1.0, 0.0]  # a win, a loss, a block
    assert told[3] == -7.0  # no legal move


def lengths(prompts: Sequence[str], replies: Sequence[str]) -> np.ndarray:
    return np.array(
        [float(len(prompt) + 10 * len(reply)) for prompt, reply in zip(prompts, replies)]
    )


def test_scores_are_told_above_the_mean_of_the_legal_replies() -> None:
    asked = [
        Decision(prompt, "a", 0, 0, 0, (), 0, (0, 1), ("a", "ccc"), 0.0, "")
        for prompt in ("short", "a much longer one")
    ]
    centred = Centred(asked, lengths)
    for decision in asked:
        told = centred([decision.prompt] * 2, list(decision.labels))
        assert told.tolist() == [-10.0, 10.0]
    assert centred(["unknown"], ["a"]).tolist() == [17.0]
    assert centred(["short"] * 2, ["no label", "a"]).tolist() == [85.0 - 25.0, -10.0]


def test_where_no_reply_is_better_than_another_none_is_paid() -> None:
    here, there = position(), position(0)
    centred = Centred([here, there], lengths, same=[here.prompt])
    assert centred([here.prompt] * 2, ["x(0,0)", "nonsense"]).tolist() == [0.0, 0.0]
    assert centred([there.prompt], ["longer than a move"]).tolist() == [180.0 - 60.0]


def test_the_referee_pays_what_is_no_move() -> None:
    here = position()
    refereed = Refereed([here], lengths, -3.0)
    told = refereed([here.prompt, here.prompt, "free text"], ["x(0,0)", "nonsense", "anything"])
    assert told.tolist() == [60.0, -3.0, 9.0 + 80.0]


def test_the_odds_of_worse_moves_and_the_divergence_by_hand() -> None:
    odds = [np.array([0.5, 0.3, 0.2]), np.array([0.25, 0.75])]
    values = [{0: 1.0, 1: 1.0, 2: 0.0}, {0: 0.0, 1: -1.0}]
    assert np.allclose(worse_moves(odds, values), [0.2, 0.75])
    even = [np.full(3, 1 / 3), np.full(2, 0.5)]
    by_hand = [np.sum(p * np.log(p / q)) for p, q in zip(odds, even)]
    assert np.isclose(divergence(odds, even), np.mean(by_hand))
    assert divergence(odds, odds) == 0.0
