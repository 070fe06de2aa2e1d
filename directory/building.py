"""Everything a run needs, built in order: gazetteer and shapes, maps, contacts with their hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from geo.build import Built, build

Progress = Callable[[str, int, int], None]


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

    Raises what `geo.build.build` and `directory.routing.route.open_or_compile` raise.
    """
    from directory.routing.route import open_or_compile

    built = build(
        data, var, onspd=onspd, package=package, scope=scope, if_needed=if_needed, progress=progress
    )
    if built.fresh or not _maps_of(var, built.release):
        _draw(var, built.release, progress)
    open_or_compile(data, var)
    return built


def _mark(var: Path) -> Path:
    return var / "maps" / "release.txt"


def _maps_of(var: Path, release: str) -> bool:
    """Whether the maps were drawn from this release, and for a day with the same generations in force."""
    try:
        return _mark(var).read_text(encoding="utf-8") == release
    except OSError:
        return False


def _draw(var: Path, release: str, progress: Progress | None) -> None:
    from geo.build import gazetteer_path
    from geo.gazetteer import Gazetteer
    from geo.maps.build import build_maps, drawn_layers

    gazetteer = Gazetteer.open(gazetteer_path(var), verify=False)
    drawn = drawn_layers(var, gazetteer.generations, dt.datetime.now(dt.UTC).date())
    say = progress

    def told(done: int, total: int) -> None:
        if say:
            say("Drawing maps", done, total)

    build_maps(drawn, var / "maps", told)
    _mark(var).write_text(release, encoding="utf-8")
