"""The sites that the gallery needs, each the real application over its own data, begun when first asked for.

sample    postcodes and the sample directory; a listing is withdrawn, one closed, one has a waiting list
busy      the same by another server, so that reporting too often there leaves `sample` as it is
night     the hours are such that at this moment the out-of-hours team answers
official  an official postcode directory, which knows what has ended
away      the database is gone, what was answered last is not
bare      no directory of services was ever built
newer     the questionnaire has a second version
silent    no questionnaire, and one page that ends in a fault of ours
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from starlette.routing import Route

from api.app import create_app
from directory.building import build_all
from geo.gazetteer import Gazetteer
from geo.home import data_dir
from tests.api.pages.reading import sample
from tests.api.stocking import SAMPLE, changed, empty_var, publish, retired, stock
from tests.api.test_pathways import second_version
from tests.browser.live import serving_app
from tests.official import lines, write_zip

WITHDRAWN = sample("Otterpool Quiet Swims")["id"]
CLOSED = sample("Brambleway Overnight Stays")["id"]
WAITING = sample("Autism and ADHD Assessment Team")["id"]
OVERDUE = sample("Respectful Relationships: For Those Who Harm")["id"]
SOURCED = sample("NSPCC Helpline")["id"]
PLAIN = sample("Safe Hands Self-Harm Group")["id"]
ORGANISATION = sample("Safe Hands Self-Harm Group")["organization_id"]
ENDED = "B1 1AA"  # in the official directory


class Sites:
    """The address of each site by its name. Servers and folders live as long as the `with` block."""

    def __init__(self, built: Path, folder: Path) -> None:
        self.built, self.folder = built, folder
        self._stack = ExitStack()
        self._at: dict[str, str] = {}
        self._stocked: Path | None = None

    def __enter__(self) -> Sites:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def __getitem__(self, name: str) -> str:
        if name not in self._at:
            app = getattr(self, f"_{name}")()
            self._at[name] = self._stack.enter_context(serving_app(app))
        return self._at[name]

    def stocked(self) -> Path:
        """The folder of `sample`, which no other site may change."""
        if self._stocked is None:
            var = self._var("sample")
            url = stock(var, SAMPLE)
            today = dt.date.today()
            said = {"stated": today.isoformat(), "until": (today + dt.timedelta(days=60)).isoformat()}
            changes = [
                retired(url, WITHDRAWN),
                changed(url, CLOSED, capacity={"state": "closed", "note": "Next places in spring", **said}),
                changed(url, WAITING, capacity={"state": "waiting_list", "waiting_weeks": 78, **said}),
            ]
            publish(var, url, changes)
            self._stocked = var
        return self._stocked

    def _var(self, name: str) -> Path:
        return empty_var(self.built, self.folder / name)

    def _sample(self) -> Any:
        return create_app(data_dir(), self.stocked())

    _busy = _sample

    def _night(self) -> Any:
        return create_app(self._data("night", "contacts", _at_night), self._var("night"))

    def _official(self) -> Any:
        var = self.folder / "official"
        gazetteer = Gazetteer.open(self.built / "gazetteer.bin")
        onspd = write_zip(self.folder / "ONSPD_FEB_2026.zip", lines(gazetteer))
        build_all(data_dir(), var, onspd=onspd)
        return create_app(data_dir(), var)

    def _away(self) -> Any:
        var = self._var("away")
        shutil.copytree(self.stocked() / "search", var / "search")
        return create_app(data_dir(), var)

    def _bare(self) -> Any:
        return create_app(data_dir(), self._var("bare"))

    def _newer(self) -> Any:
        var = self._var("newer")
        second_version(var)
        return create_app(data_dir(), var)

    def _silent(self) -> Any:
        app: Any = create_app(self._data("silent", "pathways", None), self._var("silent"))

        async def broken(_request: Any) -> Any:
            raise RuntimeError("a page that is broken")

        app.app.default.router.routes.insert(0, Route("/broken", broken))
        return app

    def _data(self, name: str, part: str, change: Any) -> Path:
        """The shipped facts, one folder of them changed or left out."""
        data = self.folder / f"{name}-data"
        data.mkdir()
        for one in data_dir().iterdir():
            if one.name != part:
                (data / one.name).symlink_to(one)
        if change:
            shutil.copytree(data_dir() / part, data / part)
            change(data / part)
        return data


def _at_night(contacts: Path) -> None:
    """The advice service answers for two hours that are far from now, the duty team in all others."""
    begins = (dt.datetime.now(dt.UTC).hour + 6) % 22
    hours = {
        "CASS": f"Mo-Su {begins:02}:00-{begins + 2:02}:00; PH off",
        "EDT": f"Mo-Su 00:00-{begins:02}:00,{begins + 2:02}:00-24:00; PH 00:00-24:00",
    }
    file = contacts / "front_door.csv"
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8"))))
    for row in rows:
        row["hours"] = hours.get(row["team"], row["hours"])
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
