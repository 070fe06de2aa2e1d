"""Files served as they are: our own and vendored assets, and the maps that a build has drawn.

Text is compressed once and kept; an address with the file's own digest (`?v=`) may be kept by browsers for a
year, any other is asked for again and answered with 304 where nothing has changed.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

STATIC = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".html": "text/html; charset=utf-8",
}
_PLAIN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*){0,4}")


@lru_cache(maxsize=256)
def _digest(file: Path, changed: int, size: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]


@lru_cache(maxsize=64)
def _packed(file: Path, changed: int, size: int, coding: str) -> bytes:
    return squeeze(file.read_bytes(), coding, thorough=True)


def digest(file: Path) -> str:
    """The start of the file's SHA-256 in hexadecimal; worked out again only when the file has changed."""
    state = file.stat()
    return _digest(file, state.st_mtime_ns, state.st_size)


def address(name: str) -> str:
    """The address of one of our own assets, with its digest."""
    return f"/static/{name}?v={digest(STATIC / name)}"


def coding_for(request: Request) -> str:
    """The content coding to answer with: `br`, `gzip` or none ("")."""
    wanted = {
        part.partition(";")[0].strip().lower()
        for part in request.headers.get("accept-encoding", "").split(",")
    }
    return next((coding for coding in ("br", "gzip") if coding in wanted), "")


def squeeze(body: bytes, coding: str, *, thorough: bool = False) -> bytes:
    """The body in a content coding; `thorough` for files, which are squeezed once and served often.

    A page is squeezed for every request, at levels after which a few bytes fewer cost much more time.
    """
    if coding == "br":
        import brotli

        packed: bytes = brotli.compress(body, quality=9 if thorough else 4)
        return packed
    if coding == "gzip":
        packer = zlib.compressobj(9 if thorough else 4, zlib.DEFLATED, 31)
        return packer.compress(body) + packer.flush()
    return body


def file_response(
    request: Request, root: Path, name: str, headers: dict[str, str] | None = None
) -> Response | None:
    """The file `name` inside `root`, or None when there is none that may be served."""
    if not _PLAIN.fullmatch(name) or ".." in name:
        return None
    file = root / name
    kind = TYPES.get(file.suffix)
    try:
        if kind is None or not file.is_file():
            return None
        state = file.stat()
        mark = _digest(file, state.st_mtime_ns, state.st_size)
        coding = "" if file.suffix == ".png" else coding_for(request)
        told = {
            "ETag": f'"{mark}{"-" + coding if coding else ""}"',
            "Cache-Control": "public, max-age=31536000, immutable"
            if request.query_params.get("v") == mark
            else "no-cache",
            "Vary": "Accept-Encoding",
            **(headers or {}),
        }
        if told["ETag"] in (tag.strip() for tag in request.headers.get("if-none-match", "").split(",")):
            return Response(status_code=304, headers=told)
        body = _packed(file, state.st_mtime_ns, state.st_size, coding) if coding else file.read_bytes()
    except OSError:
        return None
    if coding:
        told["Content-Encoding"] = coding
    return Response(body, headers=told, media_type=kind)
