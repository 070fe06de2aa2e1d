"""What a typed query is read as."""

from __future__ import annotations

import json

import pytest

from directory.search.filters import Asked
from directory.search.finder import Finder
from tests.directory.search.sample import MONDAY

AGES = {
    "self harm 14": [(14, 15)],
    "14 year old": [(14, 15)],
    "14yo anxious": [(14, 15)],
    "14 y/o": [(14, 15)],
    "14-year-old": [(14, 15)],
    "aged 3": [(3, 4)],
    "age 3 autism": [(3, 4)],
    "Year 7 bullying": [(11, 13)],
    "9 and 11": [(9, 10), (11, 12)],
    "18 months": [(1.5, 1.5 + 1 / 12)],
    "6 weeks old": [(0, 1)],
    "baby": [(0, 2)],
    "11-16": [(11, 17)],
    "ages 5 to 11": [(5, 12)],
    "under 5s": [(0, 5)],
    "16+": [(16, 26)],
    "teenager": [(13, 20)],
    "ks2": [(7, 12)],
    # No ages.
    "level 3": [],
    "24/7 helpline": [],
    "24 hour line": [],
    "s17": [],
    "call 101": [],
    "ward 12": [],
    "30 people": [],
    "6 sessions": [],
    "£10": [],
}


@pytest.mark.parametrize("text", AGES)
def test_ages_are_read_and_other_numbers_are_not(search: Finder, text: str) -> None:
    read = [tuple(round(edge, 2) for edge in span) for span in search.understanding.read(text).ages]
    assert read == [tuple(round(edge, 2) for edge in span) for span in AGES[text]]


@pytest.mark.parametrize(
    "text",
    ["3 kids evicted", "2 young children", "4 GCSEs", "two boys", "1=1", "2 bedrooms", "twins and 3 others"],
)
def test_how_many_there_are_is_no_age(search: Finder, text: str) -> None:
    assert search.understanding.read(text).ages == ()


@pytest.mark.parametrize("text", ["yr 10 girl", "yr10 girl", "y10 girl", "girl in yr. 10"])
def test_a_year_of_school_is_read_however_it_is_shortened(search: Finder, text: str) -> None:
    assert search.understanding.read(text).ages == search.understanding.read("year 10").ages != ()
    assert search.understanding.read("10 yr old").ages == search.understanding.read("aged 10").ages


def test_an_age_after_the_first_half_of_a_postcode_is_an_age(search: Finder) -> None:
    understood = search.understanding.read("youth club B8 9 year old")
    assert understood.postcode == "B8" and [span.first for span in understood.ages] == [9]
    assert search.understanding.read("youth club B8 1").postcode == "B8 1"


@pytest.mark.parametrize("typed", ["self harm B15.2TT", "self harm b15_2tt", "self harm B15 - 2TT"])
def test_a_postcode_with_anything_between_its_halves_is_a_postcode(search: Finder, typed: str) -> None:
    understood = search.understanding.read(typed)
    assert understood.postcode == "B15 2TT" and understood.text == "self harm"


def test_words_that_only_fill_a_sentence_may_stand_within_a_phrase(search: Finder) -> None:
    for said, plain in (
        ("parents are always arguing", "parents arguing"),
        ("mum is still getting drunk", "mum drunk"),
        ("dad keeps hitting his son", "dad hits son"),
    ):
        loose, tight = (search.understanding.read(text) for text in (said, plain))
        codes = [
            [t for t, _ in term.group.tokens if t.startswith("need:")] for term in loose.terms if term.phrase
        ]
        wanted = [
            [t for t, _ in term.group.tokens if t.startswith("need:")] for term in tight.terms if term.phrase
        ]
        assert codes == wanted, said
    assert not any(
        term.read_as == "Domestic abuse" for term in search.understanding.read("mum is not hit").terms
    )


def test_a_number_that_is_no_age_speaks_of_no_need(search: Finder) -> None:
    for term in search.understanding.read("30 sessions of 16 hours").terms:
        assert not any(
            token.startswith("need:") for token, _weight in term.group.tokens if term.typed.isdigit()
        )


