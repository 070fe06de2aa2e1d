"""Lists and differences of schools as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Facts = dict[str, Any]
_MOST = 40  # of one kind of change; --json has all


def difference_text(facts: Facts) -> str:
    """What a list would change, or has changed."""
    told, changes = facts["list"], facts["difference"]
    lines = [f"List of {told['edition']}: {told['schools']} open schools{_incomplete(told)}."]
    if "rows" in facts:
        lines.append(f"{facts['rows']:,} rows read, {facts['not_open']:,} of schools that are not open.")
        left = ", ".join(f"{count} {kind}" for kind, count in sorted(facts["left_out"].items()))
        if left:
            lines.append(f"Left out as no schools: {left}.")
    lines += _part("New", (_line(one) for one in changes["new"]))
    lines += _part("No longer open", (f"{_line(one)}: {one['now']}" for one in changes["closed"]))
    lines += _part("Renamed", (f"{_line(one)}, was: {one['before']}" for one in changes["renamed"]))
    lines += _part("Moved", (f"{_line(one)}, was: {one['before'] or 'none'}" for one in changes["moved"]))
    lines += _part("Changed", (f"{_line(one)}: {', '.join(one['members'])}" for one in changes["other"]))
    if not any(changes.values()):
        lines.append("No school differs from the list in use.")
    lines += _part("To look at", facts.get("notes", ()))
    if facts["committed"]:
        lines.append("It is in use now. A running server takes it up by itself.")
    else:
        lines.append('Nothing was changed. To do it: --commit --reason "…" --by "data steward"')
    return "\n".join(lines)


def list_text(facts: Facts) -> str:
    """Schools, a line each, under their groups."""
    lines = [f"{len(facts['schools'])} schools. {list_words(facts['list'])}"]
    groups: dict[str, list[Facts]] = {}
    for one in facts["schools"]:
        groups.setdefault(one["group"], []).append(one)
    for title, schools in groups.items():
        lines += _part(title, map(_placed_line, schools))
    return "\n".join(lines)


def school_text(facts: Facts) -> str:
    """One school."""
    one = facts["school"]
    team = one["family_support_team"]
    lines = [
        f"{one['name']} ({one['urn']})",
        f"{one['type'] or 'Kind not known'}, {one['status']}{_ages(one)}",
        f"{one['postcode'] or 'No postcode'}{'  ' + one['telephone'] if one['telephone'] else ''}",
    ]
    if team:
        lines.append(f"Family support team: {team['name']} ({team['code']}), {team['status']}")
    if one["stands_in"]:
        lines.append(f"It stands in {one['stands_in']}, not in Birmingham.")
    lines += [
        f"  {layer}: {area['name']} ({area['code']})"
        + "".join(f"; {near['name']} begins {near['metres']} m away" for near in area["near"])
        for layer, area in one["areas"].items()
    ]
    return "\n".join([*lines, list_words(facts["list"])])


def list_words(told: Facts) -> str:
    """What must be said of a list, in a sentence or two."""
    when = f"{'about ' if told['about'] else ''}{told['edition']}"
    return f"From the register of {when}{_incomplete(told)}. Schools change: check before you rely on it."


def _incomplete(told: Facts) -> str:
    return "" if told["complete"] else "; the list is not complete"


def _ages(one: Facts) -> str:
    return f", ages {one['ages']['words']}" if one["ages"]["words"] else ""


def _line(one: Facts) -> str:
    return f"{one['urn']} {one['name']} ({one['postcode'] or 'no postcode'})"


def _placed_line(one: Facts) -> str:
    team = one["family_support_team"]
    where = team["name"] if team else one["stands_in"] or "no area known"
    return f"{one['urn']} {one['name']}, {one['postcode'] or 'no postcode'}{_ages(one)}: {where}"


def _part(title: str, lines: Iterable[str]) -> list[str]:
    told = list(lines)
    if not told:
        return []
    shown = [f"  {line}" for line in told[:_MOST]]
    more = [f"  and {len(told) - _MOST} more: see --json"] if len(told) > _MOST else []
    return [f"{title}: {len(told)}", *shown, *more]
