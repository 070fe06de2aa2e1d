"""`earlyhelp listing validate | import | template | export`: what comes into the directory and leaves it."""

from __future__ import annotations

import contextlib
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from directory.desk.session import (
    Desk,
    DeskRefused,
    Signature,
    as_json_option,
    bar,
    desk,
    options,
    signing,
    told,
)
from geo.home import data_dir, var_dir

if TYPE_CHECKING:
    from directory.listings.reading.feed import Feed
    from directory.store.records import Change
    from directory.store.store import Store

SOURCE_CODE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}")
_FORMS = {".json": "json", ".csv": "csv", ".xlsx": "xlsx", "": "pages"}
at_most_option = click.option(
    "--at-most", type=click.IntRange(0), default=20, show_default=True, metavar="N",
    help="Show at most N findings and N changed records. Counts are always of all.",
)  # fmt: skip
import_options = options(
    click.option(
        "--as", "state", type=click.Choice(["published", "proposed"]), default="published", show_default=True,
        help="What new and changed records become.",
    ),
    click.option("--allow-shrink", is_flag=True, help="Even if more than 20% of its records would go."),
    click.option("--skip-faulty", is_flag=True, help="Leave out what has faults; import the rest."),
    click.option("--overwrite", is_flag=True, help="Take the feed's even of what was edited here."),
    click.option("--partial", is_flag=True, help="The feed holds some records only: retire none."),
)  # fmt: skip


def read(where: str, source: str, progress: Callable[[int, int], None] | None = None) -> Feed:
    """Read a feed. Raises `DeskRefused` where it cannot be used as a whole."""
    from directory.listings.intake import read_here
    from directory.listings.reading.feed import FeedError

    try:
        return read_here(where, source, data_dir(), var_dir(), progress)
    except FeedError as error:
        raise DeskRefused(
            f"{error} Nothing was changed." if "Nothing was" not in str(error) else str(error)
        ) from None


def source_code(code: str) -> str:
    """The code of a source. Raises `click.UsageError` where it is none."""
    if not SOURCE_CODE.fullmatch(code):
        raise click.UsageError(
            f"{code!r} is no code for a source: small letters, digits, . - and _, such as voluntary."
        )
    return code


@contextlib.contextmanager
def _store_if_there() -> Iterator[Store | None]:
    """The store for reading, or None where there is none yet: a feed can be validated without."""
    from directory.store.records import StoreError
    from directory.store.store import Store

    try:
        store = Store.open(create=False, read_only=True)
    except StoreError:
        yield None
        return
    with store:
        yield store


@click.command()
@click.argument("where", metavar="FILE|FOLDER|URL")
@click.option("--source", default="", metavar="CODE", help="As which source it would be imported.")
@at_most_option
@as_json_option
def validate(where: str, source: str, at_most: int, as_json: bool) -> None:
    """Report every problem of a feed, with its place, the value and what to do. Changes nothing.

    Reads Open Referral UK 3.0 as JSON (a file, a folder of pages, an address walked page by page), HSDS as
    CSV (a folder or zip), and our own template as CSV or Excel. Faults keep a record out; warnings were
    mended or want a look; notes were mended without loss. Exit 1 when there are faults or warnings.

    \b
    Examples:
      earlyhelp listing validate services.json
      earlyhelp listing validate https://example.org/api/services --at-most 100
      earlyhelp listing validate hsds.zip --json
    """
    with told(as_json):
        from directory.desk.exchange_words import findings_text, sum_text
        from directory.listings.intake import plan_here

        source = source_code(source) if source else "validate"
        with bar("Reading") as progress:
            feed = read(where, source, progress)
        with _store_if_there() as store, bar("Checking") as progress:
            plan_here(feed, store, source, data_dir(), var_dir(), progress=progress)
        found = feed.findings
        counts = {kind: len(feed.of(kind)) for kind in ("organization", "location", "service", "taxonomy")}
        if as_json:
            answer = {"where": where, "format": feed.format, "records": counts} | found.as_json(at_most)
            click.echo(json.dumps(answer, ensure_ascii=False, indent=1))
        else:
            click.echo(f"{feed.format}: {sum_text(counts)}")
            click.echo("\n".join(findings_text(found, at_most)))
        sys.exit(1 if found.total("fault") or found.total("warning") else 0)


@click.command(name="import")
@click.argument("where", metavar="FILE|FOLDER|URL")
@click.option("--source", required=True, metavar="CODE", help="The source that the feed is of.")
@import_options
@at_most_option
@signing
@as_json_option
def import_feed(
    where: str, source: str, *, at_most: int, commit: bool, reason: str, by: str, as_json: bool, **wanted: Any
) -> None:
    """Import a feed: print what is new, changed or would retire, and do it with --commit.

    All or nothing, in one revision. A second run changes nothing. A feed that fails, is empty, or has
    lost more than 20% of its records changes nothing. What was edited here since the last import is kept.

    \b
    Examples:
      earlyhelp listing import services.json --source city
      earlyhelp listing import https://example.org/api/services --source voluntary --json
      earlyhelp listing import filled-in.xlsx --source city --partial --commit \\
        --reason "Sheet of 2 March" --by "data steward"
    """
    source = source_code(source)
    with desk(as_json, commit, reason, by) as (room, signature):
        run_import(room, where, source, wanted, signature, at_most)


