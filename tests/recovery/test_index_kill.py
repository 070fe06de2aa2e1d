"""Real kills while listings are published and the index is made: nothing is lost, nothing is left broken."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import threading
import time
import traceback
from pathlib import Path

import pytest

from directory.search.folders import GenerationMissing, search_folder
from directory.search.generation import bring_up_to_date, open_current
from directory.store.store import Store
from geo.home import data_dir
from tests.directory.search.made import alike, filled, service, write

DATA = data_dir()
KILLS = 50
LONGEST = 0.25  # seconds a writer lives, more on a busy machine: a few publishes with their generations


def publish_until_killed(url: str, var: Path, first: int, begun: int) -> None:
    """Publish, change and withdraw listings, each with a new generation, and never stop."""
    with Store.open(url) as store:
        os.write(begun, b".")
        for number in range(first, first + 1_000_000):
            many = 30 if number % 5 == 0 else 2  # so many are made anew, so few on top of the one before
            write(store, *(service((number * 3 + step) % 90, f"Change {number}") for step in range(many)))
            write(store, service(number % 90, f"Change {number}"), state="retired")
            bring_up_to_date(store, DATA, var)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks on this system")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_kill_at_any_moment_leaves_the_last_generation_in_use_and_the_next_one_complete(
    store_url: str, tmp_path: Path
) -> None:
    chance = random.Random()
    seed = chance.randrange(1 << 30)
    print("seed", seed)  # shown when the test fails
    chance.seed(seed)
    var = tmp_path / "var"
    filled(store_url).close()
    last_seen, longest = 0, LONGEST
    for kill in range(KILLS):
        if kill % 10 == 9:
            shutil.rmtree(search_folder(var))  # the next one begins with nothing
            last_seen = 0
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                publish_until_killed(store_url, var, kill * 1000, writing)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(1)  # it never ends by itself
        os.close(writing)
        os.read(reading, 1)
        os.close(reading)
        threading.Event().wait(chance.random() * longest)
        os.kill(child, signal.SIGKILL)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        with Store.open(store_url) as store:
            try:
                left = open_current(var)
            except GenerationMissing:
                assert last_seen == 0, "a generation that was in use is gone"
            else:
                assert last_seen <= left.revision <= store.revision()
            began = time.monotonic()
            write(store, service(200 + kill))
            bring_up_to_date(store, DATA, var)
            longest = min(0.6, max(LONGEST, 3 * (time.monotonic() - began)))
            mended = open_current(var)
            assert mended.revision == store.revision()
            assert set(mended.index.ids) == {version.id for version in store.published_all("service")}
            if kill % 5 == 4:
                bring_up_to_date(store, DATA, tmp_path / f"afresh{kill}")
                alike(mended, open_current(tmp_path / f"afresh{kill}"))
            last_seen = mended.revision
    assert len([path for path in search_folder(var).iterdir() if path.is_dir()]) <= 2


FILE_WORK = ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "shutil.rmtree")


def killed_at_step(url: str, var: Path, last_step: int | None) -> int:
    """Bring the index up to date in a process that kills itself before a step of its work on files.

    Gives how many steps it came to.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        steps = 0

        def count(event: str, _: object) -> None:
            nonlocal steps
            if event in FILE_WORK:
                steps += 1
                if steps == last_step:
                    os.kill(os.getpid(), signal.SIGKILL)

        try:
            with Store.open(url) as store:
                sys.addaudithook(count)
                bring_up_to_date(store, DATA, var)
            os.write(writing, str(steps).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading) as file:
        return int(file.read() or last_step or 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks on this system")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_kill_at_every_step_of_putting_a_generation_in_place_leaves_one_in_use(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'directory.db'}"
    var = tmp_path / "var"
    with filled(url) as store:
        bring_up_to_date(store, DATA, var)
        write(store, service(1, "Zebra club"))
        bring_up_to_date(store, DATA, var)  # two generations are there: the next one removes the first
        write(store, service(2, "Giraffe club"))
        kept = tmp_path / "kept"
        shutil.copytree(search_folder(var), kept)
        steps = killed_at_step(url, var, None)
        assert open_current(var).revision == store.revision()
        assert steps > 40
        seen = set()
        for step in [*range(1, steps - 40, 9), *range(steps - 40, steps + 1)]:
            shutil.rmtree(search_folder(var))
            shutil.copytree(kept, search_folder(var))
            killed_at_step(url, var, step)
            seen.add(open_current(var).revision)
            bring_up_to_date(store, DATA, var)
            assert open_current(var).revision == store.revision()
        assert seen == {store.revision() - 1, store.revision()}, "the swap lies between two of the steps"
