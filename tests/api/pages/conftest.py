"""The real application over what has been built, and a client for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from geo.build import build
from geo.home import data_dir, var_dir
from tests.browser.live import draw_missing_maps


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    var = var_dir()
    if not (var / "gazetteer.bin").is_file():
        var = tmp_path_factory.mktemp("var")
        build(data_dir(), var)
    draw_missing_maps(var)
    return var


@pytest.fixture(scope="session")
def client(built: Path) -> Iterator[TestClient]:
    with TestClient(create_app(data_dir(), built), follow_redirects=False) as client:
        yield client


@pytest.fixture(scope="session")
def ask(client: TestClient) -> Callable[[str], httpx.Response]:
    return lambda typed: client.post("/postcode", data={"postcode": typed})
