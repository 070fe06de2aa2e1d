"""Answers as codes in an address: canonical, total, and never read as another version's."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.pathway.flow import Flow
from directory.pathway.reading import load_flow
from directory.pathway.walk import (
    Answers,
    OtherVersion,
    WalkError,
    follow,
    next_question,
    parse,
    path,
    read,
    write,
)
from tests.directory.pathway.conftest import SMALL

FLOW = load_flow(SMALL)
ANY_ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        question.id: st.sampled_from([choice.id for choice in question.choices])
        for question in FLOW.questions
    },
)


def test_every_whole_set_of_answers_has_its_own_address(small: Flow, every: list[Answers]) -> None:
    addresses = {write(small, answers) for answers in every}
    assert len(addresses) == len(every)
    for answers in every:
        assert parse(small, write(small, answers)) == answers


@given(ANY_ANSWERS)
def test_what_is_written_reads_back_as_what_counts(answers: Answers) -> None:
    walk = follow(FLOW, answers)
    address = write(FLOW, answers)
    again = read(FLOW, address)
    assert again.answers == walk.answers
    assert not again.dropped
    assert write(FLOW, again.answers) == address
    assert set(walk.answers) | set(walk.dropped) == set(answers)
    assert [one.id for one in walk.path if one.id in walk.answers] == list(walk.answers)


@given(st.text(max_size=60) | st.from_regex(r"v1(\.[a-k][a-z0-9])*", fullmatch=True))
def test_anything_typed_is_answers_or_an_error_in_words(text: str) -> None:
    try:
        walk = read(FLOW, text)
    except WalkError as error:
        assert str(error).endswith((".", "!"))
        assert len(str(error)) < 400
    else:
        assert write(FLOW, walk.answers).startswith("v1")


@given(st.permutations(["an", "bm", "cn", "dy", "hc"]))
def test_the_order_of_the_codes_does_not_matter(codes: list[str]) -> None:
    assert write(FLOW, parse(FLOW, ".".join(["v1", *codes]))) == "v1.an.bm.cn.dy.hc"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "look like v1"),
        ("v1.", "look like v1"),
        ("v1..an", "look like v1"),
        ("v01.an", "look like v1"),
        ("v1.an\n", "look like v1"),
        ("v1.än", "look like v1"),
        ("v1.an " + "x" * 2000, "too long"),
        ("v1.zn", "no question with the code 'z'"),
        ("v1.az", "no answer with the code 'z'"),
        ("v1.an.ay", "twice"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, said: str) -> None:
    with pytest.raises(WalkError, match=said):
        parse(FLOW, text)


def test_capital_letters_are_read_as_small_ones() -> None:
    assert parse(FLOW, "V1.AN.BU") == parse(FLOW, "v1.an.bu")


def test_answers_to_another_version_are_never_read_as_answers_to_this_one(small: Flow) -> None:
    later = dataclasses.replace(small, version="2")
    with pytest.raises(OtherVersion) as refused:
        parse(later, "v1.an.bu")
    assert refused.value.version == "1"


def test_a_question_that_is_no_longer_asked_loses_its_answer_and_it_is_told() -> None:
    walk = read(FLOW, "v1.an.bn.cy.dn")
    assert "exploitation_harm" not in walk.answers
    assert walk.dropped == ("exploitation_harm",)


def test_danger_ends_the_questions(small: Flow) -> None:
    walk = read(FLOW, "v1.ay.bm")
    assert walk.next is None
    assert [one.id for one in walk.path] == ["danger"]
    assert walk.dropped == ("exploitation",)


def test_the_next_question_is_the_first_unanswered_one() -> None:
    assert next_question(FLOW, {}) is FLOW.questions[0]
    following = next_question(FLOW, parse(FLOW, "v1.an.bm"))
    assert following is not None and following.id == "exploitation_harm"
    following = next_question(FLOW, parse(FLOW, "v1.an.bn"))
    assert following is not None and following.id == "allegation"
    assert [one.id for one in path(FLOW, {"exploitation": "maybe"})][2] == "exploitation_harm"


@pytest.mark.parametrize("answers", [{"weather": "rain"}, {"danger": "perhaps"}, {"danger": ""}])
def test_answers_that_the_questionnaire_does_not_have_are_named(answers: Answers) -> None:
    with pytest.raises(WalkError):
        follow(FLOW, answers)
