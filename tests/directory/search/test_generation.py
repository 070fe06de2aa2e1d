"""Generations: made from the store, on top of the one before, and made again when something is wrong."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from directory.search.columns import Columns
from directory.search.folders import GenerationDamaged, GenerationMissing, pointed_at, search_folder
from directory.search.generation import Generation, bring_up_to_date, open_current
from directory.store.store import Store
from geo.home import data_dir
from tests.directory.search.made import alike, filled, found, made_id, organization, service, write

DATA = data_dir()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with filled(tmp_path / "directory.db") as store:
        yield store


@pytest.fixture
def var(tmp_path: Path) -> Path:
    return tmp_path / "var"


def brought(store: Store, var: Path) -> Generation:
    bring_up_to_date(store, DATA, var)
    return open_current(var)


def test_everything_published_is_in_the_generation_and_nothing_else(store: Store, var: Path) -> None:
    write(store, service(900, "Draft club"), state="draft")
    generation = brought(store, var)
    assert generation.revision == store.revision()
    assert set(generation.index.ids) == {version.id for version in store.published_all("service")}
    assert found(generation, "draft") == []


def test_nothing_is_made_when_nothing_moved(store: Store, var: Path) -> None:
    first = bring_up_to_date(store, DATA, var)
    assert bring_up_to_date(store, DATA, var) == first
    assert [path.name for path in search_folder(var).iterdir() if path.is_dir()] == [first.name]


def test_a_withdrawn_service_is_in_no_generation_made_after(store: Store, var: Path) -> None:
    write(store, service(3, "Zebra club"))
    with_it = brought(store, var)
    assert found(with_it, "zebra") == [made_id("service 3")]
    write(store, service(3, "Zebra club"), state="retired")
    without = brought(store, var)
    assert found(without, "zebra") == []
    assert made_id("service 3") not in without.index.ids
    assert "zebra" not in dict(without.index.vocabulary())
    assert found(with_it, "zebra") == [
        made_id("service 3")
    ]  # the old one is unchanged, only no longer in use


def test_a_chain_of_small_changes_equals_one_made_from_the_first_word(store: Store, tmp_path: Path) -> None:
    var = tmp_path / "var"
    bring_up_to_date(store, DATA, var)
    on_top = 0
    for step in range(12):
        write(store, service(step, f"Renamed {step} circle"), service(100 + step))
        write(store, service(20 + step), state="retired")
        if step == 4:
            write(store, organization(2, "Lighthouse trust"), kind="organization")
        grown = brought(store, var)
        on_top += len(list((grown.folder / "words").glob("*.seg"))) > 1
        alike(grown, brought(store, tmp_path / f"afresh{step}"))
    assert on_top > 6, "most were made anew: little is tested here"
    assert len(found(grown, "lighthous")) == len(grown.published.services_of(made_id("organization 2"))) > 0


def test_a_change_of_much_is_made_anew(store: Store, var: Path, tmp_path: Path) -> None:
    bring_up_to_date(store, DATA, var)
    write(store, *(service(number, f"Other {number}") for number in range(50)))
    grown = brought(store, var)
    assert len(list((grown.folder / "words").glob("*.seg"))) == 1
    alike(grown, brought(store, tmp_path / "afresh"))


FILES = ("manifest", "published.bin", "columns.bin", "words/facts.json", "words/*.seg", "words/*.toc")


def test_a_generation_has_no_other_files_than_are_damaged_below(store: Store, var: Path) -> None:
    folder = bring_up_to_date(store, DATA, var)
    held = {path for path in folder.rglob("*") if path.is_file() and path.stat().st_size}
    assert held == {path for pattern in FILES for path in folder.glob(pattern)}


def test_a_damaged_byte_in_any_file_is_noticed_and_mended_from_the_store(
    store: Store, var: Path, tmp_path: Path
) -> None:
    sound = brought(store, tmp_path / "sound")
    for pattern in FILES:
        (path,) = bring_up_to_date(store, DATA, var).glob(pattern)
        raw = bytearray(path.read_bytes())
        raw[len(raw) // 2] ^= 0x20
        path.unlink()  # the file may be linked into another generation
        path.write_bytes(raw)
        with pytest.raises(GenerationDamaged):
            open_current(var)
        alike(brought(store, var), sound)


def test_a_missing_or_cut_file_is_noticed_and_mended_from_the_store(
    store: Store, var: Path, tmp_path: Path
) -> None:
    sound = brought(store, tmp_path / "sound")
    for pattern in FILES:
        for left in (None, 0, 10):
            (path,) = bring_up_to_date(store, DATA, var).glob(pattern)
            raw = path.read_bytes()
            path.unlink()
            if left is not None:
                path.write_bytes(raw[:left])
            with pytest.raises(GenerationDamaged):
                open_current(var)
            assert brought(store, var).revision == sound.revision


@pytest.mark.parametrize("pointer", [None, b"", b"nonsense", b"99-99\n", b"../../etc", b"\xff\xfe"])
def test_a_lost_or_senseless_pointer_is_mended(store: Store, var: Path, pointer: bytes | None) -> None:
    bring_up_to_date(store, DATA, var)
    path = search_folder(var) / "current"
    if pointer is None:
        path.unlink()
    else:
        path.write_bytes(pointer)
    with pytest.raises((GenerationMissing, GenerationDamaged)):
        open_current(var)
    assert brought(store, var).revision == store.revision()


def test_another_store_with_the_same_revision_is_not_taken_for_this_one(tmp_path: Path, var: Path) -> None:
    with filled(tmp_path / "one.db") as one:
        write(one, service(1, "Zebra club"))
        bring_up_to_date(one, DATA, var)
    with filled(tmp_path / "two.db") as two:
        write(two, service(1, "Giraffe club"))
        generation = brought(two, var)
        assert found(generation, "zebra") == []
        assert found(generation, "giraff") == [made_id("service 1")]


def test_a_store_put_back_to_an_earlier_day_is_followed_back(store: Store, var: Path, tmp_path: Path) -> None:
    write(store, service(1, "Zebra club"))
    store.close()
    copy = tmp_path / "kept.db"
    shutil.copy(tmp_path / "directory.db", copy)
    write(store, service(2, "Giraffe club"))
    bring_up_to_date(store, DATA, var)
    with Store.open(f"sqlite:///{copy}") as earlier:
        generation = brought(earlier, var)
        assert found(generation, "giraff") == []
        assert found(generation, "zebra") == [made_id("service 1")]


def test_new_synonyms_make_a_new_generation(store: Store, tmp_path: Path, var: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(DATA / "search", data / "search")
    first = bring_up_to_date(store, data, var)
    assert found(open_current(var), "group") != []
    words = data / "search" / "stop_words.csv"
    words.write_text(words.read_text(encoding="utf-8") + "group,\n", encoding="utf-8")
    second = bring_up_to_date(store, data, var)
    assert second != first
    assert found(open_current(var), "group") == []


def test_data_that_cannot_be_read_leaves_the_generation_in_use(
    store: Store, tmp_path: Path, var: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(DATA / "search", data / "search")
    before = bring_up_to_date(store, data, var)
    (data / "search" / "synonyms.csv").write_text("not, a, list\n1\n", encoding="utf-8")
    write(store, service(1, "Zebra club"))
    with pytest.raises(Exception, match="synonyms"):
        bring_up_to_date(store, data, var)
    assert pointed_at(var) == before and open_current(var).revision == store.revision() - 1
    assert not (search_folder(var) / ".making").exists()


def test_old_generations_go_and_open_ones_stay_readable(store: Store, var: Path) -> None:
    generation = brought(store, var)
    before = found(generation, "debt")
    for step in range(4):
        write(store, service(step, f"Zebra {step}"))
        bring_up_to_date(store, DATA, var)
    assert not generation.folder.exists()
    assert len([path for path in search_folder(var).iterdir() if path.is_dir()]) == 2
    assert found(generation, "debt") == before  # the first was read from before: kept
    for identity in generation.index.ids:
        assert generation.published.service(identity) is not None
    for token, documents in generation.index.vocabulary():  # these are read from the removed files
        assert len(found(generation, token)) == documents


def test_one_makes_and_the_others_wait_and_find_it_done(store: Store, var: Path) -> None:
    made: list[Path] = []
    start = threading.Barrier(4)

    def make() -> None:
        start.wait()
        made.append(bring_up_to_date(store, DATA, var))

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 1 and len(made) == 4


def test_the_person_who_waits_is_told_of_progress_to_the_end(store: Store, var: Path) -> None:
    told: list[tuple[int, int]] = []
    bring_up_to_date(store, DATA, var, lambda done, total: told.append((done, total)))
    assert told[-1] == (120, 120)
    assert told == sorted(told)


def test_columns_come_with_the_generation(store: Store, var: Path) -> None:
    generation = brought(store, var)
    assert isinstance(generation.columns, Columns)
    assert generation.columns.ids == list(generation.index.ids)
