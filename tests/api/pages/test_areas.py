"""The pages of layers and areas, and the pages that tell of the site."""

from __future__ import annotations

import subprocess
import sys

import pytest
from starlette.testclient import TestClient

from geo.layers import LAYER_ORDER


def test_the_index_names_every_layer(client: TestClient) -> None:
    text = client.get("/areas").text
    for layer in LAYER_ORDER:
        assert f'href="/areas/{layer}"' in text


@pytest.mark.parametrize("layer", LAYER_ORDER)
def test_each_layer_has_a_page_with_a_map_and_its_areas(client: TestClient, layer: str) -> None:
    answer = client.get(f"/areas/{layer}")
    assert answer.status_code == 200
    assert f'data-map="/maps/layer/{layer}.html"' in answer.text
    assert f'href="/areas/{layer}/' in answer.text


def test_a_team_has_its_contacts_and_says_that_it_is_illustrative(client: TestClient) -> None:
    text = client.get("/areas/hub/HUB01").text
    assert "Illustrative" in text
    assert "Sample listing" in text
    assert 'href="tel:0121496' in text


def test_an_area_that_has_ended_names_those_that_took_its_place(client: TestClient) -> None:
    text = client.get("/areas/health_visiting/HVN01").text
    assert "no longer in force" in text
    assert "31 March 2015" in text
    assert 'href="/areas/health_visiting/HV' in text


@pytest.mark.parametrize(
    "path", ["/areas/none", "/areas/hub/NONE", "/nothing", "/maps/none.html", "/static/none.css"]
)
def test_what_is_not_there_is_told_with_what_to_do_next(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert '<a class="govuk-link" href="/">' in answer.text


@pytest.mark.parametrize("path", ["/areas", "/areas/ward_2018", "/about", "/privacy", "/accessibility"])
def test_pages_answer_head_and_may_be_kept_for_a_while(client: TestClient, path: str) -> None:
    answer = client.head(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, max-age=300"


@pytest.mark.parametrize("path", ["/", "/areas/hub", "/areas/hub/HUB05", "/nothing"])
def test_a_page_that_says_who_is_open_now_is_never_kept(client: TestClient, path: str) -> None:
    assert client.get(path).headers["cache-control"] == "no-store"


def test_the_about_page_tells_sources_counts_and_attribution(client: TestClient) -> None:
    text = client.get("/about").text
    for part in ("Open Government Licence", "35,068", "Contains OS data", "illustrative", "Leaflet"):
        assert part in text


def test_pages_and_maps_are_served_without_geometry_or_drawing_libraries(built: object) -> None:
    program = (
        "import sys, pathlib\n"
        "from starlette.testclient import TestClient\n"
        "from api.app import create_app\n"
        "from geo.home import data_dir\n"
        "client = TestClient(create_app(data_dir(), pathlib.Path(sys.argv[1])))\n"
        "assert client.post('/postcode', data={'postcode': 'B15 2TT'}).status_code == 200\n"
        "assert client.get('/areas/hub').status_code == 200\n"
        "assert client.get('/maps/layer/hub.html').status_code == 200\n"
        "heavy = {'folium', 'branca', 'geopandas', 'shapely', 'pandas', 'pyproj'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(built)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
