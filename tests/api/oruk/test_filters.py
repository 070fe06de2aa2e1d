"""Every parameter of the standard's lists against going through everything that is published by hand."""

from __future__ import annotations

import datetime as dt
import json
import math
import urllib.parse
from pathlib import Path
from typing import Any

import pytest
from dateutil.rrule import rrulestr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from directory.areas import today
from directory.listings.published import Published
from directory.search.folders import pointed_at
from geo.gazetteer import Gazetteer

DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
NAMES = ["Monday", "Tue", "we", "THURSDAY", "fri", "SA", "Sunday"]
Row = dict[str, Any]
once = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def published(stocked: Path) -> Published:
    return Published.open(pointed_at(stocked) / "published.bin")


@pytest.fixture(scope="module")
def services(published: Published) -> dict[str, Row]:
    """Every published service with its organisation and places."""
    found = {number: published.service(number) for number in published.ids("service")}
    return {number: one for number, one in found.items() if one is not None}


def ask(client: TestClient, room: str = "services", **parameters: Any) -> set[str]:
    """The ids of all rows that the parameters keep, read page by page."""
    found: set[str] = set()
    page, pages = 1, 1
    while page <= pages:
        told = client.get(f"/oruk/v3/{room}", params={**parameters, "page": page, "per_page": 170})
        assert told.status_code == 200, told.text
        body = told.json()
        assert body["size"] == len(body["contents"]) <= 170
        rows = {one["id"] for one in body["contents"]}
        assert not rows & found
        found |= rows
        pages, page = body["total_pages"], page + 1
    assert len(found) == body["total_items"]
    return found


ages = st.one_of(st.none(), st.sampled_from([-0.5, 0, 0.5, 5, 11, 16, 17.5, 18, 19, 25, 26, 129, 200]))


@once
@given(lowest=ages, highest=ages)
def test_ages_are_kept_by_overlap(
    asking: TestClient, services: dict[str, Row], lowest: float | None, highest: float | None
) -> None:
    if lowest is not None and highest is not None and lowest > highest:
        told = asking.get("/oruk/v3/services", params={"minimum_age": lowest, "maximum_age": highest})
        assert told.status_code == 400
        return

    def fits(one: Row) -> bool:
        low = -0.75 if one.get("unborn") else one.get("minimum_age", 0)
        high = one.get("maximum_age", 130)
        return (lowest is None or high >= lowest) and (highest is None or low <= highest)

    given_ = {k: v for k, v in {"minimum_age": lowest, "maximum_age": highest}.items() if v is not None}
    assert ask(asking, **given_) == {number for number, one in services.items() if fits(one)}


def opened_on(schedule: Row, start: dt.date, days: int) -> list[dt.date]:
    """The days a schedule row opens on, worked out with dateutil from the row's own members."""
    rule = f"FREQ={schedule.get('freq', 'WEEKLY')}"
    for member, part in (("interval", "INTERVAL"), ("byday", "BYDAY"), ("bymonthday", "BYMONTHDAY")):
        if schedule.get(member):
            rule += f";{part}={schedule[member]}"
    first = dt.date.fromisoformat(schedule.get("dtstart") or schedule.get("valid_from") or start.isoformat())
    last = min(
        (dt.date.fromisoformat(schedule[name]) for name in ("valid_to", "until") if schedule.get(name)),
        default=dt.date.max,
    )
    begin = dt.datetime.combine(first, dt.time())
    until = dt.datetime.combine(max(start, first) + dt.timedelta(days=days), dt.time())
    found = rrulestr(rule, dtstart=begin).between(
        dt.datetime.combine(max(start, first), dt.time()), until, inc=True
    )
    return [one.date() for one in found if one.date() <= last]


def minutes(text: str) -> int:
    hours, rest = text.split(":")[:2]
    return int(hours) * 60 + int(rest)


