"""A listing whose every text is code stays words: in results, on its page, its organisation's and on maps."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from directory.store.records import Change
from directory.store.standard import ENTITIES, Content
from directory.store.store import Store
from geo.home import data_dir
from tests.api.stocking import SAMPLE, empty_var, publish, stock
from tests.browser.live import PHONE, Watched, serving, watching
from tests.browser.test_hostile_names import HOSTILE, untouched

WORD = "xylographer"  # what it is found by
ADDRESSES = {"uri": "javascript:window.broken=1", "email": '"><img src=x onerror=window.broken=1>@x.example'}


def spoil(entity: str, content: Content) -> Content:
    """The content with code in every member that holds text, also those of its parts."""
    described = ENTITIES[entity]
    for field in described.fields:
        if field.sort in ("line", "text") and field.name not in (
            "byday",
            "bymonthday",
            "layer",
            "code",
            "currency",
        ):
            content[field.name] = HOSTILE
        if field.sort in ADDRESSES:
            content[field.name] = ADDRESSES[field.sort]
    for part in described.parts:
        held = content.get(part.name)
        for one in held if isinstance(held, list) else [held] if held else []:
            spoil(part.entity, one)
    return content


@pytest.fixture(scope="module")
def hostile(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """A site with one such listing; its id and its organisation's."""
    var = empty_var(built, tmp_path_factory.mktemp("hostile"))
    url = stock(var, SAMPLE)
    with Store.open(url) as store:
        service = next(
            one
            for one in store.published_all("service")
            if one.content["name"] == "Safe Hands Self-Harm Group"
        )
        content = spoil("service", copy.deepcopy(dict(service.content)))
        content["name"] = f"{WORD} {HOSTILE}"
        content["alert"] = HOSTILE
        changes = [Change("service", service.id, "published", content, base=service.number)]
        others = [content["organization_id"], *(at["location_id"] for at in content["service_at_locations"])]
        for number in others:
            version = store.published(number)
            assert version is not None
            spoilt = spoil(version.kind, copy.deepcopy(dict(version.content)))
            changes.append(Change(version.kind, number, "published", spoilt, base=version.number))
    publish(var, url, changes)
    with serving(data_dir(), var) as address:
        yield address, service.id, content["organization_id"]


def shown(tab: Watched) -> None:
    """The code is on the page as words, no element came of it and nothing of it ran."""
    page = tab.page
    assert HOSTILE in page.locator("main").inner_text()
    assert page.locator("main img, main b, main script").count() == 0
    assert page.locator("a[href^='javascript' i]").count() == 0
    for frame in page.frames:
        assert frame.evaluate("window.broken") is None
    untouched(tab)


def test_in_results_and_on_their_map(chromium: Any, hostile: tuple[str, str, str]) -> None:
    with watching(chromium, hostile[0], viewport=PHONE) as tab:
        page = tab.open(f"/services?q={WORD}")
        page.locator(".ehf-map").scroll_into_view_if_needed()
        mark = page.frame_locator(".ehf-map__frame").locator(".place").first
        mark.wait_for()
        assert HOSTILE in mark.get_attribute("aria-label")
        mark.focus()
        assert HOSTILE in page.frame_locator(".ehf-map__frame").locator(".leaflet-tooltip").inner_text()
        shown(tab)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_on_its_own_page_and_its_organisations(chromium: Any, hostile: tuple[str, str, str]) -> None:
    site, service, organization = hostile
    with watching(chromium, site, viewport=PHONE) as tab:
        page = tab.open(f"/services/{service}")
        page.locator(".ehf-map").scroll_into_view_if_needed()
        page.frame_locator(".ehf-map__frame").locator(".place").first.wait_for()
        shown(tab)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        tab.open(f"/organisations/{organization}")
        shown(tab)


def test_in_suggestions(chromium: Any, hostile: tuple[str, str, str]) -> None:
    with watching(chromium, hostile[0]) as tab:
        page = tab.open("/services")
        page.locator("#q").press_sequentially(WORD[:6])
        option = page.get_by_role("option").first
        option.wait_for()
        assert HOSTILE in option.inner_text()
        option.click()
        assert HOSTILE in page.locator("#q").input_value()
        untouched(tab)


def test_as_a_question(chromium: Any, hostile: tuple[str, str, str]) -> None:
    with watching(chromium, hostile[0]) as tab:
        page = tab.open("/services")
        page.locator("#q").fill(HOSTILE)
        page.locator("#q").press("Escape")
        page.locator("#q").press("Enter")
        page.locator("#results").wait_for()
        assert page.locator("#q").input_value().startswith(HOSTILE[:60])
        assert page.locator("main img, main script").count() == 0
        # Not the frame of the map: one that is not in view is not loaded, and would be waited for.
        assert page.evaluate("window.broken") is None
