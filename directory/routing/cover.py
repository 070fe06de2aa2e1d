"""When nobody answers, home by home: what the proof counts, kept so that two states can be compared.

A state is the contacts with the areas they stand for. What a change makes worse is what is uncovered after it
and was covered before, instant by instant; a gap that was there before is no reason to refuse a change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from directory.routing.contacts import ContactPoint
from directory.routing.hours import open_edges, union
from directory.routing.proof import (
    Combination,
    Span,
    beside,
    city_lines,
    front_door_lines,
    team_lines,
    uncovered,
)


class Cover:
    """Who may be relied on among `contacts`. Instants are epoch seconds."""

    def __init__(self, contacts: Sequence[ContactPoint]) -> None:
        self.by_team: dict[tuple[str, str], list[ContactPoint]] = {}
        for contact in contacts:
            self.by_team.setdefault((contact.layer, contact.team), []).append(contact)
        self._left: dict[tuple[frozenset[str], Span], list[Span]] = {}

    def front_door(self, audience: str, span: Span) -> list[Span]:
        """When within `span` neither CASS nor the Emergency Duty Team answers."""
        return self._gaps(front_door_lines(self.by_team, audience), span)

    def home(self, combination: Combination, audience: str, span: Span) -> list[Span]:
        """When within `span` nobody who may be relied on answers a home with these teams."""
        return self._gaps(self._lines(combination, audience), span)

    def beside(
        self, combination: Combination | None, audience: str, gap: Span, span: Span
    ) -> tuple[str, ...]:
        """The lines that close where a gap begins or open where it ends; of the front door for None."""
        lines = (
            front_door_lines(self.by_team, audience)
            if combination is None
            else self._lines(combination, audience)
        )
        return beside(lines, {one.hours: edges(one.hours, *span) for one in lines}, *gap)

    def _lines(self, combination: Combination, audience: str) -> list[ContactPoint]:
        return [*city_lines(self.by_team, audience), *team_lines(self.by_team, combination, audience)]

    def _gaps(self, lines: Sequence[ContactPoint], span: Span) -> list[Span]:
        texts = frozenset(one.hours for one in lines)
        if (texts, span) not in self._left:
            self._left[texts, span] = uncovered(union([edges(text, *span) for text in sorted(texts)]), *span)
        return self._left[texts, span]


@lru_cache(maxsize=1024)
def edges(text: str, start: int, end: int) -> Sequence[int]:
    """The openings and closings of one set of hours, worked out once; none for hours nobody has given."""
    return tuple(open_edges(text, start, end)) if text else ()


def worse(after: Sequence[Span], before: Sequence[Span]) -> list[Span]:
    """What of `after` is not in `before`; both sorted and without overlaps."""
    return [piece for start, end in after for piece in _outside(start, end, before)]


def _outside(start: int, end: int, spans: Sequence[Span]) -> Iterator[Span]:
    at = start
    for first, last in spans:
        if last <= at or first >= end:
            continue
        if first > at:
            yield at, first
        at = max(at, last)
    if at < end:
        yield at, end


def lacking(cover: Cover, teams: Mapping[str, set[str]]) -> set[tuple[str, str]]:
    """The teams (layer and code) that have no contact."""
    return {
        (layer, code)
        for layer, codes in teams.items()
        for code in codes
        if (layer, code) not in cover.by_team
    }
