"""Tournament files: TOML to frozen records; errors name the file, the line and the key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from arena.errors import BadConfig, BadSpec
from arena.records import STANDARD_RULES, Ref, Rules
from arena.specs import parse


@dataclass(frozen=True, slots=True)
class Training:
    """How an entrant is made before the tournament: a trainer's Ref, and how long it trains."""

    trainer: Ref
    steps: int | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """An entrant as written: an agent, or a training that makes one under the name of `agent`."""

    agent: Ref
    training: Training | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """A tournament as written, before anything in it has been looked up.

    `openings` are those that the format names, kept as they were read: files may change. `stages`
    are trained for the entrants' sake, and play no part themselves; see `arena.stages`.
    """

    environment: Ref
    entries: tuple[Entry, ...]
    format: Ref | None = None
    ratings: tuple[Ref, ...] = ()
    seed: int | None = None
    rules: Rules = STANDARD_RULES
    openings: tuple[str, ...] = ()
    stages: tuple[Entry, ...] = ()


def shipped_tournaments() -> dict[str, Path]:
    """Return the definitions that come with Arena, by name: in the package, or beside it."""
    package = Path(__file__).resolve().parent
    for folder in (package / "tournaments", package.parent / "tournaments"):
        if folder.is_dir():
            return {path.stem: path for path in sorted(folder.glob("*.toml"))}
    return {}


