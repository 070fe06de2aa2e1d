"""How hard a page's own sentences are to read: the Flesch-Kincaid grade, with syllables counted by rule.

A grade is the school year, in the United States, of those who read it with ease; the age is about five more.
Names, listings, quoted words and the field's own terms are left out: they cannot be other than they are.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import httpx

from api.pages.terms import TERM

BLOCKS = {"p", "li", "h1", "h2", "h3", "h4", "dt", "dd", "div", "label", "legend", "summary", "figcaption"}
# What others wrote, and lists of names: listings, contacts, sources, what the licences ask for.
NOT_OURS = {
    "ehf-free", "ehf-result", "ehf-contacts", "ehf-now__who", "ehf-key", "ehf-city__names", "ehf-groups",
    "ehf-needlist", "ehf-facts", "ehf-source", "ehf-week", "ehf-chosen", "govuk-breadcrumbs",
    "govuk-summary-list", "govuk-select", "govuk-caption-xl",
}  # fmt: skip
_VOID = {"input", "br", "meta", "link", "img", "wbr", "hr", "path", "rect", "circle"}
_LEFT_OUT = re.compile(
    r"\b[Ii]llustrative\b|Sample listing|“[^”]*”|\"[^\"]*\"|https?://\S+|\S+@\S+"
    r"|\b[A-Z]{1,2}\d[A-Z\d]?(?: ?\d[A-Z]{2})?\b"
    r"|\b\d[\d,:.]*(?:am|pm|%)?|\b(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b"
)


class _Reader(HTMLParser):
    """The blocks of text inside <main>, without what is not ours."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.blocks: list[str] = []
        self.main = self.skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        classes = set((told.get("class") or "").split())
        if tag in _VOID:
            return
        skip = bool(classes & NOT_OURS) or tag in ("svg", "script", "table", "code", "select")
        self.open.append((tag, skip))
        self.skipped += skip
        self.main += tag == "main"
        if tag in BLOCKS:
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            name, skip = self.open.pop()
            self.skipped -= skip
            self.main -= name == "main"
            if name == tag:
                break
        if tag in BLOCKS:
            self.blocks.append("")

    def handle_data(self, data: str) -> None:
        if self.main and not self.skipped and self.blocks:
            self.blocks[-1] += data


def blocks(answer: httpx.Response) -> list[str]:
    """The page's own text, a block at a time, with its headings and labels."""
    reader = _Reader()
    reader.feed(answer.text)
    return [text for block in reader.blocks if (text := " ".join(block.split()))]


def sentences(answer: httpx.Response) -> list[str]:
    """The page's own sentences of at least four words. What ends in no stop, as headings do, is none."""
    found = []
    for block in blocks(answer):
        text = _LEFT_OUT.sub(" ", block)
        for sentence in re.split(r"(?<=[.?!])\s+", TERM.sub("it", text)):
            if sentence.rstrip(" )")[-1:] in (".", "?", "!") and len(words_of(sentence)) >= 4:
                found.append(sentence.strip())
    return found


def words_of(sentence: str) -> list[str]:
    """Its words, without figures."""
    return re.findall(r"[A-Za-z][A-Za-z'’]*", sentence)


def syllables(word: str) -> int:
    """How many syllables a word has, by the rules of its spelling; off by one for a few in a hundred."""
    text = re.sub(r"[^a-z]", "", word.lower())
    text = re.sub(r"(?:[^laeiouycsxzgh]es|[^td]ed|[^aeiouyl]e)$", lambda found: found[0][0], text)
    text = re.sub(r"(?<=[aeiouy][^aeiouy])e(?=ly$|ment|ful|less|thing|where)", "", text)
    return max(1, len(re.findall(r"[aeiouy]+", text)))


def grade(told: list[str]) -> float:
    """The Flesch-Kincaid grade of some sentences taken together."""
    words = [word for sentence in told for word in words_of(sentence)]
    if not words:
        return 0.0
    return 0.39 * len(words) / len(told) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