def run_import(
    room: Desk, where: str, source: str, wanted: dict[str, Any], signature: Signature, at_most: int
) -> None:
    """Plan an import, print it, and carry it out with `commit`. Exit 1 where it is refused."""
    from directory.desk.exchange_words import findings_text, plan_json, plan_text
    from directory.listings.importing import Wishes
    from directory.listings.importing import commit as carry_out
    from directory.listings.intake import plan_here

    commit, reason, by = signature
    with bar("Reading") as progress:
        feed = read(where, source, progress)
    with bar("Checking") as progress:
        made = plan_here(feed, room.store, source, room.data, room.var, Wishes(**wanted), progress)
    answer: dict[str, Any] = plan_json(made, at_most) | {"committed": False}
    if not room.as_json:
        click.echo("\n".join((*findings_text(feed.findings, at_most), "", *plan_text(made, at_most))))
    if not made.refused:
        made.refused += closed(room, made.changes)
    if made.refused:
        raise DeskRefused(" ".join(made.refused) + " Nothing was changed.", **answer)
    if commit:
        with bar("Writing") as progress:
            written = carry_out(made, room.store, by, reason, progress)
        answer |= {"committed": True, "revision": written.revision, "written": len(written.versions)}
        if written.versions:
            room.published(written.versions)
    if room.as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=1, default=str))
    elif commit:
        click.echo(
            f"\nWrote {answer['written']:,} records; the directory is at revision {answer['revision']}."
        )
    elif made.changes:
        click.echo('\nNothing was changed. To do it add: --commit --reason "…" --by "data steward"')


def closed(room: Desk, changes: Sequence[Change]) -> list[str]:
    """Why changes may not be made together: what they would take away that visitors are led to."""
    from directory.gate import Listings, closed_by

    found = closed_by(room.data, room.var, listings=Listings(room.store, changes), today=room.today)
    return [one.sentence for one in found]


@click.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT.csv|OUT.xlsx")
@as_json_option
def template(out: Path, as_json: bool) -> None:
    """Write the template for listings, one row a service, with an example to overwrite.

    The workbook has choices to pick from and a sheet that explains every column. The columns are published
    as a Table Schema, data/template/listings.schema.json.

    \b
    Examples:
      earlyhelp listing template listings.xlsx
      earlyhelp listing template listings.csv
    """
    with told(as_json):
        from directory.listings.export_tables import write_template
        from directory.listings.template import example, read_columns, schema_path

        if out.suffix.lower() not in (".csv", ".xlsx"):
            raise click.UsageError("Name a file that ends in .csv or .xlsx.")
        columns = read_columns(data_dir())
        write_template(out, columns, example(columns))
        answer = {"written": str(out), "columns": len(columns), "schema": str(schema_path(data_dir()))}
        click.echo(
            json.dumps(answer) if as_json else f"Wrote {out}: {len(columns)} columns and an example row."
        )


@click.command()
@click.argument("out", type=click.Path(path_type=Path), metavar="OUT.json|OUT.csv|OUT.xlsx|FOLDER")
@click.option("--source", default="", metavar="CODE", help="Only what came from this source.")
@click.option("--professional", is_flag=True, help="Also what is for professionals and for stewards only.")
@click.option("--unpublished", is_flag=True, help="Also drafts and proposals, in their latest version.")
@as_json_option
def export(out: Path, source: str, professional: bool, unpublished: bool, as_json: bool) -> None:
    """Write the directory as Open Referral UK JSON (a file, or a folder of pages), CSV or Excel.

    CSV and Excel have the template's columns, one row a service, and no cell in them can become a formula.
    Nothing unpublished and nothing for professionals only leaves unless asked for.

    \b
    Examples:
      earlyhelp listing export directory.json
      earlyhelp listing export pages/
      earlyhelp listing export all.xlsx --professional --unpublished
    """
    if out.suffix.lower() not in _FORMS:
        raise click.UsageError("Name a file that ends in .json, .csv or .xlsx, or a folder.")
    with desk(as_json, reads=True) as (room, _signature):
        from directory.desk.exchange_words import sum_text
        from directory.listings.export import ExportError, gather, write
        from directory.listings.needs import load_needs
        from directory.listings.template import read_columns

        if source and not room.store.of_source(source):
            raise DeskRefused(
                f"Nothing in the directory came from the source {source!r}. Its records name their source: "
                "earlyhelp listing list --source CODE. Nothing was written."
            )
        made = gather(
            room.store, load_needs(room.data, room.var), professional=professional, unpublished=unpublished,
            source=source,
        )  # fmt: skip
        try:
            written = write(made, out, _FORMS[out.suffix.lower()], read_columns(room.data))
        except ExportError as error:
            raise DeskRefused(str(error)) from None
        counts = made.count()
        room.print(
            {"written": [str(one) for one in written], "records": counts},
            f"Wrote {out}: {sum_text(counts)}",
        )
