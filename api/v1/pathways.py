"""The questionnaires under /api/v1: the outcome of answers, the questions as data, and a schema of answers.

A postcode is only ever in a body. Nothing that is sent is kept or logged.
"""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from api.pathway_state import PathwayState
from api.problems import NO_STORE, ProblemError, wrong_method
from api.reply import Endpoint, json_reply
from api.v1.parameters import moment_of, read_query
from api.v1.pathway_facts import answers_schema, flow_facts, flow_row
from api.v1.posted import posted_json, send_answer
from directory.pathway.decide import Undecided, decide_walk
from directory.pathway.flow import Flow
from directory.pathway.library import Library, NoSuchFlow, Opened
from directory.pathway.walk import WalkError, follow

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
        if scope["method"] != "POST":
            await wrong_method("POST")(scope, receive, send)
            return
        try:
            body = await posted_json(scope, receive, LARGEST_BODY, "the answers")
            told = self._told(scope["path_params"]["flow"], body)
        except ProblemError as error:
            await error.response()(scope, receive, send)
            return
        # Squeezing would cost more than working it out did; a server in front can do it.
        await send_answer(scope, send, 200, told, b"application/json", NO_STORE.encode())

    def _told(self, flow_id: str, body: bytes) -> bytes:
        sent = body_values(body)
        at = moment_of({"at": sent.get("at")}, self.pathways.state.current()).at
        opened = opened_of(self.pathways.library(), flow_id, sent)
        try:
            decision = decide_walk(opened.flow, opened.walk)
        except Undecided as error:
            raise unanswered(opened, error) from None
        return self.pathways.step_json(
            decision,
            place=(sent.get("postcode") or "")[:LONGEST_PLACE] or None,
            at=at,
            notice_newer=opened.notice,
            more={"dropped": opened.walk.dropped},
        )


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
        return Opened(flow, follow(flow, answers), newer_than(library, flow))
    except NoSuchFlow as error:
        raise ProblemError("no_such_pathway", str(error)) from None
    except WalkError as error:
        code = "no_such_pathway" if error.code == "no_version" else "bad_answers"
        named = {} if error.question is None else {"question": error.question[:60]}
        raise ProblemError(code, str(error), **named) from None


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
