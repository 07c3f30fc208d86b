"""From the names a user types to environments and players that can be made."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from arena.agent import Agent
from arena.environment import Environment
from arena.errors import BadParameter, PluginError, UnknownName, Unsuitable, UsageError
from arena.plugins import Entry, Registry, load_file
from arena.records import Checkpoint, Ref, Rules, Spec
from arena.specs import Parameter, bind, canonical, parameters_of, parse
from arena.trainer import Trainer

MAX_TURNS = Parameter("max_turns", int, None)
Maker = Callable[[], Environment]


@dataclass(frozen=True, slots=True)
class Game:
    """An environment by its names: `ref` has the full one, `alias` the bare one, if any."""

    ref: Ref
    alias: Ref | None

    @property
    def name(self) -> str:
        """The full name with its parameters, canonical."""
        return canonical(self.ref)

    @property
    def short(self) -> str:
        """The name to show: the alias where there is one."""
        return canonical(self.alias or self.ref)


def find_game(registry: Registry, ref: Ref) -> Game:
    """Return the game that a Ref names, parameters read by type. Raises `UsageError`s."""
    entry = registry.find("environments", ref.name)
    given = _environment_parameters(entry, ref)
    full = Ref(entry.name, given)
    if ref.name != entry.name:
        return Game(full, Ref(ref.name, given))
    for pattern, family in registry.families("environments"):
        if entry.member is not None and pattern.name[:-1] == entry.name[: -len(entry.member)]:
            for alias, member in family.aliases().items():
                if member == entry.member:
                    return Game(full, Ref(alias, given))
    return Game(full, None)


def _environment_parameters(entry: Entry, ref: Ref) -> dict[str, Any]:
    known = entry.parameters()
    if all(parameter.name != MAX_TURNS.name for parameter in known):
        known = (*known, MAX_TURNS)
    given = bind(f"environment {ref.name!r}", known, ref.parameters)
    limit = given.get(MAX_TURNS.name)
    if limit is not None and limit < 1:
        raise BadParameter(f"environment {ref.name!r}: max_turns={limit} is not a positive number")
    return given


def environment_maker(registry: Registry, ref: Ref) -> tuple[Maker, Spec]:
    """Return a function that makes the environment, and its Spec.

    Every environment takes `max_turns` beside its own parameters. Raises `UnknownName`,
    `BadParameter` or `Unsuitable`.
    """
    entry = registry.find("environments", ref.name)
    given = _environment_parameters(entry, ref)
    limit = None
    if all(parameter.name != MAX_TURNS.name for parameter in entry.parameters()):
        limit = given.pop(MAX_TURNS.name, None)

    def make() -> Environment:
        environment: Environment = entry.make(given)
        if limit is not None:
            environment.spec = replace(environment.spec, max_turns=limit)
        return environment

    first: list[Environment] = [make()]  # made for its spec; the first call gets this one
    return lambda: first.pop() if first else make(), first[0].spec


@dataclass(frozen=True, slots=True)
class Player:
    """An entrant as resolved: the name shown, what it is made by, and what its rating hangs on.

    `agent` and `parameters` are as the user gave them; `ref` is what `make_agent` takes, complete
    with the checkpoint's folder; `digest` is of the checkpoint or the file, None for neither.
    """

    name: str
    spec: str
    agent: str
    parameters: Mapping[str, Any]
    ref: Ref
    digest: str | None = None


def find_player(registry: Registry, home: Path, ref: Ref) -> Player:
    """Resolve an agent's spec: a registered agent, a trained checkpoint, or `file.py:Class`.

    Raises `UnknownName` or `BadParameter`.
    """
    digest = folder = None
    if _is_file(ref.name):
        file = Path(ref.name.rpartition(":")[0]).resolve()
        digest = _digest([file])
        made = replace(ref, name=f"{file}:{ref.name.rpartition(':')[2]}", alias=None)
    elif ref.name in registry.table("agents"):
        made = replace(ref, alias=None)
    else:
        made, digest, folder = _checkpoint(registry, home, ref)
    factory, known, what = _factory(registry, made)
    values = bind(what, known, made.parameters)
    given = {name: values[name] for name in ref.parameters}
    values, named = _located(registry, home, factory, values)
    digest = _joined(digest, _digest([Path(file) for file in named if file != folder]))
    shown = Ref(ref.name, given)
    return Player(
        ref.alias or canonical(shown), canonical(shown), ref.name, given,
        Ref(made.name, values), digest,
    )  # fmt: skip


def find_scorer(registry: Registry, home: Path, ref: Ref) -> tuple[Ref, list[str]]:
    """Return a judge's Ref, checkpoints it names given by their folders, and the files it reads.

    Raises `UnknownName` or `BadParameter`.
    """
    entry = registry.find("scorers", ref.name)
    values = bind(f"scorer {ref.name!r}", entry.parameters(), ref.parameters)
    values, named = _located(registry, home, entry.load(), values)
    return Ref(ref.name, values), named


def checkpoint_ref(registry: Registry, found: Checkpoint) -> Ref:
    """Return what plays a checkpoint: the agent that it names, handed its folder.

    The agent is handed it as `checkpoint`, or where it has no such parameter as the first of its
    `files`.
    """
    entry = registry.find("agents", found.meta["agent"])
    names = [parameter.name for parameter in entry.parameters()]
    files = getattr(entry.load(), "files", ())
    key = "checkpoint" if "checkpoint" in names or not files else files[0]
    return Ref(entry.name, {**found.meta.get("agent_parameters", {}), key: found.folder})


def _checkpoint(registry: Registry, home: Path, ref: Ref) -> tuple[Ref, str, str]:
    """Return what plays the checkpoint that a Ref names, its digest and its folder."""
    from arena.checkpoints import find_checkpoint, list_checkpoints

    found = find_checkpoint(home, ref.name)
    if found is None:
        names = [*registry.names("agents"), *(c.name for c in list_checkpoints(home))]
        raise UnknownName("agent", ref.name, names, "arena agents")
    by = checkpoint_ref(registry, found)
    made = replace(by, parameters={**by.parameters, **ref.parameters})
    return made, found.digest, found.folder


def _located(
    registry: Registry, home: Path, factory: Any, values: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Return parameters with folders in the place of checkpoints' names, and all files named."""
    made, named = dict(values), []
    for key in getattr(factory, "files", ()):
        if values.get(key):
            made[key] = _folder(home, str(values[key]))
            named.append(made[key])
    for key in getattr(factory, "scorers", ()):
        if values.get(key):
            ref, files = find_scorer(registry, home, parse(values[key]))
            made[key] = canonical(ref)
            named += files
    return made, [*named, *(factory.reads(made) if hasattr(factory, "reads") else ())]


