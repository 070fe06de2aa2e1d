"""How far a database has been migrated, and what is said of one with other tables than ours."""

from __future__ import annotations

from directory.store.records import Unavailable

# The migrations by name, oldest first. Known here as well so that opening need not load Alembic.
KNOWN = ("0001", "0002", "0003")
HEAD = KNOWN[-1]


def refuse_newer(where: object, stands: str | None) -> None:
    """Raise `Unavailable` for a database that a newer program made. `where` is what a person is shown."""
    if stands is not None and stands not in KNOWN:
        raise Unavailable(
            f"The database {where} was made by a newer version of this program (its tables are at {stands}, "
            f"this program knows them up to {HEAD}). Install that version, or use another database."
        )


def refuse_unless_current(where: object, stands: str | None) -> None:
    """Raise `Unavailable` for a database whose tables are not those of this program."""
    refuse_newer(where, stands)
    if stands != HEAD:
        state = "holds no directory yet" if stands is None else f"is of an older version ({stands})"
        raise Unavailable(
            f"The database {where} {state}. Any command that writes, such as `earlyhelp listing import`, "
            "brings it up to date."
        )
