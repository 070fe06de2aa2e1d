"""The proof that nobody meets a dead end: every combination of areas, every quarter-hour of a year.

It is exact, not sampled. For each combination and each audience the times at which somebody who
may be relied on answers are merged into one list of intervals; what is left of the period is a
gap, and every quarter-hour a gap touches is a case that fails. Quarter-hours are counted in UTC, so
both clock changes are inside: the day with an hour twice has 100 of them, the one an hour short 92.

Relied on are the accountable teams of the combination themselves, and sourced city-wide contacts
that take a concern about a child or give advice. The police, open at all times, do not count, nor
do the helplines: else nothing could ever fail. CASS and the Emergency Duty Team are proved apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from directory.routing.contacts import (
    CONCERN,
    CONCERN_OUT_OF_HOURS,
    FRONT_DOOR,
    IN_HOURS,
    OUT_OF_HOURS,
    ContactPoint,
    Forbidden,
    Teams,
    digits,
)
from directory.routing.hours import open_edges, union
from directory.routing.london import clock_changes

QUARTER = 900  # seconds
AUDIENCES = ("professional", "public")
_RELIED_ON = (CONCERN, CONCERN_OUT_OF_HOURS, "advice", "request for support")

Combination = tuple[tuple[str, str], ...]
"""The teams that answer for one place: (layer, code), one for each team layer in force there."""

Span = tuple[int, int]
ByTeam = Mapping[tuple[str, str], Sequence[ContactPoint]]


@dataclass(frozen=True)
class Gap:
    """A stretch in which nobody answers, in epoch seconds, and the contacts next to it.

    `chain` is the one that failed: "teams" for combinations of areas, "front door" for CASS with
    the Emergency Duty Team. `beside` are the contacts that close where it begins or open where it ends.
    """

    chain: str
    audience: str
    start: int
    end: int
    combinations: int
    example: Combination
    beside: tuple[str, ...]


@dataclass(frozen=True)
class Proof:
    """What was proved, counted case by case, and everything found wrong."""

    start: int
    end: int
    combinations: int
    quarters: int
    cases: int
    failing_cases: int
    front_door_cases: int
    front_door_failing: int
    clock_changes: tuple[int, ...]
    contacts: int
    teams: int
    gaps: tuple[Gap, ...]
    without_contact: tuple[tuple[str, str], ...]
    forbidden: tuple[str, ...]
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether nothing was found wrong."""
        return not (self.gaps or self.without_contact or self.forbidden) and self.cases > 0


