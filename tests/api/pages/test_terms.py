"""The field's own words are found in a text wherever their pattern finds them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.pages.terms import _FOUND, terms_in

ROOT = Path(__file__).parents[3]
_TEXTS = sorted([*(ROOT / "data").rglob("*.yaml"), *(ROOT / "docs").rglob("*.md")])


def _by_pattern_alone(text: str) -> list[tuple[str, str]]:
    return [(term, meaning) for term, _needles, pattern, meaning in _FOUND if pattern.search(text)]


@pytest.mark.parametrize("file", _TEXTS, ids=lambda file: file.name)
def test_the_quick_look_for_a_term_misses_none(file: Path) -> None:
    for line in file.read_text(encoding="utf-8").splitlines():
        assert terms_in(line) == _by_pattern_alone(line)


@pytest.mark.parametrize("term", _FOUND, ids=lambda term: term[0])
def test_every_term_is_found_by_each_of_its_spellings(
    term: tuple[str, tuple[str, ...], re.Pattern[str], str],
) -> None:
    name, _needles, pattern, meaning = term
    for words in (*re.split(r"[()]", name), name):
        for shown in (words, words.upper(), words.lower(), f"x {words}s, so"):
            assert ((name, meaning) in terms_in(shown)) == bool(pattern.search(shown))
