"""Applications with settings of their own, and the one over the sample directory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.log import AccessLog
from api.settings import Settings
from geo.home import data_dir

Start = Callable[..., TestClient]
LOCAL = ("127.0.0.1", 50000)


@pytest.fixture
def start(stocked: Path) -> Iterator[Start]:
    """Starts an application with settings; `client` is who asks, `log` where its lines go."""
    with ExitStack() as stack:

        def started(
            settings: Settings | None = None,
            client: tuple[str, int] = LOCAL,
            base_url: str = "http://127.0.0.1",
            log: AccessLog | None = None,
            change: Callable[[Any], None] | None = None,
        ) -> TestClient:
            app = create_app(data_dir(), stocked, log, settings or Settings(rate_limit=0))
            if change:
                change(app)
            return stack.enter_context(
                TestClient(
                    app,
                    base_url=base_url,
                    client=client,
                    follow_redirects=False,
                    raise_server_exceptions=False,
                )
            )

        yield started


@pytest.fixture(scope="module")
def own_app(stocked: Path) -> Any:
    """One application for tests that only read."""
    return create_app(data_dir(), stocked, settings=Settings(rate_limit=0))


@pytest.fixture(scope="module")
def whole(own_app: Any) -> Iterator[TestClient]:
    """A client on this machine of that application."""
    with TestClient(own_app, base_url="http://127.0.0.1", client=LOCAL, follow_redirects=False) as client:
        yield client
