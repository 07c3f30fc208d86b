"""Past selves as rivals: who plays which side where."""

from __future__ import annotations

import torch
from arena_marl.league import League, sides_of
from arena_tensor.family import Tensor

from tests.marl.test_agents import policies

CPU = torch.device("cpu")


def test_sides_are_teams_roles_or_seats() -> None:
    of = {name: sides_of(Tensor().make(name).spec) for name in ("simple_tag", "kuhn_poker")}
    assert of == {"simple_tag": [[0, 1, 2], [3]], "kuhn_poker": [[0], [1]]}


def test_a_past_self_plays_one_side_in_half_of_the_worlds() -> None:
    spec = Tensor().make("simple_tag").spec
    actors, seen = policies(spec), [torch.randn(6, n) for n in (16, 16, 16, 14)]
    league, asked = League(actors, spec, 6, CPU), torch.ones(6, 4, dtype=torch.bool)
    league.renew(torch.Generator().manual_seed(0))
    before = actors(seen)
    assert league.play(seen, before) is before
    assert league.own(asked).all()
    league.keep(actors)
    with torch.no_grad():
        for parameter in actors.parameters():
            parameter.zero_()
    met = set()
    for seed in range(9):
        league.renew(torch.Generator().manual_seed(seed))
        now, own = league.play(seen, actors(seen)), league.own(asked)
        side = tuple((~own).any(0).nonzero()[:, 0].tolist())
        met.add(side)
        for seat in range(4):
            past = before[seat] * (seat in side)
            assert torch.equal(now[seat][:3], torch.zeros(3, 5)) and own[:3].all()
            assert torch.allclose(now[seat][3:], past[3:]) and own[3:, seat].all() != (seat in side)
    assert met == {(0, 1, 2), (3,)}
