"""The questionnaire through the API: every outcome, what is refused and how, versions, and outages."""

from __future__ import annotations

import io
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from starlette.testclient import TestClient

import api.pathway_state
from api.app import create_app
from api.directory_state import DirectoryState
from api.log import AccessLog
from api.pathway_state import NO_SERVICES, PathwayState
from api.state import State
from directory.pathway.walk import follow, parse
from geo.home import data_dir
from tests.api.stocking import empty_var
from tests.api.witnesses import FLOW, codes, whole, witnesses

OUTCOME = "/api/v1/pathways/early-help/outcome"
NIGHT, DAY = "2026-12-24T23:10", "2026-11-23T10:00"
CASS, EDT = "0121 303 1888", "0121 675 4806"


def ask(client: TestClient, answers: Any, **more: Any) -> dict[str, Any]:
    """The next step for answers that are whole."""
    told = client.post(OUTCOME, json={"answers": answers, **more})
    assert told.status_code == 200, told.text
    assert told.headers["cache-control"] == "no-store"
    step: dict[str, Any] = told.json()
    return step


def refused(client: TestClient, body: Any, status: int, code: str) -> dict[str, Any]:
    """The problem that a body is answered with."""
    told = client.post(OUTCOME, json=body)
    assert (told.status_code, told.json()["code"]) == (status, code), told.text
    problem: dict[str, Any] = told.json()
    return problem


def test_there_are_answers_for_every_outcome() -> None:
    assert set(witnesses()) == set(FLOW.outcome_by_id)


@pytest.mark.parametrize("outcome", sorted(FLOW.outcome_by_id))
def test_every_outcome_ends_in_a_number_that_answers_now(asking: TestClient, outcome: str) -> None:
    for at in (DAY, NIGHT):
        step = ask(asking, witnesses()[outcome], at=at, postcode="B15 2TT")
        assert step["outcome"]["id"] == outcome
        assert step["call"]["open"] is True
        assert step["call"]["tel"].startswith("tel:")
        assert step["supports"] and step["notice"]
        assert step["answers"] == witnesses()[outcome]
        assert step["services_problem"] is None


def test_answers_by_id_and_by_code_come_to_the_same(asking: TestClient) -> None:
    text = codes(young_carer="yes", feelings="additional")
    by_code = ask(asking, text, at=DAY)
    assert ask(asking, parse(FLOW, text), at=DAY) == by_code
    assert ask(asking, parse(FLOW, text), at=DAY, version="1", postcode=None) == by_code


def test_the_hour_decides_whose_number_it_is(asking: TestClient) -> None:
    text = codes(behaviour="complex")
    day, night = ask(asking, text, at=DAY), ask(asking, text, at=NIGHT)
    assert (day["call"]["telephone"], night["call"]["telephone"]) == (CASS, EDT)
    assert day["by"]["date"] == "2026-11-24"
    assert night["by"]["date"] == "2026-12-29"  # Christmas, the weekend and a bank holiday lie between


def test_a_postcode_finds_the_team_and_is_nowhere_in_the_answer(asking: TestClient) -> None:
    text = codes(feelings="additional")
    there, nowhere = ask(asking, text, at=DAY, postcode="B15 2TT"), ask(asking, text, at=DAY)
    assert there["steps"][0]["kind"] == "team"
    assert nowhere["steps"][0]["kind"] == "find_team"
    assert there["level"] == nowhere["level"]
    del there["services"]  # where services are is their own address
    assert "2TT" not in json.dumps(there)


def test_a_missing_answer_is_named_with_all_the_others(asking: TestClient) -> None:
    told = refused(asking, {"answers": {"danger": "no"}}, 422, "unanswered")
    assert told["question"] == "harm"
    assert told["question_code"] == "ab"
    assert told["unanswered"][:2] == ["harm", "crisis"]
    assert "seriously harmed" in told["detail"]
    answers = whole(exploitation="yes")
    del answers["exploitation_harm"]
    told = refused(asking, {"answers": answers}, 422, "unanswered")
    assert told["unanswered"] == ["exploitation_harm"]


