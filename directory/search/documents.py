"""A listing as the text engines see it: which of its words stand in which field, analysed.

Fields are those of `text.FIELD_WEIGHTS`. A phrase that means one thing is one token in the
place of its words, so that words in quotation marks are found side by side; its single words follow at the
end of the field, so that "exploitation" finds "child sexual exploitation" too. Nothing private is indexed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from directory.listings.needs import Needs, load_needs
from directory.search.synonyms import (
    FILE,
    NEED_TOKEN,
    Phrase,
    Phrases,
    read_stop_words,
    read_synonyms,
)
from directory.search.text import Document
from directory.search.words import Word, joined_words, words
from directory.store.standard import Content

SEARCHED_STATUSES = ("active", "temporarily closed")
LONGEST_TEXT = 20_000  # characters of one field that are indexed
# A service's needs stand most important first; the first two have tokens of their own besides.
MAIN_TOKENS = ("first:", "second:")


class _Published(Protocol):
    def service(self, identifier: str, /) -> Content | None: ...


class Analysis:
    """How text becomes tokens: the phrases, the stop words and the needs of one reading of the data files."""

    def __init__(
        self, phrases: Phrases, stop: frozenset[str], needs: Needs, weak: frozenset[str] = frozenset()
    ) -> None:
        """`weak` are words that say little by themselves: they are hardly missed where they lack."""
        self.phrases, self.stop, self.needs, self.weak = phrases, stop, needs, weak

    @classmethod
    def load(cls, data: Path, var: Path) -> Analysis:
        """Read `synonyms.csv`, `stop_words.csv` and the needs, shipped ones and then the steward's own.

        One reading is shared for as long as the files stay as they are: it is made anew for each publish
        otherwise. Raises `SynonymsError` or `NeedsError` naming file and line.
        """
        files = sorted(path for folder in (data, var) for path in (folder / "search").glob("*.csv"))
        state = tuple((str(path), (held := path.stat()).st_mtime_ns, held.st_size) for path in files)
        return _read_once(data, var, state)

    @classmethod
    def read_files(cls, data: Path, var: Path) -> Analysis:
        """As `load`, reading the files whatever was read before."""
        needs = load_needs(data, var)
        synonyms = read_synonyms(data / "search" / FILE, var / "search" / FILE)
        stop = read_stop_words(data / "search" / "stop_words.csv")
        weak = read_stop_words(data / "search" / "weak_words.csv")
        return cls(Phrases(synonyms, needs.all), stop, needs, weak)

    def dropped(self, word: Word, *, capitals: bool | None = None) -> bool:
        """Whether a word is left out: a stop word, or one of two letters ("it", "us").

        One in capitals ("IT") is kept; `capitals` tells so where the word's own do not.
        """
        if word.capitals if capitals is None else capitals:
            return False
        return word.plain in self.stop or (len(word.plain) <= 2 and word.plain.isalpha())

    def phrase_at(self, found: list[Word], start: int) -> tuple[Phrase, int] | None:
        """The phrase that begins at a word of a listing, if any.

        An abbreviation counts only in capitals: "Send us an email" is not about SEND.
        """
        hit = self.phrases.at(found, start)
        if hit is None or (hit[0].capitals and sum(map(str.isupper, found[start].typed)) < 2):
            return None
        return hit

    def read(self, text: str) -> tuple[list[str], list[str], list[str]]:
        """A listing's text: its tokens in their order, those that are to follow at the end, and the codes of
        the needs that it speaks of in a phrase of two words or more."""
        found = words(text[:LONGEST_TEXT])
        stream: list[str] = []
        more: list[str] = list(joined_words(found))
        codes: list[str] = []
        begins = self.phrases.begins
        at, end = 0, len(found)
        while at < end:
            word = found[at]
            hit = self.phrase_at(found, at) if begins(word.stem) else None
            if hit is None:
                if not self.dropped(word):
                    stream.append(word.stem)
                at += 1
                continue
            phrase, length = hit
            stream.append(phrase.token)
            if length > 1:
                codes += phrase.codes
            if length > 1 or word.stem != phrase.token:
                more += [w.stem for w in found[at : at + length] if not self.dropped(w)]
            at += length
        return stream, more, codes

    def tokens(self, text: str) -> tuple[list[str], list[str]]:
        """The tokens of a listing's text: in their order, and those that are to follow at the end."""
        return self.read(text)[:2]

    def field(self, texts: Iterable[str], codes: list[str] | None = None) -> list[str]:
        """The tokens of one field, put together from texts; `codes` gets the needs they speak of."""
        streams: list[str] = []
        more: list[str] = []
        for text in texts:
            stream, extra, said = self.read(text)
            streams += stream
            more += extra
            if codes is not None:
                codes += said
        return streams + more