def prove(
    contacts: Sequence[ContactPoint],
    periods: Sequence[tuple[int, int, Collection[Combination]]],
    forbidden: Collection[Forbidden],
    teams: Teams,
    progress: Callable[[int], None] = lambda _done: None,
) -> Proof:
    """Prove it for `periods`: (from, until, combinations in force then), in order and without a break.

    Instants are epoch seconds on a quarter-hour. `teams` are the codes that must have a contact,
    by layer. `progress` is told of each combination done.
    """
    began = time.perf_counter()
    start, end = periods[0][0], periods[-1][1]
    edges = {
        text: open_edges(text, start, end)
        for text in {contact.hours for contact in contacts if contact.hours}
    }
    by_team: dict[tuple[str, str], list[ContactPoint]] = {}
    for contact in contacts:
        by_team.setdefault((contact.layer, contact.team), []).append(contact)
    gaps: list[Gap] = []
    cases = failing = front_cases = front_failing = 0
    for first, until, combinations in periods:
        quarters = -(-(until - first) // QUARTER)
        for audience in AUDIENCES:
            chain = front_door_lines(by_team, audience)
            left = uncovered(union([edges[contact.hours] for contact in chain]), first, until)
            front_cases += quarters
            front_failing += _quarters_touched(left, first)
            gaps += [Gap("front door", audience, a, b, 0, (), beside(chain, edges, a, b)) for a, b in left]
            failed, found = _prove_combinations(
                by_team, edges, audience, (first, until), combinations, progress=progress
            )
            cases += quarters * len(combinations)
            failing += failed
            gaps += found
    required = [(layer, code) for layer, codes in sorted(teams.items()) for code in sorted(codes)]
    return Proof(
        start=start,
        end=end,
        combinations=len({combination for _, _, some in periods for combination in some}),
        quarters=-(-(end - start) // QUARTER),
        cases=cases,
        failing_cases=failing,
        front_door_cases=front_cases,
        front_door_failing=front_failing,
        clock_changes=tuple(clock_changes(start, end)),
        contacts=len(contacts),
        teams=len(required),
        gaps=tuple(gaps),
        without_contact=tuple(team for team in required if team not in by_team),
        forbidden=tuple(_forbidden(contacts, forbidden)),
        seconds=time.perf_counter() - began,
    )


def _prove_combinations(
    by_team: ByTeam,
    edges: Mapping[str, Sequence[int]],
    audience: str,
    period: Span,
    combinations: Collection[Combination],
    *,
    progress: Callable[[int], None],
) -> tuple[int, list[Gap]]:
    """How many quarter-hours fail over all combinations, and their gaps merged over combinations."""
    city = city_lines(by_team, audience)
    merged: dict[frozenset[str], list[Span]] = {}
    failing = 0
    found: dict[Span, list[Combination]] = {}
    for combination in sorted(combinations):
        own = team_lines(by_team, combination, audience)
        texts = frozenset(contact.hours for contact in (*city, *own))
        if texts not in merged:
            merged[texts] = uncovered(union([edges[text] for text in texts]), *period)
        for gap in merged[texts]:
            found.setdefault(gap, []).append(combination)
        failing += _quarters_touched(merged[texts], period[0])
        progress(1)
    gaps = []
    for (start, end), where in sorted(found.items()):
        own = [contact for team in where[0] for contact in by_team.get(team, ()) if contact.hours]
        lines = beside([*city, *own], edges, start, end)
        gaps.append(Gap("teams", audience, start, end, len(where), where[0], lines))
    return failing, gaps


def front_door_lines(by_team: ByTeam, audience: str) -> list[ContactPoint]:
    """CASS and the Emergency Duty Team, as far as a caller of `audience` may ring them."""
    return [
        contact
        for code in (IN_HOURS, OUT_OF_HOURS)
        for contact in by_team.get((FRONT_DOOR, code), ())
        if not contact.sample and contact.serves(audience)
    ]


def city_lines(by_team: ByTeam, audience: str) -> list[ContactPoint]:
    """The city-wide contacts that are relied on."""
    return [
        contact
        for (layer, _), listed in by_team.items()
        if layer == FRONT_DOOR
        for contact in listed
        if not contact.sample and contact.purpose in _RELIED_ON and contact.serves(audience)
    ]


def team_lines(by_team: ByTeam, combination: Combination, audience: str) -> list[ContactPoint]:
    """The contacts, with hours, of the teams of one combination."""
    return [
        one for team in combination for one in by_team.get(team, ()) if one.hours and one.serves(audience)
    ]


def uncovered(edges: Sequence[int], start: int, end: int) -> list[Span]:
    """What `edges` leave open of the stretch from `start` to `end`, as (from, until) pairs."""
    left, at = [], start
    for opens, closes in zip(edges[::2], edges[1::2], strict=True):
        if closes <= start:
            continue
        if opens >= end:
            break
        if opens > at:
            left.append((at, opens))
        at = max(at, closes)
    if at < end:
        left.append((at, end))
    return left


def _quarters_touched(spans: Iterable[Span], start: int) -> int:
    """How many quarter-hours since `start` have a part of them in `spans` (sorted, disjoint)."""
    count, counted = 0, -1
    for opens, closes in spans:
        first = max((opens - start) // QUARTER, counted + 1)
        last = (closes - start - 1) // QUARTER
        count += max(0, last - first + 1)
        counted = max(counted, last)
    return count


def beside(
    contacts: Iterable[ContactPoint], edges: Mapping[str, Sequence[int]], start: int, end: int
) -> tuple[str, ...]:
    """The contacts that close at `start` or open at `end`, with where they stand in the files."""
    lines = []
    for contact in contacts:
        own = edges[contact.hours]
        place = f"{contact.file}, line {contact.line} ({contact.team}, {contact.hours})"
        if start in own[1::2]:
            lines.append(f"{place} closes then")
        elif end in own[::2]:
            lines.append(f"{place} opens after it")
    return tuple(dict.fromkeys(lines))


def _forbidden(contacts: Sequence[ContactPoint], forbidden: Collection[Forbidden]) -> Iterable[str]:
    reasons = {number.digits: number.reason for number in forbidden}
    for contact in contacts:
        if reason := reasons.get(digits(contact.telephone)):
            yield f"{contact.file}, line {contact.line}: {contact.telephone} must not be given: {reason}."
