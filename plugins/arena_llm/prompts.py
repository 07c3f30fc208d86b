"""From an observation to a prompt: a Jinja2 template, sandboxed, that a user can change.

A template sees

    game, seat, seats, turn     what is played, which of how many seats is asked, and when
    rules, board                the rules, and what the seat sees, in words
    legal                       the legal moves in notation; none where any text is a move
    history                     the moves the seat knows of, oldest first: each has `.seat`,
                                `.mine` (whether the seat made it), `.text` and `.quoted`, which
                                is the text in quotes on one line, as fits an opponent's own words
    words                       whether moves are free text, which an opponent writes

and is a file, `board`, `moves` or `bare` of this package, or one that a model's folder brings. All
that it is handed has been through `arena_llm.cleaning`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from arena import BadParameter, Observation
from arena_llm.cleaning import Cleaner
from arena_llm.missing import need

Clean = Callable[[str], str]
_SHIPPED = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Line:
    """A move of the history, in words."""

    seat: int
    text: str
    mine: bool

    @property
    def quoted(self) -> str:
        """The text in double quotes on one line: whatever it holds, it ends at the last quote."""
        return quoted(self.text)


def quoted(text: str) -> str:
    """Return text in double quotes on one line, as JSON has it."""
    return json.dumps(text, ensure_ascii=False)


class Template:
    """A prompt template. `digest` is the hash of its text: another prompt is another player.

    `sees` are the names that it is told, those of an observation if nothing is said. Raises
    `BadParameter` where it cannot be read or names anything else, before a match is lost by it.
    """

    def __init__(
        self, source: str, name: str = "template", sees: Collection[str] | None = None
    ) -> None:
        sandbox = need("jinja2.sandbox")
        jinja = need("jinja2")
        self.source, self.name = source, name
        self.digest = hashlib.sha256(source.encode()).hexdigest()[:16]
        world = sandbox.ImmutableSandboxedEnvironment(
            undefined=jinja.StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        try:
            self._template = world.from_string(source)
            self._names = need("jinja2.meta").find_undeclared_variables(world.parse(source))
        except jinja.TemplateError as error:
            raise BadParameter(f"prompt template {name!r}: {error}") from error
        known = _SEEN if sees is None else sees
        if unknown := sorted(self._names - set(known)):
            raise BadParameter(
                f"prompt template {name!r} names {', '.join(unknown)}; it sees "
                f"{', '.join(sorted(known))}"
            )

    def render(
        self, observation: Observation, clean: Clean, legal: Sequence[str] | None = None
    ) -> str:
        """Return the prompt of an observation. Raises `BadParameter` if the template fails.

        Only what the template names is worked out; `legal` are the labels of the legal moves, clean
        already, where they are known.
        """
        seen = {name: _SEEN[name](observation, clean) for name in self._names}
        if legal is not None:
            seen["legal"] = legal
        return self.fill(seen)

    def fill(self, told: Mapping[str, Any]) -> str:
        """Return the text with what is told in it. Raises `BadParameter` if the template fails."""
        try:
            return str(self._template.render(told)).strip()
        except need("jinja2").TemplateError as error:
            raise BadParameter(f"prompt template {self.name!r}: {error}") from error


def shipped_file(name: str) -> list[str]:
    """Return the path of a shipped template by its name; nothing for any other."""
    file = _SHIPPED / f"{name}.jinja"
    return [str(file)] if name and file.is_file() else []


def template_file(name: str) -> Path:
    """Return the file of a template: a shipped one by its name, else a path.

    Raises `BadParameter` if there is none.
    """
    shipped = {file.stem: file for file in sorted(_SHIPPED.glob("*.jinja"))}
    file = shipped.get(name) or Path(name).expanduser()
    if not file.is_file():
        raise BadParameter(f"prompt template {name!r} is no file and none of {', '.join(shipped)}")
    return file


def read_template(name: str, sees: Collection[str] | None = None) -> Template:
    """Return a template by the name of a shipped one, or by path; `sees` as in `Template`.

    Raises `BadParameter`.
    """
    return Template(template_file(name).read_text(encoding="utf-8"), name, sees)


def template_of(given: str, brought: str | None) -> Template:
    """Return the template given by name or path, else the text that a model brings, else `board`.

    Raises `BadParameter`.
    """
    if given or brought is None:
        return read_template(given or "board")
    return Template(brought, "of the model")


class Prompter:
    """Makes prompts for one tokenizer: cleaned by it, in its chat template where it has one.

    Without a tokenizer (for a server, which has its own) prompts are the bare text.
    """

    def __init__(self, template: Template, tokenizer: Any = None) -> None:
        self.template, self.tokenizer = template, tokenizer

    @cached_property
    def clean(self) -> Cleaner:
        """What text from outside goes through."""
        if self.tokenizer is None:
            return Cleaner()
        added = self.tokenizer.added_tokens_decoder.values()
        special = [str(token) for token in added if token.special]
        return Cleaner([*self.tokenizer.all_special_tokens, *special])

    def prompt(self, observation: Observation, legal: Sequence[str] | None = None) -> str:
        """Return what the model is asked for this observation; `legal` as in `Template.render`."""
        return self.chat([{"role": "user", "content": self.words(observation, legal)}])

    def words(self, observation: Observation, legal: Sequence[str] | None = None) -> str:
        """Return the rendered template alone."""
        return self.template.render(observation, self.clean, legal)

    def chat(self, messages: list[dict[str, str]]) -> str:
        """Return messages ({"role", "content"}) as the model reads them, its answer to follow."""
        if getattr(self.tokenizer, "chat_template", None):
            text = self.tokenizer.apply_chat_template(
                messages, tokenize=False, add_generation_prompt=True
            )
            return str(text)
        return "\n\n".join(message["content"] for message in messages)


def continuation(prompt: str, reply: str) -> str:
    """Return a reply as it follows a prompt: after a space, unless the prompt ends in one."""
    return f" {reply}" if prompt and not prompt[-1].isspace() else reply


def labels_of(observation: Observation, clean: Clean) -> tuple[list[Any], list[str]]:
    """Return the legal actions and their labels; none of both where any text is a move."""
    actions = list(observation.legal or ())
    return actions, [clean(observation.label(action)) for action in actions]


def _history(observation: Observation, clean: Clean) -> list[Line]:
    return [Line(seat, clean(text), seat == observation.seat) for seat, text in observation.history]


_SEEN: dict[str, Callable[[Observation, Clean], Any]] = {
    "game": lambda observation, _: observation.spec.name,
    "seat": lambda observation, _: observation.seat,
    "seats": lambda observation, _: len(observation.spec.seats),
    "turn": lambda observation, _: observation.turn,
    "rules": lambda observation, clean: clean(observation.rules),
    "board": lambda observation, clean: clean(observation.text),
    "legal": lambda observation, clean: labels_of(observation, clean)[1],
    "history": _history,
    "words": lambda observation, _: observation.legal is None,
}
"""What a template may see."""
