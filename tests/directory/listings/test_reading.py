"""Reading of feeds in the forms they come in."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from directory.listings.reading.feed import FeedError
from directory.listings.reading.opening import read_feed
from tests.directory.listings.feeding import COLUMNS, NEEDS, ORGANISATION, found, page, planned, read, service


def _names(feed: Any, kind: str = "service") -> list[str]:
    return [one.content["name"] for one in feed.of(kind)]


def test_one_service_a_list_and_every_envelope_are_read_alike() -> None:
    both = [service(1), service(2)]
    camel = {"totalElements": 2, "content": [{**one, "serviceAtLocations": []} for one in both]}
    assert _names(read(json.dumps(service(1)).encode())) == ["Service 1"]
    for raw in (both, {"contents": both}, camel, {"services": both}):
        feed = read(json.dumps(raw).encode())
        assert _names(feed) == ["Service 1", "Service 2"]
        assert feed.candidates[0].kind == "organization"
    assert found(read(json.dumps(camel).encode()), "note", "converted")[0] == "services.json $.content"


def test_a_dump_of_several_kinds_gives_records_of_each() -> None:
    place = {"id": "33333333-3333-4333-8333-333333333333", "location_type": "physical", "name": "Hall"}
    raw = {
        "organizations": [ORGANISATION],
        "locations": [place],
        "services": [
            {"id": "drop-in", "name": "Drop-in", "status": "active", "organization_id": ORGANISATION["id"]}
        ],
        "service_at_locations": [{"id": "one", "service_id": "drop-in", "location_id": place["id"]}],
    }
    feed = planned(read(json.dumps(raw).encode())).feed
    assert feed.findings.total("fault") == 0
    (only,) = feed.of("service")
    assert only.content["service_at_locations"][0]["location_id"] == place["id"]
    assert only.foreign_id == "drop-in"
    assert only.id == read(json.dumps(raw).encode()).of("service")[0].id  # the same on every run


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_json_in_other_encodings_is_read_with_its_accents(encoding: str) -> None:
    raw = json.dumps([service(1, name="Café für Familien")], ensure_ascii=False).encode(encoding)
    assert _names(read(raw)) == ["Café für Familien"]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "empty"),
        (b'{"contents": [{"id": 1', "line 1"),
        (b'{"contents": []}', "empty"),
        (b'{"contents": {}}', "not a list"),
        (b'"words"', 'holds only "words"'),
        (b"null", "holds only null"),
        (b"[" * 5000, "nested"),
        (b'[{"id": NaN}]', "NaN"),
        (b'{"weather": "fine"}', "no service"),
    ],
)
def test_what_is_no_feed_is_refused_with_the_file_and_why(raw: bytes, said: str) -> None:
    with pytest.raises(FeedError, match=r"services\.json") as error:
        read(raw)
    assert said in str(error.value)


def test_the_fuller_form_of_one_id_wins_and_contradictions_are_told() -> None:
    slim = {"id": service(1)["id"], "name": "Service 1", "status": "active"}
    feed = read(
        {"service_list.json": page(slim), "service_full.json": json.dumps(service(1, fees="Free")).encode()}
    )
    assert feed.of("service")[0].content["fees"] == "Free"
    assert not found(feed, kind="repeated")
    other = read(
        {"a.json": page(service(1)), "b.json": json.dumps(service(1, name="Other", fees="Free")).encode()}
    )
    assert found(other, "warning", "repeated") == ["b.json $"]


def test_an_envelope_that_promises_more_than_is_there_lets_nothing_retire() -> None:
    raw = json.dumps({"total_items": 9, "contents": [service(1)]}).encode()
    feed = read(raw)
    assert feed.covers == frozenset()
    assert found(feed, "warning", "missing") == ["services.json"]


def test_attributes_with_our_own_terms_become_members_and_others_stay() -> None:
    term = {"id": NEEDS.term_id("parenting"), "name": "Parenting", "description": "Parenting"}
    foreign = {"id": "44444444-4444-4444-8444-444444444444", "name": "Colour", "description": "Blue"}
    attributes = [{"id": "a", "taxonomy_term": term}, {"id": "b", "taxonomy_term": foreign}]
    feed = planned(read(page(service(1, attributes=attributes)))).feed
    content = feed.of("service")[0].content
    assert content["needs"] == ["parenting"]
    assert [one["taxonomy_term_id"] for one in content["attributes"]] == [foreign["id"]]
    assert feed.of("taxonomy")[0].content["taxonomy_terms"][0]["name"] == "Colour"


def test_values_of_the_wild_are_read_and_each_mending_is_told() -> None:
    raw = page(
        service(
            1, minimum_age=-1, maximum_age="18", description="<p>Play</p><ul><li>one</li></ul>", email="N/A",
            url="www.place.example", assured_date="0001-01-01",
            schedules=[{"opens_at": "9am", "closes_at": "5:30 pm", "byday": "MO", "freq": "weekly"}],
        )
    )  # fmt: skip
    feed = read(raw)
    content = feed.of("service")[0].content
    assert "minimum_age" not in content and "email" not in content and "assured_date" not in content
    assert content["maximum_age"] == 18
    assert content["description"] == "Play\n\n- one"
    assert content["url"] == "https://www.place.example"
    assert {**content["schedules"][0], "id": ""} == {
        "id": "", "opens_at": "09:00", "closes_at": "17:30", "byday": "MO", "freq": "WEEKLY",
    }  # fmt: skip
    told = {(one.kind, one.place) for one in feed.findings.kept}
    assert ("sentinel", "services.json $.contents[0].minimum_age") in told
    assert ("markup", "services.json $.contents[0].description") in told
    assert ("converted", "services.json $.contents[0].schedules[0].opens_at") in told


def _csv_feed() -> dict[str, bytes]:
    return {
        "organizations.csv": b"id,name,description\n1,Example,Helps\n",
        "locations.csv": b"id,organization_id,name,latitude,longitude\n7,1,Hall,52.4,-1.9\n",
        "services.csv": b'id,location_id,name,status,taxonomy_ids\n5,7,Drop-in,active,"101, 102"\n',
        "phones.csv": b"id,service_id,number\n3,5,0121 496 0001\n4,99,0121 496 0002\n",
        "regular_schedules.csv": b"id,service_id,weekday,opens_at,closes_at\n1,5,Monday,9am,3pm\n",
        "taxonomy.csv": b"taxonomy_id,name,parent_id\n101,Emergency,\n102,Food,101\n",
        "holiday_schedules.csv": b"id,service_id,closed\n1,5,true\n",
    }


def test_hsds_tables_as_a_folder_or_zip_are_put_together_and_place_is_file_and_line(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, raw in _csv_feed().items():
            archive.writestr(f"export/{name}", raw)
            (tmp_path / name).write_bytes(raw)
    folder = read_feed(str(tmp_path), "city", COLUMNS, NEEDS)
    zipped = read(packed.getvalue(), "hsds.zip")
    assert [one.content for one in folder.candidates] == [one.content for one in zipped.candidates]
    content = planned(folder).feed.of("service")[0].content
    assert content["phones"][0]["number"] == "0121 496 0001"
    assert (content["schedules"][0]["byday"], content["schedules"][0]["closes_at"]) == ("MO", "15:00")
    assert len(content["attributes"]) == 2
    assert folder.findings.total("fault") == 0
    assert "phones.csv line 3" in found(folder, "warning", "reference")
    assert found(folder, "note", "unknown") == ["holiday_schedules.csv"]


def test_hsds_tables_of_edition_3_name_things_otherwise_and_are_read_too() -> None:
    files = {
        "organizations.csv": b"id,name,description\no1,Example,Helps\n",
        "services.csv": b"id,organization_id,name,status,minimum_age\ns1,o1,Drop-in,active,5\n",
        "locations.csv": b"id,location_type,name\nl1,physical,Hall\n",
        "service_at_locations.csv": b"id,service_id,location_id\nx1,s1,l1\n",
        "addresses.csv": b"id,location_id,address_1,city,state_province,postal_code,country,address_type\n"
        b"a1,l1,1 Road,Birmingham,West Midlands,B1 1BB,GB,physical\n",
        "schedules.csv": b"id,service_at_location_id,freq,byday,opens_at\nh1,x1,WEEKLY,MO,09:00\n",
        "taxonomies.csv": b"id,name,description\nt1,Colours,All colours\n",
        "taxonomy_terms.csv": b"id,taxonomy_id,name,description\nb1,t1,Blue,The colour\n",
        "attributes.csv": b"id,link_id,link_entity,taxonomy_term_id\nq1,s1,service,b1\n",
    }
    feed = planned(read(files, "hsds")).feed
    assert feed.findings.total("fault") == feed.findings.total("warning") == 0
    content = feed.of("service")[0].content
    assert content["minimum_age"] == 5
    assert content["service_at_locations"][0]["schedules"][0]["byday"] == "MO"
    term = feed.of("taxonomy")[0].content["taxonomy_terms"][0]
    assert content["attributes"][0]["taxonomy_term_id"] == term["id"]
    assert feed.of("location")[0].content["addresses"][0]["postal_code"] == "B1 1BB"


@pytest.mark.parametrize(
    "name", ["../services.csv", "/etc/services.csv", "a/../../services.csv", "C:\\services.csv"]
)
def test_a_zip_that_leads_out_of_itself_is_refused(name: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, "id,name\n1,x\n")
    with pytest.raises(FeedError, match="leads out"):
        read(packed.getvalue(), "feed.zip")


def test_a_file_without_a_name_in_a_zip_is_refused_and_does_not_crash() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a", b"x")
    spoiled = packed.getvalue().replace(b"PK\x01\x02", b"PK\x01\x02", 1)
    at = spoiled.index(b"PK\x01\x02") + 46  # the name in the directory of the zip
    with pytest.raises(FeedError, match="without a name"):
        read(spoiled[:at] + b"\0" + spoiled[at + 1 :], "feed.zip")


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("services.csv", b"\0" * 30_000_000)
    assert len(packed.getvalue()) < 100_000
    with pytest.raises(FeedError, match="from almost none"):
        read(packed.getvalue(), "feed.zip")


def test_the_real_feed_of_128_entries_under_one_id_is_one_service_and_says_so(shared: Path) -> None:
    folder = shared / "feeds" / "oruk-mock" / "test"
    feed = planned(read_feed(str(folder), "mock", COLUMNS, NEEDS)).feed
    assert {kind: len(feed.of(kind)) for kind in ("service", "organization", "location", "taxonomy")} == {
        "service": 1, "organization": 1, "location": 1, "taxonomy": 1,
    }  # fmt: skip
    assert feed.findings.total("fault") == 0
    repeated = found(feed, "warning", "repeated")
    assert sum(place.startswith("service_list.json ") for place in repeated) == 127
    assert len(found(feed, "warning", "position")) == 4  # 100, 101 is no place on Earth
    content = feed.of("service")[0].content
    assert len(content["service_at_locations"]) == 1 and content["cost_options"][0]["amount"] == 35


def test_the_real_hsds_tables_are_read_whole_and_without_a_fault(shared: Path) -> None:
    feed = planned(read_feed(str(shared / "feeds" / "hsds-csv"), "hsds", COLUMNS, NEEDS)).feed
    assert {kind: len(feed.of(kind)) for kind in ("service", "organization", "location", "taxonomy")} == {
        "service": 23, "organization": 8, "location": 22, "taxonomy": 1,
    }  # fmt: skip
    assert feed.findings.total("fault") == 0
    assert found(feed, "warning", "time") == ["regular_schedules.csv line 12"]
    assert (
        sum(len(one.content.get("phones", ())) for one in feed.candidates)
        + sum(
            len(contact.get("phones", ()))
            for one in feed.candidates
            for contact in one.content.get("contacts", ())
        )
        == 54
    )
