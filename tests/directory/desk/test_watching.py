"""What a steward is told to look at: due, duplicates, orphans, broken constraints, reports."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from directory.store.records import Change
from tests.directory.desk.conftest import SIGNED, Room

ROOT = Path(__file__).parents[3]


def process(room: Room, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """The command as a person types it, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=ROOT,
        env=os.environ | room.environment | more,
        capture_output=True,
        text=True,
        check=False,
    )


def rewritten(room: Room, record_id: str, **members: Any) -> None:
    """Publish past the desk's checks: what an import or the years may bring."""
    with room.store() as store:
        version = store.latest(record_id)
        assert version is not None
        content = {k: v for k, v in (version.content | members).items() if v is not None}
        store.write(
            [Change(version.kind, record_id, "published", content, base=version.number)], by="x", reason="x"
        )


def test_what_is_due_stands_under_the_role_that_keeps_it(either: Room) -> None:
    owner = either.organization()
    late, never = (
        either.service(owner, "Late", "owner_role=Hub administrator"),
        either.service(owner, "Never"),
    )
    fine = either.service(owner, "Fine")
    rewritten(either, late, review_by="2020-01-31")
    either.listing("confirm", fine, *SIGNED)
    shown = either.listing("due", code=1)
    assert shown.index("Directory editor") < shown.index(never) < shown.index("Hub administrator")
    assert "days overdue" in shown and "no review date" in shown and fine not in shown
    assert either.json("due", "--owner", "hub administrator", code=1)["overdue"] == 1
    assert fine in either.listing("due", "--within", "7m", code=1)
    either.listing("confirm", late, never, *SIGNED)
    assert either.json("due") == {"overdue": 0, "due": []}
    assert either.run("due", "--within", "soon").exit_code == 2


def test_likely_duplicates_of_two_publishers_are_told_with_a_score_and_why(either: Room) -> None:
    one = either.service(either.organization(), "The Homework Club")
    other = either.service(either.organization("City library"), "Homework club")
    either.service(either.organization("Northside"), "Swimming lessons", "phones[0].number=0121 496 0900")
    found = either.json("duplicates", code=1)
    assert [{pair["one"], pair["other"]} for pair in found["pairs"]] == [{one, other}]
    assert found["pairs"][0]["score"] >= 80
    assert found["pairs"][0]["why"][:2] == ["same name", "same telephone 0121 496 0123"]
    either.listing("merge", one, other, *SIGNED)
    assert either.json("duplicates")["pairs"] == []


def test_orphans_are_told_by_what_they_lack(either: Room) -> None:
    owner = either.organization("Harbour Trust", "owner_role=")
    club = either.service(owner)
    either.added("location", "Empty hall", "location_type=physical")
    rewritten(either, club, phones=None, service_areas=None, schedules=None)
    found = {one["name"]: set(one["lacks"]) for one in either.json("orphans", code=1)["orphans"]}
    assert found == {"Homework club": {"contact", "area", "hours", "owner"}, "Empty hall": {"service"}}
    assert either.json("orphans", "--lacks", "hours", code=1)["total"] == 1


def test_every_constraint_holds_of_a_sound_directory_and_a_broken_one_names_its_offenders(
    either: Room,
) -> None:
    owner = either.organization()
    club = either.service(owner)
    either.listing("confirm", club, *SIGNED)
    assert "holds" in either.listing("check")
    rewritten(either, club, review_by="2199-01-01", minimum_age=17, needs=["nonsense"], sample=None)
    broken = {one["name"]: one for one in either.json("check", code=1)["constraints"] if one["total"]}
    assert set(broken) == {"review", "ages", "needs", "sample"}
    for one in broken.values():
        assert one["sentence"] and one["remedy"]
        assert {off["id"] for off in one["offenders"]} == {club}
    either.listing("check", "--only", "switchboard")
    assert "There are sound, organisation" in either.run("check", "--only", "moon").stderr


