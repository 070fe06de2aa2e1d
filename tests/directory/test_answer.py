"""The one answer: whole, the same everywhere, and true for every postcode of the city."""

from __future__ import annotations

import datetime as dt
import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.answer import Answers, LayerUnknown
from directory.moment import day, london_moment
from directory.prepared import DERIVED, ILLUSTRATIVE, NEAR_BOUNDARY, PARKED
from geo.place import STATUSES
from geo.sources.reference import Reference

CHRISTMAS_EVE = london_moment("2026-12-24T23:10")


def _ask(answers: Answers, text: str, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(answers.answer(text, **more).body)
    return answer


def test_every_postcode_of_the_city_is_answered_with_its_areas_alone_and_in_bulk(
    answers: Answers, reference: Reference
) -> None:
    prepared = answers.prepared()
    near = {layer: reference.columns[f"{layer}_near"] for layer in ("district", "ward_2004", "ward_2018")}
    for row, postcode in enumerate(reference.postcodes):
        alone = _ask(answers, postcode)
        status, bulk = answers.short(postcode, prepared)
        together = json.loads(bulk)
        assert status == alone["status"] == "ok"
        assert alone["postcode"] == postcode
        assert together["areas"] == alone["areas"]
        assert {k: alone[k] for k in together} == together
        for layer in ("district", "ward_2004", "ward_2018", "constituency_2024", "lsoa_2021"):
            assert alone["areas"][layer]["code"] == reference.columns[layer][row]
        for layer, cells in near.items():
            told = {n["code"]: n["metres"] for n in alone["areas"][layer]["near"]}
            parts = [part.split(":") for part in cells[row].split(";") if part]
            assert told == {code: int(metres) for code, metres in parts if int(metres) <= 50}
        teams = {team["layer"]: team for team in alone["teams"]}
        assert set(teams) == {"hub", "childrens_centre", "health_visiting", "family_support"}
        for layer, team in teams.items():
            assert (team["code"], team["name"]) == (
                alone["areas"][layer]["code"],
                alone["areas"][layer]["name"],
            )
            assert team["near"] == alone["areas"][layer]["near"]
            assert team["contacts"]


def test_a_home_near_a_boundary_that_matters_is_told_to_check_the_address(
    answers: Answers, reference: Reference
) -> None:
    for postcode in random.Random(2).sample(reference.postcodes, 3000):
        answer = _ask(answers, postcode)
        near = [
            layer
            for layer, area in answer["areas"].items()
            if area["near"] and (layer == "district" or answer["layers"][layer]["kind"] == "team")
        ]
        assert (NEAR_BOUNDARY in answer["cautions"]) == bool(near)


def test_6_6_percent_of_postcodes_are_near_another_district(answers: Answers) -> None:
    gazetteer = answers.gazetteer
    near = sum(any(n.generation == 0 for n in gazetteer.near(row)) for row in range(gazetteer.city_rows))
    assert near == 2318
    assert near / gazetteer.city_rows == pytest.approx(0.066, abs=0.0005)


def test_a_postcode_parked_at_a_sorting_office_says_that_it_is_not_the_homes_place(answers: Answers) -> None:
    gazetteer = answers.gazetteer
    for row in range(0, gazetteer.city_rows, 7):
        answer = _ask(answers, gazetteer.city.postcode(row))
        shared = answer["position"]["shared_by"]
        assert answer["position"]["is_home"] == (shared < 10)
        assert (PARKED in answer["cautions"]) == (shared >= 10)


def test_near_the_edge_of_the_city_the_other_authority_is_named(answers: Answers) -> None:
    gazetteer = answers.gazetteer
    rows = [row for row in range(gazetteer.city_rows) if gazetteer.near_authority(row)]
    assert rows
    for row in rows:
        answer = _ask(answers, gazetteer.city.postcode(row))
        beyond = answer["near_authority"]
        assert beyond["name"] != "Birmingham"
        assert 1 <= beyond["metres"] <= 75
        assert any(beyond["name"] in caution for caution in answer["cautions"])


def test_every_answer_with_teams_says_that_they_are_illustrative(answers: Answers) -> None:
    answer = _ask(answers, "B15 2TT")
    assert ILLUSTRATIVE in answer["cautions"]
    assert {team["status"] for team in answer["teams"]} == {"illustrative"}
    assert answer["layers"]["hub"]["status"] == "illustrative"
    assert answer["layers"]["district"]["status"] == "confirmed"
    assert all(contact["sample"] for team in answer["teams"] for contact in team["contacts"])
    assert DERIVED not in answer["cautions"]


def test_the_package_does_not_know_what_has_ended_and_says_so(answers: Answers) -> None:
    assert _ask(answers, "B15 2TT")["currency"].startswith("may be terminated")


def test_who_answered_on_a_day_is_told_for_that_day(answers: Answers) -> None:
    before = _ask(answers, "B15 2TT", on=day("2015-03-31"))
    after = _ask(answers, "B15 2TT", on=day("2015-04-01"))
    assert before["layers"]["health_visiting"]["owner"].startswith("NHS")
    assert before["areas"]["health_visiting"]["code"] == "HVN08"
    assert after["layers"]["health_visiting"]["owner"].startswith("Birmingham City Council")
    assert after["areas"]["health_visiting"]["code"] == "HV08"
    assert before["areas"]["ward_2018"]["in_force"] is False
    assert before["areas"]["ward_2004"]["in_force"] is True
    assert before["areas"]["constituency_2024"]["in_force"] is False


def test_before_any_team_was_there_none_is_named(answers: Answers) -> None:
    answer = _ask(answers, "B15 2TT", on=day("2009-01-01"))
    assert answer["areas"]["hub"] is None
    assert answer["teams"] == []
    assert answer["areas"]["district"]["name"] == "Edgbaston"


def test_the_duty_team_answers_on_christmas_eve_at_ten_past_eleven(answers: Answers) -> None:
    call = _ask(answers, "B15 2TT", at=CHRISTMAS_EVE)["call"]
    assert call["danger"]["telephone"] == "999"
    assert call["now"]["role"] == "Emergency Duty Team"
    assert call["now"]["open"] is True
    assert call["now"]["telephone"] == "0121 675 4806"


def test_the_advice_service_answers_in_its_hours(answers: Answers) -> None:
    call = _ask(answers, "B15 2TT", at=london_moment("2026-11-23T10:00"))["call"]
    assert call["now"]["telephone"] == "0121 303 1888"
    assert call["now"]["open"] is True


def test_an_answer_holds_for_a_stretch_that_contains_its_moment(answers: Answers) -> None:
    for text in ("2026-11-23T08:44:59", "2026-11-23T08:45:00", "2026-10-25T01:30", "2027-03-28T02:30"):
        moment = london_moment(text)
        holds = _ask(answers, "B15 2TT", at=moment)["holds"]
        start, end = (dt.datetime.fromisoformat(holds[key]) for key in ("from", "until"))
        assert start <= moment < end
        assert end - start <= dt.timedelta(hours=25)


@given(st.text(max_size=20))
def test_any_text_is_answered_with_one_status_a_message_and_whom_to_call(answers: Answers, text: str) -> None:
    asked = answers.answer(text)
    answer = json.loads(asked.body)
    assert answer["status"] == asked.status
    assert asked.status in STATUSES
    assert answer["call"]["danger"]["telephone"] == "999"
    assert "areas" in answer or answer["message"]
    status, short = answers.short(text, answers.prepared())
    assert status == asked.status
    assert json.loads(short)["status"] == status


def test_an_outcode_is_answered_with_shares_and_the_request_for_the_rest(answers: Answers) -> None:
    answer = _ask(answers, "B15")
    assert [d["name"] for d in answer["districts"]] == ["Edgbaston", "Ladywood", "Selly Oak"]
    assert "full postcode" in answer["message"]
    assert sum(d["share"] for d in answer["districts"]) == pytest.approx(1, abs=0.001)


def test_a_new_postcode_is_not_known_yet_and_has_candidates_by_map(answers: Answers) -> None:
    answer = _ask(answers, "B15 2ZZ")
    assert answer["status"] == "unknown"
    assert "not known yet" in answer["message"]
    assert {"district", "hub", "childrens_centre", "health_visiting"} <= set(answer["candidates"])
    assert [c["name"] for c in answer["candidates"]["district"]] == ["Edgbaston", "Ladywood", "Selly Oak"]
    assert "areas" not in answer


def test_solihull_has_its_own_front_door(answers: Answers) -> None:
    answer = _ask(answers, "B91 2AA")
    assert answer["authority"]["name"] == "Solihull"
    assert answer["authority"]["telephone"] == "0121 788 4300"
    assert answer["authority"]["out_of_hours"] == "0121 605 6060"


@pytest.mark.parametrize(
    ("moment", "telephone"), [("2026-11-23T10:00", "0121 788 4300"), ("2026-12-25T10:00", "0121 605 6060")]
)
def test_a_home_in_solihull_is_sent_to_solihulls_open_line_never_to_birminghams(
    answers: Answers, moment: str, telephone: str
) -> None:
    for typed in ("B91 2AA", "B91", "B91 2"):
        call = _ask(answers, typed, at=london_moment(moment))["call"]
        assert call["authority"]["name"] == "Solihull"
        assert (call["now"]["telephone"], call["now"]["open"]) == (telephone, True)
        assert call["danger"]["telephone"] == "999"
        assert "0121 303 1888" not in json.dumps(call)
        assert "0121 675 4806" not in json.dumps(call)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("B61 8DA", "Worcestershire County Council"),
        ("CV1 1AA", None),
        ("SW1A 1AA", "children's services there"),
        ("OX1 1AA", "county council"),
        ("JE2 3AB", "Jersey"),
        ("NPT 0AA", None),
    ],
)
def test_where_no_number_is_held_none_is_given_and_the_right_council_is_named(
    answers: Answers, typed: str, words: str | None
) -> None:
    answer = _ask(answers, typed)
    assert answer["call"]["now"] is None
    assert all("0121 303" not in (c["telephone"] or "") for c in answer["call"]["also"])
    if words:
        assert words in answer["message"]
    else:
        assert answer["message"]


