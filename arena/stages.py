"""Trainings that build on one another: `{sft}` in a tournament file stands for a checkpoint.

In the parameters of a trainer or of an agent, the name of a stage or of a trained entrant, in
braces, is replaced by the name of the checkpoint that came of it. That name holds a hash of how it
was trained, so whatever is built on it is made anew when it changes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from arena.config import Definition, Entry
from arena.errors import BadConfig
from arena.records import Ref

_NAMED = re.compile(r"\{([^{}]+)\}")


def trainings(definition: Definition) -> list[Entry]:
    """Return what is trained for a tournament, in that order: entrants, and the stages they need.

    Raises `BadConfig` where something is built on what is trained after it, or trained twice.
    """
    trained = [e for e in (*definition.stages, *definition.entries) if e.training is not None]
    _check_order(trained)
    needed = set().union(*(_found(entry.agent.parameters) for entry in definition.entries))
    kept = []
    for entry in reversed(trained):
        if entry in definition.entries or entry.agent.name in needed:
            assert entry.training is not None
            needed |= _found(entry.training.trainer.parameters)
            kept.append(entry)
    return kept[::-1]


def refers(entry: Entry, names: Set[str]) -> bool:
    """Return whether an entrant's own parameters name anything of these."""
    found = _found(entry.agent.parameters)
    return not found.isdisjoint(names)


def _check_order(trained: Sequence[Entry]) -> None:
    names = [entry.agent.name for entry in trained]
    for number, entry in enumerate(trained):
        assert entry.training is not None
        name = entry.agent.name
        if names.count(name) > 1:
            raise BadConfig(f"two trainings are called {name!r}; give one another name")
        for other in _found(entry.training.trainer.parameters) & set(names[number:]):
            raise BadConfig(f"{name!r} builds on {other!r}; put {other!r} before it")


def filled(entry: Entry, made: Mapping[str, str]) -> Entry:
    """Return an entry with checkpoints' names in the place of what they were called."""
    training = entry.training
    if training is not None:
        training = replace(training, trainer=_filled(training.trainer, made))
    return replace(entry, agent=_filled(entry.agent, made), training=training)


def _filled(ref: Ref, made: Mapping[str, str]) -> Ref:
    parameters = {key: _put(value, made) for key, value in ref.parameters.items()}
    return replace(ref, parameters=parameters)


def _put(value: Any, made: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _NAMED.sub(lambda found: made.get(found[1], found[0]), value)
    if isinstance(value, (list, tuple)):
        return [_put(item, made) for item in value]
    return value


def _found(parameters: Mapping[str, Any]) -> set[str]:
    found: set[str] = set()
    for value in parameters.values():
        for text in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(text, str):
                found.update(_NAMED.findall(text))
    return found
