"""What an agent did comes back as it was, whatever kind of thing an action is."""

import math
import operator

import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from arena.block import gather_logs
from arena.store.codec import (
    decode_array,
    decode_columns,
    decode_logs,
    decode_moves,
    encode_array,
    encode_columns,
    encode_logs,
    encode_moves,
)

DTYPES = st.sampled_from(["<f4", "<f8", "<i4", "<i8", "|i1", "|u1", "|b1", "<f2"])
ARRAYS = DTYPES.flatmap(lambda d: hnp.arrays(d, hnp.array_shapes(min_dims=0, min_side=0)))
LEAVES = (
    st.integers()
    | st.floats()
    | st.booleans()
    | st.text()
    | st.binary()
    | st.none()
    | ARRAYS
    | st.floats(width=32).map(np.float32)
)
ACTIONS = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=3)
    ),
    max_leaves=6,
)


def same(a, b):
    """Whether two actions are equal, of one type, NaN equal to itself."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray | np.generic):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    return a == b or (isinstance(a, float) and math.isnan(a) and math.isnan(b))


def is_integer(action):
    """Whether an action counts as an integer among integers."""
    try:
        operator.index(action)
    except TypeError:
        return False
    return True


@given(st.lists(st.integers(-(2**63), 2**63 - 1)) | st.lists(st.integers(-1, 300)))
def test_integers_come_back(log):
    assert decode_moves(encode_moves(log)) == log


@given(st.lists(ACTIONS, max_size=4))
@example([np.array(0, np.int32)])
def test_any_action_comes_back_with_its_type(actions):
    log = [x for action in actions for x in (0, action)]
    if all(map(is_integer, actions)):  # truth values and arrays of no dimension become integers
        assert decode_moves(encode_moves(log)) == log
    else:
        assert same(decode_moves(encode_moves(log)), log)


@pytest.mark.parametrize(
    ("log", "form", "size"),
    [
        ([0, 255], b"B", 3),
        ([-1, 3, 0, 127], b"b", 5),
        ([-1, 3, 0, 128], b"h", 9),
        ([0, 70_000], b"i", 9),
        ([0, 2**40], b"q", 17),
        ([0, 2**64], b"J", None),
        ([0, 1.5], b"J", None),
        ([0, 256, 1, 0.5], b"J", None),
        ([0, "e4" * 200], b"Z", None),
    ],
)
def test_the_smallest_form_is_taken(log, form, size):
    data = encode_moves(log)
    assert data[:1] == form
    assert size in (None, len(data))
    assert decode_moves(data) == log


def test_a_log_without_moves_is_unknown():
    assert encode_moves([]) is None
    assert decode_moves(None) == []


@pytest.mark.parametrize(
    "space",
    [
        spaces.Box(-1, 1, (3, 2), seed=1),
        spaces.MultiDiscrete([3, 4], seed=1),
        spaces.MultiBinary(5, seed=1),
        spaces.Text(8, seed=1),
        spaces.Tuple([spaces.Discrete(3), spaces.Box(0, 1, (2,))], seed=1),
        spaces.Dict({"go": spaces.Discrete(2), "how": spaces.Box(0, 1, (1,))}, seed=1),
        spaces.Sequence(spaces.Discrete(4), seed=1),
        spaces.OneOf([spaces.Discrete(3), spaces.Box(0, 1, (2,))], seed=1),
    ],
    ids=lambda space: type(space).__name__,
)
def test_samples_of_a_space_come_back_in_it(space):
    for _ in range(20):
        action = space.sample()
        _, back = decode_moves(encode_moves([0, action]))
        assert space.contains(back)
        np.testing.assert_equal(back, action)


def test_numpy_integers_become_pythons_and_strange_things_their_repr():
    log = decode_moves(encode_moves([0, np.int64(3), 1, (np.int32(4), np.bool_(True), 1j)]))
    assert same(log, [0, 3, 1, (4, True, "1j")])


def test_arrays_that_come_back_can_be_written_to():
    _, back = decode_moves(encode_moves([0, np.zeros(3, np.float32)]))
    back += 1


WHOLE = [np.bool_, np.int8, np.int16, np.int32, np.int64]
NUMBERS = st.sampled_from([*WHOLE, np.float64]).flatmap(
    lambda d: hnp.arrays(d, hnp.array_shapes(max_dims=2, min_side=0))
)


@given(NUMBERS)
def test_arrays_come_back_to_the_last_bit(values):
    back = decode_array(encode_array(values), values.size, values.dtype.type)
    assert back.dtype == values.dtype
    assert back.tobytes() == values.tobytes()


@pytest.mark.parametrize(
    ("values", "size"),
    [
        ([0, 255], 3),
        ([-1, 127], 3),
        ([-1, 128], 5),
        ([0, 70_000], 9),
        ([0, 2**40], 17),
        ([7] * 1000, 3),
        ([1.0, -1.0, 0.0], 4),
        ([0.5, 1.0], 9),
        ([0.1, 1.0], 17),
        ([0.0, -0.0], 9),
        ([math.nan, 1.0], 9),
        ([], 0),
    ],
)
def test_the_smallest_type_is_taken(values, size):
    assert len(encode_array(np.array(values))) == size


LOGS = st.lists(st.lists(st.integers(-1, 300))) | st.lists(st.lists(ACTIONS, max_size=3))


@given(LOGS)
def test_the_logs_of_a_block_come_back(logs):
    if not logs:
        return
    back = list(decode_logs(*encode_logs(gather_logs(logs)), len(logs)))
    assert len(back) == len(logs)
    whole = [x for log in logs for x in log]
    if all(isinstance(x, int) for x in whole):
        assert back == logs  # truth values become integers
    else:
        for log, again in zip(logs, back):
            assert same(again, log) or again == log


def test_columns_come_back_in_the_terms_of_json():
    columns = {
        "logp": [(0, np.float32(0.5)), (3, -0.25)],
        "scores": [(0, np.arange(2.0)), (3, (1, None))],
        "thought": [(1, "über " * 100)],
    }
    assert decode_columns(encode_columns(columns)) == {
        "logp": [(0, 0.5), (3, -0.25)],
        "scores": [(0, [0.0, 1.0]), (3, [1, None])],
        "thought": [(1, "über " * 100)],
    }
