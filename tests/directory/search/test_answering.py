"""What is chosen after an outcome, beside what the search itself finds for the same needs and home."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from typing import Any

import orjson
import pytest

from directory.search.answering import Answering
from directory.search.filters import Asked
from directory.search.finder import Finder
from directory.search.reach import CHECK, NO, UNKNOWN, YES, serving_home
from geo.gazetteer import Gazetteer
from geo.sources.reference import Reference
from tests.directory.search.sample import finder, generation, sample_services

LIMIT, ENOUGH = 8, 3
LEVELS = ("universal", "universal_plus", "additional", "complex", None)
MOMENTS = [dt.datetime(2026, 11, day, hour, 5, tzinfo=dt.UTC) for day in (22, 23) for hour in (3, 10, 18)]
LATER = dt.datetime(2031, 6, 2, 11, 0, tzinfo=dt.UTC)  # hours that had an end have run out


@pytest.fixture(scope="module")
def services(gazetteer: Gazetteer, tmp_path_factory: pytest.TempPathFactory) -> Finder:
    folder = tmp_path_factory.mktemp("answering")
    return finder(generation(sample_services(), folder / "index"), gazetteer, folder / "var")


def _every(services: Finder, asked: Asked) -> list[dict[str, Any]]:
    first = services.find(asked)
    rest = (services.find(replace(asked, page=page)) for page in range(2, first["pages"] + 1))
    return [one for found in (first, *rest) for one in found["results"]]


def _best(found: list[dict[str, Any]], needs: frozenset[str]) -> list[dict[str, Any]]:
    """Open ones first, then real ones, then those for more of the needs, and then as they were."""
    opening = {True: 0, None: 1, False: 2}

    def place(one: dict[str, Any]) -> tuple[int, bool, int]:
        answered = sum(need["code"] in needs for need in one["needs"])
        return opening[one["open"]["now"]], one["sample"], -answered

    return sorted(found, key=place)


def test_what_is_chosen_is_what_the_search_finds_open_ones_first(
    services: Finder, reference: Reference
) -> None:
    drawn = random.Random(3)
    codes = [need.code for need in services.analysis.needs.all]
    fewer = 0
    for _draw in range(150):
        needs = frozenset(drawn.sample(codes, drawn.choice((1, 2, 5, 20))))
        level, at = drawn.choice(LEVELS), drawn.choice((*MOMENTS, LATER))
        postcode = drawn.choice(("", drawn.choice(reference.postcodes)))
        home = services.geography.home(postcode, at.date()) if postcode else None
        written = services.open_first(needs, home, at, level=level, limit=LIMIT, enough=ENOUGH)
        chosen = [orjson.loads(one) for one in written]
        asked = Asked(postcode=postcode, needs=needs, at=at, per_page=100)
        wanted = _best(_every(services, replace(asked, level=level)), needs)[:LIMIT]
        if level is not None and len(wanted) < ENOUGH:  # others stand with them
            fewer += 1
            ids = {one["id"] for one in wanted}
            others = _best(_every(services, asked), needs)[:LIMIT]
            wanted = _best([*wanted, *(one for one in others if one["id"] not in ids)], needs)[:LIMIT]
        assert chosen == wanted
    assert fewer > 10


def test_each_listing_is_to_a_home_what_the_search_says(services: Finder, reference: Reference) -> None:
    """Of all listings, for many homes one after another: what one was told is never told of another."""
    answering: Answering = services._answering
    needs = frozenset(need.code for need in services.analysis.needs.all)
    ids, seen = services.columns.ids, set()
    for postcode in (*reference.postcodes[:12_000:30], "B91 3QB", "SW1A 1AA", "B15"):
        home = services.geography.home(postcode, MOMENTS[0].date())
        if not home.known:
            continue
        wanted = serving_home(services.columns, home).tolist()
        assert [answering.serves(number, home) for number in range(services.columns.count)] == wanted
        chosen = services.open_first(needs, home, MOMENTS[0], level=None, limit=len(ids), enough=0)
        told = {one["id"]: one["serves"]["home"] for one in map(orjson.loads, chosen)}
        assert len(told) > 10
        for number, serves in enumerate(wanted):
            if ids[number] in told or serves == NO:
                known = {YES: "yes", CHECK: "unknown", UNKNOWN: "unknown"}.get(serves)
                assert told.get(ids[number]) == known, (postcode, ids[number])
        seen.update(wanted)
    assert seen >= {NO, CHECK, YES}
