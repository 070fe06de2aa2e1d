"""Whether an installation is whole: each thing that can be wrong, and what to do about it."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    what: str
    ok: bool
    detail: str


def checks(data: Path, var: Path) -> list[Check]:
    """Look at everything; nothing is changed."""
    looks: list[tuple[str, Callable[[], str]]] = [
        ("Python", _python),
        ("shipped data", lambda: _data(data)),
        ("layers", lambda: _layers(data, var)),
        ("contacts", lambda: _contacts(data, var)),
        ("folder for what is built", lambda: _writable(var)),
        ("gazetteer", lambda: _gazetteer(data, var)),
        ("maps", lambda: _maps(var)),
    ]
    found: list[Check] = []
    for what, look in looks:
        try:
            found.append(Check(what, True, look()))
        except Exception as error:  # each finding is shown; a check never stops the others
            found.append(Check(what, False, str(error) or type(error).__name__))
    return found


def _python() -> str:
    return sys.version.split()[0]


def _data(data: Path) -> str:
    for name in ("areas", "contacts", "reference"):
        if not (data / name).is_dir():
            raise FileNotFoundError(f"{data / name} is missing. Restore it from the release.")
    return str(data)


def _layers(data: Path, var: Path) -> str:
    from geo.layers import active_generations

    found = active_generations(data, var)
    return f"{len(found)} layers, {sum(map(len, found.values()))} generations"


def _contacts(data: Path, var: Path) -> str:
    from directory.routing.contacts import load_contacts, team_codes

    return f"{len(load_contacts(data / 'contacts', team_codes(data, var)))} contact points"


def _writable(var: Path) -> str:
    place = var if var.exists() else var.parent
    if not os.access(place, os.W_OK):
        raise PermissionError(f"{var} cannot be written. Set EARLYHELP_VAR to a folder that can.")
    return str(var)


def _gazetteer(data: Path, var: Path) -> str:
    from geo.build import gazetteer_path, is_current
    from geo.gazetteer import Gazetteer

    gazetteer = Gazetteer.open(gazetteer_path(var))
    if not is_current(gazetteer, data, var):
        raise RuntimeError("the sources have changed since it was built. Run: earlyhelp geo build")
    built = dt.datetime.fromisoformat(gazetteer.meta["built"])
    return f"release {gazetteer.release}, built {built:%Y-%m-%d %H:%M} UTC, {gazetteer.city_rows:,} postcodes"


def _maps(var: Path) -> str:
    count = len(list((var / "maps").rglob("*.html")))
    if not count:
        raise FileNotFoundError("none have been drawn. Run: earlyhelp geo build")
    return f"{count} drawn"
