"""`python -m bench`: one run, one table. Name subjects to run only some; `--json` for figures to keep.

The exit code is 0 whatever the figures are, and 1 when something could not be measured.
"""

from __future__ import annotations

import argparse
import compileall
import contextlib
import sys
import time
import traceback
from collections.abc import Callable
from importlib import import_module, util
from typing import Any

from bench.report import Row, as_json, as_markdown, as_text, say
from bench.servers import ROOT

SUBJECTS = {
    "http": "one postcode and many over HTTP, beside a bare Starlette route",
    "memory": "what a worker takes",
    "tag": "adding areas to a table of ten million rows",
    "lookup": "earlyhelp lookup as a process of its own",
    "start": "how soon a server answers",
    "build": "building from the sources, with maps",
    "uk": "a lookup among all postcodes of the country",
    "search": "searching 1,000 and 10,000 services, beside other engines",
    "judged": "how good the order of results is, by judged queries",
    "pathway": "the questionnaire: its proof, a decision, an outcome through the API",
    "pages": "the website's pages, beside a bare Jinja page of the same size",
    "vitals": "the pages in a browser on a slow telephone: LCP, CLS, blocked time, bytes",
}
_WITH_FOLDERS = ("memory", "uk")


def main() -> int:
    """Run what is named, everything when nothing is."""
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure what the project costs, beside a baseline in the same run. docs/benchmarks.md "
        "says what each row means.",
        epilog="subjects (all of them when none is named):\n"
        + "\n".join(f"  {name:<9}{words}" for name, words in SUBJECTS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "subjects", nargs="*", metavar="SUBJECT", help="what to measure, such as: pages vitals"
    )
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="as JSON")
    shape.add_argument("--markdown", action="store_true", help="as the table of docs/benchmarks.md")
    asked = parser.parse_args()
    for name in asked.subjects:
        if name not in SUBJECTS:
            parser.error(f"there is no subject {name!r}; there are: {', '.join(SUBJECTS)}")
    began = time.monotonic()
    _compiled()
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
    table = as_json if asked.json else as_markdown if asked.markdown else as_text
    print(table(rows, notes, time.monotonic() - began))
    return 1 if broken else 0


def _compiled() -> None:
    """Have our modules compiled, as `make build` leaves them and every installed package has them."""
    compileall.compile_file(ROOT / "cli.py", quiet=1)
    for name in ("api", "directory", "geo"):
        compileall.compile_dir(ROOT / name, quiet=1)


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
