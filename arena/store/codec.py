"""How returns, moves and columns are kept as bytes.

Returns are float64, little-endian, one a seat.

Moves begin with one byte that says how the flat log (seat, action, seat, action, ...) follows:

    B           integers from 0 to 255, a byte each
    b h i q     integers of 1, 2, 4 or 8 bytes, little-endian: the smallest that hold all
    J           JSON
    Z           JSON, deflated

In JSON an object with one key stands for what JSON lacks: `tuple`, `dict` (its items), `bytes`,
`array` (dtype, shape, bytes), `scalar` (dtype and bytes of a floating numpy scalar). Numbers,
strings, lists, tuples, dicts, bytes and numpy arrays come back equal, with type and dtype:
a replay steps the game with what it was stepped with. Exceptions: integers and truth values come
back as Python's whatever kind they were (in a log of integers alone, truth values as integers), a
named tuple as a tuple, and anything else as its `repr`.

Columns are plain JSON (`arena.history.plain`: arrays and tensors become lists), deflated if large.
"""

from __future__ import annotations

import json
import struct
import sys
import zlib
from array import array
from base64 import b64decode, b64encode
from typing import Any

import numpy as np

from arena.history import plain

_DEFLATE_ABOVE = 200
"""Bytes of JSON from which deflating saves more than it costs."""


def encode_returns(returns: tuple[float, ...]) -> bytes:
    """Return the bytes of one float a seat."""
    return struct.pack(f"<{len(returns)}d", *returns)


def decode_returns(data: bytes) -> tuple[float, ...]:
    """Return what `encode_returns` was given."""
    return struct.unpack(f"<{len(data) // 8}d", data)


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
