"""The proof that every outcome of a questionnaire ends at somebody who answers, everywhere and always.

For each outcome, each combination of team areas that a postcode of the city has, professionals and the
public, and each quarter-hour of the period: one of the contacts that the outcome itself names is open, is
sourced and is no sample and no switchboard. Merged intervals, as in `directory.routing.proof`: no samples.

Only what the questionnaire writes down counts, not that the answer adds the front door to any list. Nor do
999, the police and the helplines, which are always there: an outcome names the front door beside them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from directory.pathway.flow import Flow, Outcome, Route
from directory.pathway.proof.check import Reached
from directory.pathway.proof.finding import Finding
from directory.routing.contacts import FRONT_DOOR, IN_HOURS, OUT_OF_HOURS, ContactPoint, Forbidden, digits
from directory.routing.hours import open_edges, union
from directory.routing.london import LONDON
from directory.routing.proof import AUDIENCES, QUARTER, Combination, Span, uncovered

Period = tuple[int, int, Collection[Combination]]
_NOT_RELIED_ON = (
    "emergency",
    "crime that is not an emergency",
    "helpline for adults worried about a child",
    "helpline for children",
    "urgent mental health help",
)


class OutcomeContacts:
    """The contacts of the files over `periods` (from, until, combinations in force), ready for any flow.

    `progress` is told of each outcome, audience and period done: `length(flow)` in all.
    """

    def __init__(
        self,
        contacts: Sequence[ContactPoint],
        periods: Sequence[Period],
        forbidden: Collection[Forbidden] = (),
        progress: Callable[[int], None] = lambda _done: None,
    ) -> None:
        self.periods, self.progress = periods, progress
        self.start, self.end = periods[0][0], periods[-1][1]
        self.refused = {one.digits: one.reason for one in forbidden}
        self.by_team: dict[tuple[str, str], list[ContactPoint]] = {}
        for contact in contacts:
            self.by_team.setdefault((contact.layer, contact.team), []).append(contact)
        self.layers = {contact.layer for contact in contacts}
        self._edges: dict[str, list[int]] = {}
        self._left: dict[tuple[frozenset[str], Span], list[Span]] = {}

    def length(self, flow: Flow) -> int:
        """How many steps of progress a proof of `flow` takes."""
        return len(flow.outcomes) * len(AUDIENCES) * len(self.periods)

    def __call__(self, flow: Flow, examples: Mapping[str, Mapping[str, str]]) -> Reached:
        """Prove it for every outcome of `flow`; `examples` are the answers that lead to each."""
        findings: list[Finding] = []
        cases = 0
        for outcome in flow.outcomes:
            example = examples.get(outcome.id)
            findings += [
                Finding("contact", said, example, subject=outcome.id, line=outcome.line)
                for said in self.wrong(outcome)
            ]
            failing, first = 0, ""
            for audience in AUDIENCES:
                for start, until, combinations in self.periods:
                    cases += len(combinations) * -(-(until - start) // QUARTER)
                    for combination in sorted(combinations):
                        left = self.uncovered(outcome, audience, combination, (start, until))
                        failing += _quarters(left, start)
                        if left and not first:
                            first = _gap(audience, combination, left[0])
                    self.progress(1)
            if first:
                said = (
                    f"“{outcome.title}” ({', '.join(outcome.contact)}) has nobody who answers {first}. "
                    f"{failing:,} cases are like this one. Add front_door to its contacts, or mend the hours."
                )
                findings.append(Finding("contact", said, example, subject=outcome.id, line=outcome.line))
        findings += [
            Finding("contact", said, subject=f"route {route.id}", line=route.line)
            for route in flow.routes
            for said in self.wrong(route)
        ]
        areas = len({one for _, _, combinations in self.periods for one in combinations})
        return Reached(
            tuple(findings), {"contact_cases": cases, "areas": areas, "outcomes": len(flow.outcomes)}
        )

    def wrong(self, outcome: Outcome | Route) -> Iterator[str]:
        """Contacts that an outcome or a route names and that are not there, or that must not be given."""
        for word in outcome.contact:
            kind, _, code = word.partition(":")
            codes = [code] if code else [IN_HOURS, OUT_OF_HOURS]
            if kind == "team" and code not in self.layers:
                yield f"“{outcome.title}” names {word}, and no contact of that layer is in the files."
            for one in codes if kind == "front_door" else ():
                listed = self.by_team.get((FRONT_DOOR, one), [])
                if not listed:
                    yield f"“{outcome.title}” names {word}, and {one} is not in front_door.csv. Add it back."
                for contact in listed:
                    if reason := self.refused.get(digits(contact.telephone)):
                        yield (
                            f"“{outcome.title}” would give {contact.telephone} for {one}, which must never "
                            f"be given: {reason}."
                        )
                    elif contact.sample or not contact.source:
                        yield f"“{outcome.title}” would give {one}, which is a sample or has no source."

    def uncovered(self, outcome: Outcome, audience: str, combination: Combination, span: Span) -> list[Span]:
        """When, within `span`, nobody that the outcome names answers a home with these teams."""
        relied = [
            contact
            for word in outcome.contact
            for key in _teams(word, combination)
            for contact in self.by_team.get(key, ())
            if contact.hours
            and contact.serves(audience)
            and contact.source
            and not contact.sample
            and contact.purpose not in _NOT_RELIED_ON
            and digits(contact.telephone) not in self.refused
        ]
        texts = frozenset(contact.hours for contact in relied)
        if (texts, span) not in self._left:
            opened = union([self._open(text) for text in sorted(texts)])
            self._left[texts, span] = uncovered(opened, *span)
        return self._left[texts, span]

    def _open(self, text: str) -> list[int]:
        if text not in self._edges:
            self._edges[text] = open_edges(text, self.start, self.end)
        return self._edges[text]


def _teams(word: str, combination: Combination) -> Sequence[tuple[str, str]]:
    """The teams that a contact word stands for at a home with these teams; none for 999."""
    kind, _, code = word.partition(":")
    if kind == "front_door":
        return [(FRONT_DOOR, one) for one in ([code] if code else (IN_HOURS, OUT_OF_HOURS))]
    return [team for team in combination if kind == "team" and team[0] == code]


def _quarters(spans: Sequence[Span], start: int) -> int:
    """How many quarter-hours since `start` have a part of them in `spans` (sorted, disjoint)."""
    touched, last = 0, -1
    for opens, closes in spans:
        first = max((opens - start) // QUARTER, last + 1)
        last = max(last, (closes - start - 1) // QUARTER)
        touched += max(0, last - first + 1)
    return touched


def _gap(audience: str, combination: Combination, gap: Span) -> str:
    start, end = (dt.datetime.fromtimestamp(one, dt.UTC).astimezone(LONDON) for one in gap)
    who = "a professional" if audience == "professional" else "a family"
    teams = ", ".join(code for _, code in combination) or "no team"
    return (
        f"{who} from {start:%A} {start.day} {start:%B} {start.year}, {start:%H:%M} until {end:%A %H:%M}, "
        f"for a home with {teams}"
    )
