"""Writes docs/commands.md from the help of every command, so that the page cannot say otherwise than they do.

python -m docs.write_commands
"""

from __future__ import annotations

from pathlib import Path

import click

from cli import earlyhelp

PAGE = Path(__file__).parent / "commands.md"
HEAD = """# The `earlyhelp` command

Written by `python -m docs.write_commands` from the commands' own help; a test holds it to that.

Results go to standard output and everything else to standard error. Exit codes: 0 done, 1 findings or a
refused change, 2 wrong use, 3 a fault of ours. Settings are environment variables:
[settings](settings.md) has them.
"""


def _sections(group: click.Group, path: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if command is None:
            continue
        whole = (*path, name)
        context = click.Context(
            command,
            info_name=" ".join(whole),
            terminal_width=100,
            max_content_width=100,
            help_option_names=["-h", "--help"],  # as within `earlyhelp`
        )
        command._help_option = None  # click keeps the option of whoever asked first, by other names perhaps
        found.append(f"## {' '.join(whole)}\n\n```text\n{command.get_help(context).rstrip()}\n```\n")
        if isinstance(command, click.Group):
            found += _sections(command, whole)
    return found


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_sections(earlyhelp, ("earlyhelp",))])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
