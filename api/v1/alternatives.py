"""What stands in place of a service that was withdrawn: others for the same needs and ages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.directory_state import Current

if TYPE_CHECKING:
    from directory.store.standard import Content

Facts = dict[str, Any]
SHOWN = 3
_LOOKED_AT = 60  # results of a search for any of its needs; the best few are shown
_OLDEST = 90.0  # years; where no greatest age is stated


def alternatives(current: Current, last: Content) -> Facts:
    """Published services like one whose last published content is given.

    {needs: [{code, name}], services: [cards of a search], organization: {id, name} or None}. The services are
    for at least one of its needs and for some of its ages, most needs in common first; `organization` is the
    one that ran it, where that is still published.
    """
    from directory.search.filters import Asked

    needs = {
        code: need.name for code in last.get("needs", ()) if (need := current.needs.get(code)) is not None
    }
    services: list[Facts] = []
    if needs:
        # One need at a time: a search for several asks for services that have them all.
        found: dict[str, Facts] = {}
        for code in needs:
            answer = current.finder.find(Asked(needs=frozenset((code,)), per_page=_LOOKED_AT))
            found |= {one["id"]: one for one in answer["results"]}
        fitting = [
            one for one in found.values() if _same_ages(last, current.published.record(one["id"]) or {})
        ]
        fitting.sort(key=lambda one: -sum(need["code"] in needs for need in one["needs"]))
        services = fitting[:SHOWN]
    runs = str(last.get("organization_id") or "")
    held = current.published.record(runs) if current.published.kind(runs) == "organization" else None
    return {
        "needs": [{"code": code, "name": name} for code, name in needs.items()],
        "services": services,
        "organization": {"id": runs, "name": str(held.get("name", ""))} if held is not None else None,
    }


def _same_ages(one: Content, other: Content) -> bool:
    """Whether some age is in the spans of both; ages that are not stated leave it open."""
    low, high = _span(one)
    least, most = _span(other)
    return low <= most and least <= high


def _span(service: Content) -> tuple[float, float]:
    low, high = service.get("minimum_age"), service.get("maximum_age")
    return (
        float(low) if isinstance(low, int | float) and low > 0 else 0.0,
        float(high) if isinstance(high, int | float) and high >= 0 else _OLDEST,
    )
