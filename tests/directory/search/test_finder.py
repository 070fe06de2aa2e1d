"""The search as professionals use it, over the sample."""

from __future__ import annotations

import datetime as dt
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from bench.judged import plain_fts5, read_judged, score
from directory.search.filters import Asked
from directory.search.finder import Finder
from geo.gazetteer import Gazetteer
from geo.home import data_dir
from tests.directory.search.sample import MONDAY, Generation, finder, sample_services

TYPED = {
    "CSE": "sexual_exploitation",
    "DV": "domestic_abuse",
    "ADHD": "adhd",
    "EHCP": "send_advice",
    "NRPF": "nrpf",
    "NEET": "neet",
    "HV": "child_development",
    "CAMHS": "anxiety_mood",
    "FTB": "anxiety_mood",
    "knife": "gangs_knives",
    "knives": "gangs_knives",
    "not eating": "eating",
    "mum drinks": "parent_substance_use",
    "self harm 14": "self_harm",
    "selfharm": "self_harm",
    "food bank": "food",
    "young carer": "young_carer",
}


@pytest.mark.parametrize("typed", TYPED)
def test_what_professionals_type_finds_what_helps_with_it_first(search: Finder, typed: str) -> None:
    answer = search.find(Asked(typed, at=MONDAY))
    for result in answer["results"][:2]:
        assert TYPED[typed] in {need["code"] for need in result["needs"]}, result["name"]


def test_the_gp_who_types_self_harm_14_with_a_postcode(search: Finder) -> None:
    answer = search.find(Asked("self harm 14", postcode="B15 2TT", at=MONDAY))
    first = answer["results"][0]
    assert "Self-Harm" in first["name"] and answer["understood"]["age"] == 14
    assert any("self harm in the name" in why for why in first["why"])
    assert any(why.startswith("For ages") for why in first["why"])
    assert any(why.startswith("Serves") for why in first["why"])
    assert any(why.startswith(("Checked", "Overdue")) for why in first["why"])
    for one in answer["results"]:
        assert one["serves"]["home"] in ("yes", "unknown")
    assert answer["revision"] == 1


def test_each_result_says_why_it_matched_and_when_it_was_last_assured(search: Finder) -> None:
    for typed in TYPED:
        for one in search.find(Asked(typed, at=MONDAY))["results"]:
            assert one["matched"] and one["why"][0].startswith(("Matches", "Helps")), (typed, one["name"])
            assert one["assured"]["words"] in one["why"]


def test_the_judged_queries_reach_what_was_promised_and_beat_fts5(search: Finder) -> None:
    judged = read_judged(data_dir() / "search" / "judged.csv")
    assert len(judged) >= 80

    def ask(one: Any) -> list[str]:
        asked = Asked(one.query, one.postcode, age=one.age, level=one.level, at=MONDAY, per_page=10)
        return [result["id"] for result in search.find(asked)["results"]]

    class Sample:
        services = {one["id"]: one for one in sample_services()}  # noqa: RUF012

    names = {need.code: need.name for need in search.analysis.needs.all}
    mean, first, _each = score(ask, judged)
    baseline, baseline_first, _each = score(plain_fts5(Sample, names), judged)  # type: ignore[arg-type]
    assert mean >= 0.85 and mean > baseline
    assert first > baseline_first


