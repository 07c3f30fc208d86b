"""The board games: fast legal moves, notation, drawings, copies."""

import random
import subprocess
import sys

import numpy as np
import pyspiel
import pytest
from arena_pettingzoo.families import PettingZoo

import arena

ZOO = PettingZoo()
BOARDS = {
    "chess_v6": {},
    "connect_four_v3": {},
    "go_v5": {"board_size": 5},
    "tictactoe_v3": {},
}


def at_random(environment, luck, turns):
    """Yield (seat, legal) before each of up to `turns` random moves."""
    environment.reset(arena.Luck(0))
    while (asked := environment.acting()) and turns:
        legal = environment.legal(asked[0])
        yield asked[0], legal
        environment.step({asked[0]: luck.choice(legal)})
        turns -= 1


@pytest.mark.parametrize("name, parameters", BOARDS.items())
def test_legal_is_the_mask_and_labels_are_unique(name, parameters):
    environment = ZOO.make(name, **parameters)
    for seed in range(5):
        for seat, legal in at_random(environment, random.Random(seed), 60):
            mask = environment.raw.observe(environment.names[seat])["action_mask"]
            assert legal == np.flatnonzero(mask).tolist()
            labels = [environment.label(seat, action) for action in legal]
            assert len(set(labels)) == len(labels)


def test_notation():
    chess = ZOO.make("chess_v6")
    chess.reset(arena.Luck(0))
    chess.step({0: chess.parse(0, "e2e4")})
    assert chess.acting() == (1,)
    chess.step({1: chess.parse(1, "E7E5")})
    assert chess.raw.board.fen().startswith("rnbqkbnr/pppp1ppp/8/4p3/4P3/8/PPPP1PPP/RNBQKBNR w")
    assert chess.parse(0, "e2e4") is None
    go = ZOO.make("go_v5", board_size=9)
    go.reset(arena.Luck(0))
    assert [go.label(0, action) for action in (0, 8, 72, 80, 81)] == [
        "A9",
        "J9",
        "A1",
        "J1",
        "pass",
    ]
    four = ZOO.make("connect_four_v3")
    four.reset(arena.Luck(0))
    assert [four.label(0, a) for a in four.legal(0)] == ["x0", "x1", "x2", "x3", "x4", "x5", "x6"]


def test_drawings():
    toe = ZOO.make("tictactoe_v3")
    toe.reset(arena.Luck(0))
    toe.step({0: toe.parse(0, "x(0,2)")})
    toe.step({1: toe.parse(1, "o(2,0)")})
    assert toe.render() == ". . x\n. . .\no . ."
    assert toe.text(0).endswith("You are x.")
    go = ZOO.make("go_v5", board_size=5)
    go.reset(arena.Luck(0))
    go.step({0: go.parse(0, "B4")})
    assert go.render().splitlines()[1] == " 4 . X . . ."


def test_chess_replays_in_a_process_that_never_listed_its_moves():
    chess = ZOO.make("chess_v6")
    chess.reset(arena.Luck(0))
    first = chess.parse(0, "b1c3")
    code = f"""
import arena
from arena_pettingzoo.families import PettingZoo
chess = PettingZoo().make("chess_v6")
chess.reset(arena.Luck(0))
chess.step({{0: {first}}})
print(chess.raw.board.peek())
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "b1c3"


def test_go_boards_of_two_sizes_in_one_process():
    def game(size):
        environment = ZOO.make("go_v5", board_size=size)
        for seat, legal in at_random(environment, random.Random(size), 80):
            yield seat, tuple(legal), environment.label(seat, legal[0]), environment.render()

    alone = [list(game(5)), list(game(9))]
    together = [[], []]
    games = [game(5), game(9)]
    for _ in range(80):
        for kept, moves in zip(together, games):
            kept += [line for line in [next(moves, None)] if line is not None]
    assert together == alone


@pytest.mark.parametrize("name, parameters", BOARDS.items())
def test_a_copy_goes_its_own_way(name, parameters):
    environment = ZOO.make(name, **parameters)
    luck = random.Random(1)
    for turn, (seat, legal) in enumerate(at_random(environment, luck, 6)):
        if turn < 4:
            continue
        before = environment.render(), environment.legal(seat), repr(environment.state())
        world = environment.imagine(seat, arena.Luck(1))
        twin = world.copy()
        world.step({seat: legal[0]})
        while asked := twin.acting():
            twin.step({asked[0]: luck.choice(twin.legal(asked[0]))})
        after = environment.render(), environment.legal(seat), repr(environment.state())
        assert before == after and environment.acting() == (seat,)
        again = environment.copy()
        again.step({seat: legal[0]})
        assert again.render() == world.render()


def test_games_with_luck_or_secrets_have_no_copy():
    leduc = ZOO.make("leduc_holdem_v4")
    leduc.reset(arena.Luck(0))
    assert not leduc.spec.model
    with pytest.raises(arena.Unsuitable, match="cannot be imagined"):
        leduc.imagine(0, arena.Luck(0))


def test_a_thousand_matches_of_tic_tac_toe_agree_with_openspiel():
    """PettingZoo numbers the cells by columns, OpenSpiel by rows."""
    game = pyspiel.load_game("tic_tac_toe")

    class Uniform(arena.Agent):
        def act_batch(self, batch):
            pairs = zip(batch.legal, batch.u.tolist())
            return [legal[int(u * len(legal))] for legal, u in pairs]

    matches = [arena.Match(n, (0, 0), 7 * n + 1, n) for n in range(1000)]
    episodes = list(arena.play(lambda: ZOO.make("tictactoe_v3"), [Uniform()], matches))
    results = set()
    for episode in episodes:
        state = game.new_initial_state()
        for seat, action in episode.moves:
            assert state.current_player() == seat
            column, row = divmod(action, 3)
            mapped = 3 * row + column
            legal = sorted(3 * (a % 3) + a // 3 for a in state.legal_actions())
            assert action in legal
            state.apply_action(mapped)
        assert state.is_terminal()
        assert tuple(state.returns()) == episode.returns
        results.add(episode.returns)
    assert len(episodes) == 1000 and len(results) == 3
    toe, state = ZOO.make("tictactoe_v3"), game.new_initial_state()
    toe.reset(arena.Luck(0))
    for action in range(9):
        mapped = 3 * (action % 3) + action // 3
        assert toe.label(0, action) == state.action_to_string(0, mapped)
