"""What has changed, for caches and partners, on both databases."""

from __future__ import annotations

import uuid
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import assemble
from api.state import State
from directory.store.records import Change
from geo.home import data_dir
from tests.api.stocking import changed, empty_var, publish, retired

ATOM = {"a": "http://www.w3.org/2005/Atom"}
HOSTILE = "<script>alert('x')</script> & \"quotes\" {{7*7}} =1+1"


def _service(organization: str, name: str) -> Change:
    number = str(uuid.uuid4())
    content = {"id": number, "organization_id": organization, "name": name, "status": "active"}
    return Change("service", number, "published", content)


class World:
    """A small directory with a history."""

    def __init__(self, var: Path, url: str) -> None:
        self.var, self.url = var, url
        number = str(uuid.uuid4())
        self.organization = Change(
            "organization", number, "published", {"id": number, "name": "Brook", "description": "Help."}
        )
        self.services = [_service(number, f"Service {index}") for index in range(4)]

    def write(self, *changes: Change) -> int:
        return publish(self.var, self.url, changes)


@pytest.fixture
def world(store_url: str, built: Path, tmp_path: Path) -> World:
    made = World(empty_var(built, tmp_path / "var"), store_url)
    made.write(made.organization, *made.services)
    return made


@pytest.fixture
def client(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("EARLYHELP_DATABASE_URL", world.url)
    with TestClient(assemble(State(data_dir(), world.var))) as client:
        yield client


def _pages(client: TestClient, since: int, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        body = client.get("/api/v1/changes", params={"since": since, "limit": limit}).json()
        found += body["changes"]
        assert body["next"] >= since
        since = body["next"]
        if not body["more"]:
            return found


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_a_cache_that_follows_the_changes_holds_what_is_published(
    client: TestClient, world: World, limit: int
) -> None:
    one, two, three, four = (change.id for change in world.services)
    world.write(changed(world.url, one, name="A new name"))
    world.write(retired(world.url, two), retired(world.url, three, four))
    draft = str(uuid.uuid4())
    content = {**world.services[0].content, "id": draft, "name": "Not yet"}
    world.write(Change("service", draft, "draft", content))
    held: dict[str, int] = {}
    for told in _pages(client, 0, limit):
        if told["what"] == "retired":
            del held[told["id"]]
        else:
            assert (told["id"] in held) is (told["what"] == "changed")
            held[told["id"]] = told["revision"]
    assert set(held) == {one, four, world.organization.id}
    assert held[one] == 2
    merged = next(told for told in _pages(client, 2, limit) if told["id"] == three)
    assert merged["redirect_to"] == four and "url" not in merged
    assert {told["id"] for told in _pages(client, 2, limit)} == {two, three}
    # The draft moved the revision and changed nothing that is published.
    last = client.get("/api/v1/changes", params={"since": 3}).json()
    assert (last["revision"], last["changes"], last["more"]) == (4, [], False)


def test_what_a_change_names_can_be_fetched(client: TestClient) -> None:
    for told in client.get("/api/v1/changes").json()["changes"]:
        assert client.get(told["url"]).json()["id"] == told["id"]


@pytest.mark.parametrize("query", ["since=x", "since=-1", "since=1.5", "limit=0", "limit=1001", "after=1"])
def test_what_cannot_be_used_is_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/api/v1/changes?{query}").status_code == 400


def test_the_feed_is_atom_newest_first_and_its_titles_are_only_text(client: TestClient, world: World) -> None:
    one, two = world.services[0].id, world.services[1].id
    world.write(changed(world.url, one, name=HOSTILE))
    world.write(retired(world.url, two))
    told = client.get("/api/v1/changes.atom")
    assert told.headers["content-type"].startswith("application/atom+xml")
    assert b"<script" not in told.content
    feed = ET.fromstring(told.content)
    assert feed.findtext("a:id", namespaces=ATOM) == "urn:earlyhelp:changes"
    entries = feed.findall("a:entry", ATOM)
    titles = [entry.findtext("a:title", namespaces=ATOM) for entry in entries]
    assert titles[:2] == ["Withdrawn: Service 1", f"Changed: {HOSTILE}"]
    assert entries[0].findtext("a:id", namespaces=ATOM) == f"urn:earlyhelp:change:3:{two}"
    numbers = [entry.findtext("a:id", namespaces=ATOM) for entry in entries]
    assert len(set(numbers)) == len(numbers) == 7
    for entry in (feed, *entries):
        assert entry.findtext("a:updated", namespaces=ATOM)
        link = entry.find("a:link", ATOM)
        assert link is not None
        # What was added and has been withdrawn since says so.
        assert client.get(link.attrib["href"]).status_code in (200, 410)
    held = client.get("/api/v1/changes.atom", headers={"if-none-match": told.headers["etag"]})
    assert held.status_code == 304
    world.write(changed(world.url, one, name="Plain again"))
    after = client.get("/api/v1/changes.atom", headers={"if-none-match": told.headers["etag"]})
    assert after.status_code == 200 and "Plain again" in after.text


def test_a_draft_of_a_withdrawn_listing_does_not_lend_the_feed_its_name(
    client: TestClient, world: World
) -> None:
    change = world.services[0]
    world.write(retired(world.url, change.id))
    world.write(Change("service", change.id, "draft", {**change.content, "name": "Unheard of"}, base=2))
    text = client.get("/api/v1/changes.atom").text
    assert "Withdrawn: Service 0" in text and "Unheard" not in text
