"""From a file to answers by date: import, activate, retire, crash and two stewards at once."""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import os
import re
import shlex
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from geo.build import build, gazetteer_path
from geo.gazetteer import Gazetteer
from geo.home import data_dir
from geo.layers import LayerError, active_generations, all_generations, read_journal, read_members
from geo.stewardship import keeping
from geo.stewardship.assignment import assign
from geo.stewardship.desk import Desk, Sent
from geo.stewardship.journal import RefusedError, areas_lock, record
from geo.stewardship.wanted import Wanted

Run = Callable[..., Result]
Write = Callable[..., Path]
Rows = list[list[str]]
SIGNED = ("--commit", "--reason", "a test", "--by", "data steward")
NO_BUILD = ("--no-build", *SIGNED)


@pytest.fixture
def renamed(hub_rows: Rows) -> Rows:
    """The shipped hubs with Harborne and Quinton moved to Edgbaston's, and one name changed."""
    rows = [list(row) for row in hub_rows]
    for row in rows:
        if row[0] == "HUB07":
            row[:2] = ["HUB05", "Edgbaston and Ladywood"]
        if row[0] == "HUB14":
            row[1] = "Sutton South"
    return rows


def on(desk: Desk, layer: str, day: str) -> str | None:
    """The generation that answers on a day."""
    date = dt.date.fromisoformat(day)
    active = active_generations(desk.data, desk.var)[layer]
    return next((g.id for g in active if g.in_force(date)), None)


def team_of(desk: Desk, postcode: str, day: str) -> str:
    date = dt.date.fromisoformat(day)
    generation = next(g for g in active_generations(desk.data, desk.var)["hub"] if g.in_force(date))
    assigned = assign(generation, desk.city)
    return assigned.areas[assigned.index[desk.city.postcodes.index(postcode)]].code


def harborne(desk: Desk) -> str:
    return desk.city.postcodes[desk.city.reference["ward_2004"].index("E05001189")]


def test_from_import_to_answer_around_the_first_day(
    desk: Desk, run: Run, write: Write, renamed: Rows
) -> None:
    path = write(renamed)
    dry = run("import", path, "--layer", "hub", "--from", "2027-04-01", "--json")
    assert dry.exit_code == 0
    plan = json.loads(dry.stdout)
    assert plan["committed"] is False
    assert not (desk.var / "areas").exists()
    change = plan["difference"]
    assert [area["code"] for area in change["removed"]] == ["HUB07"]
    assert [area["after"] for area in change["renamed"]] == ["Sutton South"]
    moved = sum(w in ("E05001189", "E05001201") for w in desk.city.reference["ward_2004"])
    assert change["moves"] == [{"before": "HUB07", "after": "HUB05", "postcodes": moved}]

    assert run("import", path, "--layer", "hub", "--from", "2027-04-01", *SIGNED).exit_code == 0
    postcode = harborne(desk)
    assert team_of(desk, postcode, "2027-04-01") == "HUB07"  # still inactive

    assert run("activate", "hub", "2027-04-01").exit_code == 0  # dry
    assert on(desk, "hub", "2027-04-01") == "2013-04-01"
    done = run("activate", "hub", "2027-04-01", *NO_BUILD)
    assert done.exit_code == 0
    assert "earlyhelp geo build" in done.stdout
    assert team_of(desk, postcode, "2027-03-31") == "HUB07"
    assert team_of(desk, postcode, "2027-04-01") == "HUB05"

    undo = re.search(r"To undo: (.*)", done.stdout)
    assert undo
    words = shlex.split(undo[1])[2:]
    assert run(*words, "--no-build").exit_code == 0
    assert team_of(desk, postcode, "2027-04-01") == "HUB07"
    assert [e["action"] for e in read_journal(desk.var)] == ["import", "activate", "retire"]


def test_activation_dates_can_be_set_and_a_retirement_undone(
    desk: Desk, run: Run, write: Write, renamed: Rows
) -> None:
    run("import", write(renamed), "--layer", "hub", "--from", "2027-04-01", *SIGNED)
    dates = ("--from", "2027-05-01", "--to", "2027-12-31")
    shown = run("activate", "hub", "2027-04-01", *dates, *NO_BUILD)
    assert "After 2027-12-31 no generation of hub would answer" in shown.stdout
    assert on(desk, "hub", "2027-04-30") == "2013-04-01"
    assert on(desk, "hub", "2027-05-01") == on(desk, "hub", "2027-12-31") == "2027-04-01"
    assert on(desk, "hub", "2028-01-01") is None
    ended = run("retire", "hub", "2027-04-01", "--to", "2027-06-30", *NO_BUILD)
    assert ended.exit_code == 0
    assert on(desk, "hub", "2027-06-30") == "2027-04-01"
    assert on(desk, "hub", "2027-07-01") is None
    undo = re.search(r"To undo: (.*)", ended.stdout)
    assert undo
    assert run(*shlex.split(undo[1])[2:], "--no-build").exit_code == 0
    assert on(desk, "hub", "2027-12-31") == "2027-04-01"
    assert on(desk, "hub", "2027-05-01") == "2027-04-01"


