"""`earlyhelp lookup`, `earlyhelp build`, `earlyhelp geo …` and `earlyhelp doctor`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from geo.crosswalk.commands import crosswalk
from geo.home import data_dir, var_dir

if TYPE_CHECKING:
    from directory.answer import Answers
    from geo.gazetteer import Gazetteer

FAULT = 3
_FOUND = ("ok", "terminated", "outside_area", "partial", "non_geographic")


def _stop(message: object, code: int = FAULT) -> NoReturn:
    click.echo(f"Error: {message}", err=True)
    sys.exit(code)


def _gazetteer() -> Gazetteer:
    from geo.build import gazetteer_path
    from geo.gazetteer import Gazetteer, GazetteerError

    try:
        return Gazetteer.open(gazetteer_path(var_dir()))
    except GazetteerError as error:
        _stop(error)


def _answers() -> Answers:
    from directory.answer import Answers
    from directory.contacts_in_use import contacts_in_use

    gazetteer = _gazetteer()
    try:
        return Answers(gazetteer, contacts_in_use(data_dir(), var_dir()).routing)
    except ValueError as error:
        from directory.routing.contacts import ContactsError  # imports what a lookup does not need

        if not isinstance(error, ContactsError):
            raise
        _stop(error)


@click.command()
@click.argument("postcode", nargs=-1, required=True, metavar="POSTCODE")
@click.option("--on", "on_text", metavar="DATE", help="Who answered on this day, such as 2015-03-31.")
@click.option("--at", "at_text", metavar="TIME", help="Whose line is open at this time, 2026-12-24T23:10.")
@click.option("--layers", metavar="A,B", help="Only these layers.")
@click.option("--json", "as_json", is_flag=True, help="The whole answer as JSON, as the API gives it.")
def lookup(
    postcode: tuple[str, ...], on_text: str | None, at_text: str | None, layers: str | None, as_json: bool
) -> None:
    """Where a postcode is on each of the city's maps, which teams answer, and whom to call now.

    Any spelling will do, with or without the space. A correction is offered, never applied. Exit 1
    when the postcode is malformed or not known.

    \b
    Examples:
      earlyhelp lookup "B15 2TT"
      earlyhelp lookup b152tt --on 2015-03-31
      earlyhelp lookup "B15 2TT" --at 2026-12-24T23:10 --json
    """
    from directory.answer import LayerUnknown
    from directory.moment import day, london_moment

    answers = _answers()
    try:
        on = day(on_text) if on_text else None
        at = london_moment(at_text) if at_text else None
        wanted = answers.wanted(layers) if layers else None
    except (ValueError, LayerUnknown) as error:
        raise click.UsageError(str(error)) from None
    asked = answers.answer(" ".join(postcode), on=on, at=at, wanted=wanted)
    if as_json:
        click.echo(asked.body)
    else:
        from directory.card import card

        click.echo(card(json.loads(asked.body)))
    sys.exit(0 if asked.status in _FOUND else 1)


@click.group()
def geo() -> None:
    """Build, export and describe the postcode data."""


class _Bar:
    """A progress bar on the terminal, one a step; silent where nobody is looking."""

    def __init__(self) -> None:
        self._what = ""
        self._bar: Any = None
        self._done = 0

    def __call__(self, what: str, done: int, total: int) -> None:
        if not sys.stderr.isatty():
            return
        if what != self._what:
            self.close()
            self._what, self._done = what, 0
            self._bar = click.progressbar(length=max(total, 1), label=f"{what:<20}", file=sys.stderr)
            self._bar.__enter__()
        self._bar.update(done - self._done)
        self._done = done

    def close(self) -> None:
        """End the bar of the last step."""
        if self._bar is not None:
            self._bar.update(self._bar.length - self._done)
            self._bar.__exit__(None, None, None)
            self._bar = None


def _tell_contacts() -> None:
    """Say so where contact files were not taken up, for what they would open."""
    from directory.contacts_in_use import not_in_use

    if problem := not_in_use(data_dir(), var_dir()):
        click.echo(f"Note: {problem}", err=True)


@click.command()
@click.option("--if-needed", is_flag=True, help="Only what the sources have outdated since the last build.")
@click.option("--no-sample", is_flag=True, help="Begin an empty directory without the sample listings.")
@click.option("--json", "as_json", is_flag=True, help="Tell the result as JSON.")
def build(if_needed: bool, no_sample: bool, as_json: bool) -> None:
    """Build everything a run needs: the postcode data, the maps, and the directory of services.

    A directory that nobody has written to yet is begun with the sample listings. One that has been is only
    brought up to date: its tables, its snapshot and the index of the search.

    \b
    Examples:
      earlyhelp build
      earlyhelp build --if-needed
      EARLYHELP_DATABASE_URL=postgresql://user@host/name earlyhelp build --no-sample
    """
    from directory.building import SampleRefused, build_all, build_directory
    from directory.listings.needs import NeedsError
    from directory.routing.contacts import ContactsError
    from directory.search.synonyms import SynonymsError
    from directory.store.records import StoreError
    from geo.layers import LayerError
    from geo.sources.directory import SourceError

    bar = _Bar()
    try:
        built = build_all(data_dir(), var_dir(), if_needed=if_needed, progress=bar)
        stocked = build_directory(data_dir(), var_dir(), sample=not no_sample, progress=bar)
    except (SourceError, LayerError, ContactsError, NeedsError, SynonymsError, SampleRefused) as error:
        _stop(error, 1)
    except StoreError as error:
        _stop(error)
    except OSError as error:
        _stop(f"{error.filename or var_dir()}: {error.strerror}. What was in use was left as it was.")
    finally:
        bar.close()
    _tell_contacts()
    if as_json:
        facts = {"release": built.release, "postcodes_built": built.fresh, "directory_begun": stocked.begun}
        click.echo(json.dumps(facts | {"revision": stocked.revision, "services": stocked.services}))
        return
    click.echo(
        f"Postcodes of release {built.release}{'' if built.fresh else ', as they were'}. "
        f"Directory at revision {stocked.revision} with {stocked.services:,} services"
        f"{', begun with the sample listings' if stocked.begun else ''}."
    )


@geo.command("build")
@click.option("--onspd", type=click.Path(path_type=Path), help="The official ONSPD zip, or the CSV in it.")
@click.option("--package", is_flag=True, help="Go back from an ONSPD file to the postcodes that are shipped.")
@click.option("--city-only", is_flag=True, help="Leave out the rest of the UK: 2 MB instead of 10.")
@click.option("--if-needed", is_flag=True, help="Only when the sources have changed since the last build.")
@click.option("--json", "as_json", is_flag=True, help="Tell the result as JSON.")
def geo_build(onspd: Path | None, package: bool, city_only: bool, if_needed: bool, as_json: bool) -> None:
    """Compile the postcode data, the shapes, the maps and the contacts' hours.

    The files in use stay until the new ones are whole; a running server takes them up within a second.

    \b
    Examples:
      earlyhelp geo build
      earlyhelp geo build --onspd ONSPD_NOV_2025.zip
    """
    from directory.building import build_all
    from directory.routing.contacts import ContactsError
    from geo.layers import LayerError
    from geo.sources.directory import SourceError

    if onspd and package:
        raise click.UsageError("Give --onspd or --package, not both.")
    bar = _Bar()
    try:
        built = build_all(
            data_dir(),
            var_dir(),
            onspd=onspd,
            package=package,
            scope="city" if city_only else "uk",
            if_needed=if_needed,
            progress=bar,
        )
    except (SourceError, LayerError, ContactsError) as error:
        bar.close()
        _stop(error, 1)
    except OSError as error:
        bar.close()
        _stop(f"{error.filename or var_dir()}: {error.strerror}. The data in use was left as it was.")
    bar.close()
    _tell_contacts()
    if as_json:
        facts = {"release": built.release, "city_postcodes": built.city_rows, "postcodes": built.rows}
        click.echo(json.dumps(facts | {"built": built.fresh, "path": str(built.path)}))
    elif built.fresh:
        click.echo(
            f"Built {built.path}: {built.city_rows:,} Birmingham postcodes of {built.rows:,}, "
            f"release {built.release}."
        )
    else:
        click.echo(f"Nothing has changed since the last build: release {built.release}.")


geo.add_command(crosswalk)


@geo.command("info")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def geo_info(as_json: bool) -> None:
    """Sources, versions, dates and counts of the data in use."""
    from collections import Counter

    from geo.gazetteer import PARKED_AT

    gazetteer = _gazetteer()
    meta = gazetteer.meta
    points = Counter(zip(gazetteer.easting, gazetteer.northing, strict=True))
    parked = {point: count for point, count in points.items() if count >= PARKED_AT}
    district = next((i for i, g in enumerate(gazetteer.generations) if g["layer"] == "district"), None)
    near_district = sum(
        any(near.generation == district for near in gazetteer.near(row)) for row in range(gazetteer.city_rows)
    )
    facts: dict[str, Any] = {
        "postcodes": meta["source"],
        "says_which_are_terminated": meta["knows_terminated"],
        "release": gazetteer.release,
        "built": meta["built"],
        "file": str(var_dir() / "gazetteer.bin"),
        "bytes": gazetteer.sections.identity.st_size,
        "city_postcodes": gazetteer.city_rows,
        "city_points": meta["city_points"],
        "points_shared_by_ten_or_more": len(parked),
        "postcodes_at_those_points": sum(parked.values()),
        "city_postcodes_within_50_m_of_another_district": near_district,
        "other_uk_postcodes": gazetteer.outside.rows,
        "left_out_as_never_issued": meta["left_out"],
        "placed_by_the_nearest_known_postcode": len(meta["derived_rows"]),
        "layers": [
            {k: g[k] for k in ("layer", "id", "valid_from", "valid_to", "status", "shapes")}
            | {"areas": len(g["areas"])}
            for g in gazetteer.generations
        ],
    }
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    for key, value in facts.items():
        if key != "layers":
            shown = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value
            click.echo(f"{key.replace('_', ' '):<50}{shown}")
    click.echo()
    for layer in facts["layers"]:
        until = layer["valid_to"] or "now"
        dates = f"{layer['valid_from']} to {until}"
        click.echo(f"{layer['layer']:<19}{dates:<25}{layer['areas']:>4} areas  {layer['status']}")


@geo.command("export")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--on", "on_text", metavar="DATE", help="The areas of this day; today when left out.")
def geo_export(out: Path, on_text: str | None) -> None:
    """Write the whole lookup as Parquet: one row a Birmingham postcode, its areas as columns.

    \b
    Example:
      earlyhelp geo export lookup.parquet
    """
    from directory.areas import today
    from directory.moment import day
    from geo.export import export

    try:
        on = day(on_text) if on_text else today()
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    try:
        rows = export(_gazetteer(), out, on)
    except OSError as error:
        _stop(f"{out}: {error.strerror}. Nothing was written.", 1)
    click.echo(f"Wrote {rows:,} postcodes to {out}.")


@geo.command("accuracy")
@click.argument("layer")
@click.argument("official", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def geo_accuracy(layer: str, official: Path, as_json: bool) -> None:
    """How far LAYER's shapes, drawn from postcodes, are from the official boundaries in a GeoJSON file.

    \b
    Example:
      earlyhelp geo accuracy district constituencies_2010.geojson
    """
    import dataclasses

    from geo.accuracy import agreement

    generation = next((g for g in _gazetteer().generations if g["layer"] == layer), None)
    if generation is None:
        raise click.UsageError(f"There is no layer {layer!r}. See: earlyhelp area list")
    drawn = var_dir() / "shapes" / layer / f"{generation['id']}.geojson"
    try:
        found = agreement(drawn, official, dict(generation["areas"]))
    except (ValueError, KeyError, OSError) as error:
        _stop(error, 1)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found)))
        return
    for area in found.areas:
        click.echo(f"{area.code}  {area.name:<40}{area.overlap:>7.1%}")
    click.echo(
        f"Between two areas: half of the drawn boundary is within {found.median_metres:.0f} m of the "
        f"official one, 90% within {found.p90_metres:.0f} m, 99% within {found.p99_metres:.0f} m."
    )


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def doctor(as_json: bool) -> None:
    """Check that this installation is whole, and say what to mend. Exit 1 when something is not."""
    from directory.health import checks

    found = checks(data_dir(), var_dir())
    if as_json:
        click.echo(json.dumps([{"check": c.what, "ok": c.ok, "detail": c.detail} for c in found]))
    else:
        for check in found:
            mark = click.style("ok  ", fg="green") if check.ok else click.style("MEND", fg="red", bold=True)
            click.echo(f"{mark}  {check.what}: {check.detail}")
    sys.exit(0 if all(check.ok for check in found) else 1)
