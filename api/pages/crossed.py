"""What lies across an area, as its page shows it: teams with contact, pictures of pieces, words for both."""

from __future__ import annotations

from typing import Any

from api.pages import drawing
from api.pages.site import Facts, Site
from api.pages.words import first_up, listed, lower_first, percent, plural
from api.problems import ProblemError

LOOKS = 6  # tints with patterns in parts/pieces.html
DISTRICT = "district"


def sides(site: Site, area: Facts) -> list[Facts]:
    """The districts and team layers that lie across an area, each with its areas and its picture.

    In the order of the layers, but the districts first. `areas` are those of the facts, with a `look` (a tint
    with a pattern, by number) and, for teams, the `contact` to use now. `drawing` is None where no build has
    drawn these generations.
    """
    shown = [one for one in area.get("overlaps") or [] if one["kind"] == "team" or one["layer"] == DISTRICT]
    pictures = drawing.pieces_of(site.var_dir, area["layer"], area["code"], area["generation"])
    found = []
    for one in shown:
        areas = [
            {**part, "look": n % LOOKS, "contact": contact_now(part.get("contacts") or [])}
            for n, part in enumerate(one["areas"])
        ]
        title = lower_first(one["title"])
        side = {**one, "areas": areas, "noun": title, "nouns": plural(title, 2)}
        side["counted"] = f"{len(areas)} {plural(title, len(areas))}"
        side["drawing"] = drawing.cut_picture(pictures, side, place_of(area))
        found.append(side)
    return sorted(found, key=lambda side: side["layer"] != DISTRICT)


def contact_now(contacts: list[Facts]) -> Facts | None:
    """Of a team's contacts the one to use now: an open one before a closed one, then as they come."""
    return min(contacts, key=lambda contact: not contact["open"], default=None)


def place_of(area: Facts) -> str:
    """An area as it is spoken of: "Edgbaston district", "Harborne (ward since 2018)"."""
    if area["layer"] == DISTRICT:
        return f"{area['name']} district"
    return f"{area['name']} ({lower_first(area['title'])})"


def first_words(area: Facts, across: list[Facts]) -> list[str]:
    """The sentences that answer "who runs early help here?" before anything else."""
    teams = [side for side in across if side["kind"] == "team" and side["areas"]]
    if not teams and area["kind"] != "team":
        return []
    past = not area["in_force"]
    words = []
    if area["kind"] == "team":
        words += _where(area, across, past)
    if teams:
        counted = listed(side["counted"] for side in teams)
        subject = "The same families" if area["kind"] == "team" else f"Families in {place_of(area)}"
        also = " also" if area["kind"] == "team" else ""
        verb = "had" if past else "have"
        words.append(f"{subject}{also} {verb} {counted}.")
        words.append(_combined(int(area["combinations"]["count"]), past))
    return words


def _where(area: Facts, across: list[Facts], past: bool) -> list[str]:
    districts: list[Facts] = next((side["areas"] for side in across if side["layer"] == DISTRICT), [])
    if not districts:
        return []
    shares = listed(f"{one['name']} ({percent(one['share'])} of its postcodes)" for one in districts)
    verb = "worked" if past else "works"
    if len(districts) == 1:
        return [f"{area['name']} {verb} in one district, {districts[0]['name']}."]
    return [f"{area['name']} {verb} in {len(districts)} districts: {shares}."]


def _combined(count: int, past: bool) -> str:
    if count == 1:
        return f"They {'were' if past else 'are'} the same for every home."
    verb = "depended" if past else "depends"
    there = "were" if past else "are"
    return f"Which of them {verb} on the street: there {there} {count} different combinations."


def services_here(site: Site, area: Facts) -> Facts | None:
    """How many services serve an area, and the needs they answer by group; None where none can be told."""
    if not area["in_force"]:
        return None
    try:
        found = site.directory.find({"layer": area["layer"], "area": area["code"], "per_page": "1"})
        groups = {need["code"]: need["group"] for need in site.directory.needs()}
    except ProblemError:
        return None
    if found["not_used"]:
        return None
    by_group: dict[str, list[Any]] = {}
    for need in found["facets"]["need"]:
        by_group.setdefault(groups.get(need["code"]) or "Other", []).append(need)
    return {
        "total": found["total"],
        "groups": [
            {"group": first_up(group), "needs": needs[:NEEDS_SHOWN], "more": len(needs) > NEEDS_SHOWN}
            for group, needs in sorted(by_group.items(), key=lambda item: -max(n["count"] for n in item[1]))
        ],
    }


NEEDS_SHOWN = 4  # of each group, those that most services answer
