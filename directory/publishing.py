"""After a write: the snapshot that everything reads and the search's index are brought up to date.

A write is done once the store has it. What follows here can be repeated at any time and is: a failure is
told, never undoes the write, and whoever reads next repairs it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from directory.store.store import Store

Progress = Callable[[int, int], None]


def after_write(store: Store, data: Path, var: Path, progress: Progress | None = None) -> str | None:
    """Bring snapshot and index up to the store's revision; None when done, else what went wrong.

    The words say that the change itself is kept, and what to do.
    """
    try:
        from directory.search.generation import bring_up_to_date

        bring_up_to_date(store, data, var, progress)
    except Exception as error:  # whatever it is, the write stands: it must be told, not raised
        return (
            "The change is kept, but the search was not brought up to date "
            f"({type(error).__name__}: {error}). "
            "It is tried again by the next search; a running server goes on with what it has."
        )
    return None
