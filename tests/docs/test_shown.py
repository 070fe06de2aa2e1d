"""What the documentation shows to type is what the program takes and the server answers."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from cli import earlyhelp
from geo.home import data_dir

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    page for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")] if page.name != "commands.md"
)
HOST = "127.0.0.1:8000"


def _lines(program: str) -> Iterator[tuple[str, list[str]]]:
    """Every line for a program in the blocks for a shell: where it stands, and its words."""
    for page in PAGES:
        for block in re.findall(r"```sh\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
            for line in block.replace("\\\n", " ").splitlines():
                bare = re.sub(r'^eval "\$\((.*)\)"$', r"\1", line.strip())
                bare = bare.partition(" | ")[0].partition(" > ")[0].removeprefix(".venv/bin/")
                words = shlex.split(bare, comments=True)
                if words and words[0] == program:
                    yield str(page.relative_to(ROOT)), words


COMMANDS = list(_lines("earlyhelp"))
REQUESTS = list(_lines("curl"))


@pytest.mark.parametrize(("page", "words"), COMMANDS, ids=[" ".join(words) for _, words in COMMANDS])
def test_every_command_shown_is_one_that_the_program_takes(page: str, words: list[str]) -> None:
    command: click.Command = earlyhelp
    rest = words[1:]
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), rest[0]) if rest else None
        assert found is not None, f"{page}: {' '.join(words)}"
        command, rest = found, rest[1:]
    for number, word in enumerate(rest):  # a file that the reader has stands for one that is here
        if re.fullmatch(r"[\w./-]+\.(csv|zip|json|xlsx|yaml|geojson|parquet)", word):
            rest[number] = __file__
    try:
        # Parsed as the program parses it: an unknown option, a missing argument or a wrong choice fails.
        command.make_context(words[1], rest, help_option_names=["-h", "--help"])
    except click.UsageError as error:
        pytest.fail(f"{page}: {' '.join(words)}: {error.format_message()}")


@pytest.fixture(scope="module")
def server(stocked: Path) -> Iterator[TestClient]:
    with TestClient(create_app(data_dir(), stocked), base_url=f"http://{HOST}") as client:
        yield client


@pytest.mark.parametrize(("page", "words"), REQUESTS, ids=[" ".join(words) for _, words in REQUESTS])
def test_every_request_shown_is_answered(server: TestClient, page: str, words: list[str]) -> None:
    asked: dict[str, Any] = {"method": "GET", "headers": {}}
    address = ""
    rest = iter(words[1:])
    for word in rest:
        if word == "-X":
            asked["method"] = next(rest)
        elif word == "-H":
            name, _, value = next(rest).partition(": ")
            asked["headers"][name] = value
        elif word == "-d":
            asked["content"] = next(rest).encode()
            asked["method"] = "POST"
        elif not word.startswith("-"):
            address = word
    parts = urlsplit(address)
    assert parts.netloc == HOST, f"{page}: {address}"
    answer = server.request(url=f"{parts.path}?{parts.query}" if parts.query else parts.path, **asked)
    assert answer.status_code == 200, f"{page}: {' '.join(words)}: {answer.text[:300]}"


def test_the_stewards_guide_names_every_command_of_a_steward() -> None:
    from directory.desk.commands import listing

    guide = [words for page, words in COMMANDS if page == "docs/stewards.md"]
    named = {words[2] for words in guide if words[1] == "listing"}
    assert named == set(listing.list_commands(click.Context(listing)))


def test_the_documentation_shows_a_good_many() -> None:
    assert len(COMMANDS) > 50
    assert len(REQUESTS) > 20


LINK = re.compile(r"!?\[[^\]\n]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_link_and_picture_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text("utf-8")):
        if not target.startswith(("https://", "http://", "#")):
            assert (page.parent / target.partition("#")[0]).exists(), target


def test_every_page_of_the_documentation_can_be_reached_from_the_readme() -> None:
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        for target in LINK.findall(page.read_text("utf-8")):
            found = (page.parent / target.partition("#")[0]).resolve()
            if found.is_dir():
                waiting += found.glob("*.md")
            elif found.suffix == ".md" and found.is_file():
                waiting.append(found)
    missed = {page for page in (ROOT / "docs").rglob("*.md") if page not in seen}
    assert not missed, sorted(str(page.relative_to(ROOT)) for page in missed)
