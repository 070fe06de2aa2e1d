"""Open Referral UK 3.0 as JSON: an object, a list, an envelope, a dump of several kinds, or pages of them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from directory.listings.reading.encodings import decoded
from directory.listings.reading.feed import Feed, FeedError, Findings
from directory.listings.reading.members import PLURALS, guessed_kind, named_kind, snake
from directory.listings.reading.records import Records
from directory.store.standard import RECORD_KINDS, RecordKind

FORMAT = "ORUK JSON"
_LISTS = ("contents", "content", "items", "data", "results", "value")
_TOTALS = ("total_items", "total_elements", "total")


def parsed(raw: bytes, name: str, findings: Findings) -> Any:
    """The JSON value of a file. Raises `FeedError` with line and column where it is not JSON."""
    text = decoded(raw, name, findings)
    try:
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        where = f"{name}, line {error.lineno}, column {error.colno}"
        cut = " It ends too early: fetch it again." if error.pos >= len(text.rstrip()) - 1 else ""
        raise FeedError(f"{where}: not JSON ({error.msg}).{cut}") from None
    except RecursionError:
        raise FeedError(f"{name}: nested far too deeply for a feed.") from None
    except ValueError as error:
        raise FeedError(f"{name}: a number that is none ({str(error)[:80]}).") from None


def _no_constant(word: str) -> NoReturn:
    raise ValueError(word)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text[:20])
    return value


class Pages:
    """Takes pages of JSON one by one and makes a feed of them."""

    def __init__(self, records: Records, findings: Findings) -> None:
        self.records, self.findings = records, findings
        self._said: dict[str, int] = {}
        self._whole: set[str] = set()
        self.entries = 0

    def add(self, value: Any, name: str, hint: str | None = None) -> None:
        """Take the value of one page; `name` is the file or address, `hint` the entity it is likely of."""
        hint = hint or named_kind(name.rpartition("/")[2])
        if isinstance(value, list):
            self._take_list(value, f"{name} $", hint)
        elif isinstance(value, Mapping):
            self._take_object(value, name, hint)
        else:
            raise FeedError(
                f"{name}: holds only {json.dumps(value)[:20]}, but a feed is an object or a list."
            )

    def _take_object(self, value: Mapping[str, Any], name: str, hint: str | None) -> None:
        inner = {snake(str(key)): (key, held) for key, held in value.items()}
        listed = next((key for key in _LISTS if key in inner and isinstance(inner[key][1], list)), None)
        dumped = [key for key in PLURALS if key in inner and isinstance(inner[key][1], list)]
        if listed is None and ("id" in inner or "name" in inner):
            self._take_one(value, f"{name} $", hint)
            return
        if listed is not None:
            key, held = inner[listed]
            if listed not in ("contents",):
                self.findings.add(
                    "note", "converted", f"{name} $.{key}", f"{str(key)[:40]!r} is read as contents.",
                    "The standard calls it contents.",
                )  # fmt: skip
            entity = self._take_list(held, f"{name} $.{key}", hint)
            self._count(inner, entity)
        for plural in dumped:
            key, held = inner[plural]
            self._take_list(held, f"{name} $.{key}", PLURALS[plural])
        if listed is None and not dumped:
            described = "openapi_url" in inner or "profile" in inner
            broken = next((key for key in (*_LISTS, *PLURALS) if key in inner), None)
            if broken is not None:
                raise FeedError(
                    f"{name}: {broken} is not a list. A page of a feed has a list of objects there."
                )
            if not described:
                raise FeedError(
                    f"{name}: no service, organisation, list or page was found in it. "
                    "A page has a list called contents."
                )

    def _count(self, inner: Mapping[str, tuple[str, Any]], entity: str) -> None:
        said = next((inner[key][1] for key in _TOTALS if key in inner), None)
        if entity and isinstance(said, int) and not isinstance(said, bool):
            self._said[entity] = max(self._said.get(entity, 0), said)

    def _take_list(self, held: Iterable[Any], place: str, hint: str | None) -> str:
        found = ""
        for index, one in enumerate(held):
            entity = guessed_kind(one, hint) if isinstance(one, Mapping) else hint or "service"
            found = found or entity or ""
            if entity is None:
                self._strange(one, f"{place}[{index}]")
                continue
            self.entries += 1
            self._whole.add(entity)
            self.records.take(entity, one, f"{place}[{index}]", list_place=place)
        return found

    def _take_one(self, value: Mapping[str, Any], place: str, hint: str | None) -> None:
        entity = guessed_kind(value, hint)
        if entity is None:
            self._strange(value, place)
            return
        self.entries += 1
        self.records.take(entity, value, place)

    def _strange(self, value: object, place: str) -> None:
        self.findings.add(
            "fault", "unreadable", place, "is neither a service nor an organisation, a place or a taxonomy.",
            "Give at least an id, a name and a status for a service.", value=value,
        )  # fmt: skip

    def feed(self, where: str, form: str = FORMAT) -> Feed:
        """The feed that the pages make."""
        candidates = self.records.finish()
        partial = self._partial(where)
        covers: set[RecordKind] = {one.kind for one in candidates} if "service" in self._whole else set()
        covers |= {kind for kind in RECORD_KINDS if kind in self._whole}
        if "service" in partial:  # what services would have named is not known either
            partial |= {"organization", "location"}
        return Feed(where, form, candidates, self.findings, frozenset(covers - partial))

    def _partial(self, where: str) -> set[str]:
        partial: set[str] = set()
        for entity, said in self._said.items():
            here = len(self.records.listed.get(entity, ()))
            if said > here and here:
                partial.add(entity)
                self.findings.add(
                    "warning", "missing", where, f"says that it has {said:,} entries ({entity}), "
                    f"but {here:,} with ids of their own are here: nothing is retired for being missing.",
                    "Fetch all pages.", member="total_items", value=said,
                )  # fmt: skip
        return partial
