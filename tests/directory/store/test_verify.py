"""What a hand in SQL or a bad disk can do to a store is found and named."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from directory.store.store import Store
from directory.store.verify import verify
from tests.directory.store.making import change, identity, location, organization, origin, service

WHO = {"by": "data steward", "reason": "a test"}

_BREAKS = {
    "UPDATE phone SET number = '999' WHERE contact_id IS NOT NULL": "table phone does not say",
    "DELETE FROM service_at_location": "table service_at_location does not say",
    "UPDATE service SET minimum_age = 3": "table service does not say",
    "INSERT INTO funding (record_id, path, source) VALUES ('@draft', 'a', 'x')": "table funding holds 1 rows",
    "UPDATE record SET published = NULL WHERE id = '@hall'": "its record says published None",
    "UPDATE record SET latest_state = 'draft' WHERE id = '@hall'": "its record says latest_state 'draft'",
    "UPDATE record SET source = 'else' WHERE id = '@service'": "its record says source 'else'",
    "DELETE FROM record WHERE id = '@draft'": "has versions but no record",
    "UPDATE version SET content = replace(content, 'Hall', 'Mall')": "does not match its digest",
    "UPDATE version SET content = '{' WHERE id = '@draft'": "cannot be read",
    "UPDATE version SET state = 'published' WHERE id = '@draft'": "Revision 1 is not what was sealed",
    "UPDATE version SET effect = NULL WHERE id = '@hall'": "its effect is said to be None, it was added",
    "UPDATE version SET redirect_to = '@draft' WHERE id = '@draft'": "redirected in a circle",
    "UPDATE version SET number = 5 WHERE id = '@draft'": "follows version 0: one is missing",
    "DELETE FROM version WHERE revision = 2": "Revision 2 holds no version",
    "UPDATE revision SET number = 9 WHERE number = 3": "Revision 3 is missing",
    "UPDATE revision SET seal = 'x' WHERE number = 2": "Revision 3 is not what was sealed",
    "UPDATE origin SET raw = '12'": "the payload it came from cannot be read",
}


@pytest.mark.parametrize("sql", list(_BREAKS))
def test_each_break_is_named(broken: Store, sql: str) -> None:
    """Broken on purpose, past the triggers and keys that forbid it."""
    there = {"@draft": identity("Draft"), "@hall": identity("Hall"), "@service": identity("Young minds")}
    wanted = sql
    for word, name in there.items():
        wanted = wanted.replace(word, name)
    with broken.engine.connect() as connection:
        connection.exec_driver_sql(wanted)
        connection.commit()
    faults = verify(broken)
    assert any(_BREAKS[sql] in fault for fault in faults), faults


@pytest.fixture
def broken(store: Store) -> Store:
    """A whole store with every guard taken away."""
    store.write(
        [change(service(), origin=origin()), change(location()), change(organization("Draft"), "draft")],
        **WHO,
    )
    store.write([change(organization())], **WHO)
    store.write([change(service(fees="Free"), base=1)], **WHO)
    assert verify(store) == []
    if store.dialect == "sqlite":
        _take_guards_from_sqlite(store)
    else:
        with store.engine.begin() as connection:
            # Neither triggers nor foreign keys act in a session of a replica.
            connection.exec_driver_sql("SET session_replication_role = replica")
        sa.event.listen(
            store.engine, "begin", lambda by: by.exec_driver_sql("SET session_replication_role = replica")
        )
    return store


def _take_guards_from_sqlite(store: Store) -> None:
    with store.engine.begin() as connection:
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars()
        for name in list(names):
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
    store.engine.dispose()
    sa.event.listen(
        store.engine, "connect", lambda raw, _record: raw.execute("PRAGMA foreign_keys=OFF").close()
    )
