"""The columns of a generation: the same from disk, and the same grown as made anew."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest

from directory.search.columns import Columns
from geo.sections import SectionsError
from tests.directory.search.sample import Snapshot, sample_services

STOP = frozenset({"the", "and"})


def _alike(one: Columns, other: Columns) -> None:
    assert one.ids == other.ids and one.names == other.names and one.written == other.written
    assert one.values == other.values
    for name in other._arrays:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    snapshot = Snapshot(sample_services())
    columns = Columns.build(snapshot, snapshot.ids("service"), stop=STOP)
    columns.write(tmp_path / "columns.bin")
    _alike(Columns.open(tmp_path / "columns.bin", verify=True), columns)


def test_grown_from_the_one_before_they_are_the_same_as_made_anew(tmp_path: Path) -> None:
    services = sample_services()
    before = Snapshot(services[:-5])
    held = Columns.build(before, before.ids("service"), stop=STOP)
    held.write(tmp_path / "columns.bin")
    held = Columns.open(tmp_path / "columns.bin")
    now = copy.deepcopy(services[3:])
    now[0]["needs"] = ["autism"]
    now[0]["name"] = "Quite another name"
    now[1]["schedules"] = []
    now[2]["minimum_age"] = 7
    after = Snapshot(now, 2)
    ids = after.ids("service")
    changed = {one["id"] for one in now[:3]}
    grown = Columns.build(after, ids, stop=STOP, previous=held, changed=changed, was=before)
    _alike(grown, Columns.build(after, ids, stop=STOP))


def test_no_listings_at_all_are_columns_too(tmp_path: Path) -> None:
    columns = Columns.build(Snapshot([]), [])
    columns.write(tmp_path / "columns.bin")
    empty = Columns.open(tmp_path / "columns.bin")
    assert empty.ids == [] and empty.names == [] and empty.written == {}


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    snapshot = Snapshot(sample_services()[:3])
    path = tmp_path / "columns.bin"
    Columns.build(snapshot, snapshot.ids("service")).write(path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(SectionsError):
        Columns.open(path)
