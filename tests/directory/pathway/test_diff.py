"""A new version of the shipped questionnaire: what falls is counted, signed off, and only then published."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import earlyhelp
from directory.pathway.decide import decide
from directory.pathway.diff import compare
from directory.pathway.flow import Flow
from directory.pathway.library import library
from directory.pathway.reading import load_flow
from geo.home import data_dir, var_dir

FIRST = data_dir() / "pathways" / "early-help" / "1.yaml"
HOMELESS = "demands: {level: complex, route: homeless}"


@pytest.fixture
def steward(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, built: Path) -> Path:
    """A steward's own folder, with the gazetteer that the contacts are proved on."""
    var = tmp_path / "var"
    var.mkdir()
    (var / "gazetteer.bin").symlink_to(built / "gazetteer.bin")
    monkeypatch.setenv("EARLYHELP_VAR", str(var))
    return var


def _version(folder: Path, number: str, *changes: tuple[str, str]) -> Path:
    """The shipped file as a later version, with passages replaced."""
    text = FIRST.read_text("utf-8")
    for old, new in (
        ('version: "1"', f'version: "{number}"'),
        ("version: '1'", f"version: '{number}'"),
        *changes,
    ):
        text = text.replace(old, new)
    path = folder / f"{number}.yaml"
    path.write_text(text, "utf-8")
    return path


def _run(command: str, *arguments: object) -> Result:
    return CliRunner().invoke(earlyhelp, ["pathway", command, *(str(one) for one in arguments)])


def _facts(result: Result) -> dict[str, object]:
    found: dict[str, object] = json.loads(result.stdout)
    return found


@pytest.fixture
def milder(tmp_path: Path) -> Path:
    return _version(tmp_path, "2", (HOMELESS, "demands: {level: complex, route: social_care}"))


def test_each_change_has_the_shortest_example_that_shows_it(tmp_path: Path) -> None:
    text = "demands: {level: additional, route: domestic_abuse}"
    assert text in FIRST.read_text("utf-8")
    path = _version(tmp_path, "2", (text, "demands: {level: complex, route: domestic_abuse}"),
                    ("title: Domestic abuse in the past", "title: Domestic abuse before now"))  # fmt: skip
    old, new = load_flow(FIRST), load_flow(path)
    found = compare(old, new)
    assert found.count("up") > 10**9
    assert found.count("down") == 0
    for change in found.changes:
        first, second = decide(old, change.old), decide(new, change.new)
        assert (first.outcome.id, first.level) == (change.before, change.level_before)
        assert (second.outcome.id, second.level) == (change.after, change.level_after)
    assert not found.lowers


def test_a_question_that_only_one_version_has_is_told_and_free_there(tmp_path: Path) -> None:
    old = load_flow(FIRST)
    from dataclasses import replace

    new: Flow = replace(old, version="2", questions=tuple(q for q in old.questions if q.id != "tried"))
    found = compare(old, new)
    assert found.only_old == ("tried",)
    # an old combination has exactly one new one: the same without that answer
    assert found.compared == compare(old, old).compared
    assert not found.uncompared[0]


