"""`earlyhelp tag`: a district and the teams beside every postcode of a file."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import signal
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

import click

if TYPE_CHECKING:
    from geo.tagging.columns import Columns
    from geo.tagging.tally import Tally
    from geo.tagging.vector import Lookup

_PARQUET = b"PAR1"
_ENCODINGS = "utf-8 (CSV UTF-8), cp1252 (CSV), cp850 (CSV MS-DOS), mac-roman (CSV Macintosh)"


@click.command()
@click.argument("source", metavar="IN")
@click.argument("out", metavar="OUT")
@click.option("--column", default="postcode", show_default=True, help="The column that holds the postcode.")
@click.option(
    "--layers",
    help="Layers to add, joined by commas, or 'all'. "
    "[default: district, hub, childrens_centre, health_visiting, family_support]",
)
@click.option(
    "--on",
    "on_text",
    metavar="DATE",
    help="The day whose areas count, such as 2015-03-31. [default: today]",
)
@click.option(
    "--encoding", metavar="NAME", help=f"The encoding of a CSV, if it is guessed wrongly: {_ENCODINGS}."
)
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
@click.option("--json", "as_json", is_flag=True, help="Give the closing count as JSON (on standard error).")
def tag(
    source: str,
    out: str,
    *,
    column: str,
    layers: str | None,
    on_text: str | None,
    encoding: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Add the district, the teams and their codes to every row of a CSV or Parquet file.

    IN is read piece by piece, so it may be of any length, and memory stays under 64 MB for a CSV. Its own
    values and their order are left exactly as they are; our columns come after them. Rows with a bad
    postcode are kept: earlyhelp_status says ok, terminated, outside_area, unknown, partial, malformed or
    non_geographic. A CSV may have commas, semicolons or tabs, and any encoding that Excel writes.
    A "-" stands for standard input or output (CSV only). OUT appears when it is complete, not before.

    earlyhelp_near names the layers of which another area begins within 50 m. earlyhelp_caution holds what a
    single lookup would warn of, joined by ";":

    \b
      shared_point             ten or more postcodes share its point: a sorting office, not the home
      near_authority:Solihull  another authority has a postcode within 75 m
      areas_of_neighbour       its areas are those of the nearest known postcode
      ended:2014-03            out of use since that month
      not_in_force:ward_2004   that layer was not in force on the day: the nearest in time is given

    Check a row with shared_point or near_authority before relying on its areas: the closing count names them.

    \b
    Examples:
      earlyhelp tag caseload.csv tagged.csv
      earlyhelp tag caseload.csv tagged.csv --column "Home postcode" --layers district,hub
      earlyhelp tag births.parquet tagged.parquet --on 2015-03-31 --layers all
      zcat births.csv.gz | earlyhelp tag - - | gzip > tagged.csv.gz
    """
    from geo.gazetteer import GazetteerError
    from geo.tagging.refusal import RefusedError, UnusableError

    try:
        with _ended_by_signal():
            tally = _tag(source, out, column, layers, on_text, encoding, force)
    except UnusableError as error:
        raise click.UsageError(str(error)) from None
    except (RefusedError, GazetteerError) as error:
        raise click.ClickException(str(error)) from None
    except BrokenPipeError:
        sys.exit(1)
    except OSError as error:
        named = f"{error.filename}: " if error.filename else ""
        raise click.ClickException(f"{named}{error.strerror}. Nothing was written.") from None
    if as_json:
        click.echo(json.dumps(tally.as_json(), ensure_ascii=False), err=True)
    else:
        click.echo("\n".join(tally.lines()), err=True)


def _tag(
    source: str,
    out: str,
    column: str,
    layers: str | None,
    on_text: str | None,
    encoding: str | None,
    force: bool,
) -> Tally:
    from pathlib import Path

    from geo.gazetteer import Gazetteer
    from geo.home import var_dir
    from geo.tagging.columns import DEFAULT_LAYERS, Columns
    from geo.tagging.destination import check_destination
    from geo.tagging.source import check_path, known_encoding
    from geo.tagging.vector import Lookup

    if source != "-":
        check_path(Path(source))
    check_destination(source, out, force)
    named = DEFAULT_LAYERS if layers is None else [part.strip() for part in layers.split(",") if part.strip()]
    gazetteer = Gazetteer.open(var_dir() / "gazetteer.bin")
    columns = Columns(gazetteer, None if layers == "all" else named, _day(on_text))
    lookup = Lookup(gazetteer)
    encoding = known_encoding(encoding) if encoding else None
    with open(0, "rb", closefd=False) if source == "-" else Path(source).open("rb") as file:
        return _tag_open(file, source, out, lookup, columns, column, encoding)


def _tag_open(
    file: BinaryIO,
    source: str,
    out: str,
    lookup: Lookup,
    columns: Columns,
    column: str,
    encoding: str | None,
) -> Tally:
    from pathlib import Path

    from geo.tagging.csv_stream import tag_csv
    from geo.tagging.destination import Destination
    from geo.tagging.refusal import UnusableError
    from geo.tagging.source import Rejoined, guessed_encoding, marked_encoding, refuse_other_kinds

    head = file.read(4)
    name = "standard input" if source == "-" else source
    refuse_other_kinds(head, name)
    if head == _PARQUET:
        if "-" in (source, out):
            raise UnusableError("A Parquet file cannot be read from or written to '-'. Name files.")
        from geo.tagging.parquet_stream import rows_of, tag_parquet

        with _progress(rows_of(Path(source))) as advance, Destination(out) as destination:
            return tag_parquet(Path(source), destination.file, lookup, columns, column, advance=advance)
    size = 0
    if file.seekable():
        size = Path(source).stat().st_size if source != "-" else 0
        if encoding is None and marked_encoding(head) is None:
            file.seek(0)
            encoding = guessed_encoding(file)
        file.seek(len(head))
    with _progress(size) as advance, Destination(out) as destination:
        return tag_csv(
            Rejoined(head, file),
            destination.write,
            lookup,
            columns,
            column,
            encoding=encoding,
            advance=advance,
        )


def _day(text: str | None) -> dt.date:
    """The day asked for; today in London if none is."""
    from zoneinfo import ZoneInfo

    from geo.tagging.refusal import UnusableError

    if text is None:
        return dt.datetime.now(ZoneInfo("Europe/London")).date()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UnusableError(f"--on {text} is not a date. Write it as in 2015-03-31.") from None


@contextlib.contextmanager
def _progress(length: int) -> Iterator[Callable[[int], object]]:
    """A bar on standard error when that is a terminal and the length is known."""
    if length and sys.stderr.isatty():
        with click.progressbar(length=length, label="Tagging", file=sys.stderr) as bar:
            yield bar.update
    else:
        yield lambda count: None


@contextlib.contextmanager
def _ended_by_signal() -> Iterator[None]:
    """Let SIGTERM end the run as an exception does, so that nothing half-written is left."""

    def end(number: int, _frame: Any) -> None:
        sys.exit(128 + number)

    try:
        before = signal.signal(signal.SIGTERM, end)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
