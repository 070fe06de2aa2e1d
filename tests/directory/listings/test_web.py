"""Walking a feed over the web, against a real server on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest

from directory.listings.reading.feed import Feed, FeedError, Findings
from directory.listings.reading.json_feed import Pages
from directory.listings.reading.records import Records
from directory.listings.reading.web import USER_AGENT, Manners, Visit
from tests.directory.listings.feeding import NEEDS, found, service

QUICK = Manners(first_wait=0.0, longest_wait=5.0, timeout=10.0, attempts=3, most_pages=20)


class Site:
    """A server whose answers a test sets: path -> list of (status, headers, body), the last one for ever."""

    def __init__(self) -> None:
        self.answers: dict[str, list[tuple[int, dict[str, str], bytes]]] = {}
        self.asked: list[str] = []
        self.agents: set[str] = set()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                site.agents.add(self.headers["User-Agent"])
                status, headers, body = site.answer(self.path)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        held = self.answers.get(path) or self.answers.get(urlsplit(path).path) or [(404, {}, b"")]
        return held.pop(0) if len(held) > 1 else held[0]

    def page(self, path: str, body: Any, status: int = 200, **headers: str) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers.setdefault(path, []).append((status, headers, raw))


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


def _walk(address: str, manners: Manners = QUICK) -> Feed:
    findings = Findings()
    pages = Pages(Records("web", NEEDS, findings), findings)
    Visit(address, findings, manners).walk(pages)
    return pages.feed(address)


def _full(number: int) -> dict[str, Any]:
    return service(number, schedules=[{"id": f"s{number}", "opens_at": "09:00"}])


def _paged(site: Site, count: int, size: int = 2) -> None:
    total = -(-count // size)
    for page in range(1, total + 1):
        held = [_full(n) for n in range(1, count + 1)][(page - 1) * size : page * size]
        body = {"total_items": count, "total_pages": total, "page_number": page, "last_page": page == total,
                "contents": held}  # fmt: skip
        site.page("/services" if page == 1 else f"/services?page={page}", body)


def test_every_page_is_walked_once_with_our_name_and_the_feed_is_whole(site: Site) -> None:
    _paged(site, 5)
    feed = _walk(f"{site.url}/services")
    assert len(feed.of("service")) == 5 and "service" in feed.covers
    assert site.asked == ["/services", "/services?page=2", "/services?page=3"]
    assert site.agents == {USER_AGENT}


def test_a_slim_list_is_filled_by_asking_for_each_service(site: Site) -> None:
    slim = [{"id": _full(n)["id"], "name": f"Service {n}", "status": "active"} for n in (1, 2)]
    site.page("/services", {"total_items": 2, "total_pages": 1, "contents": slim})
    site.page(f"/services/{slim[0]['id']}", _full(1))
    feed = _walk(f"{site.url}/services")
    first, second = feed.of("service")
    assert "schedules" in first.content and "schedules" not in second.content
    assert found(feed, "warning", "unreadable") == [f"{site.url}/services/{slim[1]['id']}"]


def test_a_busy_server_is_asked_again_as_late_as_it_says(site: Site) -> None:
    site.page("/services", b"", 503, **{"Retry-After": "0"})
    site.page("/services", b"", 429)
    site.page("/services", {"contents": [_full(1)]})
    assert len(_walk(f"{site.url}/services").of("service")) == 1
    assert len(site.asked) == 3


@pytest.mark.parametrize(
    ("status", "headers", "said"),
    [
        (500, {}, "HTTP 500, after 3 attempts"),
        (503, {"Retry-After": "9999"}, "asks to come again in 9,999 seconds"),
        (404, {}, "HTTP 404"),
        (302, {"Location": "http://elsewhere.example/services"}, "another host"),
        (302, {"Location": "file:///etc/passwd"}, "another host"),
        (302, {"Location": "/services"}, "more than 5 redirects"),
    ],
)
def test_a_server_that_does_not_give_the_feed_is_told_in_words(
    site: Site, status: int, headers: dict[str, str], said: str
) -> None:
    site.page("/services", b"", status, **headers)
    with pytest.raises(FeedError) as error:
        _walk(f"{site.url}/services")
    assert said in str(error.value)


def test_a_failure_in_the_middle_of_the_walk_fails_the_whole_feed(site: Site) -> None:
    _paged(site, 5)
    site.answers["/services?page=2"] = [(500, {}, b"")]
    with pytest.raises(FeedError, match="HTTP 500"):
        _walk(f"{site.url}/services")


def test_a_next_link_to_another_host_is_not_followed(site: Site) -> None:
    site.page("/services", {"contents": [_full(1)], "next": "https://elsewhere.example/services?page=2"})
    with pytest.raises(FeedError, match="another host"):
        _walk(f"{site.url}/services")


def test_a_server_that_ignores_the_page_does_not_keep_us_for_ever(site: Site) -> None:
    site.page("/services", {"total_pages": 9999, "contents": [_full(1)]})
    feed = _walk(f"{site.url}/services")
    assert found(feed, "warning", "repeated")[0].endswith("page=2")
    assert len(site.asked) == 2


def test_more_bytes_than_a_feed_has_are_not_taken(site: Site) -> None:
    site.page("/services", b" " * 200_000)
    with pytest.raises(FeedError, match="more bytes"):
        _walk(f"{site.url}/services", Manners(most_of_one=100_000))


@pytest.mark.parametrize(
    "address", ["ftp://a.example/x", "file:///etc/passwd", "http://", "http://me:word@a.example/"]
)
def test_only_plain_web_addresses_are_walked(address: str) -> None:
    with pytest.raises(FeedError):
        _walk(address)
