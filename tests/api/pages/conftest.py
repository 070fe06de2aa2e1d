"""The real application over what has been built, and a client for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from geo.home import data_dir


@pytest.fixture(scope="session")
def client(built: Path) -> Iterator[TestClient]:
    with TestClient(create_app(data_dir(), built), follow_redirects=False) as client:
        yield client


@pytest.fixture(scope="session")
def ask(client: TestClient) -> Callable[[str], httpx.Response]:
    return lambda typed: client.post("/postcode", data={"postcode": typed})


@pytest.fixture(scope="session")
def pages(directory_app: Any) -> Iterator[TestClient]:
    """A client of the pages over the sample directory; it follows no redirect."""
    with TestClient(directory_app, follow_redirects=False) as client:
        yield client