def test_the_check_finds_a_table_that_somebody_changed_behind_the_store(room: Room) -> None:
    club = room.service(room.organization())
    with sqlite3.connect(room.url.removeprefix("sqlite:///")) as database:
        database.execute("UPDATE service SET name = 'Other' WHERE id = ?", (club,))
    broken = [one for one in room.json("check", "--only", "history", code=1)["constraints"] if one["total"]]
    assert [one["name"] for one in broken] == ["history"]


def test_a_report_from_a_page_is_listed_and_settled_with_what_was_done(either: Room) -> None:
    club = either.service(either.organization())
    with either.store() as store:
        store.add_note(club, "telephone")
        number = store.add_note(club, "telephone").number
    shown = either.listing("notes")
    assert "The telephone number is wrong or nobody answers (2 times)" in shown and club in shown
    assert "Nothing was changed" in either.run("notes", "--settle", str(number)).stderr
    either.listing("notes", "--settle", str(number), *SIGNED)
    assert either.json("notes")["notes"] == []
    (settled,) = either.json("notes", "--all")["notes"]
    assert (settled["settled_by"], settled["settled_reason"]) == ("data steward", "A test")
    assert "was settled already" in either.run("notes", "--settle", str(number), *SIGNED).stderr


def test_records_are_listed_by_state_owner_age_and_name(either: Room) -> None:
    owner, other = either.organization(), either.organization("Northside")
    club, draft = either.service(owner), either.service(other, "Swimming", "sample=no", publish=False)

    def ids(*arguments: str) -> set[str]:
        return {one["id"] for one in either.json("list", *arguments)["records"]}

    assert ids() == {club, draft}
    assert ids("--state", "draft") == ids("--organization", other) == ids("--no-sample") == {draft}
    assert ids("--name", "HOME club") == {club}
    assert ids("--overdue") == {club, draft}
    assert ids("--source", "nobody") == set()
    assert ids("--kind", "organization") == {owner, other}


def test_an_id_is_known_by_its_beginning_where_that_is_enough(room: Room) -> None:
    owner = room.organization()
    assert room.json("show", owner[:8])["id"] == owner
    for typed, why in (("zzzzzzzz", "There is no record"), (owner[:3], "at least 4 characters")):
        done = room.run("show", typed)
        assert (done.exit_code, why in done.stderr) == (1, True)
    with room.store() as store:
        for end in "ab":
            content = {"id": f"abcd-{end}", "name": f"Hall {end}", "location_type": "physical"}
            store.write([Change("location", content["id"], "draft", content)], by="x", reason="x")
    done = room.run("show", "abcd")
    assert done.exit_code == 1
    assert "abcd-a  Hall a" in done.stderr and "abcd-b  Hall b" in done.stderr


