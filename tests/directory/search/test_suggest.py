"""What is offered while somebody types."""

from __future__ import annotations

import pytest

from directory.search.finder import Finder
from directory.search.words import words


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("self h", "Self-harm and suicidal thoughts"),
        ("selfh", "selfharm"),
        ("harm", "Self-harm and suicidal thoughts"),
        ("CAM", "CAMHS"),
        ("aut", "Autism"),
        ("mum dr", "mum drinks"),
        ("Tansy", "Tansy Gate Domestic Abuse Service"),
    ],
)
def test_beginnings_of_any_word_of_a_name_are_found(search: Finder, typed: str, expected: str) -> None:
    assert expected in [one["text"] for one in search.suggest(typed)]


def test_a_need_goes_before_a_service_and_tells_its_code(search: Finder) -> None:
    first = search.suggest("autism")[0]
    assert (first["kind"], first["id"]) == ("need", "autism")
    assert {one["kind"] for one in search.suggest("fam", limit=50)} >= {"need", "service"}


def test_every_suggestion_holds_what_was_typed_as_the_beginning_of_a_word(search: Finder) -> None:
    for typed in ("p", "ch", "you", "sle"):
        found = search.suggest(typed)
        assert 0 < len(found) <= 8
        for one in found:
            assert any(word.plain.startswith(typed) for word in words(one["text"])), (typed, one)


def test_a_slip_is_helped_only_where_nothing_begins_so(search: Finder) -> None:
    assert any("Bereave" in one["text"] for one in search.suggest("berevement"))
    assert search.suggest("zzzzzz") == []


def test_nothing_is_suggested_for_nothing_and_the_limit_holds(search: Finder) -> None:
    assert search.suggest("") == [] and search.suggest("a", limit=0) == []
    assert len(search.suggest("a", limit=3)) == 3
    texts = [(one["kind"], one["text"].lower()) for one in search.suggest("s", limit=50)]
    assert len(texts) == len(set(texts))
