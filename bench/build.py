"""Building from nothing: the gazetteer alone, and everything that `earlyhelp geo build` makes."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.report import Row, say
from bench.servers import ROOT, earlyhelp
from directory.routing.route import open_or_compile
from geo.build import build, gazetteer_path
from geo.home import data_dir


@contextlib.contextmanager
def built_folders() -> Iterator[dict[str, Path]]:
    """A folder built from nothing for the city alone and one for the whole UK, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="earlyhelp-bench-") as folder:
        folders = {"city": Path(folder) / "city", "uk": Path(folder) / "uk"}
        for scope in ("city", "uk"):
            say(f"building for {scope}")
            build(data_dir(), folders[scope], scope="uk" if scope == "uk" else "city")
            open_or_compile(data_dir(), folders[scope])
        yield folders


def measure() -> tuple[list[Row], list[str]]:
    """The row for a build of everything, as a process of its own."""
    say("building everything from nothing")
    with tempfile.TemporaryDirectory(prefix="earlyhelp-bench-") as folder:
        began = time.monotonic()
        build(data_dir(), Path(folder) / "parts")
        alone = time.monotonic() - began
        environment = dict(os.environ, EARLYHELP_VAR=f"{folder}/var")
        began = time.monotonic()
        subprocess.run(earlyhelp("geo", "build"), cwd=ROOT, env=environment, capture_output=True, check=True)
        took = time.monotonic() - began
        size = gazetteer_path(Path(folder) / "var").stat().st_size / 1e6
    return [
        Row(
            "geo build from nothing, whole UK, with maps",
            f"{took:.1f} s",
            f"{alone:.1f} s for the gazetteer ({size:.1f} MB) and the shapes",
            None,
            "seconds, with a progress bar",
        )
    ], []