def read_definition(path: Path) -> Definition:
    """Read a tournament file. Raises `BadConfig`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfig(f"{path}: cannot be read ({error})") from error
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(f"{path}: not TOML: {error}") from error
    return _Reader(path, text).definition(tables)


class _Reader:
    """Turns tables into records, and knows which line a key stands in."""

    def __init__(self, path: Path, text: str) -> None:
        self.path, self.lines = path, text.splitlines()

    def definition(self, tables: Mapping[str, Any]) -> Definition:
        self._known(tables, {"tournament", "rules", "stages", "entrants"}, "")
        head = self._table(tables, "tournament")
        self._known(head, {"environment", "format", "ratings", "seed"}, "tournament")
        if "environment" not in head:
            raise self._bad("tournament", None, 'has no environment; add environment = "..."')
        ratings = head.get("ratings", [])
        if not isinstance(ratings, list):
            raise self._bad("tournament", "ratings", "is not a list of names")
        seed = head.get("seed")
        if seed is not None and (type(seed) is not int or not 0 <= seed < 2**63):
            raise self._bad("tournament", "seed", "is not an integer from 0 to 2^63 - 1")
        return Definition(
            environment=self._ref(head["environment"], "tournament", "environment"),
            entries=self._entries(tables.get("entrants", []), "entrants"),
            stages=self._stages(tables.get("stages", [])),
            format=self._ref(head["format"], "tournament", "format") if "format" in head else None,
            ratings=tuple(self._ref(r, "tournament", "ratings") for r in ratings),
            seed=seed,
            rules=self._rules(self._table(tables, "rules")),
        )

    def _entries(self, tables: Any, where: str) -> tuple[Entry, ...]:
        if not isinstance(tables, list) or not all(isinstance(e, dict) for e in tables):
            raise self._bad(where, None, f"is not a list of tables; write [[{where}]]")
        return tuple(self._entry(e, f"{where} {i}") for i, e in enumerate(tables, 1))

    def _stages(self, tables: Any) -> tuple[Entry, ...]:
        stages = self._entries(tables, "stages")
        for number, stage in enumerate(stages, 1):
            if stage.training is None or stage.agent.parameters:
                told = "is not name = ... and train = { trainer = ... } alone"
                raise self._bad(f"stages {number}", None, told)
        return stages

    def _entry(self, table: Mapping[str, Any], where: str) -> Entry:
        name = table.get("name")
        if name is not None and (not isinstance(name, str) or not name):
            raise self._bad(where, "name", "is not a name")
        if "train" in table:
            self._known(table, {"name", "train", "parameters"}, where)
            if name is None:
                raise self._bad(where, "train", "makes an entrant without a name; add name = ...")
            parameters = table.get("parameters", {})
            return Entry(Ref(name, parameters), self._training(table["train"], where))
        if "agent" not in table:
            raise self._bad(where, None, "has neither agent nor train")
        agent = self._ref(table["agent"], where, "agent")
        rest = {k: v for k, v in table.items() if k not in ("agent", "name")}
        twice = set(rest) & set(agent.parameters)
        if twice:
            raise self._bad(where, min(twice), "is set in agent as well")
        return Entry(Ref(agent.name, {**agent.parameters, **rest}, name or agent.alias))

    def _training(self, table: Any, where: str) -> Training:
        if not isinstance(table, dict) or not isinstance(table.get("trainer"), str):
            raise self._bad(where, "train", 'is not { trainer = "...", steps = ..., seed = ... }')
        steps, seed = table.get("steps"), table.get("seed", 0)
        if steps is not None and (type(steps) is not int or steps < 1):
            raise self._bad(where, "train", "has steps that are not a positive number")
        if type(seed) is not int:
            raise self._bad(where, "train", "has a seed that is not an integer")
        trainer = self._ref(table["trainer"], where, "train")
        rest = {k: v for k, v in table.items() if k not in ("trainer", "steps", "seed")}
        return Training(Ref(trainer.name, {**trainer.parameters, **rest}), steps, seed)

    def _rules(self, table: Mapping[str, Any]) -> Rules:
        self._known(table, {field.name for field in fields(Rules)}, "rules")
        for key, value in table.items():
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            kinds = {"move_seconds": number and value > 0, "imagine": isinstance(value, bool)}
            if not kinds.get(key, isinstance(value, str)):
                raise self._bad("rules", key, f"cannot be {value!r}")
        from arena.referee import check_rules

        rules = Rules(**table)
        try:
            check_rules(rules)
        except Exception as error:
            raise BadConfig(f"{self.path}, line {self._line('rules', None)}: {error}") from None
        return rules

    def _ref(self, value: Any, where: str, key: str) -> Ref:
        """Read `"name:key=value"` or `{ name = "...", key = value }`."""
        if isinstance(value, dict) and isinstance(value.get("name"), str):
            return Ref(value["name"], {k: v for k, v in value.items() if k != "name"})
        if not isinstance(value, str):
            raise self._bad(where, key, 'is neither "name" nor { name = "...", ... }')
        try:
            return parse(value)
        except BadSpec as error:
            raise self._bad(where, key, str(error)) from None

    def _table(self, tables: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        table = tables.get(name, {})
        if not isinstance(table, dict):
            raise self._bad(name, None, f"is not a table; write [{name}]")
        return table

    def _known(self, table: Mapping[str, Any], known: set[str], where: str) -> None:
        for key in table:
            if key not in known:
                raise self._bad(where, key, f"is unknown; there are {', '.join(sorted(known))}")

    def _bad(self, where: str, key: str | None, text: str) -> BadConfig:
        named = " ".join(part for part in (f"[{where}]" if where else "", key or "") if part)
        return BadConfig(f"{self.path}, line {self._line(where, key)}: {named} {text}")

    def _line(self, where: str, key: str | None) -> int:
        """Return the line (from 1) of a key below a table's header; the header's if not found."""
        name, _, number = where.partition(" ")
        wanted = int(number or 1)
        header, seen = 1, 0
        inside = not where
        for line, text in enumerate(self.lines, 1):
            if found := re.match(r"\s*\[+\s*([\w.]+)\s*\]+", text):
                if found[1] == name:
                    seen += 1
                    header = line if seen == wanted else header
                inside = found[1] == name and seen == wanted
                if not where and key == found[1]:
                    return line
            elif inside and key and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", text):
                return line
        return header


def definition_to_json(definition: Definition) -> dict[str, Any]:
    """Return a definition as JSON can hold it, for the history."""
    return {
        "environment": _plain(definition.environment),
        "entries": [_plain_entry(entry) for entry in definition.entries],
        "format": _plain(definition.format) if definition.format else None,
        "ratings": [_plain(r) for r in definition.ratings],
        "seed": definition.seed,
        "rules": {field.name: getattr(definition.rules, field.name) for field in fields(Rules)},
        "openings": list(definition.openings),
        "stages": [_plain_entry(stage) for stage in definition.stages],
    }


def definition_from_json(data: Mapping[str, Any]) -> Definition:
    """Return what `definition_to_json` was given."""
    return Definition(
        _ref(data["environment"]),
        tuple(_entry_from(e) for e in data["entries"]),
        _ref(data["format"]) if data["format"] else None,
        tuple(_ref(r) for r in data["ratings"]),
        data["seed"],
        Rules(**data["rules"]),
        tuple(data.get("openings", ())),
        tuple(_entry_from(e) for e in data.get("stages", ())),
    )


def _entry_from(data: Mapping[str, Any]) -> Entry:
    training = data["training"]
    if training is not None:
        training = Training(_ref(training["trainer"]), training["steps"], training["seed"])
    return Entry(_ref(data["agent"]), training)


def _plain_entry(entry: Entry) -> dict[str, Any]:
    return {"agent": _plain(entry.agent), "training": _plain_training(entry.training)}


def _plain(ref: Ref) -> dict[str, Any]:
    return {"name": ref.name, "parameters": dict(ref.parameters), "alias": ref.alias}


def _plain_training(training: Training | None) -> dict[str, Any] | None:
    if training is None:
        return None
    return {
        "trainer": _plain(training.trainer), "steps": training.steps, "seed": training.seed,
    }  # fmt: skip


def _ref(data: Mapping[str, Any]) -> Ref:
    return Ref(data["name"], data["parameters"], data["alias"])


def agent_refs(specs: Sequence[str]) -> tuple[Entry, ...]:
    """Return entries of agents' specs as the command line gives them."""
    return tuple(Entry(parse(spec)) for spec in specs)
