"""`/api/v1/crosswalk` and what an area tells of the maps that lie across it."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient


@pytest.fixture
def client(app: Any) -> TestClient:
    return TestClient(app)


def test_a_district_names_every_team_that_touches_it_with_its_contacts(client: TestClient) -> None:
    found = client.get("/api/v1/layers/district/areas/E14000560").json()
    overlaps = {one["layer"]: one for one in found["overlaps"]}
    assert [one["code"] for one in overlaps["hub"]["areas"]] == ["HUB07", "HUB05", "HUB08"]
    for one in overlaps.values():
        assert sum(area["share"] for area in one["areas"]) == pytest.approx(1, abs=1e-4)
        assert sum(area["postcodes"] for area in one["areas"]) == found["homes"]
    for layer in ("hub", "childrens_centre", "health_visiting", "family_support"):
        assert overlaps[layer]["status"] == "illustrative"
        assert all(area["contacts"] for area in overlaps[layer]["areas"])
    assert found["homes"] < found["postcodes"]
    assert found["combinations"]["count"] == len(found["combinations"]["each"]) == 3


def test_a_teams_contacts_follow_the_moment_asked(client: TestClient) -> None:
    def states(at: str) -> set[bool]:
        found = client.get("/api/v1/layers/district/areas/E14000560", params={"at": at}).json()
        hubs = next(one for one in found["overlaps"] if one["layer"] == "hub")
        return {contact["open"] for area in hubs["areas"] for contact in area["contacts"]}

    assert True in states("2026-11-24T11:00")
    assert states("2026-11-24T03:00") == {False}


def test_an_area_that_has_ended_is_crossed_with_the_maps_of_its_own_time(client: TestClient) -> None:
    found = client.get("/api/v1/layers/health_visiting/areas/HVN01").json()
    assert found["overlaps_on"] == "2015-03-31"
    assert {one["layer"] for one in found["overlaps"]} >= {"district", "hub"}


def test_two_layers_across_each_other(client: TestClient) -> None:
    there = client.get("/api/v1/crosswalk/district/hub").json()
    back = client.get("/api/v1/crosswalk/hub/district").json()
    pairs = {(row["area"]["code"], row["other"]["code"]): row["postcodes"] for row in there["rows"]}
    assert pairs == {(row["other"]["code"], row["area"]["code"]): row["postcodes"] for row in back["rows"]}
    assert there["versions"]["generations"] == {"district": "2010-05-06", "hub": "2013-04-01"}
    assert len(there["straddling"]) == 9


def test_the_day_decides_which_generation(client: TestClient) -> None:
    asked = client.get("/api/v1/crosswalk/district/health_visiting", params={"on": "2015-03-31"}).json()
    assert all(row["other"]["code"].startswith("HVN") for row in asked["rows"])


def test_an_answer_is_kept_by_its_own_mark(client: TestClient) -> None:
    first, other = (
        client.get(f"/api/v1/crosswalk/district/{layer}") for layer in ("hub", "childrens_centre")
    )
    assert first.headers["etag"] != other.headers["etag"]
    again = client.get("/api/v1/crosswalk/district/hub", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/v1/crosswalk/district/none", "no_such_layer"),
        ("/api/v1/crosswalk/none/district", "no_such_layer"),
        ("/api/v1/crosswalk/district/hub?on=soon", "bad_parameter"),
        ("/api/v1/crosswalk/district/hub?at=2026-11-24T11:00", "unknown_parameter"),
    ],
)
def test_what_cannot_be_answered_is_refused_by_name(client: TestClient, path: str, code: str) -> None:
    assert client.get(path).json()["code"] == code
