"""Versions: approved ones stay as they were approved, and an old address opens the old questionnaire."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from directory.pathway.flow import FlowError
from directory.pathway.library import Approval, Library, NoSuchFlow, library, read_approvals, record_approval
from directory.pathway.reading import load_flow
from directory.pathway.walk import WalkError
from geo.home import data_dir
from tests.directory.pathway.conftest import SMALL

TEXT = SMALL.read_text("utf-8")
ON = dt.date(2026, 11, 22)


class Shelf:
    """A folder of data with questionnaires of its own beside the real needs and contacts."""

    def __init__(self, folder: Path) -> None:
        self.data, self.var = folder / "data", folder / "var"
        for name in ("contacts", "search"):
            (self.data / name).parent.mkdir(parents=True, exist_ok=True)
            (self.data / name).symlink_to(data_dir() / name)

    def put(self, version: str, text: str = TEXT, *, approved: bool = False, home: str = "data") -> Path:
        path = getattr(self, home) / "pathways" / "small" / f"{version}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = text.replace('version: "1"', f'version: "{version}"')
        if approved:
            text = text.replace(
                "status: draft", "status: approved\napproved: {by: the board, on: 2026-11-22}"
            )
        path.write_text(text, "utf-8")
        if approved:
            flow = load_flow(path)
            folder = getattr(self, home)
            record_approval(folder, Approval("small", version, flow.digest, "the board", ON))
        return path

    def read(self) -> Library:
        return library(self.data, self.var)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_a_draft_is_in_use_only_while_nothing_is_approved(shelf: Shelf) -> None:
    shelf.put("1")
    assert shelf.read().current("small").status == "draft"
    shelf.put("2", approved=True)
    shelf.put("3")
    held = shelf.read()
    assert held.current("small").version == "2"
    assert [one.version for one in held.versions("small")] == ["1", "2", "3"]
    assert not held.problems


def test_a_new_version_is_seen_without_a_restart(shelf: Shelf) -> None:
    shelf.put("1", approved=True)
    assert shelf.read() is shelf.read()
    assert shelf.read().current("small").version == "1"
    shelf.put("2", approved=True)
    assert shelf.read().current("small").version == "2"


def test_an_approved_version_that_was_changed_is_refused(shelf: Shelf) -> None:
    path = shelf.put("1", approved=True)
    shelf.put("2", approved=True)
    path.write_text(path.read_text("utf-8").replace("Badly unwell", "Rather unwell"), "utf-8")
    held = shelf.read()
    assert [one.version for one in held.versions("small")] == ["2"]
    assert "changed since" in held.problems[0] and "1.yaml" in held.problems[0]


def test_even_a_changed_comment_is_a_change(shelf: Shelf) -> None:
    path = shelf.put("1", approved=True)
    path.write_text(path.read_text("utf-8") + "# a remark\n", "utf-8")
    assert "changed since" in shelf.read().problems[0]


def test_a_version_cannot_call_itself_approved(shelf: Shelf) -> None:
    path = shelf.put("1", approved=True)
    path.with_name("2.yaml").write_text(path.read_text("utf-8").replace('"1"', '"2"', 1), "utf-8")
    held = shelf.read()
    assert held.current("small").version == "1"
    assert "no approval is recorded" in held.problems[0]


def test_an_approved_version_that_is_gone_is_told(shelf: Shelf) -> None:
    shelf.put("1", approved=True).unlink()
    assert "is gone" in shelf.read().problems[0]


def test_a_version_is_approved_once(shelf: Shelf) -> None:
    shelf.put("1", approved=True)
    with pytest.raises(FlowError, match="approved already"):
        record_approval(shelf.data, Approval("small", "1", "0" * 64, "somebody else", ON))


def test_a_record_of_approvals_that_cannot_be_read_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "approved.jsonl"
    path.write_text("\n{}\n", "utf-8")
    with pytest.raises(FlowError, match=r"approved\.jsonl:2:"):
        read_approvals(path)


def test_a_code_never_stands_for_another_question_later(shelf: Shelf) -> None:
    shelf.put("1")
    shelf.put("2", TEXT.replace("- id: housing\n", "- id: money\n"))
    held = shelf.read()
    assert [one.version for one in held.versions("small")] == ["1"]
    assert "'i' stands for 'housing'" in held.problems[0]


def test_an_old_address_opens_the_old_questionnaire_and_says_that_there_is_a_newer(shelf: Shelf) -> None:
    shelf.put("1", approved=True)
    shelf.put("2", TEXT.replace("How is the home?", "How is the house?"), approved=True)
    opened = shelf.read().open("small", "v1.an.bu")
    assert opened.flow.version == "1"
    assert opened.flow.by_id["housing"].title == "How is the home?"
    assert opened.walk.answers == {"danger": "no", "exploitation": "not_sure"}
    assert opened.notice is not None and "Version 2 has been in use since 22 November 2026" in opened.notice
    assert shelf.read().open("small", "v2.an").notice is None


def test_a_draft_that_is_later_is_no_newer_version(shelf: Shelf) -> None:
    shelf.put("1", approved=True)
    shelf.put("2")
    assert shelf.read().open("small", "v1.an").newer is None


def test_a_record_of_approvals_that_is_no_text_is_told(shelf: Shelf) -> None:
    shelf.put("1", approved=True)
    (shelf.data / "pathways" / "approved.jsonl").write_bytes(b"\xff\xfe")
    assert any("approved.jsonl" in one for one in shelf.read().problems)


def test_what_there_is_not_is_named(shelf: Shelf) -> None:
    shelf.put("1")
    with pytest.raises(NoSuchFlow, match="There are: small"):
        shelf.read().current("large")
    with pytest.raises(NoSuchFlow, match="There are: 1"):
        shelf.read().version("small", "9")
    with pytest.raises(WalkError, match="no version '9'"):
        shelf.read().open("small", "v9.an")


def test_one_broken_file_leaves_the_others_in_use(shelf: Shelf) -> None:
    shelf.put("1", approved=True)
    shelf.put("2", "flow: small\n")
    held = shelf.read()
    assert held.current("small").version == "1"
    assert any("2.yaml:1" in one for one in held.problems)


def test_a_file_in_the_wrong_place_and_a_number_used_twice_are_refused(shelf: Shelf) -> None:
    path = shelf.put("1")
    path.with_name("7.yaml").write_text(TEXT, "utf-8")
    shelf.put("1", home="var")
    held = shelf.read()
    assert len(held.versions("small")) == 1
    assert len(held.problems) == 2


def test_a_stewards_own_versions_lie_in_var(shelf: Shelf) -> None:
    shelf.put("1", approved=True)
    shelf.put("2", approved=True, home="var")
    held = shelf.read()
    assert held.current("small").version == "2" and not held.problems


def test_a_change_of_the_needs_is_noticed(shelf: Shelf) -> None:
    shelf.put("1")
    before = shelf.read()
    own = shelf.var / "search" / "needs.csv"
    own.parent.mkdir(parents=True)
    own.write_text("code,name,plain,dfe,group,description\nmoon,Moon,moon,,Home,Far away.\n", "utf-8")
    os.utime(own)
    assert shelf.read() is not before


@pytest.mark.parametrize(
    ("folder", "file", "change", "said"),
    [
        (
            "contacts",
            "front_door.csv",
            lambda text: text.replace("\nLADO,", "\nOFFICER,"),
            "'front_door:LADO'",
        ),
        (
            "contacts",
            "front_door.csv",
            lambda text: text.replace("team,", "line,", 1),
            "front_door.csv cannot",
        ),
        ("contacts", "front_door.csv", lambda text: text + "\xe9", "front_door.csv cannot"),
        ("contacts", "front_door.csv", None, "front_door.csv cannot"),
        ("contacts", "hub.csv", None, "'team:hub'"),
        ("search", "needs.csv", lambda text: text.replace("\nhousing,", "\nhomes,"), "'housing'"),
        ("search", "needs.csv", lambda _: "code;name\n", "needs.csv, line 1"),
    ],
)
def test_a_contact_or_a_need_that_is_gone_is_told_and_the_questions_are_asked_all_the_same(
    tmp_path: Path, folder: str, file: str, change: Callable[[str], str] | None, said: str
) -> None:
    shelf = Shelf(tmp_path)
    (shelf.data / folder).unlink()
    shutil.copytree(data_dir() / folder, shelf.data / folder)
    shelf.put("1", approved=True)
    assert not shelf.read().problems
    path = shelf.data / folder / file
    text = path.read_text("utf-8")
    if change is None:
        path.unlink()
    else:
        path.write_text(change(text), "latin-1")
    held = shelf.read()
    assert held.current("small").version == "1"
    assert said in " ".join(held.problems)
    path.write_text(text, "utf-8")
    os.utime(path, (1, 1))
    assert not shelf.read().problems


def test_the_shipped_questionnaires_are_all_in_order(tmp_path: Path) -> None:
    held = library(data_dir(), tmp_path)
    assert not held.problems
    assert held.current("early-help").title
