"""The pictures in the documentation: each made by the command, shown on a page, and small."""

from __future__ import annotations

import re
from pathlib import Path

from docs.screenshots import IMAGES, ROOT, SHOWN, SIZES
from tests.browser.gallery.catalogue import GALLERY


def test_each_picture_is_made_by_the_command_shown_on_a_page_and_small() -> None:
    pictures = {file.stem for file in IMAGES.iterdir()}
    assert pictures == set(SHOWN)
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    shown = {
        Path(name).stem
        for page in pages
        for name in re.findall(r"images/[\w-]+\.png", page.read_text("utf-8"))
    }
    assert shown == pictures
    assert {file.name: size for file in IMAGES.iterdir() if (size := file.stat().st_size) > 150_000} == {}


def test_each_picture_is_of_a_state_of_the_gallery() -> None:
    names = {state.name for state in GALLERY}
    for state, size, _height in SHOWN.values():
        assert state in names and size in SIZES
