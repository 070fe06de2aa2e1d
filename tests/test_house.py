"""The order of the house: who may import whom, what is light, and what the repository may not hold."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("geo", "directory", "api")


def _modules() -> list[Path]:
    return [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]


def test_the_rooms_import_one_way_only() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_nothing_imports_the_command_line() -> None:
    for path in _modules():
        assert not re.search(r"^\s*(from cli import|import cli\b)", path.read_text("utf-8"), re.MULTILINE), (
            path
        )


@pytest.mark.parametrize(
    "module", ["geo.gazetteer", "geo.place", "directory.answer", "directory.areas", "api.app"]
)
def test_what_answers_at_run_time_loads_no_geometry_library(module: str) -> None:
    heavy = (
        "numpy",
        "shapely",
        "pandas",
        "geopandas",
        "folium",
        "pyproj",
        "pyarrow",
        "holidays",
        "opening_hours",
    )
    code = f"import sys, {module}; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_no_module_is_named_for_nothing_and_none_is_a_barn() -> None:
    for path in _modules():
        assert path.stem not in ("utils", "util", "helpers", "common", "misc", "base", "manager"), path
        assert len(path.read_text("utf-8").splitlines()) <= 450, path


def test_every_public_function_and_class_says_what_it_is() -> None:
    import ast

    for path in _modules():
        tree = ast.parse(path.read_text("utf-8"))
        assert ast.get_docstring(tree), path
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                assert ast.get_docstring(node), f"{path}: {node.name}"


def test_the_lock_pins_every_package_by_hash_and_names_no_registry() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert "http" not in re.sub(r"^#.*$", "", lock, flags=re.MULTILINE).replace("httptools", "").replace(
        "httpx", ""
    ).replace("httpcore", "")
    pinned = {name.lower() for name in re.findall(r"^([A-Za-z0-9_.-]+)==", lock, re.MULTILINE)}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    for requirement in wanted:
        name = re.match(r"[A-Za-z0-9_.-]+", requirement)
        assert name is not None
        assert name[0].lower() in pinned, requirement
    entries = re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)
    assert all("--hash=sha256:" in entry for entry in entries if "==" in entry.split("\n")[0])


def test_every_dependency_has_its_reason_in_the_record() -> None:
    record = (ROOT / "docs" / "adr" / "0002-dependencies.md").read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for requirement in project["dependencies"] + project["optional-dependencies"]["dev"]:
        name = re.match(r"[A-Za-z0-9_.-]+", requirement)
        assert name is not None
        assert f"`{name[0]}`" in record, requirement


def test_every_command_and_every_problem_code_is_documented() -> None:
    from api.problems import CODES
    from docs.write_commands import PAGE, page
    from tests.test_cli import COMMANDS

    api = (ROOT / "docs" / "api.md").read_text("utf-8")
    for code in CODES:
        assert f"`{code}`" in api, code
    for path, _command in COMMANDS:
        assert f"## earlyhelp {' '.join(path)}\n" in page(), path
    assert PAGE.read_text("utf-8") == page(), "run: python -m docs.write_commands"


def test_invented_numbers_and_addresses_come_from_the_ranges_kept_for_them() -> None:
    import csv

    for path in (ROOT / "data" / "contacts").glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                if row.get("sample", "").strip().lower() == "yes":
                    assert re.fullmatch(r"0121 496 0\d{3}", row["telephone"].strip()), (path, row)
                    assert row["email"].strip() == "" or row["email"].strip().endswith(".example"), (
                        path,
                        row,
                    )
