"""The questionnaire's pages: start, questions, answers to check, result, the family's view, copies to keep.

Answers stand in the address as short codes, so that back, change, refresh and a bookmark work and nothing is
kept here. The postcode comes by POST at the very end, and the response to it is the result. No page is stored
by a browser, and no title says what a worry is about, because titles stay in a browser's history.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.pages.forms import Fields, first, form_fields, read_fields
from api.pages.pathway_address import ANSWER, Where, audience_codes, read_where
from api.pages.pathway_paging import Sheet, neighbours, progress, sheet_of, sheets
from api.pages.pathway_result import answer_rows, result_facts, saved_page, saved_text
from api.pages.responses import page, problem_page
from api.problems import NO_STORE
from directory.pathway.decide import Decision, Undecided, decide
from directory.pathway.flow import Flow, Question
from directory.pathway.library import Library, NoSuchFlow, Opened
from directory.pathway.walk import LONGEST, WalkError, follow, write

Facts = dict[str, Any]
FLOW = "early-help"  # what /worried itself begins
EXIT_TO = "https://www.bbc.co.uk/weather"


class Pathways(Protocol):
    """The questionnaires as the pages need them."""

    def library(self) -> Library:
        """Every version of every questionnaire."""
        ...

    def step(self, decision: Decision, *, place: str | None = None, notice_newer: str | None = None) -> Facts:
        """What to do now: `directory.next_step.next_step`, and `services_problem`."""
        ...

    def call_words(self) -> str:
        """Whom to call now, as a sentence, for a page that has no answer."""
        ...


@dataclass(frozen=True)
class Asked:
    """A request for a page of the questionnaire: the answers, opened with their own version, and the rest."""

    request: Request
    fields: Fields
    where: Where
    opened: Opened

    @property
    def flow(self) -> Flow:
        """The version that the answers are to."""
        return self.opened.flow

    @property
    def audience(self) -> str:
        """Who asks, "" where nothing was chosen."""
        return audience_codes(self.flow).get(self.where.who, "")

    def facts(self) -> Facts:
        """What every page of the questionnaire shows."""
        return {
            "section": "worried",
            "flow": self.flow,
            "where": self.where,
            "audience": self.audience,
            "notice_newer": self.opened.notice,
            "exit_to": EXIT_TO,
            "dropped": [self.flow.by_id[one].title for one in self.opened.walk.dropped],
        }


def pathway_routes(pathways: Pathways) -> list[BaseRoute]:
    """The addresses of the questionnaire."""
    pages = Worried(pathways)
    placed = ["POST"]
    return [
        Route("/worried", pages.start),
        Route("/worried/{flow}", pages.questions),
        Route("/worried/{flow}/check", pages.check),
        Route("/worried/{flow}/result", pages.result),
        Route("/worried/{flow}/result", pages.result_at_home, methods=placed),
        Route("/worried/{flow}/family", pages.family),
        Route("/worried/{flow}/family", pages.family_at_home, methods=placed),
        Route("/worried/{flow}/what-to-do.html", pages.saved),
        Route("/worried/{flow}/what-to-do.html", pages.saved_at_home, methods=placed),
        Route("/worried/{flow}/what-to-do.txt", pages.text),
        Route("/worried/{flow}/what-to-do.txt", pages.text_at_home, methods=placed),
    ]


class Worried:
    """One method a page. None raises for what an address or a form holds."""

    def __init__(self, pathways: Pathways) -> None:
        self.pathways = pathways

    async def start(self, request: Request) -> Response:
        """What this is, and who asks."""
        return self._start(request, FLOW)

    def _start(self, request: Request, flow_id: str) -> Response:
        library = self.pathways.library()
        try:
            flow = library.current(flow_id)
        except NoSuchFlow:
            return self._no_flow(request, library)
        return page(
            request,
            "worried/start.html",
            "I am worried about a child",
            section="worried",
            indexed=True,
            flow=flow,
            where=Where(flow.id, flow.address),
            call=self.pathways.call_words(),
            audiences=[(code, flow.audiences[name]) for code, name in audience_codes(flow).items()],
            exit_to=EXIT_TO,
        )

    async def questions(self, request: Request) -> Response:
        """The page with the question that is asked next, or with the one that the address names."""
        fields = read_fields(request.url.query, LONGEST + 1)
        if not first(fields, "a"):
            return self._start(request, request.path_params["flow"])
        asked = self._asked(request, fields)
        if isinstance(asked, Response):
            return asked
        walk, where = asked.opened.walk, asked.where
        found = sheets(asked.flow, walk, single=where.single)
        sheet = sheet_of(found, where.question) or (sheet_of(found, walk.next.code) if walk.next else None)
        if sheet is None:
            return _to(where.to(self._end(asked)))
        if first(fields, "go"):
            return self._answered(asked, sheet)
        return _question_page(asked, sheet, walk.answers, [])

    def _answered(self, asked: Asked, sheet: Sheet) -> Response:
        """What follows a page that was filled in: the next one, or the same one with what is missing."""
        flow, where = asked.flow, asked.where
        given = dict(asked.opened.walk.answers)
        missing = []
        for question in sheet.questions:
            typed = first(asked.fields, ANSWER + question.code)
            choice = next((one for one in question.choices if one.code == typed), None)
            if choice is None:
                missing.append(question)
                given.pop(question.id, None)
            else:
                given[question.id] = choice.id
        if missing:
            return _question_page(asked, sheet, given, missing)
        walk, text = follow(flow, given), write(flow, given)
        if walk.next is None and any(flow.choices[item].ends for item in walk.answers.items()):
            return _to(where.to(self._end(asked), text))
        if where.checking:
            after = walk.next
        else:
            found = sheets(flow, walk, single=where.single)
            behind = neighbours(found, sheet_of(found, sheet.code) or found[-1])[1]
            after = behind.questions[0] if behind else walk.next
        if after is None:
            return _to(where.to("check", text))
        return _to(where.at(after.code, checking=where.checking, answers=text))

    async def check(self, request: Request) -> Response:
        """Every answer, each with a link to change it, and the postcode."""
        asked = self._whole(request, read_fields(request.url.query, LONGEST + 1))
        if isinstance(asked, Response):
            return asked
        return page(
            request,
            "worried/check.html",
            "Check the answers",
            parts=answer_rows(asked.flow, asked.opened.walk, asked.where),
            view=self._end(asked),
            back=asked.where.at(asked.opened.walk.path[-1].code),
            **asked.facts(),
        )

    async def result(self, request: Request) -> Response:
        """What to do, without a home."""
        return self._shown(request, read_fields(request.url.query, LONGEST + 1), "result")

    async def result_at_home(self, request: Request) -> Response:
        """What to do, for the home whose postcode the form has."""
        return await self._at_home(request, "result")

    async def family(self, request: Request) -> Response:
        """The same in plain words for the family."""
        return self._shown(request, read_fields(request.url.query, LONGEST + 1), "family")

    async def family_at_home(self, request: Request) -> Response:
        """The same for a home."""
        return await self._at_home(request, "family")

    async def saved(self, request: Request) -> Response:
        """A file of the result that needs no other file."""
        return self._shown(request, read_fields(request.url.query, LONGEST + 1), "what-to-do.html")

    async def saved_at_home(self, request: Request) -> Response:
        """The same for a home."""
        return await self._at_home(request, "what-to-do.html")

    async def text(self, request: Request) -> Response:
        """The result as plain text."""
        return self._shown(request, read_fields(request.url.query, LONGEST + 1), "what-to-do.txt")

    async def text_at_home(self, request: Request) -> Response:
        """The same for a home."""
        return await self._at_home(request, "what-to-do.txt")

    async def _at_home(self, request: Request, view: str) -> Response:
        fields = await form_fields(request, LONGEST + 1)
        if fields is None:
            return problem_page(request, 413, "That was too long", "A postcode has at most eight characters.")
        if not first(fields, "postcode").strip():
            asked = self._whole(request, fields)
            # What holds no postcode has an address of its own, to keep and to come back to.
            return asked if isinstance(asked, Response) else _to(asked.where.to(view))
        return self._shown(request, fields, view)

    def _shown(self, request: Request, fields: Fields, view: str) -> Response:
        """One view of the result. Only the fields of a body may have a postcode."""
        asked = self._whole(request, fields)
        if isinstance(asked, Response):
            return asked
        place = first(fields, "postcode")[:40].strip() if request.method == "POST" else ""
        try:
            decision = decide(asked.flow, asked.opened.walk.answers)
        except Undecided as error:  # the proof finds such a table before it is published
            return self._no_answer(request, 500, "There is no result for these answers", str(error))
        step = self.pathways.step(decision, place=place or None, notice_newer=asked.opened.notice)
        facts = asked.facts() | result_facts(decision, step, asked.where, place)
        if view == "what-to-do.html":
            return saved_page(facts)
        if view == "what-to-do.txt":
            return saved_text(facts)
        title = "What to do next" if view == "result" else "What happens next, for the family"
        title = f"Error: {title}" if facts["error"] else title
        return page(request, f"worried/{view}.html", title, back=asked.where.to("check"), **facts)

    def _end(self, asked: Asked) -> str:
        """The view that somebody is shown first."""
        return "family" if asked.audience == "family" else "result"

    def _whole(self, request: Request, fields: Fields) -> Asked | Response:
        """The same where every question is answered; else the way to the first that is not."""
        if not first(fields, "a"):
            return _to(Where(request.path_params["flow"]).path())
        asked = self._asked(request, fields)
        if isinstance(asked, Asked) and asked.opened.walk.next is not None:
            return _to(asked.where.at(asked.opened.walk.next.code))
        return asked

    def _asked(self, request: Request, fields: Fields) -> Asked | Response:
        """The answers of an address or a form, or the page that says why they cannot be opened."""
        library = self.pathways.library()
        where = read_where(request.path_params["flow"], fields)
        try:
            opened = library.open(where.flow, where.answers)
        except NoSuchFlow:
            return self._no_flow(request, library)
        except WalkError as error:
            status = 404 if error.code == "no_version" else 400
            return self._no_answer(request, status, "These answers cannot be opened", _why(error))
        who = where.who if where.who in audience_codes(opened.flow) else ""
        where = replace(where, answers=write(opened.flow, opened.walk.answers), who=who)
        return Asked(request, fields, where, opened)

    def _no_flow(self, request: Request, library: Library) -> Response:
        if library.flows:
            return self._no_answer(request, 404, "There are no such questions", "Check the address.")
        return self._no_answer(
            request, 503, "The questions cannot be asked now", "Do not wait: ring and talk it through."
        )

    def _no_answer(self, request: Request, status: int, title: str, words: str) -> Response:
        """A page without an answer still says whom to call."""
        return problem_page(
            request,
            status,
            title,
            words,
            ways=[("Start again", "/worried")] if FLOW in self.pathways.library().flows else [],
            template="worried/problem.html",
            section="worried",
            exit_to=EXIT_TO,
        )


def _question_page(asked: Asked, sheet: Sheet, given: Mapping[str, str], missing: list[Question]) -> Response:
    """The form of one page of questions. `missing` are those that were left out."""
    flow, where, walk = asked.flow, asked.where, asked.opened.walk
    found = sheets(flow, walk, single=where.single)
    before = neighbours(found, sheet)[0]
    back = where.to("check") if where.checking else where.at(before.code) if before else "/worried"
    how_far = progress(walk, sheet.part)
    shown = replace(where, question=sheet.code)
    title = f"Part {how_far.part} of {how_far.parts}, {how_far.answered} of {how_far.asked} answered"
    return page(
        asked.request,
        "worried/questions.html",
        f"Error: {title}" if missing else title,
        sheet=sheet,
        given={flow.by_id[one].code: flow.choices[one, choice].code for one, choice in given.items()},
        missing={one.code for one in missing},
        back=back,
        progress=how_far,
        hidden=shown.pairs(),
        **asked.facts(),
    )


def _why(error: WalkError) -> str:
    """Why an address does not open, without repeating what somebody put into it."""
    if error.code == "no_version":
        return "They are to a version of the questions that is not here, and are not read as another's."
    if error.code == "unknown":
        return "The address names a question or an answer that this version does not have."
    return "The address is not complete, or it was changed on the way."


def _to(address: str) -> Response:
    return RedirectResponse(address, 303, {"Cache-Control": NO_STORE})
