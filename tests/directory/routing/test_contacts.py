"""Contact files: what a spreadsheet does to them is understood, and every fault is told at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from directory.routing.contacts import COLUMNS, ContactPoint, ContactsError, digits, load_contacts

Teams = dict[str, set[str]]
HEADING = ",".join(COLUMNS)
GOOD = (
    "HUB01,Duty worker,0121 496 0101,duty@hub.example,,Mo-Fr 09:00-17:00; PH off,"
    "professional,advice,sample listing,2026-11-22,yes"
)


def problems(folder: Path, teams: Teams) -> list[str]:
    with pytest.raises(ContactsError) as refused:
        load_contacts(folder, teams)
    return [str(problem) for problem in refused.value.problems]


def test_every_shipped_team_of_every_generation_has_a_contact(
    contacts: list[ContactPoint], teams: Teams
) -> None:
    assert {layer: len(codes) for layer, codes in teams.items()} == {
        "hub": 14,
        "childrens_centre": 16,
        "health_visiting": 38,
        "family_support": 10,
    }
    reached = {(contact.layer, contact.team) for contact in contacts if contact.serves("professional")}
    assert reached >= {(layer, code) for layer, codes in teams.items() for code in codes}
    centres = {
        contact.team
        for contact in contacts
        if contact.layer == "childrens_centre" and contact.serves("public")
    }
    assert centres == teams["childrens_centre"]


def test_samples_cannot_reach_anybody_and_each_has_its_own_number(contacts: list[ContactPoint]) -> None:
    samples = [contact for contact in contacts if contact.sample]
    assert all(re.fullmatch(r"0121 496 0\d{3}", contact.telephone) for contact in samples)
    assert len({contact.telephone for contact in samples}) == len(samples)
    assert all(contact.email.endswith(".example") for contact in samples)
    assert {contact.layer for contact in contacts if not contact.sample} == {"front_door", "neighbours"}


def test_the_front_door_is_as_published(contacts: list[ContactPoint]) -> None:
    numbers = {contact.team: contact.telephone for contact in contacts if contact.layer == "front_door"}
    assert numbers == {
        "CASS": "0121 303 1888",
        "EDT": "0121 675 4806",
        "POLICE_999": "999",
        "POLICE_101": "101",
        "EARLY_HELP": "0121 303 1888",
        "LADO": "0121 675 1669",
        "PRIVATE_FOSTERING": "0121 303 2621",
        "NHS_111": "111",
        "NSPCC": "0808 800 5000",
        "CHILDLINE": "0800 1111",
    }


def test_only_sourced_neighbours_have_a_number(contacts: list[ContactPoint]) -> None:
    with_number = {c.team: c.telephone for c in contacts if c.layer == "neighbours" and c.telephone}
    assert with_number == {"E08000029": "0121 605 6060"}  # the later of Solihull's two
    assert len({c.team for c in contacts if c.layer == "neighbours"}) == 7


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("team", "HUB99", "no team of this code"),
        ("role", "", "There is no role"),
        ("role", "Mrs Smith", "person's name"),
        ("telephone", "", "no telephone number"),
        ("telephone", "0121 303 1111", "must not be given"),
        ("telephone", "+44 (0)121 303 1111", "must not be given"),
        ("telephone", "1214960101", "Write 01214960101"),
        ("telephone", "1.21496E+09", "spreadsheet"),
        ("telephone", "0121 496", "7 digits"),
        ("telephone", "ask Jo", "digits and spaces"),
        ("telephone", "0121 303 1888", "sample contact must not have a real number"),
        ("email", "duty at hub", "no e-mail address"),
        ("email", "duty@birmingham.gov.uk", "End it in .example"),
        ("form", "http://hub.example", "https"),
        ("form", "https://birmingham.gov.uk/x", "End its host in .example"),
        ("hours", "", "There are no hours"),
        ("hours", "Mo-Fr 9 to 5", "(character 7)"),
        ("hours", '"Mo-Fr,PH 09:00-17:00"', "Write Mo-Fr 09:00-17:00; PH 09:00-17:00."),
        ("audience", "everyone", "Write one of: public; professional; both"),
        ("purpose", "help", "Write one of"),
        ("source", "", "no source"),
        ("checked", "last week", "2026-11-22 or 22/11/2026"),
        ("sample", "maybe", "yes or no"),
        ("sample", "no", "range for drama"),
    ],
)
def test_a_fault_is_told_with_file_line_column_value_and_what_to_do(
    folder: Path, teams: Teams, column: str, value: str, says: str
) -> None:
    cells = GOOD.split(",")
    cells[COLUMNS.index(column)] = value
    (folder / "hub.csv").write_text(f"{HEADING}\n\n{','.join(cells)}\n")
    told = problems(folder, teams)
    assert len(told) == 1
    assert told[0].startswith(f"hub.csv, line 3, column {column}:")
    assert says in told[0]


def test_all_faults_of_all_files_are_told_at_once(folder: Path, teams: Teams) -> None:
    (folder / "hub.csv").write_text(f"{HEADING}\n{GOOD}\n{GOOD.replace('HUB01', 'HUB77')}\nHUB02,,,,,,,,,,\n")
    (folder / "family_support.csv").write_bytes(b"team,role\nIFST01,Duty\n")
    (folder / "youth.csv").write_text(HEADING + "\n")
    told = problems(folder, teams)
    assert [t for t in told if t.startswith("hub.csv, line 3, column team")]
    assert len([t for t in told if t.startswith("hub.csv, line 4")]) == 8
    assert len([t for t in told if t.startswith("family_support.csv, line 1")]) == 9
    assert [t for t in told if t.startswith("youth.csv: There is no team layer")]


def test_a_front_door_without_its_duty_team_is_refused(folder: Path, teams: Teams) -> None:
    lines = (folder / "front_door.csv").read_text().splitlines(keepends=True)
    (folder / "front_door.csv").write_text("".join(line for line in lines if not line.startswith("EDT")))
    assert "EDT" in problems(folder, teams)[0]


def test_a_number_given_to_two_teams_and_a_row_given_twice_are_found(folder: Path, teams: Teams) -> None:
    (folder / "hub.csv").write_text(f"{HEADING}\n{GOOD}\n{GOOD}\n{GOOD.replace('HUB01', 'HUB02')}\n")
    told = problems(folder, teams)
    assert len(told) == 2
    assert "line 3" in told[0] and "stands in line 2" in told[0]
    assert "line 4" in told[1] and "that of HUB01 (hub.csv, line 2)" in told[1]


ROW = GOOD.replace("Duty worker", "Children\u2019s duty \u2013 caf\u00e9")
FORMULA = ROW.replace("0121 496 0101", '"=""0121 496 0101"""')


