"""The shipped contact files, a copy of them to spoil, and the combinations of teams by ward."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from directory.routing.contacts import ContactPoint, load_contacts, team_codes
from directory.routing.proof import Combination
from directory.routing.route import Routing
from directory.routing.snapshot import compile_snapshot
from geo.home import data_dir
from geo.layers import active_generations, read_members

TODAY = dt.date(2026, 11, 22)


@pytest.fixture(scope="session")
def shipped() -> Path:
    return data_dir() / "contacts"


@pytest.fixture(scope="session")
def teams(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    return team_codes(data_dir(), tmp_path_factory.mktemp("var"))


@pytest.fixture(scope="session")
def contacts(shipped: Path, teams: dict[str, set[str]]) -> list[ContactPoint]:
    return load_contacts(shipped, teams)


@pytest.fixture(scope="session")
def routing(contacts: list[ContactPoint]) -> Routing:
    return Routing(compile_snapshot(contacts, TODAY))


@pytest.fixture
def folder(shipped: Path, tmp_path: Path) -> Path:
    """A copy of the shipped contact files that a test may change."""
    copy = tmp_path / "contacts"
    shutil.copytree(shipped, copy)
    return copy


@pytest.fixture(scope="session")
def combinations(tmp_path_factory: pytest.TempPathFactory) -> set[Combination]:
    """The teams of each ward of 2004 today: what the shipped, ward-based layers come to."""
    by_ward: dict[str, list[tuple[str, str]]] = {}
    for layer, generations in active_generations(data_dir(), tmp_path_factory.mktemp("var")).items():
        for generation in generations:
            if generation.kind == "team" and generation.in_force(TODAY):
                for member in read_members(generation):
                    by_ward.setdefault(member.member, []).append((layer, member.code))
    return {tuple(found) for found in by_ward.values()}
