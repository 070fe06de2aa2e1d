"""The life of a listing from the command line: drafted, published, confirmed, merged, retired, undone."""

from __future__ import annotations

import datetime as dt

import pytest

from directory.store.records import Change
from directory.store.verify import verify
from tests.directory.desk.conftest import SIGNED, Room


def test_a_listing_lives_from_draft_to_retired_and_back_with_every_step_in_its_history(either: Room) -> None:
    owner = either.organization()
    club = either.service(owner, publish=False)
    assert either.json("show", club)["published_version"] is None
    either.listing("propose", club, *SIGNED)
    assert [one["id"] for one in either.json("list", "--state", "proposed")["records"]] == [club]
    either.listing("publish", club, *SIGNED)
    either.listing("edit", club, "--set", "maximum_age=16", *SIGNED)
    with either.store() as store:
        shown = store.published(club)
        assert shown is not None and shown.content["maximum_age"] == 11, "an edit is a draft"
    either.listing("publish", club, *SIGNED)
    either.listing("retire", club, *SIGNED)
    either.listing("rollback", club, "--to", "3", *SIGNED)
    versions = either.json("history", club)["versions"]
    assert [one["state"] for one in versions] == [
        "draft", "proposed", "published", "draft", "published", "retired", "published",
    ]  # fmt: skip
    assert {(one["by"], one["reason"]) for one in versions} == {("data steward", "A test")}
    assert either.json("show", club)["content"]["maximum_age"] == 11
    with either.store() as store:
        assert verify(store) == []
        assert store.revision() == 9, "one revision for every write, of the organisation two"


def test_nothing_is_changed_before_commit_and_the_difference_is_shown_first(either: Room) -> None:
    club = either.service(either.organization())
    with either.store() as store:
        before = store.revision()
    for arguments in (
        ("edit", club, "--set", "name=Another name"),
        ("publish", club),
        ("retire", club),
        ("confirm", club),
        ("rollback", club, "--to", "1"),
        ("undo", "4"),
        ("new", "location", "--name", "Hall"),
    ):
        done = either.run(*arguments)
        assert done.exit_code == 0, done.output
        if arguments[0] != "publish":
            assert "Nothing was changed. To do it: --commit" in done.stderr, arguments
    shown = either.listing("edit", club, "--set", "name=Another name")
    assert "~ name: Homework club -> Another name" in shown
    with either.store() as store:
        assert store.revision() == before


@pytest.mark.parametrize("missing", [("--commit",), ("--commit", "--reason", "x"), ("--commit", "--by", "x")])
def test_a_commit_without_who_or_why_is_a_wrong_use(room: Room, missing: tuple[str, ...]) -> None:
    club = room.service(room.organization())
    done = room.run("retire", club, *missing)
    assert done.exit_code == 2
    assert '--commit needs --reason "…" and --by ROLE' in done.stderr


def test_a_person_in_the_place_of_a_role_is_refused(room: Room) -> None:
    club = room.service(room.organization())
    done = room.run("retire", club, "--commit", "--reason", "x", "--by", "kim@council.example")
    assert done.exit_code == 1
    assert "Give a role" in done.stderr
    assert room.json("show", club)["state"] == "published"


def test_a_publication_with_faults_is_refused_with_place_and_fix(either: Room) -> None:
    owner = either.organization()
    club = either.service(owner, publish=False)
    wrong = ("minimum_age=17", "needs=nonsense", "phones[0].number=0121 303 1111", "service_areas[0].code=E1")
    sets = [part for one in wrong for part in ("--set", one)]
    done = either.run("edit", club, *sets, "--publish", *SIGNED)
    assert done.exit_code == 1
    for words in ("minimum_age", "nonsense", "phones[0].number", "switchboard", "service_areas[0].code"):
        assert words in done.stdout, words
    assert "Nothing was changed" in done.stderr
    answer = either.json("edit", club, *sets, "--publish", *SIGNED, code=1)
    assert answer["committed"] is False
    assert all(fault["where"] and fault["said"] and fault["fix"] for fault in answer["faults"])
    assert either.json("show", club)["version"] == 1


