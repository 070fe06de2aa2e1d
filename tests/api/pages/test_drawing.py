"""A page shows a map only where a build has drawn what holds now."""

from __future__ import annotations

import re
from pathlib import Path

from api.pages.drawing import city_picture, district_map, layer_map
from api.pages.lettering import box_of
from api.pages.rendering import environment

CITY = '{% from "parts/city.html" import city %}{{ city(picture) }}'

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


def test_the_citys_picture_names_the_ten_districts_in_few_bytes(built: Path) -> None:
    found = city_picture(built, "2010-05-06")
    assert found is not None
    text = environment().from_string(CITY).render(picture=found)
    links = re.findall(r'<li><a class="govuk-link" href="/areas/district/(\w+)">([^<]+)</a>', text)
    assert len(links) == 10
    assert links[0] == ("E14000560", "Edgbaston")
    assert len(re.findall(r'<path d="M[^"]{40,}z"/>', text)) == 10
    assert len(text.encode()) < 12_000


def test_the_citys_picture_is_left_out_where_it_is_not_of_these_districts(built: Path) -> None:
    assert city_picture(built, "2099-01-01") is None
    assert environment().from_string(CITY).render(picture=None).strip() == ""


def test_names_set_into_the_citys_picture_stay_inside_it_and_clear_of_each_other(built: Path) -> None:
    found = city_picture(built, "2010-05-06")
    assert found is not None
    boxes = [
        box_of([line["words"] for line in one["lines"]], one["at"], found["size"]) for one in found["areas"]
    ]
    for box in boxes:
        assert box.half_width <= box.x <= found["width"] - box.half_width
    assert not [1 for n, box in enumerate(boxes) for other in boxes[:n] if box.meets(other)]
