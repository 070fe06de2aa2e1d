"""The order of results: making one thing about a listing better never lowers it."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.search.filters import Asked
from directory.search.finder import Finder
from directory.search.ranking import Matched, home_factor, matched, near_factor, order
from directory.search.reach import CHECK, NO, UNKNOWN, YES
from directory.search.text import Hits
from geo.gazetteer import Gazetteer
from tests.directory.search.sample import MONDAY, finder, generation, sample_services

_TODAY = MONDAY.date()


def _place(ids: list[str], identifier: str) -> int:
    return ids.index(identifier) if identifier in ids else len(ids)


@given(data=st.data())
def test_no_factor_that_grows_lowers_a_rank(data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 12))
    unit = st.floats(0.01, 1.0)
    match = np.array(data.draw(st.lists(unit, min_size=count, max_size=count)))
    stands = np.array(data.draw(st.lists(unit, min_size=count, max_size=count)))
    levels = st.sampled_from([NO, UNKNOWN, CHECK, YES])
    serves = np.array(data.draw(st.lists(levels, min_size=count, max_size=count)), np.int8)
    away = st.floats(0, 20_000, width=32)
    metres = np.array(data.draw(st.lists(away, min_size=count, max_size=count)), np.float32)
    names = np.arange(count, dtype=np.int32)
    numbers = np.arange(count)
    one = data.draw(st.integers(0, count - 1))

    def rank() -> int:
        found = Matched(numbers, match, np.zeros(count, np.uint64))
        ranked, _scores = order(found, stands, serves, metres, names)
        return ranked.tolist().index(one)

    before = rank()
    better = data.draw(st.sampled_from(["match", "standing", "home", "near"]))
    if better == "match":
        match[one] = min(1.0, match[one] * 1.5)
    elif better == "standing":
        stands[one] = min(1.0, stands[one] * 1.5)
    elif better == "home":
        serves[one] = min(YES, int(serves[one]) + 1)
    else:
        metres[one] /= 2
    assert rank() <= before


@given(st.lists(st.tuples(st.floats(0.125, 50, width=32), st.integers(1, 7)), min_size=1, max_size=12))
def test_a_better_text_match_never_counts_for_less(held: list[tuple[float, int]]) -> None:
    numbers = np.arange(len(held), dtype=np.int32)
    scores = np.array([score for score, _bits in held], np.float32)
    groups = np.array([bits for _score, bits in held], np.uint64)

    def places(scores: Any) -> list[int]:
        found = matched(Hits(numbers, scores, groups), [1.0, 0.3, 0.0], 100, least=0.0)
        return found.numbers[np.argsort(-found.match, kind="stable")].tolist()

    before = places(scores)
    raised = scores.copy()
    raised[0] *= 2
    assert places(raised).index(0) <= before.index(0)
    found = matched(Hits(numbers, scores, groups), [1.0, 0.3, 0.0], 100, least=0.0)
    assert (found.match <= 1 + 1e-6).all() and (found.match >= 0).all()


def test_serving_the_home_goes_before_checking_before_not_knowing_before_not_serving() -> None:
    factors = home_factor(np.array([NO, UNKNOWN, CHECK, YES], np.int8))
    assert sorted(factors) == factors.tolist() and len(set(factors)) == 4
    away = near_factor(np.array([0, 100, 5000, 1e6, np.inf], np.float32))
    assert away[0] == 1 and all(away[i] > away[i + 1] for i in range(3)) and away[3] < away[4] < away[1]


@pytest.fixture(scope="module")
def changed(gazetteer: Gazetteer, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The rank of a service of the sample for a query, with and without a change to its content."""

    def ranks(query: str, change: dict[str, Any], **asked: Any) -> tuple[int, int, dict[str, Any]]:
        services = sample_services()
        places = []
        target = ""
        answer: dict[str, Any] = {}
        for edited in (False, True):
            folder = tmp_path_factory.mktemp("ranks")
            now = copy.deepcopy(services)
            if edited:
                one = next(s for s in now if s["id"] == target)
                for key, value in change.items():
                    if value is None:
                        one.pop(key, None)
                    else:
                        one[key] = value
            search: Finder = finder(generation(now, folder), gazetteer, folder)
            answer = search.find(Asked(query, at=MONDAY, per_page=100, **asked))
            ids = [found["id"] for found in answer["results"]]
            target = target or ids[min(4, len(ids) - 1)]
            places.append(_place(ids, target))
        shown = next((r for r in answer["results"] if r["id"] == target), {})
        return places[0], places[1], shown

    return ranks


def _days(days: int) -> str:
    return (_TODAY + dt.timedelta(days=days)).isoformat()


def test_an_overdue_listing_sinks_and_says_so(changed: Any) -> None:
    before, after, shown = changed("autism", {"review_by": _days(-1), "assured_date": _days(-400)})
    assert after > before
    assert shown["assured"]["overdue"] and shown["assured"]["words"].startswith("Overdue for review: checked")


def test_a_listing_with_room_rises_a_closed_one_sinks(changed: Any) -> None:
    said = {"stated": _days(-3), "until": _days(30)}
    before, after, shown = changed("autism", {"capacity": {"state": "closed", **said}})
    assert after > before and shown["capacity"]["state"] == "closed"
    before, after, shown = changed(
        "autism", {"capacity": {"state": "open", **said}, "review_by": None, "assured_date": _days(-2)}
    )
    assert after <= before and shown["capacity"]["words"] == "Has room"


def test_capacity_that_has_run_out_counts_as_not_stated(changed: Any) -> None:
    old = {"state": "closed", "stated": _days(-90), "until": _days(-1)}
    _before, stale, shown = changed("autism", {"capacity": old})
    _before, unstated, _shown = changed("autism", {"capacity": None})
    assert stale == unstated and shown["capacity"]["state"] == "unknown"


def test_a_listing_that_is_inactive_is_not_found_and_a_temporarily_closed_one_says_so(changed: Any) -> None:
    _before, _after, shown = changed("autism", {"status": "inactive"})
    assert shown == {}
    before, after, shown = changed("autism", {"status": "temporarily closed"})
    assert after > before and shown["capacity"]["words"] == "Temporarily closed"
