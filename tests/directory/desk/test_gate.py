"""What visitors are led to is not taken away: the last service of a route, the number of a line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from geo.home import data_dir
from tests.directory.desk.conftest import SIGNED, Room

EDGBASTON, YARDLEY = "E14000560", "E14000568"
FOSTERING = "needs=private_fostering"


def test_the_last_service_of_a_route_in_a_district_is_not_retired(either: Room) -> None:
    owner = either.organization()
    either.service(owner, "Homework club")
    here = either.service(owner, "Visits in Edgbaston", FOSTERING)
    other = either.service(owner, "Visits as well", FOSTERING)
    assert either.json("retire", here, *SIGNED)["committed"]
    with either.store() as store:
        before = store.revision()
    refused = either.run("retire", other, *SIGNED)
    assert refused.exit_code == 1
    assert "looks for private_fostering" in refused.stdout
    assert "would serve Edgbaston, now served by Visits as well." in refused.stdout
    assert "Publish another service for it there first." in refused.stdout
    with either.store() as store:
        assert store.revision() == before
        published = store.published(other)
        assert published is not None
    assert either.json("publish", here, *SIGNED)["committed"]
    assert either.json("retire", other, *SIGNED)["committed"]


def test_an_edit_that_takes_the_need_the_area_or_the_status_away_is_refused_and_another_is_not(
    room: Room,
) -> None:
    owner = room.organization()
    room.service(owner, "Homework club")
    one = room.service(owner, "Visits in Edgbaston", FOSTERING)
    for taken in ("needs=teeth", f"service_areas[0].code={YARDLEY}", "status=inactive"):
        found = room.json("edit", one, "--set", taken, "--publish", *SIGNED, code=1)
        assert {fault["where"] for fault in found["faults"]} == {"services"}, taken
        assert "Edgbaston" in found["faults"][0]["said"]
    assert room.json("edit", one, "--set", "name=Visits", "--publish", *SIGNED)["committed"]
    assert room.json("edit", one, "--set", "needs=teeth", *SIGNED)["committed"], "a draft closes nothing"


def test_undo_and_rollback_pass_the_same_gate(room: Room) -> None:
    owner = room.organization()
    room.service(owner, "Homework club")
    one = room.service(owner, "Visits", "needs=teeth")
    assert room.json("edit", one, "--set", FOSTERING, "--publish", *SIGNED)["committed"]
    with room.store() as store:
        revision = store.revision()
    for back in (("undo", str(revision)), ("rollback", one, "--to", "2")):
        found = room.json(*back, *SIGNED, code=1)
        assert [fault["where"] for fault in found["faults"]][:1] == ["services"], back


def test_samples_hold_a_place_only_until_the_last_of_them_goes(room: Room) -> None:
    owner = room.organization("A real one", "sample=no")
    room.service(owner, "A real club", "sample=no", "phones[0].number=0121 675 0000")
    first = room.service(owner, "Invented visits", FOSTERING)
    second = room.service(owner, "Invented club", "needs=activities")
    assert room.run("retire", first, *SIGNED).exit_code == 1
    assert room.json("retire", first, second, *SIGNED)["committed"]


def test_a_change_that_takes_everything_away_is_refused_once_and_names_the_ways_on(room: Room) -> None:
    owner = room.organization("A real one", "sample=no")
    visits = room.service(owner, "Real visits", "sample=no", FOSTERING)
    club = room.service(owner, "Real club", "sample=no", "needs=activities")
    found = room.json("retire", visits, club, *SIGNED, code=1)
    assert len(found["faults"]) == 1, "not one for each outcome"
    assert "take away all 2 services" in found["faults"][0]["said"]
    assert "build --no-sample" in found["faults"][0]["fix"]
    assert "import or publish those first" in found["faults"][0]["fix"]


def test_the_listing_of_a_front_door_line_keeps_its_number_and_stays(either: Room) -> None:
    owner = either.organization()
    lado = either.service(owner, "Designated Officer (LADO)", "phones[0].number=0121 675 1669")
    club = either.service(owner, "Club", "phones[0].number=0121 675 1669")
    for wrong in (("retire", lado), ("edit", lado, "--set", "phones[0].number=0121 496 0999", "--publish")):
        found = either.json(*wrong, *SIGNED, code=1)
        assert "number" in [fault["where"] for fault in found["faults"]]
        assert "front_door.csv gives 0121 675 1669" in found["faults"][-1]["said"]
    assert either.json("retire", club, *SIGNED)["committed"], "it only gives the number, and is not the line"
    twin = either.service(owner, "Designated officer, LADO", "phones[0].number=0121 675 1669")
    assert either.json("merge", lado, twin, *SIGNED)["committed"]


def test_a_feed_that_leaves_out_the_last_service_of_a_route_is_refused(room: Room, tmp_path: Path) -> None:
    feed = tmp_path / "feed"
    shutil.copytree(data_dir() / "sample", feed)
    first = room.json("import", str(feed), "--source", "city", *SIGNED)
    assert first["committed"], "into an empty directory everything may come"
    for page in feed.glob("*.json"):
        found = json.loads(page.read_text("utf-8"))
        found["contents"] = [
            one for one in found["contents"] if "private_fostering" not in one.get("needs", ())
        ]
        found["total_items"] -= 2
        page.write_text(json.dumps(found), "utf-8")
    refused = room.run("import", str(feed), "--source", "city", *SIGNED)
    assert refused.exit_code == 1
    assert "looks for private_fostering" in refused.stderr
    assert "Nothing was changed." in refused.stderr
    with room.store() as store:
        assert store.revision() == first["revision"]
