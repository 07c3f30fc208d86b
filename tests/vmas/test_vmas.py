"""VMAS's worlds through Arena are VMAS's, and rows of a table are single games."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from arena_vmas.family import Vmas
from arena_vmas.game import _APART

from arena.errors import BadParameter, UnknownName
from arena.seeds import Luck
from arena.testing import check_environment, check_table
from tests.listing import listed

STEPS = 25


def actions_of(game: Any, turn: int) -> dict[int, Any]:
    """Return some action of each seat."""
    luck = torch.Generator().manual_seed(turn)
    found = {}
    for seat, place in enumerate(game.spec.seats):
        low, high = map(torch.from_numpy, (place.action_space.low, place.action_space.high))
        found[seat] = low + (high - low) * torch.rand(low.shape, generator=luck)
    return found


@pytest.mark.parametrize("name", ["navigation", "simple_spread", "simple_tag"])
def test_a_game_is_a_world_of_vmas(name: str) -> None:
    """Seeded with the deal and reset, step for step."""
    game: Any = Vmas().make(name)
    game.reset(Luck(7))
    import vmas

    world = vmas.make_env(name, num_envs=1, seed=0)
    world.seed(7)
    seen = world.reset_at(0)
    for turn in range(STEPS):
        for seat, theirs in enumerate(seen):
            mine = torch.from_numpy(game.observe(seat))
            torch.testing.assert_close(mine, theirs[0], atol=1e-4, rtol=1e-4)
        chosen = actions_of(game, turn)
        paid = game.step({seat: action.numpy() for seat, action in chosen.items()})
        seen, rewards, done, _ = world.step([action[None] for action in chosen.values()])
        theirs = torch.stack(list(rewards))[:, 0]
        torch.testing.assert_close(
            torch.tensor(paid or [0.0] * len(theirs)), theirs, atol=1e-4, rtol=1e-4
        )
        assert bool(done[0]) == (not game.acting())
        if done[0]:
            break


def test_there_is_no_table_but_on_the_host() -> None:
    """VMAS draws beginnings with generators of the host, a row at a time: it would have to wait."""
    game: Any = Vmas().make("dispersion")
    assert game.table(2, "cpu") is not None
    assert game.table(2, "meta") is None and game.table(2, "cuda") is None


def test_rows_are_single_games() -> None:
    check_table(lambda size: Vmas().make("dispersion").table(size, "cpu"), ticks=12)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(_APART))
def test_rows_of_all_are_single_games(name: str) -> None:
    check_table(lambda size: Vmas().make(name).table(size, "cpu"), ticks=120)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(Vmas().names()))
def test_all_keep_the_rules(name: str) -> None:
    check_environment(lambda: Vmas().make(name, max_steps=12), games=2, turns=20)


def test_draws_in_a_step_belong_to_the_match() -> None:
    """Two games of a scenario that draws while it is played go the same way, side by side."""
    games: list[Any] = [Vmas().make("discovery", targets_respawn=True) for _ in range(2)]
    for game in games:
        game.reset(Luck(3))
    for turn in range(10):
        chosen = actions_of(games[0], turn)
        paid = [game.step({s: a.numpy() for s, a in chosen.items()}) for game in games]
        assert paid[0] == paid[1]
        assert (games[0].observe(0) == games[1].observe(0)).all()
    assert games[0].table(2, "cpu") is None


@pytest.mark.parametrize("name", ["buzz_wire", "football", "wheel"])
def test_a_match_leaves_nothing_behind(name: str) -> None:
    """The same deal goes the same way after another match, though VMAS forgets to reset things."""
    game: Any = Vmas().make(name)
    matches = []
    for deal in (5, 6, 5):
        game.reset(Luck(deal))
        chosen = [actions_of(game, turn) for turn in range(6)]
        steps = ({seat: a.numpy() for seat, a in each.items()} for each in chosen)
        matches.append([game.observe(0).tolist(), *map(game.step, steps), game.observe(0).tolist()])
    assert matches[0] == matches[2] != matches[1]
    assert all(isinstance(part, float) for pay in matches[0][1:-1] for part in pay or ())


def test_kinds_and_sides() -> None:
    tag, spread = (Vmas().make(name).spec for name in ("simple_tag", "simple_spread"))
    assert (tag.kind, spread.kind) == ("mixed", "cooperative")
    assert [seat.team for seat in tag.seats] == ["adversary"] * 3 + ["good"]
    assert len(spread.sides) == 1 and spread.max_turns == 100
    for name, spec in (("simple_tag", tag), ("simple_spread", spread)):
        assert Vmas().describe(name).kind == spec.kind


def test_parameters_are_vmass() -> None:
    told = {p.name: (p.type, p.default) for p in Vmas().parameters("navigation")}
    assert told["n_agents"] == (int, 4) and told["max_steps"] == (int, 100)
    game = Vmas().make("navigation", n_agents=2, continuous_actions=False)
    assert len(game.spec.seats) == 2 and game.spec.seats[0].action_space.n == 9
    with pytest.raises(BadParameter, match="vmas/navigation refuses n_agents=-1"):
        Vmas().make("navigation", n_agents=-1)
    with pytest.raises(UnknownName, match="did you mean 'vmas/balance'"):
        Vmas().make("ballance")


def test_they_are_listed_without_vmas() -> None:
    assert "vmas/navigation" in listed("vmas", without=["vmas", "gym", "torch"])
