"""Maps are drawn from shapes alone, load nothing from elsewhere, and treat every name as words."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from geo.maps import picture
from geo.maps.build import (
    DrawnLayer,
    already_drawn,
    build_maps,
    drawn_layers,
    outlines,
    read_features,
    tip,
    within,
)

HOSTILE = "</script>`${alert(1)}`<b>\\{{7*7}}{% raw %}{#"


def square(code: str, name: str, west: float, south: float, size: float = 0.1) -> dict[str, Any]:
    ring = [
        [west, south],
        [west + size, south],
        [west + size, south + size],
        [west, south + size],
        [west, south],
    ]
    return {
        "type": "Feature",
        "properties": {"code": code, "name": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def layer(folder: Path, name: str, *features: dict[str, Any]) -> DrawnLayer:
    file = folder / f"{name}.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), "utf-8")
    return DrawnLayer(
        name, name.title(), "2013-04-01", "team", "illustrative", "derived from postcodes", file
    )


@pytest.fixture
def layers(tmp_path: Path) -> dict[str, DrawnLayer]:
    return {
        "district": layer(
            tmp_path, "district", square("D1", "West", -2.0, 52.4), square("D2", "East", -1.9, 52.4)
        ),
        "hub": layer(tmp_path, "hub", square("H1", HOSTILE, -2.0, 52.4), square("H2", "Other", -1.9, 52.4)),
    }


def test_every_layer_and_district_gets_a_page_a_script_and_a_picture(
    tmp_path: Path, layers: dict[str, DrawnLayer]
) -> None:
    told: list[tuple[int, int]] = []
    written = build_maps(layers, tmp_path / "maps", lambda done, total: told.append((done, total)))
    names = {file.relative_to(tmp_path / "maps").as_posix() for file in written}
    stems = ("layer/district", "layer/hub", "district/D1", "district/D2")
    small = {"small/district.json", "small/hub.json"}
    small |= {f"pieces/{name}.json" for name in ("district/D1", "district/D2", "hub/H1", "hub/H2")}
    assert names == small | {stem + ending for stem in stems for ending in (".html", ".js", ".json")}
    assert told[-1] == (4, 4)


def test_maps_are_drawn_again_only_for_other_shapes_or_generations_or_after_a_broken_build(
    tmp_path: Path, layers: dict[str, DrawnLayer]
) -> None:
    assert not already_drawn(layers, tmp_path / "maps")
    build_maps(layers, tmp_path / "maps")
    assert already_drawn(layers, tmp_path / "maps")
    shapes = layers["hub"].geojson
    before = shapes.read_text("utf-8")
    shapes.write_text(before.replace("52.4", "52.41"), "utf-8")
    assert not already_drawn(layers, tmp_path / "maps")
    shapes.write_text(before, "utf-8")
    later = layers | {"hub": replace(layers["hub"], generation="2020-04-01")}
    assert not already_drawn(later, tmp_path / "maps")
    (tmp_path / "maps" / "drawn.json").write_text("{", "utf-8")
    assert not already_drawn(layers, tmp_path / "maps")


def test_two_builds_of_the_same_shapes_are_the_same_to_the_byte(
    tmp_path: Path, layers: dict[str, DrawnLayer]
) -> None:
    first = {file.name: file.read_bytes() for file in build_maps(layers, tmp_path / "one")}
    second = {file.name: file.read_bytes() for file in build_maps(layers, tmp_path / "two")}
    assert first == second
    assert not any(re.search(rb"_[0-9a-f]{32}\b", text) for text in first.values())


def test_a_map_names_no_other_host_and_holds_no_inline_script_or_style(
    tmp_path: Path, layers: dict[str, DrawnLayer]
) -> None:
    for file in build_maps(layers, tmp_path / "maps"):
        text = file.read_text("utf-8")
        assert "http://" not in text
        assert "https://" not in text
        if file.suffix == ".html":
            assert not re.search(r"<script(?! src=)|<style| style=| on\w+=", text)


def test_a_hostile_name_reaches_folium_only_as_words(tmp_path: Path, layers: dict[str, DrawnLayer]) -> None:
    for file in build_maps(layers, tmp_path / "maps"):
        if file.suffix in (".js", ".html"):
            text = file.read_text("utf-8")
            assert "${alert" not in text
            assert "`$" not in text
            assert "<b>" not in text
            assert not re.search(r"[^\d.]49[^\d.]", text)


def test_tip_leaves_nothing_that_html_or_a_template_literal_acts_on() -> None:
    assert not set(tip(HOSTILE + "'\"")) & set("<>`$\\'\"{}")
    assert tip("Moseley & Kings Heath") == "Moseley &amp; Kings Heath"


def test_files_of_areas_that_are_gone_are_removed(tmp_path: Path, layers: dict[str, DrawnLayer]) -> None:
    build_maps(layers, tmp_path / "maps")
    build_maps({"hub": layers["hub"]}, tmp_path / "maps")
    left = {file.relative_to(tmp_path / "maps").as_posix() for file in (tmp_path / "maps").rglob("*.*")}
    assert left == {
        "drawn.json",
        "layer/hub.html",
        "layer/hub.js",
        "layer/hub.json",
        "pieces/hub/H1.json",
        "pieces/hub/H2.json",
        "small/hub.json",
    }


def test_a_districts_map_leaves_out_areas_that_only_share_its_edge(layers: dict[str, DrawnLayer]) -> None:
    district = outlines(read_features(layers["district"].geojson))[0]
    hubs = read_features(layers["hub"].geojson)
    assert [hub["properties"]["code"] for hub in within(district, hubs, outlines(hubs))] == ["H1"]


def test_a_file_that_is_not_of_areas_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "points.geojson"
    file.write_text('{"features": [{"properties": {"code": "A"}}]}', "utf-8")
    with pytest.raises(ValueError, match=r"points\.geojson"):
        read_features(file)


def test_the_generation_in_force_is_drawn_and_an_ended_official_layer_too(tmp_path: Path) -> None:
    generations = [
        {"layer": "hub", "id": "2013", "valid_from": "2013-04-01", "valid_to": "2015-03-31", "kind": "team"},
        {"layer": "hub", "id": "2015", "valid_from": "2015-04-01", "valid_to": None, "kind": "team"},
        {"layer": "gone", "id": "2013", "valid_from": "2013-04-01", "valid_to": "2014-03-31", "kind": "team"},
        {
            "layer": "ward",
            "id": "2004",
            "valid_from": "2004-06-10",
            "valid_to": "2018-05-02",
            "kind": "reference",
        },
        {"layer": "bare", "id": "2013", "valid_from": "2013-04-01", "valid_to": None, "kind": "team"},
    ]
    for one in generations:
        one |= {"title": "T", "status": "confirmed", "shapes": "official polygons"}
        if one["layer"] != "bare":
            file = tmp_path / "shapes" / str(one["layer"]) / f"{one['id']}.geojson"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("{}", "utf-8")
    found = drawn_layers(tmp_path, generations, dt.date(2026, 11, 22))
    assert {name: drawn.generation for name, drawn in found.items()} == {"hub": "2015", "ward": "2004"}


def test_the_picture_puts_the_spot_where_it_is_and_the_name_nowhere_raw(
    tmp_path: Path, layers: dict[str, DrawnLayer]
) -> None:
    build_maps(layers, tmp_path / "maps")
    found = picture.read_picture(tmp_path / "maps" / "district" / "D1.json")
    assert found is not None
    svg = picture.draw(found, f"Map of {HOSTILE}", lat=52.45, lon=-1.95)
    assert "<b>" not in svg
    assert "</script>" not in svg
    plane = picture.Plane(*found["plane"])
    assert plane.point(52.45, -1.95) == pytest.approx((plane.width / 2, plane.height / 2), abs=1)
    assert "ehf-picture__spot" in svg
    assert "ehf-picture__spot" not in picture.draw(found, "Map", lat=51.5, lon=0.1)


def test_a_missing_or_broken_picture_is_none(tmp_path: Path) -> None:
    assert picture.read_picture(tmp_path / "none.json") is None
    (tmp_path / "half.json").write_text('{"plane": [1', "utf-8")
    assert picture.read_picture(tmp_path / "half.json") is None


def test_a_code_that_is_no_file_name_is_kept_out_of_the_path() -> None:
    assert picture.file_stem("E14000560") == "E14000560"
    assert "/" not in picture.file_stem("../../etc/passwd")
