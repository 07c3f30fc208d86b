"""`chat`: a model behind an OpenAI-compatible server, many requests in flight."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from arena import BadParameter, Infrastructure, Observation
from arena_llm.prompts import Prompter, read_template, shipped_file
from arena_llm.server import Server
from arena_llm.talking import Message, Reply, Talker


class Chat(Talker):
    """Plays by the answers of a server (`base_url`/chat/completions).

    `requests` are in flight at once; each may take `timeout` seconds, and is tried again up to
    `retries` times, after `pause` seconds and twice that each time, or as long as the server asks.
    If it still fails the match is void. `requests_a_minute` and `tokens_a_minute` (read and
    written) are not exceeded; 0 is no limit. The key is read from the environment variable `key`
    names and kept nowhere. `input_price` and `output_price` are per million tokens, or
    `price_file` is a JSON file of them, {MODEL: [INPUT, OUTPUT]}. An answer that is no legal move
    is told so up to `rethinks` times, then forfeits.
    """

    files = ("template",)

    def __init__(
        self,
        base_url: str,
        model: str,
        template: str = "board",
        temperature: float = 0.0,
        tokens: int = 64,
        rethinks: int = 1,
        requests: int = 16,
        timeout: float = 60.0,
        retries: int = 4,
        pause: float = 0.5,
        requests_a_minute: float = 0.0,
        tokens_a_minute: float = 0.0,
        key: str = "OPENAI_API_KEY",
        input_price: float = 0.0,
        output_price: float = 0.0,
        price_file: str = "",
    ) -> None:
        if tokens < 1 or rethinks < 0:
            raise BadParameter("chat: tokens is 1 or more, rethinks 0 or more")
        self.temperature, self.tokens, self.rethinks = temperature, tokens, rethinks
        self.prompter = Prompter(read_template(template))
        prices = _table(price_file, model) if price_file else (input_price, output_price)
        self.server = Server(
            base_url, model, key, requests, timeout, retries, pause, requests_a_minute,
            tokens_a_minute, prices,
        )  # fmt: skip
        self.held: dict[str, list[Reply | str]] = {}  # of a batch that is asked again row by row

    @classmethod
    def reads(cls, parameters: Mapping[str, Any]) -> list[str]:
        """Return the file of a shipped template: another prompt is another player."""
        return shipped_file(str(parameters.get("template", "board")))

    def ask(self, talks: Sequence[list[Message]], rows: Sequence[Observation]) -> list[Reply]:
        """Return the server's answers. Raises `Infrastructure` if one cannot be had.

        The batch is then asked again row by row: what was answered is kept until then.
        """
        names = [json.dumps(talk) for talk in talks]
        found: list[Any] = [self.held[n].pop() if self.held.get(n) else None for n in names]
        open_ = [i for i, reply in enumerate(found) if reply is None]
        if open_:
            told = self.server.ask([talks[i] for i in open_], self.temperature, self.tokens)
            for i, reply in zip(open_, told):
                found[i] = reply
        failed = [reply for reply in found if isinstance(reply, str)]
        if failed and len(found) > 1:
            for name, reply in zip(names, found):
                self.held.setdefault(name, []).append(reply)
        if failed:
            raise Infrastructure(failed[0])
        return found


def _table(file: str, model: str) -> tuple[float, float]:
    """Return what a million tokens cost by a file of prices. Raises `BadParameter`."""
    try:
        prices = json.loads(Path(file).expanduser().read_text(encoding="utf-8"))
        read, written = prices[model]
        return float(read), float(written)
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = f"has no {model!r}: [INPUT, OUTPUT]" if isinstance(error, KeyError) else str(error)
        raise BadParameter(f"chat: price_file={file!r} {why}") from error
