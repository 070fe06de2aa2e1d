"""The filters of a search as they stand on the page: what can be chosen, how many services each has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from api.pages.question import Question
from api.pages.site import Facts
from api.pages.words import first_up

# The names of the filters in the order of the page: field, words above it, how it is chosen, its facet.
_GROUPS = (
    ("age", "Age of the child", "select", ""),
    ("level", "Level of need", "radios", "level"),
    ("need", "Need", "checkboxes", "need"),
    ("area", "Where it serves", "select", "district"),
    ("route", "Who can ask", "radios", "route"),
    ("language", "Language", "select", "language"),
    ("accessibility", "Access", "checkboxes", "accessibility"),
)
_TICKS = (
    ("open_now", "Open now", "open_now"),
    ("free", "Free", "cost"),
    ("room", "Has room, or does not say", "capacity"),
)
NEEDS_SHOWN = 8  # at first; the others stand under "More needs"
WIDEST_LAYER = 100  # a layer of more areas (census areas) is too long for a list to choose from
# The bands of the facet `age_band` with the ages, in years, that can be chosen in each.
BANDS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("unborn", "Before birth", ("unborn",)),
    ("0-4", "Under 5", tuple(str(age) for age in range(5))),
    ("5-10", "5 to 10", tuple(str(age) for age in range(5, 11))),
    ("11-15", "11 to 15", tuple(str(age) for age in range(11, 16))),
    ("16-17", "16 and 17", ("16", "17")),
    ("18-25", "18 to 25", tuple(str(age) for age in range(18, 26))),
)


def age_words(age: str) -> str:
    """An age of the form in words: "before birth", "under 1", "14"."""
    return {"unborn": "before birth", "0": "under 1"}.get(age, age)


def groups(question: Question, found: Facts, layers: Sequence[Facts], needs: Sequence[Facts]) -> list[Facts]:
    """Every filter with its items: value, words, count (None: not counted) and whether it is on."""
    facets: Mapping[str, list[Facts]] = found.get("facets") or {}
    names = {str(need["code"]): str(need["name"]) for need in needs}
    made: list[Facts] = []
    for name, legend, kind, facet in _GROUPS:
        items: list[Facts] = []
        if name not in ("age", "area"):
            items = _items(facets.get(facet) or [], _chosen(question, name), names if name == "need" else {})
        group: Facts = {"name": name, "legend": legend, "kind": kind, "items": items, "sets": []}
        if name == "area":
            group["sets"] = _areas(question.area, facets.get("district") or [], layers)
        if name == "age":
            group["sets"] = _bands(question.age, facets.get("age_band") or [])
        if name == "need":
            group["items"], group["more"] = _first_needs(items)
        if items or group["sets"]:
            made.append(group)
    return made


def ticks(question: Question, found: Facts) -> list[Facts]:
    """The filters that are on or off."""
    facets: Mapping[str, list[Facts]] = found.get("facets") or {}
    counts = {
        "open_now": _count(facets, "open_now", "open_now"),
        "cost": _count(facets, "cost", "free"),
        "capacity": _count(facets, "capacity", "room"),
    }
    return [
        {"name": name, "text": text, "count": counts[facet], "on": bool(getattr(question, name))}
        for name, text, facet in _TICKS
    ]


def chosen(
    question: Question, found: Facts, layers: Sequence[Facts], needs: Sequence[Facts]
) -> list[tuple[str, str, Question]]:
    """What is filtered by: the filter's name, its words, and the question without it."""
    facets: Mapping[str, list[Facts]] = found.get("facets") or {}

    def named(facet: str, code: str) -> str:
        return next((str(one["name"]) for one in facets.get(facet) or [] if one["code"] == code), code)

    need_names = {str(need["code"]): str(need["name"]) for need in needs}
    first = replace(question, page=1)
    rows: list[tuple[str, str, Question]] = []
    if question.age:
        rows.append(("Age", age_words(question.age), replace(first, age="")))
    if question.level:
        rows.append(("Level of need", named("level", question.level), replace(first, level="")))
    for code in question.needs:
        rest = tuple(one for one in question.needs if one != code)
        rows.append(("Need", need_names.get(code) or named("need", code), replace(first, needs=rest)))
    if question.area:
        rows.append(("Serves", area_name(question.area, layers), replace(first, area="")))
    if question.route:
        rows.append(("Who can ask", named("route", question.route), replace(first, route="")))
    if question.language:
        rows.append(("Language", named("language", question.language), replace(first, language="")))
    for code in question.accessibility:
        rest = tuple(one for one in question.accessibility if one != code)
        rows.append(("Access", named("accessibility", code), replace(first, accessibility=rest)))
    for name, text, _facet in _TICKS:
        if getattr(question, name):
            off: dict[str, Any] = {name: False}
            rows.append(("Only", text[:1].lower() + text[1:], replace(first, **off)))
    return rows


