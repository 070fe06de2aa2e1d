"""Memory of a worker that has answered thousands of different lookups, above a bare FastAPI worker's."""

from __future__ import annotations

from pathlib import Path

from bench.load import load
from bench.postcodes import city_postcodes, uk_postcodes
from bench.report import Row, say
from bench.servers import FASTAPI, Memory, Server

DIFFERENT = 5000
SECONDS = 2


def measure(folders: dict[str, Path]) -> tuple[list[Row], list[str]]:
    """The rows for the city alone and for the whole UK; `folders` has a built folder for each."""
    postcodes = city_postcodes(DIFFERENT)
    asked = {"city": postcodes, "uk": postcodes + uk_postcodes(DIFFERENT)}
    say("memory of a bare worker")
    bare = _after(Server.bare(FASTAPI), [f"/hello/{postcode}" for postcode in postcodes])
    rows = []
    for scope, words, most in (("city", "the city", 15), ("uk", "the whole UK", 40)):
        say(f"memory of a worker, {words}")
        ours = _after(Server.ours(folders[scope]), [f"/api/v1/postcodes/{p}" for p in asked[scope]])
        if ours is None or bare is None:
            return [], ["Memory: this system does not tell which pages are shared (/proc/PID/smaps_rollup)."]
        rows.append(
            Row(
                f"memory of a worker above a bare one, {words}",
                f"{ours.whole - bare.whole:.1f} MB ({ours.own - bare.own:.1f} MB each further worker)",
                f"{bare.whole:.1f} MB, bare FastAPI worker",
                None,
                f"at most {most} MB",
            )
        )
    return rows, [
        f"Memory: resident pages, each once however many share it, after lookups of {DIFFERENT:,} different "
        f"postcodes of the city, for the UK of {DIFFERENT:,} elsewhere too."
    ]


def _after(server: Server, paths: list[str]) -> Memory | None:
    with server:
        requests, seconds = [(path, "") for path in paths], SECONDS
        while load(server, requests, seconds).requests < len(paths):
            seconds *= 2
        return server.memory()
