"""The shape of the database: brought up to date on opening, refused where a newer program made it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from directory.store.engine import Place, in_plain_words, reading, writing
from directory.store.migrated import HEAD, KNOWN, refuse_newer, refuse_unless_current
from directory.store.sqlite_file import connection_to

if TYPE_CHECKING:
    from alembic.config import Config


def found(engine: sa.Engine, where: Place) -> str | None:
    """The migration that the database stands at; None for an empty one. Raises `Unavailable`."""
    with reading(engine, where) as connection:
        return _stands_at(connection)


def _stands_at(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    name = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return str(name) if name else None


def ensure(engine: sa.Engine, where: Place, *, create: bool) -> None:
    """See that the database has the tables of this program; where `create`, make or migrate them.

    Raises `Unavailable` where it is newer than this program, or older or empty and may not be changed.
    """
    if where.path is not None and create and not where.path.exists():
        with in_plain_words(where):
            where.path.parent.mkdir(parents=True, exist_ok=True)
            connection_to(where.path, "rwc").close()
    stands = found(engine, where)
    if stands == HEAD:
        return
    if not create:
        refuse_unless_current(where, stands)
    refuse_newer(where, stands)
    migrate(engine, where)


def migrate(engine: sa.Engine, where: Place, target: str = HEAD) -> None:
    """Bring the tables to `target` (a name of `KNOWN`, or `base`), up or down, in one transaction."""
    from alembic import command

    with writing(engine, where) as connection:
        stands = _stands_at(connection) or "base"
        if stands == target:
            return  # another process was first
        order = ("base", *KNOWN)
        settings = configuration(connection)
        if order.index(target) > order.index(stands):
            command.upgrade(settings, target)
        else:
            command.downgrade(settings, target)


def configuration(connection: sa.Connection) -> Config:
    """Alembic's settings for our migrations, on an open connection."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    settings.attributes["connection"] = connection
    return settings
