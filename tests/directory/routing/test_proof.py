"""The proof without dead ends, and that it fails when it must."""

from __future__ import annotations

import datetime as dt
import json
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from directory.routing.combinations import combinations_on, periods, teams_of
from directory.routing.commands import routing as command
from directory.routing.contacts import ContactPoint, Forbidden, load_contacts, load_forbidden
from directory.routing.hours import is_open, open_edges
from directory.routing.london import iso, midnight
from directory.routing.proof import QUARTER, Combination, Proof, prove, uncovered
from directory.routing.report import proof_json, proof_text

Teams = dict[str, set[str]]
FIRST, LAST = midnight(dt.date(2026, 11, 22)), midnight(dt.date(2027, 11, 22))


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@pytest.fixture
def proof_of(combinations: set[Combination], teams: Teams) -> Callable[[Path], Proof]:
    def proof(folder: Path) -> Proof:
        loaded = load_contacts(folder, teams)
        return prove(loaded, [(FIRST, LAST, combinations)], load_forbidden(folder), teams)

    return proof


def test_the_shipped_contacts_leave_no_dead_end_in_any_case(
    shipped: Path, proof_of: Callable[[Path], Proof], combinations: set[Combination]
) -> None:
    proof = proof_of(shipped)
    assert proof.holds
    assert proof.quarters == 35_040
    assert proof.cases == 2 * len(combinations) * 35_040
    assert (proof.failing_cases, proof.front_door_cases, proof.front_door_failing) == (0, 2 * 35_040, 0)
    assert [iso(change) for change in proof.clock_changes] == ["2027-03-28T01:00:00Z", "2027-10-31T01:00:00Z"]
    assert "No dead end" in proof_text(proof)


def test_a_quarter_of_an_hour_between_cass_and_the_duty_team_is_found_and_named(
    folder: Path, proof_of: Callable[[Path], Proof], combinations: set[Combination]
) -> None:
    change(
        folder / "front_door.csv",
        "Mo-Th 08:45-17:15; Fr 08:45-16:15; PH off",
        "Mo-Th 08:45-17:00; Fr 08:45-16:15; PH off",
    )
    proof = proof_of(folder)
    assert not proof.holds
    weekdays = [gap for gap in proof.gaps if gap.chain == "front door" and gap.audience == "professional"]
    # 52 weeks of four days, less the four bank holidays that are a Monday and Christmas's Monday
    assert len(weekdays) == 52 * 4 - 5
    assert {gap.end - gap.start for gap in weekdays} == {QUARTER}
    assert proof.front_door_failing == 2 * len(weekdays)
    assert "front_door.csv, line 2 (CASS" in weekdays[0].beside[0] and "closes then" in weekdays[0].beside[0]
    assert "front_door.csv, line 3 (EDT" in weekdays[0].beside[1]
    text = proof_text(proof)
    assert "Mon 23 Nov 2026 17:00 GMT to Mon 23 Nov 2026 17:15 GMT" in text
    assert "and 202 times more until 18 November 2027" in text
    assert "must not be published" in text
    # Some teams' own lines are open until 5:15pm or later: fewer combinations fail than there are.
    found = [gap for gap in proof.gaps if gap.chain == "teams" and gap.audience == "professional"]
    assert all(0 < gap.combinations < len(combinations) for gap in found)
    public = [gap for gap in proof.gaps if gap.chain == "teams" and gap.audience == "public"]
    assert any(gap.combinations == len(combinations) for gap in public)


def test_bank_holidays_left_out_of_the_duty_teams_hours_are_found(
    folder: Path, proof_of: Callable[[Path], Proof]
) -> None:
    change(folder / "front_door.csv", "; PH 00:00-24:00", "")
    proof = proof_of(folder)
    days = {iso(gap.start)[:10] for gap in proof.gaps if gap.chain == "teams"}
    assert days == {
        "2026-12-25",
        "2026-12-28",
        "2027-01-01",
        "2027-03-26",
        "2027-03-29",
        "2027-05-03",
        "2027-05-31",
        "2027-08-30",
    }


