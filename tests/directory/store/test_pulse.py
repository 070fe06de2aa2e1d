"""What a server asks of a SQLite file without SQLAlchemy is what the store itself says."""

from __future__ import annotations

import queue
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from directory.store.address import sqlite_file
from directory.store.engine import place
from directory.store.pulse import FilePulse
from directory.store.records import Unavailable
from directory.store.store import Store
from tests.directory.store.making import change, organization, service

WHO = {"by": "data steward", "reason": "a test"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "directory.db"


def _opened(file: Path) -> Store:
    return Store.open(f"sqlite:///{file}")


def test_it_tells_the_revision_and_the_seals_of_the_store(file: Path) -> None:
    with _opened(file) as store:
        pulse = FilePulse(file)
        assert (pulse.revision(), pulse.seal(1)) == (0, "")
        for content in (service(), organization()):
            store.write([change(content)], **WHO)
            revision = store.revision()
            assert pulse.revision() == revision
            assert pulse.seal(revision) == store.seal(revision) != ""
        assert pulse.seal(3) == store.seal(3) == ""
        assert pulse.file == store.file == file


def test_it_hears_of_a_write_by_another(file: Path) -> None:
    with _opened(file) as store:
        pulse = FilePulse(file)
        heard: queue.Queue[int] = queue.Queue()
        threading.Thread(target=lambda: heard.put(pulse.wait_for_change(0, 86_400)), daemon=True).start()
        store.write([change(service())], **WHO)
        assert heard.get(timeout=60) == 1
        assert pulse.wait_for_change(1, 0) == 1
        assert pulse.wait_for_change(7, 0) == 1, "another revision than the one seen is a change at once"


def test_it_looks_into_the_file_that_took_the_place_of_another(file: Path, tmp_path: Path) -> None:
    with _opened(file) as store:
        store.write([change(service())], **WHO)
    pulse = FilePulse(file)
    with _opened(tmp_path / "restored.db") as store:
        store.write([change(organization())], **WHO)
        store.write([change(service())], **WHO)
        seal = store.seal(1)
    assert pulse.seal(1) != seal
    (tmp_path / "restored.db").replace(file)
    assert (pulse.revision(), pulse.seal(1)) == (2, seal)


def test_a_file_that_is_gone_is_not_made_and_told_in_plain_words(file: Path) -> None:
    with pytest.raises(Unavailable, match="gone: there is no file"):
        FilePulse(file)
    assert not file.exists()
    with _opened(file):
        pulse = FilePulse(file)
    file.unlink()
    with pytest.raises(Unavailable, match="gone: there is no file"):
        pulse.revision()
    with pytest.raises(Unavailable, match="gone: there is no file"):
        pulse.wait_for_change(0, 0)
    file.write_bytes(b"This is a letter, and not a database.\n" * 200)
    with pytest.raises(Unavailable, match="not a database of ours"):
        pulse.revision()


@pytest.mark.parametrize(
    ("change_made", "said"),
    [
        ("UPDATE alembic_version SET version_num = '0999'", "newer version of this program .*0999"),
        ("UPDATE alembic_version SET version_num = '0001'", "is of an older version"),
        ("DELETE FROM alembic_version", "holds no directory yet"),
        ("DROP TABLE alembic_version", "holds no directory yet"),
    ],
)
def test_tables_that_are_not_of_this_program_are_refused_as_the_store_refuses_them(
    file: Path, change_made: str, said: str
) -> None:
    _opened(file).close()
    with sqlite3.connect(file) as connection:
        connection.execute(change_made)
    connection.close()
    with pytest.raises(Unavailable, match=said) as by_pulse:
        FilePulse(file)
    with pytest.raises(Unavailable) as by_store:
        Store.open(f"sqlite:///{file}", create=False, read_only=True)
    assert str(by_pulse.value) == str(by_store.value)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////srv/var/directory.db",
        "sqlite:///var/directory.db",
        "sqlite:////srv/a folder/d+1.db",
    ],
)
def test_a_plain_address_names_the_file_that_sqlalchemy_reads_in_it(url: str) -> None:
    assert sqlite_file(url) == place(url).path is not None


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:////srv/d.db?mode=ro",
        "sqlite:////srv/100%25/d.db",
        "sqlite+pysqlite:////srv/d.db",
        "postgresql://earlyhelp@host/name",
        "postgresql://host/sqlite:///d.db",
        "directory.db",
        "",
    ],
)
def test_any_other_address_is_left_to_sqlalchemy(url: str) -> None:
    assert sqlite_file(url) is None


def test_it_loads_no_sqlalchemy() -> None:
    code = "import sys, directory.store.pulse; sys.exit('sqlalchemy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
