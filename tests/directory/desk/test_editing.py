"""Editing a listing: by path, and as text in an editor, from which nothing that was typed is ever lost."""

from __future__ import annotations

import json
import stat
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.desk.editing import EditError, as_text, read_text
from directory.desk.paths import PathError, changed
from directory.store.standard import ENTITIES, RECORD_KINDS, Content, Entity
from tests.directory.desk.conftest import SIGNED, Room

PHONE, OTHER = str(uuid.uuid4()), str(uuid.uuid4())
SERVICE: Content = {
    "id": str(uuid.uuid4()),
    "name": "Club",
    "minimum_age": 8,
    "phones": [{"id": PHONE, "number": "0121 496 0001"}, {"id": OTHER, "number": "0121 496 0002"}],
    "capacity": {"state": "open", "stated": "2026-11-01", "until": "2026-12-01"},
}


@pytest.mark.parametrize(
    ("setting", "member", "value"),
    [
        ("minimum_age=11", "minimum_age", 11),
        ("minimum_age=4.5", "minimum_age", 4.5),
        ("unborn=yes", "unborn", True),
        ("needs=self_harm, anxiety", "needs", ["self_harm", "anxiety"]),
        ("description=a=b", "description", "a=b"),
        ("capacity.state=closed", "capacity", SERVICE["capacity"] | {"state": "closed"}),
        ("capacity=", "capacity", None),
        ("minimum_age=", "minimum_age", None),
        ('capacity={"state": "open"}', "capacity", {"state": "open"}),
    ],
)
def test_a_member_is_set_in_the_sort_it_has(setting: str, member: str, value: Any) -> None:
    assert changed("service", SERVICE, [setting]).get(member) == value


@pytest.mark.parametrize("which", ["1", OTHER, OTHER[:8], "0121 496 0002"])
def test_a_part_is_found_by_number_id_or_what_it_is_known_by(which: str) -> None:
    made = changed("service", SERVICE, [f"phones[{which}].extension=7"])
    assert made["phones"] == [SERVICE["phones"][0], SERVICE["phones"][1] | {"extension": 7}]
    assert "extension" not in SERVICE["phones"][1], "what was there is not touched"


def test_a_new_part_gets_an_id_and_later_paths_mean_the_same_one() -> None:
    made = changed("service", SERVICE, ["contacts[+].title=Manager", "contacts[+].phones[+].number=999"])
    (contact,) = made["contacts"]
    assert contact["title"] == "Manager" and contact["phones"][0]["number"] == "999"
    assert uuid.UUID(contact["id"]) != uuid.UUID(contact["phones"][0]["id"])


def test_parts_taken_out_together_are_those_that_were_meant() -> None:
    assert changed("service", SERVICE, [], ["phones[0]", "phones[1]"]).get("phones") is None
    assert changed("service", SERVICE, [], [f"phones[{PHONE[:8]}]"])["phones"] == [SERVICE["phones"][1]]


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ("minimum_age", "Write path=value"),
        ("minimun_age=3", "Did you mean minimum_age?"),
        ("minimum_age=three", "is not a number"),
        ("minimum_age=inf", "is not a"),
        ("unborn=maybe", "neither yes nor no"),
        ("status=lively", "is not one of active"),
        ("phones.number=1", "which one?"),
        ("phones[9].number=1", "there is no such"),
        ("phones[zzzz].number=1", "there is no such"),
        ("phones=1", "JSON"),
        ("name.first=1", "has no 'name'"),
        ("id=other", "for ever"),
        ("=1", "is not a path"),
    ],
)
def test_a_path_or_value_that_is_wrong_is_told_with_what_there_is(setting: str, why: str) -> None:
    with pytest.raises(PathError, match=why.replace("?", r"\?")):
        changed("service", SERVICE, [setting])


