"""A model behind an OpenAI-compatible server: many requests in flight, tried again, at a pace.

What is written of `base_url`, `key`, `requests`, `timeout`, `retries` and `pause` in `chat` is
meant here.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from arena import BadParameter
from arena_llm.missing import need
from arena_llm.talking import Message, Reply

_AGAIN = (408, 409, 425, 429, 500, 502, 503, 504)
_LONGEST = 30.0
"""Seconds to wait between two tries at most."""


class Pace:
    """Lets at most so many things a minute begin, evenly; 0 lets all.

    A thing may weigh more than one (a request of many tokens): the next one waits for that long.
    """

    def __init__(self, a_minute: float) -> None:
        self.gap = 60.0 / a_minute if a_minute > 0 else 0.0
        self.lock, self.next = threading.Lock(), 0.0

    def wait(self, weight: float = 1.0) -> None:
        """Return when the next may begin, and count its weight."""
        if not self.gap:
            return
        with self.lock:
            now = time.monotonic()
            begin = max(now, self.next)
            self.next = begin + weight * self.gap
        time.sleep(max(0.0, begin - now))

    def add(self, weight: float) -> None:
        """Count so much more than was thought, or less where it is below nought."""
        if self.gap:
            with self.lock:
                self.next += weight * self.gap


class Server:
    """Answers conversations. Its key is read from the environment for each request, kept nowhere.

    `requests_a_minute` and `tokens_a_minute` (of prompts and answers, as the server counts them)
    pace what is sent; 0 does not. A request is sent by a guess of its tokens, four characters each
    and an answer of full length, which is put right by what the server says. `prices` are for a
    million tokens read and written.
    """

    def __init__(
        self, base_url: str, model: str, key: str = "OPENAI_API_KEY", requests: int = 16,
        timeout: float = 60.0, retries: int = 4, pause: float = 0.5,
        requests_a_minute: float = 0.0, tokens_a_minute: float = 0.0,
        prices: tuple[float, float] = (0.0, 0.0), who: str = "chat",
    ) -> None:  # fmt: skip
        if not base_url.startswith(("http://", "https://")):
            raise BadParameter(f"{who}: base_url={base_url!r} begins with neither http nor https")
        if requests < 1 or min(retries, pause, requests_a_minute, tokens_a_minute) < 0:
            raise BadParameter(f"{who}: requests is 1 or more, retries, pause and pace 0 or more")
        if timeout <= 0:
            raise BadParameter(f"{who}: timeout is above 0")
        self.url, self.model = base_url.rstrip("/") + "/chat/completions", model
        self.key, self.requests, self.retries, self.pause = key, requests, retries, pause
        self.prices = prices
        self.paces = Pace(requests_a_minute), Pace(tokens_a_minute)
        self.http = need("httpx")
        limits = self.http.Limits(max_connections=requests)
        self.client = self.http.Client(timeout=timeout, limits=limits)

    def ask(
        self, talks: Sequence[list[Message]], temperature: float, tokens: int
    ) -> list[Reply | str]:
        """Return the answer to each conversation, or why there is none after all tries."""
        body = {"model": self.model, "temperature": temperature, "max_tokens": tokens}
        with ThreadPoolExecutor(min(self.requests, max(1, len(talks)))) as pool:
            return [*pool.map(lambda talk: self._tried({**body, "messages": talk}), talks)]

    def _tried(self, body: dict[str, Any]) -> Reply | str:
        begun, why = time.perf_counter(), ""
        for attempt in range(self.retries + 1):
            wait = min(_LONGEST, self.pause * 2**attempt)
            try:
                answer = self._post(body)
                if answer.status_code < 400:
                    return self._read(answer.json(), _guessed(body), time.perf_counter() - begun)
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

    def _post(self, body: dict[str, Any]) -> Any:
        """Send one request, when its time has come."""
        self.paces[0].wait()
        self.paces[1].wait(_guessed(body))
        secret = os.environ.get(self.key)
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        return self.client.post(self.url, json=body, headers=headers)

    def _read(self, told: Any, guessed: float, seconds: float) -> Reply:
        """Return what a completion says."""
        text, usage = str(told["choices"][0]["message"]["content"] or ""), told.get("usage") or {}
        read, tokens = usage.get("prompt_tokens", 0), usage.get("completion_tokens")
        if tokens is not None:
            self.paces[1].add(read + tokens - guessed)
        cost = (read * self.prices[0] + (tokens or 0) * self.prices[1]) / 1e6
        return Reply(text, tokens, None, seconds, cost if any(self.prices) else None)


def _guessed(body: dict[str, Any]) -> float:
    """Return how many tokens a request may come to, its answer among them."""
    return sum(len(said["content"]) for said in body["messages"]) / 4 + float(body["max_tokens"])


def _asked(header: str | None) -> float:
    """Return the seconds that a server asks to wait, at most the longest wait."""
    try:
        return min(_LONGEST, float(header or 0))
    except ValueError:
        return 0.0
