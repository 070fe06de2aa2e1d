"""The proof told to a person, and as JSON."""

from __future__ import annotations

import datetime as dt
from typing import Any

from directory.routing.london import iso, local
from directory.routing.proof import Gap, Proof

_SHOWN = 12  # gaps of each chain in the text; the JSON has all of them


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
        gaps = [gap for gap in proof.gaps if gap.chain == chain]
        if gaps:
            lines += ["", title, *(line for gap in gaps[:_SHOWN] for line in _gap_lines(gap))]
            if len(gaps) > _SHOWN:
                lines.append(f"  and {len(gaps) - _SHOWN:,} more such times (--json lists them all)")
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


def _gap_lines(gap: Gap) -> list[str]:
    where = ""
    if gap.chain == "teams":
        example = " + ".join(code for _, code in gap.example) or "no team"
        where = f", in {gap.combinations:,} combinations such as {example}"
    first = (
        f"  {_moment(gap.start)} to {_moment(gap.end)}, for a caller who is {_caller(gap.audience)}{where}"
    )
    return [first, *(f"    {line}" for line in gap.beside)]


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
