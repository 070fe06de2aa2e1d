"""The desk as a steward has it: the real command on a real store, in a folder of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli import earlyhelp
from directory.desk.paths import changed
from directory.store.records import Change
from directory.store.standard import RecordKind
from directory.store.store import Store

SIGNED = ("--commit", "--reason", "A test", "--by", "data steward")


@dataclass
class Room:
    """A steward's room: `listing(...)` runs the command, `store()` opens what it wrote to."""

    url: str
    var: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"EARLYHELP_DATABASE_URL": self.url, "EARLYHELP_VAR": str(self.var)}

    def run(self, *arguments: str, **more: Any) -> Result:
        environment = self.environment | more.pop("env", {})
        result = CliRunner().invoke(earlyhelp, ["listing", *arguments], env=environment, **more)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def listing(self, *arguments: str, code: int = 0, **more: Any) -> str:
        """Standard output of a run that ends with `code`."""
        result = self.run(*arguments, **more)
        assert result.exit_code == code, result.output
        return result.stdout

    def json(self, *arguments: str, code: int = 0) -> Any:
        return json.loads(self.listing(*arguments, "--json", code=code))

    def store(self) -> Store:
        return Store.open(self.url)

    def added(self, kind: RecordKind, name: str, *settings: str, publish: bool = True) -> str:
        """The id of a new record: a draft as version 1 and, unless not wanted, published as version 2."""
        content = changed(kind, {}, [f"name={name}", "sample=yes", *settings])
        made = str(content["id"])
        with self.store() as store:
            store.write([Change(kind, made, "draft", content)], by="data steward", reason="A test")
            if publish:
                change = Change(kind, made, "published", content, base=1)
                store.write([change], by="data steward", reason="A test")
        return made

    def organization(self, name: str = "Harbour Trust", *settings: str, publish: bool = True) -> str:
        more = ("description=It helps.", "owner_role=Directory editor", *settings)
        return self.added("organization", name, *more, publish=publish)

    def service(self, owner: str, name: str = "Homework club", *settings: str, publish: bool = True) -> str:
        more = (
            f"organization_id={owner}",
            "status=active",
            "minimum_age=8",
            "maximum_age=11",
            "phones[+].number=0121 496 0123",
            "service_areas[+].layer=district",
            "service_areas[+].code=E14000560",
            "schedules[+].freq=WEEKLY",
            "schedules[+].byday=MO,WE",
            "schedules[+].opens_at=15:30",
            "schedules[+].closes_at=17:00",
            *settings,
        )
        return self.added("service", name, *more, publish=publish)


def _room(url: str, folder: Path, built: Path) -> Room:
    folder.mkdir()
    (folder / "gazetteer.bin").symlink_to(built / "gazetteer.bin")
    return Room(url, folder)


@pytest.fixture
def room(built: Path, tmp_path: Path) -> Room:
    """A room with an empty SQLite store."""
    return _room(f"sqlite:///{tmp_path / 'desk.db'}", tmp_path / "var", built)


@pytest.fixture
def either(built: Path, tmp_path: Path, store_url: str) -> Iterator[Room]:
    """A room with an empty store, once of each database."""
    yield _room(store_url, tmp_path / "var", built)
