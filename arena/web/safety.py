"""Who is let in: nobody by another name, no change from another site, and nothing runs inline.

A page in a browser may be made to ask any server that its machine reaches. So the name by which
this one is called must be its own (a name that points here, "DNS rebinding", is not), and what
changes something must come from a page of this site.
"""

from __future__ import annotations

import hmac
import re
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from arena.web.site import Options

OWN = ("localhost", "127.0.0.1", "[::1]")
"""The names of this machine, with any port."""
COOKIE = "arena_token"
MOST = 1_000_000
"""Bytes of a request's body."""
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?")
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Guard:
    """Stands before an ASGI application, and answers in its stead what it does not let in."""

    def __init__(self, app: ASGIApp, options: Options) -> None:
        self.app, self.options = app, options

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; every answer gets the headers that keep a browser strict.

        HEAD is answered as GET is, but for the body.
        """
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return

        bare = scope["method"] == "HEAD"

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            elif bare and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        refused = self.refusal(scope)
        if refused is not None:
            await refused(scope, receive, sent)
        else:
            if bare and not scope["path"].endswith("/events"):  # which have no end
                scope = {**scope, "method": "GET"}
            await self.app(scope, _limited(receive), sent)

    def refusal(self, scope: Scope) -> Response | None:
        """Return the answer to a request that is not let in, None for one that is."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._known(host):
            return _refused(400, f"no site is called {host!r} here; open it as http://localhost")
        if int(_digits(headers.get("content-length"))) > MOST:
            return _refused(413, f"a request may be {MOST:,} bytes long")
        method = scope["method"]
        if method not in ("GET", "HEAD", "POST"):
            return _refused(405, f"{method} is not for these pages: GET and POST are")
        if self.options.token is not None:
            refused = self._stranger(scope, headers, self.options.token)
            if refused is not None:
                return refused
        if method == "POST":
            if self.options.read_only:
                return _refused(403, "this site is for reading only (--read-only)")
            if not same_origin(headers):
                return _refused(403, "changes must come from a page of this site")
        return None

    def _known(self, host: str) -> bool:
        found = _HOST.fullmatch(host)
        if not found:
            return False
        # Who must show a token cannot be fooled by a name that points here: the browser
        # keeps the token under the name by which it was given.
        return self.options.token is not None or found[1].lower() in (*OWN, *self.options.hosts)

    def _stranger(self, scope: Scope, headers: Headers, token: str) -> Response | None:
        """Return the answer to who does not show the token, or shows it in the address."""
        asked = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = dict(asked).get("token")
        if given is not None and _equal(given, token) and scope["method"] == "GET":
            rest = urlencode([(key, value) for key, value in asked if key != "token"])
            path = "/" + scope["path"].lstrip("/")
            answer = RedirectResponse(path + (f"?{rest}" if rest else ""), 303)
            answer.set_cookie(COOKIE, token, httponly=True, samesite="strict")
            return answer
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        if _equal(bearer, token) or (cookie is not None and _equal(cookie.value, token)):
            return None
        return _refused(401, "open the address with ?token=... that `arena web` printed")


def same_origin(headers: Headers) -> bool:
    """Return whether a request comes from a page of this site, as its browser says."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(headers.get("origin", ""))
    return bool(origin.netloc) and origin.netloc.lower() == headers.get("host", "").lower()


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _digits(text: str | None) -> str:
    return text if text is not None and text.isascii() and text.isdigit() else "0"


def _refused(status: int, why: str) -> PlainTextResponse:
    return PlainTextResponse(f"{why}\n", status)


def _limited(receive: Receive) -> Receive:
    """Return `receive` that breaks off a body that is too long and does not say so."""
    seen = 0

    async def received() -> Any:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MOST:
            return {"type": "http.disconnect"}
        return message

    return received
