"""Whom to call at a moment, from the snapshot, beyond its horizon, and after faults of the file."""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from directory.routing import snapshot as store
from directory.routing.contacts import ContactPoint
from directory.routing.london import LONDON, epoch, iso, local
from directory.routing.route import Routing, open_or_compile
from directory.routing.snapshot import (
    SnapshotDamagedError,
    SnapshotError,
    SnapshotMissingError,
    compile_snapshot,
    read_snapshot,
    write_snapshot,
)
from geo.home import data_dir

CASS, EDT = "0121 303 1888", "0121 675 4806"


def london(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("moment", "number", "words", "until"),
    [
        ("2026-11-23T08:44", EDT, "open until 8:45am today", "2026-11-23T08:45:00Z"),
        ("2026-11-23T08:45", CASS, "open until 5:15pm today", "2026-11-23T17:15:00Z"),
        ("2026-11-23T17:14", CASS, "open until 5:15pm today", "2026-11-23T17:15:00Z"),
        ("2026-11-23T17:15", EDT, "open until 8:45am tomorrow", "2026-11-24T08:45:00Z"),
        ("2026-11-27T16:15", EDT, "open until 8:45am on Monday 30 November", "2026-11-30T08:45:00Z"),
        ("2026-12-24T16:00", CASS, "open until 5:15pm today", "2026-12-24T17:15:00Z"),
        ("2026-12-24T23:10", EDT, "open until 8:45am on Tuesday 29 December", "2026-12-29T08:45:00Z"),
        ("2026-12-25T10:00", EDT, "open until 8:45am on Tuesday 29 December", "2026-12-29T08:45:00Z"),
        ("2026-12-26T10:00", EDT, "open until 8:45am on Tuesday 29 December", "2026-12-29T08:45:00Z"),
        ("2026-12-28T10:00", EDT, "open until 8:45am tomorrow", "2026-12-29T08:45:00Z"),
        ("2027-01-01T10:00", EDT, "open until 8:45am on Monday 4 January", "2027-01-04T08:45:00Z"),
        ("2027-03-26T10:00", EDT, "open until 8:45am on Tuesday 30 March", "2027-03-30T07:45:00Z"),
        ("2027-08-30T10:00", EDT, "open until 8:45am tomorrow", "2027-08-31T07:45:00Z"),
        ("2027-10-31T10:00", EDT, "open until 8:45am tomorrow", "2027-11-01T08:45:00Z"),
        ("2015-04-07T10:00", CASS, "open until 5:15pm today", "2015-04-07T16:15:00Z"),
        ("2015-04-06T10:00", EDT, "open until 8:45am tomorrow", "2015-04-07T07:45:00Z"),
        ("2035-12-24T23:10", EDT, "open until 8:45am on Thursday 27 December", "2035-12-27T08:45:00Z"),
    ],
)
def test_the_front_door_by_date_and_hour(
    routing: Routing, moment: str, number: str, words: str, until: str
) -> None:
    answer = routing.call_now(london(moment))
    assert (answer["telephone"], answer["open"]) == (number, True)
    assert (answer["state_words"], answer["changes_at"]) == (words, until)


def test_danger_is_999_at_any_moment_and_the_others_follow(routing: Routing) -> None:
    call = routing.frame(london("2026-12-24T23:10")).call
    assert (call.danger["telephone"], call.danger["state_words"]) == ("999", "open at all times")
    assert call.danger["changes_at"] is None
    assert [contact["telephone"] for contact in call.also] == [
        CASS,
        "101",
        CASS,  # the Early Help Support Team, on the same line
        "0121 675 1669",
        "0121 303 2621",
        "111",
        "0808 800 5000",
        "0800 1111",
    ]
    assert call.also[0]["state_words"] == "opens at 8:45am on Tuesday 29 December"


def test_a_team_says_when_it_opens(routing: Routing) -> None:
    contacts = routing.team_contacts("childrens_centre", "CC01", london("2026-11-28T10:00"))
    assert [contact["audience"] for contact in contacts] == ["professional", "public"]
    assert [contact["state_words"] for contact in contacts] == ["open until midday today"] * 2
    assert list(contacts[0]) == [
        "role",
        "telephone",
        "email",
        "form",
        "hours",
        "hours_words",
        "audience",
        "purpose",
        "open",
        "changes_at",
        "state_words",
        "sample",
        "source",
        "checked",
    ]
    assert routing.team_contacts("hub", "HUB99", london("2026-11-28T10:00")) == []


def test_a_neighbour_has_a_number_only_where_one_is_sourced(routing: Routing) -> None:
    solihull = routing.neighbour("E08000029")
    assert solihull is not None
    assert (solihull["telephone"], solihull["out_of_hours"]) == ("0121 788 4300", "0121 605 6060")
    walsall = routing.neighbour("E08000030")
    assert walsall is not None and set(walsall) == {"role", "source", "checked"}
    assert routing.neighbour("E06000001") is None
    row = routing.team_contacts("neighbours", "E08000030", london("2026-11-28T10:00"))[0]
    assert (row["open"], row["hours"], row["state_words"]) == (None, None, "hours not known")


def test_nothing_changes_while_a_frame_holds_and_something_does_after(routing: Routing) -> None:
    at = epoch(london("2026-10-24T00:00"))
    for _ in range(60):
        frame = routing.frame(dt.datetime.fromtimestamp(at, dt.UTC))
        assert frame.start == at
        last = routing.frame(dt.datetime.fromtimestamp(frame.end - 1, dt.UTC))
        assert last is frame
        after = routing.frame(dt.datetime.fromtimestamp(frame.end, dt.UTC))
        opened = [c["open"] for listed in frame.contact_json.values() for c in listed]
        opens = [c["open"] for listed in after.contact_json.values() for c in listed]
        assert opened != opens or local(frame.end).hour == 0
        assert local(frame.start).date() == local(frame.end - 1).date()
        at = frame.end


