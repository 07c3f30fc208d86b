"""Trained agents on disk: `HOME/checkpoints/NAME/`, a folder of JSON and safetensors.

`checkpoint.json` holds

    format            the version of this layout
    name, trainer, parameters, seed, steps, parent    what made it
    environment, alias                                its game: full canonical spec, and bare name
    agent, agent_parameters                           the registered agent that plays it, and how
    metrics, seconds, created, versions               how it went, when, and with which libraries
    digest                                            of everything that decides how it plays

and beside it lie the files that the agent reads. Nothing that runs code when it is read is written
here, and a folder is replaced whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena.errors import UsageError
from arena.records import Checkpoint
from arena.trainer import Contents
from arena.versions import library_versions

FORMAT = 1
META = "checkpoint.json"
WEIGHTS = "model.safetensors"
_DECIDING = (
    "format", "trainer", "parameters", "environment", "agent", "agent_parameters", "seed", "steps",
)  # fmt: skip
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")


def check_name(name: str, agents: Collection[str]) -> None:
    """Raise `UsageError` if a checkpoint may not be called `name`; `agents` are the registered."""
    if not _NAME.fullmatch(name) or name.endswith(".py"):
        raise UsageError(
            f"{name!r} cannot name a checkpoint; use letters, digits, '.', '_' and '-', the first "
            "of them a letter, a digit or '_', and no ending in .py"
        )
    if name in agents:
        raise UsageError(f"{name!r} is the name of an agent already; choose another with --name")


def checkpoint_folder(home: Path, name: str) -> Path:
    """Return where the checkpoint of this name lies, or would."""
    return Path(home) / "checkpoints" / name


def save_checkpoint(folder: Path, contents: Contents, meta: Mapping[str, Any]) -> Checkpoint:
    """Write a checkpoint to `folder`, replacing what is there; return it.

    `meta` holds what the module says, but for format, created, versions and digest.
    """
    meta = {"format": FORMAT, "parent": None, **meta}
    meta |= {"created": time.time(), "versions": library_versions()}

    def fill(place: Path) -> None:
        write_contents(place, contents)
        _write_meta(place, {**meta, "digest": digest_of(place, meta)})

    write_folder(folder, fill)
    return load_checkpoint(folder)


def write_contents(folder: Path, contents: Contents) -> None:
    """Write into a folder what a checkpoint holds."""
    if callable(contents):
        contents(folder)
    else:
        write_arrays(folder / WEIGHTS, contents)


def add_to_meta(folder: Path, **entries: Any) -> Checkpoint:
    """Set entries of a checkpoint's `checkpoint.json` that do not decide how it plays."""
    meta = {**load_checkpoint(folder, verify=False).meta, **entries}
    _write_meta(folder, meta)
    return load_checkpoint(folder, verify=False)


def _write_meta(folder: Path, meta: Mapping[str, Any]) -> None:
    text = json.dumps(meta, indent=1, sort_keys=True)
    (folder / META).write_text(text + "\n", encoding="utf-8")


def load_checkpoint(folder: Path, verify: bool = True) -> Checkpoint:
    """Read a checkpoint; `verify` compares its files with its digest.

    Raises `UsageError` if it cannot be read, is newer than this version, or was altered.
    """
    name = folder.name
    try:
        meta = json.loads((folder / META).read_text(encoding="utf-8"))
        version, digest = meta["format"], meta["digest"]
        _ = [meta[key] for key in ("name", *_DECIDING)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = f"has no {error}" if isinstance(error, KeyError) else f"cannot be read ({error})"
        raise UsageError(f"checkpoint {name!r}: {folder / META} {why}; train it again") from error
    if not isinstance(version, int) or version > FORMAT:
        raise UsageError(
            f"checkpoint {name!r} has format {version}, and this version of Arena reads up to "
            f"{FORMAT}; upgrade arena-games"
        )
    if verify and digest_of(folder, meta) != digest:
        raise UsageError(
            f"checkpoint {name!r}: the files in {folder} are not those that were saved; "
            "train it again"
        )
    return Checkpoint(meta["name"], str(folder), digest, meta)


def find_checkpoint(home: Path, name: str) -> Checkpoint | None:
    """Return the checkpoint of this name, None if there is none. Raises as `load_checkpoint`."""
    if not _NAME.fullmatch(name):
        return None
    folder = checkpoint_folder(home, name)
    recover_folder(folder)
    return replace(load_checkpoint(folder), name=name) if folder.is_dir() else None


def list_checkpoints(home: Path) -> list[Checkpoint]:
    """Return the checkpoints by name, their files not verified; warns of any it cannot read."""
    found = []
    folder = Path(home) / "checkpoints"
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir() and _NAME.fullmatch(path.name):
            try:
                found.append(replace(load_checkpoint(path, verify=False), name=path.name))
            except UsageError as error:
                warnings.warn(f"left out: {error}", stacklevel=2)
    return found


def digest_of(folder: Path, meta: Mapping[str, Any]) -> str:
    """Return the hash of the files in a folder, and of what in `meta` decides how it plays."""
    total = hashlib.sha256(json.dumps({k: meta[k] for k in _DECIDING}, sort_keys=True).encode())
    for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix()):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != META:
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            total.update(f"\n{name} {content}".encode())
    return total.hexdigest()[:16]


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write named arrays as safetensors."""
    from safetensors.numpy import save_file

    save_file({name: np.asarray(array, order="C") for name, array in arrays.items()}, path)


def read_arrays(path: str | Path) -> dict[str, NDArray[Any]]:
    """Read named arrays from a safetensors file, or from the usual one of a checkpoint's folder.

    Raises `UsageError` if that is not possible.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    path = Path(path)
    file = path / WEIGHTS if path.is_dir() else path
    try:
        arrays: dict[str, NDArray[Any]] = load_file(file)
    except (OSError, SafetensorError) as error:
        raise UsageError(f"weights {file} cannot be read: {error}; train it again") from error
    return arrays


def write_state(folder: Path, values: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
    """Write what a training run goes on from: `values` in JSON, and arrays."""

    def fill(place: Path) -> None:
        text = json.dumps({"format": FORMAT, **values})
        (place / "state.json").write_text(text, encoding="utf-8")
        write_arrays(place / WEIGHTS, arrays)

    write_folder(folder, fill)


def read_state(folder: Path) -> dict[str, Any] | None:
    """Return the values that `write_state` wrote, None if there are none; `read_arrays` the rest.

    Raises `UsageError` if they cannot be read.
    """
    recover_folder(folder)
    file = folder / "state.json"
    if not file.is_file():
        return None
    try:
        known: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        readable = known["format"] == FORMAT
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{file} cannot be read ({error}); start anew without --resume") from error
    if not readable:
        raise UsageError(f"{file} is of another version of Arena; start anew without --resume")
    return known


def write_folder(folder: Path, fill: Callable[[Path], None]) -> None:
    """Have `fill` write a folder, and put it in the place of `folder` when it is complete."""
    fresh = folder.with_name(f".{folder.name}.new-{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        fill(fresh)
        replace_folder(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def replace_folder(source: Path, folder: Path) -> None:
    """Move a folder to the place of another. What was there is kept until the move is done."""
    recover_folder(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists():
        folder.rename(_aside(folder))
    source.rename(folder)
    shutil.rmtree(_aside(folder), ignore_errors=True)


def recover_folder(folder: Path) -> None:
    """Mend what a process that died within `replace_folder` left."""
    aside = _aside(folder)
    if aside.is_dir():
        if folder.exists():
            shutil.rmtree(aside, ignore_errors=True)
        else:
            aside.rename(folder)


def _aside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")
