"""A feed read from its address, page by page, as a polite guest: few requests, patience, firm limits.

Only http and https, only the host that was named, few redirects, a limit on pages and bytes, waits as long as
the other side asks (Retry-After). Where the list is slim each service is asked for by its id.
"""

from __future__ import annotations

import datetime as dt
import email.utils
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin

import httpx
import tenacity

from directory.listings.reading.feed import FeedError, Findings
from directory.listings.reading.json_feed import Pages, parsed
from directory.listings.reading.members import named_kind, snake

USER_AGENT = "early-help-finder/0.1 (listings importer)"
_SLIM = frozenset(
    ("service_at_locations", "schedules", "contacts", "phones", "service_areas", "cost_options", "attributes",
     "languages", "funding")
)  # fmt: skip
_AGAIN = frozenset((408, 425, 429, 500, 502, 503, 504))


@dataclass(frozen=True, slots=True)
class Manners:
    """How a walk behaves. Times in seconds."""

    timeout: float = 20.0
    attempts: int = 5
    longest_wait: float = 120.0  # no Retry-After beyond this is waited for
    first_wait: float = 1.0
    most_pages: int = 2_000
    most_bytes: int = 300 * 1024 * 1024
    most_of_one: int = 50 * 1024 * 1024
    most_redirects: int = 5
    at_once: int = 2
    per_page: int = 100


class _Later(Exception):
    """The other side asks to come again, after so many seconds if it said so."""

    def __init__(self, words: str, seconds: float | None = None) -> None:
        self.words, self.seconds = words, seconds
        super().__init__(words)


class Visit:
    """One walk over one host."""

    def __init__(
        self,
        start: str,
        findings: Findings,
        manners: Manners | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self.findings, self.manners, self.progress = findings, manners or Manners(), progress
        try:
            self.start = httpx.URL(start)
        except (httpx.InvalidURL, UnicodeError, ValueError):
            raise FeedError(f"{start[:200]}: not a web address.") from None
        if self.start.scheme not in ("http", "https") or not self.start.host:
            raise FeedError(f"{start[:200]}: only http:// and https:// addresses are read.")
        if self.start.userinfo:
            raise FeedError("An address with a name and password in it is not used: they would be recorded.")
        self.bytes = 0
        self.client = httpx.Client(
            timeout=self.manners.timeout,
            headers={"User-Agent": USER_AGENT, "Accept": "application/json, text/csv;q=0.5"},
            follow_redirects=False,
        )

    def walk(self, take: Pages) -> None:
        """Every page from the start address on, then what the pages were too slim to say."""
        with self.client:
            page, number, seen = self.start, 1, set[str]()
            slim: list[str] = []
            total = 0
            while True:
                raw, page = self.fetch(page)
                value = parsed(raw, str(page), self.findings)
                marks = _marks(value)
                ids = _ids(value)
                if number > 1 and ids and not set(ids) - seen:
                    self.findings.add(
                        "warning", "repeated", str(page), "repeats the page before; the walk ends here.",
                        "Tell the publisher: page= is not followed.",
                    )  # fmt: skip
                    break
                seen.update(ids)
                slim += _slim_ids(value, str(page))
                take.add(value, str(page))
                total = max(total, _whole(marks, "total_pages", "pages"))
                if self.progress:
                    self.progress(number, total)
                following = self._next(value, marks, number, page, bool(ids))
                if following is None:
                    break
                number, page = number + 1, following
                if number > self.manners.most_pages:
                    raise FeedError(
                        f"{self.start}: more than {self.manners.most_pages:,} pages. Nothing was read."
                    )
            self._details(slim, take)

    def _next(
        self, value: Any, marks: dict[str, Any], number: int, page: httpx.URL, filled: bool
    ) -> httpx.URL | None:
        if not isinstance(value, dict):
            return None
        link = marks.get("next") or marks.get("next_page_url")
        if isinstance(link, str) and link:
            return self._same_host(page, link)
        pages = _whole(marks, "total_pages", "pages")
        last = marks.get("last_page", marks.get("last"))
        if not filled or last is True or (pages and number >= pages) or (not pages and last is None):
            return None
        return self.start.copy_set_param("page", str(number + 1))

    def _same_host(self, page: httpx.URL, link: str) -> httpx.URL:
        try:
            there = httpx.URL(urljoin(str(page), link))
        except (httpx.InvalidURL, UnicodeError, ValueError):
            raise FeedError(f"{page}: leads on to {link[:100]!r}, which is no web address.") from None
        same = (there.host, _port(there)) == (self.start.host, _port(self.start))
        upgraded = there.host == self.start.host and there.scheme == "https"
        if there.scheme not in ("http", "https") or not (same or upgraded):
            raise FeedError(
                f"{page}: leads on to another host, {str(there)[:100]}. Give that address yourself."
            )
        return there

    def _details(self, ids: list[str], take: Pages) -> None:
        """Each service of a slim list by itself, a few at a time. One that is not there is reported."""
        base = str(self.start.copy_with(query=None, fragment=None)).rstrip("/")

        def one(number: str) -> tuple[str, bytes | None, str]:
            address = f"{base}/{quote(number, safe='')}"
            try:
                raw, there = self.fetch(httpx.URL(address))
            except FeedError as error:
                return address, None, str(error)
            return str(there), raw, ""

        with ThreadPoolExecutor(self.manners.at_once) as pool:
            for done, (address, raw, words) in enumerate(pool.map(one, dict.fromkeys(ids)), 1):
                if raw is None:
                    if "404" not in words and "410" not in words:
                        raise FeedError(words)
                    self.findings.add("warning", "unreadable", address, words, "The list's entry is used.")
                    continue
                take.add(parsed(raw, address, self.findings), address, "service")
                if self.progress:
                    self.progress(done, len(ids))

    def fetch(self, address: httpx.URL) -> tuple[bytes, httpx.URL]:
        """What an address holds, after redirects within the host. Raises `FeedError` in the end."""
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self.manners.attempts),
            wait=self._wait,
            retry=tenacity.retry_if_exception_type(_Later),
            reraise=True,
        )
        try:
            for _redirect in range(self.manners.most_redirects + 1):
                found = retrying(self._once, address)
                if isinstance(found, bytes):
                    return found, address
                address = found
        except _Later as error:
            raise FeedError(
                f"{address}: {error.words}, after {self.manners.attempts} attempts. Nothing was changed."
            ) from None
        raise FeedError(f"{address}: more than {self.manners.most_redirects} redirects.")

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.seconds if isinstance(error, _Later) else None
        if asked is not None:
            return min(max(asked, 0.0), self.manners.longest_wait)
        again: float = min(
            self.manners.first_wait * 2 ** (state.attempt_number - 1), self.manners.longest_wait
        )
        return again

    def _once(self, address: httpx.URL) -> bytes | httpx.URL:
        try:
            with self.client.stream("GET", address) as answer:
                if answer.is_redirect:
                    return self._same_host(address, answer.headers.get("Location", ""))
                if answer.status_code in _AGAIN:
                    asked = _seconds(answer.headers.get("Retry-After", ""))
                    if asked is not None and asked > self.manners.longest_wait:
                        raise FeedError(f"{address}: asks to come again in {asked:,.0f} seconds. Try later.")
                    raise _Later(f"HTTP {answer.status_code}", asked)
                if answer.status_code != 200:
                    raise FeedError(f"{address}: HTTP {answer.status_code}. Is the address right?")
                held = bytearray()
                for piece in answer.iter_bytes():
                    held += piece
                    self.bytes += len(piece)
                    if len(held) > self.manners.most_of_one or self.bytes > self.manners.most_bytes:
                        raise FeedError(f"{address}: more bytes than a feed has. Nothing was read.")
                return bytes(held)
        except (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError) as error:
            raise _Later(f"no answer ({type(error).__name__})") from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise FeedError(f"{address}: {type(error).__name__}: {str(error)[:100]}") from None


