"""The rules behind the standard's parameters, where the sample has no case of them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from api.directory_state import DirectoryState
from api.oruk.asked import Wanted
from api.oruk.filtering import distance, open_within, openings, service_facts
from api.oruk.reading import serves
from api.state import State
from directory.search.reach import Home
from geo.home import data_dir
from tests.api.stocking import retired

TODAY = dt.date(2026, 12, 2)
MONDAYS: dict[str, Any] = {"freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "17:00"}


def test_hours_that_have_run_out_are_no_longer_hours() -> None:
    monday = Wanted(days=frozenset({0}))
    for last, kept in ((TODAY - dt.timedelta(days=1), False), (TODAY, True), (None, True)):
        row = MONDAYS | ({"valid_to": last.isoformat()} if last else {})
        assert open_within(openings([row]), monday, TODAY) is kept


def test_a_night_belongs_to_both_its_days() -> None:
    night = openings([MONDAYS | {"opens_at": "22:00", "closes_at": "06:00"}])
    for day, begins, ends, kept in ((0, 1380, 1440, True), (1, 0, 60, True), (1, 360, 400, False)):
        wanted = Wanted(days=frozenset({day}), begins=begins, ends=ends)
        assert open_within(night, wanted, TODAY) is kept


@pytest.mark.parametrize(
    "row",
    [
        {"freq": "WEEKLY", "byday": "MO"},
        {"freq": "DAILY", "opens_at": "09:00", "closes_at": "17:00"},
        {"opens_at": "09:00", "closes_at": "17:00"},
        {"freq": "WEEKLY", "byday": "MO", "opens_at": "nine", "closes_at": "17:00"},
    ],
)
def test_hours_that_cannot_be_relied_on_are_none(row: dict[str, Any]) -> None:
    assert openings([row]) == ()


def test_a_home_near_a_boundary_is_not_ruled_out_for_the_other_side() -> None:
    home = Home("ok", "E08000025", frozenset({("district", "A")}), frozenset({("district", "B")}))
    assert serves([("district", "A")], home) and serves([("district", "B")], home)
    assert not serves([("district", "C")], home)
    assert serves([], home)
    assert serves([("country", "E92000001")], home)
    assert not serves([("country", "S92000003")], home)


def test_words_for_an_area_beside_named_ones_do_not_widen_it() -> None:
    content = {
        "organization_id": "X",
        "service_areas": [{"layer": "district", "code": "A"}, {"description": "and a few others"}],
    }
    assert service_facts(content, []).areas == (("district", "A"),)


def test_distance_is_that_of_a_round_earth() -> None:
    assert distance(52.5, -1.9, 52.5, -1.9) == 0
    # A degree of a meridian; and, at 60 degrees north, half of one of the equator.
    assert distance(52, -1.9, 53, -1.9) == pytest.approx(111_195, rel=1e-3)
    assert distance(60, 0, 60, 1) == pytest.approx(111_195 / 2, rel=1e-3)


def test_only_what_was_published_and_is_no_more_counts_as_withdrawn(own_var: Path) -> None:
    from directory.store.store import Store

    url = f"sqlite:///{own_var / 'directory.db'}"
    with Store.open(url) as store:
        kept, gone = [one.id for one in store.published_all("service")][:2]
        store.write([retired(url, gone)], by="Directory editor", reason="for a test")
    directory = DirectoryState(State(data_dir(), own_var))
    assert [directory.withdrawn(one) is not None for one in (kept, gone, "nothing")] == [False, True, False]
    directory.close()
