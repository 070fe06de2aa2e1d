"""All of the UK loaded instead of one city: the same lookups in both, and the size of the file."""

from __future__ import annotations

import time
from pathlib import Path

from bench.postcodes import city_postcodes
from bench.report import Row, median, say
from directory.answer import Answers
from directory.routing.route import open_or_compile
from geo.build import gazetteer_path
from geo.gazetteer import Gazetteer
from geo.home import data_dir
from geo.place import locate

ROUNDS = 7
DIFFERENT = 5000


def measure(folders: dict[str, Path]) -> tuple[list[Row], list[str]]:
    """The rows for lookup time and file size; `folders` has a built folder for each scope."""
    say("lookups in the city's gazetteer and in the UK's")
    postcodes = city_postcodes(DIFFERENT)
    answers = {
        scope: Answers(Gazetteer.open(gazetteer_path(var)), open_or_compile(data_dir(), var))
        for scope, var in folders.items()
    }
    found: dict[str, list[float]] = {scope: [] for scope in folders}
    whole: dict[str, list[float]] = {scope: [] for scope in folders}
    for _round in range(ROUNDS):
        for scope, one in answers.items():
            found[scope].append(_locating(one.gazetteer, postcodes))
            whole[scope].append(_answering(one, postcodes))
    rows = [_row("lookup of a city postcode, whole UK loaded", found), _row("  its whole answer", whole)]
    sizes = {scope: gazetteer_path(var).stat().st_size / 1e6 for scope, var in folders.items()}
    count = answers["uk"].gazetteer.outside.rows + answers["uk"].gazetteer.city_rows
    rows.append(
        Row(
            f"gazetteer file, {count:,} postcodes",
            f"{sizes['uk']:.1f} MB",
            f"{sizes['city']:.1f} MB, city only",
            sizes["uk"] / sizes["city"],
            "under 60 MB",
        )
    )
    return rows, []


def _row(what: str, taken: dict[str, list[float]]) -> Row:
    uk, city = median(taken["uk"]), median(taken["city"])
    return Row(what, f"{uk * 1e6:.2f} µs", f"{city * 1e6:.2f} µs, city only", uk / city, "at most 1.5")


def _locating(gazetteer: Gazetteer, postcodes: list[str]) -> float:
    """Seconds a postcode, from what was typed to its row."""
    began = time.process_time()
    for postcode in postcodes:
        locate(gazetteer, postcode)
    return (time.process_time() - began) / len(postcodes)


def _answering(answers: Answers, postcodes: list[str]) -> float:
    """Seconds a postcode, from what was typed to the JSON."""
    began = time.process_time()
    for postcode in postcodes:
        answers.answer(postcode)
    return (time.process_time() - began) / len(postcodes)
