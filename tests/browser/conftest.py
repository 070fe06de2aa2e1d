"""A live server and a real Chromium, shared by all browser tests.

Without Chromium the tests are skipped with the reason; `EARLYHELP_REQUIRE_BROWSER=1` makes that a failure.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from geo.build import build
from geo.home import data_dir, var_dir
from tests.browser.live import DESK, PHONE, Watched, draw_missing_maps, serving, watching

CHROMIUM = os.environ.get("EARLYHELP_CHROMIUM", "/usr/bin/chromium")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    var = var_dir()
    if not (var / "gazetteer.bin").is_file():
        var = tmp_path_factory.mktemp("var")
        build(data_dir(), var)
    draw_missing_maps(var)
    with serving(data_dir(), var) as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    def without(reason: str) -> None:
        if os.environ.get("EARLYHELP_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)

    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        without("playwright is not installed")
    if not Path(CHROMIUM).exists():
        without(f"there is no Chromium at {CHROMIUM} (set EARLYHELP_CHROMIUM)")
    with sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture(params=["phone", "desk"])
def tab(request: pytest.FixtureRequest, chromium: Any, site: str) -> Iterator[Watched]:
    with watching(chromium, site, viewport=PHONE if request.param == "phone" else DESK) as watched:
        yield watched


@pytest.fixture(params=["phone", "desk"])
def tab_without_scripts(request: pytest.FixtureRequest, chromium: Any, site: str) -> Iterator[Watched]:
    size = PHONE if request.param == "phone" else DESK
    with watching(chromium, site, viewport=size, java_script_enabled=False) as watched:
        yield watched


@pytest.fixture
def phone(chromium: Any, site: str) -> Iterator[Watched]:
    with watching(chromium, site, viewport=PHONE) as watched:
        yield watched


@pytest.fixture
def desk(chromium: Any, site: str) -> Iterator[Watched]:
    with watching(chromium, site, viewport=DESK) as watched:
        yield watched
