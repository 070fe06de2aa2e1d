"""Takes the pictures in docs/images: `make screenshots`.

Serves the application over what has been built and a directory of its own with the sample, asks in a headless
Chromium what a reader asks, and keeps what the reader sees. `EARLYHELP_CHROMIUM` names another browser than
/usr/bin/chromium.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

CHROMIUM = os.environ.get("EARLYHELP_CHROMIUM", "/usr/bin/chromium")
IMAGES = Path(__file__).parent / "images"
POSTCODE = "B15 2TT"
WIDTH = 1120
PHONE = 360
WORRY = "self harm 14"


def take(address: str) -> list[Path]:
    """A postcode's answer, a search, a listing, the questionnaire; all but the first also for a telephone."""
    from playwright.sync_api import sync_playwright

    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        desk = browser.new_page(viewport={"width": WIDTH, "height": 1000})
        files = [_answer(desk, address), _search(desk, address, "services.png", 1500)]
        files.append(_listing(desk, "service.png", 1500))
        phone = browser.new_page(viewport={"width": PHONE, "height": 740})
        files.append(_search(phone, address, "services-phone.png", 1500))
        files.append(_listing(phone, "service-phone.png", 1500))
        for page, name in ((desk, ""), (phone, "-phone")):
            files.append(_questions(page, address, f"worried-questions{name}.png", 1400))
            files.append(_next_step(page, address, f"worried-result{name}.png", 1500))
        browser.close()
    return files


def _answer(page: Any, address: str) -> Path:
    """The answer to a postcode, from its heading to the end of the map."""
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
    return _kept(page, "result.png", bottom + 20)


def _search(page: Any, address: str, name: str, height: float) -> Path:
    """The services for a worry and a home."""
    page.goto(address + "services")
    page.locator("#q").fill(WORRY)
    page.locator("#postcode").fill(POSTCODE)
    page.get_by_role("button", name="Search", exact=True).click()
    page.locator("#results").wait_for()
    return _kept(page, name, height)


def _listing(page: Any, name: str, height: float) -> Path:
    """The first of them."""
    page.locator(".ehf-result h3 a").first.click()
    page.get_by_role("heading", name="Contact").wait_for()
    return _kept(page, name, height)


def _questions(page: Any, address: str, name: str, height: float) -> Path:
    """The urgent questions as rows."""
    page.goto(address + "worried/early-help?a=v1.aan&w=h")
    return _kept(page, name, height)


def _next_step(page: Any, address: str, name: str, height: float) -> Path:
    """What to do, for a home: from the list of answers on."""
    from directory.pathway.library import library
    from directory.pathway.walk import follow, write
    from geo.home import data_dir, var_dir

    flow = library(data_dir(), var_dir()).current("early-help")
    answers = {"young_carer": "yes", "feelings": "additional", "tried": "one_plan"}
    while (question := follow(flow, answers).next) is not None:
        answers[question.id] = flow.ranked[question.id][0].id
    page.goto(f"{address}worried/early-help/check?a={write(flow, answers)}")
    page.get_by_label("Postcode of the child's home").fill(POSTCODE)
    page.get_by_role("button", name="Show what to do", exact=True).click()
    page.locator(".ehf-call__number").wait_for()
    return _kept(page, name, height)


def _kept(page: Any, name: str, height: float) -> Path:
    page.evaluate("window.scrollTo(0, 0)")
    width = page.viewport_size["width"]
    file = IMAGES / name
    page.screenshot(path=file, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height})
    return file


def with_the_sample(var: Path) -> None:
    """A folder with what has been built (linked) and the sample directory, imported as a steward would."""
    from geo.home import data_dir, var_dir

    for one in var_dir().iterdir():
        if one.name not in ("search", "test") and not one.name.startswith("directory."):
            (var / one.name).symlink_to(one)
    os.environ["EARLYHELP_VAR"] = str(var)
    os.environ.pop("EARLYHELP_DATABASE_URL", None)
    wanted = ["listing", "import", str(data_dir() / "sample"), "--source", "sample", "--commit"]
    wanted += ["--reason", "for the pictures in the documentation", "--by", "data steward"]
    subprocess.run([str(Path(sys.executable).with_name("earlyhelp")), *wanted], check=True, stdout=sys.stderr)


def main() -> int:
    """Take them all and say where they are."""
    import uvicorn

    if not Path(CHROMIUM).exists():
        print(f"There is no browser at {CHROMIUM}. Set EARLYHELP_CHROMIUM.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as var, socket.create_server(("127.0.0.1", 0)) as listening:
        with_the_sample(Path(var))
        from api.app import create_app

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
