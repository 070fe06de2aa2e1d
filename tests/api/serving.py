"""A real server in processes of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent.parent


@contextmanager
def server(var: Path, *, workers: int = 1, url: str = "", log: Path | None = None) -> Iterator[str]:
    """The address of `earlyhelp serve` over `var`, stopped afterwards. All that it writes goes to `log`."""
    environment = {**os.environ, "EARLYHELP_VAR": str(var), "EARLYHELP_DATABASE_URL": url}
    port = _free_port()
    command = [sys.executable, "cli.py", "serve", "--port", str(port), "--workers", str(workers)]
    with (log or Path(os.devnull)).open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                if httpx.get(f"{base}/health/live").status_code == 200:
                    break
            except httpx.TransportError:
                if process.poll() is not None:
                    raise AssertionError("the server ended") from None
                time.sleep(0.05)
        yield base
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
