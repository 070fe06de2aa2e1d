"""The next step: whom to call, by when and what could help, at every kind of home and at any hour."""

from __future__ import annotations

import datetime as dt
import json
import random
from pathlib import Path
from typing import Any

import pytest
from click import unstyle

from directory.answer import Answers, Home
from directory.contact_steps import Audience, Spot, steps
from directory.helpful import helpful, needs
from directory.next_step import SUPPORTS, next_step, working_day
from directory.pathway.decide import Decision, decide
from directory.pathway.flow import Flow
from directory.pathway.reading import load_flow
from directory.pathway.walk import follow, parse
from directory.prepared import NEAR_BOUNDARY
from directory.routing.london import LONDON
from directory.search.finder import Finder
from directory.step_card import step_card
from geo.gazetteer import Gazetteer
from geo.home import data_dir
from geo.place import locate
from geo.sources.reference import Reference
from tests.directory.search.sample import finder, generation, sample_services

SMALL = load_flow(Path(__file__).parent / "pathway" / "small.yaml")
MORNING = dt.datetime(2026, 11, 23, 10, tzinfo=LONDON)
CHRISTMAS_EVE = dt.datetime(2026, 12, 24, 23, 10, tzinfo=LONDON)
CASS, EDT = "0121 303 1888", "0121 675 4806"
HOME = "B15 2TT"
AUDIENCES: tuple[Audience, ...] = ("professional", "public")

ADDRESSES = {
    "danger": "v1.ay",
    "complex": "v1.an.bn.dn.hd.ia.ky",
    "lado": "v1.an.bn.dy.ha.ia.ky",
    "ask_first": "v1.an.bn.dn.hc.ia.kn",
    "additional": "v1.an.bn.dn.hc.ia.ky",
    "conversation": "v1.an.bn.dn.hu.ia.ky",
    "universal_plus": "v1.an.bn.dn.hb.ia.ky",
    "universal": "v1.an.bn.dn.ha.ia.ky",
}
PLACES = {
    "a home": HOME,
    "nothing": None,
    "spaces": "  ",
    "a home in Solihull": "B91 3QB",
    "a home in Sandwell": "B70 8SZ",
    "a home far away": "LS1 4AP",
    "part of a postcode": "B15",
    "no postcode": "the blue house",
    "no fixed home": "ZZ99 3VZ",
    "a postcode that is not known": "B15 9ZZ",
}
MOMENTS = [
    MORNING,
    CHRISTMAS_EVE,
    dt.datetime(2026, 10, 25, 1, 30, tzinfo=LONDON, fold=1),
    dt.datetime(2027, 3, 28, 3, 30, tzinfo=LONDON),
    dt.datetime(2026, 11, 27, 16, 15, tzinfo=LONDON),
    dt.datetime(2035, 5, 1, 12, 0, tzinfo=LONDON),
]


def _decided(outcome: str) -> Decision:
    decision = decide(SMALL, parse(SMALL, ADDRESSES[outcome]))
    assert decision.outcome.id == outcome
    return decision


@pytest.fixture(scope="session")
def services(gazetteer: Gazetteer, tmp_path_factory: pytest.TempPathFactory) -> Finder:
    folder = tmp_path_factory.mktemp("next-step")
    return finder(generation(sample_services(), folder / "index"), gazetteer, folder / "var")


def _step(answers: Answers, outcome: str, place: str | None, at: dt.datetime = MORNING) -> dict[str, Any]:
    return next_step(_decided(outcome), answers=answers, place=place, at=at)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("at", MOMENTS, ids=[moment.isoformat() for moment in MOMENTS])
