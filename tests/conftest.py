"""What all tests share: the data as `earlyhelp geo build` makes it, opened once."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from directory.answer import Answers
from directory.building import build_all
from directory.routing.route import open_or_compile
from geo.gazetteer import Gazetteer
from geo.home import data_dir, var_dir
from geo.sources.reference import Reference, read_reference
from tests.official import lines, write_zip

ROOT = Path(__file__).parent.parent


def pytest_configure() -> None:
    """Give the tests a folder of their own: what a steward imported into `var/` must not change them."""
    os.environ["EARLYHELP_VAR"] = str(ROOT / "var" / "test")
    os.environ.pop("EARLYHELP_DATA", None)
    # All tests ask from one address, and more often than any person could.
    os.environ["EARLYHELP_RATE_LIMIT"] = "off"
    # Speed is no business of the tests. A machine that only accepts tries the same cases each time; a
    # person's tries new ones.
    settings.register_profile("person", deadline=None)
    settings.register_profile("machine", deadline=None, derandomize=True)
    settings.load_profile("machine" if os.environ.get("CI") else "person")


def skip_or_fail(variable: str, reason: str) -> None:
    """Skip with the reason, or fail where `variable` says that the thing must be there."""
    if os.environ.get(variable) == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def built() -> Path:
    """The folder of built data, made first where it is missing or out of date."""
    build_all(data_dir(), var_dir(), if_needed=True)
    return var_dir()


@pytest.fixture(scope="session")
def gazetteer(built: Path) -> Gazetteer:
    return Gazetteer.open(built / "gazetteer.bin")


@pytest.fixture(scope="session")
def answers(built: Path, gazetteer: Gazetteer) -> Answers:
    return Answers(gazetteer, open_or_compile(data_dir(), built))


@pytest.fixture(scope="session")
def stocked(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with postcodes and the sample directory. Not to be written to."""
    from tests.api.stocking import SAMPLE, empty_var, stock

    var = empty_var(built, tmp_path_factory.mktemp("stocked"))
    stock(var, SAMPLE)
    return var


@pytest.fixture(scope="session")
def reference() -> Reference:
    return read_reference(data_dir())


@pytest.fixture(scope="session")
def app(built: Path) -> Any:
    from api.app import create_app

    return create_app(data_dir(), built)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The boundaries and checks that lie beside the repository on the founders' machines."""
    folder = ROOT.parent / "shared"
    if not (folder / "geo").is_dir():
        pytest.skip("../shared is not here: the official boundary files are needed for this test")
    return folder


@pytest.fixture(scope="session")
def official(gazetteer: Gazetteer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small official directory, which knows what has been terminated."""
    return write_zip(tmp_path_factory.mktemp("onspd") / "ONSPD_FEB_2026.zip", lines(gazetteer))


@pytest.fixture(scope="session")
def official_var(official: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is built from it."""
    var = tmp_path_factory.mktemp("var")
    build_all(data_dir(), var, onspd=official)
    return var


@contextmanager
def postgresql_database() -> Iterator[str]:
    """The address of a new, empty database of the server that the tests may use; dropped afterwards."""
    server = os.environ.get("EARLYHELP_TEST_POSTGRESQL")
    if not server:
        skip_or_fail("EARLYHELP_REQUIRE_POSTGRESQL", "EARLYHELP_TEST_POSTGRESQL names no PostgreSQL server")
    import psycopg
    from sqlalchemy import make_url

    name = f"earlyhelp_test_{uuid.uuid4().hex}"
    with psycopg.connect(str(server), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            yield make_url(str(server)).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """One PostgreSQL database for the whole session: for tests that need no empty one."""
    with postgresql_database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty store, once of each database: the same tests run on both."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'directory.db'}"
        return
    with postgresql_database() as url:
        yield url