@pytest.mark.parametrize(
    "raw",
    [
        f"{HEADING}\n{ROW}\n".encode(),
        f"\ufeff{HEADING}\r\n{ROW}\r\n".encode(),
        f"{HEADING}\r\n{ROW}\r\n".encode("cp1252"),
        f"{HEADING},,\r\n{ROW},,\r\n,,,,,,,,,,,,\r\n\r\n".encode("cp1252"),
        f"{HEADING}\r\n{ROW}\r\n".replace(",", "\t").encode("utf-16"),
        f"{HEADING.upper()}\r{ROW}\r".encode(),
        f" {HEADING.replace(',', ' , ')} \n{ROW.replace(',', ' ,  ')} \n".encode(),
        f"{HEADING}\n{FORMULA}\n".encode(),
        f"{HEADING}\n{ROW.replace('2026-11-22', '22/11/2026')}\n".encode(),
    ],
    ids=[
        "plain",
        "bom crlf",
        "cp1252",
        "blank columns",
        "unicode text",
        "cr upper",
        "blanks",
        "formula",
        "date",
    ],
)
def test_what_excel_writes_reads_the_same(folder: Path, teams: Teams, shipped: Path, raw: bytes) -> None:
    (folder / "hub.csv").write_bytes(raw)
    hubs = [contact for contact in load_contacts(folder, teams) if contact.layer == "hub"]
    assert len(hubs) == 1
    assert (hubs[0].role, hubs[0].telephone) == ("Children\u2019s duty \u2013 caf\u00e9", "0121 496 0101")
    assert (hubs[0].hours, hubs[0].checked.isoformat()) == ("Mo-Fr 09:00-17:00; PH off", "2026-11-22")


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "The file is empty"),
        (b"team\0role\n", "NUL byte"),
        (HEADING.encode() + b",team\n", "twice"),
        (HEADING.encode() + b",notes\n", "Nothing is known of this column"),
        (HEADING.encode() + b'\n"' + b"x" * 200_000, "quote mark"),
        (HEADING.encode() + b"\n" + GOOD.encode() + b",extra\n", "more cells"),
        (b"\x81\x8d\xff", "no encoding"),
    ],
)
def test_a_file_that_is_no_table_is_told_so(folder: Path, teams: Teams, raw: bytes, says: str) -> None:
    (folder / "hub.csv").write_bytes(raw)
    assert says in " ".join(problems(folder, teams))


def test_numbers_are_compared_as_dialled() -> None:
    assert digits("+44 121 303 1888") == digits("0044 (0)121-303-1888") == digits("0121 303 1888")
