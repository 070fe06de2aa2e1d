"""One postcode over HTTP against a bare Starlette route, and many in one request."""

from __future__ import annotations

import json

from bench.load import CONNECTIONS, Load, client, load
from bench.postcodes import city_postcodes
from bench.report import Row, median, say
from bench.servers import STARLETTE, Server, cores

ROUNDS = 5
SECONDS = 2
DIFFERENT = 5000
EACH = 100


def measure() -> tuple[list[Row], list[str]]:
    """The rows for single and bulk requests."""
    postcodes = city_postcodes(DIFFERENT)
    with Server.ours() as ours, Server.bare(STARLETTE) as bare:
        rows = _single(ours, bare, postcodes) + _bulk(ours, postcodes)
    both = cores()
    pinned = f"server on core {both[0]}, client on core {both[1]}" if both else "not pinned to cores"
    note = (
        f"HTTP: {client()}, one thread, {CONNECTIONS} connections, {DIFFERENT:,} different postcodes, "
        f"{ROUNDS} rounds of {SECONDS} s in turns (medians, also of the "
        f"ratios); {pinned}; our access log on, the bare one's off."
    )
    return rows, [note]


def _single(ours: Server, bare: Server, postcodes: list[str]) -> list[Row]:
    gets = [(f"/api/v1/postcodes/{postcode}", "") for postcode in postcodes]
    hellos = [(f"/hello/{postcode}", "") for postcode in postcodes]
    load(ours, gets, 1)
    load(bare, hellos, 1)
    we: list[Load] = []
    they: list[Load] = []
    for number in range(ROUNDS):
        say(f"GET, round {number + 1} of {ROUNDS}")
        we.append(load(ours, gets, SECONDS))
        they.append(load(bare, hellos, SECONDS))
    _unfailing([*we, *they])
    rate, base = median(x.rate for x in we), median(x.rate for x in they)
    cpu, base_cpu = median(x.cpu / x.requests for x in we), median(x.cpu / x.requests for x in they)
    p99, base99 = median(x.p99 for x in we), median(x.p99 for x in they)
    return [
        Row(
            "GET one postcode, one worker",
            f"{rate:,.0f} requests/s",
            f"{base:,.0f} requests/s, bare Starlette",
            median(x.rate / y.rate for x, y in zip(we, they, strict=True)),
            "at least 0.6",
        ),
        Row(
            "  its processor time (does not mind who else uses the cores)",
            f"{cpu * 1e6:.0f} µs a request",
            f"{base_cpu * 1e6:.0f} µs, bare Starlette",
            base_cpu / cpu if cpu else None,
            "",
        ),
        Row(
            "  its p99",
            f"{p99 * 1000:.2f} ms",
            f"{base99 * 1000:.2f} ms, bare Starlette",
            median(x.p99 / y.p99 for x, y in zip(we, they, strict=True)),
            "at most 3",
        ),
    ]


def _bulk(ours: Server, postcodes: list[str]) -> list[Row]:
    posts = [
        ("/api/v1/postcodes", json.dumps({"postcodes": postcodes[start : start + EACH]}))
        for start in range(0, DIFFERENT, EACH)
    ]
    load(ours, posts, 1)
    found = []
    for number in range(ROUNDS):
        say(f"bulk POST, round {number + 1} of {ROUNDS}")
        found.append(load(ours, posts, SECONDS))
    _unfailing(found)
    wall = median(x.rate * EACH for x in found)
    core = median(x.requests * EACH / x.cpu for x in found) if found[0].cpu else wall
    return [
        Row(
            f"bulk POST of {EACH}, one worker",
            f"{core:,.0f} postcodes/s a core",
            f"{wall:,.0f} postcodes/s by the clock",
            None,
            "at least 100,000 a core",
        )
    ]


def _unfailing(loads: list[Load]) -> None:
    failed = sum(x.failed for x in loads)
    if failed:
        raise RuntimeError(f"{failed} requests were not answered with 200")
