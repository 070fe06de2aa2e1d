"""Activating and retiring generations: what would change, whether it may, and how it is undone."""

from __future__ import annotations

import datetime as dt
import itertools
import shlex
from dataclasses import replace
from typing import Any

from geo.layers import Generation, active_generations, read_generation
from geo.stewardship import keeping
from geo.stewardship.desk import Answer, Desk
from geo.stewardship.findings import as_json
from geo.stewardship.journal import RefusedError
from geo.stewardship.reading import read_folder


def plan_activation(
    desk: Desk, layer: str, name: str, *, first: dt.date | None, last: dt.date | None, at_most: int
) -> tuple[Generation, Answer]:
    """The generation as it would be once active, and the report of it. Raises `RefusedError`.

    Without dates those of its own layer.toml hold. The findings of its check are in the report; whether
    they forbid it is for the caller to say.
    """
    known = keeping.find(desk.data, desk.var, layer, name)
    if not keeping.complete(desk.data, desk.var, known):
        raise RefusedError(
            f"The import of {layer} {name} was cut short. Import it again; it takes its place."
        )
    written = read_generation(known.folder)
    changed = replace(
        known, active=True, valid_from=first or written.valid_from, valid_to=last or written.valid_to
    )
    if changed.valid_to and changed.valid_to < changed.valid_from:
        raise RefusedError(f"The last day {changed.valid_to} is before the first, {changed.valid_from}.")
    if known.active and (known.valid_from, known.valid_to) == (changed.valid_from, changed.valid_to):
        raise RefusedError(f"{layer} {name} is active already, from {known.valid_from}.")
    found, _ = desk.findings(read_folder(known.folder, desk.names["ward_2004"]))
    undo = (
        ["activate", layer, name, "--from", str(known.valid_from)]
        + (["--to", str(known.valid_to)] if known.valid_to else [])
        if known.active
        else ["retire", layer, name]
    )
    return changed, {
        "action": "activate",
        "committed": False,
        "layer": layer,
        "generation": name,
        **_before_after(desk, changed),
        "findings": as_json(found, at_most),
        "undo": _command(undo),
    }


def plan_retirement(desk: Desk, layer: str, name: str, last: dt.date | None) -> tuple[Generation, Answer]:
    """The generation as it would be once retired, and the report of it. Raises `RefusedError`."""
    known = keeping.find(desk.data, desk.var, layer, name)
    if not known.active:
        raise RefusedError(f"{layer} {name} is not active; there is nothing to retire.")
    if last is not None and last < known.valid_from:
        raise RefusedError(f"{layer} {name} begins on {known.valid_from}; it cannot end on {last}.")
    if last is not None and known.valid_to == last:
        raise RefusedError(f"{layer} {name} ends on {last} already.")
    changed = retired(known, last)
    undo = ["activate", layer, name, "--from", str(known.valid_from)]
    undo += ["--to", str(known.valid_to)] if known.valid_to else []
    return changed, {
        "action": "retire",
        "committed": False,
        "layer": layer,
        "generation": name,
        **_before_after(desk, changed),
        "undo": _command(undo),
    }


def retired(known: Generation, last: dt.date | None) -> Generation:
    """A generation as it is once retired: it ends after `last`, or answers for no day."""
    return replace(known, active=last is not None, valid_to=last or known.valid_to)


def _command(words: list[str]) -> str:
    return shlex.join(["earlyhelp", "area", *words]) + ' --reason "…" --by "data steward" --commit'


def _before_after(desk: Desk, changed: Generation) -> dict[str, Any]:
    now = active_generations(desk.data, desk.var).get(changed.layer, [])
    later = keeping.after(desk.data, desk.var, changed)
    hidden = changed.active and all(g.id != changed.id for g in later)
    warnings = []
    if hidden:
        warnings.append(f"Another generation begins on {changed.valid_from} too and would answer instead.")
    if not any(g.in_force(desk.today) for g in later) and any(g.in_force(desk.today) for g in now):
        warnings.append(f"Today, {desk.today}, no generation of {changed.layer} would answer.")
    ends = later[-1].valid_to if later else None
    if ends is not None and (not now or now[-1].valid_to is None or now[-1].valid_to > ends):
        warnings.append(f"After {ends} no generation of {changed.layer} would answer.")
    for earlier, following in itertools.pairwise(later):
        if earlier.valid_to and (following.valid_from - earlier.valid_to).days > 1:
            gap = (
                f"{earlier.valid_to + dt.timedelta(days=1)} to {following.valid_from - dt.timedelta(days=1)}"
            )
            warnings.append(f"From {gap} no generation of {changed.layer} would answer.")
    return {"before": [_span(g) for g in now], "after": [_span(g) for g in later], "warnings": warnings}


def _span(generation: Generation) -> dict[str, str | None]:
    return {
        "generation": generation.id,
        "valid_from": generation.valid_from.isoformat(),
        "valid_to": generation.valid_to.isoformat() if generation.valid_to else None,
    }
