"""What can be asked of the store."""

from __future__ import annotations

import pytest

from directory.store.records import PROBLEMS, Refused
from directory.store.store import Store
from tests.directory.store.making import change, identity, location, organization, origin, service

WHO = {"by": "data steward", "reason": "a test"}


def test_a_feeds_own_ids_lead_to_ours_and_back_to_the_payload(store: Store) -> None:
    raw = b"\xff\xfe as received \x00" * 1000
    store.write(
        [
            change(service(), origin=origin("1", raw=raw)),
            change(organization(), origin=origin("1")),
            change(location(), origin=origin("9", source="other")),
        ],
        **WHO,
    )
    assert store.origins("feed", "service") == {"1": identity("Young minds")}
    assert store.origins("feed", "organization") == {"1": identity("Harbour")}
    assert store.origins("other") == {"9": identity("Hall")}
    kept = store.origin(identity("Young minds"))
    assert kept == origin("1", raw=raw)
    # A steward's own edit keeps where the listing came from; retiring takes it from the source's list.
    store.write([change(service(fees="Free"), base=1)], **WHO)
    assert store.origin(identity("Young minds")) == kept
    assert [one.number for one in store.of_source("feed") if one.kind == "service"] == [2]
    store.write([change(service(fees="Free"), "retired", base=2)], **WHO)
    assert [one.kind for one in store.of_source("feed")] == ["organization"]
    assert store.origins("feed", "service") == {"1": identity("Young minds")}


def test_all_of_a_kind_come_by_id_and_only_published_ones_where_asked(store: Store) -> None:
    names = [f"Number {number}" for number in range(30)]
    store.write(
        [change(service(name), "draft" if name.endswith("7") else "published") for name in names], **WHO
    )
    store.write([change(organization())], **WHO)
    latest = [one.id for one in store.latest_all("service")]
    assert latest == sorted(latest) and len(latest) == 30
    assert len(list(store.latest_all())) == 31
    assert len(list(store.published_all("service"))) == 27
    changed, gone = store.published_since(1)
    assert ([one.id for one in changed], gone) == ([identity("Harbour")], [])
    store.write([change(organization(), "retired", base=1)], **WHO)
    assert store.published_since(1) == ([], [identity("Harbour")])


def test_the_log_never_cuts_a_revision(store: Store) -> None:
    store.write([change(service(f"Number {number}")) for number in range(5)], **WHO)
    store.write([change(organization())], **WHO)
    assert [one.revision for one in store.log(0, limit=2)] == [1] * 5
    assert [one.revision for one in store.log(0, limit=5)] == [1] * 5
    assert [one.revision for one in store.log(0, limit=6)] == [1] * 5 + [2]
    assert [one.revision for one in store.log(1, limit=1)] == [2]
    assert store.log(2) == []


def test_completion_finds_ids_by_their_beginning_with_names(store: Store) -> None:
    store.write([change(service()), change(location())], **WHO)
    there = identity("Hall")
    assert store.ids(there[:8]) == [(there, "1 Hall Road")]
    assert store.ids(there[:8], kind="service") == []
    assert store.ids("%") == store.ids("_") == []
    assert len(store.ids()) == 2
    assert len(store.ids(limit=1)) == 1


def test_a_report_is_a_closed_word_counted_while_it_is_open(store: Store) -> None:
    store.write([change(service())], **WHO)
    there = identity("Young minds")
    first = store.add_note(there, "hours")
    again = store.add_note(there, "hours")
    assert (first.number, again.number, again.times) == (first.number, first.number, 2)
    store.add_note(there, "closed")
    with pytest.raises(Refused, match="There is no problem of the name"):
        store.add_note(there, "my name is …")
    with pytest.raises(Refused, match="There is no listing"):
        store.add_note(identity("nobody"), "hours")
    assert [(one.id, one.problem) for one in store.notes()] == [(there, "hours"), (there, "closed")]
    with pytest.raises(Refused, match="who and why"):
        store.settle_note(first.number, "", "")
    settled = store.settle_note(first.number, "data steward", "corrected")
    assert (settled.settled_by, settled.settled_reason) == ("data steward", "corrected")
    with pytest.raises(Refused, match="no open note"):
        store.settle_note(first.number, "data steward", "corrected")
    assert [one.problem for one in store.notes()] == ["closed"]
    assert len(store.notes(open_only=False)) == 2
    assert store.add_note(there, "hours").times == 1
    assert store.revision() == 1
    assert all(PROBLEMS.values())


def test_the_address_is_shown_without_its_password() -> None:
    from directory.store.engine import place

    where = place("postgresql://steward:secret@db.example/listings")
    assert "secret" not in str(where) and "secret" in where.url.render_as_string(hide_password=False)
    with pytest.raises(Refused, match="mysql"):
        place("mysql://db.example/x")
    with pytest.raises(Refused) as told:
        place("secret words")
    assert "secret" not in str(told.value)
