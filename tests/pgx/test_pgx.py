"""pgx's games through Arena are pgx's, move for move, and share its memory."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest
import torch
from arena_pgx.family import GAMES, Pgx
from arena_pgx.table import _lent
from arena_pgx.words import label
from arena_search.simple import Random

from arena import Match, play
from arena.errors import BadParameter, UnknownName
from arena.seeds import Luck, derive_many
from arena.tensor_luck import tensor_pick, tensor_uniforms
from arena.testing import check_environment, check_table
from tests.counting import NoWaiting
from tests.listing import listed
from tests.search.test_players import maker

SMALL = ["tic_tac_toe", "kuhn_poker", "leduc_holdem"]  # which JAX compiles in seconds
LARGE = sorted(set(GAMES) - set(SMALL))


def deals_of(count: int) -> torch.Tensor:
    return torch.from_numpy(derive_many(3, 1, np.arange(count)).astype(np.int64))


def key_of(deal: int) -> Any:
    """Return a deal as a key of JAX: its lower half, and then its upper."""
    return jax.numpy.array([deal & 0xFFFFFFFF, deal >> 32], jax.numpy.uint32)


def agree(name: str, matches: int, turns: int) -> int:
    """Play random matches here and, game by game, in pgx; return how many ended."""
    table: Any = Pgx().make(name).table(matches, "cpu")
    deals = deals_of(matches)
    env = table.rules.env
    step, see = jax.jit(env.step), jax.jit(env._observe)
    keys = [key_of(int(deal)) for deal in deals]
    begin = jax.jit(env.init)
    states = [begin(jax.random.fold_in(key, 0)) for key in keys]
    table.reset(table.over(), deals)
    seats: list[dict[int, int]] = [{int(state.current_player): 0} for state in states]
    paid = np.zeros((matches, env.num_players))
    for turn in range(turns):
        asked, legal = table.acting().numpy(), table.legal(0)
        seen = [table.observe(seat).numpy() for seat in range(env.num_players)]
        action = tensor_pick(legal, tensor_uniforms(deals, 0, turn))
        pay = table.step([action] * env.num_players).numpy()
        paid += pay
        for row, state in enumerate(states):
            if bool(state.terminated):
                assert not asked[row].any() and not pay[row].any()
                continue
            player = int(state.current_player)
            seat = seats[row].setdefault(player, len(seats[row]))
            assert asked[row].tolist() == [s == seat for s in range(env.num_players)]
            assert np.array_equal(legal[row].numpy(), state.legal_action_mask)
            assert np.array_equal(seen[seat][row], np.float32(see(state, player)))
            key = jax.random.fold_in(keys[row], int(state._step_count) + 1)
            states[row] = after = step(state, int(action[row]), key)
            for player, seat in seats[row].items():
                assert pay[row, seat] == float(after.rewards[player])
            assert bool(table.over()[row]) == bool(after.terminated)
        if table.over().all():
            break
    low, high = table.spec.returns
    assert low is None or paid.min() >= low
    assert high is None or paid.max() <= high
    return int(table.over().sum())


@pytest.mark.parametrize("name", SMALL)
def test_they_agree(name: str) -> None:
    assert agree(name, 8, 60) > 0 or name == "2048"


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE)
def test_large_ones_agree(name: str) -> None:
    agree(name, 4, 400)


@pytest.mark.parametrize("name", ["tic_tac_toe"])
def test_they_keep_the_rules(name: str) -> None:
    family = Pgx()
    check_environment(lambda: family.make(name), games=2, turns=20)
    check_table(lambda size: family.make(name).table(size, "cpu"), ticks=20)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(GAMES) - {"tic_tac_toe"}))
def test_all_keep_the_rules(name: str) -> None:
    family = Pgx()
    check_environment(lambda: family.make(name), games=2, turns=20)
    check_table(lambda size: family.make(name).table(size, "cpu"), ticks=20)


def test_memory_is_shared() -> None:
    table: Any = Pgx().make("tic_tac_toe").table(64, "cpu")
    table.reset(table.over(), deals_of(64))
    games, shown = table.rules.step(table._games, jax.numpy.zeros((2, 64), int))
    table._show(games, shown)
    assert table.legal(0).data_ptr() == shown.legal.unsafe_buffer_pointer()
    lent = torch.arange(64, dtype=torch.int32)
    assert _lent(lent).unsafe_buffer_pointer() == lent.data_ptr()


def test_nobody_waits_for_the_device() -> None:
    """DLPack lends real memory, so these tables cannot be held on a fake device as others are."""
    with pytest.raises(BadParameter, match="jax finds no meta device"):
        Pgx().make("tic_tac_toe").table(8, "meta")
    table: Any = Pgx().make("kuhn_poker").table(64, "cpu")
    deals = deals_of(64)
    with NoWaiting():
        for turn in range(6):
            table.reset(table.over(), deals)
            asked, legal = table.acting(), table.legal(0)
            table.observe(deals & 1)
            table.step([tensor_pick(legal, tensor_uniforms(deals, 0, turn))] * 2)
    assert asked.any(1).all()
    for peek in (lambda: asked.any().item(), asked.nonzero, lambda: legal[asked]):
        with NoWaiting(), pytest.raises(AssertionError, match="waits"):
            peek()


def test_seat_0_begins_whoever_that_is_in_pgx() -> None:
    table: Any = Pgx().make("tic_tac_toe").table(64, "cpu")
    table.reset(table.over(), deals_of(64))
    assert table.acting()[:, 0].all()
    assert set(np.asarray(table._games.state.current_player).tolist()) == {0, 1}


def test_what_a_table_played_can_be_replayed() -> None:
    """Its matches, replayed one by one, come to the same returns."""
    make = maker("pgx/kuhn_poker")
    game = make()
    matches = [Match(number, (0, 1), number + 9, number) for number in range(64)]
    for episode in play(make, [Random(), Random()], matches):
        game.reset(Luck(episode.match.deal))
        paid = np.zeros(2)
        for seat, action in zip(episode.log[::2], episode.log[1::2]):
            assert list(game.acting()) == [seat]
            paid += game.step({seat: action}) or (0.0, 0.0)
        assert not game.acting() and tuple(paid) == episode.returns


UCI = [
    (0, 89, "a2a3"), (0, 90, "a2a4"), (1, 89, "a7a6"), (0, 652, "b1a3"), (0, 656, "b1c3"),
    (0, 73 * 6 + 0, "a7a8r"), (0, 73 * 6 + 4, "a7b8b"), (1, 73 * 14 + 8, "b2a1n"),
]  # fmt: skip


@pytest.mark.parametrize(("seat", "action", "move"), UCI)
def test_chess_is_written_as_uci(seat: int, action: int, move: str) -> None:
    assert label("chess", 4672, seat, action) == move


def test_cells_are_written_as_players_do() -> None:
    assert [label("go_9x9", 82, 0, a) for a in (0, 8, 72, 81)] == ["A9", "J9", "A1", "pass"]
    assert [label("othello", 65, 0, a) for a in (0, 19, 64)] == ["a1", "d3", "pass"]
    assert label("hex", 122, 0, 121) == "swap" and label("kuhn_poker", 2, 0, 1) == "1"


def test_boards_are_drawn() -> None:
    game: Any = Pgx().make("tic_tac_toe")
    game.reset(Luck(1))
    game.step({0: 4})
    game.step({1: 0})
    assert game.render() == "o..\n.x.\n..."


def test_parameters_are_pgxs() -> None:
    assert [p.name for p in Pgx().parameters("go_9x9")][:1] == ["komi"]
    with pytest.raises(BadParameter, match="pgx/go_9x9 refuses size=9, history_length=-1"):
        Pgx().make("go_9x9", history_length=-1)
    with pytest.raises(UnknownName, match="did you mean 'pgx/shogi'"):
        Pgx().make("shoggi")


def test_they_are_listed_without_jax() -> None:
    assert "pgx/chess" in listed("pgx", without=["jax", "pgx", "torch"])
