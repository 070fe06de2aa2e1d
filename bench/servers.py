"""Servers under measurement: started on a free port, pinned to a core, watched through /proc, stopped."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parent.parent
STARLETTE, FASTAPI = "bench.bare:starlette_app", "bench.bare:fastapi_app"
WAIT_SECONDS = 30


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def cores() -> tuple[int, int] | None:
    """A core for the server and another for the client, or None where they cannot be told apart."""
    if not hasattr(os, "sched_getaffinity") or not shutil.which("taskset"):
        return None
    mine = sorted(os.sched_getaffinity(0))
    return (mine[0], mine[1]) if len(mine) > 1 else None


def on_core(which: int, command: list[str]) -> list[str]:
    """The command, kept on the server's core (0) or the client's (1) where that can be done."""
    both = cores()
    return ["taskset", "-c", str(both[which]), *command] if both else command


def earlyhelp(*arguments: str) -> list[str]:
    """The command line of `earlyhelp`, the one installed beside this Python."""
    installed = Path(sys.executable).with_name("earlyhelp")
    start = [str(installed)] if installed.is_file() else [sys.executable, "-m", "cli"]
    return [*start, *arguments]


class Server:
    """A server process, for a `with` statement. `path` is asked to see whether it answers.

    Attributes: `port`; `pid`; `first_answer`, the seconds from its start to its first 200.
    """

    def __init__(self, command: Callable[[int], list[str]], path: str, var: Path | None = None) -> None:
        self._command, self.path, self._var = command, path, var
        self.first_answer = 0.0

    @classmethod
    def ours(cls, var: Path | None = None, path: str = "/api/v1/postcodes/B152TT") -> Server:
        """Ours as it is run: one worker, its access log on (to nowhere)."""
        return cls(lambda port: earlyhelp("serve", "--workers", "1", "--port", str(port)), path, var)

    @classmethod
    def bare(cls, app: str) -> Server:
        """A bare application under the same server with the same settings, its access log off."""
        settings = ["--no-access-log", "--log-level", "warning", "--no-server-header"]
        settings += ["--timeout-keep-alive", "65", "--loop", "uvloop", "--http", "httptools"]
        return cls(
            lambda port: [sys.executable, "-m", "uvicorn", app, "--port", str(port), *settings],
            "/hello/B152TT",
        )

    def __enter__(self) -> Server:
        self.port = free_port()
        environment = dict(os.environ)
        environment["EARLYHELP_RATE_LIMIT"] = "1000000000"  # counted as ever, and never reached
        if self._var:
            environment["EARLYHELP_VAR"] = str(self._var)
        began = time.monotonic()
        self._process = subprocess.Popen(
            on_core(0, self._command(self.port)),
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.pid = self._process.pid
        try:
            self._wait(began)
        except BaseException:
            self._stop()
            raise
        return self

    def _wait(self, began: float) -> None:
        while time.monotonic() - began < WAIT_SECONDS:
            if answers(self.port, self.path):
                self.first_answer = time.monotonic() - began
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.002)
        raise RuntimeError(f"{' '.join(self._command(self.port))} did not answer {self.path}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def cpu_seconds(self) -> float:
        """Processor seconds of the process since its start; 0 where the system does not tell."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> Memory | None:
        """The memory of the process, None where the system does not tell."""
        return memory_of(self.pid)


@dataclass(frozen=True)
class Memory:
    """Resident megabytes of a process.

    `whole` counts its own pages and, once, each page of a file, however many other processes map it too;
    `own` leaves the files out: what one more worker adds.
    """

    whole: float
    own: float


def memory_of(process: int | str) -> Memory | None:
    """The memory of a process by its number or `self`, None where the system does not tell."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8")
    except OSError:
        return None
    kilobytes: dict[str, int] = {}
    for line in text.splitlines()[1:]:
        name, _, rest = line.partition(":")
        kilobytes[name] = int(rest.split()[0])
    return Memory(kilobytes["Rss"] / 1024, kilobytes["Anonymous"] / 1024)


def answers(port: int, path: str) -> bool:
    """Whether a GET is answered with 200."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            request = f"GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"
            connection.sendall(request.encode())
            return connection.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False
