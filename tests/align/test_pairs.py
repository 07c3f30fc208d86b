"""Decisions of matches, what moves are worth, and the pairs that are made of both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from arena_align.continuations import returns_after, values_of_moves
from arena_align.decisions import Decision, Follow, Scribe, decisions, decisions_of, distinct
from arena_align.groups import grouping, held_out
from arena_align.pairs import by_outcome, by_scorer, by_value, drawn_by_value, parted, sampled
from arena_align.rows import Pair

import arena
from arena.lookup import environment_maker, make_agent
from arena.specs import parse
from arena.workspace import Workspace


@pytest.fixture(scope="module")
def game() -> Any:
    workspace = Workspace.open()

    class Game:
        _, spec = environment_maker(workspace.registry, parse("tic_tac_toe"))

        @staticmethod
        def make() -> arena.Environment:
            return environment_maker(workspace.registry, parse("tic_tac_toe"))[0]()

        @staticmethod
        def agent(name: str) -> arena.Agent:
            return make_agent(workspace.registry, workspace.home, parse(name))

    return Game


def words(observation: arena.Observation) -> str:
    return f"seat {observation.seat}: {observation.text}"


def scribe(game: Any, name: str, group: Any = lambda observation: "") -> Scribe:
    return Scribe(game.agent(name), words, str.upper, group)


def asked(game: Any, matches: int = 30, group: Any = lambda observation: "") -> list[Decision]:
    seeds = [arena.Match(n, (0, 0), arena.derive(7, n), 0) for n in range(matches)]
    return list(decisions(game.make, [scribe(game, "random", group)], seeds))


def test_a_decision_holds_what_was_asked_and_done(game: Any) -> None:
    for decision in asked(game):
        game_again = game.make()
        game_again.reset(arena.Luck(decision.deal))
        for action in decision.moves:
            game_again.step({game_again.acting()[0]: action})
        assert game_again.acting() == (decision.seat,)
        assert decision.prompt == f"seat {decision.seat}: {game_again.text(decision.seat)}"
        assert decision.legal == tuple(game_again.legal(decision.seat))
        told = [game_again.label(decision.seat, action).upper() for action in decision.legal]
        assert decision.labels == tuple(told)
        assert decision.reply == told[decision.legal.index(decision.action)]


def test_scores_are_of_the_seat_against_the_other(game: Any) -> None:
    found = asked(game)
    by_match: dict[float, set[int]] = {}
    for decision in found:
        by_match.setdefault(decision.score, set()).add(decision.seat)
    assert by_match.keys() <= {-2.0, 0.0, 2.0} and len(by_match) == 3


def test_a_log_is_followed(game: Any) -> None:
    (played,) = arena.play(game.make, [game.agent("random")], [arena.Match(0, (0, 0), 5, 0)])
    follow = Scribe(Follow(played.log), words, str, lambda observation: "")
    (again,) = arena.play(game.make, [follow], [arena.Match(0, (0, 0), 9, 0)])
    assert again.log == played.log
    found = list(decisions_of(again, played.returns, skip=2))
    assert len(found) == len(played.log) // 2 - 2
    assert [d.action for d in found] == list(played.log[5::2])


def test_an_agent_that_fails_is_not_passed_over(game: Any) -> None:
    class Broken(arena.Agent):
        def act(self, observation: arena.Observation) -> int:
            raise ValueError("no idea")

    broken = Scribe(Broken(), words, str, lambda observation: "")
    with pytest.raises(arena.ArenaError, match="no idea"):
        list(decisions(game.make, [broken], [arena.Match(0, (0, 0), 1, 0)]))


def position(game: Any, *moves: int) -> Decision:
    """Return the decision after these moves of tic_tac_toe."""
    played = game.make()
    played.reset(arena.Luck(0))
    for move in moves:
        played.step({played.acting()[0]: move})
    (seat,) = played.acting()
    legal = tuple(played.legal(seat))
    labels = tuple(played.label(seat, action) for action in legal)
    return Decision("", labels[0], seat, 0, 0, moves, legal[0], legal, labels, 0.0, "")


def test_the_value_of_a_move_is_the_return_of_perfect_play_after_it(game: Any) -> None:
    # X has 0 and 1 and wins at 2; O has 3 and 4 and threatens 5
    win, block = position(game, 0, 3, 1, 4), position(game, 0, 3, 1, 4, 8)
    values = values_of_moves(game.make, [win, block], game.agent("minimax"), seed=1)
    assert {win.legal[i]: v for i, v in values[0].items()}[2] == 1.0
    assert {block.legal[i]: v for i, v in values[1].items()}[5] == 1.0  # O wins
    assert {block.legal[i]: v for i, v in values[1].items()}[7] == -1.0  # X goes to 2


def test_the_first_move_of_a_game_has_a_value_too(game: Any) -> None:
    (values,) = values_of_moves(game.make, [position(game)], game.agent("minimax"), seed=1)
    assert list(values.values()) == [0.0] * 9


def test_one_board_is_valued_once(game: Any) -> None:
    """However it was come to, where nothing is hidden and nothing left to luck."""
    begun: list[int] = []

    class Counting(arena.Agent):
        def __init__(self) -> None:
            self.inner = game.agent("minimax")

        def act_batch(self, batch: arena.Batch) -> Any:
            begun.extend(turn for turn in batch.turns if turn == 5)  # after the move that is valued
            return self.inner.act_batch(batch)

    here, there = position(game, 0, 3, 1, 4), position(game, 1, 4, 0, 3)
    apart = values_of_moves(game.make, [here, there], Counting(), seed=1)
    count = len(begun)
    begun.clear()
    boarded = [decision._replace(board="the same") for decision in (here, there)]
    assert values_of_moves(game.make, boarded, Counting(), seed=1) == apart
    assert apart[0] == apart[1] and len(begun) * 2 == count > 0


def test_continuations_put_the_player_in_the_seat_and_others_beside(game: Any) -> None:
    start = position(game)
    perfect, random = game.agent("minimax"), game.agent("random")
    asks = [(start, 4)] * 40
    strong = returns_after(game.make, asks, [perfect], [random], seed=3).mean()
    weak = returns_after(game.make, asks, [random], [perfect], seed=3).mean()
    assert strong > 0.8 and weak < 0.0
    again = returns_after(game.make, asks, [perfect], [random], seed=3).mean()
    assert again == strong


def test_boards_that_mirror_into_one_another_are_one_group(game: Any) -> None:
    group = grouping(game.spec)
    found = asked(game, 400, group)
    second = {d.group for d in found if len(d.moves) == 1}
    assert len(second) == 3  # the first move is in a corner, at an edge, or in the centre
    assert len({d.moves for d in found if len(d.moves) == 1}) == 9
    assert len({d.group for d in found if len(d.moves) == 2}) == 12


def test_a_share_of_groups_is_held_out() -> None:
    groups = [f"group {number}" for number in range(2_000)]
    out = [group for group in groups if held_out(group, 0.2, 1)]
    assert 330 < len(out) < 470
    assert out == [group for group in groups if held_out(group, 0.2, 1)]
    assert not any(held_out(group, 0.0, 1) for group in groups)


DECISION = Decision("p", "a", 0, 0, 0, (), 0, (0, 1, 2), ("a", "b", "c"), 0.0, "g")


def test_pairs_by_value_are_all_that_differ() -> None:
    pairs = by_value([DECISION], [{0: 1.0, 1: 0.0, 2: 0.0}])
    assert pairs == [Pair("p", "a", "b", "g"), Pair("p", "a", "c", "g")]
    assert by_value([DECISION], [{0: 1.0, 1: 0.5, 2: 0.9}], margin=0.4) == [
        Pair("p", "a", "b", "g")
    ]


def test_pairs_are_drawn_one_for_each_decision() -> None:
    values = [{0: 1.0, 1: 0.0, 2: 0.0}] * 200 + [{0: 0.0, 1: 0.0, 2: 0.0}]
    drawn = drawn_by_value([DECISION] * 201, values, seed=1)
    assert len(drawn) == 200
    assert {pair.rejected for pair in drawn} == {"b", "c"}
    assert 60 < sum(pair.rejected == "b" for pair in drawn) < 140
    thrice = drawn_by_value([DECISION] * 201, values, seed=1, draws=3)
    assert len(thrice) == 600 and 240 < sum(pair.rejected == "b" for pair in thrice) < 360


def test_pairs_by_outcome_are_winners_against_losers() -> None:
    won, lost, drawn = (
        DECISION._replace(reply=reply, score=score)
        for reply, score in (("a", 2.0), ("b", -2.0), ("c", 0.0))
    )
    assert by_outcome([won, lost, drawn]) == [Pair("p", "a", "b", "g")]
    assert by_outcome([won, won._replace(prompt="q")]) == []
    mixed = [won, won, won._replace(score=-2.0), lost, lost._replace(score=2.0)]
    assert by_outcome(mixed) == [Pair("p", "a", "b", "g")]  # won 2 of 3 against 1 of 2


def test_pairs_by_a_scorer() -> None:
    class Longest(arena.Scorer):
        def score(self, prompts: Sequence[str], responses: Sequence[str]) -> list[float]:
            return [float(len(response)) for response in responses]

    told = [DECISION._replace(reply=reply) for reply in ("aa", "b", "aa", "cc")]
    pairs = by_scorer(told, Longest())
    assert pairs == [Pair("p", "aa", "b", "g"), Pair("p", "cc", "b", "g")]


def test_pairs_are_sampled_and_parted() -> None:
    pairs = [Pair(str(number), "a", "b", str(number % 10)) for number in range(100)]
    few = sampled(pairs, 10, 1)
    assert len(few) == 10 and few == sampled(pairs, 10, 1) and few != sampled(pairs, 10, 2)
    assert sampled(pairs, 0, 1) == pairs
    kept, held = parted(pairs, lambda group: group in "12")
    assert len(kept) == 80 and {pair.group for pair in held} == {"1", "2"}


def test_the_first_of_each_prompt_is_kept() -> None:
    other = DECISION._replace(prompt="q")
    assert distinct([DECISION, other, DECISION._replace(reply="b")]) == [DECISION, other]
