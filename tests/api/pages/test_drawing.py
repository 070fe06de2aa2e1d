"""A page shows a map only where a build has drawn what holds now."""

from __future__ import annotations

from pathlib import Path

from api.pages.drawing import district_map, layer_map

PLACE = {"lat": 52.453267, "lon": -1.927896}


def test_a_district_has_its_map_with_the_spot(built: Path) -> None:
    found = district_map(built, "E14000560", "Edgbaston", PLACE, "Spot", {})
    assert found is not None
    assert found["address"] == "/maps/district/E14000560.html"
    assert "ehf-picture__spot" in found["svg"]
    assert "2004" not in found["address"]


def test_maps_of_another_generation_or_of_no_build_are_not_shown(built: Path, tmp_path: Path) -> None:
    assert district_map(built, "E14000560", "Edgbaston", PLACE, "Spot", {"hub": "2099-01-01"}) is None
    assert district_map(tmp_path, "E14000560", "Edgbaston", PLACE, "Spot", {}) is None
    assert layer_map(built, "hub", "2099-01-01", "Hub") is None
    assert layer_map(built, "none", "2013-04-01", "None") is None
    assert layer_map(built, "../layer/hub", "2013-04-01", "Hub") is None


def test_the_chosen_area_stands_out_in_the_picture(built: Path) -> None:
    found = layer_map(built, "hub", "2013-04-01", "Hub", {"code": "HUB05", "name": "Edgbaston and Ladywood"})
    assert found is not None
    assert found["svg"].count("ehf-picture__chosen") == 1
    assert found["code"] == "HUB05"
