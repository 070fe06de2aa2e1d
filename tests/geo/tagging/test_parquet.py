"""A tagged Parquet file keeps its columns, types, order and metadata; ours stand after them."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from geo.gazetteer import Gazetteer
from geo.tagging.columns import Columns
from geo.tagging.commands import tag
from geo.tagging.csv_stream import tag_csv
from geo.tagging.parquet_stream import tag_parquet
from geo.tagging.vector import Lookup

pytestmark = pytest.mark.usefixtures("installed")

POSTCODES = ["B15 2TT", None, "b152tt", "SW1A 1AA", "rubbish", "B15", "", "B15 3XX", "\0B1 1AA", '"B15 2TT"']


def table(kind: pa.DataType) -> pa.Table:
    count = len(POSTCODES)
    return pa.table(
        {
            "when": pa.array([dt.datetime(2026, 1, 1 + i, tzinfo=dt.UTC) for i in range(count)]),
            "postcode": pa.array(POSTCODES, pa.string()).cast(kind),
            "many": pa.array([[i, None] for i in range(count)], pa.list_(pa.int16())),
            "sum": pa.array([i if i % 2 else None for i in range(count)], pa.decimal128(9, 2)),
        }
    ).replace_schema_metadata({"made by": "a caseload export"})


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(tag, [str(folder / "in.parquet"), str(folder / "out.parquet"), *arguments])


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())], ids=str
)
def test_all_other_columns_types_and_metadata_stay(kind: pa.DataType, tmp_path: Path) -> None:
    pq.write_table(table(kind), tmp_path / "in.parquet", compression="zstd", row_group_size=4)
    given = pq.read_table(tmp_path / "in.parquet")
    result = run(tmp_path)
    assert result.exit_code == 0, result.output
    out = pq.read_table(tmp_path / "out.parquet")
    assert out.select(given.column_names).equals(given, check_metadata=True)
    assert out.schema.metadata == given.schema.metadata
    assert out["earlyhelp_status"].to_pylist() == (
        [
            "ok",
            "malformed",
            "ok",
            "outside_area",
            "malformed",
            "partial",
            "malformed",
            "unknown",
            "malformed",
            "ok",
        ]
    )
    assert out["earlyhelp_postcode"].to_pylist() == [
        "B15 2TT", "", "B15 2TT", "SW1A 1AA", "", "", "", "B15 3XX", "", "B15 2TT",
    ]  # fmt: skip
    assert out["district_name"].to_pylist()[:4] == ["Edgbaston", "", "Edgbaston", ""]
    assert out["earlyhelp_authority"].to_pylist()[2:5] == ["Birmingham", "Westminster", ""]
    assert pq.ParquetFile(tmp_path / "out.parquet").metadata.row_group(0).column(0).compression == "ZSTD"


def test_parquet_and_csv_give_every_city_postcode_the_same_answer(
    gazetteer: Gazetteer, tmp_path: Path
) -> None:
    outside = range(0, gazetteer.outside.rows, 997)
    postcodes = [*gazetteer.city.postcodes(), *map(gazetteer.outside.postcode, outside)]
    pq.write_table(pa.table({"postcode": postcodes}), tmp_path / "in.parquet")
    (tmp_path / "in.csv").write_text("postcode\n" + "\n".join(postcodes) + "\n")
    options = ["--layers", "all", "--on", "2026-11-22"]
    assert run(tmp_path, *options).exit_code == 0
    assert (
        CliRunner().invoke(tag, [str(tmp_path / "in.csv"), str(tmp_path / "out.csv"), *options]).exit_code
        == 0
    )
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        assert pq.read_table(tmp_path / "out.parquet").to_pylist() == list(csv.DictReader(file))


def test_ended_and_newly_placed_postcodes_are_told_the_same_in_parquet_and_csv(
    knows_ended: Gazetteer, tmp_path: Path
) -> None:
    lookup, columns = Lookup(knows_ended), Columns(knows_ended, ["district"], dt.date(2026, 11, 22))
    expected = {
        "B15 3XX": ("terminated", "areas_of_neighbour;ended:2007-11"),
        "B78 1HG": ("outside_area", ""),
        "B78 1HJ": ("outside_area", "ended:2011-02"),
        "b781hh": ("outside_area", "ended:2010-01"),
        "\uff2278 1HH": ("outside_area", "ended:2010-01"),
        "BX1 1LT": ("non_geographic", "ended:2001-05"),
        "BX1 1LS": ("non_geographic", ""),
        "B78 1XX": ("unknown", ""),
    }
    postcodes = [*knows_ended.city.postcodes(), *expected]
    pq.write_table(pa.table({"postcode": postcodes}), tmp_path / "in.parquet")
    sink = io.BytesIO()
    tag_parquet(tmp_path / "in.parquet", sink, lookup, columns, "postcode")
    text = ("postcode\n" + "\n".join(postcodes) + "\n").encode()
    written: list[bytes] = []
    tag_csv(io.BytesIO(text), written.append, lookup, columns, "postcode")
    rows = list(csv.DictReader(io.StringIO(b"".join(written).decode(), newline="")))
    assert pq.read_table(io.BytesIO(sink.getvalue())).to_pylist() == rows
    assert {
        row["postcode"]: (row["earlyhelp_status"], row["earlyhelp_caution"]) for row in rows[-len(expected) :]
    } == expected
    ended = [row["earlyhelp_caution"] for row in rows[: knows_ended.city_rows]]
    assert sum("ended:2003-05" in caution for caution in ended) == 234


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"postcode": [1, 2]}, "holds int64, not text"),
        ({"home": ["B15 2TT"]}, "there is no column 'postcode'"),
        ({"postcode": ["x"], "hub_code": ["y"]}, "hub_code"),
    ],
)
def test_a_file_that_cannot_be_tagged_is_refused_whole(
    columns: dict[str, list[object]], said: str, tmp_path: Path
) -> None:
    pq.write_table(pa.table(columns), tmp_path / "in.parquet")
    result = run(tmp_path)
    assert (result.exit_code, said.lower() in result.output.lower()) == (1, True), result.output
    assert [p.name for p in tmp_path.iterdir()] == ["in.parquet"]


def test_a_file_damaged_in_its_midst_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    pq.write_table(table(pa.string()), path, compression="zstd", write_page_checksum=True)
    data = bytearray(path.read_bytes())
    data[20:200] = bytes(180)
    path.write_bytes(data)
    result = run(tmp_path)
    assert (result.exit_code, "cannot be read as Parquet" in result.output) == (1, True), result.output
    assert [p.name for p in tmp_path.iterdir()] == ["in.parquet"]


def test_a_table_without_rows_gets_its_columns(tmp_path: Path) -> None:
    pq.write_table(table(pa.string()).slice(0, 0), tmp_path / "in.parquet")
    assert run(tmp_path).exit_code == 0
    out = pq.read_table(tmp_path / "out.parquet")
    assert (out.num_rows, out.column_names[4]) == (0, "earlyhelp_status")


def test_parquet_cannot_go_through_a_pipe(tmp_path: Path) -> None:
    pq.write_table(table(pa.string()), tmp_path / "in.parquet")
    result = CliRunner().invoke(tag, [str(tmp_path / "in.parquet"), "-"])
    assert result.exit_code == 2
    assert "cannot be read from or written to" in result.output
