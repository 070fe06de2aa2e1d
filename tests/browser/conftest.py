"""A live server and a real Chromium, shared by all browser tests.

Without Chromium the tests are skipped with the reason; `EARLYHELP_REQUIRE_BROWSER=1` makes that a failure.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from geo.home import data_dir
from tests.browser.live import ARGUMENTS, CHROMIUM, DESK, PHONE, Watched, serving, watching
from tests.browser.sites import Sites
from tests.conftest import skip_or_fail

REQUIRE = "EARLYHELP_REQUIRE_BROWSER"


@pytest.fixture(scope="session")
def site(built: Path) -> Iterator[str]:
    with serving(data_dir(), built) as address:
        yield address


@pytest.fixture(scope="session")
def sites(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    """Every site of the gallery."""
    with Sites(built, tmp_path_factory.mktemp("sites")) as made:
        yield made


@pytest.fixture(scope="session")
def directory_site(sites: Sites) -> str:
    """The same with the sample directory."""
    return sites["sample"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        skip_or_fail(REQUIRE, "playwright is not installed")
    if not Path(CHROMIUM).exists():
        skip_or_fail(REQUIRE, f"there is no Chromium at {CHROMIUM} (set EARLYHELP_CHROMIUM)")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
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


@pytest.fixture(params=["phone", "desk"])
def finding(request: pytest.FixtureRequest, chromium: Any, directory_site: str) -> Iterator[Watched]:
    """A tab before the site with the directory, at both sizes."""
    size = PHONE if request.param == "phone" else DESK
    with watching(chromium, directory_site, viewport=size) as watched:
        yield watched


@pytest.fixture
def finding_without_scripts(chromium: Any, directory_site: str) -> Iterator[Watched]:
    """The same on a telephone without scripts."""
    with watching(chromium, directory_site, viewport=PHONE, java_script_enabled=False) as watched:
        yield watched


@pytest.fixture
def finding_at_a_desk(chromium: Any, directory_site: str) -> Iterator[Watched]:
    """The same on a desk screen only."""
    with watching(chromium, directory_site, viewport=DESK) as watched:
        yield watched
