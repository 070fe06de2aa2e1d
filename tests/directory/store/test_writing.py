"""What a write does, and what it leaves alone."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from directory.store.records import Change, Conflict, Refused
from directory.store.store import Store
from directory.store.verify import verify
from tests.directory.store.making import change, identity, location, organization, origin, service

WHO = {"by": "data steward", "reason": "a test"}


def test_a_write_is_one_revision_with_who_and_why_and_can_be_read_back(store: Store) -> None:
    assert store.revision() == 0
    written = store.write([change(organization()), change(location()), change(service())], **WHO)
    assert written.revision == store.revision() == 1
    kept = store.latest(identity("Young minds"))
    assert kept in written.versions
    assert kept is not None and (kept.by, kept.reason, kept.number) == ("data steward", "a test", 1)
    assert kept.content == service()
    assert kept.at.utcoffset() is not None
    assert verify(store) == []


def test_a_draft_moves_the_revision_and_leaves_what_is_published(store: Store) -> None:
    store.write([change(service())], **WHO)
    store.write([change(service(description="New words"), "draft", base=1)], **WHO)
    there = identity("Young minds")
    published, latest = store.published(there), store.latest(there)
    assert published is not None and latest is not None
    assert (published.number, latest.number, store.revision()) == (1, 2, 2)
    assert "description" not in published.content
    assert store.published_since(1) == ([], [])
    assert [one.number for one in store.history(there)] == [1, 2]
    assert store.version(there, 2) == latest
    assert store.version(there, 3) is None
    assert verify(store) == []


def test_a_life_from_draft_to_retired_and_back_is_logged_as_the_public_saw_it(store: Store) -> None:
    for base, state in enumerate(
        ("draft", "proposed", "published", "published", "retired", "retired", "published")
    ):
        content = service(description=f"Words {base}")
        store.write([change(content, state, base=base or None)], **WHO)  # type: ignore[arg-type]
    seen = [(one.revision, one.what) for one in store.log(0)]
    assert seen == [(3, "added"), (4, "changed"), (5, "retired"), (7, "added")]
    assert [one.revision for one in store.log(4)] == [5, 7]
    assert verify(store) == []


def test_what_is_there_already_is_passed_over_and_leaves_the_revision(store: Store) -> None:
    store.write([change(service()), change(organization())], **WHO)
    # The same content in another order, with members that say nothing.
    again = dict(reversed(service().items())) | {"description": "", "phones": [], "alert": None}
    written = store.write(
        [change(again), change(organization(name="Harbour", email="a@b.example"), base=1)], **WHO
    )
    assert written.unchanged == (identity("Young minds"),)
    assert [one.id for one in written.versions] == [identity("Harbour")]
    nothing = store.write([change(service(), base=99)], **WHO)
    assert (nothing.revision, nothing.versions) == (2, ())
    assert store.revision() == 2


def test_the_second_of_two_stewards_is_told_who_changed_what(store: Store) -> None:
    store.write([change(service(fees="Free"))], by="importer", reason="the feed")
    store.write(
        [change(service(fees="£3", alert="Closed in May"), "draft", base=1)], by="hub lead", reason="asked"
    )
    with pytest.raises(Conflict) as told:
        store.write([change(service(fees="£2"), base=1), change(organization())], **WHO)
    conflict = told.value
    assert (conflict.saw, conflict.latest.number, conflict.latest.by) == (1, 2, "hub lead")
    assert conflict.changed == (
        ("state", "published", "draft"),
        ("fees", "Free", "£3"),
        ("alert", None, "Closed in May"),
    )
    assert "hub lead" in str(conflict) and "'Free' -> '£3'" in str(conflict)
    assert store.latest(identity("Harbour")) is None, "a change beside the conflict was written"
    assert store.revision() == 2


def test_a_record_taken_for_new_that_exists_is_a_conflict(store: Store) -> None:
    store.write([change(service())], **WHO)
    with pytest.raises(Conflict, match="you took it for new"):
        store.write([change(service(fees="£2"))], **WHO)


def test_one_refused_change_among_many_leaves_all_of_them_unwritten(store: Store) -> None:
    many = [change(organization(f"Number {number}")) for number in range(700)]
    wrong = change(service(minimum_age="eleven"))
    with pytest.raises(Refused, match=r"\$\.minimum_age must be a number, it is 'eleven'"):
        store.write([*many, wrong], **WHO)
    assert store.revision() == 0
    assert list(store.latest_all()) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"nickname": "x"}, r"a service has no member of that name"),
        ({"name": "a\0b"}, r"\$\.name must be text without a NUL"),
        ({"name": "\ud800"}, r"cannot be written as JSON"),
        ({"assured_date": "2026-13-01"}, r"\$\.assured_date must be a date"),
        ({"assured_date": "20261201"}, r"\$\.assured_date must be a date"),
        ({"last_modified": "2026-12-01T09:30:00"}, r"\$\.last_modified must be a moment"),
        ({"maximum_age": float("nan")}, r"\$\.maximum_age must be a number"),
        ({"maximum_age": True}, r"\$\.maximum_age must be a number"),
        ({"unborn": "no"}, r"\$\.unborn must be true or false"),
        ({"needs": "anxiety"}, r"\$\.needs must be a list of words"),
        ({"phones": {"number": "1"}}, r"\$\.phones must be a list"),
        ({"capacity": ["open"]}, r"\$\.capacity must be an object"),
        (
            {"contacts": [{"phones": [{"number": 121}]}]},
            r"\$\.contacts\[0\]\.phones\[0\]\.number must be text",
        ),
        ({"capacity": {"waiting_weeks": 2**70}}, r"\$\.capacity\.waiting_weeks must be a whole number"),
    ],
)
def test_what_no_table_could_hold_is_refused_by_its_path(content: dict[str, object], words: str) -> None:
    from directory.store.writing import prepare

    with pytest.raises(Refused, match=words):
        prepare([change(service() | content, "draft")], "data steward", "a test")


def test_a_write_without_who_or_why_or_of_the_wrong_record_is_refused(store: Store) -> None:
    with pytest.raises(Refused, match="who is missing"):
        store.write([change(service())], by=" ", reason="a test")
    with pytest.raises(Refused, match="why is missing"):
        store.write([change(service())], by="data steward", reason="")
    with pytest.raises(Refused, match="why holds characters that are no text"):
        store.write([change(service())], by="data steward", reason="\udcff")
    with pytest.raises(Refused, match="the foreign id it came from holds"):
        store.write([change(service(), origin=origin("1\0"))], **WHO)
    with pytest.raises(Refused, match="stands twice"):
        store.write([change(service()), change(service())], **WHO)
    with pytest.raises(Refused, match="names another id"):
        store.write([Change("service", identity("else"), "draft", service())], **WHO)
    with pytest.raises(Refused, match="no record"):
        store.write([Change("service", "../etc", "draft", service(id="../etc"))], **WHO)
    with pytest.raises(Refused, match="on top of its version 3"):
        store.write([change(service(), base=3)], **WHO)
    store.write([change(service())], **WHO)
    changed = Change(
        "organization", identity("Young minds"), "draft", {"id": identity("Young minds")}, base=1
    )
    with pytest.raises(Refused, match="cannot become a organization"):
        store.write([changed], **WHO)
    assert store.revision() == 1


def test_the_standards_tables_hold_what_is_published_and_nothing_else(store: Store) -> None:
    store.write([change(service()), change(location()), change(organization("Draft"), "draft")], **WHO)

    def ask(sql: str) -> list[tuple[object, ...]]:
        with store.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(sql))]

    assert ask("SELECT name, minimum_age, maximum_age FROM service") == [("Young minds", 11, 18.5)]
    assert ask(
        "SELECT s.name, p.number, l.code FROM service s JOIN contact c ON c.service_id = s.id "
        "JOIN phone p ON p.contact_id = c.id JOIN language l ON l.phone_id = p.id"
    ) == [("Young minds", "0121 496 0002", "ur")]
    assert ask("SELECT link_entity FROM attribute") == [("contact",)]
    assert ask("SELECT count(*) FROM organization") == [(0,)]
    store.write([change(service(contacts=[]), base=1)], **WHO)
    assert ask("SELECT count(*) FROM phone") == [(0,)]
    store.write([change(service(contacts=[]), "retired", base=2)], **WHO)
    assert ask("SELECT count(*) FROM service") == ask("SELECT count(*) FROM service_at_location") == [(0,)]
    assert ask("SELECT count(*) FROM location") == [(1,)]
    assert verify(store) == []


@pytest.mark.parametrize("table", ["version", "revision", "origin"])
def test_the_history_cannot_be_changed_even_by_hand_in_sql(store: Store, table: str) -> None:
    store.write([change(service(), origin=origin())], **WHO)
    for sql in (f"UPDATE {table} SET number = 7", f"DELETE FROM {table}"):
        with (
            pytest.raises(sa.exc.DBAPIError, match="the history is only ever added to"),
            store.engine.begin() as by,
        ):
            by.execute(sa.text(sql))
    assert verify(store) == []


def test_a_merge_redirects_along_the_chain_and_never_in_a_circle(store: Store) -> None:
    first, second, third = service("First"), service("Second"), service("Third")
    store.write([change(first), change(second), change(third)], **WHO)
    store.write([change(first, "retired", base=1, redirect_to=second["id"])], **WHO)
    store.write([change(second, "retired", base=1, redirect_to=third["id"])], **WHO)
    assert (
        store.resolve(first["id"]) == store.resolve(second["id"]) == store.resolve(third["id"]) == third["id"]
    )
    assert store.redirects() == {first["id"]: third["id"], second["id"]: third["id"]}
    assert [(one.what, one.redirect_to) for one in store.log(1)] == [
        ("retired", second["id"]),
        ("retired", third["id"]),
    ]
    with pytest.raises(Refused, match="in a circle"):
        store.write([change(third, "retired", base=1, redirect_to=first["id"])], **WHO)
    with pytest.raises(Refused, match="no such record"):
        store.write([change(third, "retired", base=1, redirect_to=identity("nobody"))], **WHO)
    with pytest.raises(Refused, match="only a retired record"):
        store.write([change(third, "draft", base=1, redirect_to=first["id"])], **WHO)
    store.write([change(service("Fourth"), "retired")], **WHO)
    with pytest.raises(Refused, match="which is retired"):
        store.write([change(third, "retired", base=1, redirect_to=identity("Fourth"))], **WHO)
    # Undone: the first is published again and stands for itself.
    store.write([change(first, base=2)], **WHO)
    assert store.resolve(first["id"]) == first["id"]
    assert verify(store) == []


def test_a_long_write_tells_how_far_it_is(store: Store) -> None:
    told: list[tuple[int, int]] = []
    many = [change(organization(f"Number {number}")) for number in range(1200)]
    store.write(many, **WHO, progress=lambda done, of: told.append((done, of)))
    assert told == [(500, 1200), (1000, 1200), (1200, 1200)]
