"""A result says what a service costs with the sum and what it is for."""

from __future__ import annotations

from typing import Any

import pytest

from directory.search.explain import cost_facts


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([{"amount": 5.0, "currency": "GBP", "amount_description": "a session"}], "£5 a session"),
        ([{"amount": 2.5, "amount_description": "a day"}], "£2.50 a day"),
        ([{"amount": 12.0}], "£12"),
        ([{"amount": 5, "amount_description": "£5 each, £8 for two"}], "£5 each, £8 for two"),
        ([{"amount": 1200, "amount_description": "A term"}], "£1,200, A term"),
        ([{"amount": 3, "currency": "CHF", "amount_description": "a visit"}], "3 CHF a visit"),
        ([{"amount_description": "A small charge"}], "A small charge"),
        ([{"amount": 0, "amount_description": "Free"}], "Free"),
        ([], "Cost not stated"),
    ],
)
def test_a_cost_has_its_sum_and_its_words(options: list[dict[str, Any]], words: str) -> None:
    assert cost_facts({"cost_options": options})["words"] == words
