"""The API over the sample directory."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from geo.home import data_dir
from tests.api.stocking import empty_var


@pytest.fixture(scope="session")
def directory_app(stocked: Path) -> Any:
    """The application over the sample."""
    return create_app(data_dir(), stocked)


@pytest.fixture(scope="session")
def asking(directory_app: Any) -> Iterator[TestClient]:
    """A client of the application over the sample."""
    with TestClient(directory_app) as client:
        yield client


@pytest.fixture
def own_var(stocked: Path, tmp_path: Path) -> Path:
    """A copy of the sample directory that a test may change."""
    var = empty_var(stocked, tmp_path / "var")
    for name in ("directory.db", "directory.db-wal", "directory.db-shm"):
        if (stocked / name).exists():
            shutil.copy2(stocked / name, var / name)
    shutil.copytree(stocked / "search", var / "search")
    return var
