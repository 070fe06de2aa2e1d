"""What the standard's addresses answer: pages, shapes, merged and withdrawn listings, caches, streams."""

from __future__ import annotations

import gzip
import json
import time
import uuid
from pathlib import Path
from typing import Any

import brotli
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from directory.store.records import Change
from directory.store.store import Store
from geo.home import data_dir
from tests.api.stocking import changed, publish, retired

LISTS = ("services", "service_at_locations", "organizations", "taxonomies", "taxonomy_terms")
PROFESSIONAL_PHONE, PUBLIC_PHONE, SECRET = "0121 496 0987", "0121 496 0986", "Ask for the second desk"


@pytest.mark.parametrize("room", LISTS)
def test_pages_hold_every_row_once_and_past_the_end_is_empty(asking: TestClient, room: str) -> None:
    total = asking.get(f"/oruk/v3/{room}").json()["total_items"]
    size = max(1, total // 3)
    seen: list[str] = []
    for number in range(1, 6):
        body = asking.get(f"/oruk/v3/{room}", params={"page": number, "perPage": size}).json()
        seen += [one["id"] for one in body["contents"]]
        assert body["size"] == len(body["contents"])
        assert body["first_page"] is (number == 1)
        assert body["last_page"] is (number == body["total_pages"])
        assert body["empty"] is (number > body["total_pages"])
        assert (body["page_number"], body["total_items"]) == (number, total)
    assert len(seen) == len(set(seen)) == total
    far = asking.get(f"/oruk/v3/{room}", params={"page": 1_000_000_000})
    assert (far.status_code, far.json()["contents"]) == (200, [])


@pytest.mark.parametrize("room", LISTS)
def test_a_list_can_be_streamed_whole_line_by_line(asking: TestClient, room: str) -> None:
    told = asking.get(f"/oruk/v3/{room}", params={"format": "ndjson", "per_page": 1})
    assert told.headers["content-type"] == "application/x-ndjson"
    rows = [json.loads(line) for line in told.text.splitlines()]
    assert len(rows) == asking.get(f"/oruk/v3/{room}").json()["total_items"]
    for row in rows[:5]:
        one = asking.get(f"/oruk/v3/{room}/{row['id']}", params={})
        assert one.json()["name" if "name" in row else "id"] == row["name" if "name" in row else "id"]


@pytest.mark.parametrize("room", LISTS)
def test_the_rows_of_a_list_are_all_there_by_their_id(asking: TestClient, room: str) -> None:
    contents = asking.get(f"/oruk/v3/{room}", params={"per_page": 3}).json()["contents"]
    for row in contents:
        one = asking.get(f"/oruk/v3/{room}/{row['id'].upper()}").json()
        assert {k: v for k, v in one.items() if k in row and not isinstance(v, list | dict)} == {
            k: v for k, v in row.items() if not isinstance(v, list | dict)
        }


def test_minimal_is_ids_and_moments_and_full_is_nested(asking: TestClient) -> None:
    rows = asking.get("/oruk/v3/services", params={"minimal": "true"}).json()
    assert rows["total_pages"] == 1
    assert all(set(one) == {"id", "modified_date"} for one in rows["contents"])
    full = asking.get("/oruk/v3/services", params={"full": "true", "per_page": 5}).json()["contents"]
    for one in full:
        assert one == asking.get(f"/oruk/v3/services/{one['id']}").json()
    plain = asking.get("/oruk/v3/services", params={"per_page": 5}).json()["contents"]
    assert all(not isinstance(value, list) for one in plain for value in one.values())
    assert all(one["organization"]["name"] for one in plain)


def test_terms_are_kept_by_taxonomy_parent_and_place_at_the_top(asking: TestClient) -> None:
    every = asking.get("/oruk/v3/taxonomy_terms", params={"per_page": 1000}).json()["contents"]

    def ids(**parameters: str) -> set[str]:
        told = asking.get("/oruk/v3/taxonomy_terms", params={"per_page": 1000, **parameters})
        return {one["id"] for one in told.json()["contents"]}

    top = {one["id"] for one in every if "parent_id" not in one}
    assert ids(top_only="true") == top < {one["id"] for one in every}
    parent = next(one["parent_id"] for one in every if "parent_id" in one)
    assert ids(parent_id=parent) == {one["id"] for one in every if one.get("parent_id") == parent}
    taxonomy = every[0]["taxonomy_id"]
    assert ids(taxonomy_id=taxonomy) == {one["id"] for one in every if one["taxonomy_id"] == taxonomy}
    assert 0 < len(ids(search="HARM")) < 10


def test_organisations_are_found_by_words_and_shown_with_their_services(asking: TestClient) -> None:
    some = asking.get("/oruk/v3/organizations", params={"per_page": 1}).json()["contents"][0]
    found = asking.get("/oruk/v3/organizations", params={"search": some["name"].upper()}).json()
    assert some["id"] in {one["id"] for one in found["contents"]}
    whole = asking.get(f"/oruk/v3/organizations/{some['id']}", params={"full_service": "true"}).json()
    mine = asking.get("/oruk/v3/services", params={"organization_id": some["id"]}).json()["contents"]
    assert {one["id"] for one in whole["services"]} == {one["id"] for one in mine}


def test_an_answer_is_asked_for_again_only_when_the_data_has_changed(asking: TestClient) -> None:
    for address in ("/oruk/v3/services", "/oruk/v3/services?format=ndjson", "/oruk/v3/taxonomies"):
        first = asking.get(address)
        again = asking.get(address, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["access-control-allow-origin"] == "*"
    one = asking.get("/oruk/v3/services?page=1&per_page=3").headers["etag"]
    assert asking.get("/oruk/v3/services?per_page=3&page=1").headers["etag"] == one
    assert asking.get("/oruk/v3/services?per_page=4&page=1").headers["etag"] != one


@pytest.mark.parametrize("coding", ["br", "gzip"])
@pytest.mark.parametrize("address", ["/oruk/v3/services", "/oruk/v3/services?format=ndjson"])
def test_answers_are_squeezed_for_who_can_read_that(asking: TestClient, coding: str, address: str) -> None:
    plain = asking.get(address, headers={"accept-encoding": "identity"}).content
    with asking.stream("GET", address, headers={"accept-encoding": coding}) as told:
        packed = b"".join(told.iter_raw())
        used = told.headers.get("content-encoding")
    assert used == coding
    assert (brotli.decompress(packed) if coding == "br" else gzip.decompress(packed)) == plain
    assert len(packed) < len(plain) / 3


def test_any_site_may_read_and_ask_beforehand(asking: TestClient) -> None:
    for address in ("/oruk/v3", "/oruk/v3/", "/oruk/v3/services", "/oruk/v3/nothing", "/oruk/v3/services/x"):
        assert asking.get(address).headers["access-control-allow-origin"] == "*"
        assert asking.get(address, follow_redirects=False).status_code in (200, 404)
    before = asking.options("/oruk/v3/services", headers={"origin": "https://a.example"})
    assert before.status_code == 204
    assert "if-none-match" in before.headers["access-control-allow-headers"]
    assert asking.post("/oruk/v3/services").status_code == 405


@pytest.fixture
def touched(own_var: Path) -> tuple[TestClient, dict[str, Any]]:
    """The sample after a merge, a withdrawal, and a listing with what is not for everybody."""
    url = f"sqlite:///{own_var / 'directory.db'}"
    with Store.open(url) as store:
        ids = [one.id for one in store.published_all("service")]
    kept, merged, gone, private = ids[:4]
    draft = str(uuid.uuid4())
    content = {
        "contacts": [
            {
                "id": str(uuid.uuid4()),
                "title": "Duty desk",
                "audience": "professional",
                "phones": [{"id": str(uuid.uuid4()), "number": PROFESSIONAL_PHONE}],
            },
            {"id": str(uuid.uuid4()), "title": "Front desk", "audience": "public"},
        ],
        "phones": [
            {"id": str(uuid.uuid4()), "number": PROFESSIONAL_PHONE, "audience": "professional"},
            {"id": str(uuid.uuid4()), "number": PUBLIC_PHONE},
        ],
        "professional_notes": SECRET,
        "owner_role": SECRET,
    }
    changes = [retired(url, merged, kept), retired(url, gone), changed(url, private, **content)]
    with Store.open(url) as store:
        some = store.published(kept)
        assert some is not None
    changes.append(Change("service", draft, "draft", {**some.content, "id": draft, "name": "Not yet"}))
    publish(own_var, url, changes)
    ids_of = {"kept": kept, "merged": merged, "gone": gone, "private": private, "draft": draft}
    return TestClient(create_app(data_dir(), own_var)), ids_of


@pytest.mark.parametrize("room", ["/oruk/v3/services/", "/api/v1/services/"])
def test_merged_withdrawn_unpublished_and_unknown_listings_are_told_apart(
    touched: tuple[TestClient, dict[str, Any]], room: str
) -> None:
    client, ids = touched
    moved = client.get(room + ids["merged"], follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (301, room + ids["kept"])
    assert client.get(room + ids["merged"]).json()["id"] == ids["kept"]
    gone = client.get(room + ids["gone"])
    assert (gone.status_code, gone.json()["code"]) == (410, "gone")
    for number in (ids["draft"], str(uuid.uuid4()), "x", "../secret"):
        assert client.get(room + number).status_code == 404
    listed = client.get("/oruk/v3/services", params={"minimal": "true"}).json()["contents"]
    shown = {one["id"] for one in listed}
    assert ids["kept"] in shown
    assert shown.isdisjoint({ids["merged"], ids["gone"], ids["draft"]})


def test_nothing_private_or_for_professionals_only_leaves_by_the_standard(
    touched: tuple[TestClient, dict[str, Any]],
) -> None:
    client, ids = touched
    number = ids["private"]
    found = [client.get(f"/oruk/v3/services/{number}").text]
    for address in (
        "/oruk/v3/services?full=true&per_page=1000",
        "/oruk/v3/services?format=ndjson",
        "/oruk/v3/service_at_locations?full=true&per_page=1000",
        "/oruk/v3/organizations?full=true&per_page=1000",
    ):
        found.append(client.get(address).text)
    for text in found:
        assert PROFESSIONAL_PHONE not in text and SECRET not in text
        assert "owner_role" not in text and "professional_notes" not in text
    assert PUBLIC_PHONE in found[0]
    ours = client.get(f"/api/v1/services/{number}")
    assert PROFESSIONAL_PHONE in ours.text and PUBLIC_PHONE in ours.text and SECRET not in ours.text
    audiences = {one["title"]: one["audience"] for one in ours.json()["listing"]["contacts"]}
    assert audiences == {"Duty desk": "professional", "Front desk": "public"}
    assert SECRET not in client.get("/api/v1/services.ndjson").text


def test_what_is_carried_over_from_the_revision_before_follows_its_places_and_organisation(
    own_var: Path,
) -> None:
    url = f"sqlite:///{own_var / 'directory.db'}"
    with Store.open(url) as store:
        services = list(store.published_all("service"))
    near = {"postcode": "B15 2TT", "proximity": "30", "per_page": "1000"}

    def ids(client: TestClient, **parameters: str) -> set[str]:
        told = client.get("/oruk/v3/services", params={"per_page": "1000", **parameters}).json()
        return {one["id"] for one in told["contents"]}

    with TestClient(create_app(data_dir(), own_var)) as client:
        spot = client.get("/api/v1/postcodes/B152TT").json()["position"]
        far = ids(client, postcode="B15 2TT") - ids(client, **near)
        some = next(one for one in services if one.id in far and one.content.get("service_at_locations"))
        number, organization = some.id, some.content["organization_id"]
        place = some.content["service_at_locations"][0]["location_id"]
        before = client.get(f"/oruk/v3/services/{number}").json()["last_modified"]
        publish(own_var, url, [changed(url, place, latitude=spot["lat"], longitude=spot["lon"])])
        for _ in range(400):
            if client.get("/api/v1/services").json()["revision"] == 2:
                break
            time.sleep(0.02)
        assert number in ids(client, **near)
        moved = client.get("/oruk/v3/service_at_locations", params={"format": "ndjson", "full": "true"}).text
        assert str(spot["lat"]) in moved
        after = client.get(f"/oruk/v3/services/{number}").json()["last_modified"]
        assert after > before
        assert number in ids(client, modified_after=after)
        publish(own_var, url, [changed(url, organization, name="Renamed")])
        for _ in range(400):
            if client.get("/api/v1/services").json()["revision"] == 3:
                break
            time.sleep(0.02)
        assert client.get(f"/oruk/v3/services/{number}").json()["last_modified"] > after