def texts_of(service: Content) -> dict[str, list[str]]:
    """The words of a service for each field, before they are analysed. Its parts are nested within it."""

    def at(holder: Mapping[str, Any], *names: str) -> list[str]:
        return [str(holder[name]) for name in names if holder.get(name)]

    organization = service.get("organization") or {}
    places = [one.get("location") or {} for one in service.get("service_at_locations", ())]
    other = [text for area in service.get("service_areas", ()) for text in at(area, "name")]
    other += [text for one in _each(service, places, "languages") for text in at(one, "name")]
    other += [text for place in places for text in at(place, "name", "alternate_name")]
    other += [
        feature.replace("_", " ")
        for one in _each({}, places, "accessibility")
        for feature in one.get("features", ())
    ]
    other += at(service, "interpretation_services", "accreditations")
    other += ["unborn baby pregnancy"] if service.get("unborn") else []
    return {
        "name": at(service, "name"),
        "alternate": at(service, "alternate_name"),
        "organization": at(organization, "name", "alternate_name"),
        "description": at(service, "description", "eligibility_description", "application_process"),
        "other": other,
    }


def _each(service: Mapping[str, Any], places: Iterable[Mapping[str, Any]], part: str) -> Iterator[Content]:
    for holder in (service, *places):
        yield from holder.get(part, ())


@lru_cache(maxsize=2)
def _read_once(data: Path, var: Path, _state: tuple[tuple[str, int, int], ...]) -> Analysis:
    return Analysis.read_files(data, var)


def document(service: Content, analysis: Analysis) -> Document:
    """One service, whole (its organisation and locations nested), as the engines index it."""
    texts = texts_of(service)
    said: list[str] = []
    fields = {
        name: analysis.field(held, said if name in ("name", "description") else None)
        for name, held in texts.items()
    }
    codes = [code for code in service.get("needs", ()) if analysis.needs.get(code)]
    names = [need.name for code in codes if (need := analysis.needs.get(code))]
    fields["needs"] = [f"{NEED_TOKEN}{code}" for code in codes] + analysis.field(names)
    fields["needs"] += [f"{token}{code}" for token, code in zip(MAIN_TOKENS, codes, strict=False)]
    fields["other"] += [f"{NEED_TOKEN}{code}" for code in dict.fromkeys(said) if code not in codes]
    return Document(service["id"], {name: tuple(held) for name, held in fields.items() if held})


def documents(published: _Published, ids: Iterable[str], analysis: Analysis) -> Iterator[Document]:
    """The documents of services by id; an id that is no published service is passed over."""
    for identifier in ids:
        service = published.service(identifier)
        if service is not None:
            yield document(service, analysis)


def written_words(service: Content, stop: frozenset[str]) -> Counter[str]:
    """The words of a service as they are written (folded, not stemmed), once each, for spelling."""
    found: set[str] = set()
    for held in texts_of(service).values():
        for text in held:
            found.update(word.plain for word in words(text[:LONGEST_TEXT]))
    return Counter(word for word in found if word not in stop)
