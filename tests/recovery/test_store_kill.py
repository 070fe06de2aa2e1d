"""A process that writes is killed at 50 moments: each write is there as a whole or absent, the next works."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from multiprocessing.connection import Connection

import pytest
import sqlalchemy as sa

from directory.store.engine import writing
from directory.store.records import Change, State
from directory.store.store import Store
from directory.store.verify import verify
from tests.directory.store.making import change, origin, service

KILLS = 50
_NAMES = [f"Listing {number}" for number in range(8)]
_STATES: tuple[State, ...] = ("published", "draft", "published", "retired")
_ROUNDS = 4


def _round(number: int) -> list[Change]:
    """The change set of one revision: every listing, in one of the states, with that number in it."""
    return [
        change(
            service(name, fees=f"Round {number}", description="words " * 200),
            _STATES[(number + place) % len(_STATES)],
            base=number - 1 or None,
            origin=origin(str(place), raw=os.urandom(2000)),
        )
        for place, name in enumerate(_NAMES)
    ]


def _write_rounds(url: str, first: int, marks: Connection, die_at: int) -> None:
    """Write rounds, telling each that is done; kill oneself before the statement of that number."""
    store = Store.open(url)
    statements = 0

    def count(*_anything: object) -> None:
        nonlocal statements
        statements += 1
        if statements == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(store.engine, "before_cursor_execute", count)
    sa.event.listen(store.engine, "commit", count)
    marks.send(("ready", 0))
    for number in range(first, first + _ROUNDS):
        done = store.write(_round(number), by="importer", reason=f"round {number}").revision
        marks.send((done, statements))
    marks.close()
    store.close()


def _run(url: str, first: int, *, die_at: int = 0, after: float | None = None) -> tuple[int, int, float]:
    """Let a process write; kill it `after` that many seconds, or let it kill itself before a statement.

    The last revision it told of, how many statements it had made by then, and how long it wrote.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["directory.store.store", "tests.recovery.test_store_kill"])
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_write_rounds, args=(url, first, theirs, die_at))
    process.start()
    theirs.close()
    assert ours.recv()[0] == "ready"
    begun = time.perf_counter()
    if after is not None:
        process.join(after)
        process.kill()
    told, statements = first - 1, 0
    while True:
        try:
            told, statements = ours.recv()
        except EOFError:
            break
    process.join()
    return told, statements, time.perf_counter() - begun


def _whole(store: Store, at_least: int) -> int:
    """See that the store is whole and stands at one revision in everything; that revision."""
    with writing(store.engine, store.place):
        pass  # a server may still be ending the killed session's transaction: its lock is let go first
    revision = store.revision()
    assert revision in (at_least, at_least + 1), (
        "a write that was told is lost, or one that never was is there"
    )
    assert verify(store) == []
    latest = list(store.latest_all())
    assert {one.content["fees"] for one in latest} == {f"Round {revision}"}
    assert {one.number for one in latest} == {revision}
    assert [one.id for one in latest] == sorted(one["id"] for one in map(service, _NAMES))
    return revision


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_a_writer_killed_at_any_moment_leaves_its_write_whole_or_absent(store_url: str) -> None:
    chance = random.Random(20261103)
    with Store.open(store_url) as store:
        store.write(_round(1), by="importer", reason="round 1")
        told, statements, seconds = _run(store_url, 2)
        revision = _whole(store, told)
        assert revision == _ROUNDS + 1, "the run that nobody kills writes every round"
        unfinished = 0
        for kill in range(KILLS):
            if kill % 2:
                told, _, _ = _run(store_url, revision + 1, after=chance.uniform(0, seconds))
            else:
                told, _, _ = _run(store_url, revision + 1, die_at=chance.randint(1, statements))
            unfinished += told < revision + _ROUNDS
            revision = _whole(store, told)
            written = store.write(_round(revision + 1), by="data steward", reason="after the kill")
            assert written.revision == revision + 1
            revision += 1
        # Every one that dies before a statement dies in the middle; of the others most do.
        assert unfinished >= KILLS // 2