def _contents(entity: Entity, depth: int = 2) -> st.SearchStrategy[Content]:
    values: dict[str, st.SearchStrategy[Any]] = {
        "number": st.floats(allow_nan=False, allow_infinity=False) | st.integers(-99, 99),
        "integer": st.integers(-(2**53), 2**53),
        "truth": st.booleans(),
        "words": st.lists(st.text(min_size=1), min_size=1, max_size=3),
    }
    text = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20)
    fields = {one.name: values.get(one.sort, text) for one in entity.fields if one.name != "id"}
    parts = {}
    if depth:
        for part in entity.parts:
            inner = _contents(ENTITIES[part.entity], depth - 1)
            parts[part.name] = st.lists(inner, min_size=1, max_size=2) if part.many else inner
    needed = {"id": st.uuids().map(str)} if entity.field("id") else {"state": fields.pop("state")}
    return st.fixed_dictionaries(needed, optional=fields | parts)


@given(
    st.sampled_from(RECORD_KINDS).flatmap(lambda kind: st.tuples(st.just(kind), _contents(ENTITIES[kind])))
)
def test_any_listing_comes_back_from_its_text_as_it_was(made: tuple[Any, Content]) -> None:
    kind, content = made
    assert read_text(kind, as_text(kind, content, head="A head\nof two lines")) == content
    assert read_text(kind, json.dumps(content)) == content


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading(text: str) -> None:
    try:
        assert isinstance(read_text("service", text), dict)
    except EditError as error:
        assert str(error)


def test_the_blank_of_a_new_record_names_every_member_and_is_itself_readable() -> None:
    text = as_text("service", {"status": "active"}, blank=True)
    assert read_text("service", text).keys() == {"id", "status"}
    for one in (*ENTITIES["service"].fields[1:], *ENTITIES["service"].parts):
        assert f"{one.name}" in text
    filled = text.replace("# name =", "name =", 1).replace("# minimum_age = 0", "minimum_age = 3")
    assert read_text("service", filled)["minimum_age"] == 3


# With a real editor: a small script that does to the file what a person would.


