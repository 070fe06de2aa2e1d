"""Which columns `tag` adds to a file, and what stands in them for one postcode."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Sequence

from geo.gazetteer import CITY, NONE, PARKED_AT, Gazetteer, holds_on
from geo.layers import layer_rank
from geo.place import STATUSES, ended_words
from geo.tagging.refusal import RefusedError, UnusableError

DEFAULT_LAYERS = ("district", "hub", "childrens_centre", "health_visiting", "family_support")
_FIRST = ("earlyhelp_status", "earlyhelp_postcode")
_LAST = ("earlyhelp_near", "earlyhelp_caution", "earlyhelp_authority", "earlyhelp_row_problem")


class Columns:
    """The added columns for some layers on a day. `layers=None` means all of them."""

    def __init__(self, gazetteer: Gazetteer, layers: Sequence[str] | None, on: dt.date) -> None:
        """Raises `UnusableError` for an unknown layer, or a team layer that nobody answers for on `on`."""
        self._gazetteer = gazetteer
        known = sorted({g["layer"] for g in gazetteer.generations}, key=layer_rank)
        self.layers = list(dict.fromkeys(known if layers is None else layers))
        for layer in self.layers:
            if layer not in known:
                near = difflib.get_close_matches(layer, known, 1)
                meant = f" Did you mean {near[0]}?" if near else ""
                raise UnusableError(
                    f"There is no layer {layer!r}.{meant} The layers are: {', '.join(known)}."
                )
        in_force = {gazetteer.generations[index]["layer"]: index for index in gazetteer.in_force(on)}
        for layer in self.layers:
            if layer not in in_force:
                spans = "; ".join(
                    f"{g['valid_from']} to {g['valid_to'] or 'now'}"
                    for g in gazetteer.generations
                    if g["layer"] == layer
                )
                raise UnusableError(
                    f"Nothing of layer {layer} is in force on {on}; it is for {spans}. "
                    "Choose another --on, or leave it out with --layers."
                )
        self._chosen = [(layer, in_force[layer]) for layer in self.layers]
        self._not_in_force = {
            index for _layer, index in self._chosen if not holds_on(gazetteer.generations[index], on)
        }
        self._generation_layer = {index: layer for layer, index in self._chosen}
        self._home = next((name for code, name in gazetteer.authorities if code == CITY), CITY)
        self.names = [
            *_FIRST,
            *(f"{layer}_{part}" for layer in self.layers for part in ("code", "name")),
            *_LAST,
        ]

    def check_headings(self, headings: Iterable[str]) -> None:
        """Raises `RefusedError` when the file already has a column of ours."""
        clash = [name for name in headings if name in self.names]
        if clash:
            raise RefusedError(
                f"The file already has a column named {', '.join(clash)}. "
                "Rename or remove it first, or tag the file from before."
            )

    def cells(self, status: int, row: int, postcode: str) -> list[str]:
        """The values of all added columns but the last, the row's problem.

        `row` is a city row for ok and terminated, an outside row for outside_area; `postcode` is as shown.
        """
        gazetteer = self._gazetteer
        word = STATUSES[status]
        areas: list[str] = []
        near, caution, authority = "", "", ""
        if word in ("ok", "terminated"):
            for _layer, index in self._chosen:
                area = gazetteer.columns[index][row]
                areas += ["", ""] if area == NONE else gazetteer.generations[index]["areas"][area][:2]
            beside = {self._generation_layer.get(n.generation) for n in gazetteer.near(row)}
            near = ";".join(layer for layer in self.layers if layer in beside)
            caution = self._city_caution(row)
            authority = self._home
        else:
            areas = [""] * (2 * len(self.layers))
            if row >= 0:
                caution = self.outside_caution(self.outside_ended(row))
            authority = self.authority(row) if word == "outside_area" else ""
        return [word, postcode, *areas, near, caution, authority]

    def _city_caution(self, row: int) -> str:
        """What to mind about a city row, as a single answer says it; see the help of `earlyhelp tag`."""
        gazetteer = self._gazetteer
        said = []
        if gazetteer.shared_by[row] >= PARKED_AT:
            said.append("shared_point")
        beyond = gazetteer.near_authority(row)
        if beyond:
            said.append(f"near_authority:{gazetteer.authorities[beyond[0]][1]}")
        if row in gazetteer.derived:
            said.append("areas_of_neighbour")
        ended = gazetteer.ended[row] if gazetteer.ended is not None else 0
        if ended:
            said.append(f"ended:{ended_words(ended)}")
        said += [
            f"not_in_force:{layer}"
            for layer, index in self._chosen
            if index in self._not_in_force and gazetteer.columns[index][row] != NONE
        ]
        return ";".join(said)

    def outside_ended(self, outside_row: int) -> int:
        """The month in which an outside row went out of use, year x 100 + month; 0 if in use or not known."""
        ended = self._gazetteer.outside_ended
        return ended[outside_row] if ended is not None else 0

    def outside_caution(self, ended: int) -> str:
        """What to mind about any outside row that went out of use in that month (0: in none)."""
        return f"ended:{ended_words(ended)}" if ended else ""

    def authority(self, outside_row: int) -> str:
        """The name of the authority of an outside row; empty where the source names none."""
        number = self._gazetteer.outside_authority[outside_row]
        return "" if number == NONE else self._gazetteer.authorities[number][1]