def test_pages_join_to_the_whole_without_gap_or_repeat(search: Finder) -> None:
    whole = search.find(Asked("dentist, teeth or sleep", at=MONDAY, per_page=100))
    ids = []
    for page in range(1, whole["total"] // 7 + 2):
        answer = search.find(Asked("dentist, teeth or sleep", at=MONDAY, per_page=7, page=page))
        ids += [one["id"] for one in answer["results"]]
        assert answer["pages"] == -(-whole["total"] // 7)
    assert ids == [one["id"] for one in whole["results"]]
    beyond = search.find(Asked("dentist, teeth or sleep", at=MONDAY, page=9999))
    assert beyond["results"] == [] and beyond["total"] == whole["total"]


def test_sorting_by_name_and_by_distance(search: Finder) -> None:
    names = [one["name"].casefold() for one in search.find(Asked("", at=MONDAY, sort="name"))["results"]]
    assert names == sorted(names)
    near = search.find(Asked("play", postcode="B15 2TT", at=MONDAY, sort="near", per_page=100))
    metres = [one["places"][0]["metres"] for one in near["results"] if one["places"]]
    known = [one for one in metres if one is not None]
    assert known == sorted(known) and len(known) > 3


def test_nothing_found_says_what_was_tried_what_is_nearest_and_whom_to_call(
    sample: Generation, gazetteer: Gazetteer, tmp_path: Path
) -> None:
    called, elsewhere = [], []

    def call(at: dt.datetime, authority: str) -> dict[str, str]:
        called.append(at)
        elsewhere.append(authority)
        return {"role": "CASS", "telephone": "0121 303 1888", "tel": "01213031888", "words": "open"}

    search = finder(sample, gazetteer, tmp_path, call=call)
    sunday = dt.datetime(2026, 11, 22, 3, 0, tzinfo=dt.UTC)
    answer = search.find(Asked("food bank", open_now=True, language="cy", at=sunday))
    advice = answer["nothing"]
    assert answer["total"] == 0 and advice["call"]["role"] == "CASS" and called == [sunday]
    assert advice["tried"][0].startswith("Words: food bank")
    assert any(one.startswith("Also what is not open now: ") for one in advice["tried"])
    assert any(one.startswith("In any language: ") for one in advice["tried"])
    assert advice["nearest"] and "food" in str(advice["nearest"][0]["needs"])
    alone = search.find(Asked("food bank", language="cy", at=sunday))["nothing"]
    without = search.find(Asked("food bank", at=sunday))["total"]
    assert f"In any language: {without} services." in alone["tried"]
    assert search.find(Asked("food bank", at=sunday))["nothing"] is None
    for postcode in ("B15 2TT", "B91 3QJ"):
        search.find(Asked("food bank", postcode=postcode, language="cy", at=sunday))
    solihull = "E08000029"
    assert elsewhere == ["", "", "", solihull], "a home outside the city has a line of its own"


def test_words_that_no_listing_has_are_told(search: Finder) -> None:
    answer = search.find(Asked("autism qwertyuiopish", at=MONDAY))
    assert answer["understood"]["missing"] == ["qwertyuiopish"]


def test_an_answer_is_kept_for_its_minute_and_home_and_a_changed_one_changes_nothing(
    search: Finder,
) -> None:
    asked = Asked("autism", at=MONDAY)
    first = search.answer(asked)
    assert search.answer(Asked("autism", at=MONDAY + dt.timedelta(seconds=30))) is first
    assert search.answer(Asked("autism", at=MONDAY + dt.timedelta(minutes=1))) is not first
    assert search.answer(Asked("autism", postcode="B15 2TT", at=MONDAY)) is not first
    assert search.answer(Asked("autism", age=3.0, at=MONDAY)) is not first
    search.find(asked)["results"].clear()
    assert search.find(asked)["results"]


def test_an_answer_is_json_and_holds_nothing_private(search: Finder) -> None:
    answer = json.loads(search.answer(Asked("", at=MONDAY, per_page=100)))
    text = json.dumps(answer)
    for one in answer["results"]:
        service = search.service(one["id"])
        assert service is not None
        if service.get("professional_notes"):
            assert service["professional_notes"] not in text
        phones = [
            phone["number"]
            for contact in service.get("contacts", ())
            if contact.get("audience") == "professional"
            for phone in contact.get("phones", ())
        ]
        assert one["contact"] is None or one["contact"]["telephone"] not in phones


def test_the_needs_are_counted(search: Finder) -> None:
    needs = {one["code"]: one for one in search.needs()}
    assert len(needs) >= 60
    assert needs["autism"]["count"] == search.find(Asked("", needs=frozenset({"autism"}), at=MONDAY))["total"]


def test_a_long_sentence_finds_what_it_is_about_where_no_listing_has_it_all(
    search: Finder,
) -> None:
    said = "spoke quietly beside the lockers regarding horrible whispering, shoving, bullying and spitting"
    found = search.find(Asked(said, at=MONDAY))
    assert found["total"] and "bullying" in {need["code"] for need in found["results"][0]["needs"]}


def test_suggestions_are_made_ready_before_anybody_types(
    sample: Generation, gazetteer: Gazetteer, tmp_path: Path
) -> None:
    fresh = finder(sample, gazetteer, tmp_path)
    fresh.warm()
    for thread in threading.enumerate():
        if thread.name == "search-warm":
            thread.join()
    assert "_suggestions" in vars(fresh)
