"""The schools of the city under /api/v1: those of an area or a name, and one with its teams."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.problems import ProblemError
from api.reply import Endpoint, json_reply
from api.schools_state import LiveSchools
from api.state import State
from api.v1.parameters import NOW, cache_until, read_query
from api.v1.services import WITH_POSTCODE
from directory.prepared import ATTRIBUTION
from directory.schools.placed import BY_HOME
from directory.schools.register import OGL

ALSO = f"Schools: Department for Education, Get Information about Schools, {OGL}."
_BY_POST = (
    "A postcode is never sent in an address, where logs would keep it: POST it to /api/v1/postcodes, "
    "then ask for the schools of its district."
)
_PARAMETERS = ("district", "layer", "code", "q")


def school_routes(state: State, schools: LiveSchools) -> list[BaseRoute]:
    """The addresses of schools."""
    room = Schools(state, schools)
    addresses: dict[str, Callable[[Request], Response]] = {
        "/api/v1/schools": room.many,
        "/api/v1/schools/{urn}": room.one,
    }
    return [Route(path, Endpoint(handler).answer, methods=["GET"]) for path, handler in addresses.items()]


class Schools:
    """One method an address."""

    def __init__(self, state: State, schools: LiveSchools) -> None:
        self.state, self.schools = state, schools

    def many(self, request: Request) -> Response:
        """`GET /api/v1/schools`: all schools, those of an area, or those of a name."""
        values = read_query(request.scope["query_string"], _PARAMETERS)
        layer, code = self._area(values)
        words = values.get("q", "")
        if WITH_POSTCODE.search(words):
            raise ProblemError("bad_parameter", _BY_POST, parameter="q")
        if "q" in values and not words.strip():
            raise ProblemError("bad_parameter", "q must be words of a school's name.", parameter="q")
        about = self._about()
        if words:
            found = self.schools.named(words)
        else:
            found = self.schools.within(layer, code) if layer else self.schools.all()
        listed = [one for group in found["groups"] for one in group["schools"]]
        if words and layer:
            listed = [one for one in listed if one["areas"].get(layer, {}).get("code") == code]
        return json_reply(request, {"total": len(listed), "schools": listed} | about)

    def one(self, request: Request) -> Response:
        """`GET /api/v1/schools/{urn}`: one school and the answer to where it stands."""
        read_query(request.scope["query_string"], ())
        about = self._about()
        school = self.schools.school(request.path_params["urn"])
        if school is None:
            raise ProblemError(
                "no_such_school",
                "The list in use has no open school of this number. See `list` of /api/v1/schools.",
            )
        answers = self.state.current()
        answer = None
        cache = cache_until(answers.prepared().frame.end, NOW)
        if school["postcode"]:
            answer = orjson.loads(answers.answer(school["postcode"]).body)
        return json_reply(request, {"school": school, "answer": answer} | about, cache=cache)

    def _area(self, values: dict[str, str]) -> tuple[str, str]:
        """The layer and code that are asked for, both empty where none is."""
        if "district" in values and ("layer" in values or "code" in values):
            raise ProblemError("bad_parameter", "Give district, or layer and code.", parameter="district")
        layer = "district" if "district" in values else values.get("layer", "")
        code = values.get("district", values.get("code", ""))
        if not {"district", "layer", "code"} & values.keys():
            return "", ""
        answers = self.state.current()
        if not layer or not code:
            name = "code" if layer else "layer"
            raise ProblemError("bad_parameter", "Give layer and code together.", parameter=name)
        if layer not in answers.layers:
            raise ProblemError(
                "no_such_layer", f"The layers are: {', '.join(answers.layers)}.", layers=answers.layers
            )
        known = (one for one in answers.gazetteer.generations if one["layer"] == layer)
        if all(code != area for one in known for area, _name in one["areas"]):
            raise ProblemError(
                "no_such_area",
                f"The layer {layer} has no area of that code. See /api/v1/layers/{layer}/areas.",
            )
        return layer, code

    def _about(self) -> dict[str, Any]:
        """What every answer says of the list. Raises `ProblemError` where there is none."""
        told = self.schools.about()
        if told["list"] is None:
            raise ProblemError("no_schools", str(told["problem"]))
        return {"list": told["list"], "notice": BY_HOME, "attribution": f"{ALSO} {ATTRIBUTION}"}
