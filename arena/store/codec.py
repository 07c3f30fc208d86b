"""How arrays, moves and what agents handed back are kept as bytes.

An array begins with the letter of its items' type, as in Python's `array` and little-endian: the
smallest that holds all of them without loss. `=` before the letter: one item, which all are.

The logs of a block are one such array if there are only integers in them. Else `J` and each log by
itself, whose first byte says how its items (seat, action, seat, action, ...) follow:

    B           integers from 0 to 255, a byte each
    b h i q     integers of 1, 2, 4 or 8 bytes, little-endian: the smallest that hold all
    J           JSON
    Z           JSON, deflated

In JSON an object with one key stands for what JSON lacks: `tuple`, `dict` (its items), `bytes`,
`array` (dtype, shape, bytes), `scalar` (dtype and bytes of a floating numpy scalar). Numbers,
strings, lists, tuples, dicts, bytes and numpy arrays come back equal, with type and dtype:
a replay steps the game with what it was stepped with. Exceptions: integers and truth values come
back as Python's whatever kind they were (among integers alone, truth values and arrays of no
dimension as integers), a named tuple as a tuple, and anything else as its `repr`.

Columns are plain JSON (`arena.history.plain`: arrays and tensors become lists), deflated if large.
"""

from __future__ import annotations

import json
import sys
import zlib
from array import array
from base64 import b64decode, b64encode
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena.block import Logs, offsets_of
from arena.history import plain

_DEFLATE_ABOVE = 200
"""Bytes of JSON from which deflating saves more than it costs."""


def encode_array(values: NDArray[Any]) -> bytes:
    """Return the bytes of an array of integers, truth values or float64, whatever its shape."""
    if not values.size:
        return b""
    flat = np.ascontiguousarray(values).reshape(-1)
    bits = flat.view(np.int64) if flat.dtype == np.float64 else flat  # 0.0 and -0.0 are not one
    same = bool((bits == bits[0]).all())
    kept = _smallest(flat[:1] if same else flat)
    data = kept.dtype.char.encode() + kept.astype(kept.dtype.newbyteorder("<")).tobytes()
    return b"=" + data if same else data


def decode_array(data: bytes, size: int, dtype: type[np.generic]) -> NDArray[Any]:
    """Return the `size` items that `encode_array` was given, as `dtype`, flat."""
    if data[:1] == b"=":
        return np.repeat(decode_array(data[1:], 1, dtype), size)
    if not size:
        return np.zeros(0, dtype)
    kept = np.frombuffer(data, np.dtype(data[:1].decode()).newbyteorder("<"), offset=1)
    return kept.astype(dtype)


def _smallest(values: NDArray[Any]) -> NDArray[Any]:
    """Return the values in the smallest type that holds all of them, to the last bit."""
    if values.dtype.kind == "f":
        with np.errstate(invalid="ignore", over="ignore"):
            tries = (values.astype(dtype) for dtype in (np.int8, np.float32))
            kept = (t for t in tries if t.astype(np.float64).tobytes() == values.tobytes())
            return next(kept, values)
    low, high = int(values.min()), int(values.max())
    for dtype in (np.uint8, np.int8, np.int16, np.int32):
        if np.iinfo(dtype).min <= low and high <= np.iinfo(dtype).max:
            return values.astype(dtype)
    return values.astype(np.int64)


def encode_logs(logs: Sequence[list[Any]]) -> tuple[bytes, bytes]:
    """Return the bytes of the logs' lengths, and of the logs."""
    if isinstance(logs, Logs):
        return encode_array(np.diff(logs.offsets)), encode_array(logs.flat)
    each = [encode_moves(log) or b"" for log in logs]
    return encode_array(np.array([*map(len, each)])), b"J" + b"".join(each)


def decode_logs(lengths: bytes, data: bytes, count: int) -> Sequence[list[Any]]:
    """Return the logs that `encode_logs` was given."""
    offsets = offsets_of(decode_array(lengths, count, np.int64))
    if data[:1] != b"J":
        return Logs(decode_array(data, int(offsets[-1]), np.int64), offsets)
    cuts = (offsets + 1).tolist()
    return [decode_moves(data[begin:end]) for begin, end in pairwise(cuts)]


def encode_moves(log: list[Any]) -> bytes | None:
    """Return the bytes of a flat log, or None for an empty one."""
    if not log:
        return None
    try:
        return b"B" + bytes(log)
    except ValueError:  # integers, but not all in 0 to 255
        return _encode_wider(log)
    except TypeError:
        return _encode_json([_pack(item) for item in log])


def decode_moves(data: bytes | None) -> list[Any]:
    """Return the log that `encode_moves` was given; for None an empty one."""
    if not data:
        return []
    form, body = data[:1], data[1:]
    if form == b"B":
        return list(body)
    if form in b"JZ":
        return [_unpack(item) for item in _decode_json(data)]
    numbers = array(form.decode())
    numbers.frombytes(body)
    return _little_endian(numbers).tolist()


def encode_columns(columns: dict[str, list[tuple[int, Any]]]) -> bytes:
    """Return the bytes of what agents handed back."""
    return _encode_json(plain(columns))


def decode_columns(data: bytes) -> dict[str, list[tuple[int, Any]]]:
    """Return what `encode_columns` was given, in JSON's terms."""
    stored = _decode_json(data)
    return {name: [(index, value) for index, value in moves] for name, moves in stored.items()}


def _encode_wider(log: list[Any]) -> bytes:
    for form in "bhiq":
        try:
            return form.encode() + _little_endian(array(form, log)).tobytes()
        except OverflowError:
            continue
        except TypeError:  # what stopped `bytes` came before what stops this
            break
    return _encode_json([_pack(item) for item in log])


def _little_endian(numbers: array[int]) -> array[int]:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _encode_json(value: Any) -> bytes:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    data = text.encode("utf-8", "surrogatepass")
    return b"Z" + zlib.compress(data, 6) if len(data) > _DEFLATE_ABOVE else b"J" + data


def _decode_json(data: bytes) -> Any:
    body = zlib.decompress(data[1:]) if data[:1] == b"Z" else data[1:]
    return json.loads(body.decode("utf-8", "surrogatepass"))


def _pack(value: Any) -> Any:
    """Return `value` in JSON's terms, as the module's docstring says."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.integer | np.bool_):
        return value.item()
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        return {"array": [value.dtype.str, value.shape, _text(value.tobytes())]}
    if isinstance(value, np.floating | np.complexfloating):
        return {"scalar": [value.dtype.str, _text(value.tobytes())]}
    if isinstance(value, list):
        return [_pack(item) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [_pack(item) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[_pack(k), _pack(v)] for k, v in value.items()]}
    if isinstance(value, bytes):
        return {"bytes": _text(value)}
    return repr(value)


def _unpack(value: Any) -> Any:
    """Return what `_pack` was given."""
    if isinstance(value, list):
        return [_unpack(item) for item in value]
    if not isinstance(value, dict):
        return value
    [(form, told)] = value.items()
    if form == "array":
        dtype, shape, data = told
        return np.frombuffer(b64decode(data), np.dtype(dtype)).reshape(shape).copy()
    if form == "scalar":
        return np.frombuffer(b64decode(told[1]), np.dtype(told[0]))[0]
    if form == "tuple":
        return tuple(_unpack(item) for item in told)
    if form == "dict":
        return {_unpack(k): _unpack(v) for k, v in told}
    return b64decode(told)


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")
