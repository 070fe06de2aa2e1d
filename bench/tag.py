"""Tagging: the lookup core on one core, and `earlyhelp tag` over ten million rows."""

from __future__ import annotations

import csv
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from geo.build import gazetteer_path
from geo.gazetteer import Gazetteer
from geo.home import var_dir
from geo.place import locate
from geo.tagging.vector import MARGIN, Lookup

ROWS = 10_000_000
_DISTINCT = 1_000_000
_CORE = 1_000_000
_SINGLE = 100_000
_ROUNDS = 5
_SEED = 20261122
_ODD = ("", "B15", "B15 2", "unknown", "N/A", "B152TT.", "BFPO 58", "BX1 1LT")


def spellings(gazetteer: Gazetteer, count: int) -> list[str]:
    """Postcodes as a caseload holds them: 85 in a hundred of the city, 8 of elsewhere, 3 new, 4 unusable.

    60 in a hundred as they are shown, the others without the space, in small letters, with two spaces, a
    hyphen or blanks around.
    """
    chance = random.Random(_SEED)
    city = list(gazetteer.city.postcodes())
    outside = [gazetteer.outside.postcode(chance.randrange(gazetteer.outside.rows)) for _ in range(50_000)]
    changes: list[tuple[float, Callable[[str], str]]] = [
        (0.60, str),
        (0.85, lambda p: p.replace(" ", "")),
        (0.95, str.lower),
        (0.97, lambda p: p.replace(" ", "  ")),
        (0.98, lambda p: p.replace(" ", "-")),
        (1.00, lambda p: f" {p} "),
    ]
    made = []
    for _ in range(count):
        kind = chance.random()
        if kind > 0.96:
            made.append(chance.choice(_ODD))
            continue
        postcode = chance.choice(city) if kind < 0.85 or kind > 0.93 else chance.choice(outside)
        if kind > 0.93:
            postcode = postcode[:-2] + chance.choice("ABDEFGHJ") + chance.choice("ABDEFGHJ")
        spelling = chance.random()
        made.append(next(change for limit, change in changes if spelling < limit)(postcode))
    return made


def measure() -> list[tuple[str, str, str, str]]:
    """Rows of (what, measured, beside it, ratio)."""
    gazetteer = Gazetteer.open(gazetteer_path(var_dir()))
    texts = spellings(gazetteer, _DISTINCT)
    return [*_core(gazetteer, texts), *_files(gazetteer, texts)]


def _best(run: Callable[[], object]) -> float:
    """The shortest of a few runs, in seconds."""
    times = []
    for _ in range(_ROUNDS):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return min(times)


def _core(gazetteer: Gazetteer, texts: list[str]) -> list[tuple[str, str, str, str]]:
    lookup = Lookup(gazetteer)
    data = b"\n" * MARGIN + "\n".join(texts[:_CORE]).encode() + b"\n"
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == 10)[MARGIN:]
    starts = np.concatenate([[MARGIN], ends[:-1] + 1])
    words = lookup.cells(data, starts, ends, bytes.decode).words
    step = 1 << 14

    def packed() -> None:
        for begin in range(0, len(words), step):
            lookup.packed(words[begin : begin + step])

    fast = len(words) / _best(packed)
    cells = len(words) / _best(lambda: lookup.cells(data, starts, ends, bytes.decode))
    single = _SINGLE / _best(lambda: [locate(gazetteer, text) for text in texts[:_SINGLE]])
    beside = f"{single / 1e6:.2f} million a second, one at a time"
    return [
        ("lookup core, packed postcodes, one core", _millions(fast), beside, f"{fast / single:.0f}"),
        (
            "lookup core, cells as typed (odd spellings singly), one core",
            _millions(cells),
            beside,
            f"{cells / single:.0f}",
        ),
    ]


def _millions(each_second: float) -> str:
    return f"{each_second / 1e6:.1f} million a second"


def _files(gazetteer: Gazetteer, texts: list[str]) -> list[tuple[str, str, str, str]]:
    with tempfile.TemporaryDirectory(prefix="earlyhelp-bench-") as named:
        folder = Path(named)
        rows = ROWS
        while rows > _DISTINCT and shutil.disk_usage(folder).free < rows * 300:
            rows //= 2
        source, out = folder / "in.csv", folder / "out.csv"
        _write(source, texts, rows)
        seconds, peak = _tagged(source, out)
        to_nowhere, _peak = _tagged(source, Path(os.devnull))
        with out.open("rb") as file:
            lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) - 1
        size = out.stat().st_size / 1e9
        plain = _SINGLE / _row_by_row(gazetteer, source, folder / "plain.csv")
    each = rows / seconds
    if lines != rows:
        raise RuntimeError(f"{rows} rows went in and {lines} came out")
    return [
        (
            f"earlyhelp tag, CSV to CSV, {rows:,} rows ({size:.1f} GB out, whole process, synced to disk)",
            f"{each / 1e6:.2f} million rows a second",
            f"{plain / 1e6:.2f} million, csv module and one lookup a row",
            f"{each / plain:.0f}",
        ),
        (
            "the same, output thrown away",
            f"{rows / to_nowhere / 1e6:.2f} million rows a second",
            f"{plain / 1e6:.2f} million",
            f"{rows / to_nowhere / plain:.0f}",
        ),
        ("its peak memory (always; no other mode is needed)", f"{peak:.0f} MB", "64 MB", f"{peak / 64:.2f}"),
    ]


def _write(path: Path, texts: list[str], rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("id,name,date,postcode,count\n")
        for first in range(0, rows, _DISTINCT):
            file.writelines(
                f"{first + i},Child {i % 977},2026-11-{i % 28 + 1:02d},{text},{i % 13}\n"
                for i, text in enumerate(texts[: rows - first])
            )


def _tagged(source: Path, out: Path) -> tuple[float, float]:
    """Seconds and peak memory in MB of a whole `earlyhelp tag` process."""
    command = [sys.executable, "-m", "cli", "tag", str(source), str(out), "--json"]
    # A small process in between: a child's peak includes that of the process it was forked from.
    between = (
        "import resource, subprocess, sys, time; begin = time.perf_counter(); "
        "subprocess.run(sys.argv[1:], check=True, stderr=subprocess.DEVNULL); "
        "print(time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)"
    )
    said = subprocess.check_output([sys.executable, "-c", between, *command], text=True).split()
    return float(said[0]), float(said[1])


def _row_by_row(gazetteer: Gazetteer, source: Path, out: Path) -> float:
    """Seconds for some rows by the csv module and a lookup for each, without any areas."""
    begin = time.perf_counter()
    with source.open(newline="") as given, out.open("w", newline="") as file:
        reader, writer = csv.reader(given), csv.writer(file)
        writer.writerow([*next(reader), "status", "postcode"])
        for _number, row in zip(range(_SINGLE), reader, strict=False):
            place = locate(gazetteer, row[3])
            writer.writerow([*row, place.status, place.canonical])
    return time.perf_counter() - begin
