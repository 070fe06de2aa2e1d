"""Who runs early help in this district: the page of an area, and what it says first."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.pages.crossed import contact_now, first_words
from api.pages.lettering import Box, name_set
from api.pages.words import plural
from tests.api.pages.reading import title, words

EDGBASTON = "/areas/district/E14000560"


def test_the_first_sentence_answers_the_question(client: TestClient) -> None:
    answer = client.get(EDGBASTON)
    assert title(answer) == "Edgbaston district: who runs early help - Early Help Finder"
    assert (
        "Families in Edgbaston district have 3 safeguarding and family hubs, 2 children's centre localities, "
        "2 health visiting teams and 1 integrated family support team. Which of them depends on the street: "
        "there are 3 different combinations."
    ) in words(answer)
    assert "illustrative" in words(answer)


def test_every_team_stands_there_with_its_share_and_a_way_to_reach_it(client: TestClient) -> None:
    text = client.get(EDGBASTON).text
    facts = client.get("/api/v1/layers/district/areas/E14000560").json()
    teams = [
        (side["layer"], one) for side in facts["overlaps"] if side["kind"] == "team" for one in side["areas"]
    ]
    parts = re.findall(r'<li class="ehf-part">.*?</li>', text, re.S)
    assert len(parts) == len(teams) == 8
    for part, (layer, team) in zip(parts, teams, strict=True):
        assert f'href="/areas/{layer}/{team["code"]}"' in part
        assert f"{team['share']:.0%}" in part
        assert 'href="tel:0121496' in part
        assert "Sample listing" in part
    assert "28% of this safeguarding and family hub is here; the rest is in" in words(client.get(EDGBASTON))


def test_somebody_to_call_now_is_named_at_any_hour(client: TestClient) -> None:
    now = re.search(r'<section class="ehf-now.*?</section>', client.get(EDGBASTON).text, re.S)
    assert now
    assert 'href="tel:' in now[0]
    assert "govuk-tag--green" in now[0]  # the one to call now is always an open one


def test_the_picture_is_told_in_words_and_by_more_than_colour(client: TestClient) -> None:
    text = client.get(EDGBASTON).text
    pictures = re.findall(r'<svg class="ehf-cut".*?</svg>', text, re.S)
    assert len(pictures) == 4
    assert (
        'aria-label="Edgbaston district cut into the areas of 3 safeguarding and family hubs: '
        'Harborne and Quinton 43%, Edgbaston and Ladywood 33%, Longbridge and Weoley 24%"'
    ) in pictures[0]
    looks = re.findall(r"url\(#(ehf-cut-\d)\)", pictures[0])
    assert len(set(looks)) == len(looks) == 3
    assert set(looks) <= set(re.findall(r'<pattern id="(ehf-cut-\d)"', text))
    for name in ("Quinton", "Longbridge", "43%", "33%", "24%"):
        assert f">{name}<" in pictures[0]


def test_the_combinations_and_the_table_say_the_same_as_the_picture(client: TestClient) -> None:
    said = words(client.get(EDGBASTON))
    assert "The 3 combinations of teams" in said
    assert "Every area that shares homes with Edgbaston district" in said
    assert "2,561 are counted as homes" in said


def test_the_services_of_the_district_are_counted_by_need_and_lead_to_the_search(pages: TestClient) -> None:
    text = pages.get(EDGBASTON).text
    total = re.search(r'href="/services\?area=district%3AE14000560">(\d+) services', text)
    assert total
    found = pages.get("/services?area=district%3AE14000560")
    assert f"{total[1]} services found" in title(found)
    need = re.search(
        r'href="/services\?area=district%3AE14000560&amp;need=([a-z_]+)">[^<]+</a> [^(]*\((\d+)\)', text
    )
    assert need
    narrowed = pages.get(f"/services?area=district%3AE14000560&need={need[1]}")
    assert f"{need[2]} service" in title(narrowed)


def test_a_page_without_a_directory_still_names_the_teams(official_var: Any) -> None:
    from api.app import create_app
    from geo.home import data_dir

    bare = TestClient(create_app(data_dir(), official_var))
    answer = bare.get(EDGBASTON)
    assert answer.status_code == 200
    assert "Services for families here" not in answer.text
    assert "safeguarding and family hub" in answer.text


def test_a_hub_tells_its_districts_first(client: TestClient) -> None:
    said = words(client.get("/areas/hub/HUB05"))
    assert (
        "Edgbaston and Ladywood works in 2 districts: Ladywood (72% of its postcodes) and Edgbaston (28% of "
        "its postcodes). The same families also have"
    ) in said


def test_a_ward_tells_its_teams(client: TestClient) -> None:
    said = words(client.get("/areas/ward_2018/E05011118"))
    assert "Families in Acocks Green (ward since 2018) have" in said


def test_an_area_that_has_ended_speaks_of_its_own_time(client: TestClient) -> None:
    answer = client.get("/areas/health_visiting/HVN01")
    said = words(answer)
    assert "worked in" in said
    assert "Who to call now" not in said
    assert "Every area that shares homes with" in said
    assert "on 31 March 2015" in said


def test_a_census_area_has_a_page_too(client: TestClient) -> None:
    answer = client.get("/areas/lsoa_2021/E01008881")
    assert answer.status_code == 200
    assert "have" in words(answer)


@pytest.mark.parametrize("path", [EDGBASTON, "/areas/ward_2018/E05011118"])
def test_what_says_who_is_open_now_is_never_kept(client: TestClient, path: str) -> None:
    assert client.get(path).headers["cache-control"] == "no-store"


def test_the_index_tells_how_badly_the_maps_fit(client: TestClient) -> None:
    answer = client.get("/areas")
    said = words(answer)
    facts = client.get("/api/v1/crosswalk/district/hub").json()
    assert "make 38 different combinations" in said
    assert f"{len(facts['straddling'])} of 14 work in more than one district" in said
    assert "Each works in one district only" in said
    assert len(re.findall(r'<svg class="ehf-few"', answer.text)) == 4
    assert answer.headers["cache-control"] == "private, max-age=300"


def test_an_open_contact_comes_before_a_closed_one() -> None:
    closed, open_now = {"role": "a", "open": False}, {"role": "b", "open": True}
    assert contact_now([closed, open_now]) is open_now
    assert contact_now([closed]) is closed
    assert contact_now([]) is None


def test_one_combination_is_said_to_be_the_same_for_all() -> None:
    area = {
        "layer": "district", "name": "East", "title": "District", "kind": "reference", "in_force": True,
        "combinations": {"count": 1},
    }  # fmt: skip
    across = [{"layer": "hub", "kind": "team", "areas": [{"code": "H"}], "counted": "1 hub"}]
    assert first_words(area, across) == [
        "Families in East district have 1 hub.",
        "They are the same for every home.",
    ]
    assert first_words(area, []) == []


@pytest.mark.parametrize(
    ("noun", "many"),
    [
        ("hub", "hubs"),
        ("children's centre locality", "children's centre localities"),
        ("day", "days"),
        ("branch", "branches"),
    ],
)
def test_nouns_have_their_plurals(noun: str, many: str) -> None:
    assert plural(noun, 1) == noun
    assert plural(noun, 3) == many


def test_names_in_a_picture_are_never_cut_off_nor_laid_over_each_other() -> None:
    window = Box(500, 400, 500, 400)
    first = name_set("Bartley Green and Weoley", "24%", (30, 20), 90, window, [])
    assert first is not None
    box, lines, _size = first
    assert box.x >= box.half_width - 0.001
    assert box.y >= box.half_height - 0.001
    assert [line["words"] for line in lines][-1] == "24%"
    again = name_set("Harborne", "40%", (box.x, box.y), 90, window, [box])
    assert again is None or not again[0].meets(box)
    assert name_set("Harborne", "40%", (5, 5), 90, Box(5, 5, 5, 5), []) is None
