"""A page without an answer says whom to call now, and offers only what leads somewhere at that moment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from geo.home import data_dir
from tests.api.pages.reading import sample, words
from tests.api.stocking import empty_var

NUMBER = sample("Safe Hands Self-Harm Group")["id"]
OURS = {"sec-fetch-site": "same-origin"}


@pytest.fixture(scope="module")
def silent(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Pages without a directory and without any questionnaire, of which one always breaks."""
    folder = tmp_path_factory.mktemp("silent")
    data = folder / "data"
    data.mkdir()
    for one in data_dir().iterdir():
        if one.name != "pathways":
            (data / one.name).symlink_to(one)
    shell: Any = create_app(data, empty_var(built, folder / "var"))

    async def broken(_request: Any) -> Any:
        raise RuntimeError("a page that is broken")

    shell.app.default.router.routes.insert(0, Route("/broken", broken))
    with TestClient(shell, follow_redirects=False, raise_server_exceptions=False) as client:
        yield client


def ways(answer: httpx.Response) -> list[str]:
    """Where the links of the page's main part lead, but for telephones."""
    found = re.search(r"<main.*?</main>", answer.text, re.S)
    assert found
    return [one for one in re.findall(r'href="([^"]*)"', found[0]) if not one.startswith("tel:")]


def says_whom_to_call(answer: httpx.Response) -> bool:
    """Whether the box with the number that answers now stands there, once, and 999."""
    box = re.findall(r'<section class="ehf-now".*?</section>', answer.text, re.S)
    return len(box) == 1 and bool(re.search(r'href="tel:0121\d{7}"', box[0])) and "tel:999" in box[0]


def test_without_a_directory_the_search_is_not_offered(client: TestClient) -> None:
    for path in ("/services", "/needs", f"/services/{NUMBER}", "/nothing"):
        answer = client.get(path)
        assert answer.status_code == (404 if path == "/nothing" else 503)
        assert ways(answer) == ["/", "/worried"]
        assert says_whom_to_call(answer)


def test_without_a_questionnaire_no_page_leads_to_the_questions(silent: TestClient) -> None:
    for path in ("/worried", "/worried/early-help", "/worried/early-help/result?a=v1.aay"):
        answer = silent.get(path)
        assert answer.status_code == 503
        assert ways(answer) == ["/"]
        assert says_whom_to_call(answer)
        main = words(answer)
        assert main.index("Who to call now") < main.index("What you can do")
    assert ways(silent.get("/nothing")) == ["/"]


def test_what_a_page_offers_is_there(pages: TestClient) -> None:
    for path in ("/nothing", "/worried/early-help?a=v1.zzz", "/areas/hub/none", "/areas/none", "/schools/1"):
        answer = pages.get(path)
        assert answer.status_code in (400, 404)
        offered = ways(answer)
        assert len(offered) == len(set(offered)) >= 3
        assert {"/", "/worried", "/services"} <= set(offered)
        for one in offered:
            assert pages.get(one).status_code == 200, one


@pytest.mark.parametrize(
    ("path", "lists"),
    [
        ("/areas/none", ["/areas"]),
        ("/areas/hub/none", ["/areas/hub", "/areas"]),
        ("/areas/none/none", ["/areas"]),
        ("/schools/1", ["/schools"]),
    ],
)
def test_a_list_that_is_named_can_be_followed(pages: TestClient, path: str, lists: list[str]) -> None:
    answer = pages.get(path)
    assert answer.status_code == 404
    assert ways(answer)[: len(lists)] == lists
    assert says_whom_to_call(answer)


def test_a_report_from_elsewhere_and_one_too_many_are_told_whom_to_call(own_var: Path) -> None:
    with TestClient(create_app(data_dir(), own_var), follow_redirects=False) as client:
        address, told = f"/services/{NUMBER}/report", {"problem": "telephone"}
        foreign = client.post(address, data=told, headers={"sec-fetch-site": "cross-site"})
        answers = [client.post(address, data=told, headers=OURS) for _ in range(40)]
    assert foreign.status_code == 403
    assert answers[-1].status_code == 429
    for answer in (foreign, answers[-1]):
        assert says_whom_to_call(answer)
        assert ways(answer) == ["/", "/worried", "/services"]


def test_a_fault_of_ours_and_what_is_refused_say_whom_to_call(silent: TestClient, pages: TestClient) -> None:
    for status, answer in (
        (500, silent.get("/broken")),
        (405, pages.post("/about", headers=OURS)),
        (413, pages.post("/postcode", data={"postcode": "B" * 9000})),
        (414, pages.get("/services?q=" + "a" * 5000)),
    ):
        assert answer.status_code == status
        assert says_whom_to_call(answer)


def test_where_the_name_of_the_site_is_wrong_no_way_on_is_offered(built: Path) -> None:
    app = create_app(data_dir(), built, settings=Settings(hosts=frozenset({"help.example"})))
    answer = TestClient(app, base_url="http://elsewhere.example").get("/")
    assert answer.status_code == 400
    assert ways(answer) == []
    assert "What you can do" not in answer.text
    assert says_whom_to_call(answer)


def test_a_way_that_breaks_when_it_is_asked_is_left_out(client: TestClient, built: Path) -> None:
    from api.pages.doors import Doors

    doors: Doors = create_app(data_dir(), built).app.default.state.doors  # type: ignore[attr-defined]

    class Broken:
        def library(self) -> Any:
            raise RuntimeError("no file can be read")

    assert doors.ways() == [
        ("Find who to call by postcode", "/"),
        ("Answer questions about your worry", "/worried"),
    ]
    assert Doors(doors.site, Broken()).ways() == [("Find who to call by postcode", "/")]  # type: ignore[arg-type]
