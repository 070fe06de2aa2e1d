"""Dates, times, numbers and addresses as people read them."""

from __future__ import annotations

import pytest

from api.pages import words


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("2026-11-22", "22 November 2026"),
        ("2003-05", "May 2003"),
        (None, ""),
        ("soon", "soon"),
        ("2003-13", "2003-13"),
    ],
)
def test_days(value: str | None, said: str) -> None:
    assert words.day(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("2026-11-23T17:15:00Z", "5:15pm on Monday 23 November"),
        ("2026-07-01T08:00:00Z", "9am on Wednesday 1 July"),
        ("2026-03-29T01:00:00Z", "2am on Sunday 29 March"),
        ("2026-10-25T01:00:00Z", "1am on Sunday 25 October"),
        ("2026-11-22T12:00:00+00:00", "midday on Sunday 22 November"),
        ("2026-11-22T00:00:00Z", "midnight on Sunday 22 November"),
        ("later", "later"),
    ],
)
def test_moments_are_told_in_the_citys_time(value: str, said: str) -> None:
    assert words.moment(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.62, "62%"), (0.001, "less than 1%"), (0.999, "more than 99%"), (1, "100%"), (0, "0%")],
)
def test_a_share_never_reads_as_none_or_all_when_it_is_not(value: float, said: str) -> None:
    assert words.percent(value) == said


def test_a_number_becomes_an_address_to_dial() -> None:
    assert words.telephone_address("0121 303 1888") == "tel:01213031888"
    assert words.telephone_address("+44 (0)121 303+1") == "tel:+4401213031"
    assert words.telephone_address('999" onclick=x') == "tel:999"


@pytest.mark.parametrize(
    "value", ["javascript:alert(1)", "data:text/html,x", "//elsewhere", "http://a b", "", None]
)
def test_only_addresses_of_the_web_may_be_followed(value: str | None) -> None:
    assert words.web_address(value) == ""
    assert words.web_address("https://council.example/form") == "https://council.example/form"


def test_words_in_a_row() -> None:
    assert words.listed([]) == ""
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.lower_first("Health visiting team") == "health visiting team"
    assert words.lower_first("LSOA") == "LSOA"
