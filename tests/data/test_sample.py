"""The sample listings and the judged queries: what they cover, and that nothing invented passes for fact."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
import math
import re
import urllib.parse
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from directory.answer import Answers
from directory.listings.hours import spans, words
from directory.listings.needs import Needs, load_needs
from directory.store.standard import LEVELS_OF_NEED, REFERRAL_ROUTES, walk
from geo.gazetteer import Gazetteer
from geo.home import data_dir
from tests.conftest import ROOT

Content = dict[str, Any]
TODAY = dt.date(2026, 11, 22)  # the day the sample was written for
SHARED = ROOT.parent / "shared"
HOME = "E08000025"
_DRAMA = re.compile(r"0121 496 0\d{3}")
_PERSON = re.compile(r"\b(Mr|Mrs|Ms|Miss|Mx|Dr|Prof)\b\.? [A-Z]")
_TEAM_LAYERS = ("hub", "childrens_centre", "health_visiting", "family_support")


@pytest.fixture(scope="module")
def pages() -> list[Content]:
    paths = sorted((data_dir() / "sample").glob("services-*.json"))
    return [json.loads(path.read_text("utf-8")) for path in paths]


@pytest.fixture(scope="module")
def services(pages: list[Content]) -> list[Content]:
    return [service for page in pages for service in page["contents"]]


@pytest.fixture(scope="module")
def invented(services: list[Content]) -> list[Content]:
    return [service for service in services if service["sample"]]


@pytest.fixture(scope="module")
def sourced(services: list[Content]) -> list[Content]:
    return [service for service in services if not service["sample"]]


@pytest.fixture(scope="module")
def needs() -> Needs:
    return load_needs(data_dir())


@pytest.fixture(scope="module")
def postcodes() -> dict[str, Content]:
    with gzip.open(data_dir() / "reference" / "postcode_areas.csv.gz", "rt", encoding="utf-8") as file:
        return {row["postcode"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def judged() -> list[dict[str, str]]:
    rows = []
    for name in ("judged.csv", "judged_held_out.csv", "judged_held_out_2.csv"):
        with (data_dir() / "search" / name).open(encoding="utf-8", newline="") as file:
            rows.extend(csv.DictReader(file))
    return rows


def places(service: Content) -> Iterator[Content]:
    for held in service.get("service_at_locations", ()):
        yield held["location"]


def every_schedule(service: Content) -> Iterator[Content]:
    yield from service.get("schedules", ())
    for held in service.get("service_at_locations", ()):
        yield from held.get("schedules", ())


def every_phone(service: Content) -> Iterator[Content]:
    yield from service.get("phones", ())
    for contact in service.get("contacts", ()):
        yield from contact.get("phones", ())


def every_text(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from every_text(value)
    elif isinstance(node, list):
        for value in node:
            yield from every_text(value)
    elif isinstance(node, str):
        yield node


def graded(row: dict[str, str]) -> dict[str, int]:
    pairs = (one.rsplit(":", 1) for one in row["expected"].split(";"))
    return {identifier: int(grade) for identifier, grade in pairs}


# What it covers


def test_the_pages_are_one_feed_of_the_standard(pages: list[Content]) -> None:
    assert pages
    for number, page in enumerate(pages, 1):
        assert (page["page_number"], page["total_pages"]) == (number, len(pages))
        assert page["size"] == len(page["contents"])
        assert page["first_page"] is (number == 1)
        assert page["last_page"] is (number == len(pages))
    assert sum(page["size"] for page in pages) == pages[0]["total_items"]
    for path in (data_dir() / "sample").iterdir():
        assert path.stat().st_size < 1_000_000, f"{path.name}: split it"


def test_there_are_at_least_150_services_of_60_organisations(services: list[Content]) -> None:
    assert len(services) >= 150
    assert len({service["organization_id"] for service in services}) >= 60


def test_no_two_services_and_no_two_organisations_share_a_name(services: list[Content]) -> None:
    names = Counter(service["name"].casefold() for service in services)
    assert [name for name, count in names.items() if count > 1] == []
    by_name: dict[str, set[str]] = {}
    for service in services:
        organization = service["organization"]
        assert organization["id"] == service["organization_id"]
        by_name.setdefault(organization["name"].casefold(), set()).add(organization["id"])
    assert all(len(ids) == 1 for ids in by_name.values())


def test_an_organisation_or_place_told_twice_is_told_the_same(services: list[Content]) -> None:
    told: dict[str, Content] = {}
    for service in services:
        for one in (service["organization"], *places(service)):
            assert told.setdefault(one["id"], one) == one, one["name"]


def test_every_id_is_a_uuid_and_names_one_thing(services: list[Content]) -> None:
    seen: dict[str, str] = {}
    for service in services:
        for entity, path, content in walk("service", service):
            if entity.field("id") is not None:
                assert str(uuid.UUID(content["id"])) == content["id"]
                where = f"{service['id']} {path}"
                assert seen.setdefault(content["id"], where) == where, where


def test_every_need_is_answered_at_least_twice(services: list[Content], needs: Needs) -> None:
    counts = Counter(code for service in services for code in service["needs"])
    assert set(counts) <= needs.codes
    assert {code for code in needs.codes if counts[code] < 2} == set()


def test_every_level_route_and_kind_of_capacity_occurs(services: list[Content]) -> None:
    levels = Counter(level for service in services for level in service["levels_of_need"])
    assert all(levels[level] >= 20 for level in LEVELS_OF_NEED)
    routes = Counter(service["referral_route"] for service in services)
    assert all(routes[route] >= 20 for route in REFERRAL_ROUTES)
    stated = [service["capacity"] for service in services if "capacity" in service]
    states = Counter(one["state"] for one in stated)
    assert states["open"] >= 10 and states["waiting_list"] >= 10 and states["closed"] >= 3
    assert any(one.get("waiting_weeks", 0) >= 20 for one in stated)
    expired = [one for one in stated if one["until"] < TODAY.isoformat()]
    assert 3 <= len(expired) < len(stated) / 2


def test_every_district_has_places_and_services_of_its_own(
    services: list[Content], postcodes: dict[str, Content], answers: Answers
) -> None:
    areas = read_areas()
    districts = {code for layer, code in areas if layer == "district"}
    at: Counter[str] = Counter()
    local: Counter[str] = Counter()
    for service in services:
        for place in places(service):
            at[postcodes[place["addresses"][0]["postal_code"]]["district"]] += 1
        for area in service["service_areas"]:
            if area["layer"] == "district":
                local[area["code"]] += 1
    assert len(districts) == 10
    assert {code for code in districts if at[code] < 5} == set()
    assert {code for code in districts if local[code] < 3} == set()


def test_every_age_from_before_birth_to_25_is_served(services: list[Content]) -> None:
    assert sum(service.get("unborn", False) for service in services) >= 10
    for age in range(26):
        fits = [
            service
            for service in services
            if "minimum_age" in service and service["minimum_age"] <= age <= service["maximum_age"]
        ]
        assert len(fits) >= 10, age
    assert sum(service.get("send_maximum_age", 0) == 25 for service in services) >= 20
    for service in services:
        if "send_maximum_age" in service:
            assert service["send_maximum_age"] >= service["maximum_age"], service["name"]


def test_areas_are_of_many_kinds_and_their_codes_exist(services: list[Content]) -> None:
    areas = read_areas()
    layers: Counter[str] = Counter()
    for service in services:
        assert service["service_areas"], service["name"]
        for area in service["service_areas"]:
            layers[area["layer"]] += 1
            if area["layer"] == "authority":
                assert area["code"] == HOME
            elif area["layer"] != "country":
                assert (area["layer"], area["code"]) in areas, service["name"]
    assert {"authority", "country", "district", "ward_2018", "ward_2004", "hub"} <= set(layers)
    assert layers["country"] >= 10 and layers["authority"] >= 50
    two_wards = [
        service
        for service in services
        if len(service["service_areas"]) == 2
        and all(area["layer"].startswith("ward_") for area in service["service_areas"])
    ]
    assert len(two_wards) >= 3


def test_hours_can_be_read_and_are_of_many_kinds(services: list[Content]) -> None:
    start = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    end = start + dt.timedelta(days=140)
    told: list[str] = []
    for service in services:
        rows = list(every_schedule(service))
        for row in rows:
            assert (
                list(spans([row], start, end))
                or row.get("valid_from", "") > "2026-11-22"
                or (row.get("valid_to", "2999") < "2026-11-23")
            ), f"{service['name']}: {row} never opens"
        told += words(rows)
    assert any("term time" in one.lower() for one in told)
    assert any("Saturday" in one for one in told)
    assert any(re.search(r"[Ff]irst \w+ of every month", one) for one in told)
    assert any("all day" in one for one in told)
    assert any(re.search(r"to (8|8:30|9)pm", one) for one in told)
    assert 0.05 < sum(not list(every_schedule(service)) for service in services) / len(services) < 0.2


def test_costs_languages_and_access_vary(services: list[Content]) -> None:
    with_price = [
        service for service in services if any(one["amount"] > 0 for one in service.get("cost_options", ()))
    ]
    assert 10 <= len(with_price) < len(services) / 3
    named = {row["code"] for row in csv_rows("languages.csv")}
    spoken = {one["code"] for service in services for one in service.get("languages", ())}
    assert spoken <= named and len(spoken) >= 15
    listed = {row["code"] for row in csv_rows("accessibility.csv")}
    offered = {
        feature
        for service in services
        for place in places(service)
        for held in place.get("accessibility", ())
        for feature in held["features"]
    }
    assert offered <= listed and len(offered) >= 8


def test_most_are_fresh_and_some_are_overdue(invented: list[Content]) -> None:
    overdue = 0
    for service in invented:
        assured, review = (dt.date.fromisoformat(service[key]) for key in ("assured_date", "review_by"))
        assert assured <= TODAY and assured < review, service["name"]
        assert (review - assured).days <= 370, service["name"]
        assert (TODAY - assured).days <= 420, service["name"]
        overdue += review < TODAY
    assert 0.05 < overdue / len(invented) < 0.12


def test_each_attribute_says_the_need_that_the_member_says(services: list[Content], needs: Needs) -> None:
    for service in services:
        told = [needs.by_term(one["taxonomy_term_id"]) for one in service["attributes"]]
        assert [need.code for need in told if need] == service["needs"]
        for one in service["attributes"]:
            assert one["taxonomy_term"]["id"] == one["taxonomy_term_id"]


def test_it_meets_the_published_schema_of_the_standard(services: list[Content]) -> None:
    path = SHARED / "oruk" / "schemas" / "service.json"
    if not path.exists():
        pytest.skip("the standard's schemas are not beside this checkout (../shared/oruk)")
    jsonschema = pytest.importorskip("jsonschema")
    checks = jsonschema.Draft202012Validator(
        json.loads(path.read_text("utf-8")), format_checker=jsonschema.FormatChecker()
    )
    for service in services:
        found = [f"{list(error.path)}: {error.message}" for error in checks.iter_errors(service)]
        assert found == [], service["name"]


# Honesty


def test_an_invented_service_says_so_wherever_it_is_shown(invented: list[Content]) -> None:
    for service in invented:
        assert "Sample listing" in service["description"], service["name"]
        assert service["organization"]["sample"] is True
        assert "Sample listing" in service["organization"]["description"]
        for place in places(service):
            assert place["sample"] is True
            assert place["addresses"][0]["address_1"].startswith("Sample venue, ")


def test_an_invented_number_is_of_the_range_kept_for_drama(invented: list[Content]) -> None:
    taken: dict[str, str] = {}
    for service in invented:
        phones = list(every_phone(service))
        assert phones, service["name"]
        for phone in phones:
            assert _DRAMA.fullmatch(phone["number"]), service["name"]
            if phone["audience"] == "public":
                assert taken.setdefault(phone["number"], service["name"]) == service["name"]


def test_no_invented_number_is_that_of_a_team(invented: list[Content]) -> None:
    teams = set()
    for path in (data_dir() / "contacts").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            teams |= {row["telephone"] for row in csv.DictReader(file)}
    assert teams.isdisjoint({phone["number"] for service in invented for phone in every_phone(service)})


def test_invented_addresses_on_the_internet_lead_nowhere(invented: list[Content]) -> None:
    for service in invented:
        for text in every_text(service):
            if "@" in text and " " not in text:
                assert text.endswith(".example"), text
            if text.startswith("http"):
                assert (urllib.parse.urlsplit(text).hostname or "").endswith(".example"), text


def test_nobody_is_named(services: list[Content]) -> None:
    for service in services:
        for contact in service.get("contacts", ()):
            assert contact["title"] and "name" not in contact, service["name"]
        for text in every_text(service):
            assert not _PERSON.search(text), text


def test_a_sourced_fact_says_where_it_was_read_and_that_it_must_be_checked(sourced: list[Content]) -> None:
    assert len(sourced) >= 20
    for service in sourced:
        assert service["source"] and service["source_checked"] == "2026-11-22", service["name"]
        assert "checked again" in service["alert"], service["name"]
        assert service["organization"]["sample"] is False and service["organization"]["source"]
        assert not any(_DRAMA.fullmatch(phone["number"]) for phone in every_phone(service))
        assert "assured_date" not in service, "nobody has assured it"


def test_the_front_door_is_as_the_contact_files_have_it(sourced: list[Content]) -> None:
    with (data_dir() / "contacts" / "front_door.csv").open(encoding="utf-8", newline="") as file:
        known = {row["telephone"] for row in csv.DictReader(file)} - {"999", "101"}
    told = {phone["number"] for service in sourced for phone in every_phone(service)}
    assert known <= told
    assert told.isdisjoint({"999", "101"}), "the police are not a service of the directory"


def test_professional_lines_are_kept_apart_from_public_ones(invented: list[Content]) -> None:
    for service in invented:
        audiences = {contact["audience"] for contact in service["contacts"]}
        if service["referral_route"] == "professional":
            assert audiences == {"professional"}, service["name"]
        else:
            assert "public" in audiences, service["name"]
        for contact in service["contacts"]:
            assert all(phone["audience"] == contact["audience"] for phone in contact["phones"])


def test_places_stand_where_their_postcode_is(
    services: list[Content], postcodes: dict[str, Content], gazetteer: Gazetteer
) -> None:
    for service in services:
        for place in places(service):
            postcode = place["addresses"][0]["postal_code"]
            assert postcode in postcodes, postcode
            row = gazetteer.city.row(postcode.replace(" ", ""))
            north = (gazetteer.lat[row] / 1e6 - place["latitude"]) * 111_200
            east = (gazetteer.lon[row] / 1e6 - place["longitude"]) * 111_200 * math.cos(math.radians(52.5))
            assert math.hypot(north, east) < 200, place["name"]


# The judged queries


def test_at_least_eighty_queries_are_judged_each_with_an_exact_answer(judged: list[dict[str, str]]) -> None:
    assert len(judged) >= 80 + 40
    keys = {(row["query"].casefold(), row["postcode"], row["age"], row["level"]) for row in judged}
    assert len(keys) == len(judged)
    assert sum(bool(row["postcode"]) for row in judged) >= 20
    for row in judged:
        grades = set(graded(row).values())
        assert grades <= {1, 2, 3} and 3 in grades, row["query"]


def test_judgements_name_services_of_the_sample(
    judged: list[dict[str, str]], services: list[Content]
) -> None:
    known = {service["id"] for service in services}
    for row in judged:
        assert set(graded(row)) <= known, row["query"]


def test_a_service_judged_good_serves_the_place_the_age_and_the_level_asked_for(
    judged: list[dict[str, str]], services: list[Content], answers: Answers
) -> None:
    by_id = {service["id"]: service for service in services}
    wrong = []
    for row in judged:
        here: set[tuple[str, str]] = set()
        if row["postcode"]:
            answer = json.loads(answers.answer(row["postcode"]).body)
            assert answer["status"] == "ok", row["postcode"]
            here = {(layer, area["code"]) for layer, area in answer["areas"].items()}
            here.add(("authority", answer["authority"]["code"]))
        for identifier, grade in graded(row).items():
            service = by_id[identifier]
            served = [(area["layer"], area.get("code", "")) for area in service["service_areas"]]
            if here and not any(layer == "country" or (layer, code) in here for layer, code in served):
                wrong.append((row["query"], service["name"], "does not serve", row["postcode"]))
            if row["age"] and "minimum_age" in service and grade >= 2:
                top = service["send_maximum_age" if "send_maximum_age" in service else "maximum_age"]
                if not service["minimum_age"] <= float(row["age"]) <= top:
                    wrong.append((row["query"], service["name"], "not for age", row["age"]))
            if row["level"] and grade >= 2 and row["level"] not in service["levels_of_need"]:
                wrong.append((row["query"], service["name"], "not at level", row["level"]))
    assert not wrong, "\n".join(map(str, wrong))


def csv_rows(name: str) -> list[dict[str, str]]:
    with (data_dir() / "search" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_areas() -> set[tuple[str, str]]:
    """Every area that the data knows, by layer and code."""
    found = set()
    with (data_dir() / "reference" / "areas.csv").open(encoding="utf-8", newline="") as file:
        found |= {(row["layer"], row["code"]) for row in csv.DictReader(file)}
    for layer in _TEAM_LAYERS:
        for path in sorted(Path(data_dir() / "areas" / layer).glob("*/members.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                found |= {(layer, row["code"]) for row in csv.DictReader(file)}
    return found
