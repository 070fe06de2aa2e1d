"""Feeds that are cut off, shuffled, mistyped or meant to harm: 10,000 of them, over all formats.

Nothing but the one declared error may come out, the store may not move, and no text may come out armed.
"""

from __future__ import annotations

import copy
import csv
import io
import json
import os
import random
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from directory.listings.cleaning import clean_text
from directory.listings.export import gather, write
from directory.listings.export_tables import write_template
from directory.listings.reading.feed import FeedError
from directory.listings.template import example
from directory.store.store import Store
from tests.directory.listings.feeding import COLUMNS, NEEDS, imported, page, planned, read, service

# Together 10,000.
JSON_BYTES, JSON_VALUES, CSV_BYTES, CSV_CELLS, HSDS, ZIPS, WORKBOOKS, TEXTS = (
    2600, 2500, 1500, 1200, 800, 500, 100, 800,
)  # fmt: skip
assert JSON_BYTES + JSON_VALUES + CSV_BYTES + CSV_CELLS + HSDS + ZIPS + WORKBOOKS + TEXTS == 10_000

HOSTILE = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)", "=cmd|' /C calc'!A0",
    "+1+1", "-2+3", "@SUM(A1:A9)", "\t=1", "\r=1", "{{7*7}}", "{% raw %}", "${7*7}", "#{7*7}", "<%= 1 %>",
    "../../etc/passwd", "'; DROP TABLE service;--", "\x00", "\ud800", "\u202egnp", "\ufeff", "&lt;script&gt;",
    "<!--", "<svg/onload=alert(1)>", "%00", "A" * 3000, "-1", "9" * 400, "1e999", "0001-01-01", "99:99", "",
    "\x1b[2J", "data:text/html,<script>1</script>",
)  # fmt: skip
_odd = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(HOSTILE), st.just([]), st.just({}), st.just([[]]), st.just([None, 1, "x", {"id": {}}]),
    st.just({"id": []}), st.text(max_size=20),
)  # fmt: skip
_chances = st.integers(0, 2**63).map(random.Random)
_quick = {"suppress_health_check": list(HealthCheck), "database": None}


