"""Layers, their areas, and the postcode nearest to a point."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import orjson
from fastapi import FastAPI, Request
from starlette.responses import Response

from api.problems import ProblemError
from api.state import State
from api.v1.parameters import Moment, cache_until, moment_of, read_query
from directory import areas
from directory.answer import Answers
from directory.prepared import ATTRIBUTION, versions

GEOJSON = "application/geo+json"


class Seal(NamedTuple):
    """What an answer's ETag is made of, and how long it may be kept."""

    text: str
    cache: str


def _json(
    request: Request, facts: dict[str, Any], seal: Seal, media_type: str = "application/json"
) -> Response:
    etag = f'"{seal.text}"'
    headers = {"etag": etag, "cache-control": seal.cache, "vary": "accept"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(orjson.dumps(facts), headers=headers, media_type=media_type)


def add_area_routes(app: FastAPI, state: State) -> None:
    """Add this module's addresses to the app, over one state."""

    def sealed(answers: Answers, values: dict[str, str], *more: str) -> tuple[Moment, Seal]:
        moment = moment_of(dict(values), answers)
        prepared = answers.prepared(moment.at, moment.on)
        return moment, Seal(".".join([prepared.seal, *more]), cache_until(prepared.frame.end, moment))

    @app.get("/api/v1/layers")
    def list_layers(request: Request) -> Response:
        answers = state.current()
        moment, seal = sealed(answers, read_query(request.scope["query_string"], ("on",)))
        found = areas.layers(answers, moment.on)
        held = {one["layer"]: one["in_force"]["generation"] for one in found if one["in_force"]}
        return _json(request, {"layers": found} | _about(answers, held), seal)

    @app.get("/api/v1/layers/{layer}/areas")
    def list_areas(request: Request, layer: str) -> Response:
        answers = state.current()
        moment, seal = sealed(answers, read_query(request.scope["query_string"], ("on", "at")))
        found = areas.layer_areas(answers, layer, moment.on, moment.at)
        if found is None:
            raise _no_layer(answers, layer)
        held = {layer: found["generation"]} if found["generation"] else {}
        return _json(request, found | _about(answers, held), seal)

    @app.get("/api/v1/layers/{layer}/areas/{code}")
    def one_area(request: Request, layer: str, code: str) -> Response:
        answers = state.current()
        geo = GEOJSON in request.headers.get("accept", "")
        moment, seal = sealed(
            answers, read_query(request.scope["query_string"], ("on", "at")), "geo" if geo else ""
        )
        if layer not in answers.layers:
            raise _no_layer(answers, layer)
        found = areas.area(answers, layer, code, moment.on, moment.at)
        if found is None:
            raise ProblemError(
                "no_such_area",
                f"The layer {layer} has no area of that code. See /api/v1/layers/{layer}/areas.",
            )
        facts = found | _about(answers, {layer: found["generation"]})
        if not geo:
            return _json(request, facts, seal)
        geometry = areas.shape(state.var, layer, found["generation"], code)
        feature = {"type": "Feature", "id": code, "geometry": geometry, "properties": facts}
        return _json(request, feature, seal, GEOJSON)

    @app.get("/api/v1/crosswalk/{layer}/{other}")
    def crosswalk(request: Request, layer: str, other: str) -> Response:
        answers = state.current()
        moment, seal = sealed(answers, read_query(request.scope["query_string"], ("on",)), layer, other)
        found = areas.crosswalk(answers, layer, other, moment.on)
        if found is None:
            raise _no_layer(answers, layer)
        sides = (found["layer"], found["other"])
        held = {side["layer"]: side["generation"] for side in sides if side["generation"]}
        return _json(request, found | _about(answers, held), seal)

    @app.get("/api/v1/points")
    def point(request: Request) -> Response:
        answers = state.current()
        values = read_query(request.scope["query_string"], ("lat", "lon", "on", "at", "layers"))
        lat, lon = _degrees(values, "lat", 90), _degrees(values, "lon", 180)
        moment = moment_of(dict(values), answers)
        nearest = answers.gazetteer.nearest(lat, lon)
        if nearest is None:
            raise ProblemError(
                "no_postcode_near",
                "No postcode of Birmingham, or close to it, lies within 500 metres of that point.",
            )
        postcode, metres, _city = nearest
        asked = answers.answer(postcode, on=moment.on, at=moment.at, wanted=moment.wanted)
        body = {
            "nearest": postcode,
            "metres": round(metres),
            "note": "The nearest known postcode, not the point itself: a boundary may run between them.",
            "answer": orjson.loads(asked.body),
        }
        return Response(
            orjson.dumps(body), headers={"cache-control": "no-store"}, media_type="application/json"
        )


def _no_layer(answers: Answers, layer: str) -> ProblemError:
    return ProblemError(
        "no_such_layer", f"The layers are: {', '.join(answers.layers)}.", layers=answers.layers
    )


def _degrees(values: dict[str, str], name: str, limit: int) -> float:
    try:
        degrees = float(values[name])
    except KeyError:
        raise ProblemError("bad_parameter", f"The parameter {name} is missing.", parameter=name) from None
    except ValueError:
        degrees = math.nan
    if not abs(degrees) <= limit:
        raise ProblemError(
            "bad_parameter", f"{name} must be a number of degrees from -{limit} to {limit}.", parameter=name
        )
    return degrees


def _about(answers: Answers, told: dict[str, str]) -> dict[str, Any]:
    """Versions and attribution; `told` is the generation of each layer that the answer speaks of."""
    stated = versions(answers.gazetteer, answers.routing.version) | {"generations": told}
    return {"versions": stated, "attribution": ATTRIBUTION}
