"""Where the directory's database is: one setting, and a file where it is not set."""

from __future__ import annotations

import os
from pathlib import Path

DATABASE_FILE = "directory.db"


def database_url(var: Path) -> str:
    """The address that `EARLYHELP_DATABASE_URL` names, else that of a SQLite file in `var`."""
    return os.environ.get("EARLYHELP_DATABASE_URL") or f"sqlite:///{(var / DATABASE_FILE).absolute()}"


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite address as it is usually written. None for any other, which SQLAlchemy reads."""
    head, _, path = url.partition("sqlite:///")
    if head or path in ("", ":memory:") or "?" in path or "%" in path:
        return None
    return Path(path).absolute()
