"""The standard's own profile against a real server, with the sample and with a feed of another publisher."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.serving import server
from tests.api.stocking import SAMPLE, empty_var, stock


@pytest.mark.parametrize("feed", ["the sample", "the sample and another publisher's feed"])
def test_the_standards_own_check_finds_nothing(feed: str, shared: Path, built: Path, tmp_path: Path) -> None:
    mock = shared / "feeds" / "oruk-mock" / "test"
    feeds = [SAMPLE] if feed == "the sample" else [SAMPLE, mock]
    var = empty_var(built, tmp_path / "var")
    stock(var, *feeds)
    with server(var) as base:
        done = subprocess.run(
            [sys.executable, str(shared / "oruk" / "check.py"), f"{base}/oruk/v3", "--strict"],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "LEVEL 1 PASS - clean" in done.stdout
