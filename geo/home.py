"""Where the data that ships with the product lies, and where a run keeps what it builds."""

from __future__ import annotations

import os
from pathlib import Path

_HERE = Path(__file__).resolve().parent.parent


def data_dir() -> Path:
    """The folder of shipped facts: `data/` of a checkout, `directory/_data` of an installed wheel.

    `EARLYHELP_DATA` names another one.
    """
    named = os.environ.get("EARLYHELP_DATA")
    if named:
        return Path(named)
    checkout = _HERE / "data"
    return checkout if checkout.is_dir() else _HERE / "directory" / "_data"


def var_dir() -> Path:
    """The folder for what is built (gazetteer, shapes, maps, imported layers). Not created here.

    `EARLYHELP_VAR` names another one; the default is `var/` of a checkout, else `earlyhelp` in the
    user's data folder (`XDG_DATA_HOME`, by default `~/.local/share`).
    """
    named = os.environ.get("EARLYHELP_VAR")
    if named:
        return Path(named)
    if (_HERE / "data").is_dir():
        return _HERE / "var"
    share = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(share) / "earlyhelp"
