"""The questionnaires under /api/v1: the outcome of answers, the questions as data, and a schema of answers.

A postcode is only ever in a body. Nothing that is sent is kept or logged.
"""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from api.pathway_state import PathwayState
from api.problems import NO_STORE, ProblemError, problem, wrong_method
from api.reply import Endpoint, json_reply
from api.v1.parameters import moment_of, read_query
from api.v1.pathway_facts import answers_schema, flow_facts, flow_row
from directory.pathway.decide import Undecided, decide_walk
from directory.pathway.flow import Flow
from directory.pathway.library import Library, NoSuchFlow, Opened
from directory.pathway.walk import WalkError, walk_of

LARGEST_BODY = 1 << 14
LONGEST_PLACE = 200  # characters of a postcode that are looked at
MEMBERS = ("answers", "version", "postcode", "at")
_SCHEMA = "application/schema+json"


def pathway_addresses(pathways: PathwayState) -> list[BaseRoute]:
    """The addresses of the questionnaires."""
    rooms = Rooms(pathways)
    return [
        Route("/api/v1/pathways", Endpoint(rooms.every).answer, methods=["GET"]),
        Route("/api/v1/pathways/{flow}", Endpoint(rooms.one).answer, methods=["GET"]),
        Route("/api/v1/pathways/{flow}/answers.schema.json", Endpoint(rooms.schema).answer, methods=["GET"]),
    ]


class Rooms:
    """What questionnaires there are, and each as data for a system that shows it in its own way."""

    def __init__(self, pathways: PathwayState) -> None:
        self.pathways = pathways

    def every(self, request: Request) -> Response:
        """`GET /api/v1/pathways`."""
        read_query(request.scope["query_string"], ())
        library = self.pathways.library()
        rows = [
            flow_row(flow, flow is library.current(name))
            for name, flows in library.flows.items()
            for flow in flows
        ]
        return json_reply(request, {"pathways": rows})

    def one(self, request: Request) -> Response:
        """`GET /api/v1/pathways/{flow}?version=`."""
        library, flow = self._flow(request)
        newer = newer_than(library, flow)
        return json_reply(request, flow_facts(flow) | {"newer_version": newer.version if newer else None})

    def schema(self, request: Request) -> Response:
        """`GET /api/v1/pathways/{flow}/answers.schema.json?version=`."""
        _library, flow = self._flow(request)
        return json_reply(request, answers_schema(flow), media_type=_SCHEMA)

    def _flow(self, request: Request) -> tuple[Library, Flow]:
        values = read_query(request.scope["query_string"], ("version",))
        library = self.pathways.library()
        return library, version_of(library, request.path_params["flow"], values.get("version"))


class Outcomes:
    """`POST /api/v1/pathways/{flow}/outcome` with `{"answers": …, "postcode": …, "at": …, "version": …}`.

    A plain ASGI endpoint, as the lookup of a postcode is, and for the same reason not handed to a thread:
    that would take longer than the answer. The search in it asks for no words, so no database is asked.
    """

    def __init__(self, pathways: PathwayState) -> None:
        self.pathways = pathways

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        response = await self._response(Request(scope, receive))
        await response(scope, receive, send)

    async def _response(self, request: Request) -> Response:
        if request.method != "POST":
            return wrong_method("POST")
        body = b""
        try:
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST_BODY:
                    told = f"The body may hold {LARGEST_BODY // 1024} kB at the most."
                    return problem("body_too_large", told)
        except ClientDisconnect:
            return problem("bad_body", "The request ended before its body did.")
        try:
            return self._found(request, body)
        except ProblemError as error:
            return error.response()

    def _found(self, request: Request, body: bytes) -> Response:
        read_query(request.scope["query_string"], ())
        content_type = request.headers.get("content-type", "")
        if content_type.partition(";")[0].strip().lower() != "application/json":
            raise ProblemError("not_json", "Send the answers as JSON, with Content-Type: application/json.")
        sent = body_values(body)
        at = moment_of({"at": sent.get("at")}, self.pathways.state.current()).at
        opened = opened_of(self.pathways.library(), request.path_params["flow"], sent)
        try:
            decision = decide_walk(opened.flow, opened.walk)
        except Undecided as error:
            raise unanswered(opened, error) from None
        step = self.pathways.step(
            decision,
            place=(sent.get("postcode") or "")[:LONGEST_PLACE] or None,
            at=at,
            notice_newer=opened.notice,
        )
        # Squeezing would cost more than working it out did; a server in front can do it.
        told = orjson.dumps(step | {"dropped": list(opened.walk.dropped)})
        return Response(told, headers={"cache-control": NO_STORE}, media_type="application/json")


