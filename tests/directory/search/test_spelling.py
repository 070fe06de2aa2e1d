"""Slips are mended, known words never touched."""

from __future__ import annotations

import pytest

from directory.search.filters import Asked
from directory.search.finder import Finder
from directory.search.spelling import Spelling
from directory.search.words import words
from tests.directory.search.sample import MONDAY

SLIPS = {
    "anxeity": "anxiety",
    "axniety": "anxiety",
    "counselin": "counselling",
    "councelling": "counselling",
    "bulying": "bullying",
    "bullyng": "bullying",
    "exlusion": "exclusion",
    "parentng": "parenting",
    "housng": "housing",
    "nursrey": "nursery",
    "toddlr": "toddler",
    "autisim": "autism",
    "domestc": "domestic",
    "voilence": "violence",
    "exploitaton": "exploitation",
    "bereavemnt": "bereavement",
    "speach": "speech",
    "langauge": "language",
    "pregnent": "pregnant",
    "breastfeding": "breastfeeding",
    "safegaurding": "safeguarding",
    "disabilty": "disability",
    "atendance": "attendance",
    "fosterng": "fostering",
    "runing": "running",
    "homless": "homeless",
    "suicde": "suicide",
    "selfharn": "selfharm",
}


def test_there_are_twenty_eight_slips() -> None:
    assert len(SLIPS) >= 28


@pytest.mark.parametrize("typed", SLIPS)
def test_a_slip_is_mended_searched_and_told(search: Finder, typed: str) -> None:
    (word,) = words(typed)
    assert search.spelling.correct(word) == SLIPS[typed]
    answer = search.find(Asked(typed, at=MONDAY))
    (told,) = answer["understood"]["corrected"]
    assert told["typed"] == typed and answer["total"] > 0
    mended = search.find(Asked(SLIPS[typed], at=MONDAY))
    assert [one["id"] for one in answer["results"]] == [one["id"] for one in mended["results"]]


def test_no_word_of_any_listing_is_ever_changed(search: Finder) -> None:
    for written in search.columns.written:
        for word in words(written):
            assert search.spelling.correct(word) is None, written


def test_names_of_organisations_districts_wards_and_languages_are_known(search: Finder) -> None:
    organizations = {
        str((search.service(one) or {}).get("organization", {}).get("name", "")) for one in search.columns.ids
    }
    areas = {name for layer in ("district", "ward_2018") for _code, name in search.geography.areas(layer)}
    for name in organizations | areas | {"Urdu", "Tigrinya", "Sylheti"}:
        assert search.understanding.read(name).corrected == (), name


@pytest.mark.parametrize("typed", ["da", "xyz", "qqqqqqqqqq", "b4by", "ABCDE", "zzzz"])
def test_what_is_short_far_from_everything_or_an_abbreviation_is_left(search: Finder, typed: str) -> None:
    assert search.understanding.read(typed).corrected == ()


@pytest.mark.parametrize(
    "typed", ["walls", "killed", "swearing", "bits", "shes", "grandkids", "punching", "lessons", "cupboard"]
)
def test_an_ordinary_word_that_no_listing_has_is_not_made_into_another(search: Finder, typed: str) -> None:
    assert search.understanding.read(typed).corrected == ()


def test_a_slip_keeps_its_first_letter_but_for_a_swap() -> None:
    spelling = Spelling({"filled": 9, "nurse": 3}, ())
    assert spelling.correct(words("killed")[0]) is None
    assert spelling.correct(words("unrse")[0]) == "nurse"


def test_the_commoner_word_is_chosen_of_two_as_near() -> None:
    spelling = Spelling({"sleep": 9, "sheep": 1}, ())
    assert spelling.correct(words("sneep")[0]) == "sleep"
    assert spelling.correct(words("sheeps")[0]) is None