def _whole() -> dict[str, Any]:
    """A feed with something of everything."""
    place = {"id": "p", "name": "Hall", "location_type": "physical", "latitude": 52.4, "longitude": -1.9,
             "addresses": [{"address_1": "1 Road", "city": "B", "postal_code": "B1 1BB"}]}  # fmt: skip
    full = service(
        1, minimum_age=1, maximum_age=18, needs=["parenting"], assured_date="2026-01-01", url="https://a.example",
        last_modified="2026-01-01T10:00:00Z",
        capacity={"state": "open", "stated": "2026-01-01", "until": "2026-02-01"},
        phones=[{"id": "f", "number": "0121 496 0001", "languages": [{"name": "Urdu"}]}],
        schedules=[{"id": "s", "freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "17:00"}],
        service_areas=[{"id": "a", "layer": "district", "code": "E14000560"}],
        service_at_locations=[{"id": "l", "location": place}],
        contacts=[{"id": "c", "title": "Desk", "phones": [{"number": "0121 496 0002"}]}],
        attributes=[{"id": "t", "taxonomy_term": {"id": "x", "name": "Colour", "description": "Blue"}}],
        cost_options=[{"id": "o", "amount": 0}],
    )  # fmt: skip
    return {"total_items": 2, "total_pages": 1, "contents": [full, service(2)]}


SEED = json.dumps(_whole())


def _sheet() -> str:
    """The template's example as a CSV file."""
    out = io.StringIO()
    csv.writer(out).writerows([[one.name for one in COLUMNS], [one.example for one in COLUMNS]])
    return out.getvalue()


SHEET = _sheet()
HSDS_FILES = {
    "organizations.csv": b"id,name\n1,Example\n",
    "locations.csv": b"id,organization_id,name,latitude,longitude\n7,1,Hall,52.4,-1.9\n",
    "services.csv": b"id,location_id,name,status,taxonomy_ids\n5,7,Drop-in,active,101\n",
    "phones.csv": b"id,service_id,number\n3,5,0121 496 0001\n",
    "regular_schedules.csv": b"id,service_id,weekday,opens_at,closes_at\n1,5,Monday,9am,3pm\n",
    "taxonomy.csv": b"taxonomy_id,name,parent_id\n101,Emergency,\n",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('hostile') / 'directory.db'}") as opened:
        imported(opened, SEED.encode())
        yield opened


def _tried(files: bytes | dict[str, bytes], name: str = "feed.json") -> None:
    """Read and plan: only the declared error may come out, and every finding can be shown."""
    try:
        made = planned(read(files, name))
    except FeedError as error:
        assert str(error).encode("utf-8")
        return
    for one in made.feed.findings.kept:
        assert f"{one.place}{one.value}{one.member}".isprintable(), one
        assert f"{one.place}{one.message}{one.fix}{one.value}".encode()
    for one in made.feed.candidates:
        if one.id not in made.feed.findings.faulty:
            _disarmed(dict(one.content))


def _disarmed(value: Any, name: str = "") -> None:
    if isinstance(value, dict):
        for key, held in value.items():
            _disarmed(held, key)
    elif isinstance(value, list):
        for held in value:
            _disarmed(held, name)
    elif isinstance(value, str):
        assert not re.search(r"<[a-zA-Z/!?]", value), value
        assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\ud800-\udfff]", value), value


def _spoiled(raw: bytes, chance: random.Random) -> bytes:
    """Bytes cut, doubled, swapped, overwritten."""
    held = bytearray(raw)
    for _ in range(chance.randint(1, 4)):
        at, to = sorted((chance.randint(0, len(held)), chance.randint(0, len(held))))
        what = chance.randint(0, 5)
        if what == 0:
            del held[at:]
        elif what == 1:
            del held[at : at + chance.randint(1, 20)]
        elif what == 2:
            held[at:at] = held[at:to][:200]
        elif what == 3:
            held[at:at] = chance.choice(HOSTILE).encode("utf-8", "surrogatepass")
        elif what == 4:
            held[at : at + 3] = chance.randbytes(3)
        else:
            held[at:at] = chance.choice(
                [b"[", b"{", b'"', b",", b"\n", b"\0", b"null", b"\xff\xfe", b"\xef\xbb\xbf"]
            )
    return bytes(held)


@settings(max_examples=JSON_BYTES, **_quick)
@given(_chances, st.sampled_from(["utf-8", "utf-8", "utf-16", "utf-8-sig"]))
def test_spoiled_json_is_read_or_refused(chance: random.Random, encoding: str) -> None:
    _tried(_spoiled(SEED.encode(encoding), chance))


@settings(max_examples=JSON_VALUES, **_quick)
@given(_chances, st.lists(_odd, min_size=1, max_size=6))
def test_values_of_the_wrong_kind_anywhere_are_reported_or_refused(
    chance: random.Random, odd: list[Any]
) -> None:
    value = json.loads(SEED)
    for one in odd:
        holder: Any = value
        while True:
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            if not keys:
                break
            key = chance.choice(keys)
            if isinstance(holder[key], dict | list) and holder[key] and chance.random() < 0.8:
                holder = holder[key]
                continue
            holder[key] = copy.deepcopy(one)
            if isinstance(holder, dict) and chance.random() < 0.2:
                holder[chance.choice(HOSTILE)] = copy.deepcopy(one)
            break
    _tried(json.dumps(value).encode())


@settings(max_examples=CSV_BYTES, **_quick)
@given(_chances, st.sampled_from(["utf-8", "cp1252", "utf-16"]))
def test_spoiled_sheets_are_read_or_refused(chance: random.Random, encoding: str) -> None:
    _tried(_spoiled(SHEET.encode(encoding), chance), "sheet.csv")


@settings(max_examples=CSV_CELLS, **_quick)
@given(_chances)
def test_sheets_with_hostile_cells_in_any_column_are_read_or_refused(chance: random.Random) -> None:
    row = {one.name: one.example for one in COLUMNS}
    for name in chance.sample(list(row), chance.randint(1, 8)):
        row[name] = chance.choice(HOSTILE)
    heads = list(row)
    chance.shuffle(heads)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([heads, [row[name] for name in heads]])
    _tried(out.getvalue().encode("utf-8", "surrogatepass"), "sheet.csv")


@settings(max_examples=HSDS, **_quick)
@given(_chances)
def test_spoiled_hsds_tables_are_read_or_refused(chance: random.Random) -> None:
    files = dict(HSDS_FILES)
    for name in chance.sample(list(files), chance.randint(1, 3)):
        files[name] = _spoiled(files[name], chance)
    if chance.random() < 0.3:
        del files[chance.choice(list(files))]
    _tried(files, "hsds")


@settings(max_examples=ZIPS, **_quick)
@given(_chances)
def test_spoiled_zips_are_read_or_refused(chance: random.Random) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", chance.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as archive:
        for name, raw in HSDS_FILES.items():
            archive.writestr(name, raw)
    _tried(_spoiled(packed.getvalue(), chance), "feed.zip")


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("book") / "template.xlsx"
    write_template(path, COLUMNS, example(COLUMNS))
    return path.read_bytes()


@settings(max_examples=WORKBOOKS, **_quick)
@given(chance=_chances)
def test_spoiled_workbooks_are_read_or_refused(workbook: bytes, chance: random.Random) -> None:
    if chance.random() < 0.5:
        _tried(_spoiled(workbook, chance), "sheet.xlsx")
        return
    packed = io.BytesIO()  # a whole zip with a spoiled sheet in it
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            held = old.read(name)
            if name.endswith(".xml") and chance.random() < 0.3:
                held = _spoiled(held, chance)
            new.writestr(name, held)
    _tried(packed.getvalue(), "sheet.xlsx")


@settings(max_examples=TEXTS, **_quick)
@given(
    st.lists(
        st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12), st.sampled_from("<>&;/='\"")), max_size=8
    )
)
def test_no_text_comes_out_of_cleaning_as_html_and_cleaning_twice_is_cleaning_once(pieces: list[str]) -> None:
    clean, _ = clean_text("".join(pieces))
    _disarmed(clean)
    assert clean_text(clean)[0] == clean


