"""Building: from the official file, twice at once, on a full disk, killed half-way."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from geo.build import build
from geo.gazetteer import Gazetteer
from geo.home import data_dir
from geo.place import locate
from geo.sources.directory import SourceError, read_onspd
from tests.official import HEADING, line, lines


@pytest.fixture(scope="module")
def rows(gazetteer: Gazetteer) -> list[str]:
    return lines(gazetteer)


@pytest.fixture(scope="module")
def from_official(official_var: Path) -> Gazetteer:
    return Gazetteer.open(official_var / "gazetteer.bin")


def test_the_official_file_tells_which_postcodes_have_ended(from_official: Gazetteer) -> None:
    ended = locate(from_official, "B1 1AA")
    assert (ended.status, ended.ended) == ("terminated", 200305)
    assert from_official.generations[0]["areas"][from_official.columns[0][ended.row]][0] == "E14000564"
    assert locate(from_official, "B91 2AB").status == "outside_area"
    assert locate(from_official, "B91 2AB").ended == 201512
    assert from_official.meta["source"] == "ONS Postcode Directory, Feb 2026"


def test_a_postcode_newer_than_the_table_of_areas_is_marked_as_placed_by_its_neighbour(
    from_official: Gazetteer,
) -> None:
    new = locate(from_official, "B15 2ZZ")
    assert new.status == "ok"
    assert new.row in from_official.derived
    assert locate(from_official, "B1 1AA").row not in from_official.derived


def test_a_postcode_without_a_place_is_not_geographic_and_an_island_has_its_name(
    from_official: Gazetteer,
) -> None:
    assert locate(from_official, "B99 1AA").status == "non_geographic"
    assert locate(from_official, "B1 9ZZ").status == "non_geographic"  # of the city, but nowhere on its map
    guernsey = locate(from_official, "GY1 1AA")
    assert guernsey.status == "outside_area"
    assert from_official.authorities[from_official.outside_authority[guernsey.row]][1] == "Channel Islands"


def test_later_builds_keep_to_the_official_file_until_told_otherwise(official: Path, tmp_path: Path) -> None:
    first = build(data_dir(), tmp_path, onspd=official)
    assert not build(data_dir(), tmp_path, if_needed=True).fresh
    again = build(data_dir(), tmp_path)
    assert (again.release, again.rows) == (first.release, first.rows)
    back = build(data_dir(), tmp_path, package=True)
    assert back.rows > 2_000_000


def test_the_plain_csv_is_read_as_the_zip_is(rows: list[str], official: Path, tmp_path: Path) -> None:
    plain = tmp_path / "ONSPD_FEB_2026_UK.csv"
    plain.write_text("\ufeff" + "\r\n".join([HEADING, *rows]), encoding="utf-8")
    one, other = read_onspd(plain), read_onspd(official)
    assert one.outcode.tolist() == other.outcode.tolist()
    assert one.ended is not None
    assert other.ended is not None
    assert one.ended.tolist() == other.ended.tolist()


def test_a_file_of_other_columns_is_refused_by_the_name_of_the_one_that_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text("pcd7,oseast1m,osnrth1m,doterm\nB1  1AA,1,2,\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"line 1: no column for the authority"):
        read_onspd(path)
    path.write_text(HEADING + "\n" + line("B1 1AA", "", "E08000025", "north", "5") + "\n", encoding="utf-8")
    with pytest.raises(SourceError, match="line 2"):
        read_onspd(path)
    path.write_text("", encoding="utf-8")
    with pytest.raises(SourceError):
        read_onspd(path)
    with pytest.raises(SourceError, match="no such file"):
        read_onspd(tmp_path / "absent.zip")
    damaged = tmp_path / "cut.zip"
    with zipfile.ZipFile(damaged, "w") as archive:
        archive.writestr("Data/other.csv", "x")
    with pytest.raises(SourceError, match="holds 0 files"):
        read_onspd(damaged)


def test_the_same_sources_give_the_same_release(
    official: Path, from_official: Gazetteer, tmp_path: Path
) -> None:
    assert build(data_dir(), tmp_path, onspd=official).release == from_official.release


_BUILD = "import sys; from pathlib import Path; from geo.build import build; from geo.home import data_dir; "


def _start(var: Path, official: Path, more: str = "") -> subprocess.Popen[str]:
    code = f"{_BUILD}{more} build(data_dir(), Path({str(var)!r}), onspd=Path({str(official)!r}))"
    return subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)


def test_two_builds_at_once_do_no_harm(official: Path, from_official: Gazetteer, tmp_path: Path) -> None:
    started = [_start(tmp_path, official) for _ in range(2)]
    assert [process.wait() for process in started] == [0, 0], [p.stderr.read() for p in started if p.stderr]
    assert Gazetteer.open(tmp_path / "gazetteer.bin").release == from_official.release


def test_a_full_disk_leaves_the_old_gazetteer_in_use(
    official: Path, from_official: Gazetteer, tmp_path: Path
) -> None:
    build(data_dir(), tmp_path, onspd=official)
    before = (tmp_path / "gazetteer.bin").read_bytes()
    limited = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (90000, 90000));"
    )
    process = _start(tmp_path, official, limited)
    assert process.wait() != 0
    assert process.stderr is not None
    assert "OSError" in process.stderr.read()
    assert (tmp_path / "gazetteer.bin").read_bytes() == before
    assert not list(tmp_path.glob(".gazetteer*.new"))
    assert Gazetteer.open(tmp_path / "gazetteer.bin").release == from_official.release


def test_a_build_killed_at_any_moment_leaves_the_old_gazetteer_in_use(
    official: Path, from_official: Gazetteer, tmp_path: Path
) -> None:
    build(data_dir(), tmp_path, onspd=official)
    # The kill comes as soon as each file of the build first appears or changes.
    for watched in (
        ".build.lock",
        "shapes/district/2010-05-06.geojson",
        "shapes/family_support/2013-04-01.geojson",
    ):
        path = tmp_path / watched
        before = path.stat().st_mtime_ns
        process = _start(tmp_path, official)
        while process.poll() is None and path.stat().st_mtime_ns == before:
            os.sched_yield()
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert Gazetteer.open(tmp_path / "gazetteer.bin").release == from_official.release
    assert build(data_dir(), tmp_path, onspd=official).release == from_official.release


def test_a_source_without_the_city_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ONSPD_FEB_2026_UK.csv"
    path.write_text(HEADING + "\n" + line("B91 2AA", "", "E08000029", "414500", "279500"), encoding="utf-8")
    with pytest.raises(SourceError, match="no postcode of Birmingham"):
        build(data_dir(), tmp_path / "var", onspd=path)
    assert not (tmp_path / "var" / "gazetteer.bin").exists()


def test_a_city_only_gazetteer_answers_the_city_and_knows_nothing_else(
    official: Path, tmp_path: Path
) -> None:
    built = build(data_dir(), tmp_path, onspd=official, scope="city")
    small = Gazetteer.open(built.path)
    assert locate(small, "B1 1AA").city
    assert locate(small, "B91 2AA").status == "unknown"
    assert dt.datetime.fromisoformat(small.meta["built"])