def test_what_lowers_a_level_is_published_only_once_another_role_has_signed_it_off(
    steward: Path, tmp_path: Path
) -> None:
    lower = "demands: {level: additional}"
    path = _version(tmp_path, "2")
    changed = path.read_text("utf-8")
    at = changed.index(lower, changed.index("- id: health"))
    path.write_text(changed[:at] + "demands: {level: universal_plus}" + changed[at + len(lower) :], "utf-8")
    by = ("--by", "safeguarding lead", "--reason", "yearly review", "--commit")

    refused = _run("publish", path, *by)
    assert refused.exit_code == 1
    assert "nobody has signed it off" in refused.stderr
    assert "/worried/early-help?a=v2." in refused.stderr

    assert _run("diff", "1", path, "--sign-off", "Mrs Example", "--reason", "agreed").exit_code == 1
    own = _run("diff", "1", path, "--sign-off", "safeguarding lead", "--reason", "agreed")
    assert own.exit_code == 0
    assert "another role must" in _run("publish", path, *by).stderr
    assert _run("diff", "1", path, "--sign-off", "head of service", "--reason", "agreed").exit_code == 0

    tried = _run("publish", path, "--by", "safeguarding lead")
    assert tried.exit_code == 0
    assert "Nothing is published yet" in tried.stdout
    done = _run("publish", path, *by)
    assert done.exit_code == 0, done.stderr
    current = library(data_dir(), var_dir()).current("early-help")
    assert (current.version, current.status, current.approved_by) == ("2", "approved", "safeguarding lead")
    record = json.loads((steward / "pathways" / "published.jsonl").read_text("utf-8"))
    assert record["signed_off"] == {"by": "head of service", "reason": "agreed"}
    assert record["digest"] == current.digest
    assert record["down"] > 0

    again = _run("publish", path, *by)
    assert again.exit_code == 1
    assert "approved already" in again.stderr
    changed_since = steward / "pathways" / "early-help" / "2.yaml"
    changed_since.write_text(changed_since.read_text("utf-8") + "# changed\n", "utf-8")
    held = library(data_dir(), var_dir())
    assert held.current("early-help").version == "1"
    assert any("has been changed since" in one for one in held.problems)


def test_a_version_with_a_fault_is_refused_with_the_answers_that_show_it(
    steward: Path, tmp_path: Path
) -> None:
    path = _version(
        tmp_path, "2", ("contact: ['front_door:LADO', front_door]", "contact: ['front_door:LADO']")
    )
    refused = _run("publish", path, "--by", "safeguarding lead", "--reason", "review", "--commit", "--json")
    assert refused.exit_code == 1
    told = str(_facts(refused)["refused"])
    assert "nobody who answers" in told
    assert "/worried/early-help?a=v2." in told
    assert not (steward / "pathways").exists()


def test_the_check_of_a_file_that_cannot_be_read_names_the_line(tmp_path: Path, steward: Path) -> None:
    path = _version(tmp_path, "2", ("when: {missing: [not_sure, 'yes']}", "when: {direction: [worse]}"))
    result = _run("check", path, "--no-routing", "--json")
    assert result.exit_code == 1
    assert '"check": "reading"' in result.stdout
    assert f"{path}:" in result.stdout
    assert "Name only earlier questions" in result.stdout


def test_the_check_of_the_shipped_questionnaire_holds_with_its_contacts(steward: Path) -> None:
    result = _run("check")
    assert result.exit_code == 0, result.stdout
    assert "combinations of answers, all of them" in result.stdout
    assert "NOT SO" not in result.stdout
    assert "not looked at" not in result.stdout


def test_versions_of_two_questionnaires_are_not_compared(tmp_path: Path, milder: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(milder.read_text("utf-8").replace("flow: early-help", "flow: another"), "utf-8")
    assert _run("diff", FIRST, other).exit_code == 1
    assert _run("diff", FIRST, milder, "--sign-off", "lead").exit_code == 2


def test_a_draft_in_its_place_is_approved_there_and_stays_openable(
    steward: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for one in data_dir().iterdir():
        if one.name != "pathways":
            (data / one.name).symlink_to(one)
    path = data / "pathways" / "early-help" / "1.yaml"
    path.parent.mkdir(parents=True)
    path.write_bytes(FIRST.read_bytes())
    monkeypatch.setenv("EARLYHELP_DATA", str(data))
    done = _run("publish", path, "--by", "safeguarding lead", "--reason", "agreed", "--commit")
    assert done.exit_code == 0, done.stderr
    held = library(data, steward)
    assert held.problems == ()
    flow = held.current("early-help")
    assert (flow.status, flow.notice, flow.version) == ("approved", "", "1")
    before, after = load_flow(FIRST), load_flow(path)
    assert compare(before, after).changes == ()
    assert after.questions == before.questions
    assert "approved already" in _run("publish", path, "--by", "safeguarding lead").stderr