def test_beyond_the_horizon_the_answers_are_those_from_inside(
    contacts: list[ContactPoint], routing: Routing
) -> None:
    far = Routing(compile_snapshot(contacts, dt.date(2040, 1, 1)))
    assert routing.version == far.version
    chance = random.Random(4)
    moments = [epoch(london("2026-10-22T00:00")) + chance.randrange(830 * 86_400) for _ in range(150)]
    edge = routing.snapshot.end
    for instant in [*moments, edge - 1, edge - 3601, edge - 86_400, routing.snapshot.start]:
        moment = dt.datetime.fromtimestamp(instant, dt.UTC)
        near_frame, far_frame = routing.frame(moment), far.frame(moment)
        assert near_frame.holds == far_frame.holds, iso(instant)
        assert near_frame.contact_json == far_frame.contact_json, iso(instant)


def test_a_change_years_away_is_found(contacts: list[ContactPoint]) -> None:
    from dataclasses import replace

    rare = [
        replace(contact, hours="24/7; 2031 Jun 01 off") if contact.team == "HUB01" else contact
        for contact in contacts
    ]
    one = Routing(compile_snapshot(rare, dt.date(2026, 11, 22)))
    contact = one.team_contacts("hub", "HUB01", london("2026-11-22T12:00"))[0]
    assert contact["changes_at"] == "2031-05-31T23:00:00Z"
    after = one.team_contacts("hub", "HUB01", london("2031-06-02T12:00"))[0]
    assert (after["open"], after["changes_at"]) == (True, None)


def test_the_snapshot_comes_back_as_written(routing: Routing, tmp_path: Path) -> None:
    path = tmp_path / "var" / store.FILE
    write_snapshot(routing.snapshot, path)
    again = read_snapshot(path)
    assert (again.version, again.start, again.end) == (
        routing.version,
        routing.snapshot.start,
        routing.snapshot.end,
    )
    assert again.contacts == routing.snapshot.contacts
    assert [list(one.edges) for one in again.hours] == [list(one.edges) for one in routing.snapshot.hours]
    assert [other.name for other in path.parent.iterdir()] == [store.FILE]


def test_the_version_follows_the_contacts_not_the_day_of_compiling(contacts: list[ContactPoint]) -> None:
    from dataclasses import replace

    first = compile_snapshot(contacts, dt.date(2026, 11, 22)).version
    assert compile_snapshot(contacts, dt.date(2027, 2, 1)).version == first
    changed = [*contacts[:-1], replace(contacts[-1], role="Somebody else")]
    assert compile_snapshot(changed, dt.date(2026, 11, 22)).version != first


def test_a_missing_snapshot_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SnapshotMissingError, match="earlyhelp routing compile"):
        Routing.open(tmp_path / store.FILE)


def test_any_damaged_byte_and_any_cut_is_noticed(routing: Routing, tmp_path: Path) -> None:
    path = tmp_path / store.FILE
    write_snapshot(routing.snapshot, path)
    whole = path.read_bytes()
    chance = random.Random(1)
    for at in [0, 5, 25, 90, len(whole) - 1, *(chance.randrange(len(whole)) for _ in range(40))]:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x20]) + whole[at + 1 :])
        with pytest.raises(SnapshotDamagedError, match="earlyhelp routing compile"):
            read_snapshot(path)
        path.write_bytes(whole[:at])
        with pytest.raises(SnapshotDamagedError):
            read_snapshot(path)


def test_a_write_that_fails_leaves_the_old_snapshot_and_no_litter(
    routing: Routing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / store.FILE
    write_snapshot(routing.snapshot, path)
    before = path.read_bytes()

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SnapshotError, match="No space left"):
        write_snapshot(compile_snapshot([], dt.date(2026, 1, 1)), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_stale_or_damaged_snapshot_is_compiled_anew_and_a_full_disk_does_no_harm(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, var = tmp_path / "data", tmp_path / "var"
    data.mkdir()
    folder.rename(data / "contacts")
    (data / "areas").symlink_to(data_dir() / "areas")
    first = open_or_compile(data, var)
    path = var / store.FILE
    path.write_bytes(path.read_bytes()[:-7])
    assert open_or_compile(data, var).version == first.version
    assert read_snapshot(path).version == first.version
    file = data / "contacts" / "hub.csv"
    file.write_text(file.read_text().replace("Hub duty worker", "Hub duty desk"))
    path.chmod(0o444)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    second = open_or_compile(data, var)
    assert second.version != first.version
    assert read_snapshot(path).version == first.version


def test_answering_imports_none_of_the_slow_libraries(routing: Routing, tmp_path: Path) -> None:
    write_snapshot(routing.snapshot, tmp_path / store.FILE)
    script = (
        "import sys, datetime as dt; from pathlib import Path; from directory.routing.route import Routing\n"
        f"r = Routing.open(Path({str(tmp_path / store.FILE)!r}))\n"
        "r.frame(dt.datetime(2026, 12, 24, 23, 10, tzinfo=dt.UTC))\n"
        "slow = {'holidays', 'opening_hours', 'numpy', 'pandas', 'csv', 'click', 'geo'}\n"
        "print(sorted(slow & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    assert done.stdout.strip() == "[]"
