"""The controls in docs/safety/ rest on tests: every test named there exists, every control names one."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "safety"
PAGES = ("hazard-log.md", "data-protection.md", "accessibility.md", "what-it-is-not.md")
LINK = re.compile(r"\[([^\]\n]+)\]\(([^)\s]+)\)")
HAZARDS = (
    *(
        "False reassurance",
        "A stale or wrong number",
        "The wrong district or team",
        "A dead end out of hours",
    ),
    *("An override is missed", "A home at a boundary", "An outage"),
)


@cache
def names_in(path: Path) -> frozenset[str]:
    """The names of the tests that pytest would find in a file."""
    tree = ast.parse(path.read_text("utf-8"))
    within: list[ast.Module | ast.ClassDef] = [tree]
    within += [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return frozenset(
        node.name
        for part in within
        for node in part.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )


def dead(text: str, folder: Path) -> list[str]:
    """Links of a page in `folder` that lead nowhere: a file that is not there, a test that is not in it."""
    found = []
    for words, target in LINK.findall(text):
        if target.startswith("https://"):
            continue
        path = (folder / target).resolve()
        if not path.is_file():
            found.append(f"{target}: there is no such file")
        elif "::" in words:
            said, _, name = words.partition("::")
            if (ROOT / said).resolve() != path:
                found.append(f"{words}: the link leads to {target}")
            elif name not in names_in(path):
                found.append(f"{words}: there is no such test")
        elif path.is_relative_to(ROOT / "tests"):
            found.append(f"{target}: the link names no test")
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_a_safety_page_names_exists(page: str) -> None:
    assert dead((FOLDER / page).read_text("utf-8"), FOLDER) == []


def test_a_test_that_was_renamed_or_a_file_that_moved_is_noticed() -> None:
    here = "tests/docs/test_safety_links.py"
    assert dead(f"[{here}::test_every_test_that_a_safety_page_names_exists](../../{here})", FOLDER) == []
    assert dead(f"[{here}::test_long_gone](../../{here})", FOLDER) == [
        f"{here}::test_long_gone: there is no such test"
    ]
    assert dead("[tests/gone.py::test_it](../../tests/gone.py)", FOLDER)
    assert dead(f"[tests/test_house.py::test_it](../../{here})", FOLDER)
    assert dead(f"[a test](../../{here})", FOLDER)


def test_each_hazard_says_cause_effect_controls_and_what_stays_and_each_control_has_its_test() -> None:
    text = (FOLDER / "hazard-log.md").read_text("utf-8")
    sections = [one for one in re.split(r"^## ", text, flags=re.MULTILINE)[1:] if re.match(r"\d+\. ", one)]
    titles = [one.splitlines()[0].partition(". ")[2] for one in sections]
    assert set(HAZARDS) <= set(titles)
    for section in sections:
        for word in ("Cause", "Effect", "Controls", "Risk that stays"):
            assert f"- **{word}:**" in section, section[:60]
        controls = re.split(r"^  - ", section.partition("- **Controls:**")[2], flags=re.MULTILINE)[1:]
        assert controls, section[:60]
        for control in controls:
            assert "::test_" in control, control


def test_the_hazard_log_claims_no_conformity() -> None:
    text = " ".join((FOLDER / "hazard-log.md").read_text("utf-8").split())
    assert "claims conformity with none" in text
    assert "not assured under DCB0129" in (FOLDER / "what-it-is-not.md").read_text("utf-8")


def test_every_safety_page_is_checked_here() -> None:
    assert sorted(one.name for one in FOLDER.glob("*.md")) == sorted(PAGES)
