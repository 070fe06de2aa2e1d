"""The steward's desk: each command's answer as plain values, from which both text and JSON are made.

Reads layers, the city's postcodes and what a steward was sent; the writing itself is in `keeping`.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from geo.layers import (
    Generation,
    LayerError,
    active_generations,
    all_generations,
    read_journal,
    read_members,
)
from geo.sources.directory import SourceError
from geo.sources.reference import read_reference
from geo.stewardship import keeping
from geo.stewardship.assignment import NONE, Assignment, CityTable, assign, read_shapes
from geo.stewardship.check import check
from geo.stewardship.city import area_names, authority_of, read_city
from geo.stewardship.difference import difference
from geo.stewardship.findings import Drawing, Finding, as_json
from geo.stewardship.journal import RefusedError
from geo.stewardship.reading import blank_generation, read_drawing, read_folder
from geo.stewardship.wanted import Wanted

Answer = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """What a steward says about a drawing to import; empty means as in its folder or in the layer now."""

    layer: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    title: str = ""
    status: str = ""
    source: str = ""
    owner: str = ""
    city_only: bool = False


class Desk:
    """One installation's layers: `data` ships them, `var` keeps the imported ones."""

    def __init__(self, data: Path, var: Path, today: dt.date) -> None:
        self.data, self.var, self.today = data, var, today

    @cached_property
    def city(self) -> CityTable:
        """The city's postcodes."""
        return read_city(self.data)

    @cached_property
    def names(self) -> Mapping[str, Mapping[str, str]]:
        """The reference names of codes, by layer."""
        return area_names(self.data)

    def overview(self) -> Answer:
        """Every layer with all its generations."""
        active = active_generations(self.data, self.var)
        layers = []
        for layer, generations in all_generations(self.data, self.var).items():
            now = [g for g in active.get(layer, []) if g.in_force(self.today)]
            layers.append(
                {
                    "layer": layer,
                    "title": (now or generations)[-1].title,
                    "kind": generations[-1].kind,
                    "in_force": now[0].id if now else None,
                    "generations": [self._described(g, active.get(layer, [])) for g in generations],
                }
            )
        return {"on": self.today.isoformat(), "layers": layers}

    def _described(self, generation: Generation, active: list[Generation]) -> Answer:
        answering = next((g for g in active if g.id == generation.id), None)
        shown = answering or generation
        whole = keeping.complete(self.data, self.var, generation)
        areas, problem = None, None
        try:
            areas = self._count(generation)
        except LayerError as error:
            problem = str(error)
        return {
            "generation": generation.id,
            "title": generation.title,
            "kind": generation.kind,
            "members": generation.members,
            "valid_from": shown.valid_from.isoformat(),
            "valid_to": shown.valid_to.isoformat() if shown.valid_to else None,
            "status": generation.status,
            "state": ("active" if answering else "inactive") if whole else "import cut short",
            "shipped": generation.folder.is_relative_to(self.data / "areas"),
            "source": generation.source,
            "owner": generation.owner,
            "areas": areas,
            "problem": problem,
        }

    def _count(self, generation: Generation) -> int:
        if generation.members == "reference":
            return len(set(self._columns[generation.reference_column or generation.layer]) - {""})
        if generation.members == "polygon":
            return len({shape.code for shape in read_shapes(generation)})
        return len({member.code for member in read_members(generation)})

    @cached_property
    def _columns(self) -> dict[str, list[str]]:
        try:
            return read_reference(self.data).columns
        except SourceError as error:
            raise LayerError(str(error)) from None

    def chosen(self, layer: str, on: dt.date | None, generation: str) -> Generation:
        """The generation named, else the one that answers on a day (today unless told), else the newest."""
        every = all_generations(self.data, self.var)
        if layer not in every:
            raise RefusedError(f"No layer {layer!r}. There is: {', '.join(every)}.")
        if generation:
            return keeping.find(self.data, self.var, layer, generation)
        active = active_generations(self.data, self.var).get(layer, [])
        holding = [g for g in active if g.in_force(on or self.today)]
        if holding:
            return holding[0]
        if on is not None:
            spans = "; ".join(f"{g.valid_from} to {g.valid_to or 'now'}" for g in active) or "never"
            raise RefusedError(f"{layer} has no generation in force on {on}. It has: {spans}.")
        return every[layer][-1]

    def show(self, layer: str, on: dt.date | None, generation: str) -> Answer:
        """One generation with its areas, their members and how many postcodes each holds."""
        chosen = self.chosen(layer, on, generation)
        assigned = assign(chosen, self.city, self.names.get(layer))
        counts = np.bincount(assigned.index[assigned.index != NONE], minlength=len(assigned.areas))
        members: dict[str, list[str]] = {}
        if chosen.members in ("ward_2004", "postcode", "sector"):
            wards = self.names["ward_2004"] if chosen.members == "ward_2004" else {}
            for row in read_members(chosen):
                members.setdefault(row.code, []).append(f"{row.member} {wards.get(row.member, '')}".strip())
        return {
            "layer": layer,
            **self._described(chosen, active_generations(self.data, self.var).get(layer, [])),
            "postcodes": int(counts.sum()),
            "postcodes_in_no_area": int((assigned.index == NONE).sum()),
            "area_list": [
                {
                    "code": area.code,
                    "name": area.name,
                    "postcodes": int(counts[place]),
                    "members": members.get(area.code, []),
                }
                for place, area in enumerate(assigned.areas)
            ],
        }

    def drawing(self, target: str, generation: str, wanted: Wanted) -> Drawing:
        """What `area check` was given: a layer, a generation's folder, a layer's folder, or a file."""
        path = Path(target)
        if target in all_generations(self.data, self.var):
            return read_folder(self.chosen(target, None, generation).folder, self.names["ward_2004"])
        if path.is_dir():
            return read_folder(_generation_folder(path, generation), self.names["ward_2004"], wanted)
        if not path.exists():
            layers = ", ".join(all_generations(self.data, self.var))
            raise RefusedError(f"{target}: neither a layer ({layers}) nor a file or folder.")
        blank = blank_generation("new", self.today, path.parent)
        return read_drawing(path, blank, self.names["ward_2004"], wanted)

    def findings(self, drawing: Drawing) -> tuple[list[Finding], Assignment]:
        """What there is to mend in a drawing, and which area each postcode is in."""
        return check(drawing, self.city, self.names, partial(authority_of, self.data))

    def checked(self, drawing: Drawing, at_most: int) -> Answer:
        """The report of `area check`."""
        found, assigned = self.findings(drawing)
        stored = drawing.generation.source or drawing.generation.layer != "new"
        return {
            "file": drawing.file,
            "layer": drawing.generation.layer if stored else None,
            "generation": drawing.generation.id if stored else None,
            "members": drawing.generation.members,
            "areas": len(assigned.areas),
            "postcodes": len(self.city.postcodes),
            "postcodes_in_an_area": int((assigned.index != NONE).sum()),
            "notes": drawing.notes,
            "findings": as_json(found, at_most),
        }

    def sent(self, path: Path, sent: Sent, wanted: Wanted) -> Drawing:
        """The drawing that `area import` was given, with what the steward says of it."""
        wards = self.names["ward_2004"]
        if path.is_dir():
            drawing = read_folder(path, wards, wanted)
            generation = drawing.generation
            if generation.members == "reference":
                raise RefusedError(f'{path}: members = "reference" names our own tables; it is not imported.')
        else:
            if not sent.layer or sent.valid_from is None:
                raise RefusedError("A file does not say its layer and first day: give --layer and --from.")
            keeping.check_layer_name(sent.layer)
            drawing = read_drawing(path, self._template(sent.layer, sent.valid_from), wards, wanted)
            generation = replace(drawing.generation, source=f"Imported from {path.name}")
        generation = replace(
            generation,
            layer=sent.layer or generation.layer,
            valid_from=sent.valid_from or generation.valid_from,
            valid_to=sent.valid_to or generation.valid_to,
            title=sent.title or generation.title,
            status=sent.status or generation.status,
            source=sent.source or generation.source,
            owner=sent.owner or generation.owner or "not stated",
        )
        if generation.valid_to and generation.valid_to < generation.valid_from:
            raise RefusedError(
                f"The last day {generation.valid_to} is before the first, {generation.valid_from}."
            )
        drawing = replace(drawing, generation=generation)
        return self._within_city(drawing) if sent.city_only else drawing

    def _template(self, layer: str, valid_from: dt.date) -> Generation:
        known = all_generations(self.data, self.var).get(layer)
        blank = blank_generation(layer, valid_from, self.var)
        if not known:
            return blank
        active = active_generations(self.data, self.var).get(layer, [])
        like = next((g for g in active if g.in_force(valid_from)), known[-1])
        return replace(
            blank, title=like.title, kind=like.kind, owner=like.owner, succeeded_by=like.succeeded_by
        )

    def _within_city(self, drawing: Drawing) -> Drawing:
        """The drawing without the areas that hold no postcode of the city; a note says which."""
        found, _ = self.findings(drawing)
        empty = {finding.value for finding in found if finding.kind == "empty"}
        if not empty:
            return drawing
        note = f"Left out {len(empty)} areas without a postcode of the city: {', '.join(sorted(empty))}."
        return replace(
            drawing,
            rows=[row for row in drawing.rows if row.code not in empty],
            shapes=[shape for shape in drawing.shapes if shape.code not in empty],
            notes=[*drawing.notes, note],
        )

    def preview(self, drawing: Drawing, at_most: int) -> Answer:
        """What an import would bring: the findings, and the difference from the drawing in force then."""
        found, assigned = self.findings(drawing)
        generation = drawing.generation
        active = active_generations(self.data, self.var).get(generation.layer, [])
        now = next((g for g in active if g.in_force(generation.valid_from)), None)
        before = assign(now, self.city, self.names.get(generation.layer)) if now else None
        sizes = Counter(assigned.index[assigned.index != NONE].tolist())
        return {
            "action": "import",
            "committed": False,
            "layer": generation.layer,
            "generation": keeping.next_id(self.data, self.var, generation.layer, generation.valid_from),
            "file": drawing.file,
            "title": generation.title,
            "kind": generation.kind,
            "members": generation.members,
            "status": generation.status,
            "source": generation.source,
            "owner": generation.owner,
            "valid_from": generation.valid_from.isoformat(),
            "valid_to": generation.valid_to.isoformat() if generation.valid_to else None,
            "areas": len(assigned.areas),
            "postcodes": sum(sizes.values()),
            "notes": drawing.notes,
            "new_layer": self.new_layer(generation.layer),
            "difference": difference(now.id if now else "", before, assigned).as_json(),
            "findings": as_json(found, at_most),
        }

    def new_layer(self, layer: str) -> str | None:
        """What to say when an import would begin a layer; None when the layer is there.

        A layer of which only imports cut short are left is not there.
        """
        known = [
            name
            for name, generations in all_generations(self.data, self.var).items()
            if any(keeping.complete(self.data, self.var, generation) for generation in generations)
        ]
        if layer in known:
            return None
        near = difflib.get_close_matches(layer, known, 1)
        meant = f" Did you mean {near[0]}?" if near else ""
        return f"{layer} is a new layer; the layers there are: {', '.join(known)}.{meant}"

    def journal(self, layer: str) -> Answer:
        """What was done to a layer, or to all of them, oldest first."""
        if layer and layer not in all_generations(self.data, self.var):
            raise RefusedError(
                f"No layer {layer!r}. There is: {', '.join(all_generations(self.data, self.var))}."
            )
        entries = read_journal(self.var)
        return {"entries": [entry for entry in entries if not layer or entry["layer"] == layer]}


def _generation_folder(path: Path, generation: str) -> Path:
    """A generation's own folder, or the one meant inside a layer's folder."""
    if (path / "layer.toml").is_file():
        return path
    inside = sorted(found.parent for found in path.glob("[!.]*/layer.toml"))
    if generation:
        inside = [folder for folder in inside if folder.name == generation]
    if len(inside) == 1:
        return inside[0]
    listed = ", ".join(folder.name for folder in inside)
    raise RefusedError(
        f"{path}: no layer.toml." if not inside else f"{path}: say which with --generation: {listed}."
    )
