"""One analysis for what is indexed and for what is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from directory.search.documents import Analysis
from directory.search.finder import Finder
from directory.search.synonyms import SynonymsError, read_synonyms
from directory.search.words import words


def _tokens(search: Finder, text: str) -> set[str]:
    stream, more = search.analysis.tokens(text)
    return {*stream, *more}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("children's", "children"),
        ("children’s", "childrens"),
        ("families", "family"),
        ("knives", "knife"),
        ("Café", "cafe"),
        ("ＰＬＡＹ", "play"),
        ("mums", "mum"),
        ("Counselling", "counselled"),
    ],
)
def test_ways_of_writing_one_word_are_one_word(one: str, other: str) -> None:
    assert [word.stem for word in words(one)] == [word.stem for word in words(other)]


def test_signs_that_belong_to_a_word_stay_and_others_part_words() -> None:
    assert [word.plain for word in words("A&E, C# and C++; A & E (mum & dad)")] == [
        *("a&e", "c#", "and", "c++", "a&e", "mum", "dad")
    ]


def test_a_hyphen_parts_words_and_their_joined_form_is_found_too(search: Finder) -> None:
    assert {"drop", "in", "dropin"} - _tokens(search, "a drop-in") == {"in"}
    assert "dropin" not in _tokens(search, "drop in")


def test_it_in_capitals_is_kept_and_in_small_letters_dropped(search: Finder) -> None:
    assert "it" in _tokens(search, "IT skills") and "it" not in _tokens(search, "it helps")


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("CSE", "child sexual exploitation"),
        ("SEND", "special educational needs and disabilities"),
        ("LAC", "looked after children"),
        ("NRPF", "no recourse to public funds"),
        ("NEET", "not in education, employment or training"),
        ("DA", "domestic abuse"),
        ("HV", "health visitors"),
    ],
)
def test_an_abbreviation_and_what_it_means_are_one_token_in_listings_and_queries(
    search: Finder, short: str, long: str
) -> None:
    (first, *_), _more = search.analysis.tokens(short)
    (other, *rest), _more = search.analysis.tokens(long)
    assert first == other and rest == []
    asked = [
        term.group.tokens[0][0] for text in (short, long) for term in search.understanding.read(text).terms
    ]
    assert asked == [first, first]


@pytest.mark.parametrize("said", ["self-harm", "self harm", "selfharm", "Self–harming", "SELF HARM"])
def test_every_way_of_writing_self_harm_asks_for_the_same(search: Finder, said: str) -> None:
    (term,) = search.understanding.read(said).terms
    assert "need:self_harm" in dict(term.group.tokens)
    assert "self_harm" in dict(term.group.tokens)


def test_a_word_of_english_in_a_listing_is_not_taken_for_an_abbreviation(search: Finder) -> None:
    assert search.analysis.tokens("Send us an email")[0][0] == "send"
    assert search.analysis.tokens("SEND advice for all")[0][0] != "send"


def test_a_single_word_of_a_phrase_finds_it_too(search: Finder) -> None:
    stream, more = search.analysis.tokens("child sexual exploitation")
    assert len(stream) == 1 and {"child", "sexual", "exploit"} <= set(more)


def test_a_stewards_own_synonym_is_read_with_the_shipped_ones(search: Finder, tmp_path: Path) -> None:
    from geo.home import data_dir

    (tmp_path / "search").mkdir()
    (tmp_path / "search" / "synonyms.csv").write_text(
        "term,means,need,kind,could_also_be\nXQZ,self harm,self_harm,abbreviation,\n", "utf-8"
    )
    analysis = Analysis.load(data_dir(), tmp_path)
    assert analysis.tokens("XQZ")[0] == analysis.tokens("self harm")[0]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("term,means\na,b\n", 1, "heading"),
        ("term,means,need,kind,could_also_be\nCSE,,x,abbreviation,\n", 2, "no meaning"),
        ("term,means,need,kind,could_also_be\nCSE,a,x,odd,\n", 2, "kind"),
        ("term,means,need,kind,could_also_be\nok,a,x,phrase,\nb,c\n", 3, "cells"),
    ],
)
def test_a_fault_in_a_file_of_words_is_told_with_its_line(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    path = tmp_path / "synonyms.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(SynonymsError, match=f"line {line}: .*{said}"):
        read_synonyms(path)


def test_boxing_is_not_about_boxes() -> None:
    assert words("boxing")[0].stem == words("boxer")[0].stem != words("box")[0].stem


def test_the_files_of_words_are_read_once_and_again_when_one_changes(tmp_path: Path) -> None:
    from geo.home import data_dir

    first = Analysis.load(data_dir(), tmp_path)
    assert Analysis.load(data_dir(), tmp_path) is first
    (tmp_path / "search").mkdir()
    own = tmp_path / "search" / "synonyms.csv"
    own.write_text("term,means,need,kind,could_also_be\nzorp,self harm,self_harm,jargon,\n", "utf-8")
    again = Analysis.load(data_dir(), tmp_path)
    assert again.phrases.at(words("zorp"), 0) and not first.phrases.at(words("zorp"), 0)
