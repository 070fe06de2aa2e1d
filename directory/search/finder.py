"""The search: what was asked in, results with their reasons, facets and advice out. One for each generation.

An answer is kept by what was asked, the home's areas and the minute, for as long as the generation lives; a
new revision has a Finder of its own. A postcode is used to place the home and is in no answer.
"""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Protocol

import numpy as np
import orjson

from directory.listings.hours import LONDON
from directory.search.ages import read_age_words
from directory.search.answering import Answering
from directory.search.columns import Columns, Mask
from directory.search.documents import Analysis, document
from directory.search.explain import Standing, at_home, result, shown
from directory.search.facets import Facets
from directory.search.filters import SORTS, Asked, Filters, Wanted, wanted
from directory.search.nothing import nothing
from directory.search.ranking import Matched, everything, matched, order, standing
from directory.search.reach import NO, Geography, Home, metres
from directory.search.spelling import Spelling
from directory.search.suggest import Suggestion, Suggestions
from directory.search.synonyms import parts, read_stop_words, rows
from directory.search.text import TextIndex
from directory.search.understanding import PLAIN, Understanding, Understood
from directory.search.words import words
from directory.store.standard import Content
from geo.gazetteer import Gazetteer

MOST_PER_PAGE = 100
_KEPT = 512
Facts = dict[str, Any]
Call = Callable[[dt.datetime, str], Mapping[str, Any] | None]
"""Whom to call at a moment, for a home in the city ("") or in another authority (its code): `role`,
`telephone`, `tel`, `words`; None where nobody is known."""


class _Snapshot(Protocol):
    def service(self, record_id: str, /) -> Content | None: ...
    def record(self, record_id: str, /) -> Content | None: ...
    def ids(self, kind: Any, /) -> tuple[str, ...]: ...


class Searched(Protocol):
    """What a Finder needs of a generation (`directory.search.generation.Generation`)."""

    @property
    def revision(self) -> int: ...
    @property
    def published(self) -> _Snapshot: ...
    @property
    def index(self) -> TextIndex: ...
    @property
    def columns(self) -> Columns: ...


class Found:
    """What one search found before it is shown: the match, the listings in order, their scores."""

    def __init__(
        self, understood: Understood, wanted: Wanted, hits: Matched, ranked: Any, scores: Any
    ) -> None:
        self.understood, self.wanted, self.hits = understood, wanted, hits
        self.numbers: list[int] = hits.numbers[ranked].tolist()
        self.scores: list[float] = scores.tolist()