def test_an_unknown_answer_is_named(asking: TestClient) -> None:
    assert refused(asking, {"answers": {"hurt": "no"}}, 422, "bad_answers")["question"] == "hurt"
    told = refused(asking, {"answers": {"danger": "maybe"}}, 422, "bad_answers")
    assert told["question"] == "danger"
    assert "no, not_sure, yes" in told["detail"]
    assert refused(asking, {"answers": {"danger": 3}}, 422, "bad_answers")["question"] == "danger"
    for text in ("v1.aaq", "v1.zzn", "v1.aan.aay", "v1..", "", "v1.aan" * 400, "danger"):
        refused(asking, {"answers": text}, 422, "bad_answers")
    refused(asking, {"answers": "v1.aay", "version": "2"}, 422, "bad_answers")


def test_a_body_that_cannot_be_used_is_refused_by_its_member(asking: TestClient) -> None:
    assert refused(asking, {"answers": "v1.aay", "name": "A"}, 400, "bad_body")["parameter"] == "name"
    assert refused(asking, {"answers": "v1.aay", "postcode": 7}, 400, "bad_body")["parameter"] == "postcode"
    assert refused(asking, {"answers": "v1.aay", "at": "noon"}, 400, "bad_parameter")["parameter"] == "at"
    refused(asking, {}, 400, "bad_body")
    refused(asking, [1], 400, "bad_body")
    refused(asking, {"answers": "v1." + "a" * 20_000}, 413, "body_too_large")
    assert asking.post(OUTCOME, content="{}").status_code == 415
    assert asking.post(OUTCOME + "?postcode=B152TT", json={"answers": "v1.aay"}).status_code == 400
    told = asking.post("/api/v1/pathways/none/outcome", json={"answers": "v1.aay"})
    assert (told.status_code, told.json()["code"]) == (404, "no_such_pathway")
    refused(asking, {"answers": "v9.aay"}, 404, "no_such_pathway")


def test_answers_to_questions_that_are_not_asked_are_told_and_do_not_count(asking: TestClient) -> None:
    step = ask(asking, {**whole(), "missing_now": "yes"})
    assert step["dropped"] == ["missing_now"]
    assert step["level"]["code"] == "universal"


def test_the_questions_as_data_are_enough_to_ask_them_elsewhere(asking: TestClient) -> None:
    told = asking.get("/api/v1/pathways/early-help?version=1").json()
    assert told["notice"].startswith("Draft")
    random.seed(4)
    for _ in range(5):
        answers: dict[str, str] = {}
        for question in told["questions"]:
            if all(answers.get(one) in wanted for one, wanted in question["when"].items()):
                choice = random.choice(question["choices"])
                answers[question["id"]] = choice["id"]
                if choice["ends"]:
                    break
        ask(asking, answers)
    row = asking.get("/api/v1/pathways").json()["pathways"][0]
    assert asking.get(row["address"]).json()["digest"] == FLOW.digest
    assert asking.get(row["answers_schema"]).status_code == 200
    kept = asking.get("/api/v1/pathways/early-help")
    again = asking.get("/api/v1/pathways/early-help", headers={"if-none-match": kept.headers["etag"]})
    assert again.status_code == 304


def test_the_schema_accepts_just_what_the_outcome_accepts(asking: TestClient) -> None:
    schema = asking.get("/api/v1/pathways/early-help/answers.schema.json").json()
    jsonschema.Draft202012Validator.check_schema(schema)
    valid = jsonschema.Draft202012Validator(schema).is_valid
    random.seed(7)
    seen = set()
    for _ in range(150):
        given = {one.id: random.choice(one.choices).id for one in FLOW.questions if random.random() < 0.02}
        answers = whole(**{name: choice for name, choice in given.items() if name != "danger"})
        if random.random() < 0.5 and len(answers) > 1:
            del answers[random.choice(list(answers))]
        accepted = follow(FLOW, answers).next is None
        assert valid(answers) == accepted, answers
        seen.add(accepted)
    assert seen == {True, False}
    assert valid({"danger": "yes"})
    assert not valid({"danger": "no"})
    assert not valid({**whole(), "danger": "maybe"})
    assert not valid({**whole(), "name": "A"})


def test_without_a_directory_all_but_the_services_is_there(built: Path, tmp_path: Path) -> None:
    client = TestClient(create_app(data_dir(), empty_var(built, tmp_path / "var")))
    step = ask(client, codes(young_carer="yes"), postcode="B15 2TT", at=DAY)
    assert step["services"] == []
    assert step["services_problem"] == NO_SERVICES
    assert step["call"]["open"] is True
    assert step["teams"]
    assert step["why"]


