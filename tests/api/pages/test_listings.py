"""The page of a service tells what its listing says; a withdrawn or merged one says what became of it."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import uuid
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.pages import listing
from directory.listings.hours import LONDON, spans
from geo.home import data_dir
from tests.api.pages.reading import addresses, names, sample, samples, title, words
from tests.api.stocking import changed, publish, retired


def test_every_service_and_organisation_of_the_sample_has_its_page(pages: TestClient) -> None:
    for service in samples()[::6]:
        answer = pages.get(f"/services/{service['id']}")
        assert answer.status_code == 200
        text = words(answer)
        assert service["name"] in text
        assert service["name"] in title(answer)
        organization = re.search(r'href="(/organisations/[^"]+)"', answer.text)
        assert organization
        assert pages.get(organization[1]).status_code == 200


def test_a_service_that_takes_nobody_new_never_has_green_hours(stocked: Path, tmp_path: Path) -> None:
    var = shutil.copytree(stocked, tmp_path / "var", symlinks=True)
    number = sample("Brambleway Overnight Stays")["id"]
    url = f"sqlite:///{var / 'directory.db'}"
    today = dt.date.today()
    always = {"id": str(uuid.uuid4()), "freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR,SA,SU"}
    always |= {"opens_at": "00:00", "closes_at": "24:00"}
    for state, green in (("open", True), ("closed", False)):
        said = {"stated": today.isoformat(), "until": (today + dt.timedelta(days=60)).isoformat()}
        room = {"state": state, **said}
        publish(var, url, [changed(url, number, schedules=[always], capacity=room)])
        with TestClient(create_app(data_dir(), var)) as client:
            one = client.get(f"/services/{number}")
            found = client.get("/services?q=Brambleway+Overnight+Stays")
        card = re.search(rf'<li class="ehf-result"[^>]*>(?:(?!</li>).)*{number}.*?</li>', found.text, re.S)
        assert one.status_code == 200 and card
        contact = one.text.partition('id="contact"')[2].partition("</section>")[0]
        for part in (contact, card[0]):
            assert "Open" in part
            assert ("govuk-tag--green" in part) is green, (state, part)
            assert ("Not taking anyone new" in part) is not green


def test_a_service_page_has_everything_that_its_listing_says(pages: TestClient) -> None:
    service = sample("Intensive Family Support, City-wide")
    answer = pages.get(f"/services/{service['id']}")
    text = words(answer)
    for part in (
        "Sample listing This service is made up",
        "For professionals Team manager on duty 0121 496 0500",
        "intensive.wide@earlyhelp-samplecity.example",
        "Birth to 17 years",
        "Whole-family early help",
        "Complex and Significant",
        "All of Birmingham",
        "Not taking anyone new, said on 10 November 2026. Opens again when two families have moved on",
        "Cost Free",
        "English, Urdu, Somali",
        "A professional must refer",
        "If you work with the family",
        "Monday to Friday, 8am to 9pm",
        "Hours in the next seven days",
        "Canal Steps House Sample venue, 23 Sample Way, Birmingham, B1 2NG",
        "Ten minutes on foot from the city centre stations.",
        "Step-free access",
        "Checked 12 October 2026 by the service manager",
        "Next check 12 October 2027",
        "Revision of the directory",
        "Report a problem with this listing",
    ):
        assert part in text, part
    assert "If you are the family" not in text
    assert "owner" not in text.lower()
    assert "Directory editor" not in text


def test_contacts_stand_by_audience_with_the_telephone_first(pages: TestClient) -> None:
    service = sample("Safe Hands Self-Harm Group")
    text = words(pages.get(f"/services/{service['id']}"))
    families, professionals = text.index("For families"), text.index("For professionals")
    telephone, letter = text.index("0121 496 0513"), text.index("safe.group@")
    assert families < telephone < letter < professionals < text.index("Referral coordinator")


def test_the_week_says_the_same_as_the_rows_of_the_listing(pages: TestClient) -> None:
    service = sample("Intensive Family Support, City-wide")
    answer = pages.get(f"/services/{service['id']}")
    week = re.findall(
        r'<th scope="row" class="govuk-table__header">(\w+day) [^<]*</th><td[^>]*>([^<]*)<', answer.text
    )
    assert len(week) == 7
    for day, hours in week:
        assert hours == ("10am to 6pm" if day in ("Saturday", "Sunday") else "8am to 9pm"), day


def test_an_overdue_listing_warns_before_anything_else(pages: TestClient) -> None:
    import datetime as dt

    today = dt.date.today().isoformat()
    service = next(one for one in samples() if one.get("review_by", "9999") < today)
    text = words(pages.get(f"/services/{service['id']}"))
    assert text.index("Nobody has checked this listing in time.") < text.index("Contact")


def test_a_map_is_a_link_and_nothing_is_loaded_from_elsewhere(pages: TestClient) -> None:
    answer = pages.get(f"/services/{sample('Safe Hands Self-Harm Group')['id']}")
    outside = [one for one in addresses(answer) if re.match(r"https?:", one)]
    assert any(one.startswith("https://www.openstreetmap.org/?mlat=") for one in outside)
    assert not re.search(r'<(?:img|script|link|iframe)[^>]*(?:src|href)="https?:', answer.text)


def test_an_organisation_lists_its_services(pages: TestClient) -> None:
    service = sample("Safe Hands Self-Harm Group")
    answer = pages.get(f"/organisations/{service['organization_id']}")
    assert "Quillfeather Counselling" in title(answer)
    assert service["name"] in names(answer)


@pytest.mark.parametrize(
    "path", ["/services/none", "/services/00000000-0000-4000-8000-000000000000", "/organisations/x"]
)
def test_an_id_that_nothing_has_is_not_found(pages: TestClient, path: str) -> None:
    answer = pages.get(path)
    assert answer.status_code == 404
    assert "No such listing" in words(answer)


def test_a_withdrawn_listing_says_so_and_offers_the_search(own_var: Path) -> None:
    url = f"sqlite:///{own_var / 'directory.db'}"
    number = sample("Safe Hands Self-Harm Group")["id"]
    publish(own_var, url, [retired(url, number)])
    with TestClient(create_app(data_dir(), own_var), follow_redirects=False) as pages:
        answer = pages.get(f"/services/{number}")
    assert answer.status_code == 410
    assert "This listing has been withdrawn" in words(answer)
    assert "Find another service" in words(answer)
    assert 'action="/services" method="post"' in answer.text
    assert "safe.group@" not in answer.text  # nothing of what was withdrawn
    assert "0121 496 0513" not in answer.text


def test_a_withdrawn_listing_leads_to_others_for_the_same_need_and_age(own_var: Path) -> None:
    url = f"sqlite:///{own_var / 'directory.db'}"
    service = sample("Evenkeel Parenting Teenagers")
    publish(own_var, url, [retired(url, service["id"])])
    with TestClient(create_app(data_dir(), own_var), follow_redirects=False) as pages:
        answer = pages.get(f"/services/{service['id']}")
        shown = names(answer)
        organization = f"/organisations/{service['organization_id']}"
        assert organization in addresses(answer)
        assert pages.get(organization).status_code == 200
    assert len(shown) == 3
    assert service["name"] not in shown
    for one in (one for one in samples() if one["name"] in shown):
        assert set(one["needs"]) & set(service["needs"])
        assert one.get("minimum_age", 0) <= service["maximum_age"]
        assert one.get("maximum_age", 99) >= service["minimum_age"]


def test_a_withdrawn_organisation_offers_the_search(own_var: Path) -> None:
    url = f"sqlite:///{own_var / 'directory.db'}"
    service = sample("Safe Hands Self-Harm Group")
    number = service["organization_id"]
    theirs = [one["id"] for one in samples() if one["organization_id"] == number]
    publish(own_var, url, [retired(url, one) for one in (*theirs, number)])
    with TestClient(create_app(data_dir(), own_var), follow_redirects=False) as pages:
        assert "Find another service" in words(pages.get(f"/organisations/{number}"))
        assert f"/organisations/{number}" not in addresses(pages.get(f"/services/{service['id']}"))


def test_a_service_that_takes_nobody_says_so_beside_its_number(pages: TestClient) -> None:
    service = sample("Intensive Family Support, City-wide")
    text = words(pages.get(f"/services/{service['id']}"))
    assert text.index("Not taking anyone new.") < text.index("0121 496 0500")


def test_a_merged_listing_leads_to_the_one_that_took_its_place(own_var: Path) -> None:
    url = f"sqlite:///{own_var / 'directory.db'}"
    number, into = sample("Safe Hands Self-Harm Group")["id"], sample("Willowmark Therapy")["id"]
    publish(own_var, url, [retired(url, number, into)])
    with TestClient(create_app(data_dir(), own_var), follow_redirects=False) as pages:
        answer = pages.get(f"/services/{number}")
        assert answer.status_code == 301
        assert answer.headers["location"] == f"/services/{into}"
        assert pages.get(answer.headers["location"]).status_code == 200


def test_the_a_to_z_has_every_need_by_letter_and_by_group_with_the_words_for_it(pages: TestClient) -> None:
    answer = pages.get("/needs")
    text = words(answer)
    for need in ("Self-harm and suicidal thoughts", "Housing and homelessness", "Autism"):
        assert text.count(need) == 2, need
    assert "Also: self harm" in text
    assert re.search(r"Self-harm and suicidal thoughts \(\d+ services\)", text)
    for letter in re.findall(r'href="(#letter-[a-z])"', answer.text):
        assert f'id="{letter[1:]}"' in answer.text
    for address in re.findall(r'href="(/services\?need=[^"]+)"', answer.text)[::10]:
        assert pages.get(address).status_code == 200


def test_each_day_of_a_week_has_the_hours_of_that_day_also_where_clocks_change() -> None:
    rows = [
        {"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR,SA,SU", "opens_at": "22:00", "closes_at": "02:30"},
        {"freq": "WEEKLY", "byday": "SA", "opens_at": "00:00", "closes_at": "00:00"},
        {"freq": "WEEKLY", "byday": "SU", "opens_at": "12:00", "closes_at": "13:00"},
    ]
    for day in (dt.date(2026, 3, 26), dt.date(2026, 10, 22), dt.date(2026, 6, 1)):
        shown = listing.week(rows, dt.datetime.combine(day, dt.time(12), LONDON))
        assert len(shown) == 7
        for one in shown:
            date = dt.date.fromisoformat(one["date"])
            start = dt.datetime.combine(date, dt.time(), LONDON)
            end = dt.datetime.combine(date + dt.timedelta(days=1), dt.time(), LONDON)
            told = [listing._span(opens, closes, start, end) for opens, closes in spans(rows, start, end)]
            assert one["words"] == ", ".join(told)
            assert len(told) == {5: 1, 6: 3}.get(date.weekday(), 2)