def test_every_outcome_ends_in_somebody_who_answers_now(
    answers: Answers, place: str, at: dt.datetime
) -> None:
    for outcome in ADDRESSES:
        step = _step(answers, outcome, PLACES[place], at)
        assert step["call"]["open"] is True, outcome
        assert step["call"]["telephone"] and step["call"]["tel"].startswith("tel:")
        assert any(one["open"] and one["kind"] != "danger" for one in step["steps"]), outcome
        assert step["danger"]["telephone"] == "999"
        assert step["family"]["call"]["open"] is True
        for route in step["also"]:
            assert not route["steps"] or any(one["open"] for one in route["steps"])
        assert json.loads(json.dumps(step)) == step
        assert step_card(step)


def test_in_office_hours_it_is_the_advice_service_and_at_night_the_duty_team(answers: Answers) -> None:
    day, night = (_step(answers, "complex", HOME, at) for at in (MORNING, CHRISTMAS_EVE))
    assert day["call"]["telephone"] == CASS
    assert day["call"]["words"] == "open until 5:15pm today"
    assert day["call"]["until"] == "2026-11-23T17:15:00Z"
    assert night["call"]["telephone"] == EDT
    assert night["call"]["until"] == "2026-12-29T08:45:00Z"


def test_danger_is_always_999_first(answers: Answers) -> None:
    for place in PLACES.values():
        step = _step(answers, "danger", place)
        assert step["call"]["telephone"] == "999"
        assert step["level"]["code"] == "immediate"


def test_an_open_team_comes_first_and_a_closed_one_says_when_it_opens(answers: Answers) -> None:
    day, night = (_step(answers, "additional", HOME, at) for at in (MORNING, CHRISTMAS_EVE))
    hub = day["steps"][0]
    assert (hub["kind"], hub["layer"], hub["open"]) == ("team", "hub", True)
    assert hub["sample"] is True and hub["telephone"].startswith("0121 496 0")
    assert day["call"] == hub
    assert night["steps"][0]["layer"] == "hub" and night["steps"][0]["open"] is False
    assert "opens" in night["steps"][0]["words"]
    assert night["call"]["telephone"] == EDT


def test_without_a_postcode_it_says_how_to_find_the_team_and_whom_to_call_meanwhile(answers: Answers) -> None:
    step = _step(answers, "additional", None)
    assert step["steps"][0]["kind"] == "find_team"
    assert "postcode" in step["steps"][0]["words"]
    assert step["call"]["telephone"] == CASS
    assert step["place"] is None and step["teams"] == []


def test_a_closed_line_of_the_front_door_has_the_duty_team_behind_it(answers: Answers) -> None:
    day, night = (_step(answers, "lado", HOME, at) for at in (MORNING, CHRISTMAS_EVE))
    assert [one["telephone"] for one in day["steps"]] == ["0121 675 1669", CASS]
    assert [one["open"] for one in night["steps"]] == [False, True]
    assert night["call"]["telephone"] == EDT


def test_a_home_in_solihull_is_solihulls_with_birmingham_only_for_a_child_who_is_here(
    answers: Answers,
) -> None:
    for outcome in ("complex", "additional", "lado"):
        step = _step(answers, outcome, "B91 3QB")
        assert step["call"]["telephone"] == "0121 788 4300", outcome
        assert step["steps"][-1]["kind"] == "found_here"
        assert step["steps"][-1]["when"] == "If the child is in Birmingham now"
        assert step["place"]["status"] == "outside_area" and "Solihull" in step["place"]["message"]
        assert not step["services"]
    assert _step(answers, "complex", "B91 3QB", CHRISTMAS_EVE)["call"]["telephone"] == "0121 605 6060"


def test_an_authority_without_a_number_is_named_and_somebody_still_answers(answers: Answers) -> None:
    step = _step(answers, "complex", "B70 8SZ", CHRISTMAS_EVE)
    assert "Sandwell" in step["steps"][0]["title"] and step["steps"][0]["telephone"] is None
    assert step["call"]["telephone"] == "101"


