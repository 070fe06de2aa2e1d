"""`earlyhelp pathway diff`, `graph` and `table`: what a version changes, and a version drawn or written out.

`check` and `publish` need the contacts too and stand in `directory.proving`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from directory.pathway.telling import DEFAULT, open_flow, stop
from geo.home import data_dir, var_dir

if TYPE_CHECKING:
    from directory.pathway.flow import Flow

_FLOW = click.option("--flow", "flow_id", default=DEFAULT, show_default=True, help="Which questionnaire.")
_OUTPUT = click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this file."
)
_FILE = click.argument("file", required=False, type=click.Path(path_type=Path))


def _version(flow_id: str, named: str) -> Flow:
    """A version by its number, or the one in a file. Ends the command with 1 on a fault."""
    from directory.pathway.library import NoSuchFlow, library

    if not named.isdecimal():
        return open_flow(flow_id, Path(named))
    try:
        return library(data_dir(), var_dir()).version(flow_id, named)
    except NoSuchFlow as error:
        stop(error, 1)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, "utf-8")
    except OSError as error:
        stop(f"{output}: {error.strerror}. Choose another file.", 1)
    click.echo(f"Written to {output}.", err=True)


@click.command()
@click.argument("old")
@click.argument("new")
@_FLOW
@click.option("--sign-off", "signer", help="Record that this role agrees to what falls; needs --reason.")
@click.option("--reason", help="Why it may fall.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def diff(old: str, new: str, flow_id: str, signer: str | None, reason: str | None, as_json: bool) -> None:
    """How many combinations of answers a new version changes, up and down, with the shortest example of each.

    OLD and NEW are version numbers or files. All combinations are gone through, none is sampled. Where
    something falls, a role other than the publisher's must sign it off before `publish` takes it.

    \b
    Examples:
      earlyhelp pathway diff 1 2.yaml
      earlyhelp pathway diff 1 2.yaml --sign-off "head of safeguarding" --reason "agreed in May"
    """
    from directory.pathway.diff import compare, difference_json, difference_text
    from directory.pathway.publishing import Refused, sign_off

    if (signer is None) != (reason is None):
        raise click.UsageError("Give --sign-off and --reason together.")
    before, after = _version(flow_id, old), _version(flow_id, new)
    if before.id != after.id:
        stop(f"These are two questionnaires, {before.id} and {after.id}, not two versions of one.", 1)
    found = compare(before, after)
    click.echo(
        json.dumps(difference_json(found), indent=2, ensure_ascii=False)
        if as_json
        else difference_text(found)
    )
    if signer is not None:
        try:
            signed = sign_off(found, var_dir(), by=signer, reason=reason or "")
        except (Refused, OSError) as error:
            stop(error, 1)
        click.echo(f"Signed off by {signed.by}, for exactly these two files.", err=True)


@click.command()
@_FILE
@_FLOW
@click.option(
    "--format",
    "form",
    type=click.Choice(["mermaid", "svg"]),
    default="mermaid",
    show_default=True,
    help="Words for Mermaid, or a drawing.",
)
@_OUTPUT
def graph(file: Path | None, flow_id: str, form: str, output: Path | None) -> None:
    """Draw a questionnaire: its questions, what they demand, and the outcomes. Without FILE the one in use.

    \b
    Examples:
      earlyhelp pathway graph
      earlyhelp pathway graph --format svg --output early-help.svg
    """
    from directory.pathway.graph import mermaid, svg

    flow = open_flow(flow_id, file)
    _write(svg(flow) if form == "svg" else mermaid(flow), output)


@click.command()
@_FILE
@_FLOW
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "text"]),
    default="text",
    show_default=True,
    help="A page to read or print, or plain text.",
)
@_OUTPUT
def table(file: Path | None, flow_id: str, form: str, output: Path | None) -> None:
    """Write out the threshold document: routes first, then domains by level, outcomes and sources.

    The page needs no other file and prints on A4. Without FILE the questionnaire in use.

    \b
    Examples:
      earlyhelp pathway table
      earlyhelp pathway table --format html --output thresholds.html
    """
    from directory.pathway.table import html, text

    flow = open_flow(flow_id, file)
    _write(html(flow) if form == "html" else text(flow), output)
