"""How networks see, and how they are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from arena_deep.device import Threads, pick_device
from arena_deep.networks import ActorCritic, QNetwork, Shape, Torso, looks_at_boards
from arena_deep.sight import Board, Image, OneHot, kind_of
from arena_deep.trees import tensors
from arena_deep.weights import Adam, load_weights, read_config, write_network
from gymnasium import spaces

from arena.errors import Unsuitable, UsageError
from arena.records import Seat, Spec

TWO = spaces.Discrete(2)


def spec_of(space: Any, seats: int = 1, actions: Any = TWO) -> Spec:
    return Spec("seen", (Seat(space, actions),) * seats)


@pytest.mark.parametrize(
    ("shape", "kind", "first"),
    [
        ((3, 6, 7), "board", True),  # connect_four of OpenSpiel and of PettingZoo
        ((6, 7, 2), "board", False),
        ((20, 8, 8), "board", True),  # chess
        ((8, 8, 111), "board", False),
        ((4, 19, 19), "board", True),  # go
        ((19, 19, 17), "board", False),
        ((3, 3, 3), "flat", True),  # tic_tac_toe
        ((84, 84, 4), "image", False),
        ((210, 160, 3), "image", False),
        ((4, 84, 84), "image", True),
    ],
)
def test_boards_and_pictures_are_known_by_their_shape(
    shape: tuple[int, ...], kind: str, first: bool
) -> None:
    space = spaces.Box(0, 1, shape, np.float32)
    assert kind_of(space) == kind
    if kind != "flat":
        part: Any = Board(space, 2, 4, 1) if kind == "board" else Image(space)
        assert part.first == first
        seen, seats = torch.rand(5, *shape), torch.tensor([0, 1, 1, 0, 1])
        assert part(seen, seats).shape == (5, part.width)


def test_planes_may_come_last() -> None:
    """The same board with its planes first and last gives the same features."""
    first = Board(spaces.Box(0, 1, (2, 6, 7)), 1, 4, 1)
    last = Board(spaces.Box(0, 1, (6, 7, 2)), 1, 4, 1)
    last.load_state_dict(first.state_dict())
    seen = torch.rand(3, 2, 6, 7)
    assert torch.allclose(first(seen, None), last(seen.movedim(1, -1), None))


def test_whose_turn_it_is_is_seen_on_a_board() -> None:
    torso = Torso(spec_of(spaces.Box(0, 1, (3, 6, 7)), seats=2), Shape(hidden=(8,)))
    seen = torch.zeros(2, 3, 6, 7)
    one, two = torso(seen, torch.tensor([0, 1]))
    assert not torch.allclose(one, two)


def test_choices_are_ones_among_noughts() -> None:
    part = OneHot([2, 3], [0, 5])
    assert part(torch.tensor([[1, 5], [0, 7]]), None).tolist() == [[0, 1, 1, 0, 0], [1, 0, 0, 0, 1]]


def test_everything_seen_is_put_side_by_side() -> None:
    space = spaces.Dict({
        "board": spaces.Box(0, 1, (2, 5, 5), np.float32),
        "more": spaces.Tuple([TWO, spaces.Box(0, 255, (4,), np.uint8), spaces.MultiBinary([2, 2])]),
    })  # fmt: skip
    torso = Torso(spec_of(space, seats=3), Shape(hidden=(), channels=4))
    assert torso.width == 4 * 25 + 2 + 4 + 4 + 3
    rows = [space.sample() for _ in range(6)]
    seen = {
        "board": np.stack([row["board"] for row in rows]),
        "more": tuple(np.stack(part) for part in zip(*(row["more"] for row in rows))),
    }
    features = torso(tensors(seen, torch.device("cpu")), torch.tensor([0, 1, 2, 0, 1, 2]))
    assert features.shape == (6, torso.width)
    assert features[:, -3:].argmax(1).tolist() == [0, 1, 2, 0, 1, 2]
    bytes_ = features[:, 102:106].detach().numpy()
    assert bytes_ == pytest.approx(seen["more"][1] / 255)


def test_what_cannot_be_seen_is_unsuitable() -> None:
    with pytest.raises(Unsuitable, match="a network cannot see what"):
        Torso(spec_of(spaces.Text(5)), Shape())
    assert not looks_at_boards(spaces.Box(0, 1, (3, 3, 3)))
    assert looks_at_boards(spaces.Dict({"a": spaces.Box(0, 1, (3, 6, 7)), "b": TWO}))


def test_a_new_policy_is_nearly_even() -> None:
    network = ActorCritic(spec_of(spaces.Box(-1, 1, (4,)), actions=spaces.Discrete(5)), Shape())
    outputs, values = network(torch.randn(100, 4), None)
    assert values.shape == (100,)
    assert outputs.softmax(1).detach().numpy() == pytest.approx(0.2, abs=0.02)


def test_two_streams_are_the_position_and_the_advantages() -> None:
    """Wang et al. (2016), equation 9: advantages are about nought on average."""
    spec = spec_of(spaces.Box(-1, 1, (4,)), actions=spaces.Discrete(5))
    network = QNetwork(spec, Shape(dueling=True))
    seen = torch.randn(7, 4)
    values = network(seen, None)
    position = network.value(network.torso(seen, None))[:, 0]  # type: ignore[misc]
    assert torch.allclose(values.mean(dim=1), position, atol=1e-6)


def test_one_vector_learns_as_many_tensors_do() -> None:
    """Against `torch.optim.Adam` with torch's own clipping."""
    torch.manual_seed(3)
    spec = spec_of(spaces.Box(-1, 1, (4,)))
    ours, theirs = QNetwork(spec, Shape()), QNetwork(spec, Shape())
    theirs.load_state_dict(ours.state_dict())
    adam, plain = Adam(ours, 1e-2), torch.optim.Adam(theirs.parameters(), 1e-2)
    for step in range(20):
        seen = torch.randn(16, 4)
        rate = 1e-2 * (1 - step / 20)
        adam.step(ours(seen, None).square().sum(), rate, clip=0.5)
        plain.zero_grad()
        theirs(seen, None).square().sum().backward()
        torch.nn.utils.clip_grad_norm_(theirs.parameters(), 0.5)
        plain.param_groups[0]["lr"] = rate
        plain.step()
    for one, two in zip(ours.parameters(), theirs.parameters()):
        assert torch.allclose(one, two, atol=1e-5)


