"""`earlyhelp geo crosswalk`: how two of the city's maps lie across each other."""

from __future__ import annotations

import csv
import io
import json
import sys
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from geo.day import Day
from geo.home import var_dir


@click.command()
@click.argument("layer")
@click.argument("other")
@click.option("--on", type=Day(), metavar="DATE", help="As the maps were on this day. Today unless given.")
@click.option(
    "--weights",
    "weights_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A CSV of a key (postcode, or code of a layer, such as LSOA) and a weight, to count by.",
)
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, one row a pair of areas.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, as the API gives it.")
def crosswalk(
    layer: str, other: str, *, on: Any, weights_file: Path | None, as_csv: bool, as_json: bool
) -> None:
    """How two of the city's maps lie across each other: which areas share homes, and how many.

    Counted are postcodes that homes can have; those parked at a sorting office are left out. Each row tells
    what share of the LAYER's area it is, and what share of the OTHER's. With --weights, such as children by
    LSOA, the weight of an area is spread evenly over its postcodes.

    \b
    Examples:
      earlyhelp geo crosswalk district hub
      earlyhelp geo crosswalk district health_visiting --on 2015-03-31 --json
      earlyhelp geo crosswalk hub district --csv > hubs.csv
      earlyhelp geo crosswalk district hub --weights children_by_lsoa.csv
    """
    import datetime as dt
    from zoneinfo import ZoneInfo

    from geo.build import gazetteer_path
    from geo.crosswalk.facts import layers_crossed
    from geo.crosswalk.weights import WeightsError, read_weights
    from geo.gazetteer import Gazetteer, GazetteerError

    if as_csv and as_json:
        raise click.UsageError("Give --csv or --json, not both.")
    try:
        gazetteer = Gazetteer.open(gazetteer_path(var_dir()))
    except GazetteerError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(3)
    layers = list(dict.fromkeys(generation["layer"] for generation in gazetteer.generations))
    for name in (layer, other):
        if name not in layers:
            raise click.UsageError(f"There is no layer {name!r}. The layers are: {', '.join(layers)}.")
    weights = None
    if weights_file is not None:
        try:
            weights = read_weights(weights_file, gazetteer)
        except WeightsError as error:
            raise click.UsageError(str(error)) from None
        if weights.note:
            click.echo(f"Note: {weights.note}", err=True)
    day = on or dt.datetime.now(ZoneInfo("Europe/London")).date()
    facts = layers_crossed(gazetteer, layer, other, day, weights)
    for side in (facts["layer"], facts["other"]):
        if side["status"] == "illustrative":
            click.echo(f"Note: the areas of {side['layer']} are illustrative, not the real ones.", err=True)
        if side["generation"] is None:
            click.echo(f"Note: nothing answers for {side['layer']} on {day}.", err=True)
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False, indent=1))
    elif as_csv:
        click.echo(as_rows(facts), nl=False)
    else:
        click.echo(as_table(facts))


def as_rows(facts: dict[str, Any]) -> str:
    """The pairs of areas as CSV."""
    counted = "weight" if facts["rows"] and "weight" in facts["rows"][0] else "postcodes"
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    first, second = facts["layer"]["layer"], facts["other"]["layer"]
    out.writerow(
        [f"{side}_{part}" for side in (first, second) for part in ("code", "name")]
        + [counted, f"share_of_{first}", f"share_of_{second}"]
    )
    for row in facts["rows"]:
        ends = [(row[side] or {}).get(part, "") for side in ("area", "other") for part in ("code", "name")]
        out.writerow([*ends, row[counted], row["share"], row["share_of_other"]])
    return text.getvalue()


def as_table(facts: dict[str, Any]) -> str:
    """The pairs of areas for a reader: each area of the first layer with its parts, then who straddles."""
    counted = "weight" if facts["rows"] and "weight" in facts["rows"][0] else "postcodes"
    first, second = facts["layer"], facts["other"]
    lines = [
        f"{first['title']} ({first['areas']}) across {second['title']} ({second['areas']}) on {facts['on']}, "
        f"by {facts['counted_by']}"
    ]
    for area, rows in groupby(facts["rows"], key=lambda row: row["area"]):
        parts = list(rows)
        total = sum(row[counted] for row in parts)
        lines += ["", f"{_name(area)}: {len(parts)}, {total:,.0f} {counted}"]
        lines += [
            f"  {_percent(row['share']):>5}  {row[counted]:>9,.0f}  {_name(row['other'])}"
            f"  ({_percent(row['share_of_other'])} of it)"
            for row in parts
        ]
    straddling = facts["straddling"]
    lines += ["", f"{len(straddling)} of {second['areas']} lie in more than one:"]
    lines += [
        f"  {one['code']} {one['name']}: {', '.join(area['name'] for area in one['areas'])}"
        for one in straddling
    ]
    parked, ended = facts["left_out"]["parked"], facts["left_out"]["ended"]
    lines += [
        "",
        f"Not counted as homes: {parked:,} postcodes parked at sorting offices, {ended:,} out of use.",
    ]
    return "\n".join(lines)


def _name(area: dict[str, str] | None) -> str:
    if area is None:
        return "in no area"
    return area["code"] if area["code"] == area["name"] else f"{area['code']} {area['name']}"


def _percent(share: float) -> str:
    whole = round(share * 100)
    if share > 0 and whole == 0:
        return "<1%"
    return ">99%" if share < 1 and whole == 100 else f"{whole}%"