def test_a_service_waits_for_its_organisation_unless_both_are_published_together(either: Room) -> None:
    owner = either.organization(publish=False)
    club = either.service(owner, publish=False)
    refused = either.json("publish", club, *SIGNED, code=1)
    assert [fault["where"] for fault in refused["faults"]] == ["organisation"]
    both = either.json("publish", club, owner, *SIGNED)
    assert [record["state"] for record in both["records"]] == ["published", "published"]
    with either.store() as store:
        assert {one.revision for one in store.published_all()} == {both["revision"]}


def test_an_old_fault_is_told_and_does_not_keep_a_steward_from_correcting_another(room: Room) -> None:
    club = room.service(room.organization())
    with room.store() as store:
        version = store.latest(club)
        assert version is not None
        content = version.content | {"minimum_age": 17}
        store.write([Change("service", club, "published", content, base=version.number)], by="x", reason="x")
    answer = room.json("edit", club, "--set", "fees=Free", "--publish", *SIGNED)
    assert answer["committed"] is True
    assert any("age" in one["where"] for one in answer["told"])
    assert room.json("edit", club, "--set", "needs=nonsense", "--publish", *SIGNED, code=1)["faults"]


def test_to_confirm_is_to_assure_today_and_to_push_the_review_on(either: Room) -> None:
    club = either.service(either.organization())
    either.listing("confirm", club, "--for", "1y", *SIGNED)
    content = either.json("show", club, "--published")["content"]
    assured = dt.date.fromisoformat(content["assured_date"])
    assert dt.date.fromisoformat(content["review_by"]).year == assured.year + 1
    assert content["assurer_role"] == "data steward"
    assert either.run("confirm", club, "--for", "9y").exit_code == 2
    assert "more than five years" in either.run("confirm", club, "--for", "9999y").stderr
    assert "is not a period" in either.run("confirm", club, "--for", "soon").stderr
    either.listing("edit", club, "--set", "fees=Free", *SIGNED)
    assert "Publish it, or roll back" in either.run("confirm", club).stderr


def test_a_merge_keeps_both_histories_redirects_the_old_id_and_fills_only_when_asked(either: Room) -> None:
    owner, other = either.organization(), either.organization("Harbour trust ltd")
    going = either.service(other, "Homework Club", "fees=Free", "maximum_age=12")
    staying = either.service(owner)
    either.listing("merge", going, staying, *SIGNED)
    with either.store() as store:
        assert store.resolve(going) == staying
        kept = store.published(staying)
        assert kept is not None and "fees" not in kept.content
        assert store.published(going) is None
        assert len(store.history(going)) == 3
    shown = either.run("show", going, "--json")
    assert staying in shown.stdout
    assert f"leads to {staying}" in shown.stderr

    either.listing("rollback", going, "--to", "2", *SIGNED)
    with either.store() as store:
        assert store.resolve(going) == going, "a merge can be taken back"
    either.listing("merge", going, staying, "--fill", *SIGNED)
    with either.store() as store:
        kept = store.published(staying)
        assert kept is not None
        assert (kept.content["fees"], kept.content["maximum_age"]) == ("Free", 11), "what it had stays"


def test_merging_organisations_moves_their_services_in_the_same_change_set(either: Room) -> None:
    owner, other = either.organization(), either.organization("Harbour trust ltd")
    club = either.service(other)
    answer = either.json("merge", other, owner, *SIGNED)
    assert {record["id"] for record in answer["records"]} == {other, club}
    assert either.json("show", club)["content"]["organization_id"] == owner
    either.listing("check", "--only", "organisation", "--only", "redirects", "--only", "history")
    either.listing("undo", str(answer["revision"]), *SIGNED)
    assert either.json("show", club)["content"]["organization_id"] == other
    assert either.json("show", other)["state"] == "published"


def test_what_cannot_be_merged_is_refused_with_why(room: Room) -> None:
    owner = room.organization()
    club, draft = room.service(owner), room.service(owner, "Draft", publish=False)
    for pair, why in (
        ((club, club), "into itself"),
        ((club, owner), "cannot be merged"),
        ((club, draft), "is not published"),
    ):
        done = room.run("merge", *pair, *SIGNED)
        assert (done.exit_code, why in done.stderr) == (1, True), done.output