def test_two_gaps_of_two_minutes_in_one_quarter_hour_are_found_and_counted_once(
    folder: Path, proof_of: Callable[[Path], Proof]
) -> None:
    odd_night = "2027 Feb 03 00:00-02:10,02:12-02:13,02:15-24:00"
    change(folder / "front_door.csv", "PH 00:00-24:00", f"PH 00:00-24:00; {odd_night}")
    proof = proof_of(folder)
    assert {(iso(gap.start), iso(gap.end)) for gap in proof.gaps} == {
        ("2027-02-03T02:10:00Z", "2027-02-03T02:12:00Z"),
        ("2027-02-03T02:13:00Z", "2027-02-03T02:15:00Z"),
    }
    assert proof.front_door_failing == 2  # one quarter-hour, for professionals and for the public


def test_a_team_without_a_contact_is_named(folder: Path, proof_of: Callable[[Path], Proof]) -> None:
    lines = (folder / "hub.csv").read_text().splitlines(keepends=True)
    (folder / "hub.csv").write_text("".join(line for line in lines if not line.startswith("HUB07")))
    proof = proof_of(folder)
    assert proof.without_contact == (("hub", "HUB07"),)
    assert not proof.holds
    assert "team HUB07 of hub" in proof_text(proof)


def test_a_switchboard_number_is_found_even_where_the_loader_did_not_know(
    contacts: list[ContactPoint], combinations: set[Combination], teams: Teams
) -> None:
    wrong = [Forbidden("01213031888", "pretend that this is a switchboard")]
    proof = prove(contacts, [(FIRST, FIRST + 86_400, combinations)], wrong, teams)
    assert len(proof.forbidden) == 2 and not proof.holds
    assert "front_door.csv, line 2: 0121 303 1888 must not be given" in proof.forbidden[0]


def test_the_police_and_the_helplines_do_not_hide_a_gap(
    contacts: list[ContactPoint], combinations: set[Combination], teams: Teams
) -> None:
    without = [contact for contact in contacts if contact.team not in ("CASS", "EDT")]
    proof = prove(without, [(FIRST, FIRST + 86_400, combinations)], [], teams)
    assert proof.front_door_failing == proof.front_door_cases
    assert proof.failing_cases == proof.cases  # 22 November 2026 is a Sunday


def test_the_counted_cases_are_those_that_trying_each_one_finds(
    contacts: list[ContactPoint], combinations: set[Combination], teams: Teams
) -> None:
    without = [contact for contact in contacts if contact.team != "EDT"]
    start, end = midnight(dt.date(2027, 3, 25)), midnight(dt.date(2027, 3, 31))
    some = set(sorted(combinations)[:6])
    proof = prove(without, [(start, end, some)], [], teams)
    assert (end - start) // QUARTER == 6 * 96 - 4 == proof.quarters
    failing = 0
    for combination in some:
        for audience in ("professional", "public"):
            relied = [
                contact
                for contact in without
                if contact.serves(audience)
                and (
                    (contact.layer, contact.team) in combination
                    or (contact.layer == "front_door" and contact.team in ("CASS", "EARLY_HELP"))
                )
            ]
            edges = {contact.hours: open_edges(contact.hours, start, end) for contact in relied}
            for quarter in range(start, end, QUARTER):
                minutes = range(quarter, quarter + QUARTER, 60)
                failing += not all(any(is_open(one, minute) for one in edges.values()) for minute in minutes)
    assert proof.failing_cases == failing > 0


def test_what_edges_leave_uncovered() -> None:
    assert uncovered([], 10, 20) == [(10, 20)]
    assert uncovered([0, 12, 15, 30], 10, 20) == [(12, 15)]
    assert uncovered([0, 5, 11, 19], 10, 20) == [(10, 11), (19, 20)]
    assert uncovered([10, 20], 10, 20) == []


