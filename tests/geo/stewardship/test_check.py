"""Every kind of finding, seeded one at a time, is told with its line and what to do."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.layers import Member
from geo.stewardship.assignment import CityTable
from geo.stewardship.check import LEAST_PIECE, check, components, sector, touching_wards
from geo.stewardship.desk import Desk
from geo.stewardship.findings import KINDS, Drawing, Finding
from geo.stewardship.reading import blank_generation
from geo.stewardship.wanted import Wanted

Write = Callable[..., Path]
Rows = list[list[str]]


def found(desk: Desk, path: Path, **wanted: str) -> list[Finding]:
    return desk.findings(desk.drawing(str(path), "", Wanted(**wanted)))[0]


def only(findings: list[Finding], kind: str) -> Finding:
    assert [finding.kind for finding in findings] == [kind]
    assert findings[0].what.endswith(".")
    assert findings[0].do
    return findings[0]


def test_the_shipped_layers_are_sound(desk: Desk) -> None:
    for layer in desk.overview()["layers"]:
        for generation in layer["generations"]:
            drawing = desk.drawing(layer["layer"], generation["generation"], Wanted())
            assert desk.findings(drawing)[0] == [], (layer["layer"], generation["generation"])


def test_a_ward_left_out_is_a_gap_with_its_postcodes(desk: Desk, write: Write, hub_rows: Rows) -> None:
    gap = only(found(desk, write(hub_rows[:2] + hub_rows[3:])), "gap")
    assert gap.value == hub_rows[2][2]
    assert gap.postcodes == desk.city.reference["ward_2004"].count(gap.value)


def test_a_ward_in_two_areas_is_an_overlap_on_the_later_line(
    desk: Desk, write: Write, hub_rows: Rows
) -> None:
    second = ["HUB02", "Aston and Lozells", hub_rows[0][2]]
    findings = found(desk, write([*hub_rows, second]))
    overlap = next(finding for finding in findings if finding.kind == "overlap")
    assert overlap.at == "line 42"
    assert "on line 2, in HUB01" in overlap.what


def test_a_row_given_twice_is_told_with_both_lines(desk: Desk, write: Write, hub_rows: Rows) -> None:
    twice = only(found(desk, write([*hub_rows[:10], hub_rows[4], *hub_rows[10:]])), "duplicate")
    assert twice.at == "line 12"
    assert "line 6" in twice.what


def test_an_unknown_ward_is_told_with_the_closest_known(desk: Desk, write: Write, hub_rows: Rows) -> None:
    rows = [*hub_rows, ["HUB01", hub_rows[0][1], "E05001987"]]
    unknown = only(found(desk, write(rows)), "unknown")
    assert unknown.at == "line 42"
    assert unknown.do.startswith("Perhaps E05001")
    by_name = only(found(desk, write([*hub_rows, ["HUB01", hub_rows[0][1], "Harbourne"]])), "unknown")
    assert by_name.do == "Perhaps E05001189 Harborne?"


def test_one_code_with_two_names_is_told_once(desk: Desk, write: Write, hub_rows: Rows) -> None:
    rows = [list(row) for row in hub_rows]
    rows[1][1] = rows[2][1] = "Another name"
    told = only(found(desk, write(rows)), "two_names")
    assert (told.at, told.value) == ("line 3", "HUB01")


def test_an_area_in_two_pieces_is_told_with_the_ward_that_stands_apart(
    desk: Desk, write: Write, hub_rows: Rows
) -> None:
    rows = [list(row) for row in hub_rows]
    moved = next(i for i, row in enumerate(rows) if row[2] == "E05001211")  # Sutton Four Oaks, far north
    rows[moved][:2] = ["HUB08", "Longbridge and Weoley"]  # far south
    pieces = only(found(desk, write(rows)), "pieces")
    assert (pieces.at, pieces.value) == (f"line {moved + 2}", "HUB08")
    assert "Sutton Four Oaks" in pieces.what


def test_a_row_without_a_code_is_incomplete(desk: Desk, write: Write, hub_rows: Rows) -> None:
    told = only(found(desk, write([*hub_rows, ["", "Nobody", "E05001178"]])), "incomplete")
    assert told.at == "line 42"


def by_postcode(city: CityTable) -> Rows:
    """The ten districts as lists of postcodes."""
    return [[c, c, p] for p, c in zip(city.postcodes, city.reference["district"], strict=True)]


def test_listed_postcodes_outside_the_city_and_unknown_ones_are_told_apart(desk: Desk, write: Write) -> None:
    rows = by_postcode(desk.city)
    first = rows[0][0]
    extra = ["B91 3DA", "SW1A 1AA", "B15 2ZZ", "B15", "rubbish"]
    findings = found(desk, write([*rows, *([first, first, member] for member in extra)]))
    told = {finding.value: finding for finding in findings if finding.kind in ("outside", "unknown")}
    assert "in Solihull" in told["B91 3DA"].what
    assert told["B91 3DA"].at == f"line {len(rows) + 2}"
    assert "in Westminster" in told["SW1A 1AA"].what
    assert told["B15 2ZZ"].kind == "unknown"
    assert "outcode" in told["B15"].what
    assert told["rubbish"].at == f"line {len(rows) + 6}"


def test_a_mistyped_postcode_is_answered_with_the_one_perhaps_meant(desk: Desk, write: Write) -> None:
    rows = by_postcode(desk.city)
    row = next(i for i, cells in enumerate(rows) if cells[2] == "B15 2TT")
    rows[row][2] = "B15 2TT".replace("B15", "BI5")
    findings = found(desk, write(rows), members="postcode")
    unknown = next(finding for finding in findings if finding.kind == "unknown")
    assert (unknown.at, unknown.value) == (f"line {row + 2}", "BI5 2TT")
    assert unknown.do == "Perhaps B15 2TT?"
    gap = next(finding for finding in findings if finding.kind == "gap")
    assert gap.postcodes == 1
    assert "B15 2TT" in gap.what


def test_a_postcode_given_to_a_far_area_stands_apart(desk: Desk, write: Write) -> None:
    rows = by_postcode(desk.city)
    before = {finding.value: finding.postcodes for finding in found(desk, write(rows))}
    row = next(i for i, cells in enumerate(rows) if cells[2] == "B15 2TT")
    rows[row][:2] = ["E14000985", "E14000985"]  # Sutton Coldfield
    after = {finding.value: finding.postcodes for finding in found(desk, write(rows))}
    assert after["E14000985"] == before.get("E14000985", 0) + 1


def test_sectors_cover_the_city_and_a_missing_one_is_a_gap(desk: Desk, write: Write) -> None:
    sectors = sorted({sector(postcode) for postcode in desk.city.postcodes})
    rows = [["ALL", "All", member] for member in sectors]
    assert found(desk, write(rows)) == []
    gap = only(found(desk, write(rows[:-1])), "gap")
    assert gap.value == sectors[-1]
    assert gap.postcodes == sum(sector(p) == sectors[-1] for p in desk.city.postcodes)


def sector_rows(desk: Desk) -> Rows:
    return [["ALL", "All", member] for member in sorted({sector(p) for p in desk.city.postcodes})]


def test_sectors_are_written_with_their_space_in_every_finding(desk: Desk, write: Write) -> None:
    rows = sector_rows(desk)
    extra = [["ALL", "All", "WS1 1"], ["ALL", "All", "B1 1"], ["TWO", "Two", "B1 2"]]
    findings = found(desk, write([*rows, *extra]))
    said = {finding.kind: finding.what for finding in findings}
    assert said["outside"] == "WS1 1 lies outside Birmingham, in Walsall."
    assert said["duplicate"].startswith("B1 1 is given to ALL again")
    assert said["overlap"].startswith("B1 2 is in TWO and")


def test_only_what_the_check_would_accept_is_suggested_for_an_unknown_sector(
    desk: Desk, write: Write
) -> None:
    rows = [row for row in sector_rows(desk) if row[2] not in ("B15 2", "B15 3", "B1 1")]

    def suggested(wrong: str) -> str:
        return only(
            [f for f in found(desk, write([*rows, ["ALL", "All", wrong]])) if f.kind == "unknown"], "unknown"
        ).do

    assert suggested("B15 9") == "Perhaps B15 2 or B15 3?"
    assert suggested("B1 8") == "Perhaps B1 1?"
    rows += [["ALL", "All", member] for member in ("B15 2", "B15 3", "B1 1")]
    assert suggested("B15 9") == "Correct it or delete the row."  # no sector is left without an area
    rows = [row for row in rows if row[2] != "B44 9"]
    assert suggested("BB44 9") == "Perhaps B44 9?"


def test_findings_come_in_one_order_and_all_kinds_have_words(
    desk: Desk, write: Write, hub_rows: Rows
) -> None:
    rows = [*hub_rows[1:], hub_rows[5], ["HUB01", "Other", "E0500"], ["", "x", "y"]]
    kinds = [finding.kind for finding in found(desk, write(rows))]
    assert kinds == sorted(kinds, key=list(KINDS).index)
    assert set(LEAST_PIECE) == {"postcode", "sector"}


def sound(city: CityTable, rows: list[Member], wards: dict[str, str]) -> list[Finding]:
    generation = replace(blank_generation("hub", date(2027, 1, 1), Path()), members="ward_2004")
    return check(Drawing(generation, "x", rows), city, {"ward_2004": wards}, lambda _keys: {})[0]


@pytest.fixture(scope="module")
def neighbours(city: CityTable) -> dict[str, set[str]]:
    return touching_wards(city)


def random_partition(
    chance: random.Random, neighbours: dict[str, set[str]], teams: int
) -> list[tuple[str, str]]:
    """The 40 wards dealt to `teams` areas, each grown from one ward to its neighbours."""
    wards = sorted(neighbours)
    seeds = chance.sample(wards, teams)
    team = {ward: f"T{i:02}" for i, ward in enumerate(seeds)}
    while len(team) < len(wards):
        edge = [(w, n) for w in sorted(team) for n in sorted(neighbours[w]) if n not in team]
        ward, fresh = chance.choice(edge)
        team[fresh] = team[ward]
    return sorted((code, ward) for ward, code in team.items())


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), teams=st.integers(1, 40), hit=st.integers(0, 39))
def test_any_partition_passes_and_any_row_lost_or_given_twice_is_found(
    city: CityTable, wards: dict[str, str], neighbours: dict[str, set[str]], seed: int, teams: int, hit: int
) -> None:
    pairs = random_partition(random.Random(seed), neighbours, teams)
    rows = [Member(line, code, code, ward) for line, (code, ward) in enumerate(pairs, 2)]
    assert len(rows) == 40
    assert sound(city, rows, wards) == []
    lost = sound(city, rows[:hit] + rows[hit + 1 :], wards)
    assert [f.value for f in lost if f.kind == "gap"] == [rows[hit].member]
    again = Member(42, rows[hit].code, rows[hit].name, rows[hit].member)
    twice = sound(city, [*rows, again], wards)
    assert [(f.kind, f.at) for f in twice] == [("duplicate", "line 42")]


def test_all_wards_hang_together(neighbours: dict[str, set[str]]) -> None:
    assert len(components(set(neighbours), neighbours)) == 1
    assert len(neighbours) == 40
