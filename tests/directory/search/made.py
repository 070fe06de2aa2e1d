"""A small directory of made-up listings in a real store, and ways to change it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path

from directory.store.records import Change, State
from directory.store.standard import Content
from directory.store.store import Store

WORDS = (
    "family",
    "parents",
    "baby",
    "anxiety",
    "sleep",
    "housing",
    "debt",
    "autism",
    "play",
    "school",
    "mentor",
)


def made_id(name: str) -> str:
    """An id that is the same each time."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.made.example"))


def organization(number: int, name: str | None = None) -> Content:
    return {
        "id": made_id(f"organization {number}"),
        "name": name or f"Charity {number}",
        "description": "A made-up charity.",
    }


def service(number: int, name: str | None = None, text: str = "") -> Content:
    words = [WORDS[(number * step) % len(WORDS)] for step in (1, 3, 7)]
    return {
        "id": made_id(f"service {number}"),
        "organization_id": made_id(f"organization {number % 5}"),
        "name": name or f"{words[0].title()} group {number}",
        "description": text or f"Help with {words[1]} and {words[2]} for families.",
        "status": "active",
    }


def write(store: Store, *contents: Content, state: State = "published", kind: str = "service") -> int:
    """Write records as one change set on top of what is there. Gives the revision."""
    changes = []
    for content in contents:
        latest = store.latest(content["id"])
        changes.append(
            Change(kind, content["id"], state, content, base=latest.number if latest else None)  # type: ignore[arg-type]
        )
    return store.write(changes, by="data steward", reason="A test").revision


def filled(path: Path, services: int = 60) -> Store:
    """A store of five organisations and as many services as asked for."""
    store = Store.open(f"sqlite:///{path}")
    write(store, *(organization(number) for number in range(5)), kind="organization")
    write(store, *(service(number) for number in range(services)))
    return store


def found(generation: object, word: str) -> Sequence[str]:
    """The ids of the services that hold a word, as it is after analysis."""
    from directory.search.text import Group

    index = generation.index  # type: ignore[attr-defined]
    return [index.ids[number] for number in index.match([Group(((word, 1.0),))]).numbers]
