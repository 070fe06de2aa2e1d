"""The headers of every answer: what a browser may do with it, how long it may keep it, and its name."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.types import Scope

from api.guard.identity import HEADER
from api.guard.keeping import may_be_kept, rule_of

Header = tuple[bytes, bytes]

_ALWAYS: list[Header] = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"geolocation=(), camera=(), microphone=()"),
]
_CSP = b"content-security-policy"
_NOTHING: Header = (_CSP, b"default-src 'none'; frame-ancestors 'none'")
_CACHE = b"cache-control"


class Seal:
    """Adds to each answer what it lacks.

    An answer that says nothing of scripts may run none, and one that says nothing of keeping is kept as
    `api.guard.keeping` has it, by default not at all: what a new address forgets is the safe thing.
    """

    def __init__(self, hsts: int, patterns: Mapping[int, str]) -> None:
        """`hsts`: seconds for which a browser that came by HTTPS is to come by it alone; 0 for nothing.

        `patterns`: the address pattern of an endpoint by its id.
        """
        self._patterns = patterns
        told = [(b"strict-transport-security", b"max-age=%d" % hsts)] if hsts else []
        self._sealed = {  # by whether it came by HTTPS, and whether it says itself what scripts may run
            (safe, has_csp): [*_ALWAYS, *(told if safe else []), *([] if has_csp else [_NOTHING])]
            for safe in (False, True)
            for has_csp in (False, True)
        }

    def headers(self, scope: Scope, status: int, given: list[Header], name: str) -> list[Header]:
        """The headers of an answer; `given` are those that it has, in small letters."""
        if 300 <= status < 400:
            given = [_at_home(header) for header in given]
        has_csp = has_cache = False
        for header, _value in given:
            if header == _CSP:
                has_csp = True
            elif header == _CACHE:
                has_cache = True
        headers = [*given, (HEADER, name.encode()), *self._sealed[scope.get("scheme") == "https", has_csp]]
        if not has_cache:
            rule = rule_of(self._patterns.get(id(scope.get("endpoint")), ""))
            headers.append((_CACHE, may_be_kept(scope["method"], status, rule).encode()))
        return headers


def _at_home(header: Header) -> Header:
    """A redirect without the host, which was taken from the request: it would lead wherever that says."""
    name, value = header
    if name != b"location" or b"://" not in value:
        return header
    parts = urlsplit(value)
    path = b"/" + parts.path.lstrip(b"/")
    return name, path + (b"?" + parts.query if parts.query else b"")
