"""Nobody is let in by another name, and nothing changes but from a page of the site."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.datastructures import Headers

from arena.web.safety import Guard, same_origin
from arena.web.site import Options

OWN = [
    "localhost",
    "localhost:8642",
    "127.0.0.1",
    "127.0.0.1:1",
    "[::1]",
    "[::1]:65535",
    "LOCALHOST",
]
FOREIGN = [
    "evil.example", "evil.example:8642", "localhost.evil.example", "127.0.0.1.evil.example",
    "127.0.0.2", "[::2]", "::1", "", "localhost:x", "localhost:8642:1", "localhost/", "a@localhost",
    "localhost evil.example", "127.0.0.1:8642@evil.example", "0.0.0.0", "[::1", "localhost:123456",
]  # fmt: skip


@pytest.mark.parametrize("host", OWN)
def test_own_names_are_taken_with_any_port(client, host):
    assert client.get("/static/arena.css", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", FOREIGN)
def test_no_other_name_is_taken(client, host):
    assert client.get("/static/arena.css", headers={"host": host}).status_code == 400


@settings(deadline=None, max_examples=200)
@given(st.text(st.characters(codec="latin-1"), max_size=40))
def test_whatever_a_host_header_holds_it_is_refused_or_our_own(host):
    scope = {
        "type": "http", "method": "GET", "path": "/", "query_string": b"",
        "headers": [(b"host", host.encode("latin-1"))],
    }  # fmt: skip
    refused = Guard(None, Options()).refusal(scope)
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    own = name.lower() in ("localhost", "127.0.0.1", "[::1]") and not host.endswith(":")
    assert own or refused is not None


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "http://localhost:8642"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"origin": "http://localhost:8642"}, True),
        ({"origin": "http://localhost:8643"}, False),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({}, False),
    ],
)
def test_changes_come_from_the_same_origin(client, headers, allowed):
    assert same_origin(Headers({"host": "localhost:8642", **headers})) is allowed
    answer = client.post("/api/no-such-thing", headers=headers)
    assert (answer.status_code == 403) is not allowed


def test_a_reading_site_changes_nothing(browse):
    reader = browse(Options(read_only=True))
    assert reader.get("/").status_code == 200
    answer = reader.post("/api/tournaments", headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 403 and "read-only" in answer.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"])
def test_other_methods_are_not_for_pages(client, method):
    assert client.request(method, "/").status_code == 405


@pytest.mark.parametrize("path", ["/", "/api/home", "/static/arena.css", "/nope", "/api/nope"])
def test_every_answer_keeps_the_browser_strict(client, path):
    headers = client.get(path).headers
    policy = dict(
        part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";")
    )
    assert policy["script-src"] == "'self'" and policy["default-src"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


def test_a_token_is_shown_once_and_then_kept_as_a_cookie(browse):
    other = browse(Options(token="s3cret"), "http://example.org")
    assert other.get("/").status_code == 401
    assert other.get("/?token=wrong").status_code == 401
    assert other.get("/", headers={"authorization": "Bearer s3cret"}).status_code == 200
    first = other.get("/matches?token=s3cret&agent=random", follow_redirects=False)
    assert (first.status_code, first.headers["location"]) == (303, "/matches?agent=random")
    assert "HttpOnly" in first.headers["set-cookie"]
    assert "samesite=strict" in first.headers["set-cookie"].lower()
    assert other.get("/matches").status_code == 200


def test_the_token_never_leads_to_another_site(browse):
    other = browse(Options(token="s3cret"), "http://example.org")
    moved = other.get("//evil.example/?token=s3cret", follow_redirects=False)
    assert not moved.headers.get("location", "/").startswith("//")


def test_a_long_body_is_refused(client):
    ours = {"sec-fetch-site": "same-origin"}
    assert (
        client.post("/api/tournaments", content=b"x" * 1_000_001, headers=ours).status_code == 413
    )


@pytest.mark.parametrize(
    "path",
    ["/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static//etc/passwd"],
)
def test_no_path_reaches_the_file_system(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/static/arena.css", "/api/home", "/matches/1000000000"])
def test_what_can_be_got_tells_its_headers_alone_too(client, path):
    whole, bare = client.get(path), client.head(path)
    assert bare.status_code == whole.status_code == 200
    assert bare.content == b"" and whole.content
    same = ("content-type", "content-length", "content-security-policy")
    assert [bare.headers[name] for name in same] == [whole.headers[name] for name in same]
    assert client.head("/nope").status_code == 404
    assert client.head("/api/tournaments/1/events").status_code == 405
