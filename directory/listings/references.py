"""Whether what a feed's records refer to is there, in the feed or in the directory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from directory.listings.needs import Needs
from directory.listings.reading.feed import Candidate, Feed
from directory.store.records import Version
from directory.store.standard import ENTITIES, walk


def resolve(feed: Feed, here: Mapping[str, Version], needs: Needs | None) -> None:
    """Report references to nothing. Those that a record can do without are left out of it."""
    there = {one.id: one.kind for one in feed.candidates}
    there |= {number: one.kind for number, one in here.items() if one.state != "retired"}
    terms = {
        term.get("id")
        for content in (
            *(one.content for one in feed.candidates if one.kind == "taxonomy"),
            *(one.content for one in here.values() if one.kind == "taxonomy"),
        )
        for term in content.get("taxonomy_terms", ())
        if isinstance(term, Mapping)
    }
    for one in feed.candidates:
        _fixed_references(feed, one, there, terms, needs)
        _attributes(feed, one, one.content, "$", terms, needs)


def _fixed_references(
    feed: Feed, one: Candidate, there: Mapping[str, Any], terms: set[Any], needs: Needs | None
) -> None:
    for entity, path, members in walk(one.kind, one.content):
        if entity.name == "attribute":
            continue
        for field in entity.fields:
            value = members.get(field.name)
            if field.sort != "ref" or not isinstance(value, str):
                continue
            if field.refers == "taxonomy_term":
                known = value in terms or (needs is not None and needs.term(value) is not None)
            else:
                known = there.get(value) == field.refers
            if known:
                continue
            words = field.refers.replace("_", " ").replace("organization", "organisation")
            told = f"names the {words} {value}, which is neither in the feed nor in the directory"
            severity = "fault" if field.required else "warning"
            if not field.required and isinstance(members, dict):
                del members[field.name]
                told += "; left out"
            feed.findings.add(
                "fault" if severity == "fault" else "warning", "reference", one.where(f"{path}.{field.name}"),
                f"{told}.", f"Add the {words}, or correct the id.", member=field.name, value=value,
                record=one.id,
            )  # fmt: skip


def _attributes(
    feed: Feed, one: Candidate, content: Any, path: str, terms: set[Any], needs: Needs | None
) -> None:
    """Attributes of a term that nobody knows say nothing; they are left out, wherever they stand."""
    if not isinstance(content, dict):
        return
    held = content.get("attributes")
    if isinstance(held, list):
        kept = []
        for index, attribute in enumerate(held):
            term = attribute.get("taxonomy_term_id") if isinstance(attribute, Mapping) else None
            if term in terms or (
                needs is not None and isinstance(term, str) and needs.term(term) is not None
            ):
                kept.append(attribute)
                continue
            feed.findings.add(
                "warning", "reference", one.where(f"{path}.attributes[{index}]"),
                "this attribute has a taxonomy term that is not known; left out.",
                "Give the term inside the attribute, or its taxonomy in the feed.", member="taxonomy_term_id",
                value=term, record=one.id,
            )  # fmt: skip
        if kept:
            content["attributes"] = kept
        else:
            del content["attributes"]
    for name, inner in content.items():
        if name != "attributes" and isinstance(inner, list):
            for index, each in enumerate(inner):
                _attributes(feed, one, each, f"{path}.{name}[{index}]", terms, needs)


def faulty_with_followers(feed: Feed, here: Mapping[str, Version]) -> dict[str, str]:
    """The records that cannot be imported, each with why: those with faults, and those that need one of
    them which is not in the directory yet."""
    skipped = dict.fromkeys(
        (one.id for one in feed.candidates if one.id in feed.findings.faulty), "has faults."
    )
    there = {number for number, one in here.items() if one.state != "retired"}
    while True:
        there_now = there | {one.id for one in feed.candidates if one.id not in skipped}
        more = {
            one.id: "needs a record that has faults."
            for one in feed.candidates
            if one.id not in skipped and not _needed(one) <= there_now
        }
        if not more:
            return skipped
        skipped |= more


def _needed(one: Candidate) -> set[str]:
    return {
        members[field.name]
        for entity, _path, members in walk(one.kind, one.content)
        for field in ENTITIES[entity.name].fields
        if field.sort == "ref" and field.required and field.refers != "taxonomy_term"
        if isinstance(members.get(field.name), str)
    }
