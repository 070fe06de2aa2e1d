"""`python -m bench`: one run, one table. Name subjects to run only some; `--json` for figures to keep.

The exit code is 0 whatever the figures are, and 1 when something could not be measured.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
import traceback
from collections.abc import Callable
from importlib import import_module, util
from typing import Any

from bench.report import Row, as_json, as_text, say

SUBJECTS = (
    *("http", "memory", "tag", "lookup", "start", "build", "uk"),
    *("search", "judged", "pathway", "pages", "vitals"),
)
_WITH_FOLDERS = ("memory", "uk")


def main() -> int:
    """Run what is named, everything when nothing is."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure what the project costs.")
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=", ".join(SUBJECTS))
    parser.add_argument("--json", action="store_true", help="as JSON")
    asked = parser.parse_args()
    for name in asked.subjects:
        if name not in SUBJECTS:
            parser.error(f"there is no subject {name!r}; there are: {', '.join(SUBJECTS)}")
    began = time.monotonic()
    rows: list[Row] = []
    notes: list[str] = []
    broken = 0
    with contextlib.ExitStack() as stack:
        folders: Any = None
        for name in asked.subjects or SUBJECTS:
            try:
                if name in _WITH_FOLDERS and folders is None:
                    from bench.build import built_folders

                    folders = stack.enter_context(built_folders())
                found, told = _measure(name, folders)
                rows += found
                notes += told
            except Exception:
                broken += 1
                notes.append(f"{name} could not be measured:\n{traceback.format_exc()}")
    table = as_json if asked.json else as_text
    print(table(rows, notes, time.monotonic() - began))
    return 1 if broken else 0


def _measure(name: str, folders: Any) -> tuple[list[Row], list[str]]:
    if util.find_spec(f"bench.{name}") is None:
        return [], [f"{name}: there is no bench/{name}.py."]
    measure: Callable[..., Any] = import_module(f"bench.{name}").measure
    if name == "tag":
        say("tagging: the core, then ten million rows")
        return _tag_rows(measure()), []
    found, notes = measure(folders) if name in _WITH_FOLDERS else measure()
    return list(found), list(notes)


# bench/tag.py gives rows without what is to be reached, in this order.
_TAG_REACH = (
    "at least 10 million a second",
    "",
    "at least 1 million rows a second, order kept",
    "",
    "under 600 MB; a mode under 64 MB",
)


def _tag_rows(found: list[tuple[str, str, str, str]]) -> list[Row]:
    reaches = [*_TAG_REACH, *[""] * len(found)]
    return [
        Row(what, measured, beside, float(ratio.replace(",", "")), reach)
        for (what, measured, beside, ratio), reach in zip(found, reaches, strict=False)
    ]


if __name__ == "__main__":
    sys.exit(main())
