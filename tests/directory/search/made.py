"""A small directory of made-up listings in a real store, and ways to change it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from directory.search.generation import Generation
from directory.search.text import Group
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


def filled(where: Path | str, services: int = 60) -> Store:
    """A store, in a file or at an address, of five organisations and as many services as asked for."""
    store = Store.open(f"sqlite:///{where}" if isinstance(where, Path) else where)
    write(store, *(organization(number) for number in range(5)), kind="organization")
    write(store, *(service(number) for number in range(services)))
    return store


def alike(one: Generation, other: Generation) -> None:
    """Assert that both answer alike: same listings, same numbers, same scores to the bit, same columns."""
    assert one.revision == other.revision
    assert list(one.index.ids) == list(other.index.ids)
    assert list(one.index.vocabulary()) == list(other.index.vocabulary())
    for token, _ in one.index.vocabulary():
        here, there = (each.index.match([Group(((token, 1.0),))]) for each in (one, other))
        assert np.array_equal(here.numbers, there.numbers)
        assert np.array_equal(here.scores, there.scores)
    for identity in one.index.ids:
        assert one.published.service(identity) == other.published.service(identity)
    assert one.columns.ids == other.columns.ids and one.columns.written == other.columns.written


def found(generation: Generation, word: str) -> Sequence[str]:
    """The ids of the services that hold a word, as it is after analysis."""
    index = generation.index
    return [index.ids[number] for number in index.match([Group(((word, 1.0),))]).numbers]