def rows_of(one: Row) -> list[Row]:
    at = one.get("service_at_locations", [])
    rows = one.get("schedules") or [row for place in at for row in place.get("schedules", [])]
    return rows or [row for place in at for row in place.get("location", {}).get("schedules", [])]


def is_open(schedules: list[Row], days: set[int], begins: int, ends: int) -> bool:
    for row in schedules:
        if not row.get("opens_at") or not row.get("closes_at"):
            continue
        opens, closes = minutes(row["opens_at"]), minutes(row["closes_at"])
        spans = [(0, opens, closes)]
        if closes in (0, 1439):
            spans = [(0, opens, 1440)]
        elif closes < opens:
            spans = [(0, opens, 1440), (1, 0, closes)]
        for day in opened_on(row, today(), 400):
            for later, start, end in spans:
                if (not days or (day.weekday() + later) % 7 in days) and start < ends and end > begins:
                    return True
    return False


times = st.one_of(st.none(), st.integers(0, 47).map(lambda half: f"{half // 2:02}:{half % 2 * 30:02}"))


@once
@given(days=st.sets(st.integers(0, 6), max_size=3), start=times, end=times)
def test_day_and_times_keep_what_is_open_then(
    asking: TestClient, services: dict[str, Row], days: set[int], start: str | None, end: str | None
) -> None:
    begins, ends = minutes(start) if start else 0, (minutes(end) or 1440) if end else 1440
    parameters: Row = {"day": ",".join(NAMES[day] for day in sorted(days))}
    parameters |= {"start_time": start} if start else {}
    parameters |= {"end_time": end} if end else {}
    if start and end and begins >= ends:
        assert asking.get("/oruk/v3/services", params=parameters).status_code == 400
        return
    asked = bool(days or start or end)
    expected = {
        number for number, one in services.items() if not asked or is_open(rows_of(one), days, begins, ends)
    }
    assert ask(asking, **parameters) == expected


def test_the_hours_of_a_place_are_its_own_where_it_has_any(
    asking: TestClient, services: dict[str, Row]
) -> None:
    expected = {
        place["id"]
        for one in services.values()
        for place in one.get("service_at_locations", [])
        if is_open(
            place.get("schedules") or one.get("schedules") or place.get("location", {}).get("schedules", []),
            {5},
            0,
            1440,
        )
    }
    assert expected
    assert ask(asking, "service_at_locations", day="saturday") == expected


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """The law of cosines: another way than the product's."""
    one, two = math.radians(a[0]), math.radians(b[0])
    cosine = math.sin(one) * math.sin(two)
    cosine += math.cos(one) * math.cos(two) * math.cos(math.radians(b[1] - a[1]))
    return 6_371_008.8 * math.acos(min(1.0, cosine))


def homes(gazetteer: Gazetteer, postcode: str) -> tuple[tuple[float, float], set[tuple[str, str]]]:
    """Where a postcode is, and every area it lies in or within 50 metres of, from the gazetteer's columns."""
    row = gazetteer.city.row(postcode.replace(" ", ""))
    areas = {("authority", "E08000025")}
    generations = gazetteer.generations
    chosen = set(gazetteer.in_force(today())) | {
        index for index, one in enumerate(generations) if one["kind"] == "reference"
    }
    for index in chosen:
        area = gazetteer.columns[index][row]
        if area < len(generations[index]["areas"]):
            areas.add((generations[index]["layer"], generations[index]["areas"][area][0]))
    for near in gazetteer.near(row):
        if near.generation in chosen:
            generation = generations[near.generation]
            areas.add((generation["layer"], generation["areas"][near.area][0]))
    return (gazetteer.lat[row] / 1e6, gazetteer.lon[row] / 1e6), areas


def serves(one: Row, areas: set[tuple[str, str]]) -> bool:
    named = [area for area in one.get("service_areas", []) if area.get("layer")]
    return not named or any(
        area["layer"] == "country" or (area["layer"], area.get("code")) in areas for area in named
    )