def test_a_shipped_generation_can_be_retired_and_brought_back(desk: Desk, run: Run) -> None:
    done = run("retire", "hub", "2013-04-01", *NO_BUILD)
    assert "no generation of hub would answer" in done.stdout
    assert "hub" not in active_generations(desk.data, desk.var)
    assert run("activate", "hub", "2013-04-01", *NO_BUILD).exit_code == 0
    assert on(desk, "hub", "2026-11-22") == "2013-04-01"


def test_a_second_import_for_the_day_has_its_own_name_and_wins_when_active(
    desk: Desk, run: Run, write: Write, renamed: Rows, hub_rows: Rows
) -> None:
    for rows in (renamed, hub_rows):
        done = run("import", write(rows), "--layer", "hub", "--from", "2027-04-01", *SIGNED)
        assert done.exit_code == 0
    ids = [g.id for g in all_generations(desk.data, desk.var)["hub"]]
    assert ids == ["2013-04-01", "2027-04-01", "2027-04-01.2"]
    for name in ids[1:]:
        assert run("activate", "hub", name, *NO_BUILD).exit_code == 0
    assert on(desk, "hub", "2027-04-01") == "2027-04-01.2"


def test_an_import_for_a_shipped_generations_day_does_not_replace_it(
    desk: Desk, run: Run, write: Write, hub_rows: Rows
) -> None:
    run("import", write(hub_rows), "--layer", "hub", "--from", "2013-04-01", *SIGNED)
    assert [g.id for g in all_generations(desk.data, desk.var)["hub"]] == ["2013-04-01", "2013-04-01.2"]


def test_findings_refuse_an_activation_until_they_are_accepted_and_recorded(
    desk: Desk, run: Run, write: Write, hub_rows: Rows
) -> None:
    path = write(hub_rows[1:])
    assert run("import", path, "--layer", "hub", "--from", "2027-04-01").exit_code == 1
    assert run("import", path, "--layer", "hub", "--from", "2027-04-01", *SIGNED).exit_code == 0
    refused = run("activate", "hub", "2027-04-01", *NO_BUILD)
    assert refused.exit_code == 1
    assert "--accept-findings" in refused.stderr
    assert [e["action"] for e in read_journal(desk.var)] == ["import"]
    assert run("activate", "hub", "2027-04-01", "--accept-findings", *NO_BUILD).exit_code == 0
    assert read_journal(desk.var)[-1]["accepted_findings"] == {"gap": 1}
    assert "parts of the city in no area (1)" in run("history", "hub").stdout


def test_incomplete_rows_are_never_stored(desk: Desk, run: Run, write: Write, hub_rows: Rows) -> None:
    path = write([*hub_rows, ["", "x", "E05001178"]])
    refused = run("import", path, "--layer", "hub", "--from", "2027-04-01", *SIGNED)
    assert refused.exit_code == 1
    assert not (desk.var / "areas" / "hub").exists()


def imported(desk: Desk, write: Write, rows: Rows) -> Any:
    sent = Sent(layer="hub", valid_from=dt.date(2027, 4, 1))
    return desk.sent(write(rows), sent, Wanted())