def test_only_the_layers_asked_for_are_told(answers: Answers) -> None:
    answer = _ask(answers, "B15 2TT", wanted=answers.wanted("district, hub"))
    assert list(answer["areas"]) == ["district", "hub"]
    assert list(answer["layers"]) == ["district", "hub"]
    assert [team["layer"] for team in answer["teams"]] == ["hub"]
    with pytest.raises(LayerUnknown, match=r"no layer 'moon'.*district"):
        answers.wanted("moon")


@pytest.mark.parametrize("on", ["0001-01-01", "2009-01-01", "2014-01-01", "2026-11-22", "9999-12-31"])
@pytest.mark.parametrize(
    "layers", ["hub", "health_visiting", "hub,district", "ward_2004", "hub,childrens_centre"]
)
def test_any_layers_on_any_day_make_a_whole_answer(answers: Answers, on: str, layers: str) -> None:
    answer = _ask(answers, "B15 2TT", on=day(on), wanted=answers.wanted(layers))
    assert set(answer["areas"]) == set(layers.split(","))
    asked = [layer for layer in layers.split(",") if answer["areas"][layer]]
    assert set(answer["layers"]) == set(asked)
    _status, short = answers.short("B15 2TT", answers.prepared(None, day(on), answers.wanted(layers)))
    assert json.loads(short)["areas"] == answer["areas"]


def test_no_switchboard_is_ever_told(answers: Answers, reference: Reference) -> None:
    body = answers.answer("B15 2TT").body.decode()
    assert "303 1111" not in body
    for postcode in random.Random(4).sample(reference.postcodes, 200):
        assert "303 1111" not in answers.answer(postcode).body.decode()
