"""Pictures of matches: the game is played again, and its own drawing written as PNG."""

from __future__ import annotations

import struct
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arena.environment import Environment
from arena.errors import UnknownName, Unsuitable
from arena.history import StoredMatch
from arena.lookup import environment_maker
from arena.plugins import Registry
from arena.replay import restepped

LARGEST = 720
"""The longest side of a picture, in pixels: what is larger is shown with every n-th of them."""
FILMS = 3
"""How many matches are kept in play, so that the next step is one step and not all of them."""
KEPT = 32_000_000
"""How many bytes of pictures are remembered."""

Pixels = NDArray[np.uint8]
Key = tuple[int, int]


@dataclass
class _Film:
    environment: Environment
    steps: Iterator[int]
    at: int = -1


class Frames:
    """Draws pictures, all in one thread: what graphics libraries begin, they want to go on with."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._thread = ThreadPoolExecutor(1, "frames")
        self._films: OrderedDict[Key, _Film] = OrderedDict()
        self._drawn: OrderedDict[tuple[Key, int], bytes] = OrderedDict()

    def png(self, stored: StoredMatch, step: int) -> bytes:
        """Return the picture after so many steps of a match.

        Raises `UnknownName` for a step that was not made, and for a game without pictures
        `Unsuitable`, as where they cannot be drawn here.
        """
        return self._thread.submit(self._png, stored, step).result()

    def size(self, stored: StoredMatch) -> tuple[int, int] | str:
        """Return the width and height of a match's pictures, in pixels, or why there are none."""
        try:
            drawn = self.png(stored, 0)
        except Unsuitable as error:
            return str(error)
        width, height = struct.unpack(">II", drawn[16:24])
        return width, height

    def close(self) -> None:
        """Let go of all games."""
        self._thread.submit(self._close).result()
        self._thread.shutdown()

    def _close(self) -> None:
        for film in self._films.values():
            film.environment.close()
        self._films.clear()

    def _png(self, stored: StoredMatch, step: int) -> bytes:
        key = stored.id, stored.episode.match.deal
        known = self._drawn.get((key, step))
        if known is None:
            film = self._film(key, stored, step)
            known = png(_picture(film.environment, stored.game.short))
        self._drawn[key, step] = known
        self._drawn.move_to_end((key, step))
        while sum(map(len, self._drawn.values())) > KEPT:
            self._drawn.popitem(last=False)
        return known

    def _film(self, key: Key, stored: StoredMatch, step: int) -> _Film:
        """Return a match as it stood after so many steps."""
        film = self._films.get(key)
        if film is None or film.at > step:
            # a game of its own: drawing may change how one goes on
            environment = film.environment if film else self._make(stored)
            film = self._films[key] = _Film(environment, restepped(environment, stored))
            while len(self._films) > FILMS:
                self._films.popitem(last=False)[1].environment.close()
        self._films.move_to_end(key)
        while film.at < step:
            at = next(film.steps, None)
            if at is None:
                self._films.pop(key).environment.close()
                raise UnknownName("step", str(step), [str(film.at)], f"/matches/{stored.id}")
            film.at = at
        return film

    def _make(self, stored: StoredMatch) -> Environment:
        make, _ = environment_maker(self._registry, stored.game.ref)
        return make()


def _picture(environment: Environment, name: str) -> Pixels:
    """Return a game's picture, no larger than LARGEST. Raises `Unsuitable`."""
    drawn = environment.frame()
    if drawn is None:
        raise Unsuitable(f"{name} draws no pictures")
    if not isinstance(drawn, np.ndarray) or drawn.dtype != np.uint8 or drawn.shape[2:] != (3,):
        raise Unsuitable(f"{name}: a picture is uint8 (height, width, 3), which its frame is not")
    every = -(-max(drawn.shape) // LARGEST)
    smaller: Pixels = drawn[::every, ::every]
    return smaller


def png(pixels: Pixels) -> bytes:
    """Return pixels, uint8 (height, width, 3), as a PNG (ISO/IEC 15948: eight bits, true colour).

    Every line has filter 0, none.
    """
    height, width, _ = pixels.shape
    lines = np.zeros((height, 1 + 3 * width), np.uint8)
    lines[:, 1:] = pixels.reshape(height, 3 * width)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes(), 3)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)
