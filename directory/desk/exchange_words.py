"""What a feed's check and an import say on a terminal. Names and values are data and cannot steer it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

import click

from directory.listings.cleaning import printable
from directory.listings.importing import WHATS, Entry, Plan
from directory.listings.reading.feed import KINDS, SEVERITIES, Finding, Findings, shortened

_COLOURS = {"fault": "red", "warning": "yellow", "note": "cyan"}
_MARKS = {"new": ("+", "green"), "changed": ("~", "yellow"), "retire": ("-", "red"), "kept": ("!", "magenta"),
          "skipped": ("x", "red")}  # fmt: skip
_SAID = {
    "new": "new", "changed": "changed", "unchanged": "unchanged", "retire": "would retire",
    "kept": "kept as here", "skipped": "skipped",
}  # fmt: skip

_PLACES = 5  # of one problem, named beside the first


def sum_text(counts: Mapping[str, int]) -> str:
    """How many services, organisations and places, in words."""
    words = (("service", "service"), ("organization", "organisation"), ("location", "place"))
    services, publishers, places = (
        f"{counts.get(kind, 0):,} {word}{'' if counts.get(kind, 0) == 1 else 's'}" for kind, word in words
    )
    return f"{services} of {publishers} at {places}."


def findings_text(found: Findings, at_most: int) -> list[str]:
    """Counts of everything by kind, then the first findings with place, value and fix."""
    total = sum(found.counts.values())
    if not total:
        return ["No findings."]
    lines = []
    for severity in SEVERITIES:
        counts = {kind: found.counts[severity, kind] for kind in KINDS if found.counts[severity, kind]}
        if counts:
            word = severity if found.total(severity) == 1 else f"{severity}s"
            lines.append(click.style(f"{found.total(severity):,} {word}", fg=_COLOURS[severity], bold=True))
            lines += [f"  {count:>6,}  {KINDS[kind]}" for kind, count in counts.items()]
    shown = _alike(found.ordered())
    if shown[:at_most]:
        lines.append("")
    for one, *others in shown[:at_most]:
        value = f" ({one.value})" if one.value else ""
        lines.append(
            f"{click.style(one.severity, fg=_COLOURS[one.severity])} {one.place}{value}: "
            f"{printable(one.message)} {printable(one.fix)}".rstrip()
        )
        if others:
            places = ", ".join(other.place for other in others[:_PLACES])
            more = f" and {len(others) - _PLACES:,} more" if len(others) > _PLACES else ""
            lines.append(f"    the same at: {places}{more}")
    left = total - sum(map(len, shown[:at_most]))
    if left:
        lines.append(f"… and {left:,} more (--at-most shows them).")
    return lines


def _alike(found: Iterable[Finding]) -> list[list[Finding]]:
    """Findings that say the same of one value together, in the order of the first of each.

    A feed that gives one id to all its entries has one problem, not hundreds that hide the others.
    """
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for one in found:
        said = "" if one.kind == "repeated" else one.message
        key = (one.severity, one.kind, one.member, one.value, one.record, said)
        groups.setdefault(key if one.value else (*key, one.place), []).append(one)
    return list(groups.values())


def plan_text(plan: Plan, at_most: int) -> list[str]:
    """Counts, then each record that changes with its members: green what comes, red what goes."""
    counts = plan.counts()
    said = ", ".join(f"{counts[what]:,} {_SAID[what]}" for what in WHATS if counts[what])
    lines = [f"{plan.feed.format}, source {plan.source}: {said or 'nothing'}."]
    entries = [one for one in plan.entries if one.what != "unchanged"]
    for one in entries[:at_most]:
        lines += _entry_text(one)
    if len(entries) > at_most:
        lines.append(f"… and {len(entries) - at_most:,} more records (--at-most shows them).")
    return lines


def _entry_text(one: Entry) -> Iterable[str]:
    mark, colour = _MARKS[one.what]
    kind = {"organization": "organisation", "location": "place"}.get(one.kind, one.kind)
    why = f"  {printable(one.why)}" if one.why else ""
    yield click.style(f"{mark} {kind} {printable(one.name)[:80]} ({one.id})", fg=colour) + why
    if one.what not in ("changed", "kept"):
        return
    for change in one.differences:
        yield f"    {printable(change.path)}"
        if change.old is not None:
            yield click.style(f"      - {shortened(_plain(change.old), 160)}", fg="red")
        if change.new is not None:
            yield click.style(f"      + {shortened(_plain(change.new), 160)}", fg="green")


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def plan_json(plan: Plan, at_most: int) -> dict[str, Any]:
    """The plan for a program: every record that is not unchanged, with its differences."""
    return {
        "source": plan.source,
        "where": plan.feed.where,
        "format": plan.feed.format,
        "counts": plan.counts(),
        "records": [dataclasses.asdict(one) for one in plan.entries if one.what != "unchanged"],
        "findings": plan.feed.findings.as_json(at_most),
        "refused": plan.refused,
    }