def _folder(home: Path, name: str) -> str:
    """Return the folder of the checkpoint of this name; where there is none, the name."""
    from arena.checkpoints import find_checkpoint

    found = None if "/" in name else find_checkpoint(home, name)
    return name if found is None else found.folder


def _joined(*digests: str | None) -> str | None:
    """Return the digest of digests: of one alone itself, None of none."""
    known = [digest for digest in digests if digest is not None]
    if len(known) < 2:
        return known[0] if known else None
    return hashlib.sha256(" ".join(known).encode()).hexdigest()[:16]


def _digest(files: Sequence[Path]) -> str | None:
    """Return a hash of the content of files, and of all in folders; None if none can be read."""
    files = [file for named in files for file in ([named] if named.is_file() else _within(named))]
    hashes = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.is_file()]
    digest = _joined(*hashes)
    return None if digest is None else digest[:16]


def _within(folder: Path) -> list[Path]:
    """Return the files of a folder, in the order of their paths; none if it is none."""
    return sorted(folder.rglob("*")) if folder.is_dir() else []


def _is_file(name: str) -> bool:
    return name.rpartition(":")[0].endswith(".py")


def _factory(registry: Registry, ref: Ref) -> tuple[Any, tuple[Parameter, ...], str]:
    """Return the class of an agent, its parameters, and how to call it in an error."""
    if not _is_file(ref.name):
        entry = registry.find("agents", ref.name)
        return entry.load(), entry.parameters(), f"agent {ref.name!r}"
    file, _, name = ref.name.rpartition(":")
    module = load_file(file)
    factory = getattr(module, name, None)
    if factory is None:
        agents = [k for k, v in vars(module).items() if inspect.isclass(v) and issubclass(v, Agent)]
        raise PluginError(f"{file} has no {name!r}; its agents are {', '.join(agents) or 'none'}")
    return factory, parameters_of(factory), f"agent {ref.name!r}"


def make_agent(
    registry: Registry, home: Path, ref: Ref, device: str = "auto", trust: bool = False
) -> Agent:
    """Make the agent of a resolved Ref; one that takes a `device` gets this one unless it is set.

    One that needs trust is made if this process has it (`Setting.trust`), which no parameter and
    no file can give. Raises `UsageError`s; any other exception of its constructor becomes
    `BadParameter`.
    """
    factory, known, what = _factory(registry, ref)
    values = bind(what, known, ref.parameters)
    if "trust" in getattr(factory, "needs", ()) and not trust:
        raise UsageError(
            f"{what} reads files that can run code when they are read; if you trust them, say "
            "`arena --trust ...`"
        )
    if any(parameter.name == "device" for parameter in known):
        values.setdefault("device", device)
    try:
        agent = factory(**values)
    except (ValueError, TypeError, OSError) as error:
        raise BadParameter(f"{what} cannot be made: {error}") from error
    if not isinstance(agent, Agent):
        raise BadParameter(f"{what} is a {type(agent).__name__}, not an arena.Agent")
    agent.recruit(lambda other: recruited(registry, home, other, device, trust))
    return agent


def recruited(registry: Registry, home: Path, named: str | Ref, device: str, trust: bool) -> Agent:
    """Make an agent that is named as users name it. Raises `UsageError`s."""
    ref = parse(named) if isinstance(named, str) else named
    return make_agent(registry, home, find_player(registry, home, ref).ref, device, trust)


def find_trainer(registry: Registry, spec: Spec, ref: Ref) -> Trainer:
    """Return the trainer that a Ref names, which suits the game. Raises `UsageError`s."""
    what = f"trainer {ref.name!r}"
    entry = registry.find("trainers", ref.name)
    trainer = entry.make(bind(what, entry.parameters(), ref.parameters))
    if not isinstance(trainer, Trainer):
        raise UsageError(f"{what} is a {type(trainer).__name__}, not an arena.Trainer")
    registry.find("agents", trainer.agent)
    try:
        trainer.check(spec)
    except Unsuitable as error:
        raise Unsuitable(f"{what} does not suit {spec.name}: {error}") from None
    return trainer


def check_suits(agent: Agent, name: str, spec: Spec, rules: Rules) -> None:
    """Raise `Unsuitable`, naming the agent and the reason, if it cannot play this game."""
    if "model" in agent.needs and not spec.model:
        raise Unsuitable(f"agent {name!r} needs a model of {spec.name}, and {spec.no_model}")
    if "model" in agent.needs and not rules.imagine:
        raise Unsuitable(f"agent {name!r} needs a model, which the rules forbid (imagine = false)")
    try:
        agent.check(spec)
    except Unsuitable as error:
        raise Unsuitable(f"agent {name!r} does not suit {spec.name}: {error}") from None
