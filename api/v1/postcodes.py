"""One postcode, and up to a thousand in one request.

Plain ASGI endpoints inside the FastAPI app: its request and response machinery would cost several
times what the lookup does (see docs/adr/0003-hot-path.md).
"""

from __future__ import annotations

from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from api.problems import MEDIA_TYPE, ProblemError, problem_body, wrong_method
from api.state import State
from api.v1.parameters import NOW, Moment, cache_until, moment_of, read_query
from api.v1.posted import posted_json, send_answer
from directory.answer import Answers

MOST = 1000
LARGEST_BODY = 1 << 19
_JSON = (b"content-type", b"application/json")
_PARAMETERS = ("on", "at", "layers")
_HTTP = {"unknown": 404, "malformed": 400}


class OnePostcode:
    """`GET /api/v1/postcodes/{postcode}`."""

    def __init__(self, state: State) -> None:
        self.state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] not in ("GET", "HEAD"):
            await wrong_method("GET, HEAD")(scope, receive, send)
            return
        answers = self.state.current()
        moment = NOW
        query = scope["query_string"]
        if query:
            try:
                moment = moment_of(dict(read_query(query, _PARAMETERS)), answers)
            except ProblemError as error:
                await error.response()(scope, receive, send)
                return
        asked = answers.answer(
            scope["path_params"]["postcode"], on=moment.on, at=moment.at, wanted=moment.wanted
        )
        code = _HTTP.get(asked.status, 200)
        if code != 200:
            told = orjson.loads(asked.body)
            members = {k: v for k, v in told.items() if k not in ("status", "message")}
            body = problem_body(asked.status, told["message"], **members)
            await send_answer(scope, send, code, body, MEDIA_TYPE.encode(), b"no-store")
            return
        etag = asked.etag.encode()
        for name, value in scope["headers"]:
            if name == b"if-none-match" and (etag in value or value == b"*"):
                headers = [
                    (b"etag", etag),
                    (b"cache-control", cache_until(asked.holds_until, moment).encode()),
                ]
                await send({"type": "http.response.start", "status": 304, "headers": headers})
                await send({"type": "http.response.body", "body": b""})
                return
        headers = [
            _JSON,
            (b"content-length", b"%d" % len(asked.body)),
            (b"etag", etag),
            (b"cache-control", cache_until(asked.holds_until, moment).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else asked.body})


class ManyPostcodes:
    """`POST /api/v1/postcodes` with `{"postcodes": [...], "on": …, "at": …, "layers": …}`."""

    def __init__(self, state: State) -> None:
        self.state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: exactly one result for each input, in order, whatever its type."""
        if scope["method"] != "POST":
            await wrong_method("POST")(scope, receive, send)
            return
        try:
            body = await posted_json(scope, receive, LARGEST_BODY, "the postcodes")
            answers = self.state.current()
            inputs, moment = _inputs(body, answers)
        except ProblemError as error:
            await error.response()(scope, receive, send)
            return
        await send_answer(scope, send, 200, bulk(answers, inputs, moment), b"application/json", b"no-store")


def _inputs(body: bytes, answers: Answers) -> tuple[list[Any], Moment]:
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ProblemError("not_json", f"The body is not JSON: {error}.") from None
    if not isinstance(asked, dict) or not isinstance(asked.get("postcodes"), list):
        raise ProblemError("bad_body", 'The body must be an object such as {"postcodes": ["B15 2TT"]}.')
    for name in asked:
        if name not in ("postcodes", *_PARAMETERS):
            raise ProblemError(
                "bad_body",
                f"There is no member {name!r}. There are: postcodes, {', '.join(_PARAMETERS)}.",
                parameter=name,
            )
    inputs: list[Any] = asked["postcodes"]
    if len(inputs) > MOST:
        raise ProblemError(
            "too_many",
            f"{len(inputs)} postcodes; a request may hold {MOST}. Send them in several.",
            most=MOST,
        )
    return inputs, moment_of(asked, answers)


_NOT_TEXT = [b'"status":"malformed","message":"A postcode must be text.","suggestions":[]}']


def bulk(answers: Answers, inputs: list[Any], moment: Moment) -> bytes:
    """The JSON for many postcodes: `results`, then once what they share."""
    prepared = answers.prepared(moment.at, moment.on, moment.wanted)
    short, dumps = answers.short_pieces, orjson.dumps
    pieces: list[bytes] = []
    lead = b'{"results":[{"query":'
    for value in inputs:
        pieces += (lead, dumps(value), b",")
        pieces += short(value, prepared)[1] if type(value) is str else _NOT_TEXT
        lead = b',{"query":'
    if not inputs:
        pieces.append(b'{"results":[')
    tail = {"layers": prepared.layers, "versions": prepared.versions, "attribution": prepared.attribution}
    pieces += (b"],", dumps(tail)[1:])
    return b"".join(pieces)