def version_of(library: Library, flow_id: str, version: str | None) -> Flow:
    """One version of a questionnaire, that in use where none is named. Raises `ProblemError`."""
    try:
        return library.current(flow_id) if version is None else library.version(flow_id, version)
    except NoSuchFlow as error:
        raise ProblemError("no_such_pathway", str(error)) from None


def newer_than(library: Library, flow: Flow) -> Flow | None:
    """The version in use, where that is later than `flow`."""
    current = library.current(flow.id)
    return current if int(current.version) > int(flow.version) else None


def body_values(body: bytes) -> dict[str, Any]:
    """The members of a body, of the right types. Raises `ProblemError`."""
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ProblemError("not_json", f"The body is not JSON: {error}.") from None
    if not isinstance(sent, dict) or not isinstance(sent.get("answers"), dict | str):
        raise ProblemError(
            "bad_body",
            'The body must be an object such as {"answers": {"danger": "no"}} or {"answers": "v1.aan"}.',
        )
    for name in sent:
        if name not in MEMBERS:
            told = f"There is no member {name!r} here. There are: {', '.join(MEMBERS)}."
            raise ProblemError("bad_body", told, parameter=name)
    for name in ("version", "postcode"):
        if not isinstance(sent.get(name), str | None):
            raise ProblemError("bad_body", f"{name} must be text.", parameter=name)
    return sent


def opened_of(library: Library, flow_id: str, sent: dict[str, Any]) -> Opened:
    """The answers of a body, opened with the version that they belong to. Raises `ProblemError`."""
    answers, version = sent["answers"], sent.get("version")
    try:
        if isinstance(answers, str):
            opened = library.open(flow_id, answers)
            if version is not None and version != opened.flow.version:
                told = f"The answers are to version {opened.flow.version}, and version names another."
                raise ProblemError("bad_answers", told, parameter="version")
            return opened
        flow = version_of(library, flow_id, version)
        for question, choice in answers.items():
            if not isinstance(choice, str) or (question, choice) not in flow.choices:
                raise no_such_answer(flow, question)
        return Opened(flow, walk_of(flow, answers), newer_than(library, flow))
    except NoSuchFlow as error:
        raise ProblemError("no_such_pathway", str(error)) from None
    except WalkError as error:
        code = "no_such_pathway" if error.code == "no_version" else "bad_answers"
        raise ProblemError(code, str(error)) from None


def no_such_answer(flow: Flow, question: str) -> ProblemError:
    """The problem for an answer that the version does not have, naming its question."""
    named = question[:60]
    if question not in flow.by_id:
        told = f"Version {flow.version} has no question {named!r}."
    else:
        known = ", ".join(one.id for one in flow.by_id[question].choices)
        told = f"Question {named!r} has no such answer. Its answers are: {known}."
    return ProblemError("bad_answers", told, question=named)


def unanswered(opened: Opened, error: Undecided) -> ProblemError:
    """The problem for answers that are not whole: which questions have none yet, the next one first."""
    walk = opened.walk
    if error.question is None:
        return ProblemError("bad_answers", str(error))
    missing = [one.id for one in walk.path if one.id not in walk.answers]
    more = f" {len(missing)} in all have no answer yet." if len(missing) > 1 else ""
    return ProblemError(
        "unanswered",
        f"{error}{more} GET /api/v1/pathways/{opened.flow.id}?version={opened.flow.version} has its choices.",
        question=error.question.id,
        question_code=error.question.code,
        unanswered=missing,
    )
