"""What an import does to the directory, on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from directory.listings.difference import differences
from directory.listings.export import gather, write
from directory.listings.importing import Plan, commit
from directory.listings.intake import plan_here, read_here
from directory.store.records import Change, Refused
from directory.store.store import Store
from directory.store.verify import verify
from geo.home import data_dir, var_dir
from tests.directory.listings.feeding import COLUMNS, NEEDS, imported, page, planned, read, service


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with Store.open(store_url) as opened:
        yield opened


def _edit(store: Store, number: str, **members: object) -> None:
    before = store.latest(number)
    assert before is not None
    after = Change(before.kind, number, "published", {**before.content, **members}, None, before.number)
    store.write([after], by="data steward", reason="by hand")


def _whats(plan: object) -> dict[str, int]:
    return {what: count for what, count in plan.counts().items() if count}  # type: ignore[attr-defined]


def test_a_second_run_changes_nothing_and_provenance_is_kept(store: Store) -> None:
    raw = page(*(service(n, fees="Free") for n in range(1, 6)))
    assert _whats(imported(store, raw)) == {"new": 6}
    assert store.revision() == 1
    again = imported(store, raw)
    assert (_whats(again), store.revision()) == ({"unchanged": 6}, 1)
    origin = store.origin(service(3)["id"])
    assert origin is not None and origin.source == "city" and b'"Service 3"' in origin.raw
    assert verify(store) == []


def test_a_change_is_shown_member_by_member_and_only_it_is_written(store: Store) -> None:
    phone = {"id": "55555555-5555-4555-8555-555555555555", "number": "0121 496 0001"}
    imported(store, page(service(1, fees="Free", phones=[phone]), service(2)))
    later = page(service(1, fees="£2", phones=[phone | {"number": "0121 496 0002"}]), service(2))
    made = planned(read(later), store)
    (entry,) = (one for one in made.entries if one.what == "changed")
    assert [(one.path, one.old, one.new) for one in entry.differences] == [
        ("fees", "Free", "£2"),
        ("phones[0121 496 0001].number", "0121 496 0001", "0121 496 0002"),
    ]
    assert store.revision() == 1
    assert len(commit(made, store, "data steward", "test").versions) == 1


def test_what_the_feed_has_no_more_is_retired_but_not_when_a_fifth_would_go(store: Store) -> None:
    all_ten = [service(n) for n in range(1, 11)]
    imported(store, page(*all_ten))
    assert _whats(imported(store, page(*all_ten[1:]))) == {"unchanged": 10, "retire": 1}
    assert store.published(service(1)["id"]) is None
    tiny = planned(read(page(*all_ten[5:])), store)
    assert tiny.refused and "--allow-shrink" in tiny.refused[0]
    with pytest.raises(Refused):
        commit(tiny, store, "data steward", "test")
    assert store.revision() == 2
    assert not planned(read(page(*all_ten[5:])), store, partial=True).changes
    imported(store, page(*all_ten[5:]), allow_shrink=True)
    back = imported(store, page(*all_ten))
    assert _whats(back) == {"changed": 5, "unchanged": 6}
    assert len(list(store.published_all("service"))) == 10


def test_a_feed_with_faults_changes_nothing_unless_they_are_skipped_and_those_never_retire(
    store: Store,
) -> None:
    imported(store, page(*(service(n) for n in range(1, 8))))
    broken = page(service(1, minimum_age=500), *(service(n, fees="Free") for n in range(2, 8)))
    made = planned(read(broken), store)
    assert made.refused and "--skip-faulty" in made.refused[0]
    skipped = imported(store, broken, skip_faulty=True)
    assert _whats(skipped) == {"changed": 6, "unchanged": 1, "skipped": 1}
    assert store.published(service(1)["id"]) is not None
    named = [service(n) for n in range(1, 8)]
    del named[0]["id"]
    nameless = json.dumps(named).encode()
    kept = planned(read(nameless), store, skip_faulty=True)
    assert [one.id for one in kept.entries if one.what == "kept"] == [service(1)["id"]]


def test_a_record_that_needs_a_faulty_one_is_skipped_with_it(store: Store) -> None:
    bad = {"id": "99999999-9999-4999-8999-999999999999", "name": "", "description": "Helps."}
    made = planned(read(page(service(1, organization=bad), service(2))), store, skip_faulty=True)
    assert _whats(made) == {"new": 2, "skipped": 2}


def test_what_a_steward_edited_is_kept_until_the_feeds_is_asked_for(store: Store) -> None:
    number = service(1)["id"]
    imported(store, page(service(1, fees="Free")))
    _edit(store, number, assured_date="2026-03-01")
    same = planned(read(page(service(1, fees="Free"))), store)
    (kept,) = (one for one in same.entries if one.what == "kept")
    assert "has not changed" in kept.why and not same.refused
    clash = imported(store, page(service(1, fees="£2")))
    assert ["changed in the feed too" in one.why for one in clash.entries if one.what == "kept"] == [True]
    imported(store, page(service(1, fees="£2")), overwrite=True)
    now = store.published(number)
    assert now is not None and now.content["fees"] == "£2" and "assured_date" not in now.content
    assert _whats(imported(store, page(service(1, fees="£2")))) == {"unchanged": 2}


def test_one_source_does_not_take_over_anothers_record(store: Store) -> None:
    imported(store, page(service(1)))
    other = planned(read(page(service(1, fees="£9")), source="elsewhere"), store, "elsewhere")
    assert _whats(other) == {"unchanged": 1, "kept": 1}
    assert not other.changes


def test_proposed_records_are_not_published_until_they_are_imported_so(store: Store) -> None:
    imported(store, page(service(1)), state="proposed")
    assert list(store.published_all()) == []
    assert _whats(imported(store, page(service(1)), state="proposed")) == {"unchanged": 2}
    imported(store, page(service(1)))
    assert len(list(store.published_all())) == 2


SHEET = (
    "service_id,service_name,organisation_name,fees,phones\n"
    "a1,Play,Families,Free,0121 496 0001\na2,Sing,Families,Free,0121 496 0002\n"
)


def test_a_sheet_changes_only_the_cells_that_were_edited(store: Store) -> None:
    imported(store, SHEET.encode(), "sheet.csv")
    number = next(one.id for one in store.published_all("service") if one.content["name"] == "Play")
    _edit(store, number, description="Only here", languages=[{"id": number, "name": "Urdu"}])
    edited = SHEET.replace("Play,Families,Free", "Play,Families,£1")
    imported(store, edited.encode(), "sheet.csv", overwrite=True)
    now = store.published(number)
    assert now is not None
    assert (now.content["fees"], now.content["description"]) == ("£1", "Only here")
    assert now.content["languages"][0]["name"] == "Urdu"
    few = f"service_id,service_name,assured_date\n{number},Play,2026-03-01\n"
    made = imported(store, few.encode(), "few.csv", partial=True)
    (entry,) = (one for one in made.entries if one.what == "changed")
    assert [(one.path, one.new) for one in entry.differences] == [("assured_date", "2026-03-01")]


def _as_sample(where: Path, store: Store) -> Plan:
    feed = read_here(str(where), "sample", data_dir(), var_dir())
    return plan_here(feed, store, "sample", data_dir(), var_dir())


@pytest.fixture(scope="module")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The sample in a store of its own."""
    folder = data_dir() / "sample"
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('sample') / 'directory.db'}") as opened:
        made = _as_sample(folder, opened)
        commit(made, opened, "data steward", "the sample")
        yield opened