def test_an_organisation_goes_only_with_its_services(either: Room) -> None:
    owner = either.organization()
    club = either.service(owner)
    done = either.run("retire", owner, *SIGNED)
    assert done.exit_code == 1
    assert club in done.stderr and "--with-services" in done.stderr
    either.listing("retire", owner, "--with-services", *SIGNED)
    with either.store() as store:
        assert list(store.published_all()) == []
        revision = store.revision()
    either.listing("undo", str(revision), *SIGNED)
    with either.store() as store:
        assert {one.id for one in store.published_all()} == {owner, club}


def test_a_place_where_services_are_given_is_not_retired(room: Room) -> None:
    hall = room.added("location", "Hall", "location_type=physical")
    club = room.service(room.organization(), "Club", f"service_at_locations[+].location_id={hall}")
    done = room.run("retire", hall, "--with-services", *SIGNED)
    assert done.exit_code == 1
    assert club in done.stderr and "Take it out of them first" in done.stderr


def test_undo_gives_the_public_back_what_it_saw_whatever_the_change_was(either: Room) -> None:
    owner = either.organization()
    club = either.service(owner)

    def shown() -> dict[str, object]:
        with either.store() as store:
            return {one.id: one.content for one in store.published_all()}

    for arguments in (
        ("edit", club, "--set", "fees=Free", "--publish"),
        ("retire", club),
        ("confirm", club),
        ("edit", club, "--set", "fees=Free"),
        ("propose", club),
    ):
        before = shown()
        revision = either.json(*arguments, *SIGNED)["revision"]
        if arguments[0] != "edit" or "--publish" in arguments:
            assert arguments[0] == "propose" or shown() != before
        if arguments == ("edit", club, "--set", "fees=Free"):
            continue  # the next one proposes it
        either.listing("undo", str(revision), *SIGNED)
        assert shown() == before, arguments
    born = either.json("new", "location", "--name", "Hall", "--set", "location_type=physical", *SIGNED)
    either.listing("undo", str(born["revision"]), *SIGNED)
    assert either.json("show", born["records"][0]["id"])["state"] == "retired"
    with either.store() as store:
        assert verify(store) == []


def test_undoing_the_publication_of_a_draft_brings_back_what_was_published_before_it(room: Room) -> None:
    club = room.service(room.organization())
    room.listing("edit", club, "--set", "fees=Free", *SIGNED)
    revision = room.json("publish", club, *SIGNED)["revision"]
    undone = room.json("undo", str(revision), *SIGNED)
    assert "fees" not in room.json("show", club, "--published")["content"]
    assert "version 3 stays in the history" in undone["notes"][0]
    room.listing("rollback", club, "--to", "3", *SIGNED)
    assert room.json("show", club)["content"]["fees"] == "Free"


def test_undo_is_refused_where_something_was_changed_since(room: Room) -> None:
    club = room.service(room.organization())
    revision = room.json("edit", club, "--set", "fees=Free", "--publish", *SIGNED)["revision"]
    room.listing("confirm", club, *SIGNED)
    done = room.run("undo", str(revision), *SIGNED)
    assert done.exit_code == 1
    assert "changed since" in done.stderr and club in done.stderr
    assert room.run("undo", "999").exit_code == 1


def test_a_way_back_is_not_barred_by_a_fault_of_what_stood_there_before(room: Room) -> None:
    club = room.service(room.organization())
    with room.store() as store:
        version = store.latest(club)
        assert version is not None
        old = version.content | {"minimum_age": 17}
        store.write([Change("service", club, "published", old, base=version.number)], by="x", reason="x")
    mended = room.json("edit", club, "--set", "minimum_age=8", "--publish", *SIGNED)["revision"]
    assert room.json("rollback", club, "--to", "3", *SIGNED, code=1)["faults"]
    undone = room.json("undo", str(mended), *SIGNED)
    assert undone["committed"] and any("age" in one["where"] for one in undone["told"])
    assert room.json("show", club)["content"]["minimum_age"] == 17


def test_undoing_very_many_shows_some_and_says_how_many_more(room: Room) -> None:
    halls = [
        Change("location", f"hall-{n}", "published", {"id": f"hall-{n}", "location_type": "physical"})
        for n in range(300)
    ]
    with room.store() as store:
        revision = store.write(halls, by="x", reason="An import").revision
    shown = room.listing("undo", str(revision), *SIGNED)
    assert "… and 280 more records" in shown and len(shown.splitlines()) < 80
    with room.store() as store:
        assert list(store.published_all()) == []
        assert store.revision() == revision + 1
