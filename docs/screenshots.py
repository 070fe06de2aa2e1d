"""Takes pictures of every page and state of the gallery: `make screenshots`.

All of them go to var/screenshots, at the width of a telephone and of a desk screen, with a sheet to look
through (index.html). The few that the documentation shows are kept in docs/images as well.
"""

from __future__ import annotations

import html
import io
from pathlib import Path
from typing import Any

from PIL import Image

from tests.browser.gallery.catalogue import GALLERY, PARTS
from tests.browser.gallery.state import State
from tests.browser.live import DESK, PHONE
from tests.browser.tour import touring

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "var" / "screenshots"
IMAGES = ROOT / "docs" / "images"
SIZES = {"phone": PHONE, "desk": DESK}
# What the documentation shows: the file without its ending, the state, the size, and the height shown.
SHOWN = {
    "home": ("home", "desk", 1150),
    "result": ("result", "desk", 1300),
    "result-phone": ("result", "phone", 1300),
    "services": ("search-home", "desk", 1300),
    "worried-questions": ("questions-rows", "desk", 1300),
    "worried-result": ("next-home", "desk", 1300),
    "worried-result-phone": ("next-home", "phone", 1300),
    "district": ("area-district", "desk", 1500),
}


def take(page: Any, state: State, size: str) -> None:
    """The whole page, and the top of it where the documentation shows that."""
    for at in page.locator(".ehf-map__frame").all():
        at.scroll_into_view_if_needed()
        at.content_frame.locator("path.leaflet-interactive").first.wait_for(state="attached")
    page.evaluate("window.scrollTo(0, 0)")
    page.screenshot(path=FOLDER / f"{state.name}-{size}.png", full_page=True)
    for name, (shown, width, height) in SHOWN.items():
        if (shown, width) == (state.name, size):
            clip = {"x": 0, "y": 0, "width": page.viewport_size["width"], "height": height}
            kept(page.screenshot(full_page=True, clip=clip), IMAGES / f"{name}.png")


def kept(picture: bytes, file: Path) -> None:
    """The picture with few colours, which is a third as large and looks the same."""
    with Image.open(io.BytesIO(picture)) as whole:
        whole.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(file, optimize=True)


def sheet() -> str:
    """A page with all of them, by part."""
    rows = []
    for part, states in PARTS.items():
        rows.append(f"<h2>{html.escape(part)}</h2>")
        for state in states:
            files = [f"{state.name}-{size}.png" for size in SIZES]
            pictures = "".join(
                f'<a href="{file}"><img loading="lazy" alt="" src="{file}"></a>' for file in files
            )
            rows.append(f"<h3>{html.escape(state.words)} ({state.name})</h3><div>{pictures}</div>")
    return (
        '<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>Every page and state</title>'
        "<style>body { font-family: arial } img { max-width: 45%; vertical-align: top; border: 1px solid; "
        f"margin: 4px }}</style><h1>Every page and state</h1>{''.join(rows)}</html>\n"
    )


def main() -> int:
    """Take them all and say where they are."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    with touring() as (visitor, _browser):
        for state in GALLERY:
            for size, window in SIZES.items():
                take(visitor.go(state, size=window).page, state, size)
    (FOLDER / "index.html").write_text(sheet(), "utf-8")
    print(f"{len(GALLERY) * len(SIZES)} pictures: {FOLDER / 'index.html'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
