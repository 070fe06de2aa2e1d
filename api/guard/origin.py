"""Whether what was sent to a page came from a page of ours, by what the browser says of it; no cookie needed.

Browsers say `Sec-Fetch-Site` where the connection is safe (HTTPS, or this very machine). On plain HTTP there
is only `Origin`, which is `null` from a page that sends no referrer, as most of ours do. So there are two
kinds of forms. Those that only ask (a postcode, a search, a result) change nothing here: they are refused
when the browser says that they come from elsewhere, and taken when it says nothing. All others must prove
that they come from here, and their page lets its origin through (`same_origin_referrer`). A new form is of
the second kind until it is named here.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.types import Scope

ONLY_ASK = ("/postcode", "/services", "/schools")
ONLY_ASK_BELOW = ("/worried/",)


def only_asks(path: str) -> bool:
    """Whether a form that is sent to this address changes nothing."""
    return path in ONLY_ASK or path.startswith(ONLY_ASK_BELOW)


def from_our_page(scope: Scope) -> bool:
    """Whether a form was sent by a page of this site, or, where it only asks, by nobody else's."""
    said: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in (b"sec-fetch-site", b"origin", b"host"):
            said[name] = value
    lenient = only_asks(scope["path"])
    site = said.get(b"sec-fetch-site")
    if site is not None:
        return site == b"same-origin" or (lenient and site == b"none")
    origin = said.get(b"origin", b"")
    if origin in (b"", b"null"):
        return lenient
    try:
        return urlsplit(origin.decode("latin-1")).netloc == said.get(b"host", b"").decode("latin-1")
    except ValueError:
        return False
