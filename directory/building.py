"""Everything a run needs, built in order: gazetteer and shapes, maps, contacts, the directory of services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from directory.store.address import database_url
from geo.build import Built, build

if TYPE_CHECKING:
    from directory.store.store import Store

Progress = Callable[[str, int, int], None]
SAMPLE_SOURCE = "sample"  # the source that the shipped feed is imported as


class SampleRefused(Exception):
    """The shipped sample cannot be imported; the message says why."""


@dataclass(frozen=True)
class Stocked:
    """The directory after `build_directory`: its revision, how many services it shows, whether it is new."""

    revision: int
    services: int
    begun: bool


def build_all(
    data: Path,
    var: Path,
    *,
    onspd: Path | None = None,
    package: bool = False,
    scope: Literal["uk", "city"] = "uk",
    if_needed: bool = False,
    progress: Progress | None = None,
) -> Built:
    """Build what a run needs into `var`; with `if_needed` only what the sources have outdated.

    Contacts that do not pass the gate leave those compiled before in use. Raises what `geo.build.build` and
    `directory.contacts_in_use.contacts_in_use` raise.
    """
    from directory.contacts_in_use import contacts_in_use

    built = build(
        data, var, onspd=onspd, package=package, scope=scope, if_needed=if_needed, progress=progress
    )
    contacts_in_use(data, var, strict=True)
    return built


def build_directory(
    data: Path, var: Path, *, sample: bool = True, url: str | None = None, progress: Progress | None = None
) -> Stocked:
    """Bring the store's tables, the snapshot and the search's index up to date.

    A store that has never been written to is begun with the sample listings that ship with the product,
    through the same import as any feed; one that has been is never given them again. Raises `StoreError`,
    `SampleRefused`, and what `directory.search.generation.bring_up_to_date` raises.
    """
    from directory.search.generation import Generation, bring_up_to_date
    from directory.store.store import Store

    def step(what: str) -> Callable[[int, int], None]:
        return lambda done, total: progress(what, done, total) if progress else None

    with Store.open(url or database_url(var)) as store:
        begun = sample and store.revision() == 0
        if begun:
            _import_sample(store, data, var, step("Sample listings"))
        folder = bring_up_to_date(store, data, var, step("Search index"))
        return Stocked(store.revision(), len(Generation.open(folder).published.ids("service")), begun)


def _import_sample(store: Store, data: Path, var: Path, progress: Callable[[int, int], None]) -> None:
    from directory.listings.importing import commit
    from directory.listings.intake import plan_here, read_here

    feed = read_here(str(data / "sample"), SAMPLE_SOURCE, data, var)
    planned = plan_here(feed, store, SAMPLE_SOURCE, data, var)
    if planned.refused:
        raise SampleRefused(f"{data / 'sample'}: {' '.join(planned.refused)}")
    commit(planned, store, "installation", "The sample listings that ship with the product", progress)
