"""The pages' view of the house: the `Site` that `api.pages` asks for, over the state of the process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from api.about import about
from api.directory_site import LiveDirectory
from api.directory_state import DirectoryState
from api.schools_state import LiveSchools
from api.state import State
from directory import areas
from directory.prepared import Prepared

Facts = dict[str, Any]


class LiveSite:
    """Answers for the pages. Every page of one request sees the same data."""

    def __init__(self, state: State, directory: DirectoryState, schools: LiveSchools) -> None:
        self.state, self.schools = state, schools
        self.directory = LiveDirectory(directory)
        self._layers: tuple[Prepared, list[Facts]] | None = None

    @property
    def var_dir(self) -> Path:
        """The folder that a build writes; maps lie in `maps/` inside it."""
        return self.state.var

    def answer(self, text: str) -> Facts:
        """The one answer for what a person typed."""
        answer: Facts = orjson.loads(self.state.current().answer(text).body)
        return answer

    def front_door(self) -> Facts:
        """Whom to call for the city at this moment."""
        call = self.state.current().prepared().frame.call
        return {"now": call.now, "danger": call.danger}

    def layers(self) -> list[Facts]:
        """Every layer's generation in force today: one list for all, not to be changed.

        It is made once for the stretch of time in which no contact opens or closes.
        """
        answers = self.state.current()
        prepared = answers.prepared()
        held = self._layers
        if held is None or held[0] is not prepared:
            found = (areas.layer_areas(answers, layer) for layer in answers.layers)
            held = self._layers = (prepared, [layer for layer in found if layer and layer["generation"]])
        return held[1]

    def layer(self, layer: str) -> Facts | None:
        """The generation in force today of one layer, with its areas and their contacts."""
        return next((one for one in self.layers() if one["layer"] == layer), None)

    def area(self, layer: str, code: str) -> Facts | None:
        """One area, also a retired one, and until when holds what it says of who is open."""
        answers = self.state.current()
        found = areas.area(answers, layer, code)
        if found is None:
            return None
        return found | {"holds": answers.prepared().shared["holds"]}

    def misfit(self) -> Facts:
        """How badly the maps fit."""
        return areas.misfit(self.state.current())

    def about(self) -> Facts:
        """Sources, counts, accuracy and versions."""
        listed = self.schools.about()["list"]
        return about(self.state.current(), self.directory.directory, listed, self.state.data)
