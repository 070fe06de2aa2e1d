"""Reading a page in a test: its text without markup, its headings, its links and forms."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import httpx

from tests.api.stocking import SAMPLE


def words(answer: httpx.Response) -> str:
    """What a reader sees of the page's main part, on one line."""
    found = re.search(r"<main.*?</main>", answer.text, re.S)
    assert found
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", found[0].replace("<wbr>", ""))).split())


def title(answer: httpx.Response) -> str:
    """The words of the title."""
    found = re.search(r"<title\s*>(.*?)</title>", answer.text, re.S)
    assert found
    return html.unescape(" ".join(found[1].split()))


def names(answer: httpx.Response) -> list[str]:
    """The names of the services in the list."""
    found = re.findall(
        r'<li class="ehf-result".*?<a class="govuk-link" href="/services/[^"]*">(.*?)</a>', answer.text, re.S
    )
    return [html.unescape(one) for one in found]


def addresses(answer: httpx.Response) -> list[str]:
    """Everything that could end up in a history or a log."""
    return [html.unescape(one) for one in re.findall(r'(?:href|action|src|data-map)="([^"]*)"', answer.text)]


def sample(part: str) -> dict[str, Any]:
    """The sample's service with this in its name."""
    for one in samples():
        if part in one["name"]:
            return one
    raise LookupError(part)


def samples() -> list[dict[str, Any]]:
    """Every service of the sample feed."""
    return [
        one
        for file in sorted(SAMPLE.glob("*.json"))
        for one in json.loads(file.read_text("utf-8"))["contents"]
    ]
