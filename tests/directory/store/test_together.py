"""Several that write at once, in threads and in processes: nobody's work is lost."""

from __future__ import annotations

import multiprocessing
import queue
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

from directory.store.records import Conflict
from directory.store.store import Store
from directory.store.verify import verify
from tests.directory.store.making import change, identity, organization, service

WHO = {"by": "data steward", "reason": "a test"}


def _write_each(url: str, names: list[str]) -> list[int]:
    """Write one listing after another; the revision of each."""
    with Store.open(url) as store:
        return [store.write([change(service(name))], by="importer", reason=name).revision for name in names]


def test_threads_and_processes_that_write_different_listings_all_succeed(store: Store) -> None:
    work = [[f"Writer {writer} listing {number}" for number in range(8)] for writer in range(6)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(3, mp_context=context) as processes, ThreadPoolExecutor(3) as threads:
        done = [processes.submit(_write_each, store.url, names) for names in work[:3]]
        done += [threads.submit(_write_each, store.url, names) for names in work[3:]]
        revisions = [number for one in done for number in one.result()]
    assert sorted(revisions) == list(range(1, 49))
    assert store.revision() == 48
    assert len(list(store.published_all("service"))) == 48
    assert verify(store) == []


def test_of_many_that_change_the_same_version_exactly_one_succeeds(store: Store) -> None:
    store.write([change(service())], **WHO)
    ready = threading.Barrier(8)

    def one(number: int) -> int | Conflict:
        ready.wait()
        try:
            wanted = change(service(fees=f"£{number}"), base=1)
            return store.write([wanted], by=f"steward {number}", reason="fees").revision
        except Conflict as conflict:
            return conflict

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(one, range(8)))
    latest = store.latest(identity("Young minds"))
    assert latest is not None
    assert (results.count(2), latest.number) == (1, 2)
    for told in results:
        if isinstance(told, Conflict):
            assert told.latest == latest
            assert told.changed == (("fees", None, latest.content["fees"]),)
    assert store.revision() == 2


def _add_all(url: str, codes: list[str]) -> None:
    """Add one need after another to the same listing, again after each conflict, as a steward would."""
    with Store.open(url) as store:
        while codes:
            latest = store.latest(identity("Young minds"))
            assert latest is not None
            content = {**latest.content, "needs": [*latest.content["needs"], codes[-1]]}
            try:
                store.write([change(content, base=latest.number)], by="data steward", reason="one more need")
            except Conflict:
                continue
            codes.pop()


def test_no_addition_is_lost_between_processes(store: Store) -> None:
    store.write([change(service())], **WHO)
    work = [[f"need_{process}_{number}" for number in range(10)] for process in range(3)]
    with ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("spawn")) as processes:
        for done in [processes.submit(_add_all, store.url, codes) for codes in work]:
            done.result()
    latest = store.latest(identity("Young minds"))
    assert latest is not None
    assert sorted(latest.content["needs"]) == sorted(
        service()["needs"] + [code for codes in work for code in codes]
    )
    assert store.revision() == 31
    assert verify(store) == []


def test_a_reader_sees_whole_revisions_only(store: Store) -> None:
    pair = [service("Left"), service("Right")]
    store.write([change(one) for one in pair], **WHO)
    done = threading.Event()

    def write() -> None:
        for base in range(1, 40):
            text = f"Round {base}"
            store.write([change({**one, "fees": text}, base=base) for one in pair], **WHO)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = set()
    while not done.is_set():
        rounds = {one.content.get("fees") for one in store.published_all("service")}
        assert len(rounds) == 1, "half of a revision was seen"
        seen |= rounds
    writer.join()
    assert store.revision() == 40
    assert seen


def _waiting(store: Store) -> queue.Queue[int]:
    """Wait for a change in a thread, for far longer than the test would: only being told ends it."""
    heard: queue.Queue[int] = queue.Queue()
    threading.Thread(target=lambda: heard.put(store.wait_for_change(0, 86_400)), daemon=True).start()
    return heard


def test_who_waits_is_woken_by_a_write_of_another_process(store: Store) -> None:
    assert store.wait_for_change(7, timeout=0) == 0, "another revision than the one seen is a change at once"
    assert store.wait_for_change(0, timeout=0) == 0
    heard = _waiting(store)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as processes:
        processes.submit(_write_each, store.url, ["One"]).result()
    assert heard.get(timeout=60) == 1


def test_who_waits_sees_a_write_of_the_same_process_too(store: Store) -> None:
    heard = _waiting(store)
    store.write([change(organization())], **WHO)
    assert heard.get(timeout=60) == 1
