"""The website's pages as requests a second, beside a bare Jinja page of the same size in the same run.

Neither side squeezes what it sends (what that costs is brotli's, the same for both). Every postcode, search
and service differs from the one before.
"""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from urllib.parse import quote_plus

from bench.load import load
from bench.postcodes import city_postcodes
from bench.report import Row, median, say
from bench.servers import Server

ROUNDS = 5
SECONDS = 2
_POSTCODES = 500
_WORDS = (
    *(
        "young carer 9",
        "self harm 14",
        "mum drinks",
        "autism",
        "housing",
        "debt",
        "dad hits mum",
        "not eating",
    ),
    *("speech delay 3", "sleep", "food", "bereavement", "gangs", "boy with a knife", "EHCP", "new baby"),
    *("school refusal", "anxiety", "ADHD", "wheelchair football", "no recourse to public funds", "bullying"),
)


@dataclass(frozen=True)
class Asked:
    """A kind of page: what it is called, and requests for it as (path, body of a form or "")."""

    what: str
    requests: list[tuple[str, str]]


def measure() -> tuple[list[Row], list[str]]:
    """A row for each kind of page."""
    rows = []
    with Server.ours() as ours, Server.bare("bench.bare_page:app") as bare:
        for asked in _kinds(ours):
            rows.append(_row(asked, ours, bare))
    note = (
        f"Pages: one worker, {ROUNDS} rounds of {SECONDS} s in turns (medians, also of the ratios), nothing "
        "squeezed on either side; the bare page has the size of ours, one loop, no log and no limits."
    )
    return rows, [note]


def _kinds(ours: Server) -> list[Asked]:
    postcodes = city_postcodes(_POSTCODES)
    searches = [quote_plus(words) for words in _WORDS]
    return [
        Asked("home page", [("/", "")]),
        Asked("result for a postcode", [("/postcode", f"postcode={one}") for one in postcodes]),
        Asked("search by words", [(f"/services?q={one}", "") for one in searches]),
        Asked(
            "search by words for a home",
            [
                ("/services", f"q={searches[number % len(searches)]}&postcode={postcode}")
                for number, postcode in enumerate(postcodes)
            ],
        ),
        Asked("page of a service", [(f"/services/{one}", "") for one in _services(ours)]),
        Asked("page of a district", [(f"/areas/district/E140005{number}", "") for number in range(60, 69)]),
        Asked("page of questions", [("/worried/early-help?a=v1.aan", "")]),
    ]


def _services(ours: Server) -> list[str]:
    address = f"http://127.0.0.1:{ours.port}/api/v1/services?per_page=100"
    with urllib.request.urlopen(address, timeout=30) as answer:
        return [one["id"] for one in json.load(answer)["results"]]


def _row(asked: Asked, ours: Server, bare: Server) -> Row:
    size = _size(ours, *asked.requests[0])
    plain = [(f"/page/{size}/{number}", "") for number in range(100)]
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{ours.port}"}
    load(ours, asked.requests, 1, form)
    load(bare, plain, 1)
    ratios, rates, bases = [], [], []
    for number in range(ROUNDS):
        say(f"{asked.what}, round {number + 1} of {ROUNDS}")
        one, base = load(ours, asked.requests, SECONDS, form), load(bare, plain, SECONDS)
        if one.failed or base.failed:
            raise RuntimeError(
                f"{asked.what}: {one.failed + base.failed} requests were not answered with 200"
            )
        ratios.append(one.rate / base.rate)
        rates.append(one.rate)
        bases.append(base.rate)
    return Row(
        f"{asked.what} ({size / 1000:.0f} kB)",
        f"{median(rates):,.0f} requests/s",
        f"{median(bases):,.0f} requests/s, a bare Jinja page",
        median(ratios),
        "at least 0.4",
    )


def _size(ours: Server, path: str, body: str) -> int:
    """The bytes of a page."""
    base = f"http://127.0.0.1:{ours.port}"
    request = urllib.request.Request(base + path, data=body.encode() or None, headers={"Origin": base})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return len(answer.read())