def _port(address: httpx.URL) -> int:
    return address.port or {"http": 80, "https": 443}.get(address.scheme, 0)


def _seconds(header: str) -> float | None:
    """What Retry-After asks for: seconds, or a moment. None where it says nothing that can be read."""
    if header.strip().isdecimal():
        return float(header[:12])
    try:
        moment = email.utils.parsedate_to_datetime(header)
    except (ValueError, TypeError):
        return None
    return (moment - dt.datetime.now(dt.UTC)).total_seconds() if moment.tzinfo else None


def _marks(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {}
    found = {snake(str(key)): held for key, held in value.items() if not isinstance(held, list)}
    if isinstance(found.get("links"), dict):
        found.setdefault("next", found["links"].get("next"))
    return found


def _whole(marks: dict[str, Any], *names: str) -> int:
    said = next((marks[name] for name in names if name in marks), 0)
    return said if isinstance(said, int) and not isinstance(said, bool) and said > 0 else 0


def _entries(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return next((held for held in value.values() if isinstance(held, list)), [])
    return []


def _ids(value: Any) -> list[str]:
    return [str(one["id"]) for one in _entries(value) if isinstance(one, dict) and "id" in one]


def _slim_ids(value: Any, address: str) -> list[str]:
    """The ids of services of which the list says no more than the head."""
    if named_kind(httpx.URL(address).path.rstrip("/").rpartition("/")[2]) != "service":
        return []
    return [
        str(one["id"])
        for one in _entries(value)
        if isinstance(one, dict) and "id" in one and not _SLIM & {snake(str(key)) for key in one}
    ]
