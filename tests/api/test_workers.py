"""One publish is seen by every worker process, whichever process brought the index up to date."""

from __future__ import annotations

import time
from pathlib import Path

import httpx

from directory.store.store import Store
from tests.api.serving import server
from tests.api.stocking import changed, publish, retired

TRIES = 400


def test_a_publish_and_a_withdrawal_reach_every_worker(own_var: Path) -> None:
    url = f"sqlite:///{own_var / 'directory.db'}"
    with Store.open(url) as store:
        first, second = [one.id for one in store.published_all("service")][:2]
    # Processes with a port each, so that it is known which one answers.
    with server(own_var) as one, server(own_var) as other:
        for base in (one, other):
            assert httpx.get(f"{base}/api/v1/services/{first}").json()["revision"] == 1
        publish(own_var, url, [changed(url, first, name="Zebra crossing club")])
        for base in (one, other):
            _seen(f"{base}/api/v1/services?text=zebra+crossing", first, True)
        # Killed after the write and before the index: a worker brings that up to date.
        publish(own_var, url, [retired(url, second)], index=False)
        for base in (one, other):
            _seen(f"{base}/oruk/v3/services?minimal=true", second, False)
            assert httpx.get(f"{base}/oruk/v3/services/{second}").status_code == 410


def _seen(address: str, number: str, wanted: bool) -> None:
    """Ask until an id is there or gone, and see that it stays so."""
    for _ in range(TRIES):
        if (number in httpx.get(address).text) is wanted:
            break
        time.sleep(0.02)
    else:
        raise AssertionError("it was never seen")
    assert all((number in httpx.get(address).text) is wanted for _ in range(5))
