"""How an answer leaves: its ETag, its content coding, and streams that are never held whole."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.pages.assets import coding_for, squeeze
from api.problems import NO_STORE, ProblemError, problem

JSON, NDJSON, ATOM = "application/json", "application/x-ndjson", "application/atom+xml"
KEPT = "private, max-age=60"  # what the directory says may change with any publish
_WORTH_SQUEEZING = 1024  # bytes; below it the coding costs more than it saves
_CHUNK = 1 << 16
# Any site's script may read what is public here: there is no cookie and no key to misuse.
OPEN_TO_ALL = {"access-control-allow-origin": "*"}

Handler = Callable[[Request], Response]


def seal_of(*parts: object) -> str:
    """An ETag's text for what an answer was made from."""
    written = "\x1f".join(map(str, parts)).encode("utf-8", "replace")
    return hashlib.blake2b(written, digest_size=12).hexdigest()


def reply(
    request: Request,
    body: bytes,
    *,
    seal: str = "",
    cache: str = KEPT,
    media_type: str = JSON,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The body, squeezed where the client can read that; 304 where it has it already.

    `seal` is the text of a strong ETag, worked out from the body where it is empty. An answer that is
    `no-store` has none.
    """
    coding = coding_for(request) if len(body) >= _WORTH_SQUEEZING else ""
    told = {"cache-control": cache, "vary": "accept-encoding"} | dict(headers or {})
    if cache != NO_STORE:
        mark = seal or hashlib.blake2b(body, digest_size=12).hexdigest()
        told["etag"] = f'"{mark}{"-" + coding if coding else ""}"'
        if has_already(request, mark):
            return Response(status_code=304, headers=told)
    if coding:
        body = squeeze(body, coding)
        told["content-encoding"] = coding
    return Response(body, headers=told, media_type=media_type)


def has_already(request: Request, seal: str) -> bool:
    """Whether the client says that it holds this answer, in whatever coding."""
    held = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    return "*" in held or any(f'"{seal}{ending}"' in held for ending in ("", "-br", "-gzip"))


def json_reply(request: Request, facts: Any, **more: Any) -> Response:
    """`reply` for facts that are to be written as JSON."""
    return reply(request, orjson.dumps(facts), **more)


def lines_reply(
    request: Request, lines: Iterable[bytes], *, seal: str, headers: Mapping[str, str] | None = None
) -> Response:
    """One JSON document a line, sent as they are read: the whole is never in memory. No seal, no ETag."""
    coding = coding_for(request)
    told = {"cache-control": KEPT if seal else NO_STORE, "vary": "accept-encoding"} | dict(headers or {})
    if seal:
        told["etag"] = f'"{seal}{"-" + coding if coding else ""}"'
        if has_already(request, seal):
            return Response(status_code=304, headers=told)
    if coding:
        told["content-encoding"] = coding
    return StreamingResponse(_gathered(lines, coding), headers=told, media_type=NDJSON)


def _gathered(lines: Iterable[bytes], coding: str) -> Iterator[bytes]:
    squeezed, end = _packer(coding)
    held = bytearray()
    for line in lines:
        held += line
        held += b"\n"
        if len(held) >= _CHUNK:
            yield squeezed(bytes(held))
            held.clear()
    yield squeezed(bytes(held)) + end()


def _packer(coding: str) -> tuple[Callable[[bytes], bytes], Callable[[], bytes]]:
    """What squeezes a part of a stream, and what ends it."""
    if coding == "br":
        import brotli

        packer = brotli.Compressor(quality=4)
        return packer.process, packer.finish
    if coding == "gzip":
        zipper = zlib.compressobj(6, zlib.DEFLATED, 31)
        return zipper.compress, zipper.flush
    return (lambda part: part), (lambda: b"")


class Endpoint:
    """A plain function over a request as an endpoint: run in a thread, its problems told with its headers.

    `open_to_all` lets the scripts of any site read the answer, errors included.
    """

    def __init__(self, handler: Handler, *, open_to_all: bool = False) -> None:
        self.handler, self.open_to_all = handler, open_to_all

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        try:
            response = await run_in_threadpool(self.handler, request)
        except ProblemError as error:
            response = error.response()
        if self.open_to_all:
            response.headers.update(OPEN_TO_ALL)
        return response


async def preflight(_request: Request) -> Response:
    """The answer to a browser that asks whether a script of another site may send its request."""
    return Response(
        status_code=204,
        headers=OPEN_TO_ALL
        | {
            "access-control-allow-methods": "GET, HEAD, OPTIONS",
            "access-control-allow-headers": "accept, content-type, if-none-match",
            "access-control-max-age": "86400",
        },
    )


def gone(number: str) -> Response:
    """The problem for a listing that was published once and has been withdrawn."""
    return problem("gone", "This listing has been withdrawn. /api/v1/changes says when.", id=number)
