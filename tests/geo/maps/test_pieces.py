"""An area cut by the other layers: the pieces cover it, and each lies where its area does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from geo.gazetteer import Gazetteer
from geo.maps.build import build_maps
from geo.maps.picture import read_pieces, read_small
from tests.geo.maps.test_build import layer, square


def polygon_area(path: str) -> float:
    """The area of path data as `path_of` writes it, holes taken away, in square units."""
    total = 0.0
    for ring in re.findall(r"M([^M]*)z", path):
        start, _, steps = ring.partition("l")
        numbers = [int(one) for one in re.findall(r"-?\d+", steps)]
        x, y = map(int, start.split())
        points = [(x, y)]
        for at in range(0, len(numbers), 2):
            x, y = x + numbers[at], y + numbers[at + 1]
            points.append((x, y))
        total += sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, points[1:] + points[:1], strict=True))
    return abs(total) / 2


def made(tmp_path: Path) -> dict[str, Any]:
    layers = {
        "district": layer(tmp_path, "district", square("D1", "One", -2.0, 52.4)),
        "hub": layer(tmp_path, "hub", square("H1", "West", -2.05, 52.4), square("H2", "East", -1.95, 52.4)),
    }
    build_maps(layers, tmp_path / "maps")
    found = read_pieces(tmp_path / "maps" / "pieces" / "district" / "D1.json")
    assert found is not None
    return found


def test_a_district_between_two_hubs_is_cut_in_halves(tmp_path: Path) -> None:
    found = made(tmp_path)
    (across,) = found["layers"]
    assert across["layer"] == "hub"
    assert {piece["code"] for piece in across["pieces"]} == {"H1", "H2"}
    whole = polygon_area(found["outline"])
    for piece in across["pieces"]:
        assert polygon_area(piece["path"]) == pytest.approx(whole / 2, rel=0.01)
    at = {piece["code"]: piece["at"][0] for piece in across["pieces"]}
    assert at["H1"] < found["width"] / 2 < at["H2"]


def test_the_pieces_of_every_district_cover_it(built: Path, gazetteer: Gazetteer) -> None:
    districts = next(g for g in gazetteer.generations if g["layer"] == "district")
    for code, _name in districts["areas"]:
        found = read_pieces(built / "maps" / "pieces" / "district" / f"{code}.json")
        assert found is not None
        whole = polygon_area(found["outline"])
        assert {one["layer"] for one in found["layers"]} == {
            "hub", "childrens_centre", "health_visiting", "family_support",
        }  # fmt: skip
        for across in found["layers"]:
            covered = sum(polygon_area(piece["path"]) for piece in across["pieces"])
            assert covered == pytest.approx(whole, rel=0.02), (code, across["layer"])


def test_small_pictures_are_light_and_in_one_plane(built: Path) -> None:
    pictures = [read_small(built / "maps" / "small" / f"{name}.json") for name in ("district", "hub")]
    assert all(pictures)
    assert pictures[0]["plane"] == pictures[1]["plane"]
    assert (built / "maps" / "small" / "district.json").stat().st_size < 5_000


def test_a_file_that_is_broken_or_missing_is_no_picture(tmp_path: Path) -> None:
    assert read_pieces(tmp_path / "none.json") is None
    (tmp_path / "half.json").write_text(json.dumps({"outline": ""}), "utf-8")
    assert read_pieces(tmp_path / "half.json") is None
    assert read_small(tmp_path / "half.json") is None
