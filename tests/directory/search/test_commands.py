"""`earlyhelp search` and `earlyhelp need`, over a store of their own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import earlyhelp
from tests.directory.search.made import filled, service, write
from tests.directory.search.sample import sample_services

Run = Callable[..., Result]
_SIGNED = ["--commit", "--reason", "A test", "--by", "data steward"]


@pytest.fixture(scope="module")
def var(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("var")
    for name in ("gazetteer.bin", "routing.snapshot"):
        shutil.copy(built / name, folder / name)
    store = filled(folder / "directory.db", 10)
    own = sample_services()[0] | {"organization_id": service(1)["organization_id"]}
    own = {k: v for k, v in own.items() if k not in ("organization", "service_at_locations", "attributes")}
    write(store, own)
    store.close()
    return folder


@pytest.fixture
def run(var: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("EARLYHELP_VAR", str(var))
    monkeypatch.delenv("EARLYHELP_DATABASE_URL", raising=False)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(earlyhelp, list(arguments))

    return call


def test_a_search_prints_results_with_their_reasons(run: Run) -> None:
    done = run("search", "anxiety", "group", "--limit", "2")
    assert done.exit_code == 0, done.output
    assert "Matches anxiety" in done.output and "Id " in done.output


def test_a_search_as_json_is_the_answer_itself(run: Run) -> None:
    done = run("search", "anxiety", "--json", "--postcode", "B15 2TT")
    answer = json.loads(done.stdout)
    assert answer["understood"]["postcode"]["district"] == "Edgbaston" and answer["total"] > 0
    assert "B15" not in done.output


def test_nothing_found_is_exit_1_and_says_whom_to_call(run: Run) -> None:
    done = run("search", "qwertyuiopish")
    assert done.exit_code == 1
    assert "No listing says: qwertyuiopish." in done.output and "Or call: " in done.output


def test_a_home_outside_the_city_is_not_told_to_ring_the_city(run: Run) -> None:
    inside = run("search", "qwertyuiopish", "--postcode", "B15 2TT").output
    outside = run("search", "qwertyuiopish", "--postcode", "B91 3QJ").output
    assert "Or call: " in inside and "Or call: " in outside
    assert inside.partition("Or call: ")[2] != outside.partition("Or call: ")[2]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--district", "Nowhere"], "The districts are: Edgbaston"),
        (["--area", "hub"], "is no area"),
        (["--area", "hub:HUB01", "--district", "Erdington"], "not both"),
        (["--at", "noon"], "not a date and time"),
        (["--level", "9"], "Invalid value"),
    ],
)
def test_what_cannot_be_asked_is_exit_2_and_says_what_can(run: Run, arguments: list[str], said: str) -> None:
    done = run("search", "x", *arguments)
    assert done.exit_code == 2 and said in done.output


def test_a_search_before_anything_was_imported_says_what_to_do(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(built / "gazetteer.bin", tmp_path / "gazetteer.bin")
    monkeypatch.setenv("EARLYHELP_VAR", str(tmp_path))
    done = CliRunner().invoke(earlyhelp, ["search", "autism"])
    assert done.exit_code == 1 and "earlyhelp listing import" in done.output


def test_needs_are_listed_and_shown(run: Run) -> None:
    done = run("need", "list")
    assert done.exit_code == 0 and "self_harm" in done.output
    assert len(json.loads(run("need", "list", "--json").stdout)) >= 60
    shown = json.loads(run("need", "show", "self_harm", "--json").stdout)
    assert "self harm" in shown["said"] and shown["dfe"] and shown["synonyms"]
    assert run("need", "show", "nonsense").exit_code == 1


def test_a_synonym_is_dry_until_committed_and_then_searched(run: Run, var: Path) -> None:
    add = ["need", "synonym", "XQZ", "--means", "anxiety", "--need", "anxiety_mood"]
    file = var / "search" / "synonyms.csv"
    done = run(*add)
    assert done.exit_code == 0 and "Nothing was changed" in done.output and not file.exists()
    assert run(*add, "--commit").exit_code == 2 and not file.exists()
    assert json.loads(run("search", "XQZ", "--json").stdout)["total"] == 0
    assert run(*add, *_SIGNED).exit_code == 0
    found = json.loads(run("search", "XQZ", "--json").stdout)
    assert found["total"] == json.loads(run("search", "anxiety", "--json").stdout)["total"] > 0
    again = run(*add, *_SIGNED)
    assert again.exit_code == 0 and "stands so already" in again.output
    (entry,) = map(json.loads, (var / "search" / "journal.jsonl").read_text("utf-8").splitlines())
    assert (entry["by"], entry["reason"], entry["row"]["term"]) == ("data steward", "A test", "XQZ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["synonym", "ABC", "--means", "x", "--need", "nonsense"], "There is no need"),
        (["synonym", "***", "--means", "x"], "term is empty"),
        (["add", "Bad Code", "--name", "n", "--group", "g", "--description", "d"], "small letters"),
        (["add", "ok", "--name", "n", "--group", "g", "--description", "d", "--dfe", "999"], "DfE term"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_and_nothing_written(
    run: Run, var: Path, arguments: list[str], said: str
) -> None:
    before = {path.name: path.read_bytes() for path in (var / "search").glob("*.csv")}
    done = run("need", *arguments, *_SIGNED)
    assert done.exit_code == 1 and said in done.output, done.output
    assert {path.name: path.read_bytes() for path in (var / "search").glob("*.csv")} == before


def test_a_need_is_added_and_found_by_what_people_say(run: Run) -> None:
    add = [
        "need",
        "add",
        "unicycling",
        "--name",
        "Unicycling",
        "--group",
        "Activities",
        "--said",
        "one wheel",
    ]
    done = run(*add, "--description", "Riding on one wheel.", "--dfe", "1", *_SIGNED)
    assert done.exit_code == 0, done.output
    shown = json.loads(run("need", "show", "unicycling", "--json").stdout)
    assert shown["said"] == ["one wheel"]
