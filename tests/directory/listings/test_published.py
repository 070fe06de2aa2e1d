"""The snapshot of what is published: the same as the store, built from the one before where that is right."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from directory.listings.published import Published, SnapshotError, SnapshotMissing, build_published
from directory.store.projection import canonical, settle
from directory.store.store import Store
from tests.directory.store.making import change, identity, location, organization, service

WHO = {"by": "data steward", "reason": "a test"}
ROOT = Path(__file__).parents[3]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Two services of one organisation at one place, and a draft."""
    opened = Store.open(f"sqlite:///{tmp_path / 'directory.db'}")
    contents = [service(), service("Baby group"), organization(), location()]
    opened.write([*map(change, contents), change(service("Draft"), "draft")], **WHO)
    return opened


def _same_as_the_store(published: Published, store: Store) -> None:
    there = {one.id: one for one in store.published_all()}
    assert len(published) == len(there)
    assert published.revision == store.revision()
    for kind in ("organization", "location", "service", "taxonomy"):
        assert published.ids(kind) == tuple(name for name, one in sorted(there.items()) if one.kind == kind)
    for name, one in there.items():
        assert name in published
        assert published.record(name) == one.content
        assert published.raw(name) == canonical(settle(one.kind, one.content))
        assert published.last_modified(name) == one.at
        assert published.kind(name) == one.kind


def test_a_snapshot_holds_what_is_published_and_not_a_draft(store_url: str, tmp_path: Path) -> None:
    with Store.open(store_url) as store:
        store.write([change(service()), change(organization()), change(service("Draft"), "draft")], **WHO)
        published = build_published(store, tmp_path / "published.bin")
        _same_as_the_store(published, store)
    draft = identity("Draft")
    assert draft not in published
    assert published.record(draft) is published.raw(draft) is published.kind(draft) is None
    assert published.service(draft) is published.last_modified(draft) is None
    published.verify()


def test_a_service_comes_with_its_organisation_and_its_places(store: Store, tmp_path: Path) -> None:
    published = build_published(store, tmp_path / "published.bin")
    whole = published.service(identity("Young minds"))
    assert whole is not None
    assert whole["organization"] == organization()
    assert [one["location"] for one in whole["service_at_locations"]] == [location()]
    both = tuple(sorted([identity("Young minds"), identity("Baby group")]))
    assert published.services_of(identity("Harbour")) == both == published.services_at(identity("Hall"))
    assert published.services_at(identity("Harbour")) == published.services_of("nobody") == ()
    assert published.service(identity("Hall")) is None
    # An organisation that is withdrawn is not shown inside its services either.
    store.write([change(organization(), "retired", base=1), change(location(), "retired", base=1)], **WHO)
    later = build_published(store, tmp_path / "later.bin", tmp_path / "published.bin")
    alone = later.service(identity("Young minds"))
    assert alone is not None and "organization" not in alone
    assert "location" not in alone["service_at_locations"][0]
    assert later.services_of(identity("Harbour")) == ()


def test_built_from_the_one_before_it_is_the_same_file_as_built_anew(store: Store, tmp_path: Path) -> None:
    first, second = tmp_path / "1.bin", tmp_path / "2.bin"
    build_published(store, first)
    store.write(
        [
            change(service(fees="Free"), base=1),
            change(service("Baby group"), "retired", base=1, redirect_to=identity("Young minds")),
            change(service("Draft"), base=1),
            change(service("New", organization_id=identity("Else"))),
        ],
        **WHO,
    )
    store.write([change(service("Another draft"), "draft")], **WHO)
    read: list[tuple[int, int]] = []
    onward = build_published(store, second, first, progress=lambda done, of: read.append((done, of)))
    assert read == [(3, 3)], "more was read from the store than what moved"
    _same_as_the_store(onward, store)
    assert onward.redirect(identity("Baby group")) == identity("Young minds")
    assert onward.redirect(identity("Young minds")) is None
    build_published(store, tmp_path / "anew.bin")
    assert second.read_bytes() == (tmp_path / "anew.bin").read_bytes()
    assert Published.open(first).record(identity("Baby group")) is not None, "the file before was touched"


def test_a_snapshot_of_another_history_is_not_built_upon(store: Store, tmp_path: Path) -> None:
    """The database was put back from a backup and went on otherwise, to the same revision and further."""
    before = tmp_path / "before.bin"
    with Store.open(f"sqlite:///{tmp_path / 'other.db'}") as other:
        other.write([change(service("Lost")), change(organization(description="Elsewhere"))], **WHO)
        build_published(other, before)
    store.write([change(service(fees="Free"), base=1)], **WHO)
    _same_as_the_store(build_published(store, tmp_path / "after.bin", before), store)
    ahead = tmp_path / "ahead.bin"
    with Store.open(f"sqlite:///{tmp_path / 'third.db'}") as third:
        for name in ("One", "Two", "Three"):
            third.write([change(service(name))], **WHO)
        build_published(third, ahead)
    _same_as_the_store(build_published(store, tmp_path / "after.bin", ahead), store)


def test_a_snapshot_before_that_is_missing_or_damaged_is_done_without(store: Store, tmp_path: Path) -> None:
    before = tmp_path / "before.bin"
    _same_as_the_store(build_published(store, tmp_path / "a.bin", tmp_path / "nowhere.bin"), store)
    build_published(store, before)
    _damage(before, b"Young minds")
    store.write([change(organization(email="a@b.example"), base=1)], **WHO)
    _same_as_the_store(build_published(store, tmp_path / "b.bin", before), store)


def _damage(path: Path, words: bytes) -> None:
    held = path.read_bytes()
    assert words in held
    path.write_bytes(held.replace(words, words[::-1], 1))


def test_damage_is_never_served(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "published.bin"
    with pytest.raises(SnapshotMissing):
        Published.open(path)
    build_published(store, path)
    _damage(path, b'"name":"Young minds"')
    published = Published.open(path)
    assert published.record(identity("Hall")) == location()
    with pytest.raises(SnapshotError, match="damaged"):
        published.record(identity("Young minds"))
    with pytest.raises(SnapshotError, match="damaged"):
        published.verify()
    build_published(store, path)
    _damage(path, identity("Hall").encode() + b"\n")
    with pytest.raises(SnapshotError, match="its index does not match"):
        Published.open(path)


def test_every_damaged_byte_of_the_heading_and_every_cut_is_noticed(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "published.bin"
    build_published(store, path)
    whole = path.read_bytes()
    length = int.from_bytes(whole[8:16], "little")
    for place in range(16 + length):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        with pytest.raises(SnapshotError):
            Published.open(path)
    for end in (0, 7, 16, 40, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:end])
        with pytest.raises(SnapshotError):
            Published.open(path)


def test_another_file_of_sections_is_not_taken_for_a_snapshot(built: Path) -> None:
    with pytest.raises(SnapshotError, match="not a snapshot"):
        Published.open(built / "gazetteer.bin")


def test_an_empty_store_has_an_empty_snapshot(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'directory.db'}") as store:
        published = build_published(store, tmp_path / "published.bin")
        assert (len(published), published.revision, published.ids("service")) == (0, 0, ())
        assert published.record(identity("Hall")) is None
        store.write([change(service())], **WHO)
        _same_as_the_store(build_published(store, tmp_path / "next.bin", tmp_path / "published.bin"), store)


def test_reading_a_snapshot_loads_no_database_and_no_numpy() -> None:
    code = (
        "import sys, directory.listings.published; "
        "print([m for m in ('sqlalchemy', 'numpy', 'alembic', 'psycopg') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
