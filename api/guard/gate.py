"""What is refused before anything of ours looks at it, and in which words: for a page or for a program."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from api.guard.origin import from_our_page
from api.guard.rate import Rate
from api.pages.doors import Doors
from api.pages.responses import problem_page
from api.problems import problem
from api.reply import OPEN_TO_ALL
from api.settings import Settings

FOR_PROGRAMS = ("/api/", "/oruk/", "/health/", "/metrics")
# What a page is made of, and what watches over the server: never refused for being asked too often.
NOT_COUNTED = ("/static/", "/maps/", "/favicon.ico", "/health/", "/metrics")
# Whoever watches over a server or stands before it asks it by its number.
ANY_HOST = ("/health/", "/metrics")
LONGEST_QUERY = 4096  # bytes; every filter ticked has 2,500, every answer of the questionnaire 400
LONGEST_PATH = 512
LARGEST_BODY = 1 << 19  # bytes of the largest body that any address takes
BULK, BULK_COST = "/api/v1/postcodes", 10
_READS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Refusal:
    """Why a request is not answered: the problem for a program, the words for a page."""

    status: int
    code: str
    detail: str
    title: str
    paragraphs: tuple[str, ...]
    headers: dict[str, str] = field(default_factory=dict)
    leads_on: bool = True  # whether the site's own links are answered


_TOO_LONG = Refusal(
    414,
    "address_too_long",
    f"The address may have {LONGEST_PATH} characters and its query {LONGEST_QUERY}. Send the rest as JSON.",
    "That address is too long",
    ("Go back to the home page and ask again with fewer words.",),
)
_WRONG_HOST = Refusal(
    400,
    "wrong_host",
    "This server does not answer to that name. EARLYHELP_HOSTS has the names that it answers to.",
    "This is not the address of Early Help Finder",
    ("Check the address, or ask whoever gave it to you.",),
    leads_on=False,
)
_NOT_OURS = Refusal(
    403,
    "",  # programs send no forms: only the page is ever shown
    "",
    "That did not come from our page",
    ("Open the page again and send the form from there.",),
)
_TOO_LARGE = Refusal(
    413,
    "body_too_large",
    f"The body may hold {LARGEST_BODY // 1024} kB at the most.",
    "That was too long",
    ("A postcode has at most eight characters, and a search a few words.",),
)


def for_a_program(path: str) -> bool:
    """Whether whoever asks for this is told of problems as a program is."""
    return path.startswith(FOR_PROGRAMS) or path in ("/api", "/oruk", "/health")


def open_to_all(path: str) -> dict[str, str]:
    """What lets any site's script read the answers of the standard's addresses, errors too."""
    return OPEN_TO_ALL if path.startswith("/oruk") else {}


class Gate:
    """Stands before the application."""

    def __init__(self, settings: Settings, doors: Doors) -> None:
        """`doors`: whom to call now and where to go on, for every page that refuses somebody."""
        self.rate = Rate(settings.rate_limit) if settings.rate_limit else None
        self._hosts = settings.hosts
        self._doors = doors

    def refusal(self, scope: Scope) -> Refusal | None:
        """Why a request is refused; None where it may go on."""
        path = scope["path"]
        if self.rate is not None and not path.startswith(NOT_COUNTED):
            client = scope.get("client")
            wait = self.rate.spend(client[0] if client else "", BULK_COST if path == BULK else 1)
            if wait:
                return self._too_often(wait)
        if len(scope["query_string"]) > LONGEST_QUERY or len(path) > LONGEST_PATH:
            return _TOO_LONG
        if self._hosts and not path.startswith(ANY_HOST) and _host(scope) not in self._hosts:
            return _WRONG_HOST
        if scope["method"] not in _READS:
            if not for_a_program(path) and not from_our_page(scope):
                return _NOT_OURS
            if _length(scope) > LARGEST_BODY:
                return _TOO_LARGE
        return None

    def response(self, scope: Scope, refusal: Refusal) -> Response:
        """What whoever asked is told."""
        path = scope["path"]
        if for_a_program(path):
            return problem(refusal.code, refusal.detail, refusal.headers | open_to_all(path))
        return problem_page(
            Request(scope),
            refusal.status,
            refusal.title,
            *refusal.paragraphs,
            ways=() if refusal.leads_on else None,
            doors=self._doors,
            more=refusal.headers,
        )

    def _too_often(self, wait: int) -> Refusal:
        assert self.rate is not None
        most = self.rate.a_minute
        return Refusal(
            429,
            "too_often",
            f"More than {most:,} requests in a minute from this address. Wait {wait} seconds. To ask for "
            "many postcodes send up to a thousand in one request: POST /api/v1/postcodes.",
            "Too many requests from your network",
            (
                f"Wait {wait} second{'' if wait == 1 else 's'}, then load the page again. Everybody who "
                "shares your internet connection is counted together.",
            ),
            {
                "Retry-After": str(wait),
                "RateLimit-Policy": f'"address";q={most};w=60',
                "RateLimit": f'"address";r=0;t={wait}',
            },
        )


def _host(scope: Scope) -> str:
    """The host that is asked for, without its port."""
    for name, value in scope["headers"]:
        if name == b"host":
            host: str = value.decode("latin-1").lower()
            return host[: host.rfind("]") + 1] if host.startswith("[") else host.partition(":")[0]
    return ""


def _length(scope: Scope) -> int:
    """The length that a body is said to have; 0 where nothing is said, and it is counted as it comes."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