def test_the_postcode_of_a_home_is_nowhere_in_the_answer(answers: Answers, services: Finder) -> None:
    for at in (MORNING, CHRISTMAS_EVE):
        step = next_step(_decided("additional"), answers=answers, place=HOME, at=at, finder=services)
        text = json.dumps(step).upper()
        assert "B15 2TT" not in text and "B152TT" not in text
        assert step["place"]["district"]["name"] == "Edgbaston"


def test_the_family_is_never_given_a_line_for_professionals(answers: Answers) -> None:
    for outcome in ADDRESSES:
        for at in (MORNING, CHRISTMAS_EVE):
            call = _step(answers, outcome, HOME, at)["family"]["call"]
            assert call["telephone"] not in ("0121 675 1669",)
            listed = answers.routing.frame(at).contact_json.values()
            rows = [row for rows in listed for row in rows if row["telephone"] == call["telephone"]]
            assert any(row["audience"] in ("public", "both") for row in rows), outcome


def _spot(answers: Answers, at: dt.datetime, contacts: list[dict[str, Any]] | None = None) -> Spot:
    prepared = answers.prepared(at)
    home = answers.home(locate(answers.gazetteer, HOME), prepared)
    if contacts is not None:
        teams = [one | ({"contacts": contacts} if one["layer"] == "hub" else {}) for one in _teams(home)]
        # As if it were close to a boundary of all layers: such a home's contacts are not shared with others.
        home = home._replace(teams=json.dumps(teams).encode(), beside=frozenset(home.team_areas))
    return Spot(prepared, home)


def _teams(home: Home) -> list[dict[str, Any]]:
    teams: list[dict[str, Any]] = json.loads(home.teams)
    return teams


def _listed(words: list[str], spot: Spot, audience: Audience = "professional") -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(steps(tuple(words), spot, audience).listed)
    return listed


def test_behind_whatever_is_closed_stands_at_once_who_answers(answers: Answers) -> None:
    night = _listed(["team:hub", "team:health_visiting"], _spot(answers, CHRISTMAS_EVE))
    assert [one["kind"] for one in night] == ["team", "front_door", "team"]
    lines = _listed(["front_door:LADO", "team:hub"], _spot(answers, CHRISTMAS_EVE))
    assert [one["kind"] for one in lines] == ["line", "front_door", "team"]
    alone = _listed(["danger"], _spot(answers, CHRISTMAS_EVE))
    assert [one["kind"] for one in alone] == ["danger", "front_door"]


def test_of_a_teams_contacts_the_open_one_for_the_caller_is_given(answers: Answers) -> None:
    hub = _spot(answers, MORNING).teams
    assert hub is not None
    first = hub["hub"]["contacts"][0]
    closed = first | {"telephone": "0121 496 0997", "open": False}
    public = first | {"telephone": "0121 496 0998", "audience": "public"}
    ready = first | {"telephone": "0121 496 0999", "audience": "professional"}
    spot = _spot(answers, MORNING, [closed | {"audience": "professional"}, public, ready])
    assert _listed(["team:hub"], spot)[0]["telephone"] == "0121 496 0999"
    assert _listed(["team:hub"], spot, "public")[0]["telephone"] == "0121 496 0998"
    nobody = _listed(["team:hub"], _spot(answers, MORNING, []))
    assert nobody[0]["telephone"] is None and nobody[1]["telephone"] == CASS


@pytest.mark.parametrize(
    ("start", "days", "day"),
    [
        ("2026-11-23", 1, "2026-11-24"),
        ("2026-11-27", 1, "2026-11-30"),  # a Friday
        ("2026-11-28", 1, "2026-11-30"),  # a Saturday
        ("2026-12-24", 1, "2026-12-29"),  # Christmas, Boxing Day on a Saturday, a day in lieu
        ("2026-12-24", 5, "2027-01-05"),
        ("2027-03-25", 1, "2027-03-30"),  # Good Friday and Easter Monday
        ("2026-11-28", 0, "2026-11-30"),
        ("2026-11-23", 0, "2026-11-23"),
        ("2026-12-25", 0, "2026-12-29"),
        ("2026-01-01", 260, "2027-01-12"),  # 253 working days are left of 2026
    ],
)
def test_working_days_pass_over_weekends_and_bank_holidays(start: str, days: int, day: str) -> None:
    assert working_day(dt.date.fromisoformat(start), days).isoformat() == day


