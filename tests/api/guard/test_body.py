"""No address reads more of a body than it needs, however it is sent."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.testclient import TestClient

from api.guard.gate import LARGEST_BODY
from tests.api.guard.routes import addresses

PIECE = 1024
FOR_BULK = "/api/v1/postcodes"
MOST_ELSEWHERE = 1 << 14


async def read_until_told(app: Any, path: str, headers: list[tuple[bytes, bytes]]) -> tuple[int, bytes, int]:
    """Send an endless body as a server passes it on: status, body of the answer, and bytes that were read."""
    sent, status, told = 0, 0, b""

    async def receive() -> dict[str, Any]:
        nonlocal sent
        assert sent < 8 * LARGEST_BODY, "it would be read for ever"
        sent += PIECE
        return {"type": "http.request", "body": b"x" * PIECE, "more_body": True}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status, told
        status = message.get("status", status)
        told += message.get("body", b"")

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 80),
    }
    await app(scope, receive, send)
    return status, told, sent


def test_a_body_that_does_not_end_is_refused_in_words_while_it_comes(own_app: Any, whole: TestClient) -> None:
    posts = [one for one in addresses(own_app, whole) if one.method == "POST"]
    assert len(posts) >= 10
    for one in posts:
        kind = b"application/json" if one.json is not None else b"application/x-www-form-urlencoded"
        headers = [(b"content-type", kind), (b"sec-fetch-site", b"same-origin"), (b"host", b"127.0.0.1")]
        status, told, sent = asyncio.run(read_until_told(own_app, one.path, headers))
        assert status == 413, one.path
        if one.json is not None:
            assert b'"body_too_large"' in told and b"kB at the most" in told
        else:
            assert b"That was too long" in told, one.path
        assert sent <= (LARGEST_BODY if one.pattern == FOR_BULK else MOST_ELSEWHERE) + 2 * PIECE, one.path


def test_a_body_that_says_it_is_too_long_is_not_read_at_all(own_app: Any, whole: TestClient) -> None:
    for path, kind in (("/postcode", b"application/x-www-form-urlencoded"), (FOR_BULK, b"application/json")):
        headers = [(b"content-type", kind), (b"sec-fetch-site", b"same-origin"), (b"host", b"127.0.0.1")]
        headers.append((b"content-length", b"%d" % (LARGEST_BODY + 1)))
        status, _told, sent = asyncio.run(read_until_told(own_app, path, headers))
        assert (status, sent) == (413, 0)
