"""The search at 1,000 and at 10,000 listings: building, publishing, and answering beside other engines.

All engines get the same analysed words of the same queries with the same filters and give their best
twenty, in turns, in one process, so that what the machine does meanwhile hits all alike.
"""

from __future__ import annotations

import csv
import gc
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.engines import Engine, Facts, Fts5, Narrowed, Ours, StockWhoosh, Tantivy
from bench.listings import DISTRICTS, changes
from bench.report import Row, say
from directory.search.documents import Analysis, documents
from directory.search.filters import Asked
from directory.search.finder import Finder
from directory.search.generation import Generation, bring_up_to_date, open_current
from directory.search.live import Live
from directory.search.text import Group
from directory.store.records import Change
from directory.store.store import Store
from geo.gazetteer import Gazetteer
from geo.home import data_dir, var_dir

SIZES = (1_000, 10_000)
ROUNDS = 12
SLOW_ROUNDS = 2  # of stock whoosh, which would take most of the time
PUBLISHES = 5
_CITY = "E08000025"


def measure() -> tuple[list[Row], list[str]]:
    """The rows for both sizes, and what else is to be known."""
    rows: list[Row] = []
    notes: list[str] = []
    for size in SIZES:
        with tempfile.TemporaryDirectory(prefix="earlyhelp-bench-") as folder:
            found, told = _measure(size, Path(folder))
            rows += found
            notes += told
    return rows, notes


def _measure(size: int, folder: Path) -> tuple[list[Row], list[str]]:
    data = data_dir()
    store = Store.open(f"sqlite:///{folder / 'directory.db'}")
    say(f"{size:,} listings: writing them to a store")
    for what, made in changes(size, data / "search" / "needs.csv"):
        store.write(made, by="data steward", reason=f"made-up {what}")
    say(f"{size:,} listings: building the index")
    began = time.perf_counter()
    bring_up_to_date(store, data, folder / "var")
    rows = [Row(f"search index of {size:,} listings, from the store", f"{time.perf_counter() - began:.1f} s")]
    generation = open_current(folder / "var")
    finder = Finder(generation, Gazetteer.open(var_dir() / "gazetteer.bin"), data, folder / "var")
    queries = _queries(finder, generation)
    engines = _engines(generation, data, folder)
    answering, notes = _answering(size, engines, queries, finder)
    publishing = _publishing(size, store, folder / "var", generation)
    return [*rows, *answering, *publishing], notes


def _typed() -> list[str]:
    """What professionals type: the judged queries, each once."""
    with (data_dir() / "search" / "judged.csv").open(encoding="utf-8", newline="") as file:
        return list(dict.fromkeys(row["query"] for row in csv.DictReader(file)))


def _queries(finder: Finder, generation: Generation) -> list[tuple[str, list[Group], Narrowed]]:
    """What is typed, read as the search reads it, with filters that change from one to the next."""
    codes = [need.code for need in finder.analysis.needs.all]
    mixes = (
        Narrowed(),
        Narrowed(age=8),
        Narrowed(district=4),
        Narrowed(age=14, district=2),
        Narrowed(age=3, free=True),
        Narrowed(free=True, district=7),
    )
    found = []
    for place, typed in enumerate(_typed()):
        understood = finder.understanding.read(typed)
        groups = [term.group for term in understood.terms]
        narrowed = mixes[place % len(mixes)]
        if place % 9 == 8:
            narrowed = replace(narrowed, need=place % len(codes))
        if groups:
            found.append((typed, groups, narrowed))
    return found


def _facts(service: dict[str, Any], codes: dict[str, int]) -> Facts:
    areas = {area["code"] for area in service["service_areas"]}
    return Facts(
        service["minimum_age"],
        service["maximum_age"],
        tuple(codes[code] for code in service["needs"]),
        tuple(at for at, code in enumerate(DISTRICTS) if code in areas or _CITY in areas),
        service["cost_options"][0]["amount"] == 0,
    )


def _engines(generation: Generation, data: Path, folder: Path) -> list[Engine]:
    analysis = Analysis.load(data, folder / "var")
    codes = {need.code: at for at, need in enumerate(analysis.needs.all)}
    held = list(documents(generation.published, generation.index.ids, analysis))
    facts = {}
    for identity in generation.index.ids:
        service = generation.published.service(identity)
        assert service is not None
        facts[identity] = _facts(service, codes)
    made: list[Engine] = [Ours(generation.index, facts)]  # type: ignore[arg-type]
    for kind in (Tantivy, Fts5, StockWhoosh):
        say(f"{len(held):,} listings: building for {kind.name}")
        place = folder / kind.__name__
        place.mkdir()
        made.append(kind(held, facts, place))
    return made


