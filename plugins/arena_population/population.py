"""Policies that were collected, and the mixture of them: in memory and in files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena import Agent, Ref, read_arrays, write_arrays, write_contents

Floats = NDArray[np.float64]
Make = Callable[[str | Ref], Agent]
_FILE, _ARRAYS = "population.json", "model.safetensors"


@dataclass(frozen=True)
class Member:
    """A policy: an agent by its spec, or a registered one that reads `files` (path -> content)."""

    agent: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, agent: str, parameters: Mapping[str, Any], contents: Any) -> Member:
        """Return a member that plays what a trainer offered."""
        with TemporaryDirectory() as name:
            folder = Path(name)
            write_contents(folder, contents)
            paths = sorted(path for path in folder.rglob("*") if path.is_file())
            files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
        return cls(agent, dict(parameters), files)

    def write(self, folder: Path) -> None:
        """Write the files that the agent reads."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def make(self, make: Make, folder: Path) -> Agent:
        """Return the agent, whose files are in `folder`."""
        if not self.files:
            return make(self.agent)
        return make(Ref(self.agent, {**self.parameters, "checkpoint": str(folder)}))


@dataclass
class Population:
    """Members, in the order in which they came.

    mixture   float64 (seats, members), how likely each is drawn for each seat
    payoffs   float64 (seats, members, members), what each seat returned on average where the
              first's is the row's and the second's the column's; NaN where it is not known
    """

    members: list[Member]
    mixture: Floats
    payoffs: Floats

    @classmethod
    def begin(cls, first: str, seats: int) -> Population:
        """Return a population of one."""
        return cls([Member(first)], np.ones((seats, 1)), np.full((seats, 1, 1), np.nan))

    def __len__(self) -> int:
        return len(self.members)

    def add(self, member: Member) -> None:
        """Take in a member, which nobody has met yet and the mixture does not play."""
        self.members.append(member)
        self.mixture = np.pad(self.mixture, ((0, 0), (0, 1)))
        self.payoffs = np.pad(self.payoffs, ((0, 0), (0, 1), (0, 1)), constant_values=np.nan)

    def values(self) -> list[dict[str, Any]]:
        """Return who the members are, in the terms of JSON; `arrays` holds the rest."""
        return [
            {"agent": each.agent, "parameters": dict(each.parameters), "files": sorted(each.files)}
            for each in self.members
        ]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything else as arrays."""
        files = {
            f"{number}/{name}": np.frombuffer(content, np.uint8)
            for number, member in enumerate(self.members)
            for name, content in member.files.items()
        }
        return {"mixture": self.mixture, "payoffs": self.payoffs, **files}

    @classmethod
    def of(cls, values: list[dict[str, Any]], arrays: Mapping[str, NDArray[Any]]) -> Population:
        """Return the population of which these were taken."""
        members = [
            Member(
                each["agent"], each["parameters"],
                {name: arrays[f"{number}/{name}"].tobytes() for name in each["files"]},
            )
            for number, each in enumerate(values)
        ]  # fmt: skip
        return cls(members, np.array(arrays["mixture"]), np.array(arrays["payoffs"]))

    def write(self, folder: Path) -> None:
        """Write a checkpoint: who the members are, the mixture, and a folder for each."""
        (folder / _FILE).write_text(json.dumps({"members": self.values()}, indent=1) + "\n")
        write_arrays(folder / _ARRAYS, {"mixture": self.mixture, "payoffs": self.payoffs})
        for number, member in enumerate(self.members):
            member.write(place(folder, number))

    @classmethod
    def read(cls, folder: Path) -> Population:
        """Return the population of a checkpoint. Raises `ValueError` or `OSError`."""
        known = json.loads((folder / _FILE).read_text(encoding="utf-8"))["members"]
        files = {
            f"{number}/{name}": np.frombuffer((place(folder, number) / name).read_bytes(), np.uint8)
            for number, each in enumerate(known)
            for name in each["files"]
        }
        return cls.of(known, {**read_arrays(folder), **files})


def place(folder: Path, number: int) -> Path:
    """Return where a member's files are in a checkpoint."""
    return folder / "members" / f"{number:03d}"