@pytest.mark.parametrize("text", ["unborn baby", "20 weeks pregnant", "unborn"])
def test_a_child_not_yet_born_is_understood(search: Finder, text: str) -> None:
    assert search.understanding.read(text).unborn


@pytest.mark.parametrize(
    "typed", ["self harm B15 2TT", "b152tt self harm", "self harm 14 B15-2TT", "B99 9ZZ x"]
)
def test_a_postcode_in_the_text_is_taken_out_and_never_said_again(search: Finder, typed: str) -> None:
    understood = search.understanding.read(typed)
    assert understood.postcode
    said = json.dumps(search.find(Asked(typed, at=MONDAY))) + repr(understood)
    for part in ("B15 2TT", "B152TT", "b152tt", "2TT", "B99", "9ZZ"):
        assert part not in said
    assert "postcode='" not in repr(Asked("x", postcode="B15 2TT"))


def test_a_postcode_in_the_text_says_where_the_home_is(search: Finder) -> None:
    told = search.find(Asked("self harm B15 2TT", at=MONDAY))["understood"]
    assert told["postcode"] == {"status": "ok", "district": "Edgbaston"}
    assert told["text"] == "self harm"


@pytest.mark.parametrize("text", ["year 7 3rd term", "ks2 1st", "level 3 2nd"])
def test_what_only_looks_like_a_postcode_stays(search: Finder, text: str) -> None:
    assert search.understanding.read(text).postcode == ""


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("level 3 family support", "additional"),
        ("universal plus", "universal_plus"),
        ("level of need 4", "complex"),
        ("additional needs", None),
    ],
)
def test_a_level_is_read_where_it_is_named(search: Finder, text: str, level: str | None) -> None:
    assert search.understanding.read(text).level == level


def test_open_now_and_free_are_filters_but_not_free_school_meals(search: Finder) -> None:
    understood = search.understanding.read("food bank open now free")
    assert understood.open_now and understood.free
    assert [term.typed for term in understood.terms] == ["food bank"]
    for text in ("free school meals", "drug free", "smoke-free home"):
        assert not search.understanding.read(text).free


@pytest.mark.parametrize("text", ["DA", "da", "SEND", "send 9", "LAC", "OT sensory"])
def test_an_ambiguous_abbreviation_says_how_it_was_read_and_what_else_it_could_be(
    search: Finder, text: str
) -> None:
    (reading, *_) = search.understanding.read(text).readings
    assert reading["read_as"] and reading["could_also_be"]


@pytest.mark.parametrize("text", ["where do I send the form", "hi we want advice", "please add me"])
def test_send_the_verb_is_not_send_the_abbreviation(search: Finder, text: str) -> None:
    assert search.understanding.read(text).readings == ()


def test_send_makes_the_higher_greatest_age_count(search: Finder) -> None:
    asked = Asked("SEND advice", age=23, at=MONDAY)
    found = search.find(asked)["results"]
    assert found and all("SEND" in one["ages"] or "25" in one["ages"] for one in found[:1])
    names = {one["name"] for one in search.find(Asked("advice", age=23, at=MONDAY, per_page=100))["results"]}
    assert found[0]["name"] not in names


def test_a_phrase_in_quotation_marks_must_stand_in_the_listing(search: Finder) -> None:
    both = search.find(Asked("coffee morning", at=MONDAY, per_page=100))
    said = search.find(Asked('"coffee mornings"', at=MONDAY, per_page=100))
    assert 0 < said["total"] <= both["total"]
    for one in said["results"]:
        service = search.service(one["id"])
        assert service is not None and "coffee morning" in json.dumps(service).lower()


def test_the_name_of_a_district_asks_for_what_serves_it(search: Finder) -> None:
    told = search.find(Asked("parenting Erdington", at=MONDAY))["understood"]
    assert told["area"] == {"layer": "district", "code": "E14000561", "name": "Erdington (district)"}
    assert told["readings"][0]["could_also_be"]
