"""What the page about the data tells: sources, counts, how exact the data are, and the versions in use.

Every figure is counted from what answers now, or stands in a file that a named command wrote.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

from api.directory_state import DirectoryState
from api.problems import ProblemError
from directory.answer import Answers
from directory.areas import today
from directory.listings.published import Published
from directory.prepared import ATTRIBUTION, versions
from geo.gazetteer import Gazetteer

Facts = dict[str, Any]
OGL = "Open Government Licence v3.0"


def about(answers: Answers, directory: DirectoryState, schools: Facts | None, data: Path) -> Facts:
    """Everything on that page but the questionnaire's version. `schools` is the list of schools in use."""
    gazetteer = answers.gazetteer
    chosen = [gazetteer.generations[i] for i in gazetteer.in_force(today())]
    counts: list[list[Any]] = [
        ["Birmingham postcodes", gazetteer.city_rows],
        ["places on the map where they stand", gazetteer.meta["city_points"]],
        ["postcodes in the rest of the UK, each with its council", gazetteer.outside.rows],
        ["councils", sum(1 for code, _name in gazetteer.authorities if code)],
    ]
    counts += [[g["title"], len(g["areas"])] for g in chosen]
    if schools:
        counts.append(["schools", schools["schools"]])
    listings = listing_counts(directory)
    return {
        "sources": _sources(gazetteer, chosen, schools),
        "counts": counts,
        "contacts": contact_counts(answers),
        "listings": listings,
        "near_district": near_another_district(gazetteer),
        "postcodes": gazetteer.city_rows,
        "accuracy": shape_accuracy(data),
        "versions": versions(gazetteer, answers.routing.version, chosen)
        | {"built": dt.datetime.fromisoformat(gazetteer.meta["built"]).strftime("%Y-%m-%d")}
        | ({"listings": f"revision {listings['revision']}"} if listings else {}),
        "generations": [[g["title"], g["id"], g["status"]] for g in chosen],
        "attribution": ATTRIBUTION,
    }


def _sources(gazetteer: Gazetteer, chosen: list[Facts], schools: Facts | None) -> list[Facts]:
    note = "where postcodes are, whose council each is in, and which there are"
    found = [{"name": gazetteer.meta["source"], "licence": OGL, "note": note}]
    found += [
        {"name": g["title"], "version": g["id"], "licence": OGL, "note": g["source"]}
        for g in chosen
        if g["kind"] == "reference"
    ]
    if schools:
        part = "" if schools["complete"] else "; not all schools of the city"
        found.append(
            {
                "name": schools["source"],
                "version": schools["edition"],
                "licence": schools["licence"],
                "note": f"{schools['schools']} schools{part}",
            }
        )
    return found


@lru_cache(maxsize=2)
def near_another_district(gazetteer: Gazetteer) -> int:
    """How many of the city's postcodes are within 50 m of another district: as `earlyhelp geo info`."""
    district = {n for n, g in enumerate(gazetteer.generations) if g["layer"] == "district"}
    return sum(
        any(packed >> 24 in district for packed in gazetteer.near_packed(row))
        for row in range(gazetteer.city_rows)
    )


def contact_counts(answers: Answers) -> Facts:
    """How many contacts there are, how many of them are made up, and how many have a source and a day."""
    contacts = answers.routing.snapshot.contacts
    sample = sum(bool(one.get("sample")) for one in contacts)
    checked = sum(bool(one.get("checked")) and not one.get("sample") for one in contacts)
    return {"all": len(contacts), "sample": sample, "checked": checked}


def listing_counts(directory: DirectoryState) -> Facts | None:
    """How many services are listed: sample, sourced, overdue. None while there is no directory."""
    try:
        current = directory.current()
    except ProblemError:
        return None
    return _counted(current.published, today())


@lru_cache(maxsize=1)
def _counted(published: Published, on: dt.date) -> Facts:
    found: Counter[str] = Counter(all=0, sample=0, sourced=0, overdue=0)
    for number in published.ids("service"):
        service = published.service(number) or {}
        found["all"] += 1
        found["sample"] += bool(service.get("sample"))
        found["sourced"] += bool(service.get("source")) and not service.get("sample")
        found["overdue"] += bool(service.get("review_by")) and str(service["review_by"]) < on.isoformat()
    return {**found, "organizations": len(published.ids("organization")), "revision": published.revision}


def shape_accuracy(data: Path) -> Facts | None:
    """How far the drawn districts are from the official ones, as `earlyhelp geo accuracy` measured it."""
    try:
        found: Facts = json.loads((data / "accuracy" / "district.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found