class FakeGazetteer:
    """Three postcodes, a hub layer and two generations of health visiting."""

    city_rows = 3

    def __init__(self) -> None:
        def team(layer: str, start: str, end: str | None, *codes: str) -> dict[str, Any]:
            areas = [[code, code] for code in codes]
            return {"layer": layer, "kind": "team", "valid_from": start, "valid_to": end, "areas": areas}

        self.generations = [
            {
                "layer": "district",
                "kind": "reference",
                "valid_from": "2010-05-06",
                "valid_to": None,
                "areas": [],
            },
            team("hub", "2013-04-01", None, "HUB01", "HUB02"),
            team("health_visiting", "2013-04-01", "2015-03-31", "HVN01"),
            team("health_visiting", "2015-04-01", None, "HV01", "HV02"),
        ]
        self.columns = [array("H", some) for some in ([0, 0, 0], [0, 1, 1], [0, 0, 0xFFFF], [0, 1, 1])]


def test_the_combinations_are_those_of_the_postcodes_on_each_day() -> None:
    gazetteer = FakeGazetteer()
    assert combinations_on(gazetteer, dt.date(2026, 11, 22)) == {
        (("hub", "HUB01"), ("health_visiting", "HV01")),
        (("hub", "HUB02"), ("health_visiting", "HV02")),
    }
    pieces = periods(gazetteer, dt.date(2015, 1, 1), 365)
    assert [(iso(a), iso(b), len(c)) for a, b, c in pieces] == [
        ("2015-01-01T00:00:00Z", "2015-03-31T23:00:00Z", 3),
        ("2015-03-31T23:00:00Z", "2016-01-01T00:00:00Z", 2),
    ]
    assert periods(gazetteer, dt.date(2012, 1, 1), 10)[0][2] == {()}
    assert teams_of(gazetteer) == {"hub": {"HUB01", "HUB02"}, "health_visiting": {"HVN01", "HV01", "HV02"}}


def test_the_json_has_every_gap(folder: Path, proof_of: Callable[[Path], Proof]) -> None:
    change(folder / "front_door.csv", "Fr 08:45-16:15; PH off", "Fr 08:45-16:00; PH off")
    proof = proof_of(folder)
    told = json.loads(json.dumps(proof_json(proof)))
    assert told["holds"] is False and len(told["gaps"]) == len(proof.gaps)
    assert told["gaps"][0]["local_from"] == "2026-11-27T16:00:00+00:00"


def test_check_lists_the_faults_of_a_contact_file_and_ends_with_1(folder: Path) -> None:
    change(folder / "hub.csv", "0121 496 0103", "0121 303 1111")
    done = CliRunner().invoke(command, ["check", "--contacts", str(folder)])
    assert done.exit_code == 1
    assert "hub.csv, line 4, column telephone" in done.stderr and "switchboard" in done.stderr


def test_now_answers_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARLYHELP_VAR", str(tmp_path))
    done = CliRunner().invoke(command, ["now", "--at", "2026-12-24T23:10"])
    assert done.exit_code == 0
    assert "In danger: 999" in done.stdout and "Call now:  0121 675 4806 Emergency Duty Team" in done.stdout
    told = json.loads(CliRunner().invoke(command, ["now", "--at", "2026-12-24T23:10", "--json"]).stdout)
    assert told["call"]["now"]["telephone"] == "0121 675 4806"
    assert CliRunner().invoke(command, ["now", "--at", "yesterday"]).exit_code == 2
    assert CliRunner().invoke(command, ["compile"]).exit_code == 0
    listed = CliRunner().invoke(command, ["contacts", "--team", "HUB03"])
    assert "Hub duty worker" in listed.stdout and "[sample]" in listed.stdout
    assert CliRunner().invoke(command, ["contacts", "--team", "HUB99"]).exit_code == 1
