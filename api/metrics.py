"""Figures for whoever watches over the server, as Prometheus reads them: `GET /metrics`.

Each process counts its own requests. `earlyhelp serve` with several workers gives them a folder in which
they share their counts (the client library's multiprocess mode), so that whichever is asked tells of all.
Facts about the data are those of the process that is asked.

Told only to this very machine, or to whoever has the token: it says how busy the server is and how old its
data are, which is for the operator.
"""

from __future__ import annotations

import datetime as dt
import hmac
import ipaddress
import os
from collections.abc import Iterable, Iterator
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from api.directory_state import Current, DirectoryState
from api.pathway_state import PathwayState
from api.problems import NO_STORE, ProblemError, problem
from api.settings import SHARED_FIGURES, Settings
from api.state import State

# When each row was begun, which several workers could not tell either.
disable_created_metrics()  # type: ignore[no-untyped-call]
_BUCKETS = (0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via")
_STATUSES = ("ok", "degraded", "down")

Facts = dict[str, Any]


class Readiness(Protocol):
    """What says how things stand."""

    def facts(self) -> Facts:
        """A status, and parts with a status and reasons each."""
        ...


class Measures:
    """What is counted of the requests to this process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._seconds = Histogram(
            "earlyhelp_request_seconds",
            "Seconds from a request's arrival to its answer, by pattern of address and class of status.",
            ["route", "status"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._refused = Counter(
            "earlyhelp_too_many_requests",
            "Requests that were answered 429: too many from one address.",
            registry=self.registry,
        )
        self._known: dict[tuple[str, int], Any] = {}

    def note(self, template: str, status: int, taken: float) -> None:
        """Count one request; `taken` in seconds."""
        key = template, status // 100
        child = self._known.get(key)
        if child is None:
            child = self._known[key] = self._seconds.labels(template, f"{status // 100}xx")
        child.observe(taken)
        if status == 429:
            self._refused.inc()


class Metrics:
    """`GET /metrics`."""

    def __init__(
        self,
        measures: Measures,
        settings: Settings,
        state: State,
        directory: DirectoryState,
        pathways: PathwayState,
        ready: Readiness,
    ) -> None:
        self._measures, self._token = measures, settings.metrics_token
        self._facts = DataFacts(state, directory, pathways, ready)

    def answer(self, request: Request) -> Response:
        """The figures, or 403 in words."""
        if not (is_this_machine(request) or self._has_token(request)):
            return problem(
                "not_for_you",
                "The figures are told to the machine that the server runs on, and to whoever sends "
                "Authorization: Bearer with the EARLYHELP_METRICS_TOKEN.",
            )
        body = generate_latest(_whole(self._measures)) + generate_latest(_alone(self._facts))
        return Response(body, headers={"cache-control": NO_STORE, "content-type": CONTENT_TYPE_LATEST})

    def _has_token(self, request: Request) -> bool:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        given = token.strip().encode()
        return (
            bool(self._token)
            and kind.lower() == "bearer"
            and hmac.compare_digest(given, self._token.encode())
        )


def is_this_machine(request: Request) -> bool:
    """Whether the request was made on this machine, and not passed on by a proxy on it.

    A proxy says so in one of several headers, passes on the name of its site, or, where it was set up to do
    neither, speaks HTTP/1.0 as nginx does by default.
    """
    client, host = request.client, request.url.hostname or ""
    if client is None or any(name in request.headers for name in _FORWARDED):
        return False
    if request.scope.get("http_version") == "1.0":
        return False
    return _loopback(client.host) and (host == "localhost" or _loopback(host))


def _loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _whole(measures: Measures) -> CollectorRegistry:
    """What all workers counted, where they share it; else what this process did."""
    if not os.environ.get(SHARED_FIGURES):
        return measures.registry
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _alone(collector: Collector) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(collector)
    return registry


class DataFacts(Collector):
    """How old the data are and what is wrong with them, worked out when asked."""

    def __init__(
        self, state: State, directory: DirectoryState, pathways: PathwayState, ready: Readiness
    ) -> None:
        self.state, self.directory, self.pathways, self.ready = state, directory, pathways, ready
        self._counted: tuple[object, tuple[int, int]] | None = None

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: registering must not open the directory."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Every figure once."""
        built = dt.datetime.fromisoformat(self.state.current().gazetteer.meta["built"])
        age = (dt.datetime.now(dt.UTC) - built.astimezone(dt.UTC)).total_seconds()
        yield _gauge("earlyhelp_gazetteer_age_seconds", "Seconds since the postcodes were built.", age)
        yield from self._of_the_directory()
        flows = GaugeMetricFamily(
            "earlyhelp_questionnaire_version", "The version of a questionnaire in use.", labels=["flow"]
        )
        for name in self.pathways.library().flows:
            flows.add_metric([name], float(self.pathways.library().current(name).version))
        yield flows
        facts = self.ready.facts()
        status = GaugeMetricFamily(
            "earlyhelp_ready", "1 for the status that /health/ready has.", labels=["status"]
        )
        for one in _STATUSES:
            status.add_metric([one], float(facts["status"] == one))
        yield status
        reasons = GaugeMetricFamily(
            "earlyhelp_reasons", "How many things /health/ready says are wrong, by part.", labels=["part"]
        )
        for name, part in facts.items():
            if isinstance(part, dict):
                reasons.add_metric([name], len(part.get("reasons") or ()))
        yield reasons

    def _of_the_directory(self) -> Iterator[Metric]:
        try:
            current = self.directory.current()
        except ProblemError:
            return  # /health/ready says so
        published, late = self._listings(current)
        yield _gauge("earlyhelp_revision", "The revision of the directory that answers.", current.revision)
        yield _gauge("earlyhelp_listings", "Services that are published.", published)
        yield _gauge("earlyhelp_listings_overdue", "Services overdue for review.", late)

    def _listings(self, current: Current) -> tuple[int, int]:
        """Services, and how many are overdue today. Counted once a day and revision."""
        from directory.listings.due import overdue

        today = dt.datetime.now(ZoneInfo("Europe/London")).date()
        key = (current.seal, today)
        if self._counted is None or self._counted[0] != key:
            ids = current.published.ids("service")
            late = sum(overdue(found, today) for one in ids if (found := current.published.service(one)))
            self._counted = key, (len(ids), late)
        return self._counted[1]


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    found = GaugeMetricFamily(name, words)
    found.add_metric([], value)
    return found
