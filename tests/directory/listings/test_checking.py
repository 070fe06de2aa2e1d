"""What a check finds in a record: every problem at once, with its place and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from directory.listings.checking import check
from directory.listings.known import load_known
from geo.home import data_dir, var_dir
from tests.directory.listings.feeding import KNOWN, page, planned, read, service

ID = "22222222-2222-4222-8222-000000000001"
ORGANISATION = "11111111-1111-4111-8111-111111111111"


def _service(**members: Any) -> dict[str, Any]:
    return {"id": ID, "organization_id": ORGANISATION, "name": "Play", "status": "active"} | members


def _kinds(content: dict[str, Any], entity: str = "service") -> list[tuple[str, str, str]]:
    return [(one.severity, one.kind, one.member) for one in check(entity, content, KNOWN)]


def test_a_good_record_has_no_findings() -> None:
    good = _service(
        minimum_age=0, maximum_age=18, needs=["parenting"], url="https://a.example/b?c=d#e",
        email="a@b.example",
        service_areas=[{"id": ID, "layer": "district", "code": "E14000560"}, {"id": ID, "layer": "country"}],
        phones=[{"id": ID, "number": "0121 496 0001"}, {"id": ID, "number": "+44 (0)121 496 0001"},
                {"id": ID, "number": "999"}],
    )  # fmt: skip
    assert _kinds(good) == []


@pytest.mark.parametrize(
    ("members", "finding"),
    [
        ({"name": ""}, ("fault", "missing", "name")),
        ({"status": "maybe"}, ("fault", "choice", "status")),
        ({"levels_of_need": ["high"]}, ("fault", "choice", "levels_of_need")),
        ({"needs": ["sunshine"]}, ("fault", "need", "needs")),
        ({"minimum_age": 12, "maximum_age": 5}, ("fault", "age", "minimum_age")),
        ({"maximum_age": 130}, ("fault", "age", "maximum_age")),
        ({"minimum_age": "five"}, ("fault", "type", "minimum_age")),
        ({"minimum_age": True}, ("fault", "type", "minimum_age")),
        ({"url": "javascript:alert(1)"}, ("fault", "link", "url")),
        ({"url": "ftp://a.example"}, ("fault", "link", "url")),
        ({"url": 'https://a.example/"onclick'}, ("fault", "link", "url")),
        ({"email": "ring us"}, ("fault", "email", "email")),
        ({"assured_date": "2026-02-30"}, ("fault", "date", "assured_date")),
        ({"last_modified": "2026-02-03T10:00:00"}, ("fault", "date", "last_modified")),
        ({"organization_id": "7"}, ("fault", "type", "organization_id")),
        ({"phones": "0121"}, ("fault", "type", "phones")),
        ({"phones": [{"id": ID, "number": "ask at the desk"}]}, ("fault", "phone", "number")),
        ({"phones": [{"id": ID, "number": "+44 121 303 1111"}]}, ("fault", "phone", "number")),
        ({"schedules": [{"id": ID, "opens_at": "9ish"}]}, ("fault", "time", "opens_at")),
        ({"schedules": [{"id": ID, "byday": "Monday"}]}, ("fault", "time", "byday")),
        ({"schedules": [{"id": ID, "valid_from": "2026-02-02", "valid_to": "2026-02-01"}]},
         ("fault", "date", "valid_to")),
        ({"service_areas": [{"id": ID, "layer": "planet", "code": "3"}]}, ("fault", "area", "layer")),
        ({"service_areas": [{"id": ID, "layer": "district", "code": "E14"}]}, ("fault", "area", "code")),
        ({"service_areas": [{"id": ID, "layer": "district"}]}, ("fault", "area", "code")),
        ({"capacity": {"state": "open", "stated": "2026-02-02", "until": "2026-01-01"}},
         ("fault", "date", "until")),
        ({"sample": True, "email": "a@b.org"}, ("fault", "sample", "email")),
        ({"sample": True, "phones": [{"id": ID, "number": "0121 303 1888"}]}, ("fault", "sample", "number")),
        ({"name": "x" * 3000}, ("fault", "long", "name")),
        ({"colour": "red"}, ("fault", "unknown", "colour")),
    ],
)  # fmt: skip
def test_each_thing_that_is_wrong_is_found_by_itself(
    members: dict[str, Any], finding: tuple[str, str, str]
) -> None:
    assert _kinds(_service(**members)) == [finding]


def test_a_postcode_that_nobody_knows_comes_with_what_was_perhaps_meant() -> None:
    def address(postcode: str, country: str = "GB") -> dict[str, Any]:
        inner = {"id": ID, "address_1": "1 Road", "city": "B", "state_province": "B", "country": country,
                 "address_type": "physical", "postal_code": postcode}  # fmt: skip
        return {"id": ID, "location_type": "physical", "addresses": [inner]}

    (one,) = check("location", address("BI5 2TT"), KNOWN)
    assert (one.severity, one.kind, one.fix) == ("warning", "postcode", "Did they mean B15 2TT?")
    assert check("location", address("b152tt"), KNOWN) == []
    assert check("location", address("94063", "US"), KNOWN) == []


def test_everything_wrong_in_a_feed_is_told_in_one_run_and_counted_beyond_what_is_shown() -> None:
    feed = planned(read(page(*(service(n, minimum_age=200, url="x y", email="@") for n in range(50))))).feed
    told = feed.findings.as_json(7)
    assert len(told["shown"]) == 7
    assert told["counts"]["fault"] == {"age": 50, "link": 50, "email": 50}
    assert told["shown"][0]["place"] == "services.json $.contents[0].url"
    assert all(one["fix"] for one in told["shown"])


def test_the_check_knows_the_citys_own_postcodes_areas_and_forbidden_number(built: object) -> None:
    known = load_known(data_dir(), var_dir())
    assert known.postcode is not None and known.postcode("B152TT") and not known.postcode("B159ZZ")
    assert known.areas is not None and "E14000560" in known.areas["district"]
    assert "E08000025" in known.areas["authority"] and len(known.areas["hub"]) == 14
    switchboard = _service(phones=[{"id": ID, "number": "0121 303 1111"}])
    (one,) = check("service", switchboard, known)
    assert "switchboard" in one.message
