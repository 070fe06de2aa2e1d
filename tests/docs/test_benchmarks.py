"""The bench: each of its subjects is described, and the bare page is of the size it is asked for."""

from __future__ import annotations

import subprocess
import sys
from importlib import util
from pathlib import Path

import pytest

from bench.__main__ import SUBJECTS
from bench.bare_page import page
from bench.report import Row, as_markdown

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_subject_of_the_bench_is_there_and_in_the_guide(subject: str) -> None:
    assert util.find_spec(f"bench.{subject}")
    assert f"\n| `{subject}` |" in (ROOT / "docs" / "benchmarks.md").read_text("utf-8")


def test_the_bench_tells_what_it_can_measure() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "bench", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for subject, words in SUBJECTS.items():
        assert f"{subject:<9}{words}" in told


def test_a_subject_that_there_is_none_of_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "pagse"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "there is no subject 'pagse'" in done.stderr


@pytest.mark.parametrize("size", [13_312, 29_600, 42_347, 71_100])
def test_the_bare_page_has_the_size_it_is_asked_for(size: int) -> None:
    assert abs(len(page(size, "1").encode()) - size) <= 260


def test_a_row_in_markdown_has_every_cell_and_no_bar_within() -> None:
    text = as_markdown([Row("  a|b", "1 ms", "2 ms", 0.5, "under 1")], ["Said."], 1)
    assert "| a\\|b | 1 ms | 2 ms | 0.50 | under 1 |" in text.splitlines()
    assert "- Said." in text