@once
@given(
    row=st.integers(0, 30_000),
    reach=st.one_of(st.none(), st.sampled_from([0, 400, 1500, 4000, 20_000])),
)
def test_a_postcode_keeps_what_serves_it_and_a_proximity_what_is_near(
    asking: TestClient, services: dict[str, Row], gazetteer: Gazetteer, row: int, reach: int | None
) -> None:
    postcode = gazetteer.city.postcode(row % gazetteer.city_rows)
    spot, areas = homes(gazetteer, postcode)

    def near(place: Row) -> bool:
        at = place.get("location", {})
        return "latitude" in at and metres(spot, (at["latitude"], at["longitude"])) <= (reach or 0)

    kept = {number: one for number, one in services.items() if serves(one, areas)}
    places = {
        place["id"]
        for one in kept.values()
        for place in one.get("service_at_locations", [])
        if reach is None or near(place)
    }
    if reach is not None:
        kept = {
            number: one
            for number, one in kept.items()
            if any(near(place) for place in one.get("service_at_locations", []))
        }
    parameters: Row = {"postcode": postcode} | ({"proximity": reach} if reach is not None else {})
    assert ask(asking, **parameters) == set(kept)
    assert ask(asking, "service_at_locations", **parameters) == places


def test_an_answer_for_a_postcode_is_never_stored_or_sealed(asking: TestClient) -> None:
    for room in ("services", "service_at_locations"):
        for more in ({}, {"format": "ndjson"}, {"proximity": "900"}):
            told = asking.get(f"/oruk/v3/{room}", params={"postcode": "B15 2TT", **more})
            assert told.headers["cache-control"] == "no-store"
            assert "etag" not in told.headers


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"postcode": "B15"}, "postcode"),
        ({"postcode": "nonsense"}, "postcode"),
        ({"postcode": "EC1A 1BB", "proximity": "500"}, "proximity"),
        ({"proximity": "500"}, "proximity"),
        ({"proximity": "-1", "postcode": "B15 2TT"}, "proximity"),
        ({"minimum_age": "old"}, "minimum_age"),
        ({"maximum_age": "nan"}, "maximum_age"),
        ({"day": "someday"}, "day"),
        ({"start_time": "25:00"}, "start_time"),
        ({"end_time": "noon"}, "end_time"),
        ({"start_time": "10:00", "end_time": "09:00"}, "start_time"),
        ({"modified_after": "yesterday"}, "modified_after"),
        ({"page": "0"}, "page"),
        ({"page": "x"}, "page"),
        ({"per_page": "0"}, "per_page"),
        ({"per_page": "1001"}, "per_page"),
        ({"per_page": "5", "perPage": "5"}, "perPage"),
        ({"format": "xml"}, "format"),
        ({"minimal": "perhaps"}, "minimal"),
        ({"minimal": "true", "full": "true"}, "minimal"),
        ({"minimum_agee": "5"}, "minimum_agee"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_name(
    asking: TestClient, parameters: dict[str, str], named: str
) -> None:
    told = asking.get("/oruk/v3/services", params=parameters)
    body = told.json()
    assert (told.status_code, body["parameter"]) == (400, named)
    assert told.headers["content-type"] == "application/problem+json"
    assert told.headers["access-control-allow-origin"] == "*"
    assert "EC1A" not in body["detail"] and "nonsense" not in body["detail"]


def test_a_home_in_another_authority_is_offered_what_serves_everybody(
    asking: TestClient, services: dict[str, Row]
) -> None:
    kept = ask(asking, postcode="B91 3QB")
    areas = {("authority", "E08000029")}
    assert kept == {number for number, one in services.items() if serves(one, areas)}
    assert kept < set(services)


def test_organisations_and_terms_are_kept_by_their_ids(
    asking: TestClient, services: dict[str, Row], published: Published
) -> None:
    whole = {number: asking.get(f"/oruk/v3/services/{number}").json() for number in services}
    for number in published.ids("organization")[::9]:
        expected = {one for one, content in services.items() if content["organization_id"] == number}
        assert ask(asking, organization_id=number.upper()) == expected
    terms: dict[str, set[str]] = {}
    taxonomies: dict[str, set[str]] = {}
    for number, one in whole.items():
        for attribute in one.get("attributes", []):
            term = attribute["taxonomy_term"]
            terms.setdefault(term["id"], set()).add(number)
            taxonomies.setdefault(term["taxonomy_id"], set()).add(number)
    assert len(terms) > 60 and len(taxonomies) == 4
    for term in sorted(terms)[::11]:
        assert ask(asking, taxonomy_term_id=term) == terms[term]
    for taxonomy, expected in taxonomies.items():
        assert ask(asking, taxonomy_id=taxonomy) == expected
    two = sorted(terms)[:2]
    assert ask(asking, taxonomy_term_id=",".join(two)) == terms[two[0]] | terms[two[1]]
    known = asking.get("/oruk/v3/taxonomy_terms", params={"per_page": 1000}).json()["contents"]
    assert set(terms) <= {one["id"] for one in known}


def test_modified_after_keeps_what_changed_at_that_moment_or_later(asking: TestClient) -> None:
    rows = asking.get("/oruk/v3/services", params={"per_page": 1000}).json()["contents"]
    moments = sorted({one["last_modified"] for one in rows})
    for moment in (moments[0], moments[-1]):
        expected = {one["id"] for one in rows if one["last_modified"] >= moment}
        assert ask(asking, modified_after=moment) == expected
        assert ask(asking, modified_after=moment.replace("+00:00", "Z")) == expected
    later = dt.datetime.fromisoformat(moments[-1]) + dt.timedelta(milliseconds=1)
    assert ask(asking, modified_after=later.isoformat()) == set()
    # A plus sign that a client forgot to write as %2B arrives as a space.
    plain = urllib.parse.quote(later.isoformat(), safe="+:")
    assert asking.get(f"/oruk/v3/services?modified_after={plain}").json()["total_items"] == 0


def test_words_find_what_the_products_own_search_finds_and_narrow_with_the_rest(
    asking: TestClient,
) -> None:
    found = asking.get("/oruk/v3/services", params={"search": "self harm", "per_page": 1000}).json()
    search = asking.get("/api/v1/services", params={"text": "self harm", "per_page": 100}).json()
    assert [one["id"] for one in found["contents"]] == [one["id"] for one in search["results"]]
    assert found["total_items"] == search["total"] > 0
    young = ask(asking, search="self harm", maximum_age=10)
    assert young == {one["id"] for one in found["contents"]} & ask(asking, maximum_age=10)
    assert ask(asking, search="zzqxv") == set()
    assert ask(asking, "service_at_locations", search="zzqxv") == set()


def test_every_filter_holds_for_services_at_locations_too(
    asking: TestClient, services: dict[str, Row]
) -> None:
    places = {
        number: {place["id"] for place in one.get("service_at_locations", [])}
        for number, one in services.items()
    }
    some = next(iter(services.values()))
    need = asking.get(f"/oruk/v3/services/{some['id']}").json()["attributes"][0]["taxonomy_term_id"]
    for parameters in (
        {"minimum_age": 17},
        {"maximum_age": 3},
        {"organization_id": some["organization_id"]},
        {"taxonomy_term_id": need},
        {"search": "parenting"},
        {"modified_after": "2000-01-01T00:00:00Z"},
    ):
        expected: set[str] = set()
        for number in ask(asking, **parameters):
            expected |= places[number]
        assert ask(asking, "service_at_locations", **parameters) == expected


@once
@given(text=st.text(max_size=60))
def test_no_text_at_all_makes_a_fault(asking: TestClient, text: str) -> None:
    for name in ("search", "postcode", "taxonomy_term_id", "organization_id", "day", "modified_after"):
        query = urllib.parse.urlencode({name: text}, errors="surrogatepass")
        told = asking.get(f"/oruk/v3/services?{query}")
        assert told.status_code in (200, 400)
        json.loads(told.text)
