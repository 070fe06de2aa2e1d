"""What a worker is made of: the resident memory that each of its parts adds, one after another.

`python -m bench.worker VAR` puts a worker together over a folder of built data and prints its parts as JSON;
the postcodes that it is to answer are given to it, as JSON too.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.servers import ROOT, memory_of

_BARE = (
    "bench.bare",
    "click",
    "uvicorn.main",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.httptools_impl",
    "uvloop",
)
_LIBRARIES = (
    "api.structured",
    "prometheus_client.multiprocess",
    "limits.strategies",
    "jinja2",
    "brotli",
    "yaml",
    "sqlite3",
)


def parts(var: Path, postcodes: Sequence[str]) -> list[tuple[str, float]]:
    """Each part of a worker above a bare one, in words and megabytes; the folder must have a directory."""
    ran = subprocess.run(
        [sys.executable, "-m", "bench.worker", str(var)],
        cwd=ROOT,
        input=json.dumps(postcodes).encode(),
        capture_output=True,
        check=True,
    )
    return [(str(what), float(size)) for what, size in json.loads(ran.stdout)]


def _weighed(var: Path, postcodes: Sequence[str]) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = []
    before = 0.0
    for what in _put_together(var, postcodes):
        held = memory_of("self")
        if held is None:
            return []
        found.append((what, held.whole - before))
        before = held.whole
    return found[1:]


def _put_together(var: Path, postcodes: Sequence[str]) -> Iterator[str]:
    """Names each part when it has come, the bare worker first."""
    _load(*_BARE)
    yield "bare"
    _load(*_LIBRARIES)
    yield "libraries for log, limits, figures, pages, YAML and SQLite"
    _load("api.app")
    yield "our own code without the search's"

    from api.app import assemble
    from api.directory_state import DirectoryState
    from api.pathway_state import PathwayState
    from api.state import State
    from geo.home import data_dir

    state = State(data_dir(), var)
    assemble(state)
    for postcode in postcodes:
        state.current().answer(postcode)
    yield "postcodes, areas and contacts"
    directory = DirectoryState(state, f"sqlite:///{var / 'directory.db'}")
    PathwayState(state, directory).library()
    yield "the questionnaire"
    _load("numpy")
    yield "numpy"
    _load("rapidfuzz.distance", "rapidfuzz.process", "whoosh.codec.whoosh3", "whoosh.lang.snowball.english")
    yield "rapidfuzz and whoosh"
    _load("directory.search.live", "directory.search.finder", "api.oruk.catalogue")
    yield "the search's own code"
    directory.current().finder.suggest("a")
    yield "the directory and its words"
    directory.close()


def _load(*modules: str) -> None:
    for name in modules:
        importlib.import_module(name)


if __name__ == "__main__":
    print(json.dumps(_weighed(Path(sys.argv[1]), json.load(sys.stdin))))