def area_name(area: str, layers: Sequence[Facts]) -> str:
    """The name of an area such as `district:E14000560`, or the code itself where no layer has it."""
    layer, _, code = area.partition(":")
    for one in layers:
        if one["layer"] == layer:
            for each in one["areas"]:
                if each["code"] == code:
                    return f"{each['name']} ({one['title'][:1].lower()}{one['title'][1:]})"
    return code


def known(question: Question, layers: Sequence[Facts], needs: Sequence[Facts]) -> Question:
    """The question without areas and needs that there are none of: old bookmarks still find something."""
    codes = {need["code"] for need in needs} if question.needs else set()
    layer, _, code = question.area.partition(":")
    there = any(one["layer"] == layer and any(a["code"] == code for a in one["areas"]) for one in layers)
    return replace(
        question,
        needs=tuple(code for code in question.needs if code in codes),
        area=question.area if there else "",
    )


def _bands(age: str, counted: Sequence[Facts]) -> list[Facts]:
    """The ages in the bands of the facet, each band with how many services are for somebody in it."""
    counts = {one["code"]: int(one["count"]) for one in counted}
    made: list[Facts] = []
    for code, title, ages in BANDS:
        count = counts.get(code, 0)
        items = [
            {"value": one, "text": first_up(age_words(one)), "count": None, "on": one == age} for one in ages
        ]
        words = f"{title}: {count} service{'' if count == 1 else 's'}"
        made.append({"title": words, "items": items, "still": not any(item["on"] for item in items)})
    return made


def _chosen(question: Question, name: str) -> tuple[str, ...]:
    value = question.needs if name == "need" else getattr(question, name)
    return value if isinstance(value, tuple) else ((value,) if value else ())


def _items(facet: Sequence[Facts], on: tuple[str, ...], names: Mapping[str, str]) -> list[Facts]:
    """The values of a facet that some service has; what is chosen is there even when none has it."""
    found = [
        {"value": one["code"], "text": one["name"], "count": one["count"], "on": one["code"] in on}
        for one in facet
        if one["count"] or one["code"] in on
    ]
    there = {one["value"] for one in found}
    found += [{"value": c, "text": names.get(c, c), "count": 0, "on": True} for c in on if c not in there]
    return found


def _first_needs(items: list[Facts]) -> tuple[list[Facts], list[Facts]]:
    ordered = sorted(items, key=lambda one: (not one["on"], -(one["count"] or 0)))
    shown = max(NEEDS_SHOWN, sum(1 for one in items if one["on"]))
    return ordered[:shown], sorted(ordered[shown:], key=lambda one: str(one["text"]).lower())


def _areas(area: str, districts: Sequence[Facts], layers: Sequence[Facts]) -> list[Facts]:
    """Sets of areas to choose from, one a layer; districts first and with how many services serve each.

    The items of a set are `still` where they are the same for everybody: none is counted or chosen.
    """
    counts = {one["code"]: one["count"] for one in districts}
    return [
        {
            "title": layer["title"] + (" (illustrative)" if layer["status"] == "illustrative" else ""),
            "still": layer["layer"] != "district" and area.partition(":")[0] != layer["layer"],
            "items": [
                {
                    "value": f"{layer['layer']}:{each['code']}",
                    "text": each["name"],
                    "count": counts.get(each["code"]) if layer["layer"] == "district" else None,
                    "on": area == f"{layer['layer']}:{each['code']}",
                }
                for each in layer["areas"]
            ],
        }
        for layer in layers
        if len(layer["areas"]) <= WIDEST_LAYER
    ]


def _count(facets: Mapping[str, list[Facts]], facet: str, code: str) -> int:
    return next((int(one["count"]) for one in facets.get(facet) or [] if one["code"] == code), 0)