class Finder:
    """Searches one generation. Safe to share between threads."""

    def __init__(
        self,
        generation: Searched,
        gazetteer: Gazetteer,
        data: Path,
        var: Path,
        *,
        call: Call | None = None,
        index: TextIndex | None = None,
    ) -> None:
        """`index` is another text engine over the same documents (see `postgres.Preferring`).

        Raises `SynonymsError` or `NeedsError` for a data file that cannot be read.
        """
        self.revision = generation.revision
        self.columns = generation.columns
        self.analysis = Analysis.load(data, var)
        self.geography = Geography(gazetteer)
        self._published, self._index = generation.published, index or generation.index
        self._call = call
        self._languages = {row["code"]: row["name"] for row in _data(data, "languages.csv", "code", "name")}
        features = _data(data, "accessibility.csv", "code", "name", "plain")
        self._features = {row["code"]: row["name"] for row in features}
        areas = self.geography.named()
        said = self.analysis.phrases.spellings() | {word for key in areas for word in key}
        for text in (
            *self._languages.values(),
            *(p for r in features for p in (r["name"], *parts(r["plain"]))),
        ):
            said.update(word.plain for word in words(text))
        ages = read_age_words(data / "search" / "age_words.csv")
        said.update(word for key in ages for word in key)
        said |= self.analysis.stop | self.analysis.weak
        said |= read_stop_words(data / "search" / "ordinary_words.csv")
        self.spelling = Spelling(self.columns.written, said)
        self.understanding = Understanding(self.analysis, self.spelling, ages, areas, self.geography)
        self.service = lru_cache(maxsize=4096)(self._published.service)
        self._shown = lru_cache(maxsize=4096)(self._show)
        self._tokens = lru_cache(maxsize=4096)(self._tokens_of)
        self.filters = Filters(self.columns, self.geography, self.service)
        self._facets = Facets(self.filters, self.analysis.needs, self._languages, self._features)
        self._standing = lru_cache(maxsize=4)(lambda day: standing(self.columns, day))
        self._answering = Answering(
            self.columns, self.filters, self.analysis.needs, self.service, self._shown, self._standing
        )
        self._answers: OrderedDict[object, bytes] = OrderedDict()
        self._lock = Lock()

    def find(self, asked: Asked) -> Facts:
        """The answer to a search. Never raises for anything that is typed."""
        answer: Facts = orjson.loads(self.answer(asked))
        return answer

    def answer(self, asked: Asked) -> bytes:
        """The same as JSON."""
        at = (asked.at or dt.datetime.now(dt.UTC)).replace(second=0, microsecond=0)
        understood = self.understanding.read(asked.text)
        home = self._home(asked.postcode.strip() or understood.postcode, at)
        want = wanted(asked, understood, home, at)
        page, per_page = max(1, asked.page), min(max(1, asked.per_page), MOST_PER_PAGE)
        sort = asked.sort if asked.sort in SORTS else "best"
        key = (
            understood.text,
            _key(want),
            home.key if home is not None else None,
            (page, per_page, sort, at, asked.elsewhere, asked.age),
        )
        with self._lock:
            held = self._answers.get(key)
            if held is not None:
                self._answers.move_to_end(key)
                return held
        body = orjson.dumps(self._answer(understood, want, page, per_page, sort, asked), default=_plain)
        with self._lock:
            self._answers[key] = body
            while len(self._answers) > _KEPT:
                self._answers.popitem(last=False)
        return body

    def _answer(
        self, understood: Understood, want: Wanted, page: int, per_page: int, sort: str, asked: Asked
    ) -> Facts:
        hits = self.words_match(understood)
        found = self.rank(understood, want, hits, sort)
        total = len(found.numbers)
        pages = -(-total // per_page)
        begin = (page - 1) * per_page
        text = np.zeros(self.columns.count, bool)
        text[hits.numbers] = True
        return {
            "understood": self._told(understood, want, asked) | {"missing": self._missing(understood)},
            "total": total,
            "page": page,
            "per_page": per_page,
            "pages": pages,
            "results": [self.result(found, at) for at in range(begin, min(total, begin + per_page))],
            "facets": self._facets.count(text, want),
            "elsewhere": self._elsewhere(text, want),
            "nothing": nothing(self, understood, want, hits, self._call) if total == 0 else None,
            "revision": self.revision,
        }

    def open_first(
        self,
        needs: frozenset[str],
        home: Home | None,
        at: dt.datetime,
        *,
        level: str | None,
        limit: int,
        enough: int,
    ) -> list[bytes]:
        """Results that answer to `needs`, without what surrounds them in `find`: see `Answering.first`."""
        return self._answering.first(needs, home, at, level=level, limit=limit, enough=enough)

    def words_match(self, understood: Understood, *, least: float | None = None) -> Matched:
        """What the words alone find; everything where there are none and something else was asked."""
        if not understood.terms:
            if understood.text and not understood.says_more:
                return matched_nothing()
            return everything(self.columns.count)
        groups = [*(term.group for term in understood.terms), *understood.lifts]
        importance = [*(term.importance for term in understood.terms), *(0.0 for _ in understood.lifts)]
        return matched(self._index.match(groups), importance, self.columns.count, least=least)

    @property
    def problem(self) -> str | None:
        """What is the matter with the text engine that should answer; None where nothing is."""
        said: str | None = getattr(self._index, "problem", None)
        return said

    def rank(self, understood: Understood, want: Wanted, hits: Matched, sort: str = "best") -> Found:
        """The listings that match the words and pass the filters, in order."""
        keep = self.filters.mask(want)[hits.numbers]
        left = Matched(hits.numbers[keep], hits.match[keep], hits.groups[keep])
        home = want.home if want.home is not None and want.home.known else None
        away = metres(self.columns, home) if home is not None and home.spot is not None else None
        serves = self.filters.serves(home) if home is not None else None
        by_day = self._standing(want.at.astimezone(LONDON).date())
        ranked, scores = order(left, by_day, serves, away, self.columns.by_name)
        if sort == "near" and away is not None:
            again = np.lexsort((np.arange(len(ranked)), away[left.numbers[ranked]]))
            ranked, scores = ranked[again], scores[again]
        elif sort == "name":
            again = np.argsort(self.columns.by_name[left.numbers[ranked]], kind="stable")
            ranked, scores = ranked[again], scores[again]
        return Found(understood, want, left, ranked, scores)

    def result(self, found: Found, at: int) -> Facts:
        """One result in words."""
        number = found.numbers[at]
        identifier = self.columns.ids[number]
        service = self.service(identifier) or {"id": identifier}
        home = found.wanted.home
        serves = int(self.filters.serves(home)[number]) if home is not None and home.known else None
        facts = self._shown(identifier, found.understood.send, found.wanted.at)
        facts = facts | at_home(service, serves, home)
        standing = Standing(found.scores[at], found.understood.terms, self._tokens(identifier))
        return result(service, facts, standing, self.analysis.needs)

    def _show(self, identifier: str, send: bool, at: dt.datetime) -> Facts:
        service = self.service(identifier) or {"id": identifier}
        return shown(service, send, at, self.analysis.needs)

    def _tokens_of(self, identifier: str) -> Mapping[str, frozenset[str]]:
        service = self.service(identifier)
        if service is None:
            return {}
        fields = document(service, self.analysis).fields
        return {name: frozenset(tokens) for name, tokens in fields.items()}

    def _home(self, postcode: str, at: dt.datetime) -> Home | None:
        return self.geography.home(postcode, at.astimezone(LONDON).date()) if postcode else None

    def _told(self, understood: Understood, want: Wanted, asked: Asked) -> Facts:
        home = want.home
        ages = [span.first for span in understood.ages]
        age = asked.age if asked.age is not None else (ages[0] if ages else None)
        area = understood.area if "area" in want.filters and not asked.area else None
        return {
            "text": understood.text,
            "age": int(age) if age is not None and age == int(age) else age,
            "ages": [list(span) for span in understood.ages],
            "unborn": understood.unborn or asked.unborn,
            "level": want.filters.get("level"),
            "route": want.filters.get("route"),
            "open_now": "open_now" in want.filters,
            "free": "free" in want.filters,
            "area": {"layer": area.layer, "code": area.code, "name": area.name} if area else None,
            "postcode": {"status": home.status, "district": home.district} if home is not None else None,
            "readings": list(understood.readings),
            "corrected": list(understood.corrected),
        }

    def _missing(self, understood: Understood) -> list[str]:
        """The words that no listing has, in any form or meaning."""
        return [
            term.typed
            for term in understood.terms
            if term.importance >= PLAIN and not len(self._index.match([term.group]).numbers)
        ]

    def _elsewhere(self, text: Mask, want: Wanted) -> Facts | None:
        """How many listings match but do not serve the home."""
        home = want.filters.get("home")
        if not isinstance(home, Home):
            return None
        rest = text & self.filters.mask(want, leave_out="home") & (self.filters.serves(home) == NO)
        count = int(np.count_nonzero(rest))
        if not count:
            return None
        who = "1 other service matches but does" if count == 1 else f"{count} other services match but do"
        return {"count": count, "words": f"{who} not serve this home"}

    def warm(self) -> None:
        """Make ready in the background what the first suggestion needs: over a second at 10,000 listings."""
        Thread(target=lambda: self._suggestions, name="search-warm", daemon=True).start()

    @cached_property
    def _suggestions(self) -> Suggestions:
        given = [Suggestion("need", need.name, need.code) for need in self.analysis.needs.all]
        for phrase in self.analysis.phrases.said():
            code = phrase.codes[0] if phrase.codes else ""
            need = self.analysis.needs.get(code)
            if need is None or phrase.said.lower() != need.name.lower():
                given.append(Suggestion("word", phrase.said, code, need.name if need else phrase.read_as))
        for one in self._published.ids("organization"):
            record = self._published.record(one)
            if record is not None and record.get("name"):
                given.append(Suggestion("organization", str(record["name"]), one))
        visible = self.filters.visible
        given += [
            Suggestion("service", name, one)
            for one, name, seen in zip(self.columns.ids, self.columns.names, visible, strict=True)
            if name and seen
        ]
        return Suggestions(given)

    def suggest(self, prefix: str, limit: int = 8) -> list[Facts]:
        """What somebody may be about to type, best first: `kind`, `text`, `id` (or a need's code), `said`."""
        plain = self.understanding.without_postcode(prefix)
        found = self._suggestions.find(plain, limit)
        like = getattr(self._index, "names_like", None)
        if not found and like is not None:  # PostgreSQL's trigrams
            held = dict(zip(self.columns.ids, self.columns.names, strict=True))
            found = [Suggestion("service", held[one], one) for one in like(plain, limit) if one in held]
        found = found or self._suggestions.find(plain, limit, self.spelling)
        return [
            {"kind": one.kind, "text": one.text, "id": one.identifier or None, "means": one.said or None}
            for one in found
        ]

    def needs(self) -> list[Facts]:
        """Every need with the number of services for it, in the order of the file. Not to be changed."""
        return self._needs

    @cached_property
    def _needs(self) -> list[Facts]:
        counts = self.columns.tally("need", self.filters.visible)
        return [
            {
                "code": need.code,
                "name": need.name,
                "group": need.group,
                "description": need.description,
                "plain": list(need.plain),
                "count": counts.get(need.code, 0),
            }
            for need in self.analysis.needs.all
        ]


def text_index(url: str, generation: Searched) -> TextIndex:
    """The text engine for a store's address: PostgreSQL's own, with the files behind it, or the files."""
    if not url.startswith("postgres"):
        return generation.index
    from directory.search.postgres import PostgresIndex, Preferring

    first = PostgresIndex(url, generation.index.ids, generation.revision)
    return Preferring(first, generation.index)


def matched_nothing() -> Matched:
    """No listings at all."""
    return Matched(np.empty(0, np.int64), np.empty(0), np.empty(0, np.uint64))


def _key(want: Wanted) -> tuple[object, ...]:
    return tuple(sorted(((k, v) for k, v in want.filters.items() if k != "home"), key=lambda one: one[0]))


def _plain(value: object) -> object:
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(type(value).__name__)


def _data(data: Path, name: str, *columns: str) -> list[dict[str, str]]:
    return [row for _line, row in rows(data / "search" / name, columns)]
