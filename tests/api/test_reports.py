"""Reports of a problem with a listing: queued for stewards, few from one sender, nothing kept of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from api.directory_site import LiveDirectory
from api.directory_state import DirectoryState
from api.state import State
from api.v1.reports import A_CLIENT_AN_HOUR
from directory.store.store import Store
from geo.home import data_dir


@pytest.fixture
def reporting(own_var: Path) -> Any:
    directory = DirectoryState(State(data_dir(), own_var))
    yield LiveDirectory(directory), f"sqlite:///{own_var / 'directory.db'}"
    directory.close()


def _some(url: str) -> str:
    with Store.open(url) as store:
        return next(store.published_all("service")).id


def test_a_report_is_queued_once_and_counted_and_moves_no_revision(reporting: Any) -> None:
    directory, url = reporting
    number = _some(url)
    assert directory.report(number, "hours", "192.0.2.1") == "taken"
    assert directory.report(number, "hours", "192.0.2.2") == "taken"
    with Store.open(url) as store:
        notes = store.notes()
        assert [(one.id, one.problem, one.times) for one in notes] == [(number, "hours", 2)]
        assert store.revision() == 1


def test_too_many_from_one_sender_are_refused_and_others_are_not(reporting: Any) -> None:
    directory, url = reporting
    number = _some(url)
    for _ in range(A_CLIENT_AN_HOUR):
        assert directory.report(number, "place", "192.0.2.1") == "taken"
    assert directory.report(number, "place", "192.0.2.1") == "too_many"
    assert 1 <= directory.report_again_after("192.0.2.1") <= 3600
    assert directory.report(number, "place", "2001:db8::7") == "taken"


def test_only_closed_words_about_published_services_are_taken(reporting: Any) -> None:
    directory, url = reporting
    number = _some(url)
    assert directory.report(number, "my name is", "192.0.2.1") == "no_such_problem"
    assert directory.report("nothing", "hours", "192.0.2.1") == "no_such_listing"
    assert {one["code"] for one in directory.problems()} >= {"hours", "telephone", "closed"}
    with Store.open(url) as store:
        assert store.notes() == []


def test_nothing_of_the_sender_is_in_the_store(reporting: Any, own_var: Path) -> None:
    directory, url = reporting
    assert directory.report(_some(url), "other", "198.51.100.77") == "taken"
    held = b"".join(path.read_bytes() for path in own_var.glob("directory.db*"))
    assert b"198.51.100.77" not in held


def test_a_store_that_is_away_is_said_and_reading_goes_on(reporting: Any, own_var: Path) -> None:
    directory, url = reporting
    number = _some(url)
    assert directory.service(number)
    for path in own_var.glob("directory.db*"):
        path.unlink()
    assert directory.report(number, "hours", "192.0.2.1") == "away"
    assert directory.service(number)["id"] == number
    assert directory.changes() == []
