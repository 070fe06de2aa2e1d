"""Whether an installation is whole: each thing that can be wrong, and what to do about it."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from directory.store.store import Store


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
        ("questionnaires", lambda: _questionnaires(data, var)),
        ("folder for what is built", lambda: _writable(var)),
        ("gazetteer", lambda: _gazetteer(data, var)),
        ("maps", lambda: _maps(var)),
        ("directory", lambda: _directory(var)),
        ("schools", lambda: _schools(data, var)),
        ("listings", lambda: _listings(var)),
        ("search index", lambda: _index(data, var)),
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
    from directory.contacts_in_use import not_in_use
    from directory.routing.contacts import load_contacts, team_codes

    if problem := not_in_use(data, var):
        raise RuntimeError(problem)
    return f"{len(load_contacts(data / 'contacts', team_codes(data, var)))} contact points"


def _schools(data: Path, var: Path) -> str:
    from directory.schools.register import in_use

    register = in_use(data, var)
    if register is None:
        raise RuntimeError("No list of schools has been loaded. Run: earlyhelp school import FILE")
    return f"{len(register.schools)} schools of {register.edition}{'' if register.complete else ', not all'}"


def _questionnaires(data: Path, var: Path) -> str:
    from directory.pathway.library import library

    held = library(data, var)
    if held.problems:
        count = len(held.problems)
        more = f" And {count - 1} more." if count > 1 else ""
        raise RuntimeError(f"{held.problems[0]}{more} Run: earlyhelp pathway check")
    if not held.flows:
        raise FileNotFoundError(f"there is none in {data / 'pathways'}. Restore it from the release.")
    return ", ".join(
        f"{one} version {held.current(one).version} ({held.current(one).status})" for one in held.flows
    )


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


def _store(var: Path) -> Store:
    """The store for reading, as it is: never made or migrated. Raises `Unavailable`."""
    from directory.store.address import database_url
    from directory.store.engine import place
    from directory.store.store import Store

    file = place(database_url(var)).path
    if file is not None and not file.exists():
        raise FileNotFoundError(f"there is no {file}. Run: earlyhelp build (or restore it from a backup)")
    return Store.open(database_url(var), create=False, read_only=True)


def _directory(var: Path) -> str:
    with _store(var) as store:  # refuses tables that are not of this program
        revision = store.revision()
        if not revision:
            raise RuntimeError(f"{store.place} is empty. Run: earlyhelp build, or import a feed")
        return f"{store.place}, revision {revision:,}"


def _listings(var: Path) -> str:
    """An overdue review is work for stewards, no fault of the installation: it is told and passes."""
    from zoneinfo import ZoneInfo

    from directory.listings.due import overdue

    today = dt.datetime.now(ZoneInfo("Europe/London")).date()
    with _store(var) as store:
        services = [version.content for version in store.published_all("service")]
    invented = sum(one.get("sample") is True for one in services)
    late = sum(overdue(one, today) for one in services)
    said = f"{len(services):,} service{'s' * (len(services) != 1)} published"
    said += f", {invented:,} of them invented samples" if invented else ", no invented samples"
    return said + (f"; {late:,} overdue for review, see: earlyhelp listing due" if late else "; none overdue")


def _index(data: Path, var: Path) -> str:
    from directory.search.folders import GenerationDamaged, GenerationMissing
    from directory.search.generation import fingerprint, open_current
    from directory.store.records import StoreError

    mend = "Run: earlyhelp build --if-needed"
    try:
        index = open_current(var)  # every file against its checksum, the snapshot too
    except (GenerationMissing, GenerationDamaged) as error:
        raise RuntimeError(f"{error}. {mend}") from None
    if index.inputs != fingerprint(data, var):
        raise RuntimeError(f"it was made with other words, needs or an older program. {mend}")
    try:
        with _store(var) as store:
            now, same = store.revision(), index.seal == store.seal(index.revision)
    except (StoreError, FileNotFoundError):
        return (
            f"revision {index.revision:,}, whole; whether it is the newest, the directory would have to say"
        )
    if not same:
        raise RuntimeError(f"it is of another directory than {store.place}. {mend}")
    if index.revision != now:
        raise RuntimeError(f"it is of revision {index.revision:,}, the directory is at {now:,}. {mend}")
    return f"revision {index.revision:,}, as the directory; {len(index.index.ids):,} services"
