"""Nothing goes out that opens a dead end: contacts, areas and questionnaires pass the gate first."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from starlette.testclient import TestClient

from api.app import create_app
from cli import earlyhelp
from directory.contacts_in_use import contacts_in_use
from directory.routing.route import open_or_compile
from geo.home import data_dir
from geo.layers import active_generations, read_members
from tests.api.witnesses import witnesses

ROOT = Path(__file__).parent.parent.parent
SIGNED = ("--commit", "--reason", "A test", "--by", "data steward")
EDT_HOURS = "Mo-Th 00:00-08:45,17:15-24:00; Fr"
SHORTER = "Mo-Th 00:00-08:30,17:15-24:00; Fr"


@dataclass
class Place:
    """An installation of its own: contact files and questionnaires to change, the areas as shipped."""

    data: Path
    var: Path

    def run(self, *arguments: object) -> Result:
        environment = {"EARLYHELP_DATA": str(self.data), "EARLYHELP_VAR": str(self.var)}
        result = CliRunner().invoke(earlyhelp, [str(one) for one in arguments], env=environment)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def change(self, file: str, old: str, new: str) -> None:
        path = self.data / "contacts" / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    @property
    def snapshot(self) -> bytes:
        return (self.var / "routing.snapshot").read_bytes()


@pytest.fixture
def place(built: Path, tmp_path: Path) -> Place:
    data, var = tmp_path / "data", tmp_path / "var"
    data.mkdir()
    var.mkdir()
    for one in data_dir().iterdir():
        if one.name in ("contacts", "pathways"):
            shutil.copytree(one, data / one.name)
        else:
            (data / one.name).symlink_to(one)
    (var / "gazetteer.bin").symlink_to(built / "gazetteer.bin")
    made = Place(data, var)
    assert made.run("routing", "compile").exit_code == 0
    return made


def ready(place: Place) -> dict[str, Any]:
    with TestClient(create_app(place.data, place.var)) as client:
        found: dict[str, Any] = client.get("/health/ready").json()["postcodes"]
        return found


# contacts


def test_hours_that_leave_a_quarter_hour_without_an_answer_are_not_compiled(place: Place) -> None:
    before = place.snapshot
    place.change("front_door.csv", EDT_HOURS, SHORTER)
    refused = place.run("routing", "compile")
    assert refused.exit_code == 1
    assert "Neither CASS nor the Emergency Duty Team" in refused.stderr
    assert "08:30 until" in refused.stderr
    assert "front_door.csv, line 3 (EDT" in refused.stderr
    assert "for a home with HUB" in refused.stderr
    assert "“Call 999 now” (danger, front_door) would have nobody who answers" in refused.stderr
    assert place.snapshot == before
    told = json.loads(place.run("routing", "compile", "--json").stdout)
    assert len(told["closed_by"]) >= 4


def test_what_was_compiled_before_is_answered_from_until_the_files_are_mended(place: Place) -> None:
    before = place.snapshot
    place.change("front_door.csv", EDT_HOURS, SHORTER)
    now = place.run("routing", "now", "--at", "2026-12-01T08:35")
    assert "0121 675 4806 Emergency Duty Team, open" in now.stdout
    assert "The contact files would break" in now.stderr
    assert place.snapshot == before
    health = ready(place)
    assert health["status"] == "degraded"
    assert "08:30 until" in health["reasons"][0]
    assert "MEND  contacts: The contact files would break" in place.run("doctor").output
    place.change("front_door.csv", SHORTER, EDT_HOURS)
    place.change("hub.csv", "Hub duty worker", "Hub duty desk")
    assert place.run("routing", "compile").exit_code == 0
    assert place.snapshot != before
    assert ready(place) | {"contacts": "", "gazetteer": ""} == {
        "status": "ok", "gazetteer": "", "contacts": "", "reasons": []
    }  # fmt: skip


def test_a_server_starts_with_the_last_good_contacts_when_the_files_cannot_be_read(place: Place) -> None:
    place.change("front_door.csv", "Mo-Th 08:45-17:15", "Mo-Th 8.45 to 17.15")
    health = ready(place)
    assert health["status"] == "degraded"
    assert "front_door.csv, line 2" in health["reasons"][0]


def test_a_server_that_never_had_good_contacts_answers_from_those_there_are_and_keeps_none(
    place: Place,
) -> None:
    (place.var / "routing.snapshot").unlink()
    place.change("front_door.csv", EDT_HOURS, SHORTER)
    used = contacts_in_use(place.data, place.var)
    assert used.problem is not None and "there are none compiled before" in used.problem
    assert used.routing.snapshot.contacts
    assert not (place.var / "routing.snapshot").exists()


def test_a_gap_that_is_there_already_does_not_stop_a_steward_from_mending_something_else(
    place: Place,
) -> None:
    place.change("front_door.csv", EDT_HOURS, SHORTER)
    open_or_compile(place.data, place.var)  # as an older program did, which had no gate
    place.change("hub.csv", "Hub duty worker", "Hub duty desk")
    assert place.run("routing", "compile").exit_code == 0
    place.change("front_door.csv", SHORTER, SHORTER.replace("08:30", "08:15"))
    refused = place.run("routing", "compile")
    assert refused.exit_code == 1
    assert "08:15 until" in refused.stderr
    assert "08:30." not in refused.stderr.replace("until Monday 08:30", "")


def test_a_line_that_an_outcome_names_is_not_taken_away(place: Place) -> None:
    path = place.data / "contacts" / "front_door.csv"
    path.write_text("".join(line for line in path.open(encoding="utf-8") if not line.startswith("LADO")))
    refused = place.run("routing", "compile")
    assert refused.exit_code == 1
    assert "“Tell the LADO within one working day” names front_door:LADO" in refused.stderr
    assert "“An allegation against an adult who works with children” names" in refused.stderr  # the route


def test_a_line_taken_from_the_files_leaves_the_questions_and_the_number_with_those_who_ask(
    place: Place,
) -> None:
    path = place.data / "contacts" / "front_door.csv"
    path.write_text("".join(line for line in path.open(encoding="utf-8") if not line.startswith("LADO")))
    with TestClient(create_app(place.data, place.var)) as client:
        told = client.post("/api/v1/pathways/early-help/outcome", json={"answers": witnesses()["lado"]})
        assert told.status_code == 200
        assert "0121 675 1669" in told.text
        health = client.get("/health/ready").json()
    assert (health["status"], health["questionnaires"]["status"]) == ("degraded", "degraded")
    assert health["questionnaires"]["versions"] == {"early-help": "1"}
    assert "There is no contact 'front_door:LADO'" in health["questionnaires"]["reasons"][0]
    assert "MEND  questionnaires: " in place.run("doctor").output


def test_a_questionnaire_that_cannot_be_read_is_told_and_one_in_order_too(place: Place) -> None:
    assert "ok    questionnaires: early-help version 1 (draft)" in place.run("doctor").output
    file = place.data / "pathways" / "early-help" / "1.yaml"
    file.write_text(file.read_text("utf-8").replace("questions:", "question:", 1), "utf-8")
    with TestClient(create_app(place.data, place.var)) as client:
        health = client.get("/health/ready").json()
    assert (health["status"], health["questionnaires"]["status"]) == ("degraded", "none")
    assert f"{file}:" in health["questionnaires"]["reasons"][0]
    assert f"MEND  questionnaires: {file}:" in place.run("doctor").output


# areas


@pytest.fixture
def redrawn(place: Place, tmp_path: Path) -> Callable[[str], str]:
    """Import the hubs of today again from a day on, the code of one changed to HUB99: the new generation."""

    def to(day: str) -> str:
        (current,) = active_generations(place.data, place.var)["hub"]
        path = tmp_path / "hubs.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["code", "name", "member"])
            for one in read_members(current):
                rows.writerow(["HUB99" if one.code == "HUB01" else one.code, one.name, one.member])
        made = place.run("area", "import", path, "--layer", "hub", "--from", day, *SIGNED, "--json")
        assert made.exit_code == 0, made.output
        return str(json.loads(made.stdout)["generation"])

    return to


def _row_of_new_hub(place: Place, hours: str) -> None:
    path = place.data / "contacts" / "hub.csv"
    row = next(line for line in path.read_text("utf-8").splitlines() if line.startswith("HUB01"))
    cells = next(csv.reader([row]))
    cells[0], cells[2], cells[5] = "HUB99", "0121 496 0999", hours
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(cells)


@pytest.mark.parametrize("day", ["2027-04-01", "2029-04-01"])
def test_a_drawing_with_a_team_that_nobody_can_ring_is_not_activated(
    place: Place, redrawn: Callable[[str], str], day: str
) -> None:
    generation = redrawn(day)
    activate = ("area", "activate", "hub", generation, "--no-build", *SIGNED)
    refused = place.run(*activate)
    assert refused.exit_code == 1
    assert "Team HUB99 of hub would answer for homes and has no contact" in refused.stderr
    assert len(active_generations(place.data, place.var)["hub"]) == 1
    assert place.run("area", "activate", "hub", generation).exit_code == 1  # the dry run says so too
    _row_of_new_hub(place, "Mo-Fr 09:00-17:00; PH off")
    assert place.run("routing", "compile").exit_code == 0
    accepted = place.run(*activate)
    assert accepted.exit_code == 0, accepted.output
    assert len(active_generations(place.data, place.var)["hub"]) == 2


def test_a_drawing_that_gives_homes_a_team_with_shorter_hours_is_refused_with_the_hour_and_the_home(
    place: Place, redrawn: Callable[[str], str]
) -> None:
    """The front door has a gap already, which only the hubs cover; the new hub does not."""
    place.change("front_door.csv", EDT_HOURS, SHORTER)
    place.change("hub.csv", "Mo-Th 08:45-17:15; Fr 08:45-16:15; PH off", "24/7")
    generation = redrawn("2027-04-01")
    _row_of_new_hub(place, "Mo-Fr 09:00-17:00; PH off")
    open_or_compile(place.data, place.var)
    refused = place.run("area", "activate", "hub", generation, "--no-build", *SIGNED)
    assert refused.exit_code == 1
    assert "Nobody accountable or sourced would answer" in refused.stderr
    assert "1 April 2027, 08:30 until Thursday 08:45" in refused.stderr
    assert "for a home with HUB99" in refused.stderr
    assert len(active_generations(place.data, place.var)["hub"]) == 1


def test_a_layer_that_an_outcome_calls_is_not_retired_without_another_in_its_place(
    place: Place, redrawn: Callable[[str], str]
) -> None:
    (current,) = active_generations(place.data, place.var)["hub"]
    retire = ("area", "retire", "hub", current.id, "--no-build", *SIGNED)
    refused = place.run(*retire, "--json")
    assert refused.exit_code == 1
    (sentence,) = json.loads(refused.stdout)["closed_by"]
    assert "calls the team of hub" in sentence
    assert "Activate the drawing that takes its place first." in sentence
    generation = redrawn("2027-04-01")
    _row_of_new_hub(place, "Mo-Fr 09:00-17:00; PH off")
    assert place.run("routing", "compile").exit_code == 0
    assert place.run("area", "activate", "hub", generation, "--no-build", *SIGNED).exit_code == 0
    undone = place.run("area", "retire", "hub", generation, "--no-build", *SIGNED)
    assert undone.exit_code == 0, undone.output


# questionnaires


def test_a_questionnaire_with_an_outcome_that_nobody_answers_at_night_is_not_published(
    place: Place, tmp_path: Path
) -> None:
    text = (place.data / "pathways" / "early-help" / "1.yaml").read_text("utf-8")
    assert "contact: ['front_door:LADO', front_door]" in text
    draft = tmp_path / "2.yaml"
    draft.write_text(
        text.replace("contact: ['front_door:LADO', front_door]", "contact: ['front_door:LADO']").replace(
            "version: '1'", "version: '2'"
        ),
        "utf-8",
    )
    refused = place.run("pathway", "publish", draft, "--by", "safeguarding lead", "--reason", "x", "--commit")
    assert refused.exit_code == 1
    assert "Tell the LADO" in refused.stderr and "nobody who answers" in refused.stderr
    assert not list((place.var / "pathways").rglob("*.yaml"))


# no way around


def test_nothing_in_the_product_compiles_contacts_around_the_gate() -> None:
    around = [
        path.relative_to(ROOT).as_posix()
        for folder in ("api", "directory", "geo")
        for path in (ROOT / folder).rglob("*.py")
        if "open_or_compile(" in path.read_text("utf-8")
    ]
    assert sorted(around) == ["directory/routing/commands.py", "directory/routing/route.py"]