def test_a_crash_before_the_rename_leaves_nothing(
    desk: Desk, write: Write, hub_rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = imported(desk, write, hub_rows)
    monkeypatch.setattr(keeping, "sync_folder", _full_disk)
    with pytest.raises(OSError, match="No space left"):
        keeping.store(desk.data, desk.var, drawing, "why", "data steward")
    assert list((desk.var / "areas" / "hub").iterdir()) == []
    assert read_journal(desk.var) == []


def _full_disk(*_args: object, **_kwargs: object) -> None:
    raise OSError(28, "No space left on device")


def _die(*_args: object, **_kwargs: object) -> None:
    os._exit(9)


def _store_and_die(desk: Desk, drawing: Any) -> None:
    keeping.record = _die  # type: ignore[assignment]
    keeping.store(desk.data, desk.var, drawing, "why", "data steward")


def test_a_kill_between_rename_and_journal_leaves_an_inactive_generation_that_an_import_replaces(
    desk: Desk, run: Run, write: Write, hub_rows: Rows, renamed: Rows
) -> None:
    drawing = imported(desk, write, hub_rows)
    process = multiprocessing.get_context("fork").Process(target=_store_and_die, args=(desk, drawing))
    process.start()
    process.join()
    assert process.exitcode == 9
    folder = desk.var / "areas" / "hub" / "2027-04-01"
    assert folder.is_dir()
    assert on(desk, "hub", "2027-04-01") == "2013-04-01"
    listed = run("list").stdout
    assert "import cut short" in listed
    assert "takes its place" in listed
    refused = run("activate", "hub", "2027-04-01", *NO_BUILD)
    assert refused.exit_code == 1
    assert "cut short" in refused.stderr
    assert run("import", write(renamed), "--layer", "hub", "--from", "2027-04-01", *SIGNED).exit_code == 0
    ids = [g.id for g in all_generations(desk.data, desk.var)["hub"]]
    assert ids == ["2013-04-01", "2027-04-01"]
    assert {m.name for m in read_members(all_generations(desk.data, desk.var)["hub"][1])} >= {"Sutton South"}


def test_a_torn_last_line_did_not_happen_and_the_next_write_cuts_it_off(desk: Desk) -> None:
    with areas_lock(desk.var):
        record(desk.var, "retire", "hub", "2013-04-01", reason="one", by="steward")
    path = desk.var / "areas" / "journal.jsonl"
    whole = path.read_bytes()
    for cut in range(1, len(whole) - 1, 7):
        path.write_bytes(whole + whole[:cut])
        assert len(read_journal(desk.var)) == 1
        with areas_lock(desk.var):
            entry = record(desk.var, "activate", "hub", "2013-04-01", reason="two", by="steward")
        assert entry["seq"] == 2
        assert [e["reason"] for e in read_journal(desk.var)] == ["one", "two"]
    path.write_bytes(whole[:-1])  # whole but for its line feed: it happened
    with areas_lock(desk.var):
        record(desk.var, "activate", "hub", "2013-04-01", reason="two", by="steward")
    assert [e["reason"] for e in read_journal(desk.var)] == ["one", "two"]


def test_damage_in_the_middle_of_the_journal_is_refused_by_line(desk: Desk, run: Run) -> None:
    folder = desk.var / "areas"
    folder.mkdir(parents=True)
    for line in ("{not json", "[]", "{}", "null"):
        (folder / "journal.jsonl").write_text(line + "\n{}\n")
        refused = run("list")
        assert refused.exit_code == 1
        assert "journal.jsonl, line 1" in refused.stderr


def test_imports_at_the_same_time_all_arrive_under_their_own_names(
    desk: Desk, write: Write, hub_rows: Rows
) -> None:
    drawing = imported(desk, write, hub_rows)
    context = multiprocessing.get_context("fork")
    arguments = (desk.data, desk.var, drawing, "why", "data steward")
    processes = [context.Process(target=keeping.store, args=arguments) for _ in range(4)]
    threads = [threading.Thread(target=keeping.store, args=arguments) for _ in range(2)]
    for worker in (*processes, *threads):
        worker.start()
    for worker in (*processes, *threads):
        worker.join()
    entries = read_journal(desk.var)
    assert [e["seq"] for e in entries] == list(range(1, 7))
    names = ["2027-04-01", *(f"2027-04-01.{n}" for n in range(2, 7))]
    assert sorted(e["generation"] for e in entries) == names
    assert [p.name for p in sorted((desk.var / "areas" / "hub").iterdir())] == names


HOSTILE = [
    "</script><script>alert(1)</script>",
    "`${process.exit()}`",
    '"; drop table areas; --',
    "=HYPERLINK(1)",
    "two\nlines",
    "\u202eright to left\u202c",
    "\x1b[31mred\x1b[0m",
    "emoji \U0001f469\u200d\U0001f467",
    "comma, \"quote\" and 'quote'",
    "del\x7f",
]


def test_odd_names_are_only_data_and_come_back_as_they_were(
    desk: Desk, run: Run, write: Write, hub_rows: Rows
) -> None:
    rows = [list(row) for row in hub_rows]
    names = {f"HUB{i:02}": name for i, name in enumerate(HOSTILE, 1)}
    for row in rows:
        row[1] = names.get(row[0], row[1])
    title = 'A "title" \\ with\x7f </script> \U0001f469'
    arguments = ("--layer", "hub", "--from", "2027-04-01", "--title", title)
    assert run("import", write(rows), *arguments, *SIGNED).exit_code == 0
    stored = all_generations(desk.data, desk.var)["hub"][1]
    assert stored.title == title
    assert {m.code: m.name for m in read_members(stored)} | names == {
        m.code: m.name for m in read_members(stored)
    }
    shown = run("show", "hub", "--generation", "2027-04-01").stdout
    assert "\x1b" not in shown
    assert "\\x1b[31mred" in shown
    assert "\u202e" not in shown
    told = json.loads(run("show", "hub", "--generation", "2027-04-01", "--json").stdout)
    assert {a["code"]: a["name"] for a in told["area_list"]} | names == {
        a["code"]: a["name"] for a in told["area_list"]
    }


@pytest.mark.parametrize("layer", ["../evil", "Hub", "a", "x" * 41, "hub/2", ".hidden", ""])
def test_a_layer_name_that_is_no_folder_name_is_refused(
    desk: Desk, write: Write, hub_rows: Rows, layer: str
) -> None:
    sent = Sent(layer=layer, valid_from=dt.date(2027, 4, 1))
    with pytest.raises(RefusedError):
        desk.sent(write(hub_rows), sent, Wanted())


@pytest.mark.parametrize(
    ("reason", "by"), [("", "steward"), ("why", " "), ("why", "jo@example.org"), ("w" * 501, "steward")]
)
def test_a_change_is_signed_with_a_reason_and_a_role(
    desk: Desk, write: Write, hub_rows: Rows, reason: str, by: str
) -> None:
    with pytest.raises(RefusedError):
        keeping.store(desk.data, desk.var, imported(desk, write, hub_rows), reason, by)
    assert not desk.var.exists()


def test_a_layer_folder_with_any_name_is_imported_with_what_it_says(
    desk: Desk, run: Run, tmp_path: Path, hub_rows: Rows, write: Write
) -> None:
    folder = tmp_path / "from the council"
    folder.mkdir()
    shipped = data_dir() / "areas" / "hub" / "2013-04-01" / "layer.toml"
    text = shipped.read_text().replace("2013-04-01", "2028-01-01")
    (folder / "layer.toml").write_text(text)
    write(hub_rows).rename(folder / "members.csv")
    assert run("check", folder).exit_code == 0
    assert run("import", folder, *SIGNED).exit_code == 0
    stored = all_generations(desk.data, desk.var)["hub"][1]
    assert (stored.id, stored.status, stored.active) == ("2028-01-01", "illustrative", False)
    (folder / "layer.toml").write_text(text.replace("kind", "kimd"))
    refused = run("check", folder)
    assert refused.exit_code == 1
    assert "layer.toml, line" in refused.stderr or "kind" in refused.stderr


def test_a_damaged_members_file_of_a_stored_layer_is_refused_by_line(
    desk: Desk, run: Run, write: Write, hub_rows: Rows
) -> None:
    run("import", write(hub_rows), "--layer", "hub", "--from", "2027-04-01", *SIGNED)
    path = desk.var / "areas" / "hub" / "2027-04-01" / "members.csv"
    path.write_text("code,name,member\nHUB01,,\n")
    with pytest.raises(LayerError, match="line 2"):
        read_members(all_generations(desk.data, desk.var)["hub"][1])
    assert "line 2" in run("check", "hub", "--generation", "2027-04-01").stdout
    listed = run("list")
    assert listed.exit_code == 0
    assert "line 2" in listed.stdout


def test_an_activation_rebuilds_the_gazetteer_that_lookups_read(
    desk: Desk, run: Run, write: Write, renamed: Rows
) -> None:
    build(desk.data, desk.var, scope="city")
    run("import", write(renamed), "--layer", "hub", "--from", "2027-04-01", *SIGNED)
    done = run("activate", "hub", "2027-04-01", *SIGNED)
    assert "Gazetteer: Rebuilt." in done.stdout
    gazetteer = Gazetteer.open(gazetteer_path(desk.var))
    assert gazetteer.meta["scope"] == "city"
    row = gazetteer.city.row(harborne(desk).replace(" ", ""))
    answers = {}
    for day in ("2027-03-31", "2027-04-01"):
        index = next(
            i
            for i in gazetteer.in_force(dt.date.fromisoformat(day))
            if gazetteer.generations[i]["layer"] == "hub"
        )
        answers[day] = gazetteer.generations[index]["areas"][gazetteer.columns[index][row]][0]
    assert answers == {"2027-03-31": "HUB07", "2027-04-01": "HUB05"}
