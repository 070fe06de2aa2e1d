"""`earlyhelp listing`: the group of a data steward's commands. Everything is dry until --commit is given."""

from __future__ import annotations

import click

from directory.desk import drafting, exchange, looking, watching, writing


@click.group()
def listing() -> None:
    """The directory's listings: look at them, change them, publish them, keep them true.

    A record is an organisation, a place (location), a service or a taxonomy. It begins as a draft, is
    proposed and published, and in the end retired; every change is a new version with who and why, and can
    be undone.
    Nothing is changed without --commit --reason "…" --by ROLE: first comes the difference. An id may be
    given by its first characters, four or more.

    \b
    Examples:
      earlyhelp listing list --overdue
      earlyhelp listing show 99d238ab
      earlyhelp listing edit 99d238ab --set minimum_age=11 --publish
      earlyhelp listing check
    """


for command in (
    *looking.COMMANDS,
    *drafting.COMMANDS,
    *writing.COMMANDS,
    *watching.COMMANDS,
    exchange.validate,
    exchange.import_feed,
    exchange.template,
    exchange.export,
):
    listing.add_command(command)
