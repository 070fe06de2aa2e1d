"""What is answered while the store is gone, locked, read-only or behind: reads go on, and it is said."""

from __future__ import annotations

import os
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url
from starlette.testclient import TestClient

from api.app import assemble
from api.state import State
from directory.store.store import Store
from geo.home import data_dir
from tests.api.stocking import SAMPLE, changed, empty_var, publish, stock

TRIES = 400


def until(wanted: Callable[[], bool], wait: float = 0.05) -> None:
    """Ask until it is so, a bounded number of times."""
    pause = threading.Event()
    for _ in range(TRIES):
        if wanted():
            return
        pause.wait(wait)
    raise AssertionError("it never became so")


def ready(client: TestClient) -> dict[str, Any]:
    told = client.get("/health/ready")
    body: dict[str, Any] = told.json()
    assert told.headers["cache-control"] == "no-store"
    assert (told.status_code == 503) is (body["status"] == "down")
    return body


def reads_go_on(client: TestClient) -> None:
    """Searches, listings, the standard's lists and postcodes are answered."""
    found = client.get("/api/v1/services", params={"text": "self harm"}).json()
    assert found["total"] > 0
    number = found["results"][0]["id"]
    assert client.get(f"/api/v1/services/{number}").status_code == 200
    assert client.get(f"/oruk/v3/services/{number}").status_code == 200
    assert client.get("/oruk/v3/services", params={"postcode": "B15 2TT"}).json()["total_items"] > 0
    assert client.get("/api/v1/suggest?q=self").json()["suggestions"]
    assert client.get("/api/v1/postcodes/B152TT").status_code == 200
    assert client.get("/oruk/v3/services/x").status_code == 404


@pytest.fixture
def client(own_var: Path) -> Iterator[TestClient]:
    with TestClient(assemble(State(data_dir(), own_var))) as client:
        assert ready(client)["status"] == "ok"
        yield client


def test_all_is_well(client: TestClient) -> None:
    body = ready(client)
    assert body["directory"] == {"status": "ok", "revision": 1, "since": None, "reasons": []}
    reads_go_on(client)


def test_a_database_file_that_is_gone(client: TestClient, own_var: Path) -> None:
    for path in own_var.glob("directory.db*"):
        path.unlink()
    until(lambda: ready(client)["status"] == "degraded")
    body = ready(client)["directory"]
    assert body["revision"] == 1 and body["since"] and body["reasons"]
    assert ready(client)["directory"]["since"] == body["since"]
    reads_go_on(client)
    told = client.get("/api/v1/changes")
    assert (told.status_code, told.json()["code"]) == (503, "store_away")
    assert not list(own_var.glob("directory.db"))  # nothing made an empty one in its place


def test_a_server_started_while_the_database_is_gone_goes_on_from_the_last_generation(own_var: Path) -> None:
    for path in own_var.glob("directory.db*"):
        path.unlink()
    with TestClient(assemble(State(data_dir(), own_var))) as client:
        reads_go_on(client)
        until(lambda: ready(client)["status"] == "degraded")


@pytest.mark.skipif(os.geteuid() == 0, reason="whoever runs the tests may write everything")
def test_a_database_that_may_not_be_written(client: TestClient, own_var: Path) -> None:
    (own_var / "directory.db").chmod(0o444)
    try:
        until(lambda: ready(client)["status"] == "degraded")
        assert "cannot be written" in " ".join(ready(client)["directory"]["reasons"])
        reads_go_on(client)
    finally:
        (own_var / "directory.db").chmod(0o644)


def test_a_database_that_another_holds_locked(client: TestClient, own_var: Path) -> None:
    holder = sqlite3.connect(own_var / "directory.db", isolation_level=None)
    try:
        holder.execute("BEGIN EXCLUSIVE")
        reads_go_on(client)
        assert client.get("/api/v1/changes").status_code == 200
    finally:
        holder.close()


def test_an_index_that_is_damaged_is_made_again_from_the_store(own_var: Path) -> None:
    for path in (own_var / "search").rglob("*"):
        if path.is_file() and path.name != ".lock":
            path.write_bytes(b"damaged")
    with TestClient(assemble(State(data_dir(), own_var))) as client:
        reads_go_on(client)
        until(lambda: ready(client)["status"] == "ok")