def test_the_shell_completes_the_ids_of_the_store(room: Room) -> None:
    owner = room.organization()
    # The variable is named for the program that runs: `python -m cli` stands in for `earlyhelp` here.
    code = "import sys; sys.argv = ['earlyhelp']; import cli; cli.earlyhelp.main(prog_name='earlyhelp')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ
        | room.environment
        | {
            "_EARLYHELP_COMPLETE": "bash_complete",
            "COMP_WORDS": f"earlyhelp listing show {owner[:4]}",
            "COMP_CWORD": "3",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == f"plain,{owner}"
    assert "_EARLYHELP_COMPLETE=bash_complete" in room.listing("completion", "bash")
    assert "#compdef earlyhelp" in room.listing("completion", "zsh")


def test_versions_are_compared_field_by_field(room: Room) -> None:
    owner = room.organization()
    club, other = room.service(owner), room.service(owner, "Chess club")
    room.listing("edit", club, "--set", "phones[0].number=0121 496 0456", "--unset", "maximum_age", *SIGNED)
    shown = room.listing("diff", club)
    assert "- maximum_age: 11" in shown and "0121 496 0456" in shown
    assert {one["path"] for one in room.json("diff", club, "1", "2")["differences"]} == set()
    assert "name" in {one["path"] for one in room.json("diff", club, other)["differences"]}
    assert "one version only" in room.run("diff", room.organization("New", publish=False)).stderr
    assert "no version 9" in room.run("diff", club, "1", "9").stderr


def test_a_card_tells_what_the_public_sees_and_what_is_missing(room: Room) -> None:
    club = room.service(room.organization())
    room.listing("edit", club, "--set", "name=Later\x1b[31m club", "--unset", "schedules[0]", *SIGNED)
    card = room.listing("show", club)
    for words in ("Version 3, draft; the public sees version 2", "Lacks: no opening hours", "Harbour Trust"):
        assert words in card
    assert "\x1b[31m" not in card, "a name cannot colour the terminal"
    assert "Monday and Wednesday, 3:30pm to 5pm" in room.listing("show", club, "--version", "2")


# Two stewards at once, and a database that cannot be written.


def test_of_two_stewards_at_once_one_writes_and_the_other_is_told_what_changed(either: Room) -> None:
    club = either.service(either.organization())

    def change(who: str) -> subprocess.CompletedProcess[str]:
        return process(
            either, "listing", "edit", club, "--seen", "2", "--set", f"name=As {who} says", "--publish",
            "--commit", "--reason", f"Told by {who}", "--by", who,
        )  # fmt: skip

    with ThreadPoolExecutor(2) as together:
        done = list(together.map(change, ["hub administrator", "directory editor"]))
    assert sorted(one.returncode for one in done) == [0, 1], [one.stderr for one in done]
    refused = next(one for one in done if one.returncode == 1)
    winner = "hub administrator" if refused is done[1] else "directory editor"
    for words in (winner, "version 3", "Homework club", f"As {winner} says", "Nothing was written"):
        assert words in refused.stderr, refused.stderr
    assert len(either.json("history", club)["versions"]) == 3
    told = either.json("edit", club, "--seen", "2", "--set", "fees=Free", code=1)
    assert told["conflict"]["by"] == winner


def test_a_database_that_may_only_be_read_is_read_and_a_write_refused_with_a_clear_word(either: Room) -> None:
    club = either.service(either.organization())
    if either.url.startswith("postgresql"):
        import psycopg

        with psycopg.connect(either.url, autocommit=True) as connection:
            name = either.url.rpartition("/")[2]
            connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    else:
        database = Path(either.url.removeprefix("sqlite:///"))
        with sqlite3.connect(database) as lite:  # so that no write-ahead log needs the folder
            lite.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            lite.execute("PRAGMA journal_mode=DELETE")
            # For root, who may write whatever the mode says, the file itself refuses in SQLite's words.
            lite.execute(
                "CREATE TRIGGER no BEFORE INSERT ON revision BEGIN "
                "SELECT RAISE(ABORT, 'attempt to write a readonly database'); END"
            )
        database.chmod(0o444)
    assert process(either, "listing", "show", club).returncode == 0
    done = process(either, "listing", "retire", club, *SIGNED)
    assert done.returncode == 3, done.stderr
    assert "can be read but not written to" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


@pytest.mark.parametrize("damage", ["not a database at all", None])
def test_a_database_that_is_damaged_or_of_no_kind_is_told_as_a_fault(room: Room, damage: str | None) -> None:
    room.organization()
    database = Path(room.url.removeprefix("sqlite:///"))
    if damage:
        for file in database.parent.glob("desk.db-*"):
            file.unlink()
        database.write_text(damage * 100)
    url = room.url if damage else "postgresql://nobody@127.0.0.1:9/nothing"
    done = process(room, "listing", "list", "--json", EARLYHELP_DATABASE_URL=url)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "earlyhelp listing:" in done.stderr
    assert json.loads(done.stdout)["refused"]


def test_a_wrong_use_exits_2(room: Room) -> None:
    for arguments in (("show",), ("retire", "x", "--seen", "soon"), ("new", "moon"), ("nonsense",)):
        assert room.run(*arguments).exit_code == 2, arguments
