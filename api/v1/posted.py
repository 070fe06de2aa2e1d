"""What plain ASGI endpoints share: a body of JSON that was posted, and an answer without Starlette's objects.

Making a request and a response of those costs more than some answers do (docs/adr/0003-hot-path.md).
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from api.problems import ProblemError
from api.v1.parameters import read_query


async def posted_json(scope: Scope, receive: Receive, most: int, what: str) -> bytes:
    """The body of a request that sends `what` as JSON, of at most so many bytes. Raises `ProblemError`."""
    if scope["query_string"]:
        read_query(scope["query_string"], ())
    content_type = Headers(scope=scope).get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise ProblemError("not_json", f"Send {what} as JSON, with Content-Type: application/json.")
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ProblemError("bad_body", "The request ended before its body did.")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > most:
            raise ProblemError("body_too_large", f"The body may hold {most // 1024} kB at the most.")
        chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks)


async def send_answer(
    scope: Scope, send: Send, status: int, body: bytes, media_type: bytes, cache: bytes
) -> None:
    """Send a whole answer; to HEAD without its body."""
    headers = [
        (b"content-type", media_type),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", cache),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
