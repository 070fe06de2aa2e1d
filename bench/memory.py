"""Memory of a worker that has answered thousands of different lookups, above a bare FastAPI worker's."""

from __future__ import annotations

from pathlib import Path

from bench.load import load
from bench.postcodes import city_postcodes, uk_postcodes
from bench.report import Row, say
from bench.servers import FASTAPI, Memory, Server, answers
from bench.worker import parts
from directory.building import build_directory
from geo.home import data_dir

DIFFERENT = 5000
SECONDS = 2
# Each of these is answered once the directory is open, the last one when its suggestions are made.
_OPENED = ("/api/v1/services?text=young+carers", "/api/v1/suggest?q=a")


def measure(folders: dict[str, Path]) -> tuple[list[Row], list[str]]:
    """The rows for the city alone and for the whole UK; `folders` has a built folder for each."""
    postcodes = city_postcodes(DIFFERENT)
    everywhere = postcodes + uk_postcodes(DIFFERENT)
    city = folders["city"]
    say("memory of a bare worker")
    bare = _after(Server.bare(FASTAPI), [f"/hello/{postcode}" for postcode in postcodes])
    say("memory of a worker, the city")
    alone = _after(Server.ours(city), _lookups(postcodes))
    say("memory of a worker, the whole UK")
    uk = _after(Server.ours(folders["uk"]), _lookups(everywhere))
    say("memory of a worker with the sample directory")
    stocked = build_directory(data_dir(), city, url=f"sqlite:///{city / 'directory.db'}")
    whole = _after(Server.ours(city), _lookups(postcodes), _OPENED)
    made_of = parts(city, postcodes)
    if bare is None or alone is None or uk is None or whole is None:
        return [], ["Memory: this system does not tell which pages are shared (/proc/PID/smaps_rollup)."]

    def row(words: str, ours: Memory, most: int) -> Row:
        return Row(
            f"memory of a worker above a bare one, {words}",
            f"{ours.whole - bare.whole:.1f} MB ({ours.own - bare.own:.1f} MB each further worker)",
            f"{bare.whole:.1f} MB, bare FastAPI worker",
            None,
            f"at most {most} MB",
        )

    return [
        row("the city", alone, 15),
        row("the whole UK", uk, 40),
        row("the city and the sample directory", whole, 15),
    ], [
        f"Memory: resident pages, each once however many share it, after lookups of {DIFFERENT:,} different "
        f"postcodes of the city, for the UK of {DIFFERENT:,} elsewhere too. Only the last row has a "
        f"directory, of {stocked.services} services, open and searched.",
        "A worker with the directory is made of, above a bare one and put together in a process of its own: "
        + ", ".join(f"{what} {size:.1f} MB" for what, size in made_of)
        + ".",
    ]


def _lookups(postcodes: list[str]) -> list[str]:
    return [f"/api/v1/postcodes/{postcode}" for postcode in postcodes]


def _after(server: Server, paths: list[str], opened: tuple[str, ...] = ()) -> Memory | None:
    """The memory after all `paths` were asked for, and then what is in `opened`."""
    with server:
        requests, seconds = [(path, "") for path in paths], SECONDS
        while load(server, requests, seconds).requests < len(paths):
            seconds *= 2
        for path in opened:
            if not answers(server.port, path):
                raise RuntimeError(f"{path} was not answered")
        return server.memory()
