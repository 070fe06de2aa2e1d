"""Who would answer after a change of contacts or areas, compared with who answers now.

Home by home: two drawings are laid over one another, and every distinct pair of what a home has now and would
have is compared, for professionals and the public, at every quarter-hour of a year from each day on which the
change takes hold. The same is asked of every outcome of the questionnaires in use.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from directory.outcome_contacts import OutcomeContacts
from directory.pathway.flow import Flow, Outcome, Route
from directory.routing.combinations import AreaColumns, teams_of
from directory.routing.contacts import ContactPoint, Forbidden
from directory.routing.cover import Cover, lacking, worse
from directory.routing.london import iso, local, midnight
from directory.routing.proof import AUDIENCES, Combination, Span
from directory.witness import Witness
from geo.gazetteer import NONE, holds_on

DAYS = 366  # a whole year, with both clock changes in it whenever it begins
Pair = tuple[Combination, Combination]


@dataclass(frozen=True)
class Standing:
    """Contacts with the areas of teams they stand for. Both states of a comparison count the same homes."""

    contacts: Sequence[ContactPoint]
    areas: AreaColumns

    @cached_property
    def cover(self) -> Cover:
        """Who may be relied on."""
        return Cover(self.contacts)

    def teams(self, first: dt.date) -> dict[str, set[str]]:
        """The teams that answer on `first` or later, by layer."""
        later = _Later(self.areas, first)
        return teams_of(later)


class _Later:
    """Areas without the generations that ended before a day."""

    def __init__(self, areas: AreaColumns, first: dt.date) -> None:
        self.columns, self.city_rows = areas.columns, areas.city_rows
        self.generations = [
            one
            for one in areas.generations
            if one["valid_to"] is None or one["valid_to"] >= first.isoformat()
        ]


def worsened(
    before: Standing | None,
    after: Standing,
    flows: Sequence[Flow],
    forbidden: Sequence[Forbidden],
    days: Sequence[dt.date],
) -> list[Witness]:
    """What would be so after a change and is not now, one witness of each kind and caller.

    `days` are those from which a year is looked at. Without `before` everything that is wrong counts.
    """
    found = list(_without_contact(before, after, min(days)))
    seen: set[tuple[Any, ...]] = {(one.breaks,) for one in found}
    for day in sorted(set(days)):
        for witness, key in _of_year(before, after, flows, forbidden, day):
            if key not in seen:
                seen.add(key)
                found.append(witness)
    return found


def _without_contact(before: Standing | None, after: Standing, first: dt.date) -> Iterator[Witness]:
    gone = lacking(after.cover, after.teams(first))
    if before is not None:
        gone -= lacking(before.cover, before.teams(first))
    for layer, code in sorted(gone):
        yield Witness(
            "contact",
            f"Team {code} of {layer} would answer for homes and has no contact. Add a row for it to "
            f"{layer}.csv, then run: earlyhelp routing compile",
            {"layer": layer, "code": code},
        )


def _of_year(
    before: Standing | None,
    after: Standing,
    flows: Sequence[Flow],
    forbidden: Sequence[Forbidden],
    day: dt.date,
) -> Iterator[tuple[Witness, tuple[Any, ...]]]:
    states = [after] if before is None else [before, after]
    days = _cuts([one.areas for one in states], day)
    whole = (midnight(days[0]), midnight(days[-1]))
    outcomes = [OutcomeContacts(one.contacts, [(*whole, ())], forbidden) for one in states]
    for first, last in pairwise(days):
        span = (midnight(first), midnight(last))
        pairs = homes(states[0].areas, after.areas, first)
        for audience in AUDIENCES:
            gaps = worse(
                after.cover.front_door(audience, span),
                before.cover.front_door(audience, span) if before is not None else (),
            )
            for gap in gaps[:1]:
                yield _front_door(after, audience, gap, span, len(gaps)), ("front door", audience)
            yield from _of_homes(before, after, audience, pairs, span)
            for flow in flows:
                yield from _of_outcomes(flow, outcomes, audience, pairs, span)
        for flow in flows:
            if before is not None:
                yield from _without_team(flow, pairs, first)
    for flow in flows:
        named: list[Outcome | Route] = [*flow.outcomes, *flow.routes]
        for outcome in named:
            said = [set(one.wrong(outcome)) for one in outcomes]
            for sentence in sorted(said[-1] - said[0] if before is not None else said[-1]):
                yield (
                    Witness("outcome", sentence, {"flow": flow.id, "outcome": outcome.id}),
                    ("outcome", flow.id, outcome.id, sentence),
                )


def _cuts(states: Sequence[AreaColumns], day: dt.date) -> list[dt.date]:
    """The days of a year at which a generation of a team layer begins or has ended, and both ends."""
    end = day + dt.timedelta(days=DAYS)
    cuts = {day, end}
    for generation in (one for areas in states for one in areas.generations if one["kind"] == "team"):
        cuts.add(dt.date.fromisoformat(str(generation["valid_from"])))
        if generation["valid_to"] is not None:
            cuts.add(dt.date.fromisoformat(str(generation["valid_to"])) + dt.timedelta(days=1))
    return sorted(one for one in cuts if day <= one <= end)


def homes(before: AreaColumns, after: AreaColumns, day: dt.date) -> list[tuple[Pair, int]]:
    """What a home has on a day and would have, each distinct pair with its number of postcodes."""
    chosen = [_in_force(areas, day) for areas in (before, after)]
    columns = [
        np.asarray(areas.columns[index])[: areas.city_rows]
        for areas, indexes in zip((before, after), chosen, strict=True)
        for index in indexes
    ]
    if not columns:
        return [(((), ()), int(after.city_rows))]
    rows, counts = np.unique(np.stack(columns, axis=1), axis=0, return_counts=True)
    split = len(chosen[0])
    return [
        ((_teams(before, chosen[0], row[:split]), _teams(after, chosen[1], row[split:])), int(count))
        for row, count in zip(rows.tolist(), counts, strict=True)
    ]


def _in_force(areas: AreaColumns, day: dt.date) -> list[int]:
    return [i for i, one in enumerate(areas.generations) if one["kind"] == "team" and holds_on(one, day)]


def _teams(areas: AreaColumns, indexes: Sequence[int], row: Sequence[int]) -> Combination:
    return tuple(
        (areas.generations[index]["layer"], areas.generations[index]["areas"][area][0])
        for index, area in zip(indexes, row, strict=True)
        if area != NONE
    )


def _of_homes(
    before: Standing | None, after: Standing, audience: str, pairs: Sequence[tuple[Pair, int]], span: Span
) -> Iterator[tuple[Witness, tuple[Any, ...]]]:
    first: tuple[Combination, list[Span]] | None = None
    postcodes = 0
    for (was, would), count in pairs:
        left = before.cover.home(was, audience, span) if before is not None else ()
        if gaps := worse(after.cover.home(would, audience, span), left):
            postcodes += count
            first = first or (would, gaps)
    if first is None:
        return
    combination, gaps = first
    lines = after.cover.beside(combination, audience, gaps[0], span)
    sentence = (
        f"Nobody accountable or sourced would answer {_caller(audience)} {_words(gaps[0])}"
        f"{_more(len(gaps))}, for a home with {_codes(combination)} ({postcodes:,} postcodes are like it)."
    )
    yield (
        Witness(
            "home", _with(sentence, lines), _gap(audience, gaps[0], combination) | {"postcodes": postcodes}
        ),
        ("home", audience),
    )


def _of_outcomes(
    flow: Flow,
    outcomes: Sequence[OutcomeContacts],
    audience: str,
    pairs: Sequence[tuple[Pair, int]],
    span: Span,
) -> Iterator[tuple[Witness, tuple[Any, ...]]]:
    """One witness for each time from which outcomes have nobody, with all outcomes that it is so of."""
    found: dict[Span, list[tuple[Outcome, Combination, int]]] = {}
    for outcome in flow.outcomes:
        for (was, would), _count in pairs:
            left = outcomes[0].uncovered(outcome, audience, was, span) if len(outcomes) > 1 else ()
            if gaps := worse(outcomes[-1].uncovered(outcome, audience, would, span), left):
                found.setdefault(gaps[0], []).append((outcome, would, len(gaps)))
                break
    for gap, listed in found.items():
        outcome, would, gaps_in_all = listed[0]
        others = f" So would {len(listed) - 1} more outcomes." if len(listed) > 1 else ""
        sentence = (
            f"“{outcome.title}” ({', '.join(outcome.contact)}) would have nobody who answers "
            f"{_caller(audience)} {_words(gap)}{_more(gaps_in_all)}, for a home with {_codes(would)}.{others}"
        )
        facts = {"flow": flow.id, "outcomes": [one.id for one, *_ in listed]} | _gap(audience, gap, would)
        yield Witness("outcome", sentence, facts), ("outcome", flow.id, audience, *facts["outcomes"])


def _without_team(
    flow: Flow, pairs: Sequence[tuple[Pair, int]], day: dt.date
) -> Iterator[tuple[Witness, tuple[Any, ...]]]:
    """Homes that have a team of a layer now and would have none, where an outcome calls that layer."""
    for outcome in flow.outcomes:
        for word in outcome.contact:
            kind, _, layer = word.partition(":")
            if kind != "team":
                continue
            lost = [
                (was, count)
                for (was, would), count in pairs
                if any(one == layer for one, _ in was) and all(one != layer for one, _ in would)
            ]
            if lost:
                postcodes = sum(count for _, count in lost)
                sentence = (
                    f"“{outcome.title}” calls the team of {layer}, and from {day} {postcodes:,} postcodes "
                    f"would have none, such as a home with {_codes(lost[0][0])} now. Activate the drawing "
                    "that takes its place first."
                )
                facts = {"flow": flow.id, "outcome": outcome.id, "layer": layer, "from": day.isoformat()}
                yield Witness("team", sentence, facts | {"postcodes": postcodes}), ("team", flow.id, layer)


def _front_door(after: Standing, audience: str, gap: Span, span: Span, gaps: int) -> Witness:
    sentence = (
        f"Neither CASS nor the Emergency Duty Team would answer {_caller(audience)} "
        f"{_words(gap)}{_more(gaps)}."
    )
    return Witness(
        "front door", _with(sentence, after.cover.beside(None, audience, gap, span)), _gap(audience, gap, ())
    )


def _with(sentence: str, lines: Sequence[str]) -> str:
    return f"{sentence} Look at: {'; '.join(lines)}." if lines else sentence


def _gap(audience: str, gap: Span, combination: Combination) -> dict[str, Any]:
    return {
        "audience": audience,
        "from": iso(gap[0]),
        "until": iso(gap[1]),
        "teams": [{"layer": layer, "code": code} for layer, code in combination],
    }


def _words(gap: Span) -> str:
    start, end = local(gap[0]), local(gap[1])
    return f"from {start:%A} {start.day} {start:%B} {start.year}, {start:%H:%M} until {end:%A %H:%M}"


def _more(gaps: int) -> str:
    return f" and {gaps - 1:,} more times within a year" if gaps > 1 else ""


def _caller(audience: str) -> str:
    return "a professional" if audience == "professional" else "a member of the public"


def _codes(combination: Combination) -> str:
    return ", ".join(code for _, code in combination) or "no team"
