"""A database that is gone, locked, read-only or damaged: nothing is lost, and the words say what to do."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from directory.store.engine import place, writing
from directory.store.records import Unavailable
from directory.store.store import Store
from directory.store.verify import verify
from tests.conftest import postgresql_database
from tests.directory.store.making import change, identity, organization, service

WHO = {"by": "data steward", "reason": "a test"}


@pytest.fixture
def server() -> Iterator[str]:
    """An empty PostgreSQL database of its own."""
    with postgresql_database() as url:
        yield url


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A SQLite store with one service and one organisation."""
    path = tmp_path / "directory.db"
    with Store.open(f"sqlite:///{path}") as store:
        store.write([change(service()), change(organization())], **WHO)
    return path


def test_another_writer_who_does_not_finish_is_waited_for_and_then_named(store: Store) -> None:
    store.write([change(service())], **WHO)
    with writing(store.engine, store.place), Store.open(store.url, patience=0.05) as other:
        with pytest.raises(Unavailable, match=r"Another program is writing .* Try again"):
            other.write([change(organization())], **WHO)
        assert other.published(identity("Young minds")) is not None, "reading waited for the writer"
    assert store.write([change(organization())], **WHO).revision == 2


def test_a_file_deleted_under_an_open_store_takes_no_writes(file: Path) -> None:
    with Store.open(f"sqlite:///{file}") as store:
        assert store.revision() == 1
        kept = file.rename(file.with_name("kept.db"))
        for ask in (lambda: store.write([change(service("New"))], **WHO), store.revision):
            with pytest.raises(Unavailable, match=r"is gone: there is no file .*directory\.db.*backup"):
                ask()
        assert not file.exists()
        kept.rename(file)
        assert store.write([change(service("New"))], **WHO).revision == 2


def test_a_file_put_back_from_a_backup_is_the_one_that_is_used(file: Path) -> None:
    with Store.open(f"sqlite:///{file}") as store:
        store.write([change(service("Late"))], **WHO)
    backup = file.with_name("backup.db")
    shutil.copy(file, backup)
    with Store.open(f"sqlite:///{file}") as store:
        store.write([change(service("Lost"))], **WHO)
        assert store.revision() == 3
        for end in ("-wal", "-shm"):
            file.with_name(file.name + end).unlink(missing_ok=True)
        backup.replace(file)
        assert store.revision() == 2
        assert store.write([change(service("Anew"))], **WHO).revision == 3
    with Store.open(f"sqlite:///{file}") as again:
        assert again.latest(identity("Anew")) is not None and again.latest(identity("Lost")) is None
        assert verify(again) == []


@contextmanager
def _without_rights(path: Path) -> Iterator[None]:
    """As an account that may not write the file; root, who may do anything, becomes nobody."""
    root = os.geteuid() == 0
    path.chmod(0o444)
    path.parent.chmod(0o555)
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        path.parent.chmod(0o755)
        path.chmod(0o644)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="the rights of files are another matter here")
def test_a_file_that_may_not_be_written_is_still_read() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "var" / "directory.db"
        with Store.open(f"sqlite:///{path}") as store:
            store.write([change(service())], **WHO)
            with _without_rights(path), Store.open(f"sqlite:///{path}", patience=0.05) as reader:
                assert reader.published(identity("Young minds")) is not None
                with pytest.raises(Unavailable, match="can be read but not written to"):
                    reader.write([change(organization())], **WHO)
            assert store.revision() == 1


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="the rights of files are another matter here")
def test_a_file_on_a_read_only_disk_is_read_when_nobody_else_has_it_open_and_never_stale() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "var" / "directory.db"
        with Store.open(f"sqlite:///{path}") as store:
            store.write([change(service())], **WHO)
        assert not path.with_name("directory.db-wal").exists()  # the last to leave takes the log with it
        with _without_rights(path):
            reader = Store.open(f"sqlite:///{path}", create=False, read_only=True)
            assert reader.published(identity("Young minds")) is not None
            with pytest.raises(Unavailable, match="can be read but not written to"):
                reader.write([change(organization())], **WHO)
        with Store.open(f"sqlite:///{path}") as store:
            store.write([change(service("Anew"))], **WHO)
            assert reader.published(identity("Anew")) is not None
        assert reader.revision() == 2
        reader.close()


def test_a_read_only_store_reads_and_refuses_to_write(store: Store) -> None:
    store.write([change(service())], **WHO)
    with Store.open(store.url, read_only=True) as reader:
        assert reader.published(identity("Young minds")) is not None
        with pytest.raises(Unavailable, match="can be read but not written to"):
            reader.write([change(organization())], **WHO)
    assert store.revision() == 1


def test_a_server_that_is_set_to_read_only_refuses_writes_in_plain_words(server: str) -> None:
    with Store.open(server) as store:
        store.write([change(service())], **WHO)
    name = place(server).url.database
    with psycopg.connect(server, autocommit=True) as steward:
        steward.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        try:
            with Store.open(server) as store:
                assert store.revision() == 1
                with pytest.raises(Unavailable, match="can be read but not written to"):
                    store.write([change(organization())], **WHO)
        finally:
            steward.execute("SET default_transaction_read_only = off")
            steward.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")


def test_a_server_that_ends_the_session_is_found_again(server: str) -> None:
    with Store.open(server) as store:
        assert store.revision() == 0
        with psycopg.connect(server) as steward:
            steward.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert store.write([change(service())], **WHO).revision == 1


def test_a_server_that_is_not_there_is_said_without_the_password() -> None:
    with pytest.raises(Unavailable, match="does not answer") as told:
        Store.open("postgresql://steward:secret@127.0.0.1:9/listings")
    assert "secret" not in str(told.value)


def test_a_database_that_the_server_does_not_have_is_said(postgresql_url: str) -> None:
    url = place(postgresql_url).url.set(database="nowhere").render_as_string(hide_password=False)
    with pytest.raises(Unavailable, match=r"does not answer as it should\..*\"nowhere\" does not exist"):
        Store.open(url)


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "directory.db"
    path.write_bytes(b"name,telephone\n" * 500)
    with pytest.raises(Unavailable, match="is not a database of ours, or it is damaged"):
        Store.open(f"sqlite:///{path}")
    assert path.read_bytes() == b"name,telephone\n" * 500


def test_a_damaged_file_is_named_and_not_written_to(file: Path) -> None:
    with Store.open(f"sqlite:///{file}") as store:
        store.write([change(service(f"Number {number}")) for number in range(300)], **WHO)
    size = file.stat().st_size
    with file.open("r+b") as raw:
        for page in range(8, size // 4096, 3):  # every third page, after the table of tables
            raw.seek(page * 4096)
            raw.write(b"\xa5" * 4096)
    faults = None
    with pytest.raises(Unavailable, match="damaged"), Store.open(f"sqlite:///{file}") as store:
        faults = verify(store)
        list(store.latest_all())
    assert faults is None or faults


def test_a_disk_without_room_changes_nothing(file: Path) -> None:
    with Store.open(f"sqlite:///{file}") as store:
        with writing(store.engine, store.place) as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")
        many = [change(service(f"Number {number}")) for number in range(300)]
        with pytest.raises(Unavailable, match=r"is full\. Nothing was changed"):
            store.write(many, **WHO)
        assert store.revision() == 1
    with Store.open(f"sqlite:///{file}") as again:
        assert verify(again) == []
        assert again.write(many, **WHO).revision == 2
