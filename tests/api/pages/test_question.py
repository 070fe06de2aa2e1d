"""What a search asks survives address, form and buttons; a postcode never enters an address."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.forms import read_fields
from api.pages.question import Question, read_question

WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cf")), max_size=40).map(
    lambda text: " ".join(unicodedata.normalize("NFKC", text).split())
)
CODES = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
QUESTIONS = st.builds(
    Question,
    text=WORDS.filter(lambda text: not any(sign.isdigit() for sign in text)),
    area=st.just("") | CODES.map(lambda code: f"district:{code}"),
    age=st.sampled_from(["", "unborn", "0", "14"]),
    level=st.just("") | CODES,
    needs=st.lists(CODES, unique=True, max_size=4).map(tuple),
    route=st.just("") | CODES,
    language=st.just("") | CODES,
    accessibility=st.lists(CODES, unique=True, max_size=3).map(tuple),
    open_now=st.booleans(),
    free=st.booleans(),
    room=st.booleans(),
    page=st.integers(1, 40),
)


@given(QUESTIONS)
def test_an_address_leads_back_to_the_same_question(question: Question) -> None:
    query = question.address().partition("?")[2]
    assert read_question(read_fields(query), with_postcode=False) == question


def test_a_question_with_a_postcode_has_no_address() -> None:
    with pytest.raises(ValueError, match="never stands in an address"):
        Question(text="self harm", postcode="B15 2TT").address()


@pytest.mark.parametrize(
    "typed",
    [
        "self harm B15 2TT",
        "B152TT self harm",
        "self  harm b15 2tt 14",
        "self harm B15-2TT",
        "self harm b15.2tt",
        "self harm B15, 2TT",
        "self harm B15_2TT",
        "self harm B15 2 TT",
        "self harm \uff22\uff11\uff15 2TT",  # full-width, as some keyboards write
        "self harm B15\u200b2TT",
        "self harm B15\u00a02TT.",
    ],
)
def test_a_postcode_among_the_words_is_taken_out_of_them(typed: str) -> None:
    question = read_question({"q": [typed]}, with_postcode=False)
    assert question.postcode.replace(" ", "").upper() == "B152TT"
    assert "2tt" not in question.text.lower()
    assert "self harm" in question.text


@pytest.mark.parametrize(
    ("typed", "text", "postcode"),
    [
        ("boy with a knife B8", "boy with a knife", "B8"),
        ("knife b8 1", "knife", "b8 1"),
        ("B8 9 year old", "9 year old", "B8"),
        ("B8 14", "14", "B8"),
        ("B12x AB8", "B12x AB8", ""),
    ],
)
def test_the_first_half_of_a_postcode_is_taken_out_and_an_age_is_not(
    typed: str, text: str, postcode: str
) -> None:
    question = read_question({"q": [typed]}, with_postcode=False)
    assert (question.text, question.postcode) == (text, postcode)


def test_services_that_do_not_serve_the_home_can_be_asked_for_only_where_there_is_one() -> None:
    with_home = read_question({"q": ["x"], "postcode": ["B15 2TT"], "elsewhere": ["yes"]}, with_postcode=True)
    assert with_home.asked()["elsewhere"] == "true"
    assert not read_question({"q": ["x"], "elsewhere": ["yes"]}, with_postcode=True).elsewhere


def test_the_field_goes_before_a_postcode_among_the_words() -> None:
    question = read_question({"q": ["housing B1 1BB"], "postcode": ["B15 2TT"]}, with_postcode=True)
    assert (question.text, question.postcode) == ("housing", "B15 2TT")


def test_a_postcode_in_a_query_string_is_not_looked_at() -> None:
    assert read_question({"postcode": ["B15 2TT"]}, with_postcode=False) == Question()


@given(
    st.dictionaries(
        st.sampled_from(["q", "area", "age", "level", "need", "page", "open_now", "x"]), st.lists(st.text())
    )
)
def test_no_form_that_anybody_can_send_is_a_fault(fields: dict[str, list[str]]) -> None:
    read_question({name: values or [""] for name, values in fields.items()}, with_postcode=True)


def test_a_word_is_searched_as_it_is_spelled_once_it_is_in_quotation_marks() -> None:
    question = Question(text="mum selfharn selfharns", page=3).instead("selfharn")
    assert question.text == 'mum "selfharn" selfharns'
    assert question.page == 1
    assert question.instead("selfharn") == question
