"""`earlyhelp pathway`: the questionnaire in a terminal, the reasons for an outcome, the versions there are.

Those that need the contacts too (walk, check, publish) stand outside this folder.
"""

from __future__ import annotations

import importlib
import importlib.util

import click

_COMMANDS = {
    "walk": ("directory.walk_commands:walk", "Answer the questions here; ends with whom to call now."),
    "explain": ("directory.pathway.telling:explain", "Why answers lead where they do."),
    "list": ("directory.pathway.telling:list_flows", "The questionnaires and their versions."),
    "check": ("directory.proving:check", "Prove a questionnaire over all its answers."),
    "diff": ("directory.pathway.proof_commands:diff", "Which combinations change between two versions."),
    "graph": ("directory.pathway.proof_commands:graph", "A questionnaire as a drawing."),
    "table": ("directory.pathway.proof_commands:table", "The threshold document as a page."),
    "publish": ("directory.proving:publish", "Approve a version for good."),
}


class _Lazy(click.Group):
    """Lists its commands without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[cmd_name][0].partition(":")
        if importlib.util.find_spec(module) is None:
            return None
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_module, words) in _COMMANDS.items()])


@click.group(cls=_Lazy)
def pathway() -> None:
    """The questionnaire: how serious a worry is, and the right next step.

    \b
    Examples:
      earlyhelp pathway walk
      earlyhelp pathway explain v1.an.bu
      earlyhelp pathway list
    """
