"""Build the gazetteer and the shapes of areas from their sources, in seconds, whole or not at all."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geo.gazetteer import Gazetteer, GazetteerError
from geo.sources import PACKAGE
from geo.whole import one_at_a_time

if TYPE_CHECKING:
    from geo.compile import Scope
    from geo.sources.directory import Progress

# Part of the fingerprint of a build: change it whenever a build from the same sources comes out otherwise.
FORMAT = 4


@dataclass(frozen=True)
class Built:
    """What a build made."""

    path: Path
    release: str
    city_rows: int
    rows: int
    fresh: bool  # False: nothing had changed, and nothing was written


def gazetteer_path(var: Path) -> Path:
    """Where the gazetteer of an installation lies."""
    return var / "gazetteer.bin"


def _kept_directory(var: Path) -> Path:
    """Where the postcodes of an ONSPD file are kept, so that later builds use them too."""
    return var / "directory.npz"


def package_version() -> str:
    """The installed version of the postcode package."""
    import importlib.metadata

    return importlib.metadata.version(PACKAGE)


def fingerprint(data: Path, var: Path) -> str:
    """A hash over the areas and tables that a build reads, and over the way of building."""
    digest = hashlib.sha256(str(FORMAT).encode())
    for root in (data / "areas", data / "reference", var / "areas"):
        for path in sorted(p for p in root.rglob("*") if p.is_file() and not _hidden(p, root)):
            digest.update(f"\0{path.relative_to(root)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _hidden(path: Path, root: Path) -> bool:
    """Whether a file is hidden or in a hidden folder, as an import under way is."""
    return any(part.startswith(".") for part in path.relative_to(root).parts)


def is_current(gazetteer: Gazetteer, data: Path, var: Path) -> bool:
    """Whether a build from today's sources would come out as this gazetteer did."""
    meta = gazetteer.meta
    kept = _kept_directory(var).is_file()
    source = meta["package"] is None if kept else meta["package"] == package_version()
    return bool(source and meta["inputs"] == fingerprint(data, var))


def build_lock(var: Path) -> AbstractContextManager[None]:
    """Let one build run at a time; a second one waits."""
    return one_at_a_time(var, ".build.lock")


def build(
    data: Path,
    var: Path,
    *,
    onspd: Path | None = None,
    package: bool = False,
    scope: Scope = "uk",
    if_needed: bool = False,
    maps: bool = True,
    progress: Progress | None = None,
) -> Built:
    """Compile `<var>/gazetteer.bin`, `<var>/shapes/` and, unless `maps` is false, `<var>/maps/`.

    `onspd` is the official ONSPD zip or CSV; its postcodes are kept for later builds, until `package`
    goes back to the pinned package. `scope="city"` leaves out the rest of the UK, whose postcodes are
    then `unknown`. Raises `SourceError` or `LayerError` for sources that cannot be used, `OSError`
    for a full disk; the gazetteer in use stays as it was.
    """
    with build_lock(var):
        if if_needed and onspd is None and not package:
            with contextlib.suppress(GazetteerError):
                now = Gazetteer.open(gazetteer_path(var))
                if is_current(now, data, var) and (var / "shapes").is_dir():
                    if maps:
                        _draw(var, progress or (lambda what, done, total: None), if_needed=True)
                    rows = now.city_rows + now.outside.rows
                    return Built(gazetteer_path(var), now.release, now.city_rows, rows, False)
        told = progress or (lambda what, done, total: None)
        built = _build(data, var, onspd, package, scope, told)
        if maps:
            _draw(var, told, if_needed=False)
        return built


def _draw(var: Path, progress: Progress, *, if_needed: bool) -> None:
    """The maps of the generations that hold today, from their shapes."""
    from geo.maps.build import already_drawn, build_maps, drawn_layers

    chosen = drawn_layers(var, Gazetteer.open(gazetteer_path(var)).generations, dt.date.today())
    if if_needed and already_drawn(chosen, var / "maps"):
        return
    build_maps(chosen, var / "maps", lambda done, total: progress("Drawing maps", done, total))


def _build(
    data: Path, var: Path, onspd: Path | None, package: bool, scope: Scope, progress: Progress
) -> Built:
    from geo.compile import compiled
    from geo.layers import active_generations
    from geo.sections import write_sections
    from geo.sources.directory import keep, read_kept, read_onspd, read_package
    from geo.sources.reference import read_reference

    kept = _kept_directory(var)
    inputs = fingerprint(data, var)
    if onspd:
        directory, from_package = read_onspd(onspd, progress), False
    elif kept.is_file() and not package:
        directory, from_package = read_kept(kept), False
    else:
        directory, from_package = read_package(progress), True
    generations = [g for layer in active_generations(data, var).values() for g in layer]
    found = compiled(directory, read_reference(data), generations, scope, progress)
    meta = found.meta | {"inputs": inputs, "package": package_version() if from_package else None}
    if onspd:
        keep(directory, kept)
    for drawn in found.drawn:
        drawn.write_shapes(var)
    write_sections(gazetteer_path(var), meta, found.sections)
    if package:
        kept.unlink(missing_ok=True)
    progress("Compiling", 1, 1)
    city, outside = int(meta["city_rows"]), int(meta["outside_rows"])
    return Built(gazetteer_path(var), str(meta["release"]), city, city + outside, True)
