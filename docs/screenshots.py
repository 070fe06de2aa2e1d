"""Takes the pictures in docs/images: `make screenshots`.

Serves the application over what has been built, asks about a postcode in a headless Chromium, and keeps
what a reader sees. `EARLYHELP_CHROMIUM` names another browser than /usr/bin/chromium.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from pathlib import Path

CHROMIUM = os.environ.get("EARLYHELP_CHROMIUM", "/usr/bin/chromium")
IMAGES = Path(__file__).parent / "images"
POSTCODE = "B15 2TT"


def take(address: str) -> list[Path]:
    """The answer to a postcode, from its heading to the end of the map."""
    from playwright.sync_api import sync_playwright

    IMAGES.mkdir(exist_ok=True)
    file = IMAGES / "result.png"
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1120, "height": 1000})
        page.goto(address)
        page.get_by_label("Postcode of the child's home").fill(POSTCODE)
        page.get_by_role("button", name="Find who can help").click()
        place = page.locator(".ehf-map")
        place.scroll_into_view_if_needed()
        page.frame_locator(".ehf-map__frame").locator("path.spot").wait_for()
        box = place.bounding_box()
        if box is None:
            raise RuntimeError("the page shows no map: run `earlyhelp geo build` first")
        bottom = box["y"] + page.evaluate("window.scrollY") + box["height"]
        page.evaluate("window.scrollTo(0, 0)")
        page.screenshot(
            path=file, full_page=True, clip={"x": 0, "y": 0, "width": 1120, "height": bottom + 20}
        )
        browser.close()
    return [file]


def main() -> int:
    import uvicorn

    from api.app import create_app

    if not Path(CHROMIUM).exists():
        print(f"There is no browser at {CHROMIUM}. Set EARLYHELP_CHROMIUM.", file=sys.stderr)
        return 2
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(create_app(), log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        for file in take(f"http://127.0.0.1:{listening.getsockname()[1]}/"):
            print(file)
        server.should_exit = True
        thread.join(20)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
