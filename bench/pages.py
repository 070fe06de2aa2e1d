"""The website's pages as requests a second, beside a bare Jinja page of the same size in the same run.

Each kind of page is asked for twice: as it is, and squeezed as browsers ask for it. Both sides do the same.
No page of ours is kept whole: what is measured is made for each request, from postcodes, searches and
services that differ from the one before.
"""

from __future__ import annotations

import itertools
import json
import urllib.request
from dataclasses import dataclass, field
from urllib.parse import quote_plus

from bench.load import Load, load
from bench.postcodes import city_postcodes
from bench.report import Row, median, say
from bench.servers import Server

ROUNDS = 5
SECONDS = 1
REACH = "at least 0.4"
# As current browsers ask over HTTPS.
_BROWSERS = {"Accept-Encoding": "gzip, deflate, br, zstd"}
_CODINGS: tuple[tuple[str, dict[str, str]], ...] = (("as it is", {}), ("squeezed (br)", _BROWSERS))
_POSTCODES = 500
# More than a process keeps answers to searches (512), so that the search too is done each time.
_HOMES = 1_100
_WORDS = (
    *("young carer", "self harm", "mum drinks", "autism", "housing", "debt", "dad hits mum", "not eating"),
    *("speech delay", "sleep", "food", "bereavement", "gangs", "boy with a knife", "EHCP", "new baby"),
    *("school refusal", "anxiety", "ADHD", "wheelchair football", "no recourse to public funds", "bullying"),
)
_FURTHER = ("", " free")
_AGES = range(18)


@dataclass(frozen=True)
class Asked:
    """A kind of page: what it is called, and requests for it as (path, body of a form or "")."""

    what: str
    requests: list[tuple[str, str]]


@dataclass
class _Rounds:
    """What was seen of ours and of the bare page, a pair for each round."""

    pairs: list[tuple[Load, Load]] = field(default_factory=list)

    def row(self, what: str) -> Row:
        ours, bare = zip(*self.pairs, strict=True)
        return Row(
            what,
            f"{median(one.rate for one in ours):,.0f} requests/s, {_cpu(ours):.2f} ms of processor",
            f"{median(one.rate for one in bare):,.0f} requests/s, {_cpu(bare):.2f} ms, bare Jinja page",
            median(one.rate / base.rate for one, base in self.pairs),
            REACH,
        )


def _cpu(loads: tuple[Load, ...]) -> float:
    return median(one.cpu / one.requests for one in loads) * 1000


def measure() -> tuple[list[Row], list[str]]:
    """Two rows for each kind of page."""
    rows: list[Row] = []
    with Server.ours() as ours, Server.bare("bench.bare_page:app") as bare:
        for asked in _kinds(ours):
            rows += _rows(asked, ours, bare)
    note = (
        f"Pages: one worker, {ROUNDS} rounds of {SECONDS} s in turns (medians, also of the ratios). The bare "
        "page is one Jinja template with a loop, of the size of ours and squeezed by the same function where "
        "ours is; it has no log, no limits and no security headers. The processor's time is the server's own "
        "and minds less who else uses the cores."
    )
    return rows, [note]


def _kinds(ours: Server) -> list[Asked]:
    postcodes = city_postcodes(_HOMES)
    searches = [
        quote_plus(f"{words} {age}{further}")
        for age, further, words in itertools.product(_AGES, _FURTHER, _WORDS)
    ]
    return [
        Asked("home page", [("/", "")]),
        Asked("result for a postcode", [("/postcode", f"postcode={one}") for one in postcodes[:_POSTCODES]]),
        Asked("search by words", [(f"/services?q={one}", "") for one in searches]),
        Asked(
            "search by words for a home",
            [
                ("/services", f"q={quote_plus(words)}&postcode={postcode}")
                for words, postcode in zip(itertools.cycle(_WORDS), postcodes, strict=False)
            ],
        ),
        Asked("page of a service", [(f"/services/{one}", "") for one in _services(ours)]),
        Asked("page of a district", [(f"/areas/district/E140005{number}", "") for number in range(60, 69)]),
        Asked("page of questions", [("/worried/early-help?a=v1.aan", "")]),
    ]


def _services(ours: Server) -> list[str]:
    """The ids of all services."""
    found: list[str] = []
    for page in itertools.count(1):
        address = f"http://127.0.0.1:{ours.port}/api/v1/services?per_page=100&page={page}"
        with urllib.request.urlopen(address, timeout=30) as answer:
            told = json.load(answer)
        found += [one["id"] for one in told["results"]]
        if page >= told["pages"]:
            break
    return found


def _rows(asked: Asked, ours: Server, bare: Server) -> list[Row]:
    size = median(_size(ours, *one) for one in asked.requests[:: max(1, len(asked.requests) // 20)])
    plain = [(f"/page/{size:.0f}/{number}", "") for number in range(100)]
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{ours.port}"}
    load(ours, asked.requests, SECONDS, form)
    load(bare, plain, SECONDS)
    seen = {words: _Rounds() for words, _coding in _CODINGS}
    for number in range(ROUNDS):
        say(f"{asked.what}, round {number + 1} of {ROUNDS}")
        for words, coding in _CODINGS:
            pair = (
                load(ours, asked.requests, SECONDS, form | coding),
                load(bare, plain, SECONDS, form | coding),
            )
            if failed := sum(one.failed for one in pair):
                raise RuntimeError(f"{asked.what}: {failed} requests were not answered with 200")
            seen[words].pairs.append(pair)
    return [seen[words].row(f"{asked.what} ({size / 1000:.0f} kB), {words}") for words in seen]


def _size(ours: Server, path: str, body: str) -> int:
    """The bytes of a page as it is."""
    base = f"http://127.0.0.1:{ours.port}"
    request = urllib.request.Request(base + path, data=body.encode() or None, headers={"Origin": base})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return len(answer.read())
