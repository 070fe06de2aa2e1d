"""Whatever is typed is answered: no error, nothing odd let through to an engine."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.search.filters import Asked
from directory.search.finder import Finder
from tests.directory.search.sample import MONDAY

ODD = [
    "*e*",
    "*",
    "?*?",
    "A&E",
    "IT",
    "it",
    "the",
    "AND OR NOT",
    "name:autism",
    "[a TO z]",
    "autism~2",
    "autism^9",
    '"',
    '"unbalanced',
    "''''",
    "\\",
    "'; DROP TABLE service; --",
    "😀",
    "👩‍👩‍👧",
    "\x00\x00",
    "self\x00harm",
    "مساعدة",
    "\u202eabc\u202d",
    "न्याय",
    "日本語",
    "x" * 10_000,
    "self harm " * 1000,
    "(" * 5000,
    "1 2 3 4 5 6 7 8 9 10 11 12 13",
    "99999999999999999999",
    "-1",
    "١٤",
    "²",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "%s%n",
    "need:self_harm",
    "first:autism",
    "\ud800",
    "",
    "   ",
]


@pytest.mark.parametrize("typed", ODD, ids=[ascii(one)[:24] for one in ODD])
def test_odd_text_is_answered(search: Finder, typed: str) -> None:
    answer = search.find(Asked(typed, at=MONDAY))
    assert answer["total"] >= 0 and (answer["nothing"] is None) == (answer["total"] > 0)
    assert len(answer["understood"]["text"]) <= 200
    search.suggest(typed)


def test_a_star_or_a_range_means_nothing_and_finds_no_more_than_its_letters(search: Finder) -> None:
    assert search.find(Asked("*e*", at=MONDAY))["total"] == 0
    assert (
        search.find(Asked("autism*", at=MONDAY))["total"] == search.find(Asked("autism", at=MONDAY))["total"]
    )


def test_a_and_e_and_it_are_asked_for_as_words(search: Finder) -> None:
    (term,) = search.understanding.read("A&E").terms
    assert dict(term.group.tokens).keys() >= {"a&e"} or term.phrase is not None
    assert [term.typed for term in search.understanding.read("IT").terms] == ["IT"]
    assert [term.typed for term in search.understanding.read("the").terms] == ["the"]


def test_text_that_holds_no_words_finds_nothing_and_no_text_finds_everything(search: Finder) -> None:
    assert search.find(Asked("😀 !!", at=MONDAY))["total"] == 0
    assert search.find(Asked("", at=MONDAY))["total"] == int(search.filters.visible.sum())


@settings(max_examples=300)
@given(typed=st.text(max_size=120), postcode=st.text(max_size=12))
def test_any_text_at_all_is_answered(search: Finder, typed: str, postcode: str) -> None:
    answer = search.find(Asked(typed, postcode=postcode, at=MONDAY, per_page=3))
    assert answer["total"] >= len(answer["results"])
    search.suggest(typed)


_PARTS = ["self harm", "SEND", "14", "baby", "open now", '"', "B15 2TT", "free", "level 3", "Erdington", "&"]


@settings(max_examples=100)
@given(
    words=st.lists(
        st.sampled_from(
            [
                "self harm",
                "SEND",
                "14",
                "baby",
                "open now",
                '"',
                "B15 2TT",
                "free",
                "level 3",
                "Erdington",
                "&",
            ]
        ),
        max_size=8,
    )
)
def test_any_mixture_of_what_is_understood_is_answered(search: Finder, words: list[str]) -> None:
    search.find(Asked(" ".join(words), at=MONDAY, per_page=3))
