"""The template, one row a service: reading it as spreadsheets write it, and the schema it is made from."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import random
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from directory.listings.export_tables import write_template, write_workbook
from directory.listings.reading.feed import FeedError, Findings
from directory.listings.reading.tables import csv_table
from directory.listings.template import example, schema_path, shown
from directory.listings.template_cells import days_read, days_shown, hours_read, hours_shown
from directory.store.standard import ENTITIES
from geo.home import data_dir
from tests.directory.listings.feeding import COLUMNS, found, planned, read

HEAD = "service_id,service_name,organisation_name,phones,assured_date"


def _content(feed: Any) -> dict[str, Any]:
    return dict(feed.of("service")[0].content)


@pytest.mark.parametrize("end", ["csv", "xlsx"])
def test_the_written_template_imports_with_its_example_and_says_all_of_it(end: str, tmp_path: Path) -> None:
    path = tmp_path / f"template.{end}"
    write_template(path, COLUMNS, example(COLUMNS))
    feed = planned(read(path.read_bytes(), path.name)).feed
    assert feed.findings.counts == {}
    held = {one.kind: one.content for one in feed.candidates}
    assert set(held) == {"organization", "location", "service"}
    assert held["organization"]["sample"] is True  # else `listing check` finds fault with our own example
    row = shown(COLUMNS, held["service"], held["organization"], held["location"])
    wanted = example(COLUMNS)
    for name in ("service_id", "organisation_id", "place_id"):
        row.pop(name), wanted.pop(name)
    assert row == wanted


def test_template_and_schema_agree_and_every_column_holds_a_member_of_the_model(tmp_path: Path) -> None:
    schema = json.loads(schema_path(data_dir()).read_text("utf-8"))
    path = tmp_path / "template.csv"
    write_template(path, COLUMNS, example(COLUMNS))
    assert path.read_text("utf-8-sig").splitlines()[0].split(",") == [one["name"] for one in schema["fields"]]
    for one, field in zip(COLUMNS, schema["fields"], strict=True):
        known = ENTITIES[one.entity].field(one.member)
        assert field["type"] in ("string", "number", "integer", "date")
        if known is not None and known.choices and known.sort == "word":
            assert one.choices == known.choices, one.name
        if known is not None and known.sort == "date":
            assert field["type"] == "date", one.name


def test_the_workbook_offers_the_choices_and_explains_each_column(tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    write_template(path, COLUMNS, example(COLUMNS))
    book = openpyxl.load_workbook(path)
    listed = {one.formula1 for one in book["services"].data_validations.dataValidation}
    assert '"self,professional,both"' in listed
    assert book["services"].freeze_panes == "B2"
    assert [row[0].value for row in book["explanations"].iter_rows(min_row=2)] == [
        one.name for one in COLUMNS
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_is_read_in_the_encodings_and_separators_that_excel_writes(encoding: str, separator: str) -> None:
    lines = [HEAD, "a1,Café  ,Famille,0121 496 0001,02/03/2026", ",,,,", ""]
    feed = read("\r\n".join(lines).replace(",", separator).encode(encoding), "sheet.csv")
    assert _content(feed)["name"] == "Café"
    assert _content(feed)["assured_date"] == "2026-03-02"


def test_a_line_that_names_the_separator_is_no_row_and_shifts_no_place() -> None:
    feed = read(f"sep=,\r\n{HEAD}\r\na1,Play,Families,,2026-02-31\r\n".encode(), "sheet.csv")
    assert found(planned(feed).feed, "fault", "date") == ["sheet.csv line 3, column assured_date"]


def test_a_cell_of_several_lines_does_not_shift_the_places_after_it() -> None:
    raw = f'{HEAD},description\na1,Play,Families,,,"one\ntwo\nthree"\na2,Sing,Families,,tomorrow,\n'.encode()
    assert found(planned(read(raw, "sheet.csv")).feed, "fault", "date") == [
        "sheet.csv line 5, column assured_date"
    ]


def test_a_phone_that_lost_its_zero_to_the_spreadsheet_gets_it_again_and_is_told() -> None:
    feed = read(f"{HEAD}\na1,Play,Families,1214960001,\n".encode(), "sheet.csv")
    assert _content(feed)["phones"][0]["number"] == "01214960001"
    assert found(feed, "warning", "phone") == ["sheet.csv line 2, column phones"]


def test_a_workbook_with_real_dates_numbers_and_empty_rows_is_read_like_text() -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append([*HEAD.split(","), "minimum_age"])
    sheet.append(["a1", "Play", "Families", 1214960001, dt.datetime(2026, 1, 1), 5.0])
    for _ in range(3):
        sheet.append([None] * 6)
    sheet.merge_cells("A3:F4")
    raw = io.BytesIO()
    book.save(raw)
    content = _content(read(raw.getvalue(), "sheet.xlsx"))
    assert (content["assured_date"], content["minimum_age"]) == ("2026-01-01", 5)
    assert content["phones"][0]["number"] == "01214960001"


def test_one_id_in_two_rows_and_a_column_that_is_none_are_told() -> None:
    raw = f"{HEAD},colour\na1,Play,Families,,,red\na1,Play,Families,0121 496 0001,,blue\n".encode()
    feed = read(raw, "sheet.csv")
    assert found(feed, "warning", "repeated") == ["sheet.csv line 3"]
    assert found(feed, "warning", "unknown") == ["sheet.csv"]


def test_a_row_that_was_copied_and_typed_over_is_a_fault_and_no_service_is_lost_in_silence() -> None:
    feed = read(f"{HEAD}\na1,Play,Families,,\na1,Sing,Families,,\n".encode(), "sheet.csv")
    assert found(feed, "fault", "repeated") == ["sheet.csv line 3"]
    (told,) = [one for one in feed.findings.kept if one.kind == "repeated"]
    assert told.value == "a1" and "another value of name" in told.message
    made = planned(feed)
    assert made.refused and [one.what for one in made.entries if one.kind == "service"] == ["skipped"]


def test_a_position_with_its_figures_swapped_is_told() -> None:
    head = "service_id,service_name,organisation_name,place_id,latitude,longitude"
    rows = ["a1,Play,Families,hall,-1.9,52.4", "a2,Sing,Families,shop,52.4,-1.9", "a3,Read,Families,hut,1,1"]
    feed = planned(read("\n".join([head, *rows]).encode(), "sheet.csv")).feed
    told = [one for one in feed.findings.kept if one.kind == "position"]
    assert [(one.severity, one.place) for one in told] == [
        ("warning", "sheet.csv line 2, column latitude"),
        ("warning", "sheet.csv line 4, column latitude"),
    ]
    assert "swapped" in told[0].fix and "swapped" not in told[1].fix


def test_a_misspelt_postcode_is_told_with_its_column_and_so_is_one_place_with_two_postcodes() -> None:
    head = "service_id,service_name,organisation_name,place_id,address_1,postcode"
    rows = ["a1,Play,Families,hall,1 Street,B1 1BB", "a2,Sing,Families,hall,1 Street,B1 1BD"]
    rows.append("a3,Read,Families,shop,2 Street,BI5 2TT")
    feed = planned(read("\n".join([head, *rows]).encode(), "sheet.csv")).feed
    assert found(feed, "warning", "postcode") == ["sheet.csv line 4, column postcode"]
    (twice,) = [one for one in feed.findings.kept if one.kind == "repeated"]
    assert twice.place == "sheet.csv line 3" and twice.value == "hall"
    assert "the place has the id" in twice.message and "another value of postal_code" in twice.message


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"service_id,service_id,service_name\n1,2,3\n", "twice"),
        (b"service_id,service_name\n", "no rows"),
        (b'service_id,service_name\n"a,b\n', "not closed"),
        (b"colour,shape\nred,round\n", "neither our template"),
    ],
)
def test_what_is_no_sheet_of_ours_is_refused_in_words(raw: bytes, said: str) -> None:
    try:
        feed = planned(read(raw, "sheet.csv")).feed
    except FeedError as error:
        assert said in str(error)
    else:
        assert any(said in one.message + one.member for one in feed.findings.kept)


def test_hours_cells_say_what_they_mean_both_ways() -> None:
    assert days_shown("MO,TU,WE,FR") == "Mo-We,Fr"
    assert days_read("Mon-Wed, Friday") == "MO,TU,WE,FR"
    assert days_read("Sa-Mo") == "SA,SU,MO"
    cell = 'Mo-Fr 09:00-17:00; Sa 10:00-12:00 "term time"'
    assert hours_shown(hours_read(cell)) == cell
    (said,) = hours_read("ring first")
    assert said == {"opens_at": "ring first"}  # which the check refuses as a time


def test_no_workbook_cell_is_ever_a_formula(tmp_path: Path) -> None:
    chance = random.Random(3)
    begins = ["=1+1", "+44 1", "-2+3", "@SUM(A1)", "\tx", "\rx", "'=x", '=HYPERLINK("http://x")']
    rows = [{one.name: chance.choice(begins) for one in COLUMNS} for _ in range(20)]
    path = tmp_path / "out.xlsx"
    write_workbook(path, COLUMNS, rows)
    cells = [cell for row in openpyxl.load_workbook(path)["services"].iter_rows(min_row=2) for cell in row]
    assert cells and all(cell.data_type == "s" for cell in cells if cell.value is not None)


def test_reading_a_sheet_leaves_the_limits_of_other_readers_as_they_were() -> None:
    before = csv.field_size_limit()
    csv_table(b"name,age\nA,1\n", "sheet.csv", Findings())
    assert csv.field_size_limit() == before
