"""The sample listings as a generation of search, without a store: for tests of how queries are answered."""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from directory.search.columns import Columns
from directory.search.documents import Analysis, documents
from directory.search.finder import Finder
from directory.search.index import WhooshIndex
from directory.store.standard import Content
from geo.gazetteer import Gazetteer
from geo.home import data_dir

MONDAY = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.UTC)


class Snapshot:
    """What is published, held in memory."""

    def __init__(self, services: Iterable[Content], revision: int = 1) -> None:
        self.services = {one["id"]: one for one in services}
        self.revision = revision

    def service(self, record_id: str, /) -> Content | None:
        return self.services.get(record_id)

    def record(self, record_id: str, /) -> Content | None:
        held = (one.get("organization") for one in self.services.values())
        return next((one for one in held if one and one.get("id") == record_id), None)

    def ids(self, kind: Any, /) -> tuple[str, ...]:
        if kind == "service":
            return tuple(sorted(self.services))
        return tuple(sorted({s["organization_id"] for s in self.services.values() if "organization_id" in s}))


@dataclass
class Generation:
    revision: int
    published: Snapshot
    index: WhooshIndex
    columns: Columns


def sample_services() -> list[Content]:
    """Every service of the sample feed, whole."""
    paths = sorted((data_dir() / "sample").glob("services-*.json"))
    return [service for path in paths for service in json.loads(path.read_text("utf-8"))["contents"]]


def generation(services: Iterable[Content], folder: Path, revision: int = 1) -> Generation:
    """Index services in a folder."""
    snapshot = Snapshot(copy.deepcopy(list(services)), revision)
    analysis = Analysis.load(data_dir(), folder)
    ids = snapshot.ids("service")
    WhooshIndex.build(folder / f"words-{revision}", documents(snapshot, ids, analysis), None, len(ids))
    index = WhooshIndex.open(folder / f"words-{revision}")
    return Generation(revision, snapshot, index, Columns.build(snapshot, list(index.ids), stop=analysis.stop))


def finder(made: Generation, gazetteer: Gazetteer, folder: Path, **options: Any) -> Finder:
    """A Finder over it."""
    return Finder(made, gazetteer, data_dir(), folder, **options)
