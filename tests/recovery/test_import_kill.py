"""A process that imports a feed is killed at 50 moments: the import is there whole or not at all."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from multiprocessing.connection import Connection

import pytest
import sqlalchemy as sa

from directory.store.engine import writing
from directory.store.store import Store
from directory.store.verify import verify
from tests.directory.listings.feeding import imported, page, service

KILLS = 50
SERVICES = 12


def _feed(number: int) -> bytes:
    """The feed of one round: every service in it says the round's number; one comes and one goes."""
    shown = [n for n in range(1, SERVICES + 1) if n != number % SERVICES + 1]
    return page(*(service(n, fees=f"Round {number}", description="words " * 100) for n in shown))


def _import(url: str, number: int, end: Connection, die_at: int) -> None:
    """Import one round; kill oneself before the database call of that number, anywhere in the import."""
    store = Store.open(url)
    calls = 0

    def count(*_anything: object) -> None:
        nonlocal calls
        calls += 1
        if calls == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(store.engine, "before_cursor_execute", count)
    sa.event.listen(store.engine, "commit", count)
    imported(store, _feed(number))
    end.send(calls)
    store.close()


def _run(url: str, number: int, die_at: int = 0) -> int:
    """Let a process import a round. How many calls it made, 0 where it was killed."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.recovery.test_import_kill"])
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_import, args=(url, number, theirs, die_at))
    process.start()
    theirs.close()
    try:
        calls: int = ours.recv()
    except EOFError:
        calls = 0
    process.join()
    return calls


def _whole_round(store: Store) -> str:
    """See that the store is whole after a kill; the words of the one round that is published."""
    with writing(store.engine, store.place):
        pass  # a server may still be ending the killed session's transaction: its lock is let go first
    assert verify(store) == []
    return _round_of(store)


def _round_of(store: Store) -> str:
    """See that what is published is of one round; the words of that round."""
    shown = list(store.published_all("service"))
    assert len(shown) == SERVICES - 1
    (words,) = {str(one.content["fees"]) for one in shown}
    return words


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_an_import_killed_at_any_moment_is_there_whole_or_not_at_all_and_can_be_run_again(
    store_url: str,
) -> None:
    chance = random.Random(20261122)
    with Store.open(store_url) as store:
        imported(store, _feed(0))
        calls = _run(store_url, 1)
        assert calls > 20 and _round_of(store) == "Round 1"
        killed = 0
        for number in range(2, 2 + KILLS):
            before, revision = _round_of(store), store.revision()
            done = _run(store_url, number, die_at=chance.randint(1, calls))
            killed += not done
            after = _whole_round(store)
            assert after in (before, f"Round {number}")
            assert store.revision() == revision + (after != before)
            imported(store, _feed(number))  # the same import again, or what is left of it: nothing
            assert _round_of(store) == f"Round {number}"
            assert store.revision() == revision + 1
        assert killed >= KILLS * 3 // 4