def editor(folder: Path, *steps: str) -> dict[str, str]:
    """An EDITOR that runs one more of these lines of Python each time; `text` is what it sees and leaves."""
    script = folder / "editor.py"
    lines = "\n".join(f"    if turn == {n}:\n        {step}" for n, step in enumerate(steps))
    script.write_text(
        f"#!{sys.executable}\nimport pathlib, sys\n"
        "path, count = pathlib.Path(sys.argv[1]), pathlib.Path(__file__).with_suffix('.turns')\n"
        "turn = len(count.read_text()) if count.exists() else 0\ncount.write_text('x' * (turn + 1))\n"
        f"text = path.read_text('utf-8')\ndef edit(text):\n{lines}\n    return text\n"
        "path.write_text(edit(text), 'utf-8')\n"
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return {"EDITOR": str(script), "VISUAL": ""}


def test_an_edit_in_the_editor_is_shown_and_then_committed_from_the_file(room: Room, tmp_path: Path) -> None:
    club = room.service(room.organization())
    env = editor(tmp_path, "text = text.replace('Homework club', 'Homework & tea')")
    shown = room.listing("edit", club, env=env)
    assert "~ name: Homework club -> Homework & tea" in shown
    (kept,) = (room.var / "desk").iterdir()
    assert f"--file {kept}" in shown
    room.listing("edit", club, "--file", str(kept), "--publish", *SIGNED)
    assert room.json("show", club, "--published")["name"] == "Homework & tea"


def test_an_edit_committed_at_once_leaves_no_file(room: Room, tmp_path: Path) -> None:
    club = room.service(room.organization())
    env = editor(tmp_path, "text += '\\n[[contacts]]\\ntitle = \"Manager\"\\n'")
    room.listing("edit", club, *SIGNED, env=env)
    content = room.json("show", club)["content"]
    assert content["contacts"][0]["title"] == "Manager" and content["contacts"][0]["id"]
    assert list((room.var / "desk").iterdir()) == []


def test_a_text_left_as_it_was_changes_nothing(room: Room, tmp_path: Path) -> None:
    club = room.service(room.organization())
    done = room.run("edit", club, *SIGNED, env=editor(tmp_path, "pass"))
    assert (done.exit_code, "Nothing was changed" in done.stderr) == (0, True)
    assert room.json("show", club)["version"] == 2


def test_a_broken_edit_is_kept_told_and_offered_again(room: Room, tmp_path: Path) -> None:
    club = room.service(room.organization())
    env = editor(
        tmp_path, "text = text.replace('name = ', 'name ')", "text = text.replace('name ', 'name = ')"
    )
    done = room.run("edit", club, *SIGNED, env=env)
    assert done.exit_code == 1
    (kept,) = (room.var / "desk").iterdir()
    assert str(kept) in done.stderr and "line" in done.stderr
    again = room.run("edit", club, *SIGNED, env=env)
    assert "opened again" in again.stderr
    assert again.exit_code == 0, again.output
    assert not kept.exists()


def test_an_editor_that_does_not_start_is_told_with_what_to_set(room: Room) -> None:
    club = room.service(room.organization())
    done = room.run("edit", club, env={"EDITOR": "/nowhere/ed", "VISUAL": ""})
    assert done.exit_code == 1
    assert "Set EDITOR" in done.stderr


def test_somebody_else_changing_it_during_an_edit_is_told_and_the_text_kept(
    room: Room, tmp_path: Path
) -> None:
    club = room.service(room.organization())
    write = (
        f"import sys; sys.path.insert(0, {str(Path.cwd())!r}); "
        "from directory.store.store import Store; from directory.store.records import Change; "
        f"store = Store.open({room.url!r}); was = store.latest({club!r}); "
        "content = was.content | {'fees': 'Ten pounds'}; "
        "change = Change('service', was.id, 'published', content, base=was.number); "
        "store.write([change], by='hub administrator', reason='New fee')"
    )
    env = editor(tmp_path, f"{write}; text = text.replace('Homework club', 'Mine')")
    done = room.run("edit", club, *SIGNED, env=env)
    assert done.exit_code == 1
    for words in ("hub administrator", "version 3", "fees", "Ten pounds", "kept in"):
        assert words in done.stderr, words
    (kept,) = (room.var / "desk").iterdir()
    assert "Mine" in kept.read_text("utf-8")
    assert room.json("show", club)["content"]["name"] == "Homework club"


def test_a_new_record_is_written_in_the_editor_from_a_template(room: Room, tmp_path: Path) -> None:
    env = editor(
        tmp_path,
        "text = text.replace('# name = ', 'name = \"Hall\" # ', 1)"
        ".replace('# location_type', 'location_type', 1)",
    )
    answer = room.listing("new", "location", "--json", *SIGNED, env=env)
    content = room.json("show", json.loads(answer)["records"][0]["id"])["content"]
    assert (content["name"], content["location_type"]) == ("Hall", "physical")


def test_a_listing_is_read_from_a_file_or_from_standard_input(room: Room, tmp_path: Path) -> None:
    made = room.listing(
        "new", "location", "--file", "-", "--json", *SIGNED,
        input='{"name": "Hall", "location_type": "physical", "addresses": []}',
    )  # fmt: skip
    assert room.json("show", json.loads(made)["records"][0]["id"])["name"] == "Hall"
    for text, why in (
        (b"\xff\xfe", "not UTF-8"),
        (b"[1]", "has no '1'"),
        (b"name = 'x", "end of document"),
        (b"nmae = 'x'", "Did you mean name?"),
    ):
        (tmp_path / "bad").write_bytes(text)
        done = room.run("new", "location", "--file", str(tmp_path / "bad"))
        assert (done.exit_code, why in done.stderr) == (1, True), done.output
