"""The `earlyhelp` command: assembles the groups, holds no logic. A group is imported when it is used."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

_COMMANDS = {
    "lookup": ("directory.commands:lookup", "Where a postcode is, who answers for it, and whom to call now."),
    "tag": ("geo.tagging.commands:tag", "Add areas to every row of a CSV or Parquet file."),
    "area": ("directory.guarded:area", "List, check, import, activate and retire the areas of teams."),
    "routing": ("directory.guarded:routing", "Whom to call, and the proof that somebody answers."),
    "pathway": ("directory.pathway.commands:pathway", "How serious it is, and the right next step."),
    "geo": ("directory.commands:geo", "Build, export and describe the postcode data."),
    "listing": (
        "directory.desk.commands:listing",
        "The directory's listings: change, publish and check them.",
    ),
    "feed": ("directory.desk.feeds:feed", "The sources that the directory is fed from."),
    "search": ("directory.searching:search", "Find the services that can help, by words, age and home."),
    "school": ("directory.schools.commands:school", "The schools of the city, from the official register."),
    "need": ("directory.search.commands:need", "The needs that services are listed under, and their words."),
    "build": ("directory.commands:build", "Build everything that a run needs."),
    "serve": ("api.commands:serve", "Serve the website and the API."),
    "doctor": ("directory.commands:doctor", "Check that this installation is whole, and say what to mend."),
}


class _Lazy(click.Group):
    """Lists its commands without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_module, words) in _COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="early-help-finder", prog_name="earlyhelp")
def earlyhelp() -> None:
    """Early Help Finder: from a Birmingham postcode to the right team, and whom to call now.

    \b
    Examples:
      earlyhelp lookup "B15 2TT"
      earlyhelp tag families.csv tagged.csv --column postcode
      earlyhelp serve
    """


def main(arguments: list[str] | None = None) -> Any:
    """Run the command. Exit codes: 0 done, 1 findings or a refused change, 2 usage, 3 a fault of ours."""
    try:
        return earlyhelp.main(arguments, standalone_mode=True)
    except BrokenPipeError:
        sys.exit(0)


if __name__ == "__main__":
    main()
