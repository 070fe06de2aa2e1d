"""Everything a run needs, built in order: gazetteer and shapes, maps, contacts with their hours."""

from __future__ import annotations

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
    open_or_compile(data, var)
    return built
