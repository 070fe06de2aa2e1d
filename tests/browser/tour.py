"""A tour of the gallery for commands: a browser and every site over what `earlyhelp build` has built."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geo.home import var_dir
from tests.browser.inspection import Visitor, tabs
from tests.browser.live import ARGUMENTS, CHROMIUM
from tests.browser.sites import Sites


@contextmanager
def touring() -> Iterator[tuple[Visitor, str]]:
    """Somebody who goes to each state, and the browser's name and version."""
    from playwright.sync_api import sync_playwright

    if not Path(CHROMIUM).exists():
        print(f"There is no browser at {CHROMIUM}. Set EARLYHELP_CHROMIUM.", file=sys.stderr)
        raise SystemExit(2)
    with (
        sync_playwright() as started,
        tempfile.TemporaryDirectory() as folder,
        Sites(var_dir(), Path(folder)) as sites,
    ):
        browser = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        with tabs(browser, sites) as visitor:
            yield visitor, f"Chromium {browser.version}"
        browser.close()
