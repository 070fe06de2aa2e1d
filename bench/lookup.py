"""`earlyhelp lookup` as a whole process. (The lookup core over whole columns is measured in `tag`.)"""

from __future__ import annotations

import subprocess
import sys
import time

from bench.report import Row, median, say
from bench.servers import ROOT, earlyhelp

ROUNDS = 15
FORBIDDEN = ("geopandas", "pandas", "shapely", "whoosh", "fastapi", "numpy", "pyproj", "pyarrow")


def measure() -> tuple[list[Row], list[str]]:
    """The rows for the process: its time, in turns with the baseline, and what it imports."""
    return _process(), []


def _process() -> list[Row]:
    ours = earlyhelp("lookup", "B15 2TT")
    base = [sys.executable, "-c", "import click, numpy"]
    we, they = [], []
    for number in range(ROUNDS):
        if number % 5 == 0:
            say(f"processes, round {number + 1} of {ROUNDS}")
        we.append(_seconds(ours))
        they.append(_seconds(base))
    loaded = _imported(ours)
    return [
        Row(
            "earlyhelp lookup, whole process",
            f"{median(we) * 1000:.0f} ms",
            f'{median(they) * 1000:.0f} ms, python -c "import click, numpy"',
            median(we) / median(they),
            "at most 1.5",
        ),
        Row(
            "  heavy libraries it imports",
            ", ".join(name for name in FORBIDDEN if name in loaded) or "none",
            f"{len(loaded)} modules in all",
            None,
            "not geopandas, pandas, shapely, whoosh, fastapi",
        ),
    ]


def _seconds(command: list[str]) -> float:
    began = time.monotonic()
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=True)
    return time.monotonic() - began


def _imported(command: list[str]) -> set[str]:
    """The modules that the process imports, as Python tells them."""
    start = command if command[0] == sys.executable else [sys.executable, *command]
    traced = [start[0], "-X", "importtime", *start[1:]]
    ran = subprocess.run(traced, cwd=ROOT, capture_output=True, text=True, check=True)
    lines = [line for line in ran.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines[1:]}
