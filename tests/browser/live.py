"""The real application on a free port, and a browser tab that notices what should not happen in it."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn

from api.app import create_app

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
CHROMIUM = os.environ.get("EARLYHELP_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def serving(data: Path, var: Path) -> Any:
    """The real application over these folders on a free port of this machine."""
    return serving_app(create_app(data, var))


@contextmanager
def serving_app(app: Any) -> Iterator[str]:
    """An application on a free port of this machine; its address without a slash at the end."""
    # The socket listens before the server runs, so that a client never has to wait and try again.
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()


@dataclass
class Watched:
    """A browser tab and everything that should not happen in it."""

    page: Any
    site: str
    wrong: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    status: int = 0  # of the page that was opened last

    def open(self, path: str) -> Any:
        self.page.goto(self.site + path)
        return self.page

    def ask(self, postcode: str) -> Any:
        """From the home page to the answer, as a person does it."""
        self.open("/")
        self.page.get_by_label("Postcode of the child's home").fill(postcode)
        self.page.get_by_role("button", name="Find who can help").click()
        return self.page

    def search(self, worry: str, postcode: str = "") -> Any:
        """From the search page to its answer, as a person does it."""
        page = self.open("/services")
        page.get_by_label("What is the worry, or what would help?").fill(worry)
        page.get_by_label("Postcode of the child’s home").fill(postcode)
        page.get_by_role("button", name="Search", exact=True).click()
        page.locator("#results").wait_for()
        return page

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def past_the_menu(self) -> None:
        """By the link that is the keyboard's first stop."""
        self.press("Tab", "Enter")

    def walk_to(self, wanted: str, most: int = 150) -> None:
        """Press Tab until what has the focus is `wanted`, a CSS selector."""
        for _ in range(most):
            if self.page.evaluate("wanted => document.activeElement?.matches(wanted) ?? false", wanted):
                return
            self.press("Tab")
        raise AssertionError(f"the keyboard does not reach {wanted}")

    def expected(self, status: int) -> None:
        """Forget what the browser says of a page whose status was meant."""
        self.wrong = [told for told in self.wrong if f"status of {status}" not in told]


def watch(page: Any, site: str) -> Watched:
    """Watch a tab from now on."""
    watched = Watched(page, site)

    def asked(request: Any) -> None:
        watched.addresses.append(request.url)
        if not request.url.startswith(watched.site):
            watched.wrong.append(f"request to {request.url}")

    def answered(response: Any) -> None:
        if response.request.is_navigation_request() and response.frame == page.main_frame:
            watched.status = response.status

    def told(message: Any) -> None:
        if message.type in ("error", "warning"):
            watched.wrong.append(f"console: {message.text}")

    page.on("request", asked)
    page.on("response", answered)
    page.context.on("weberror", lambda error: watched.wrong.append(f"script error {error.error}"))
    page.on("console", told)
    return watched


@contextmanager
def watching(browser: Any, site: str, **options: Any) -> Iterator[Watched]:
    """A tab in which no console error, script error or request to elsewhere may have been seen in the end."""
    context = browser.new_context(**{"viewport": DESK, **options})
    watched = watch(context.new_page(), site)
    try:
        yield watched
    finally:
        context.close()
    assert watched.wrong == []


def unfold_key(frame: Any, *, by_keyboard: bool = False) -> None:
    """Show every switch of a framed map, where not all have room beside it."""
    frame.locator("fieldset button").wait_for(state="attached")
    if not frame.locator("fieldset.folded").count():
        return
    change = frame.get_by_role("button", name="Change")
    if by_keyboard:
        change.press("Enter")
    else:
        change.click()
