"""A directory to ask: the sample in a store of its own, beside the built postcodes."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from directory.listings.importing import commit
from directory.listings.intake import plan_here, read_here
from directory.search.generation import bring_up_to_date
from directory.store.records import Change
from directory.store.store import Store
from geo.home import data_dir

SAMPLE = data_dir() / "sample"
ROLE = "Directory editor"


def empty_var(built: Path, var: Path) -> Path:
    """A folder of built data without a directory."""
    var.mkdir(parents=True, exist_ok=True)
    for one in built.iterdir():
        if one.name == "search" or one.name.startswith("directory."):
            continue
        if one.is_file():
            shutil.copy2(one, var / one.name)
        elif not (var / one.name).exists():
            (var / one.name).symlink_to(one)
    return var


def stock(var: Path, *feeds: Path, url: str | None = None) -> str:
    """Import feeds into the store of `var` and bring its index up to date. Gives the store's address."""
    address = url or f"sqlite:///{var / 'directory.db'}"
    with Store.open(address) as store:
        for feed in feeds:
            read = read_here(str(feed), feed.name, data_dir(), var)
            made = plan_here(read, store, feed.name, data_dir(), var)
            commit(made, store, ROLE, "for a test")
        bring_up_to_date(store, data_dir(), var)
    return address


def publish(var: Path, url: str, changes: Sequence[Change], *, index: bool = True) -> int:
    """Write changes and bring the index up to date as the command line does. Gives the revision."""
    with Store.open(url) as store:
        written = store.write(changes, by=ROLE, reason="for a test")
        if index:
            bring_up_to_date(store, data_dir(), var)
    return written.revision


def changed(url: str, number: str, **members: Any) -> Change:
    """A change of a published record."""
    with Store.open(url) as store:
        version = store.published(number)
        assert version is not None
        content = {**version.content, **members}
    return Change(version.kind, number, "published", content, base=version.number)


def retired(url: str, number: str, into: str | None = None) -> Change:
    """The withdrawal of a record, or its merging into another one."""
    with Store.open(url) as store:
        version = store.latest(number)
        assert version is not None
    return Change(version.kind, number, "retired", version.content, base=version.number, redirect_to=into)
