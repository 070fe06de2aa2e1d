"""What a worker has loaded once it is whole: no library that only stewards' commands and builds need."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.api.stocking import empty_var
from tests.api.witnesses import codes

NOT_NEEDED = (
    "alembic",
    "folium",
    "geopandas",
    "httpx",
    "numpy.ma",
    "opening_hours",
    "openpyxl",
    "pandas",
    "psycopg",
    "pyarrow",
    "pyproj",
    "rich",
    "shapely",
    "sqlalchemy",
)
ASKED = (
    "/api/v1/postcodes/B152TT",
    "/",
    "/areas",
    "/schools",
    "/services?q=autism",
    "/worried/early-help",
    "/api/v1/services?text=young+carers&open_now=true",
    "/metrics",
)

SEARCH = ("directory.search.live", "numpy", "rapidfuzz", "whoosh")

# The life of a server by hand: a client made for tests would load libraries of its own.
WORKER = """
import asyncio, json, os, sys
from api.serving import quiet_app

async def answer(path, body=b""):
    told = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        told.append(message)

    path, _, query = path.partition("?")
    await quiet_app(
        {"type": "http", "method": "POST" if body else "GET", "path": path, "raw_path": path.encode(),
         "query_string": query.encode(), "client": ("127.0.0.1", 1), "server": ("localhost", 80),
         "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
         "scheme": "http", "http_version": "1.1", "root_path": "", "asgi": {"version": "3.0"}},
        receive, send,
    )
    if told[0]["status"] != 200:
        sys.exit(f"{path}: {told}")
    return b"".join(one.get("body", b"") for one in told[1:])

async def life():
    said, started = asyncio.Queue(), asyncio.Event()

    async def send(message):
        if message["type"] == "lifespan.startup.complete":
            started.set()

    server = asyncio.create_task(quiet_app({"type": "lifespan", "asgi": {"version": "3.0"}}, said.get, send))
    await said.put({"type": "lifespan.startup"})
    await started.wait()
    for path in json.loads(sys.argv[1]):
        await answer(path)
    step = json.loads(await answer("/api/v1/pathways/early-help/outcome", sys.argv[2].encode()))
    health = json.loads(await answer("/health/ready"))
    loaded = sorted(sys.modules)
    await said.put({"type": "lifespan.shutdown"})
    await server
    print(json.dumps({"step": step, "health": health, "loaded": loaded}))

asyncio.run(life())
"""


def _worker(var: Path, *asked: str) -> Any:
    """What a worker over `var` answers to an outcome and about its health after it was asked for pages."""
    environment = dict(os.environ, EARLYHELP_VAR=str(var))
    environment.pop("EARLYHELP_DATABASE_URL", None)
    outcome = json.dumps({"answers": codes(), "postcode": "B15 2TT"})
    done = subprocess.run(
        [sys.executable, "-c", WORKER, json.dumps(asked), outcome],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_worker_that_has_shown_everything_has_loaded_no_library_of_stewards(stocked: Path) -> None:
    told = _worker(stocked, *ASKED)
    assert told["health"]["directory"] == {"status": "ok", "revision": 1, "since": None, "reasons": []}
    assert told["step"]["services"] and told["step"]["services_problem"] is None
    assert [name for name in SEARCH if name not in told["loaded"]] == []
    assert [name for name in NOT_NEEDED if name in told["loaded"]] == []


def test_a_worker_without_a_directory_loads_no_search_for_it(built: Path, tmp_path: Path) -> None:
    told = _worker(empty_var(built, tmp_path / "var"), "/api/v1/postcodes/B152TT", "/", "/metrics")
    assert told["health"]["directory"]["status"] == "none"
    assert told["step"]["call"] and told["step"]["services_problem"]
    assert [name for name in (*SEARCH, *NOT_NEEDED) if name in told["loaded"]] == []
