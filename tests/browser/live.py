"""The real application on a free port, and a browser tab that notices what should not happen in it."""

from __future__ import annotations

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


@contextmanager
def serving(data: Path, var: Path) -> Iterator[str]:
    """The real application on a free port of this machine; its address without a slash at the end."""
    # The socket listens before the server runs, so that a client never has to wait and try again.
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(data, var), log_level="warning", access_log=False)
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

    def open(self, path: str) -> Any:
        self.page.goto(self.site + path)
        return self.page

    def ask(self, postcode: str) -> Any:
        """From the home page to the answer, as a person does it."""
        self.open("/")
        self.page.get_by_label("Postcode of the child's home").fill(postcode)
        self.page.get_by_role("button", name="Find who can help").click()
        return self.page


@contextmanager
def watching(browser: Any, site: str, **options: Any) -> Iterator[Watched]:
    """A tab in which no console error, script error or request to elsewhere may have been seen in the end."""
    context = browser.new_context(**{"viewport": DESK, **options})
    watched = Watched(context.new_page(), site)

    def asked(request: Any) -> None:
        watched.addresses.append(request.url)
        if not request.url.startswith(site):
            watched.wrong.append(f"request to {request.url}")

    context.on("request", asked)
    context.on("weberror", lambda error: watched.wrong.append(f"script error {error.error}"))
    context.on(
        "console",
        lambda told: (
            watched.wrong.append(f"console: {told.text}") if told.type in ("error", "warning") else None
        ),
    )
    try:
        yield watched
    finally:
        context.close()
    assert watched.wrong == []
