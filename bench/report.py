"""The table of a run: what was measured, what stood beside it, their ratio, and what is to be reached."""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version

_PACKAGES = (
    "starlette",
    "fastapi",
    "uvicorn",
    "uvloop",
    "httptools",
    "numpy",
    "pyarrow",
    "orjson",
    "whoosh",
    "tantivy",
)
_WIDEST = 52


@dataclass(frozen=True)
class Row:
    """One line of the table. `ratio` is measured to beside, in the words of `reach`."""

    what: str
    measured: str
    beside: str = ""
    ratio: float | None = None
    reach: str = ""


def median(values: Iterable[float]) -> float:
    """The median, of at least one value."""
    return statistics.median(values)


def machine() -> dict[str, str | int]:
    """The cores and versions behind the figures."""
    found: dict[str, str | int] = {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123
            named = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    except OSError:
        named = []
    return named[0] if named else platform.machine()


def as_json(rows: Sequence[Row], notes: Sequence[str], seconds: float) -> str:
    """The whole run as JSON."""
    facts = {
        "machine": machine(),
        "rows": [asdict(row) for row in rows],
        "notes": list(notes),
        "seconds": round(seconds, 1),
    }
    return json.dumps(facts, indent=1, ensure_ascii=False)


def as_text(rows: Sequence[Row], notes: Sequence[str], seconds: float) -> str:
    """The whole run as an aligned table, cells folded where they are long."""
    lines = [", ".join(f"{name} {value}" for name, value in machine().items()), ""]
    heads = ("what", "measured", "beside it", "ratio", "to reach")
    table = [heads, *[(r.what, r.measured, r.beside, _ratio(r.ratio), r.reach) for r in rows]]
    widths = [min(_WIDEST, max(len(cells[i]) for cells in table)) for i in range(len(heads))]
    for number, cells in enumerate(table):
        folded = [textwrap.wrap(cell, width) or [""] for cell, width in zip(cells, widths, strict=True)]
        for line in range(max(len(cell) for cell in folded)):
            parts = [cell[line] if line < len(cell) else "" for cell in folded]
            lines.append("  ".join(part.ljust(w) for part, w in zip(parts, widths, strict=True)).rstrip())
        if number == 0:
            lines.append("  ".join("-" * width for width in widths))
    lines += ["", *notes, f"The whole run took {seconds:.0f} s."]
    return "\n".join(lines)


def as_markdown(rows: Sequence[Row], notes: Sequence[str], seconds: float) -> str:
    """The whole run as it stands in docs/benchmarks.md."""
    lines = ["| what | measured | beside it | ratio | to reach |", "|---|---|---|---|---|"]
    for row in rows:
        cells = (row.what, row.measured, row.beside, _ratio(row.ratio), row.reach)
        lines.append("| " + " | ".join(cell.strip().replace("|", "\\|") for cell in cells) + " |")
    facts = ", ".join(f"{name} {value}" for name, value in machine().items())
    told = (f"Machine: {facts}.", *notes, f"The whole run took {seconds:.0f} s.")
    return "\n".join([*lines, "", *(f"- {words}" for words in told)])


def _ratio(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"


def say(words: str) -> None:
    """Tell the person who waits what is being measured."""
    print(f"  {words} …", file=sys.stderr, flush=True)
