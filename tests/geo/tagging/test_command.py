"""`earlyhelp tag` as people run it: every city postcode, the options, and whatever can be wrong."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from geo.gazetteer import NONE, Gazetteer
from geo.tagging.commands import tag

GOOD = b"name,postcode\nA,B15 2TT\n"
# How many of the city's postcodes share their point with nine others, and lie near another authority.
PARKED, BESIDE = 7_979, 89
COMMAND = [sys.executable, "-c", "from geo.tagging.commands import tag; tag()"]

pytestmark = pytest.mark.usefixtures("installed")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(tag, [str(argument) for argument in arguments])


def test_every_city_postcode_gets_its_areas_in_every_layer(gazetteer: Gazetteer, tmp_path: Path) -> None:
    postcodes = list(gazetteer.city.postcodes())
    (tmp_path / "in.csv").write_text("postcode\n" + "\n".join(postcodes) + "\n")
    result = run(tmp_path / "in.csv", tmp_path / "out.csv", "--layers", "all", "--on", "2026-11-22", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stderr)["counts"]["ok"] == 35_068
    in_force = {gazetteer.generations[g]["layer"]: g for g in gazetteer.in_force(dt.date(2026, 11, 22))}
    assert len(in_force) == 9
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(postcodes)
    assert sum("shared_point" in row["earlyhelp_caution"] for row in rows) == PARKED
    assert sum("near_authority:" in row["earlyhelp_caution"] for row in rows) == BESIDE
    to_check = json.loads(result.stderr)["to_check"]
    assert (to_check["shared_point"], to_check["near_authority"]) == (PARKED, BESIDE)
    assert to_check["count"] == sum(row["earlyhelp_caution"] != "not_in_force:ward_2004" for row in rows)
    for number, row in enumerate(rows):
        assert row["postcode"] == row["earlyhelp_postcode"] == postcodes[number]
        assert row["earlyhelp_status"] == "ok"
        assert row["earlyhelp_caution"] == ";".join(caution(gazetteer, number))
        near = {n.generation for n in gazetteer.near(number)}
        assert set(filter(None, row["earlyhelp_near"].split(";"))) == {
            layer for layer, generation in in_force.items() if generation in near
        }
        for layer, generation in in_force.items():
            area = gazetteer.columns[generation][number]
            expected = ["", ""] if area == NONE else gazetteer.generations[generation]["areas"][area]
            assert [row[f"{layer}_code"], row[f"{layer}_name"]] == expected[:2]


def caution(gazetteer: Gazetteer, row: int) -> Iterator[str]:
    """What the gazetteer as built, which knows of no ended postcode, gives to mind on 22 November 2026."""
    if gazetteer.shared_by[row] >= 10:
        yield "shared_point"
    beyond = gazetteer.near_authority(row)
    if beyond:
        yield f"near_authority:{gazetteer.authorities[beyond[0]][1]}"
    yield "not_in_force:ward_2004"


def test_the_cautions_of_a_single_answer_stand_in_the_row_and_are_counted(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("postcode\nB15 2TT\nB13 3JH\n\nB14 4LN\nSW1A 1AA\nB13 3JH\n")
    result = run(tmp_path / "in.csv", tmp_path / "out.csv", "--layers", "district")
    with (tmp_path / "out.csv").open(newline="") as file:
        cautions = [row["earlyhelp_caution"] for row in csv.DictReader(file)]
    assert cautions == ["", "shared_point", "near_authority:Solihull", "", "shared_point"]
    assert "3  of those in Birmingham to be checked" in result.stderr
    assert "(2 shared_point, 1 near_authority): row 3 'B13 3JH'; row 5 'B14 4LN'; row 7" in result.stderr
    (tmp_path / "in.csv").write_bytes(GOOD)
    assert "to be checked" not in run(tmp_path / "in.csv", tmp_path / "none.csv").stderr


@pytest.mark.parametrize(("day", "said"), [("2018-05-02", ""), ("2026-11-22", "not_in_force:ward_2004")])
def test_a_layer_that_was_not_in_force_on_the_day_is_named(day: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(GOOD)
    for layers, expected in (("district,ward_2004", said), ("district", "")):
        result = run(tmp_path / "in.csv", tmp_path / "out.csv", "--force", "--layers", layers, "--on", day)
        assert result.exit_code == 0, result.output
        [row] = csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text()))
        assert row["earlyhelp_caution"] == expected


def test_the_help_names_every_caution() -> None:
    text = run("--help").stdout
    for word in ("shared_point", "near_authority:", "areas_of_neighbour", "ended:", "not_in_force:"):
        assert f"  {word}" in text


def test_the_day_decides_which_team_answered(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(GOOD)
    codes = []
    for day in ("2015-03-31", "2015-04-01"):
        result = run(tmp_path / "in.csv", tmp_path / day, "--on", day, "--layers", "health_visiting")
        assert result.exit_code == 0, result.output
        [row] = csv.DictReader(io.StringIO((tmp_path / day).read_text()))
        codes.append(row["health_visiting_code"][:3])
    assert codes[0] == "HVN"
    assert codes[1].startswith("HV") and codes[1] != "HVN"


def gzipped() -> bytes:
    return gzip.compress(GOOD)


REFUSED = {
    "an empty file": (b"", "empty"),
    "only a byte order mark": (b"\xef\xbb\xbf", "empty"),
    "a blank heading": (b"\n\n", "first line is blank"),
    "no such column": (b"name,post code\nA,B\n", "Did you mean 'post code'? The columns are: 'name', 'post"),
    "two columns of one name": (b"postcode,x,postcode\nA,B,C\n", "more than once (columns 1, 3)"),
    "a column of ours": (b"postcode,district_name\nA,B\n", "district_name"),
    "a NUL byte": (GOOD + b"B,B15\x002TT\n", "Row 3 holds a NUL byte"),
    "UTF-16 without its mark": (GOOD.decode().encode("utf-16-le"), "NUL"),
    "a broken UTF-16": (b"\xff\xfe" + GOOD.decode().encode("utf-16-le") + b"\x00\xdc\n", "utf-16"),
    "a line of 10 MB": (GOOD + b"x" * 10_000_000 + b"\n", "Row 3 is longer than 4 MB"),
    "a heading of 10 MB": (b"x" * 10_000_000, "Row 1 is longer than 4 MB"),
    "a quote that is never closed": (GOOD + b'B,"B15 2TT\nC,x\n', "Row 3: a quoted value begins"),
    "bytes of no encoding": (GOOD + b"\x81\x8d,B15 2TT\n", "Row 3: the byte 0x81"),
    "a compressed file": (gzipped(), "compressed with gzip"),
    "half a compressed file": (gzipped()[:20], "compressed with gzip"),
    "an Excel workbook": (b"PK\x03\x04rest", "Excel"),
    "a Parquet file cut short": (b"PAR1 and no more", "cannot be read as Parquet"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", REFUSED)
@pytest.mark.parametrize("there", [True, False], ids=["over another file", "as a new file"])
def test_what_cannot_be_tagged_is_refused_and_leaves_nothing_half_written(
    wrong: str, there: bool, tmp_path: Path
) -> None:
    data, said = REFUSED[wrong]
    (tmp_path / "in.csv").write_bytes(data)
    if there:
        (tmp_path / "out.csv").write_bytes(b"as it was")
    before = sorted(tmp_path.iterdir())
    result = run(tmp_path / "in.csv", tmp_path / "out.csv", "--force")
    assert (result.exit_code, said in result.output) == (1, True), result.output
    assert sorted(tmp_path.iterdir()) == before
    assert not there or (tmp_path / "out.csv").read_bytes() == b"as it was"


MISUSED = {
    "a directory as IN": ([".", "out.csv"], "is a directory"),
    "a directory as OUT": (["in.csv", "."], "is a directory"),
    "no such IN": (["none.csv", "out.csv"], "Error: There is no file none.csv."),
    "a small directory": (["small", "out.csv"], "Error: IN is a directory, small."),
    "no such directory": (["in.csv", "none/out.csv"], "no directory none"),
    "IN as OUT": (["in.csv", "./in.csv", "--force"], "Error: OUT is the file to be tagged, in.csv."),
    "an OUT that exists": (["in.csv", "there.csv"], "Error: OUT exists already, there.csv. Say --force"),
    "an unknown layer": (["in.csv", "out.csv", "--layers", "hub,distric"], "Did you mean district?"),
    "a day before every team": (["in.csv", "out.csv", "--on", "1999-01-01"], "in force on 1999-01-01"),
    "no day at all": (["in.csv", "out.csv", "--on", "soon"], "is not a date"),
    "an encoding that is none": (["in.csv", "out.csv", "--encoding", "utf-16"], "--encoding utf-16"),
}


@pytest.mark.parametrize("wrong", MISUSED)
def test_arguments_that_make_no_sense_are_a_usage_error(
    wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments, said = MISUSED[wrong]
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_bytes(GOOD)
    Path("there.csv").write_bytes(b"as it was")
    Path("small").mkdir()
    result = run(*arguments)
    assert (result.exit_code, said in result.output) == (2, True), result.output
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.csv", "small", "there.csv"]
    assert Path("there.csv").read_bytes() == b"as it was"
    assert Path("in.csv").read_bytes() == GOOD


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04rest", "Error: Not a CSV file: u8.csv is an Excel"),
        (b"PAR1 and no more", "Error: u8.csv cannot be read as Parquet"),
    ],
)
def test_a_files_name_keeps_its_case(
    data: bytes, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("u8.csv").write_bytes(data)
    assert said in run("u8.csv", "out.csv").stderr


def test_a_missing_gazetteer_says_how_to_build_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARLYHELP_VAR", str(tmp_path / "nothing"))
    (tmp_path / "in.csv").write_bytes(GOOD)
    result = run(tmp_path / "in.csv", tmp_path / "out.csv")
    assert result.exit_code == 1
    assert "earlyhelp geo build" in result.output


def test_force_replaces_the_file_and_keeps_its_permissions(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(GOOD)
    (tmp_path / "out.csv").write_bytes(b"as it was")
    (tmp_path / "out.csv").chmod(0o640)
    assert run(tmp_path / "in.csv", tmp_path / "out.csv", "--force").exit_code == 0
    assert (tmp_path / "out.csv").read_bytes().startswith(b"name,postcode,earlyhelp_status")
    assert (tmp_path / "out.csv").stat().st_mode & 0o777 == 0o640


def test_a_dash_stands_for_standard_input_and_output() -> None:
    done = subprocess.run([*COMMAND, "-", "-"], input=GOOD, capture_output=True, check=True)
    assert done.stdout.startswith(b"name,postcode,earlyhelp_status")
    assert b"\nA,B15 2TT,ok,B15 2TT," in done.stdout
    assert b"1 rows tagged" in done.stderr or b"1 row tagged" in done.stderr


def test_a_dash_understands_cp1252_before_it_has_seen_the_end() -> None:
    data = GOOD + b"Zo\xeb,B15\xa02TT\n"
    done = subprocess.run([*COMMAND, "-", "-", "--json"], input=data, capture_output=True, check=True)
    assert json.loads(done.stderr)["counts"]["ok"] == 2
    assert b"\nZo\xeb,B15\xa02TT,ok," in done.stdout


def test_a_file_is_read_to_its_end_before_its_encoding_is_settled(tmp_path: Path) -> None:
    # The first name is UTF-8 by accident; the last one shows that the file is cp1252.
    data = GOOD + b"\xc3\xa9,B15 2TT\n" + b"A,B15 2TT\n" * 60_000 + b"Zo\xeb,B15\xa02TT\n"
    (tmp_path / "in.csv").write_bytes(data)
    result = run(tmp_path / "in.csv", tmp_path / "out.csv", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stderr)["counts"]["ok"] == 60_003
    told = subprocess.run([*COMMAND, "-", "-"], input=data, capture_output=True, check=False)
    assert told.returncode == 1
    assert b"Row 60004: the byte 0xEB is not utf-8" in told.stderr
    named = subprocess.run(
        [*COMMAND, "-", "-", "--encoding", "cp1252"], input=data, capture_output=True, check=True
    )
    assert named.stdout == (tmp_path / "out.csv").read_bytes()


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_disk_that_takes_no_more_is_told_and_leaves_the_old_file(kind: str, tmp_path: Path) -> None:
    given, out = tmp_path / "in", tmp_path / "out"
    if kind == "csv":
        given.write_bytes(GOOD + b"A,B15 2TT\n" * 10_000)
    else:
        pq.write_table(pa.table({"postcode": [str(number) for number in range(10_000)]}), given)
    out.write_bytes(b"as it was")
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000)); " + COMMAND[-1]
    done = subprocess.run(
        [*COMMAND[:-1], limited, str(given), str(out), "--force"], capture_output=True, check=False
    )
    assert (done.returncode, b"Error: File too large" in done.stderr) == (1, True), done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in", "out"]
    assert out.read_bytes() == b"as it was"


def test_what_is_no_regular_file_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(GOOD)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = "import sys; sys.stdout.buffer.write(open(sys.argv[1], 'rb').read())"
    reader = subprocess.Popen([sys.executable, "-c", read, str(pipe)], stdout=subprocess.PIPE)
    try:
        result = run(tmp_path / "in.csv", pipe)
        assert result.exit_code == 0, result.output
        assert pipe.is_fifo()
        assert reader.communicate(timeout=60)[0].startswith(b"name,postcode,earlyhelp_status")
    finally:
        reader.kill()
        reader.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_ended_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_bytes(b"as it was")
    running = subprocess.Popen(
        [*COMMAND, "-", str(out), "--force"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Tests that run in the background ignore Ctrl-C, and what they start would too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - it starts no thread
    )
    assert running.stdin and running.stderr
    # More than a pipe holds: when this returns, the run is in the midst of the rows.
    running.stdin.write(GOOD + b"A,B15 2TT\n" * 200_000)
    running.stdin.flush()
    assert len(list(tmp_path.iterdir())) == 2
    running.send_signal(number)
    running.wait(60)
    assert running.returncode != 0
    assert b"Traceback" not in running.stderr.read()
    running.stdin.close()
    running.stderr.close()
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]
    assert out.read_bytes() == b"as it was"


def test_a_reader_that_goes_away_ends_the_run_quietly(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(GOOD + b"A,B15 2TT\n" * 100_000)
    running = subprocess.Popen(
        [*COMMAND, str(tmp_path / "in.csv"), "-"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert running.stdout and running.stderr
    running.stdout.read(10)
    running.stdout.close()
    said = running.stderr.read()
    running.stderr.close()
    assert running.wait(60) == 1
    assert said == b""


def test_the_commands_module_is_light(tmp_path: Path) -> None:
    heavy = (
        "import sys, geo.tagging.commands; print({'numpy', 'pyarrow', 'geo.gazetteer'} & set(sys.modules))"
    )
    assert subprocess.check_output([sys.executable, "-c", heavy], cwd=Path.cwd()) == b"set()\n"
    (tmp_path / "in.csv").write_bytes(GOOD)
    used = (
        "import sys; from geo.tagging.commands import tag; tag(sys.argv[1:], standalone_mode=False); "
        "print({'pyarrow', 'pandas', 'geopandas', 'shapely'} & set(sys.modules))"
    )
    arguments = [str(tmp_path / "in.csv"), str(tmp_path / "out.csv")]
    assert (
        subprocess.check_output([sys.executable, "-c", used, *arguments], stderr=subprocess.DEVNULL)
        == b"set()\n"
    )
