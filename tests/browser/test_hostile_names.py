"""Names that are code stay words: in pages, in pictures and in maps, whatever a steward's file holds."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from geo.build import build
from geo.home import data_dir
from tests.browser.live import serving, watching

HOSTILE = (
    "</script><script>window.broken=1</script>`${window.broken=1}`"
    "<img src=x onerror=window.broken=1>\\u003cb\\u003e'\"&{{7*7}}"
)


def rewrite(file: Path, column: str, where: tuple[str, str] | None = None) -> None:
    """Puts the hostile name into a column of a CSV file."""
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8"))))
    for row in rows:
        if where is None or row[where[0]] == where[1]:
            row[column] = HOSTILE
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("hostile")
    data, var = folder / "data", folder / "var"
    shutil.copytree(data_dir(), data)
    for file in (data / "areas" / "hub").glob("*/members.csv"):
        rewrite(file, "name")
    rewrite(data / "contacts" / "hub.csv", "role")
    build(data, var, scope="city")
    with serving(data, var) as address:
        yield address


def untouched(tab: Any) -> None:
    for frame in tab.page.frames:
        assert frame.evaluate("window.broken") is None


def test_hostile_names_never_run_in_an_answer_or_its_map(chromium: Any, hostile_site: str) -> None:
    with watching(chromium, hostile_site) as tab:
        page = tab.ask("B15 2TT")
        assert page.locator(".ehf-team__name").first.inner_text() == HOSTILE
        assert page.locator(".ehf-team .ehf-contact strong").first.inner_text() == HOSTILE
        page.locator(".ehf-map").scroll_into_view_if_needed()
        frame = page.frame_locator(".ehf-map__frame")
        frame.locator("path.spot").wait_for()
        frame.get_by_role("checkbox", name="District").uncheck()
        shapes = frame.locator(".leaflet-overlay-pane path.leaflet-interactive:not(.spot)")
        shapes.first.dispatch_event("mouseover")
        assert HOSTILE in frame.locator(".leaflet-tooltip").inner_text()
        assert page.locator("img").count() == 0
        untouched(tab)


@pytest.mark.parametrize("path", ["/areas/hub", "/areas/hub/HUB05", "/areas", "/maps/layer/hub.html"])
def test_hostile_names_never_run_on_the_pages_of_areas(chromium: Any, hostile_site: str, path: str) -> None:
    with watching(chromium, hostile_site) as tab:
        page = tab.open(path)
        # A map is loaded when it comes into sight; a frame that is not loaded yet never answers.
        for place in page.locator(".ehf-map").all():
            place.scroll_into_view_if_needed()
        page.wait_for_load_state("networkidle")
        # A map that is not in view is not loaded, and would be waited for.
        for frame in page.locator(".ehf-map__frame").all():
            frame.scroll_into_view_if_needed()
            frame.content_frame.locator("path.leaflet-interactive").first.wait_for(state="attached")
        assert page.locator("img").count() == 0
        untouched(tab)


def test_a_hostile_postcode_is_shown_and_not_run(chromium: Any, hostile_site: str) -> None:
    with watching(chromium, hostile_site) as tab:
        page = tab.ask('"><img src=x onerror=window.broken=1>')
        assert page.locator("img").count() == 0
        assert page.locator("#postcode").input_value().startswith('"><img')
        untouched(tab)
