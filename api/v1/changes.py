"""What has changed of what is published, for caches and partners: as JSON, and the newest as Atom."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from api.directory_state import DirectoryState
from api.problems import ProblemError
from api.reply import ATOM, json_reply, reply
from api.v1.parameters import read_query
from directory.store.records import Logged

if TYPE_CHECKING:
    from directory.store.store import Store

LIMIT, MOST = 100, 1000
NEWEST = 50  # entries of the Atom feed
_SPACE = "http://www.w3.org/2005/Atom"
_WORDS = {"added": "Added", "changed": "Changed", "retired": "Withdrawn"}
_KINDS = {
    "organization": "organisation",
    "location": "place",
    "service": "service",
    "taxonomy": "list of terms",
}
# What XML 1.0 cannot hold at all, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Changes:
    """The addresses of what has changed."""

    def __init__(self, directory: DirectoryState) -> None:
        self.directory = directory
        self._held: tuple[int, list[Logged]] = (-1, [])

    def page(self, request: Request) -> Response:
        """`GET /api/v1/changes?since=&limit=`."""
        values = read_query(request.scope["query_string"], ("since", "limit"))
        since = _since(values.get("since") or "0")
        limit = _limit(values.get("limit") or str(LIMIT))
        store = self.directory.store()
        with self.directory.telling():
            revision = store.revision()
            told = store.log(since, limit)
        reached = told[-1].revision if told else since
        facts: dict[str, Any] = {
            "since": since,
            "revision": revision,
            "changes": [change(one) for one in told],
            # A revision is never cut, so that it can be applied whole.
            "more": reached < revision and bool(told) and len(told) >= limit,
            "next": reached,
        }
        return json_reply(request, facts)

    def atom(self, request: Request) -> Response:
        """`GET /api/v1/changes.atom`: the newest changes."""
        read_query(request.scope["query_string"], ())
        store = self.directory.store()
        with self.directory.telling():
            newest = self._newest(store)
            names = {one.id: _name(store, one) for one in newest}
        body = atom_feed(newest, names, str(request.base_url).rstrip("/"))
        return reply(request, body, media_type=ATOM)

    def newest(self, limit: int) -> list[dict[str, Any]]:
        """The newest changes, newest first, each with the `name` it has or had."""
        store = self.directory.store()
        with self.directory.telling():
            found = self._newest(store)[:limit]
            return [change(one) | {"name": _name(store, one)} for one in found]

    def _newest(self, store: Store) -> list[Logged]:
        """Read backwards: the last revision may have changed everything, or nothing that is published."""
        revision = store.revision()
        if self._held[0] != revision:
            back, found = 1, store.log(max(0, revision - 1), MOST)
            while len(found) < NEWEST and back < revision:
                back *= 4
                found = store.log(max(0, revision - back), 1_000_000)
            self._held = revision, found[: -NEWEST - 1 : -1]
        return self._held[1]


def change(one: Logged) -> dict[str, Any]:
    """One change as the API tells it."""
    facts: dict[str, Any] = {
        "revision": one.revision,
        "kind": one.kind,
        "id": one.id,
        "what": one.what,
        "at": one.at.isoformat(timespec="milliseconds"),
    }
    if one.redirect_to:
        facts["redirect_to"] = one.redirect_to
    address = address_of(one.kind, one.id)
    if address and one.what != "retired":
        facts["url"] = address
    return facts


def address_of(kind: str, number: str) -> str:
    """Where a record of that kind is answered for; "" for a kind that is only ever part of others."""
    rooms = {
        "service": "/api/v1/services/",
        "organization": "/api/v1/organizations/",
        "taxonomy": "/oruk/v3/taxonomies/",
    }
    return rooms[kind] + number if kind in rooms else ""


def atom_feed(newest: list[Logged], names: Mapping[str, str], base: str) -> bytes:
    """The changes, newest first, as an Atom feed (RFC 4287). `base` is the address of this server."""
    import xml.etree.ElementTree as ET

    ET.register_namespace("", _SPACE)
    feed = ET.Element(f"{{{_SPACE}}}feed")

    def add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
        element = ET.SubElement(parent, f"{{{_SPACE}}}{tag}", attributes)
        element.text = _NOT_XML.sub("", text) or None
        return element

    add(feed, "id", "urn:earlyhelp:changes")
    add(feed, "title", "Early Help Finder: changes to the directory")
    add(feed, "updated", newest[0].at.isoformat() if newest else "1970-01-01T00:00:00+00:00")
    add(feed, "link", rel="self", type=ATOM, href=f"{base}/api/v1/changes.atom")
    add(add(feed, "author"), "name", "Early Help Finder")
    for one in newest:
        entry = add(feed, "entry")
        add(entry, "id", f"urn:earlyhelp:change:{one.revision}:{one.id}")
        add(entry, "title", f"{_WORDS[one.what]}: {names.get(one.id) or one.id}")
        add(entry, "updated", one.at.isoformat())
        told = f"/api/v1/changes?since={one.revision - 1}"
        if one.what != "retired" or one.redirect_to:
            told = address_of(one.kind, one.redirect_to or one.id) or told
        add(entry, "link", rel="alternate", href=base + told)
        merged = f" It was merged into {one.redirect_to}." if one.redirect_to else ""
        add(entry, "summary", f"The {_KINDS[one.kind]} was {one.what} in revision {one.revision}.{merged}")
        add(entry, "category", term=one.what)
    body: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return body


def _name(store: Store, one: Logged) -> str:
    """The name as it was last published: that of a later draft is nobody's business yet."""
    version = store.published(one.id)
    if version is None:
        version = next((v for v in reversed(store.history(one.id)) if v.state == "published"), None)
    return str(version.content.get("name", "")) if version else ""


def _since(written: str) -> int:
    if not re.fullmatch(r"[0-9]{1,15}", written):
        raise ProblemError("bad_parameter", "since must be a revision, such as 17.", parameter="since")
    return int(written)


def _limit(written: str) -> int:
    number = int(written) if re.fullmatch(r"[0-9]{1,6}", written) else 0
    if not 1 <= number <= MOST:
        raise ProblemError(
            "bad_parameter", f"limit must be a whole number from 1 to {MOST}.", parameter="limit"
        )
    return number
