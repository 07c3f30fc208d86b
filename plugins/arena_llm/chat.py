"""`chat`: a model behind an OpenAI-compatible server, many requests in flight."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from arena import BadParameter, Infrastructure, Observation
from arena_llm.missing import need
from arena_llm.prompts import Prompter, read_template
from arena_llm.talking import Message, Reply, Talker

_AGAIN = (408, 409, 425, 429, 500, 502, 503, 504)
_LONGEST = 30.0
"""Seconds to wait between two tries at most."""


class Chat(Talker):
    """Plays by the answers of a server (`base_url`/chat/completions).

    `requests` are in flight at once; each may take `timeout` seconds, and is tried again up to
    `retries` times, after `pause` seconds and twice that each time, or as long as the server asks.
    If it still fails the match is void. The key is read from the environment variable `key` names
    and kept nowhere. `input_price` and `output_price` are per million tokens. An answer that is no
    legal move is told so up to `rethinks` times, then forfeits.
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
        key: str = "OPENAI_API_KEY",
        input_price: float = 0.0,
        output_price: float = 0.0,
    ) -> None:
        if not base_url.startswith(("http://", "https://")):
            raise BadParameter(f"chat: base_url={base_url!r} begins with neither http nor https")
        if min(requests, tokens) < 1 or min(retries, rethinks, pause) < 0 or timeout <= 0:
            raise BadParameter("chat: requests, tokens and timeout are above 0")
        self.url, self.name = base_url.rstrip("/") + "/chat/completions", model
        self.temperature, self.tokens, self.rethinks = temperature, tokens, rethinks
        self.requests, self.retries, self.pause = requests, retries, pause
        self.key, self.prices = key, (input_price, output_price)
        self.prompter = Prompter(read_template(template))
        self.http = need("httpx")
        limits = self.http.Limits(max_connections=requests)
        self.client = self.http.Client(timeout=timeout, limits=limits)
        self.held: dict[str, list[Reply | str]] = {}  # of a batch that is asked again row by row

    def ask(self, talks: Sequence[list[Message]], rows: Sequence[Observation]) -> list[Reply]:
        """Return the server's answers. Raises `Infrastructure` if one cannot be had.

        The batch is then asked again row by row: what was answered is kept until then.
        """
        names = [json.dumps(talk) for talk in talks]
        found: list[Any] = [self.held[n].pop() if self.held.get(n) else None for n in names]
        open_ = [i for i, reply in enumerate(found) if reply is None]
        if open_:
            with ThreadPoolExecutor(min(self.requests, len(open_))) as pool:
                for i, reply in zip(open_, pool.map(self._tried, [talks[i] for i in open_])):
                    found[i] = reply
        failed = [reply for reply in found if isinstance(reply, str)]
        if failed and len(found) > 1:
            for name, reply in zip(names, found):
                self.held.setdefault(name, []).append(reply)
        if failed:
            raise Infrastructure(failed[0])
        return found

    def _tried(self, talk: list[Message]) -> Reply | str:
        """Return the answer to one conversation, or why there is none after all tries."""
        begun, why = time.perf_counter(), ""
        for attempt in range(self.retries + 1):
            wait = min(_LONGEST, self.pause * 2**attempt)
            try:
                answer = self._post(talk)
                if answer.status_code < 400:
                    return self._read(answer.json(), time.perf_counter() - begun)
                why = f"status {answer.status_code}"
                if answer.status_code not in _AGAIN:
                    break
                wait = max(wait, _asked(answer.headers.get("retry-after")))
            except self.http.HTTPError as error:
                why = type(error).__name__
            except (ValueError, KeyError, IndexError, TypeError, AttributeError):
                why = "an answer that is no chat completion"
            if attempt < self.retries:  # waits decide no move: their luck is nobody's
                time.sleep(wait * (0.75 + random.SystemRandom().random() / 4))
        return f"chat: the server at {self.url} failed: {why}"

    def _post(self, talk: list[Message]) -> Any:
        """Send one request."""
        secret = os.environ.get(self.key)
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        body = {
            "model": self.name, "messages": talk, "temperature": self.temperature,
            "max_tokens": self.tokens,
        }  # fmt: skip
        return self.client.post(self.url, json=body, headers=headers)

    def _read(self, told: Any, seconds: float) -> Reply:
        """Return what a completion says."""
        text, usage = str(told["choices"][0]["message"]["content"] or ""), told.get("usage") or {}
        tokens = usage.get("completion_tokens")
        spent = zip((usage.get("prompt_tokens", 0), tokens or 0), self.prices)
        cost = sum(count * price for count, price in spent) / 1e6
        return Reply(text, tokens, None, seconds, cost if any(self.prices) else None)


def _asked(header: str | None) -> float:
    """Return the seconds that a server asks to wait, at most the longest wait."""
    try:
        return min(_LONGEST, float(header or 0))
    except ValueError:
        return 0.0