def test_the_day_is_londons_and_not_that_of_utc(answers: Answers) -> None:
    late = dt.datetime(2026, 7, 1, 23, 30, tzinfo=dt.UTC)  # already 2 July in London
    assert _step(answers, "complex", None, late)["by"]["date"] == "2026-07-03"
    assert _step(answers, "universal", None, late)["by"]["date"] is None


def test_what_must_come_has_a_date_and_somebody_to_go_to(answers: Answers) -> None:
    by = _step(answers, "complex", None)["by"]
    assert by["date"] == "2026-11-24"
    assert "Tuesday 24 November 2026" in by["words"] and "the team manager" in by["words"]


def test_services_answer_to_the_needs_and_open_ones_come_first(answers: Answers, services: Finder) -> None:
    decision = decide(SMALL, parse(SMALL, "v1.an.bm.cn.dn.hc.ia.ky"))
    assert needs(decision) == {"parenting", "criminal_exploitation", "child_development"}
    step = next_step(decision, answers=answers, place=HOME, at=MORNING, finder=services)
    found = step["services"]
    assert 3 <= len(found) <= 8
    for one in found:
        assert needs(decision) & {need["code"] for need in one["needs"]}
        assert one["serves"]["home"] != "no"
    order = [{True: 0, None: 1, False: 2}[one["open"]["now"]] for one in found]
    assert order == sorted(order) and order[0] == 0
    assert step["versions"]["listings"] == services.revision


def test_a_service_that_is_closed_stands_behind_those_that_are_open(
    answers: Answers, services: Finder
) -> None:
    evening = dt.datetime(2026, 11, 23, 18, tzinfo=LONDON)
    decision, home = _decided("additional"), services.geography.home(HOME, evening.date())
    found = helpful(decision, needs(decision), home, evening, services)
    now = [json.loads(one)["open"]["now"] for one in found]
    assert {True, False} <= set(now)
    assert now == sorted(now, key=[True, None, False].index)


def test_an_answer_of_not_sure_asks_for_no_service(answers: Answers) -> None:
    assert needs(_decided("conversation")) == frozenset()
    assert needs(_decided("universal")) == {"early_play"}


def test_the_services_found_before_are_given_again_and_those_of_another_home_are_not(
    answers: Answers, services: Finder
) -> None:
    decision = _decided("additional")
    first = next_step(decision, answers=answers, place=HOME, at=MORNING, finder=services)["services"]
    other = next_step(decision, answers=answers, place="B72 1TU", at=MORNING, finder=services)["services"]
    again = next_step(decision, answers=answers, place=HOME, at=MORNING, finder=services)["services"]
    assert first == again
    assert [one["id"] for one in first] != [one["id"] for one in other]


def test_the_caution_of_a_home_near_a_boundary_is_carried_with_the_team_beside_it(
    answers: Answers, reference: Reference
) -> None:
    for postcode in reference.postcodes[:4000:7]:
        step = _step(answers, "additional", postcode)
        hub = step["steps"][0]
        if hub["beside"]:
            assert NEAR_BOUNDARY in step["cautions"]
            assert hub["beside"][0]["metres"] <= 50
            return
    raise AssertionError("no home near a boundary was found")


def test_it_says_what_it_is_and_what_it_was_made_from(answers: Answers) -> None:
    step = _step(answers, "additional", HOME)
    assert step["supports"] == SUPPORTS
    assert step["answers"] == ADDRESSES["additional"]
    assert step["notice"] == "Made up for the tests."
    assert step["date"] == "2026-11-23T10:00+00:00"
    assert step["versions"]["questionnaire"] == "small 1 (draft)"
    assert {"postcodes", "gazetteer", "contacts"} <= set(step["versions"])


