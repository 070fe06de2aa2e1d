"""What the tests of feeds share: reading bytes as a feed, and small feeds to begin from."""

from __future__ import annotations

import json
from typing import Any

from directory.listings.importing import Plan, Wishes, commit, plan
from directory.listings.known import Known
from directory.listings.needs import load_needs
from directory.listings.reading.feed import Feed
from directory.listings.reading.opening import read_files
from directory.listings.template import read_columns
from directory.store.store import Store
from geo.home import data_dir

NEEDS = load_needs(data_dir())
COLUMNS = read_columns(data_dir())
KNOWN = Known(
    NEEDS.codes,
    frozenset(("step_free", "accessible_toilet")),
    {"district": frozenset(("E14000560",)), "authority": frozenset(("E08000025",))},
    {"01213031111": "the switchboard"},
    lambda postcode: postcode in ("B152TT", "B11BB"),
    lambda postcode: ["B15 2TT"] if postcode == "BI52TT" else [],
)
ORGANISATION = {
    "id": "11111111-1111-4111-8111-111111111111",
    "name": "Example Families",
    "description": "Helps.",
}


def service(number: int = 1, **members: Any) -> dict[str, Any]:
    """One service of the standard, its organisation inside it."""
    return {
        "id": f"22222222-2222-4222-8222-{number:012}",
        "name": f"Service {number}",
        "status": "active",
        "organization": ORGANISATION,
    } | members


def page(*services: dict[str, Any]) -> bytes:
    """An envelope of the standard."""
    return json.dumps({"total_items": len(services), "contents": list(services)}).encode()


def read(raw: bytes | dict[str, bytes], name: str = "services.json", source: str = "city") -> Feed:
    """A feed read from bytes."""
    return read_files(raw if isinstance(raw, dict) else {name: raw}, name, source, COLUMNS, NEEDS)


def planned(feed: Feed, store: Store | None = None, source: str = "city", **wanted: Any) -> Plan:
    """A plan against what `KNOWN` knows."""
    return plan(feed, store, source, needs=NEEDS, known=KNOWN, columns=COLUMNS, wishes=Wishes(**wanted))


def imported(store: Store, raw: bytes | dict[str, bytes], name: str = "services.json", **wanted: Any) -> Plan:
    """Import bytes and give the plan that was carried out."""
    made = planned(read(raw, name), store, **wanted)
    assert not made.refused, (made.refused, made.feed.findings.ordered()[:5])
    commit(made, store, "data steward", "a test")
    return made


def found(feed: Feed, severity: str = "", kind: str = "") -> list[str]:
    """The places of findings."""
    return [
        one.place for one in feed.findings.kept if severity in ("", one.severity) and kind in ("", one.kind)
    ]