def test_a_document_type_in_a_workbook_is_refused(workbook: bytes) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            held = old.read(name)
            if name == "xl/workbook.xml":
                held = b'<!DOCTYPE x [<!ENTITY a "b">]>' + held
            new.writestr(name, held)
    with pytest.raises(FeedError, match="document type"):
        read(packed.getvalue(), "sheet.xlsx")


def test_no_hostile_feed_moves_the_store(store: Store) -> None:
    """Every plan here is carried out if it may be; what may not leaves the store as it was."""
    chance = random.Random(os.environ.get("CI") or 7)
    before = {one.id: one.digest for one in store.latest_all()}
    for _ in range(60):
        try:
            made = planned(read(_spoiled(SEED.encode(), chance)), store)
        except FeedError:
            continue
        assert store.revision() == 1  # a plan never writes
        if made.refused:
            assert made.feed.findings.total("fault") or "would go" in " ".join(made.refused)
    assert {one.id: one.digest for one in store.latest_all()} == before


def test_hostile_texts_in_every_field_leave_as_harmless_cells_and_harmless_json(tmp_path: Path) -> None:
    """Import with hostile words in every text member, export, and look at each cell."""
    armed = json.loads(SEED)
    for number, one in enumerate(armed["contents"]):
        for member in ("name", "alternate_name", "description", "fees", "application_process", "alert"):
            one[member] = HOSTILE[(number * 7 + len(member)) % 14] + f" {member}"
    armed["contents"] += [
        service(n + 10, name=word + "x", fees=word) for n, word in enumerate(HOSTILE[:19]) if word
    ]
    with Store.open(f"sqlite:///{tmp_path / 'directory.db'}") as store:
        imported(store, json.dumps(armed).encode())
        made = gather(store, NEEDS, professional=True)
        for kept in store.published_all():
            _disarmed(kept.content)
        (out,) = write(made, tmp_path / "all.csv", "csv", COLUMNS)
        rows = list(csv.reader(out.read_text("utf-8-sig").splitlines()))
        assert len(rows) > 15
        for cell in (cell for row in rows[1:] for cell in row if cell):
            assert not cell.startswith(("=", "+", "@", "\t", "\r")), cell
            assert not cell.startswith("-") or re.fullmatch(r"-\d+(\.\d+)?", cell), cell
        (out,) = write(made, tmp_path / "all.xlsx", "xlsx", COLUMNS)
        for row in openpyxl.load_workbook(out)["services"].iter_rows(min_row=2):
            assert all(cell.data_type == "s" for cell in row if cell.value is not None)
        (out,) = write(made, tmp_path / "all.json", "json")
        assert "<script" not in out.read_text("utf-8")
        again = planned(read((tmp_path / "all.csv").read_bytes(), "all.csv"), store)
        assert {entry.what for entry in again.entries} == {"unchanged"}
        assert page(service(1))
