"""The sample, indexed once for all tests of search."""

from __future__ import annotations

from pathlib import Path

import pytest

from directory.search.finder import Finder
from geo.gazetteer import Gazetteer
from tests.directory.search.sample import Generation, finder, generation, sample_services


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    return generation(sample_services(), tmp_path_factory.mktemp("sample-search"))


@pytest.fixture(scope="session")
def search(sample: Generation, gazetteer: Gazetteer, tmp_path_factory: pytest.TempPathFactory) -> Finder:
    return finder(sample, gazetteer, tmp_path_factory.mktemp("var"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
