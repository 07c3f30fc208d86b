"""Trainings that build on one another: `{sft}` in a tournament file stands for a checkpoint.

In the parameters of a trainer or of an agent, the name of a stage or of a trained entrant, in
braces, is replaced by the name of the checkpoint that came of it. That name holds a hash of how it
was trained, so whatever is built on it is made anew when it changes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import replace
from typing import Any

from arena.config import Definition, Entry
from arena.errors import BadConfig
from arena.records import Ref

_NAMED = re.compile(r"\{([^{}]+)\}")


def trainings(definition: Definition) -> list[Entry]:
    """Return what is trained for a tournament: entrants, and the stages that they build on.

    They stand in an order in which each comes after all that it builds on. Raises `BadConfig` where
    there is none, or where two have one name.
    """
    trained = [e for e in (*definition.stages, *definition.entries) if e.training is not None]
    needs = {entry.agent.name: _needs(entry) for entry in trained}
    if len(needs) < len(trained):
        names = [entry.agent.name for entry in trained]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadConfig(f"two trainings are called {twice!r}; give one another name")
    wanted = {e.agent.name for e in definition.entries if e.training is not None}
    wanted.update(*(_found(entry.agent.parameters) for entry in definition.entries))
    while more := set().union(*(needs.get(name, ()) for name in wanted)) - wanted:
        wanted |= more
    left = [entry for entry in trained if entry.agent.name in wanted]
    ordered: list[Entry] = []
    while left:
        done = {entry.agent.name for entry in ordered}
        ready = [e for e in left if needs[e.agent.name] & needs.keys() <= done]
        if not ready:
            names = [repr(entry.agent.name) for entry in left]
            raise BadConfig(f"{' and '.join(names)} cannot be trained: each builds on another")
        ordered.append(ready[0])
        left.remove(ready[0])
    return ordered


def _needs(entry: Entry) -> set[str]:
    assert entry.training is not None
    return _found(entry.training.trainer.parameters)


def refers(entry: Entry, names: Set[str]) -> bool:
    """Return whether an entrant's own parameters name anything of these."""
    found = _found(entry.agent.parameters)
    return not found.isdisjoint(names)


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
