"""What a running process answers from: it follows the store by itself and outlives it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from directory.search.folders import search_folder
from directory.search.generation import bring_up_to_date
from directory.search.live import Live, NotReady
from directory.store.store import Store
from geo.home import data_dir
from tests.directory.search.made import filled, found, made_id, service, write

DATA = data_dir()
ROOT = Path(__file__).parents[3]
PATIENCE = 30.0  # seconds until something that should come by itself is given up: a fault, not a measure


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with filled(tmp_path / "directory.db") as store:
        yield store


@pytest.fixture
def live(store: Store, tmp_path: Path) -> Iterator[Live]:
    live = Live(DATA, tmp_path / "var", store.url)
    yield live
    live.close()


def comes_true(question: Callable[[], bool]) -> bool:
    """Ask until it is so."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.02)):
        if question():
            return True
        pause.wait(0.02)
    return False


def test_the_first_call_makes_what_is_missing(live: Live, store: Store) -> None:
    assert live.current().revision == store.revision()
    assert live.problem is None


def test_a_write_is_followed_without_anyone_asking_for_it(store_url: str, tmp_path: Path) -> None:
    live = Live(DATA, tmp_path / "var", store_url)
    with filled(store_url) as store:
        assert found(live.current(), "zebra") == []
        write(store, service(1, "Zebra club"))
        assert comes_true(lambda: found(live.current(), "zebra") == [made_id("service 1")])
        write(store, service(1, "Zebra club"), state="retired")
        assert comes_true(lambda: found(live.current(), "zebra") == [])
        assert made_id("service 1") not in live.current().index.ids
    live.close()


def test_a_generation_made_by_another_process_is_swapped_in(live: Live, store: Store, tmp_path: Path) -> None:
    before = live.current()
    write(store, service(1, "Zebra club"))
    bring_up_to_date(store, DATA, tmp_path / "var")
    assert comes_true(lambda: live.current() is not before)
    assert found(live.current(), "zebra") == [made_id("service 1")]
    assert found(before, "zebra") == []  # who still has the old one reads on in it


def test_several_workers_see_one_publish(store: Store, tmp_path: Path) -> None:
    workers = [Live(DATA, tmp_path / "var", store.url) for _ in range(4)]
    try:
        assert len({worker.current().folder for worker in workers}) == 1
        write(store, service(1, "Zebra club"))
        for worker in workers:
            assert comes_true(lambda worker=worker: found(worker.current(), "zebra") != [])  # type: ignore[misc]
        assert len({worker.current().folder for worker in workers}) == 1
    finally:
        for worker in workers:
            worker.close()


def test_the_last_generation_goes_on_when_the_store_is_gone_and_says_so(
    live: Live, store: Store, tmp_path: Path
) -> None:
    before = live.current()
    store.close()
    database = tmp_path / "directory.db"
    for path in tmp_path.glob("directory.db*"):
        path.rename(tmp_path / f"away-{path.name}")
    assert comes_true(lambda: live.problem is not None)
    assert live.current() is before and found(live.current(), "debt") != []
    for path in tmp_path.glob("away-*"):
        path.rename(tmp_path / path.name.removeprefix("away-"))
    assert database.exists()
    assert comes_true(lambda: live.problem is None)
    write(store, service(1, "Zebra club"))
    assert comes_true(lambda: found(live.current(), "zebra") != [])


def test_a_process_that_starts_without_the_store_answers_from_what_is_there(tmp_path: Path) -> None:
    with filled(tmp_path / "directory.db") as store:
        bring_up_to_date(store, DATA, tmp_path / "var")
    live = Live(DATA, tmp_path / "var", f"sqlite:///{tmp_path / 'nowhere.db'}")
    try:
        assert found(live.current(), "debt") != []
        assert comes_true(lambda: live.problem is not None)
        assert not (tmp_path / "nowhere.db").exists()
    finally:
        live.close()


def test_with_neither_store_nor_index_it_says_so_and_recovers_when_the_store_is_there(tmp_path: Path) -> None:
    live = Live(DATA, tmp_path / "var", f"sqlite:///{tmp_path / 'directory.db'}")
    try:
        with pytest.raises(NotReady, match="no index has been made yet"):
            live.current()
        filled(tmp_path / "directory.db").close()
        assert found(live.current(), "debt") != []
    finally:
        live.close()


def test_an_index_removed_or_damaged_under_a_running_process_is_made_again(
    live: Live, store: Store, tmp_path: Path
) -> None:
    before = live.current()
    shutil.rmtree(search_folder(tmp_path / "var"))
    assert found(live.current(), "debt") != []
    assert comes_true(lambda: live.current() is not before)
    assert live.current().folder.exists()
    second = live.current()
    (second.folder / "manifest").write_bytes(b"")
    os.utime(search_folder(tmp_path / "var") / "current", ns=(1, 1))
    assert comes_true(lambda: live.current() is not second)
    assert live.current().revision == store.revision()


def test_data_that_cannot_be_read_is_told_and_the_search_goes_on(store: Store, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(DATA / "search", data / "search")
    live = Live(data, tmp_path / "var", store.url)
    try:
        before = live.current()
        synonyms = data / "search" / "synonyms.csv"
        whole = synonyms.read_bytes()
        synonyms.write_text("not, a, list\n1\n", encoding="utf-8")
        write(store, service(1, "Zebra club"))
        assert comes_true(lambda: "synonyms" in (live.problem or ""))
        assert live.current() is before
        synonyms.write_bytes(whole)
        assert comes_true(lambda: found(live.current(), "zebra") != [])
        assert comes_true(lambda: live.problem is None)
    finally:
        live.close()


def test_asking_from_many_threads_at_first_opens_it_once(live: Live) -> None:
    got: list[object] = []
    start = threading.Barrier(8)

    def ask() -> None:
        start.wait()
        got.append(live.current())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8 and len({id(one) for one in got}) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks on this system")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_worker_follows_too(store: Store, tmp_path: Path) -> None:
    # In a process of its own: here the threads of other tests could hold a lock at the moment of the fork.
    code = f"""
import os, sys
from pathlib import Path
from directory.search.live import Live
from tests.directory.search.made import found
from tests.directory.search.test_live import comes_true
live = Live(Path({str(DATA)!r}), Path({str(tmp_path / "var")!r}), {store.url!r})
live.current()
child = os.fork()
if child == 0:
    live.current()
    print("ready", flush=True)
    os._exit(0 if comes_true(lambda: found(live.current(), "zebra") != []) else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None and parent.stdout.readline() == "ready\n"
        write(store, service(1, "Zebra club"))
        assert parent.wait(timeout=4 * PATIENCE) == 0