@pytest.mark.parametrize("form", ["json", "pages", "csv", "xlsx"])
def test_what_is_exported_can_be_imported_again_and_changes_nothing(
    sample_store: Store, form: str, tmp_path: Path
) -> None:
    made = gather(sample_store, NEEDS, professional=True, unpublished=True)
    assert made.count()["service"] >= 150
    path = tmp_path / ("pages" if form == "pages" else f"all.{form}")
    write(made, path, form, COLUMNS)
    again = _as_sample(path, sample_store)
    assert not again.refused
    assert set(_whats(again)) == {"unchanged"}
    if form in ("csv", "xlsx"):  # a sheet for the public lacks what is private; that is no edit either
        write(gather(sample_store, NEEDS), path, form, COLUMNS)
        public = _as_sample(path, sample_store)
        assert set(_whats(public)) == {"unchanged"}


def test_differences_match_lists_by_id_and_name_entries_as_people_do() -> None:
    old = {"phones": [{"id": "a", "number": "1"}, {"id": "b", "number": "2"}]}
    new = {"phones": [{"id": "b", "number": "2"}, {"id": "c", "number": "3"}]}
    assert [(one.path, one.old, one.new) for one in differences("service", old, new)] == [
        ("phones[1]", "number: 1", None),
        ("phones[3]", None, "number: 3"),
    ]
    swapped = {"phones": list(reversed(old["phones"]))}
    assert [one.path for one in differences("service", old, swapped)] == ["phones (order)"]
    assert differences("service", old, old) == ()
