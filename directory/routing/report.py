"""The proof told to a person, and as JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from directory.routing.london import iso, local
from directory.routing.proof import Gap, Proof

_SHOWN = 12  # kinds of gap shown for each chain; the JSON has every gap


def proof_text(proof: Proof) -> str:
    """The proof in plain sentences, findings first."""
    lines: list[str] = []
    for layer, code in proof.without_contact:
        lines.append(f"No contact: team {code} of {layer}. Add a row for it to {layer}.csv.")
    lines += proof.forbidden
    for chain, title in (
        ("front door", "CASS and the Emergency Duty Team leave these times uncovered:"),
        ("teams", "Nobody accountable or sourced answers at these times:"),
    ):
        groups = _alike([gap for gap in proof.gaps if gap.chain == chain])
        if groups:
            lines += ["", title, *(line for group in groups[:_SHOWN] for line in _group_lines(group))]
            if len(groups) > _SHOWN:
                lines.append(f"  and {len(groups) - _SHOWN:,} more kinds of gap (--json lists every one)")
    if lines:
        lines.append("")
    lines += _counts(proof)
    if proof.holds:
        lines.append("No dead end: somebody who may be relied on answers in every case.")
    else:
        lines.append("This contact list must not be published as it is.")
    return "\n".join(lines).lstrip("\n")


def _counts(proof: Proof) -> list[str]:
    first, last = local(proof.start), local(proof.end - 1)
    nights = ", ".join(_day(local(change)) for change in proof.clock_changes) or "none"
    return [
        f"{_day(first)} to {_day(last)}: {proof.quarters:,} quarter-hours (clock changes within: {nights}).",
        f"{proof.combinations:,} combinations of areas, for professionals and the public: "
        f"{proof.cases:,} cases, {proof.failing_cases:,} without an answer.",
        f"CASS and the Emergency Duty Team by themselves: {proof.front_door_cases:,} cases, "
        f"{proof.front_door_failing:,} without an answer.",
        f"{proof.contacts:,} contacts, {len(proof.forbidden) or 'none'} of them forbidden; {proof.teams:,} "
        f"teams, {len(proof.without_contact) or 'none'} without a contact.",
        f"Took {proof.seconds:.1f} seconds.",
    ]


def _day(moment: dt.datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


def _moment(instant: int) -> str:
    return f"{local(instant):%a %d %b %Y %H:%M %Z}"


def _alike(gaps: Sequence[Gap]) -> list[list[Gap]]:
    """Gaps of the same callers, beside the same contacts and at the same time of day, kept together."""
    groups: dict[tuple[object, ...], list[Gap]] = {}
    for gap in gaps:
        start, end = local(gap.start), local(gap.end)
        key = (gap.audience, gap.beside, start.time(), end.time(), gap.end - gap.start)
        groups.setdefault(key, []).append(gap)
    return list(groups.values())


def _group_lines(group: Sequence[Gap]) -> list[str]:
    first, last = group[0], group[-1]
    text = f"  {_moment(first.start)} to {_moment(first.end)}"
    if len(group) > 1:
        text += f", and {len(group) - 1:,} times more until {_day(local(last.start))}"
    text += f", for a caller who is {_caller(first.audience)}"
    if first.chain == "teams":
        example = " + ".join(code for _, code in first.example) or "no team"
        text += f", in {max(gap.combinations for gap in group):,} combinations such as {example}"
    return [text, *(f"    {line}" for line in first.beside)]


def _caller(audience: str) -> str:
    return "a professional" if audience == "professional" else "a member of the public"


def proof_json(proof: Proof) -> dict[str, Any]:
    """The proof as JSON, with every gap."""
    return {
        "holds": proof.holds,
        "from": iso(proof.start),
        "until": iso(proof.end),
        "clock_changes": [iso(change) for change in proof.clock_changes],
        "combinations": proof.combinations,
        "quarter_hours": proof.quarters,
        "cases": proof.cases,
        "failing_cases": proof.failing_cases,
        "front_door": {"cases": proof.front_door_cases, "failing_cases": proof.front_door_failing},
        "contacts": proof.contacts,
        "teams": proof.teams,
        "without_contact": [{"layer": layer, "code": code} for layer, code in proof.without_contact],
        "forbidden": list(proof.forbidden),
        "gaps": [
            {
                "chain": gap.chain,
                "audience": gap.audience,
                "from": iso(gap.start),
                "until": iso(gap.end),
                "local_from": local(gap.start).isoformat(),
                "local_until": local(gap.end).isoformat(),
                "combinations": gap.combinations,
                "example": [{"layer": layer, "code": code} for layer, code in gap.example],
                "beside": list(gap.beside),
            }
            for gap in proof.gaps
        ],
        "seconds": round(proof.seconds, 3),
    }
