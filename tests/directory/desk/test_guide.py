"""The stewards' guide: every command in it exists and has the options that it is shown with."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click

from cli import earlyhelp

GUIDE = Path(__file__).parents[3] / "docs" / "stewards.md"


def _lines() -> list[list[str]]:
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [shlex.split(re.sub(r'^eval "\$\((.*)\)"$', r"\1", line)) for line in lines if line.strip()]


def test_every_command_in_the_guide_is_one_that_the_program_takes() -> None:
    lines = _lines()
    assert len(lines) > 30
    for words in lines:
        assert words[0] == "earlyhelp", words
        command: click.Command = earlyhelp
        rest = words[1:]
        while isinstance(command, click.Group):
            found = command.get_command(click.Context(command), rest[0])
            assert found is not None, words
            command, rest = found, rest[1:]
        # Parsed as the program parses it: an unknown option, a missing argument or a wrong choice fails.
        command.make_context(words[1], rest, help_option_names=["-h", "--help"])


def test_the_guide_names_every_command_of_a_steward() -> None:
    from directory.desk.commands import listing

    named = {words[2] for words in _lines() if words[1] == "listing"}
    assert named == set(listing.list_commands(click.Context(listing)))
