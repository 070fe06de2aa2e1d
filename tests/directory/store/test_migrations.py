"""The migrations: up and down with data in the tables, and the same tables as the program describes."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from directory.store import schema
from directory.store.engine import connect, place, reading, writing
from directory.store.records import Unavailable
from directory.store.store import Store
from directory.store.tables import metadata
from directory.store.verify import verify
from tests.directory.store.making import change, identity, location, organization, origin, service

WHO = {"by": "data steward", "reason": "a test"}


def test_the_migrated_tables_are_those_the_program_describes(store: Store) -> None:
    with reading(store.engine, store.place) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_program_knows_every_migration_by_name(store: Store) -> None:
    with reading(store.engine, store.place) as connection:
        scripts = ScriptDirectory.from_config(schema.configuration(connection))
    assert tuple(one.revision for one in reversed(list(scripts.walk_revisions()))) == schema.KNOWN


def test_down_and_up_again_keeps_every_version_and_fills_the_names_anew(store: Store) -> None:
    store.write([change(service(), origin=origin()), change(location()), change(organization())], **WHO)
    store.write([change(service(fees="Free"), "draft", base=1)], **WHO)
    store.add_note(identity("Hall"), "place")
    before = store.history(identity("Young minds"))
    schema.migrate(store.engine, store.place, "0001")
    with reading(store.engine, store.place) as connection:
        columns = {column["name"] for column in sa.inspect(connection).get_columns("record")}
        assert "name" not in columns
        assert not sa.inspect(connection).has_table("note")
    with pytest.raises(Unavailable, match=r"older version \(0001\)"):
        Store.open(store.url, create=False)
    with Store.open(store.url) as again:
        assert again.history(identity("Young minds")) == before
        assert again.ids() == sorted(
            [
                (identity("Young minds"), "Young minds"),
                (identity("Hall"), "1 Hall Road"),
                (identity("Harbour"), "Harbour"),
            ]
        )
        assert verify(again) == []
        assert again.notes(open_only=False) == []
        assert again.write([change(service(fees="Free"), base=2)], **WHO).revision == 3


def test_all_the_way_down_leaves_nothing_behind(store: Store) -> None:
    store.write([change(service(), origin=origin()), change(organization())], **WHO)
    schema.migrate(store.engine, store.place, "base")
    with writing(store.engine, store.place) as connection:
        assert sa.inspect(connection).get_table_names() == ["alembic_version"]
    with Store.open(store.url) as again:
        assert again.revision() == 0
        assert again.write([change(service())], **WHO).revision == 1
        assert verify(again) == []


def test_a_migration_that_fails_half_way_leaves_the_tables_as_they_were(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write([change(service())], **WHO)
    schema.migrate(store.engine, store.place, "0001")
    with writing(store.engine, store.place) as connection:
        # In the way of the second migration's index, which it makes after the table of notes.
        connection.execute(sa.text("CREATE TABLE other (name TEXT)"))
        connection.execute(sa.text("CREATE INDEX ix_record_name ON other (name)"))
    with pytest.raises(sa.exc.DBAPIError):
        Store.open(store.url)
    with reading(store.engine, store.place) as connection:
        assert not sa.inspect(connection).has_table("note")
    with writing(store.engine, store.place) as connection:
        connection.execute(sa.text("DROP TABLE other"))
    with Store.open(store.url) as again:
        assert verify(again) == []


def test_a_database_of_a_newer_program_is_refused_with_what_to_do(store: Store) -> None:
    with writing(store.engine, store.place) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0999'"))
    with pytest.raises(Unavailable, match=r"newer version of this program .*0999.*Install that version"):
        Store.open(store.url)


def test_an_empty_database_is_not_filled_by_who_only_reads(store_url: str) -> None:
    where = place(store_url)
    if where.path is not None:
        with pytest.raises(Unavailable, match="gone"):
            Store.open(store_url, create=False)
        assert not where.path.exists()
        where.path.touch()
    with pytest.raises(Unavailable, match="holds no directory yet"):
        Store.open(store_url, read_only=True)
    engine = connect(where, read_only=True, patience=1)
    assert schema.found(engine, where) is None
    engine.dispose()


def test_several_that_open_an_empty_database_at_once_all_find_it_made(store_url: str) -> None:
    faults: list[BaseException] = []
    ready = threading.Barrier(6)

    def one() -> None:
        try:
            ready.wait()
            Store.open(store_url).close()
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