def test_an_optimiser_goes_on_where_it_was() -> None:
    spec = spec_of(spaces.Box(-1, 1, (4,)))
    torch.manual_seed(1)
    whole, broken, seen = QNetwork(spec, Shape()), QNetwork(spec, Shape()), torch.randn(8, 4)
    broken.load_state_dict(whole.state_dict())
    one, two = Adam(whole, 1e-2), Adam(broken, 1e-2)
    for _ in range(4):
        one.step(whole(seen, None).square().sum())
    for _ in range(2):
        two.step(broken(seen, None).square().sum())
    kept = two.arrays("x")
    again = QNetwork(spec, Shape())
    three = Adam(again, 1e-2)
    three.restore("x", {**kept, "other.weights": np.zeros(3)})
    for _ in range(2):
        three.step(again(seen, None).square().sum())
    assert torch.equal(one.vector, three.vector)


def test_weights_are_safetensors_and_settings_json(tmp_path: Path) -> None:
    spec = spec_of(spaces.Box(-1, 1, (4,)))
    network, other = QNetwork(spec, Shape()), QNetwork(spec, Shape())
    write_network(tmp_path, network, {"kind": "values"})
    assert {file.name for file in tmp_path.iterdir()} == {"model.safetensors", "network.json"}
    load_weights(other, str(tmp_path))
    assert read_config(str(tmp_path)) == {"kind": "values"}
    for one, two in zip(network.parameters(), other.parameters()):
        assert torch.equal(one, two)
    with pytest.raises(Unsuitable, match="it learnt a game that looks"):
        load_weights(QNetwork(spec_of(spaces.Box(-1, 1, (5,))), Shape()), str(tmp_path))
    (tmp_path / "network.json").write_text("{")
    with pytest.raises(UsageError, match="train it again"):
        read_config(str(tmp_path))


def test_small_networks_take_one_thread_and_leave_the_rest_as_it_was() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with Threads(torch.nn.Linear(2, 2)):
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert pick_device("cpu") == torch.device("cpu")
    assert pick_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.parametrize(("window", "places", "over"), [(3, 42, 9), (4, 12, 12), (5, 6, 6)])
def test_the_first_convolution_sees_windows_of_a_board(window: int, places: int, over: int) -> None:
    part: Any = Board(spaces.Box(0, 1, (2, 6, 7)), 1, 4, 0, window)
    with torch.no_grad():
        part.entry.weight.fill_(1.0)
        part.entry.bias.zero_()
    stones = torch.zeros(1, 2, 6, 7)
    stones[0, 0, 2, 3] = 1.0
    seen = part(stones, None).reshape(1, 4, -1)
    assert seen.shape[2] == places and part.width == 4 * places
    assert int(seen[0, 0].sum()) == over  # as many windows lie over the stone