def _shipped() -> list[Flow]:
    return [load_flow(path) for path in sorted((data_dir() / "pathways").glob("*/*.yaml"))]


@pytest.mark.parametrize("flow", _shipped(), ids=lambda flow: f"{flow.id}-{flow.version}")
def test_every_outcome_of_the_shipped_questionnaire_has_an_open_contact(answers: Answers, flow: Flow) -> None:
    for at in MOMENTS:
        prepared = answers.prepared(at)
        for home in (answers.home(locate(answers.gazetteer, HOME), prepared), None):
            spot = Spot(prepared, home)
            for words in [one.contact for one in (*flow.outcomes, *flow.routes)]:
                for audience in AUDIENCES:
                    call = json.loads(steps(words, spot, audience).call)
                    assert call["open"] and call["telephone"]


@pytest.mark.parametrize("flow", _shipped(), ids=lambda flow: f"{flow.id}-{flow.version}")
def test_the_teams_to_call_are_those_of_the_home_whoever_asked_before(
    answers: Answers, flow: Flow, reference: Reference
) -> None:
    """What homes share is made once. Each home is told of its own teams all the same, and of those beside."""
    words = [one.contact for one in (*flow.outcomes, *flow.routes)]
    seen, beside = set(), 0
    for postcode in reference.postcodes[:12_000:25]:
        told = json.loads(answers.answer(postcode, at=MORNING).body)
        wanted = {one["layer"]: (one["code"], one["near"]) for one in told["teams"]}
        prepared = answers.prepared(MORNING)
        spot = Spot(prepared, answers.home(locate(answers.gazetteer, postcode), prepared))
        for one in words:
            for step in _listed(list(one), spot):
                if step["kind"] == "team" and step["telephone"]:
                    code, near = wanted[step["layer"]]
                    assert step["code"] == code, (postcode, one)
                    assert step["beside"] == [{k: each[k] for k in ("name", "metres")} for each in near]
                    seen.add(code)
                    beside += bool(near)
    assert len(seen) > 25 and beside > 20


def _named(facts: object) -> set[str]:
    """The references of sources that facts name anywhere but among the contacts, which have their own."""
    if isinstance(facts, list):
        return set().union(*map(_named, facts))
    if not isinstance(facts, dict):
        return set()
    own = {facts["source"]} if facts.get("source") and "telephone" not in facts else set()
    return own.union(*(_named(one) for one in facts.values()))


@pytest.mark.parametrize("flow", _shipped(), ids=lambda flow: f"{flow.id}-{flow.version}")
def test_every_source_that_is_named_is_told_once(answers: Answers, flow: Flow) -> None:
    drawn = random.Random(8)
    for _walk in range(40):
        given: dict[str, str] = {}
        while (question := follow(flow, given).next) is not None:
            given[question.id] = drawn.choice(question.choices[:-1] or question.choices).id
        step = next_step(decide(flow, given), answers=answers, place=HOME, at=MORNING)
        parts = [step[name] for name in ("outcome", "rule", "route", "why", "also")]
        assert set(step["sources"]) == _named(parts)
        for reference, source in step["sources"].items():
            assert source["reference"] == reference and source["words"] and source["address"]


def test_the_card_begins_with_a_number_that_answers_and_with_the_newer_version(answers: Answers) -> None:
    step = _step(answers, "additional", HOME, CHRISTMAS_EVE)
    assert not step["steps"][0]["open"], "the team is shut"
    lines = unstyle(step_card(step | {"notice_newer": "Version 2 has been in use."})).splitlines()
    assert lines[0] == "Version 2 has been in use."
    shown = [line.split("  ")[1] for line in lines if line.startswith("  0121")]
    assert lines[lines.index("Call now") + 1].strip().startswith(EDT) and shown[0] == EDT
    assert step["steps"][0]["telephone"] in shown[1:] and shown.count(EDT) == 1