def test_a_search_that_breaks_never_takes_the_number_with_it(
    asking: TestClient, stocked: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from directory.search.finder import Finder

    def broken(*_args: Any, **_more: Any) -> Any:
        raise RuntimeError("B15 2TT")

    monkeypatch.setattr(Finder, "open_first", broken)
    client = TestClient(create_app(data_dir(), stocked))
    step = ask(client, codes(young_carer="yes", home="additional"), postcode="B15 2TT")
    assert step["services_problem"] == NO_SERVICES
    assert step["call"]["open"] is True
    assert "RuntimeError" in caplog.text
    assert "2TT" not in caplog.text


def test_the_log_has_the_pattern_only(built: Path) -> None:
    out = io.StringIO()
    with TestClient(create_app(data_dir(), built, AccessLog(out, "console"))) as client:
        client.post(OUTCOME, json={"answers": codes(), "postcode": "B15 2TT"})
        client.get("/worried/early-help", params={"a": "v1.aan", "w": "h"})
        client.post("/worried/early-help/result", data={"a": codes(), "postcode": "B15 2TT"})
    log = out.getvalue()
    assert "POST /api/v1/pathways/{flow}/outcome 200" in log
    assert "GET /worried/{flow} 200" in log
    assert "POST /worried/{flow}/result 200" in log
    for typed in ("aan", "B15", "2TT", "v1.", "?"):
        assert typed not in log


def second_version(var: Path, change: str = "") -> Path:
    """A steward's own draft of the next version, in `var`."""
    text = (data_dir() / "pathways" / "early-help" / "1.yaml").read_text("utf-8")
    file = var / "pathways" / "early-help" / "2.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text.replace("version: '1'", "version: '2'", 1) + change, "utf-8")
    return file


@pytest.fixture
def newer(built: Path, tmp_path: Path) -> Iterator[TestClient]:
    """The application with a second version of the questionnaire."""
    var = empty_var(built, tmp_path / "var")
    second_version(var)
    with TestClient(create_app(data_dir(), var)) as client:
        yield client


def test_answers_keep_the_version_they_are_to(newer: TestClient) -> None:
    old = ask(newer, codes())
    assert old["version"] == "1"
    assert "Version 2" in old["notice_newer"]
    assert ask(newer, whole())["version"] == "2"
    assert ask(newer, whole())["notice_newer"] is None
    assert ask(newer, whole(), version="1")["version"] == "1"
    assert newer.get("/api/v1/pathways/early-help?version=1").json()["newer_version"] == "2"
    assert newer.get("/api/v1/pathways/early-help").json()["version"] == "2"


def test_a_file_that_breaks_leaves_its_version_in_use_and_one_taken_away_is_gone(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.pathway_state, "LOOK_EVERY_SECONDS", 0.0)
    var = empty_var(built, tmp_path / "var")
    file = second_version(var)
    state = State(data_dir(), var)
    pathways = PathwayState(state, DirectoryState(state))
    assert pathways.library().current("early-help").version == "2"
    whole_text = file.read_text("utf-8")
    file.write_text(whole_text.replace("questions:", "question:", 1), "utf-8")
    assert pathways.library().current("early-help").version == "2"
    assert f"{file}:" in (pathways.problem or "")
    file.write_text(whole_text, "utf-8")
    os.utime(file, (1, 1))
    assert pathways.library().current("early-help").version == "2"
    assert pathways.problem is None
    file.unlink()
    assert pathways.library().current("early-help").version == "1"


@pytest.mark.parametrize(
    ("postcode", "first"),
    [("B15 2TT", "111"), ("B91 3QB", "111"), (None, "111"), ("CF10 1EP", "999")],
)
def test_a_mental_health_crisis_begins_with_nhs_111_in_england_and_keeps_999_beside_it(
    asking: TestClient, postcode: str | None, first: str
) -> None:
    more = {"postcode": postcode} if postcode else {}
    told = ask(asking, whole(crisis="yes", crisis_life="no"), **more)
    numbers = [one["telephone"] for one in told["steps"]]
    assert ("111" in numbers) is (first == "111")
    assert "999" in numbers and told["call"]["telephone"] == first
    for sure in ("yes", "not_sure"):
        risk = ask(asking, whole(crisis="yes", crisis_life=sure, harm="yes"), **more)
        assert (risk["outcome"]["id"], risk["call"]["telephone"]) == ("crisis_life", "999")
