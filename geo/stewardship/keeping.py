"""Imported generations on the disk: stored whole or not at all, then activated or retired by the journal."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

from geo.layers import (
    LAYER_NAME,
    Generation,
    LayerError,
    all_generations,
    answering,
    read_generation,
    read_journal,
)
from geo.stewardship.assignment import POLYGON_FILE
from geo.stewardship.findings import Drawing
from geo.stewardship.journal import RefusedError, areas_lock, record, recorded, signed
from geo.whole import sync_folder


def check_layer_name(layer: str) -> None:
    """Raise `RefusedError` for a layer name that could not be a folder and a key in answers."""
    if not LAYER_NAME.fullmatch(layer):
        raise RefusedError(
            f"--layer {layer!r}: 2 to 40 small letters, digits and _, starting with a letter, such as hub."
        )


def next_id(data: Path, var: Path, layer: str, valid_from: dt.date) -> str:
    """The folder name of a new generation: its first day, with `.2`, `.3` … where the day is taken.

    The place of an import that never reached the journal is free: that import had not happened.
    """
    entries = read_journal(var)
    day = valid_from.isoformat()
    number = 1
    while True:
        name = day if number == 1 else f"{day}.{number}"
        shipped = (data / "areas" / layer / name).exists()
        if not shipped and not recorded(entries, layer, name):
            return name
        number += 1


def store(data: Path, var: Path, drawing: Drawing, reason: str, by: str) -> Generation:
    """Write a drawing to `<var>/areas/<layer>/<generation>/` and record the import. It stays inactive.

    The folder is built under a hidden name, synced, then renamed; a crash leaves nothing, or a folder that
    the journal does not know, which no answer uses and the next import of that day replaces. Raises
    `RefusedError` for a drawing with unusable rows or an unsigned change, `OSError` for a full disk.
    """
    reason, by = signed(reason, by)
    check_layer_name(drawing.generation.layer)
    if drawing.faults:
        raise RefusedError(f"{len(drawing.faults)} rows or features are not complete; mend them first.")
    layer = drawing.generation.layer
    with areas_lock(var):
        name = next_id(data, var, layer, drawing.generation.valid_from)
        folder = var / "areas" / layer
        folder.mkdir(parents=True, exist_ok=True)
        for stale in folder.glob(".*.new"):
            shutil.rmtree(stale, ignore_errors=True)
        generation = replace(drawing.generation, id=name, folder=folder / name, active=False)
        building = folder / f".{name}.{os.getpid()}.new"
        try:
            building.mkdir()
            _write(building / "layer.toml", _toml(generation))
            if generation.members == "polygon":
                from geo.stewardship.polygons import as_geojson

                _write(building / POLYGON_FILE, as_geojson(drawing.shapes))
            else:
                _write(building / "members.csv", _members(drawing))
            sync_folder(building)
            if generation.folder.exists():  # an import that never reached the journal
                shutil.rmtree(generation.folder)
            building.rename(generation.folder)
            sync_folder(folder)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
        read_generation(generation.folder)
        record(
            var, "import", layer, name, reason=reason, by=by,
            first=generation.valid_from, last=generation.valid_to, file=drawing.file,
        )  # fmt: skip
    return generation


def _write(path: Path, text: str) -> None:
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError:
        raise LayerError(f"{path.name}: a name or title holds a character that is not Unicode.") from None
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _toml(generation: Generation) -> str:
    texts = {
        "layer": generation.layer,
        "title": generation.title,
        "kind": generation.kind,
        "status": generation.status,
        "source": generation.source,
        "owner": generation.owner,
        "members": generation.members,
        "succeeded_by": generation.succeeded_by,
    }
    lines = [f"{key} = {_quoted(value)}" for key, value in texts.items() if value]
    lines.insert(3, f"valid_from = {generation.valid_from.isoformat()}")
    if generation.valid_to:
        lines.insert(4, f"valid_to = {generation.valid_to.isoformat()}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are TOML's too, save that TOML escapes DEL as well."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _members(drawing: Drawing) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["code", "name", "member"])
    writer.writerows([row.code, row.name, row.member] for row in drawing.rows)
    return text.getvalue()


def find(data: Path, var: Path, layer: str, generation: str) -> Generation:
    """One generation of a layer, by its id. Raises `RefusedError` naming those there are."""
    known = all_generations(data, var)
    if layer not in known:
        raise RefusedError(f"No layer {layer!r}. There is: {', '.join(known)}.")
    for candidate in known[layer]:
        if candidate.id == generation:
            return candidate
    raise RefusedError(
        f"{layer} has no generation {generation!r}. It has: {', '.join(g.id for g in known[layer])}."
    )


def complete(data: Path, var: Path, generation: Generation) -> bool:
    """Whether a generation is shipped, or was imported to the end."""
    if generation.folder.is_relative_to(data / "areas"):
        return True
    return recorded(read_journal(var), generation.layer, generation.id)


def after(data: Path, var: Path, changed: Generation) -> list[Generation]:
    """The generations of the layer that would answer, with `changed` in place of what it is now."""
    others = [g for g in all_generations(data, var)[changed.layer] if g.id != changed.id]
    return answering([*others, changed])


def activate(
    var: Path, changed: Generation, reason: str, by: str, *, accepted: dict[str, int] | None = None
) -> None:
    """Record that `changed` answers from its `valid_from` to its `valid_to`; accepted findings by kind."""
    reason, by = signed(reason, by)
    extra = {"accepted_findings": accepted} if accepted else {}
    with areas_lock(var):
        record(
            var, "activate", changed.layer, changed.id, reason=reason, by=by,
            first=changed.valid_from, last=changed.valid_to, **extra,
        )  # fmt: skip


def retire(var: Path, generation: Generation, last: dt.date | None, reason: str, by: str) -> None:
    """Record that a generation stops answering: after `last`, or for every date when that is None."""
    reason, by = signed(reason, by)
    with areas_lock(var):
        record(var, "retire", generation.layer, generation.id, reason=reason, by=by, last=last)
