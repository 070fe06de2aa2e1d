"""What a person with a cheap telephone on a slow connection sees: the figures of Lighthouse, from Chromium.

The page is opened as Lighthouse opens it for a telephone: a processor four times slower than this machine's
and "slow 4G" (150 ms to the server and back, 1.6 Mbit/s down, 0.75 Mbit/s up), with nothing kept from before.
Afterwards it is scrolled to its end, so that what loads late can be seen to move nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.report import Row, median, say
from bench.servers import Server

CHROMIUM = os.environ.get("EARLYHELP_CHROMIUM", "/usr/bin/chromium")
ROUNDS = 3
_SLOWER = 4
_SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_638_400 / 8,
    "uploadThroughput": 750_000 / 8,
}
_PHONE = {"width": 360, "height": 740}
_LCP_SECONDS, _BLOCKED_MS, _KILOBYTES = 2.5, 200, 60
# The map is apart: it is a page of its own in a frame, and loads when somebody scrolls to it.
_OF_THE_MAP = ("/maps/", "/static/vendor/leaflet/", "/static/map")
_WATCH = """
window.seen = {lcp: 0, fcp: 0, cls: 0, shifts: [], tasks: []};
const watch = (type, each) =>
  new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({type, buffered: true});
watch("largest-contentful-paint", (one) => { window.seen.lcp = one.startTime; });
watch("paint", (one) => { if (one.name === "first-contentful-paint") window.seen.fcp = one.startTime; });
watch("longtask", (one) => window.seen.tasks.push([one.startTime, one.duration]));
watch("layout-shift", (one) => {
  if (one.hadRecentInput) return;
  window.seen.cls += one.value;
  window.seen.shifts.push(one.sources.map((source) => (source.node?.outerHTML || "?").slice(0, 80)));
});
"""
_SCROLL = """async () => {
  for (let at = 0; at < document.documentElement.scrollHeight; at += 500) {
    window.scrollTo(0, at);
    await new Promise((done) => setTimeout(done, 50));
  }
}"""


@dataclass(frozen=True)
class Seen:
    """One visit. Times in milliseconds, bytes as they came over the wire, with headers."""

    lcp: float
    fcp: float
    cls: float
    blocked: float
    bytes: int
    requests: int
    map_bytes: int
    moved: list[Any]


def measure() -> tuple[list[Row], list[str]]:
    """A row for each kind of page; none, with the reason, where there is no Chromium."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return [], ["vitals: playwright is not installed, so nothing was measured in a browser."]
    if not Path(CHROMIUM).exists():
        return [], [
            f"vitals: there is no Chromium at {CHROMIUM} (set EARLYHELP_CHROMIUM): nothing was measured."
        ]
    with Server.ours() as ours, sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        try:
            base = f"http://127.0.0.1:{ours.port}"
            found = [_row(browser, base, what, go) for what, go in _pages(base)]
            version = browser.version
        finally:
            browser.close()
    note = (
        f"Vitals: Chromium {version}, {_PHONE['width']} pixels wide, processor slowed {_SLOWER} times, slow "
        f"4G (150 ms, 1.6 Mbit/s), nothing kept from before, medians of {ROUNDS} visits (CLS: the worst). "
        "Blocked: what tasks took beyond 50 ms each, from the first paint until the page is quiet. CLS also "
        "while scrolling to the end."
    )
    return [row for row, _moved in found], [note, *(words for _row, words in found if words)]


def _pages(base: str) -> list[tuple[str, Callable[[Any], None]]]:
    address = f"{base}/api/v1/services?per_page=1"
    with urllib.request.urlopen(address, timeout=30) as answer:
        service = json.load(answer)["results"][0]["id"]

    def opened(path: str) -> Callable[[Any], None]:
        return lambda page: page.goto(base + path, wait_until="load")

    return [
        ("home page", opened("/")),
        ("result for a postcode", _ask),
        ("search by words", opened("/services?q=young+carer+9")),
        ("page of a service", opened(f"/services/{service}")),
        ("page of questions", opened("/worried/early-help?a=v1.aan")),
        ("page of a district", opened("/areas/district/E14000560")),
    ]


def _ask(page: Any) -> None:
    """The result as a person gets to it: from the form of the home page."""
    with page.expect_navigation(wait_until="load"):
        page.evaluate("document.querySelector('#postcode').form.submit()")


def _row(browser: Any, base: str, what: str, go: Callable[[Any], None]) -> tuple[Row, str]:
    visits = []
    for number in range(ROUNDS):
        say(f"{what} on a slow telephone, visit {number + 1} of {ROUNDS}")
        visits.append(_visit(browser, base, go))
    lcp, fcp = median(one.lcp for one in visits) / 1000, median(one.fcp for one in visits) / 1000
    worst = max(visits, key=lambda one: one.cls)
    blocked = median(one.blocked for one in visits)
    requests = median(one.requests for one in visits)
    kilobytes = median(one.bytes for one in visits) / 1000
    beyond = median(one.map_bytes for one in visits) / 1000
    reach = f"under 1 (LCP under {_LCP_SECONDS} s), CLS 0, blocked under {_BLOCKED_MS} ms"
    if what == "home page":
        reach += f", under {_KILOBYTES} kB"
    row = Row(
        f"{what}, first visit on a slow telephone",
        f"LCP {lcp:.2f} s, CLS {worst.cls:.3f}, blocked {blocked:.0f} ms",
        f"first paint {fcp:.2f} s, {kilobytes:.0f} kB in {requests:.0f} requests"
        + (f"; its map {beyond:.0f} kB more" if beyond else ""),
        lcp / _LCP_SECONDS,
        reach,
    )
    return row, f"What moved on the {what}: {worst.moved}" if worst.cls else ""


@contextlib.contextmanager
def _telephone(browser: Any) -> Iterator[tuple[Any, Any]]:
    """A fresh tab and its wire to Chromium's own tools."""
    context = browser.new_context(viewport=_PHONE, device_scale_factor=2, is_mobile=True, has_touch=True)
    try:
        page = context.new_page()
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        yield page, wire
    finally:
        context.close()


def _visit(browser: Any, base: str, go: Callable[[Any], None]) -> Seen:
    with _telephone(browser) as (page, wire):
        if go is _ask:
            page.goto(base, wait_until="networkidle")
            page.fill("#postcode", "B15 2TT")
        page.add_init_script(_WATCH)
        came: dict[str, str] = {}
        sizes: dict[str, int] = {}
        wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
        wire.send("Network.emulateNetworkConditions", _SLOW_4G)
        wire.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
        wire.on(
            "Network.requestWillBeSent", lambda told: came.update({told["requestId"]: told["request"]["url"]})
        )
        wire.on(
            "Network.loadingFinished",
            lambda told: sizes.update({told["requestId"]: int(told["encodedDataLength"])}),
        )
        go(page)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(500)
        seen = page.evaluate("window.seen")
        page.evaluate(_SCROLL)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(500)
        later = page.evaluate("window.seen")
    of_map = {key for key, url in came.items() if any(part in url for part in _OF_THE_MAP)}
    return Seen(
        lcp=seen["lcp"],
        fcp=seen["fcp"],
        cls=later["cls"],
        blocked=sum(max(0, took - 50) for began, took in seen["tasks"] if began + took > seen["fcp"]),
        bytes=sum(size for key, size in sizes.items() if key not in of_map),
        requests=sum(key not in of_map for key in sizes),
        map_bytes=sum(size for key, size in sizes.items() if key in of_map),
        moved=later["shifts"],
    )
