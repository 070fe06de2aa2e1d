"""A questionnaire's file: what it may say, and that every fault is told with its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from directory.pathway.flow import Flow, FlowError
from directory.pathway.reading import load_flow, read_flow
from directory.pathway.schema import PROTECTED
from geo.home import data_dir
from tests.directory.pathway.conftest import SMALL, Edited


def _line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_the_words_yes_and_no_stay_words(small: Flow) -> None:
    assert [one.id for one in small.by_id["danger"].choices] == ["no", "not_sure", "yes"]
    assert small.by_id["danger"].choices[0].text == "No"
    assert small.version == "1"


def test_the_parts_come_out_as_they_stand_in_the_file(small: Flow) -> None:
    danger = small.choices["danger", "yes"]
    assert danger.ends
    assert danger.demands is not None and (danger.demands.level, danger.demands.route) == (
        "immediate",
        "danger",
    )
    assert small.by_id["exploitation_harm"].when == {"exploitation": {"maybe"}}
    assert small.outcome_by_id["complex"].timeframe.decision_working_days == 1
    assert small.outcome_by_id["complex"].consent.needed is False
    assert small.outcome_by_id["additional"].consent.needed is True


def test_everything_knows_the_line_it_stands_on(small: Flow) -> None:
    lines = SMALL.read_text("utf-8").splitlines()
    for question in small.questions:
        assert lines[question.line - 1].strip() == f"- id: {question.id}"
        for choice in question.choices:
            assert f"{{id: {choice.id}, code: {choice.code}," in lines[choice.line - 1]
    for rule in small.rules:
        assert f"{{id: {rule.id}," in lines[rule.line - 1]


FAULTS = {
    "a question of free text": (
        "    asks_about: danger\n",
        "    asks_about: danger\n    type: text\n",
        "nothing to type",
    ),
    "a member with a typing error": ("title: Is a child in", "titel: Is a child in", "'titel'"),
    "a missing member": ("review_by: 2027-11-22\n", "", "missing"),
    "a subject that there is none of": ("asks_about: health", "asks_about: shoe_size", "Must be one of"),
    "a protected characteristic": ("asks_about: health", "asks_about: religion", "protected characteristic"),
    "no way to say not sure": (
        "{id: not_sure, code: u, text: Not sure, rank: 1}",
        "{id: perhaps, code: u, text: Perhaps, rank: 1}",
        "not sure",
    ),
    "an id used twice": ("  - id: housing\n", "  - id: health\n", "used already"),
    "a code used twice": ("    code: i\n", "    code: h\n", "used already"),
    "a choice code used twice": (
        "{id: no, code: n, text: No, rank: 0}",
        "{id: no, code: u, text: No, rank: 0}",
        "used already",
    ),
    "two choices of one rank": ("code: n, text: No, rank: 0}", "code: n, text: No, rank: 1}", "used already"),
    "a rank that is no number": ("rank: 0}", "rank: low}", "whole number"),
    "a when that names a later question": (
        "when: {exploitation: [maybe]}",
        "when: {health: [complex]}",
        "not asked before",
    ),
    "a when that names no question": (
        "when: {exploitation: [maybe]}",
        "when: {weather: [rain]}",
        "does not exist",
    ),
    "a when that names no choice": (
        "when: {exploitation: [maybe]}",
        "when: {exploitation: [often]}",
        "no choice 'often'",
    ),
    "a when that names itself": (
        "when: {exploitation: [maybe]}",
        "when: {exploitation_harm: [yes]}",
        "not asked before",
    ),
    "a demand for no level": (
        "demands: {level: complex, route: exploitation_harm}",
        "demands: {level: dreadful, route: exploitation_harm}",
        "no level 'dreadful'",
    ),
    "a demand for no route": ("demands: {route: lado}", "demands: {route: ladder}", "no route 'ladder'"),
    "an empty demand": ("demands: {route: lado}", "demands: {}", "Name a level"),
    "a demand without a source": (
        ', source: "rhrt#4"}\n  - id: health',
        "}\n  - id: health",
        "names its `source`",
    ),
    "an end without danger": ("demands: {route: lado}", "ends: yes, demands: {route: lado}", "dominates"),
    "a level for a question about disability": (
        "asks_about: health",
        "asks_about: send",
        "never moves a level",
    ),
    "a source that is not listed": (
        'rank: 1, demands: {route: conversation}, source: "rhrt#4"',
        'rank: 1, demands: {route: conversation}, source: "hearsay#4"',
        "no source 'hearsay'",
    ),
    "a paragraph that is not listed": (
        'rank: 1, demands: {route: conversation}, source: "rhrt#4"',
        'rank: 1, demands: {route: conversation}, source: "rhrt#44"',
        "no paragraph '44'",
    ),
    "a rule for no outcome": ("outcome: ask_first", "outcome: ask_last", "no outcome 'ask_last'"),
    "a rule about a question that is not one of the last": (
        "answers: {consent: [no, not_sure]}",
        "answers: {health: [complex]}",
        "only of `more`",
    ),
    "a rule with two kinds of level": (
        "when: {level_at_least: additional}",
        "when: {level_at_least: additional, level: complex}",
        "not both",
    ),
    "a need that no service has": ("needs: [housing]", "needs: [a_new_castle]", "no need 'a_new_castle'"),
    "a contact word that is none": (
        "contact: [danger, front_door]",
        "contact: [switchboard]",
        "front_door:<line>",
    ),
    "a line that the front door lacks": (
        'contact: ["front_door:LADO", front_door]',
        'contact: ["front_door:SWITCHBOARD"]',
        "no contact",
    ),
    "a layer without contacts": ('contact: ["team:hub", front_door]', 'contact: ["team:moon"]', "no contact"),
    "help for nobody": ("help: {health:", "help: {plumbers:", "no audience 'plumbers'"),
    "a draft without a notice": ("notice: Made up for the tests.\n", "", "notice"),
    "an approved version without who approved it": ("status: draft", "status: approved", "which role"),
    "a person's name": (
        "status: draft",
        "status: approved\napproved: {by: Dr Smith, on: 2026-11-22}",
        "never a person",
    ),
    "an address that is none": ("https://guide.example/levels", "javascript:alert(1)", "https://"),
    "an empty text": ("    title: How is the home?", "    title:", "empty"),
    "a list where a text belongs": ("    title: How is the home?", "    title: [How, is]", "plain text"),
    "a text where a list belongs": (
        "    choices:\n      - {id: no, code: n, text: No, rank: 0}",
        "    choices: none\n    x:\n      - {id: no}",
        "list",
    ),
    "a version that is no number": ('version: "1"', "version: one", "whole number"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_its_line_and_what_to_do(fault: str, faults: Edited) -> None:
    old, new, said = FAULTS[fault]
    told = faults(old, new)
    assert any(said in one for one in told), (told, said)
    assert all(one.startswith("edited.yaml:") for one in told)


@pytest.mark.parametrize("characteristic", PROTECTED)
def test_no_question_may_ask_about_a_protected_characteristic(characteristic: str, faults: Edited) -> None:
    told = faults("asks_about: health", f"asks_about: {characteristic}")
    assert len(told) == 1 and "protected characteristic" in told[0]


def test_the_line_is_that_of_the_fault_itself(faults: Edited) -> None:
    text = SMALL.read_text("utf-8")
    for old, new, _said in (
        ("demands: {route: lado}", "demands: {route: ladder}", ""),
        ("asks_about: housing_money", "asks_about: rent", ""),
        ("needs: [housing]", "needs: [a_new_castle]", ""),
    ):
        told = faults(old, new)
        assert [one.split(":")[1] for one in told] == [str(_line_of(text, old))]


def test_every_fault_of_one_kind_is_told_at_once(faults: Edited) -> None:
    told = faults("id: exploitation_harm\n    code: c", "id: allegation\n    code: a")
    assert len(told) >= 2


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("flow: a\nflow: b\n", 2, "already, on line 1"),
        ("flow: &x a\n", 1, "Anchors"),
        ("flow: a\ntitle: *x\n", 2, "aliases"),
        ("flow: !!python/object/apply:os.system [ls]\n", 1, "tag"),
        ("flow: !!int 3\n", 1, "tag"),
        ("flow: a\n---\nflow: b\n", 2, "second document"),
        ("flow: [a\n", 2, "not YAML"),
        ("\tflow: a\n", 1, "not YAML"),
        ("", 1, "empty"),
        ("- flow\n", 1, "not a questionnaire"),
        ("flow: a\n? [b]\n: c\n", 2, "name of a member"),
        ("flow: " + "[" * 5_000, 1, "deeply"),
        ("flow: a\n<<: {title: b}\n", 2, "'<<'"),
    ],
)
def test_yaml_that_can_do_more_than_hold_text_is_refused(text: str, line: int, said: str) -> None:
    with pytest.raises(FlowError) as refused:
        read_flow(text.encode(), "f.yaml")
    told = [one for one in refused.value.problems if said in one]
    assert told and told[0].startswith(f"f.yaml:{line}:")


def test_a_bomb_of_aliases_is_refused_before_it_goes_off() -> None:
    bomb = "a: &a [x,x]\n" + "\n".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)},*{chr(97 + i)}]" for i in range(20)
    )
    with pytest.raises(FlowError, match="Anchors"):
        read_flow(bomb.encode(), "bomb.yaml")


@pytest.mark.parametrize("raw", [b"\xff\xfeflow", b"flow: \x00", b"\xef\xbb\xbf", b"flow: \xed\xa0\x80"])
def test_what_is_not_text_is_refused_in_words(raw: bytes) -> None:
    with pytest.raises(FlowError):
        read_flow(raw, "f.yaml")


def test_a_file_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "1.yaml"
    path.write_bytes(b"# " + b"x" * 3_000_000)
    with pytest.raises(FlowError, match="bytes"):
        load_flow(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match="No such file"):
        load_flow(tmp_path / "9.yaml")


def test_the_shipped_questionnaire_reads() -> None:
    shipped = sorted((data_dir() / "pathways").glob("*/*.yaml"))
    assert shipped
    for path in shipped:
        flow = load_flow(path)
        assert flow.questions[0].part == "urgent"
        assert flow.status == "approved" or flow.notice
