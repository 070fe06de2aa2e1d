"""`earlyhelp pathway walk`, `explain` and `list`, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import earlyhelp
from tests.directory.pathway.conftest import SMALL


def _run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(earlyhelp, ["pathway", *arguments], input=typed)


def _walk(*arguments: str, typed: str = "") -> Result:
    return _run("walk", "--file", str(SMALL), "--at", "2026-11-23T10:00", *arguments, typed=typed)


MILD = "1\n1\n1\n1\n1\n1\n"  # danger, exploitation, allegation, health, housing, consent


def test_walking_ends_with_a_number_to_call_now(built: Path) -> None:
    done = _walk("--postcode", "B15 2TT", typed="1\n1\n1\n5\n1\n1\n")
    assert done.exit_code == 0, done.output
    assert done.stdout.strip().startswith("Call the front door")
    assert "0121 303 1888" in done.stdout and "open until 5:15pm today" in done.stdout
    assert "Tuesday 24 November 2026" in " ".join(done.stdout.split())
    assert "answers v1.an.bn.dn.hd.ia.ky" in done.stdout
    assert "This supports your judgement; it does not replace it." in done.stdout


def test_back_asks_the_question_before_again(built: Path) -> None:
    done = _walk("--postcode", "", typed="b\n1\nb\n3\n")
    assert done.exit_code == 0, done.output
    assert "This is the first question." in done.stderr
    assert done.stdout.strip().startswith("Call 999 now")


def test_what_is_no_answer_is_asked_again(built: Path) -> None:
    done = _walk("--postcode", "", typed="0\nyes\n9999999999999\n²\n" + MILD)
    assert done.exit_code == 0, done.output
    assert done.stderr.count("Type a number from 1 to 3, or b.") == 4


def test_the_postcode_is_asked_only_at_the_end_and_may_be_left_empty(built: Path) -> None:
    done = _walk(typed=MILD + "\n")
    assert done.exit_code == 0, done.output
    asked = done.stderr.index("leave empty if not known")
    assert asked > done.stderr.index("Does the family agree to ask for help?")
    assert "Give its postcode" in done.stdout


def test_a_follow_up_is_asked_after_the_answer_that_opens_it(built: Path) -> None:
    done = _walk("--postcode", "", "--json", typed="1\n3\n3\n1\n1\n1\n1\n")
    step = json.loads(done.stdout)
    assert step["outcome"]["id"] == "complex"
    assert [one["id"] for one in step["also"]] == ["exploitation_risk"]


def test_help_is_for_whoever_asks(built: Path) -> None:
    assert "Anybody hurt at school." in _walk("--as", "school", "--postcode", "", typed="3\n").stderr
    assert "Anybody hurt at school." not in _walk("--postcode", "", typed="3\n").stderr
    assert _walk("--as", "plumber").exit_code == 2


def test_leaving_says_how_to_come_back_and_coming_back_goes_on(built: Path) -> None:
    left = _walk(typed="1\n1\n")
    assert left.exit_code == 1
    assert "--answers v1.an.bn" in left.stderr
    on = _walk("--answers", "v1.an.bn", "--postcode", "", typed="1\n1\n1\n1\n")
    assert on.exit_code == 0 and "3 of 6" in on.stderr


def test_explaining_names_the_answer_the_rule_and_the_source(built: Path) -> None:
    done = _run("explain", "v1.an.bn.dn.hd.ia.ky", "--file", str(SMALL))
    assert done.exit_code == 0, done.output
    assert "How is the child's health? Badly unwell." in done.stdout
    assert "asks for at least Complex and Significant (rhrt#2" in done.stdout
    assert "Rule r3" in done.stdout
    facts = json.loads(_run("explain", "v1.ay", "--file", str(SMALL), "--json").stdout)
    assert facts["answers"] == "v1.ay" and facts["level"]["code"] == "immediate"


@pytest.mark.parametrize(
    ("answers", "code", "said"),
    [
        ("v1.an", 1, "Might somebody be using the child"),
        ("v1.zz", 2, "no question with the code 'z'"),
        ("v2.an", 2, "version 2"),
        ("hello", 2, "look like v1"),
    ],
)
def test_answers_that_cannot_be_explained_say_why(answers: str, code: int, said: str) -> None:
    done = _run("explain", answers, "--file", str(SMALL))
    assert done.exit_code == code
    assert said in done.stderr
    assert not done.stdout


def test_a_dropped_answer_is_told(built: Path) -> None:
    done = _run("explain", "v1.an.bn.cy.dn.ha.ia.ky", "--file", str(SMALL))
    assert done.exit_code == 0
    assert "no longer asked" in done.stderr


def test_the_list_tells_drafts_from_approved_versions(built: Path) -> None:
    done = _run("list")
    assert done.exit_code == 0, done.output
    assert "early-help version 1" in done.stdout
    rows = json.loads(_run("list", "--json").stdout)["flows"]
    assert {row["status"] for row in rows} <= {"draft", "approved"}
    assert any(row["in_use"] for row in rows)


def test_a_file_with_faults_is_told_with_its_lines(tmp_path: Path) -> None:
    bad = tmp_path / "1.yaml"
    bad.write_text(SMALL.read_text("utf-8").replace("asks_about: health", "asks_about: religion"), "utf-8")
    done = _run("walk", "--file", str(bad))
    assert done.exit_code == 1
    assert "1.yaml:" in done.stderr and "protected characteristic" in done.stderr


def test_the_questionnaire_in_use_can_be_walked_by_always_taking_the_first_answer(built: Path) -> None:
    done = _run("walk", "--postcode", "B15 2TT", "--at", "2026-12-24T23:10", typed="1\n" * 80)
    assert done.exit_code == 0, done.output[-2000:]
    assert "Emergency Duty Team" in done.stdout