def test_with_neither_index_nor_store_it_cannot_answer_and_says_what_to_do(own_var: Path) -> None:
    for path in (own_var / "search").rglob("*"):
        if path.is_file() and path.name != ".lock":
            path.write_bytes(b"damaged")
    for path in own_var.glob("directory.db*"):
        path.unlink()
    with TestClient(assemble(State(data_dir(), own_var))) as client:
        body = ready(client)
        assert body["status"] == "down" and body["postcodes"]["status"] == "ok"
        assert client.get("/oruk/v3/services").status_code == 503
        assert client.get("/api/v1/postcodes/B152TT").status_code == 200


class Proxy:
    """A port in front of a database that can be closed, as a database is that is stopped."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._held: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
            except OSError:
                return
            self._held += [client, server]
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=(one, other), daemon=True).start()

    def _pump(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while part := one.recv(1 << 16):
                other.sendall(part)
        except OSError:
            pass
        for end in (one, other):
            end.close()

    def close(self) -> None:
        """Refuse what comes, end what is open."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._held:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


def test_a_postgresql_that_is_stopped(
    postgresql_url: str, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = make_url(postgresql_url)
    proxy = Proxy(address.host or "127.0.0.1", address.port or 5432)
    through = address.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
    var = empty_var(built, tmp_path / "var")
    stock(var, SAMPLE, url=through)
    monkeypatch.setenv("EARLYHELP_DATABASE_URL", through)
    with TestClient(assemble(State(data_dir(), var))) as client:
        reads_go_on(client)
        proxy.close()
        until(lambda: ready(client)["status"] == "degraded")
        reads_go_on(client)
        told = client.get("/api/v1/changes")
        assert (told.status_code, told.json()["code"]) == (503, "store_away")
        password = address.password
        assert password is None or password not in client.get("/health/ready").text


def test_a_postgresql_that_only_lets_itself_be_read(
    store_url: str, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not store_url.startswith("postgres"):
        pytest.skip("a file has its own test")
    import psycopg

    var = empty_var(built, tmp_path / "var")
    stock(var, SAMPLE, url=store_url)
    monkeypatch.setenv("EARLYHELP_DATABASE_URL", store_url)
    with TestClient(assemble(State(data_dir(), var))) as client:
        until(lambda: ready(client)["status"] == "ok")
        assert client.get("/api/v1/services", params={"text": "self harm"}).json()["total"] > 0
        # The search was answered by the database and not by the files beside it.
        assert ready(client)["directory"]["reasons"] == []
        with psycopg.connect(store_url, autocommit=True) as connection:
            connection.execute(
                f"ALTER DATABASE {make_url(store_url).database} SET default_transaction_read_only = on"
            )
    with TestClient(assemble(State(data_dir(), var))) as client:
        reads_go_on(client)
        assert "only lets itself be read" in " ".join(ready(client)["directory"]["reasons"])
        assert ready(client)["status"] == "degraded"


def test_the_store_coming_back_is_noticed(client: TestClient, own_var: Path) -> None:
    database, backup = own_var / "directory.db", own_var / "backup"
    with sqlite3.connect(database) as connection:
        connection.execute("VACUUM INTO ?", (str(backup),))
    connection.close()
    for path in own_var.glob("directory.db*"):
        path.unlink()
    until(lambda: ready(client)["status"] == "degraded")
    backup.rename(database)
    until(lambda: ready(client)["status"] == "ok")
    url = f"sqlite:///{database}"
    with Store.open(url) as store:
        number = next(store.published_all("service")).id
    publish(own_var, url, [changed(url, number, name="Under another name")], index=False)
    address = f"/api/v1/services/{number}"
    until(lambda: client.get(address).json()["listing"]["name"] == "Under another name")


def test_a_needs_file_that_a_steward_broke_is_named(own_var: Path) -> None:
    broken = own_var / "search" / "needs.csv"
    broken.write_text("code;name\n", "utf-8")
    with TestClient(assemble(State(data_dir(), own_var))) as client:
        told = client.get("/api/v1/services")
        assert (told.status_code, "needs.csv, line 1" in told.json()["detail"]) == (503, True)
        assert "needs.csv, line 1" in " ".join(ready(client)["directory"]["reasons"])
        broken.unlink()
        until(lambda: ready(client)["status"] == "ok")
        reads_go_on(client)