def _answering(
    size: int, engines: Sequence[Engine], queries: Sequence[tuple[str, list[Group], Narrowed]], finder: Finder
) -> tuple[list[Row], list[str]]:
    """Each query's time is the median of its rounds: what else the machine does would else be the p95."""
    taken: dict[str, list[list[float]]] = {
        name: [[] for _ in queries] for name in (*(engine.name for engine in engines), "find")
    }
    differing = 0
    gc.collect()
    for number in range(ROUNDS + 1):
        say(f"{size:,} listings: {len(queries)} queries, round {number} of {ROUNDS}")
        for at, (typed, groups, narrowed) in enumerate(queries):
            found = {}
            for engine in engines:
                if engine.name == StockWhoosh.name and number > SLOW_ROUNDS:
                    continue
                began = time.perf_counter()
                found[engine.name] = engine.best(groups, narrowed)
                taken[engine.name][at].append((time.perf_counter() - began) * 1000)
            differing += len({len(best) for best in found.values()}) > 1
            finder._answers.clear()  # an answer that was kept would cost nothing
            asked = Asked(text=typed, age=narrowed.age, free=bool(narrowed.free))
            began = time.perf_counter()
            finder.answer(asked)
            taken["find"][at].append((time.perf_counter() - began) * 1000)
        if number == 0:  # to warm up
            taken = {name: [[] for _ in queries] for name in taken}
    times = {name: [statistics.median(one) for one in held] for name, held in taken.items()}
    notes = (
        [f"search: {differing} times two engines found different numbers of listings."] if differing else []
    )
    tantivy, fts5 = _p95(times[Tantivy.name]), _p95(times[Fts5.name])
    ours, stock = times[Ours.name], times[StockWhoosh.name]
    rows = [
        Row(
            f"search p50 / p95, {size:,} listings, with filters",
            f"{_p50(ours):.2f} / {_p95(ours):.2f} ms",
            f"{_p50(times[Tantivy.name]):.2f} / {tantivy:.2f} ms, tantivy",
            _p95(ours) / tantivy,
            "p95 at most 2",
        ),
        Row(
            "  the same",
            f"{_p50(ours):.2f} / {_p95(ours):.2f} ms",
            f"{_p50(times[Fts5.name]):.2f} / {fts5:.2f} ms, SQLite FTS5",
            _p95(ours) / fts5,
            "p95 below 1",
        ),
        Row(
            "  the same",
            f"{_p50(ours):.2f} / {_p95(ours):.2f} ms",
            f"{_p50(stock):.1f} / {_p95(stock):.1f} ms, whoosh as it comes",
            _p95(ours) / _p95(stock),
        ),
        Row(
            "  the whole answer: read, match, rank, reasons, facets",
            f"{_p50(times['find']):.2f} / {_p95(times['find']):.2f} ms",
        ),
    ]
    return rows, notes


def _p50(times: Sequence[float]) -> float:
    return statistics.median(times)


def _p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _publishing(size: int, store: Store, var: Path, generation: Generation) -> list[Row]:
    """One listing is published, and looked for in another process's place until it is there."""
    say(f"{size:,} listings: publishing one, {PUBLISHES} times")
    data = data_dir()
    worker = Live(data, var, store.url)
    worker.current()
    wrote, made, seen = [], [], []
    latest = store.latest(generation.index.ids[0])
    assert latest is not None
    for number in range(PUBLISHES):
        content = {**latest.content, "name": f"Published {number}"}
        began = time.perf_counter()
        written = store.write(
            [Change("service", latest.id, "published", content, base=latest.number)],
            by="data steward",
            reason="measured",
        )
        wrote.append(time.perf_counter() - began)
        bring_up_to_date(store, data, var)
        made.append(time.perf_counter() - began - wrote[-1])
        while worker.current().revision < written.revision:
            time.sleep(0.001)
        seen.append(time.perf_counter() - began)
        latest = written.versions[0]
    worker.close()
    return [
        Row(
            f"one publish at {size:,} listings, until a worker shows it",
            f"{statistics.median(seen) * 1000:.0f} ms, at most {max(seen) * 1000:.0f} ms",
            f"written {statistics.median(wrote) * 1000:.0f} ms, made {statistics.median(made) * 1000:.0f} ms",
            None,
            "under 1 s",
        )
    ]
