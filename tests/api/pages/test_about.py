"""The page about the data: every figure on it is counted, or is what its command gives."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.about import near_another_district, shape_accuracy
from geo.accuracy import agreement
from geo.gazetteer import Gazetteer
from geo.home import data_dir
from tests.api.pages.reading import samples, words


def test_it_counts_what_is_listed_and_what_of_it_is_sample_or_overdue(pages: TestClient) -> None:
    text = words(pages.get("/about"))
    today = dt.date.today().isoformat()
    every = samples()
    sample = [one for one in every if one.get("sample")]
    overdue = [one for one in every if one.get("review_by", "9999") < today]
    assert f"Services {len(every)} " in text
    assert f"Of them sample {len(sample)} " in text
    assert f"Of them real, with a source {len(every) - len(sample)} " in text
    assert f"Of them overdue for a check {len(overdue)} " in text
    assert "Listings: revision 1" in text


def test_it_counts_the_postcodes_near_another_district(pages: TestClient, gazetteer: Gazetteer) -> None:
    near = near_another_district(gazetteer)
    district = next(i for i, g in enumerate(gazetteer.generations) if g["layer"] == "district")
    beside = [
        row
        for row in range(gazetteer.city_rows)
        if any(one.generation == district for one in gazetteer.near(row))
    ]
    assert near == len(beside)
    share = round(100 * near / gazetteer.city_rows, 1)
    assert f"{near:,} of the city’s {gazetteer.city_rows:,} postcodes ({share}%)" in words(
        pages.get("/about")
    )


def test_the_fit_of_the_districts_is_what_the_command_measures(
    built: Path, gazetteer: Gazetteer, shared: Path
) -> None:
    generation = next(g for g in gazetteer.generations if g["layer"] == "district")
    drawn = built / "shapes" / "district" / f"{generation['id']}.geojson"
    found = agreement(drawn, shared / "geo" / "constituencies_2010.geojson", dict(generation["areas"]))
    told = shape_accuracy(data_dir())
    assert told is not None
    measured = json.loads(json.dumps(dataclasses.asdict(found)))
    for area, one in zip(told["areas"], measured["areas"], strict=True):
        assert area["code"] == one["code"]
        assert area["overlap"] == pytest.approx(one["overlap"], abs=0.0005)
    for name in ("median_metres", "p90_metres", "p99_metres"):
        assert told[name] == pytest.approx(measured[name], abs=0.5)


def test_it_names_every_version_and_how_to_work_the_figures_out_again(pages: TestClient) -> None:
    text = words(pages.get("/about"))
    for part in (
        "Gazetteer:",
        "Contacts:",
        "Listings: revision",
        "Questions: What to do about a worry for a child: version 1, draft",
        "earlyhelp geo info",
        "earlyhelp geo accuracy district",
        "Sutton Coldfield",
        "Crown copyright",
    ):
        assert part in text


def test_without_a_directory_the_page_stands(client: TestClient) -> None:
    answer = client.get("/about")
    assert answer.status_code == 200
    assert "cannot be read now" in words(answer)
