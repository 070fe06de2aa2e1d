"""What `earlyhelp doctor` says of the directory: the store, its listings and the index of the search."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from directory.health import Check, checks
from directory.search.folders import pointed_at
from directory.search.generation import bring_up_to_date
from directory.store.engine import connect, place
from directory.store.records import Change
from directory.store.schema import migrate
from directory.store.store import Store
from geo.home import data_dir

ORGANISATION = "11111111-1111-4111-8111-111111111111"
LATER = (dt.date.today() + dt.timedelta(days=90)).isoformat()


@pytest.fixture
def url(store_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An address of an empty store, once of each database, named as an installation names it."""
    monkeypatch.setenv("EARLYHELP_DATABASE_URL", store_url)
    return store_url


def _look(var: Path) -> dict[str, Check]:
    wanted = ("directory", "listings", "search index")
    return {one.what: one for one in checks(data_dir(), var) if one.what in wanted}


def _service(number: int, **members: object) -> Change:
    own = f"22222222-2222-4222-8222-{number:012}"
    content = {"id": own, "name": f"Service {number}", "organization_id": ORGANISATION, "status": "active"}
    return Change("service", own, "published", content | members)


def _stocked(url: str, var: Path, *services: Change) -> None:
    owner = {"id": ORGANISATION, "name": "Families", "description": "Helps."}
    with Store.open(url) as store:
        changes = [Change("organization", ORGANISATION, "published", owner), *services]
        store.write(changes, by="data steward", reason="A test")
        bring_up_to_date(store, data_dir(), var)


def test_a_directory_in_order_is_told_with_its_revision_samples_and_overdue_reviews(
    url: str, tmp_path: Path
) -> None:
    _stocked(
        url, tmp_path, _service(1, sample=True, review_by="2020-01-01"), _service(2, review_by=LATER),
        _service(3),
    )  # fmt: skip
    found = _look(tmp_path)
    assert all(one.ok for one in found.values()), found
    assert found["directory"].detail.endswith("revision 1")
    assert "3 services published, 1 of them invented samples; 2 overdue" in found["listings"].detail
    assert found["search index"].detail == "revision 1, as the directory; 3 services"


def test_a_directory_without_samples_and_overdue_reviews_says_so(url: str, tmp_path: Path) -> None:
    _stocked(url, tmp_path, _service(1, review_by=LATER))
    assert _look(tmp_path)["listings"].detail == "1 service published, no invented samples; none overdue"


def test_an_index_that_is_missing_old_damaged_or_of_another_directory_is_to_be_mended(
    url: str, tmp_path: Path
) -> None:
    with Store.open(url):
        pass
    found = _look(tmp_path)
    assert not found["directory"].ok and "is empty. Run: earlyhelp build" in found["directory"].detail
    assert not found["search index"].ok and "earlyhelp build" in found["search index"].detail

    _stocked(url, tmp_path, _service(1))
    with Store.open(url) as store:
        store.write([_service(2)], by="data steward", reason="A test")
    index = _look(tmp_path)["search index"]
    assert not index.ok and "of revision 1, the directory is at 2" in index.detail

    (tmp_path / "search" / "synonyms.csv").write_text("", "utf-8")
    assert "made with other words" in _look(tmp_path)["search index"].detail

    (pointed_at(tmp_path) / "published.bin").write_bytes(b"rubbish")
    assert "damaged" in _look(tmp_path)["search index"].detail


def test_an_older_database_and_one_that_is_away_are_told_and_left_as_they_are(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _stocked(url, tmp_path, _service(1))
    where = place(url)
    engine = connect(where, read_only=False, patience=5.0)
    migrate(engine, where, "0001")
    engine.dispose()
    found = _look(tmp_path)
    assert not found["directory"].ok and "is of an older version (0001)" in found["directory"].detail
    assert "older version (0001)" in _look(tmp_path)["directory"].detail  # it was not migrated by looking

    monkeypatch.setenv("EARLYHELP_DATABASE_URL", f"sqlite:///{tmp_path / 'gone' / 'directory.db'}")
    found = _look(tmp_path)
    assert not found["directory"].ok and not found["listings"].ok
    assert found["search index"].ok and "would have to say" in found["search index"].detail
    assert not (tmp_path / "gone").exists()
