"""The schools of the API: by area, by name, one with its teams; never by a postcode in the address."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import assemble
from api.schools_state import SchoolsState
from api.state import State
from directory.schools.register import Register, in_use, store
from geo.home import data_dir
from tests.api.stocking import empty_var


@pytest.fixture(scope="module")
def client(app: Any) -> TestClient:
    return TestClient(app)


@pytest.fixture
def own_var(built: Path, tmp_path: Path) -> Path:
    return empty_var(built, tmp_path / "var")


def test_the_schools_of_a_district_have_their_family_support_team(client: TestClient) -> None:
    told = client.get("/api/v1/schools", params={"district": "E14000563"}).json()
    assert told["total"] == len(told["schools"]) == 18
    for school in told["schools"]:
        assert school["areas"]["district"]["code"] == "E14000563"
        assert school["family_support_team"] == {
            "code": "IFST04",
            "name": "Hodge Hill",
            "status": "illustrative",
        }
    same = {"layer": "family_support", "code": "IFST04"}
    assert client.get("/api/v1/schools", params=same).json()["schools"] == told["schools"]


def test_every_answer_says_how_old_the_list_is_and_that_a_childs_home_decides(client: TestClient) -> None:
    for path in ("/api/v1/schools", "/api/v1/schools/103159"):
        told = client.get(path).json()
        assert (told["list"]["edition"], told["list"]["complete"]) == ("2026-03", False)
        assert "goes by the child's home" in told["notice"]
        assert "Open Government Licence" in told["attribution"]


def test_one_school_comes_with_the_answer_to_where_it_stands(client: TestClient) -> None:
    told = client.get("/api/v1/schools/103159").json()
    assert told["school"]["name"] == "Adderley Primary School"
    assert told["answer"]["postcode"] == told["school"]["postcode"] == "B8 1DZ"
    assert told["answer"]["call"]["now"]["telephone"]
    assert {team["layer"] for team in told["answer"]["teams"]} >= {"family_support", "hub"}


def test_a_school_that_stands_elsewhere_has_no_area_and_the_other_authoritys_door(client: TestClient) -> None:
    told = client.get("/api/v1/schools/103623").json()
    assert told["school"]["stands_in"] == told["answer"]["authority"]["name"] == "Solihull"
    assert (told["school"]["areas"], told["school"]["family_support_team"]) == ({}, None)


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ({"q": "B8 1DZ"}, "bad_parameter", "q"),
        ({"q": "near b81dz please"}, "bad_parameter", "q"),
        ({"q": " "}, "bad_parameter", "q"),
        ({"postcode": "B8 1DZ"}, "unknown_parameter", "postcode"),
        ({"layer": "hub"}, "bad_parameter", "code"),
        ({"code": "HUB01"}, "bad_parameter", "layer"),
        ({"district": "E14000563", "layer": "hub"}, "bad_parameter", "district"),
        ({"layer": "none", "code": "x"}, "no_such_layer", None),
        ({"district": "E14999999"}, "no_such_area", None),
    ],
)
def test_what_cannot_be_asked_is_refused_by_its_name(
    client: TestClient, query: dict[str, str], code: str, parameter: str | None
) -> None:
    told = client.get("/api/v1/schools", params=query).json()
    assert (told["code"], told.get("parameter")) == (code, parameter)
    assert "B8 1DZ" not in str(told)


def test_a_name_and_an_area_are_asked_together(client: TestClient) -> None:
    told = client.get("/api/v1/schools", params={"q": "nursery", "district": "E14000563"}).json()
    assert [one["name"] for one in told["schools"]] == [
        "Adderley Nursery School",
        "Highfield Nursery School",
        "Washwood Heath Nursery School",
    ]


def test_an_answer_that_is_held_already_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/api/v1/schools")
    again = client.get("/api/v1/schools", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304


def _other(var: Path, change: Callable[[Register], Register]) -> None:
    register = in_use(data_dir(), var)
    assert register is not None
    store(var, change(register), "register.csv", "a test", "data steward")


def test_a_running_server_takes_a_new_list_up_by_itself(
    own_var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.schools_state.LOOK_EVERY_SECONDS", 0)
    client = TestClient(assemble(State(data_dir(), own_var)))
    assert client.get("/api/v1/schools").json()["list"]["edition"] == "2026-03"

    def fewer(register: Register) -> Register:
        return Register(**vars(register) | {"edition": "2026-11-30", "schools": register.schools[:3]})

    _other(own_var, fewer)
    told = client.get("/api/v1/schools").json()
    assert (told["list"]["edition"], told["total"]) == ("2026-11-30", 3)


def test_a_damaged_list_leaves_the_one_in_use(own_var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.schools_state.LOOK_EVERY_SECONDS", 0)
    schools = SchoolsState(State(data_dir(), own_var))
    before = schools.current()
    (own_var / "schools").mkdir()
    (own_var / "schools" / "journal.jsonl").write_text("torn", "utf-8")
    assert schools.current() is before
    assert "damaged" in str(schools.problem)


def test_without_a_list_the_api_and_the_pages_say_how_to_load_one(own_var: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(data_dir(), data)
    shutil.rmtree(data / "schools")
    client = TestClient(assemble(State(data, own_var)))
    told = client.get("/api/v1/schools")
    assert (told.status_code, told.json()["code"]) == (503, "no_schools")
    for path in ("/schools", "/areas/district/E14000563"):
        page = client.get(path)
        assert page.status_code == 200
        assert "No list of schools has been loaded" in page.text
        assert "earlyhelp school import FILE" in page.text
    assert client.get("/schools/103159").status_code == 404
