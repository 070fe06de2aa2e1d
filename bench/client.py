"""A small HTTP client of our own for where there is no `wrk`: raw sockets, kept alive, one thread.

It takes more of a core than wrk does, so its figures are lower for both sides of a comparison.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import cast


class _Connection(asyncio.Protocol):
    """One connection: sends a request, waits for the whole answer, sends the next."""

    def __init__(
        self, requests: list[bytes], first: int, step: int, taken: list[float], failed: list[int]
    ) -> None:
        self._requests, self._at, self._step, self._taken, self._failed = requests, first, step, taken, failed
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own is not one by inheritance
        self._send()

    def _send(self) -> None:
        self._began = time.perf_counter()
        self._transport.write(self._requests[self._at % len(self._requests)])
        self._at += self._step

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._buffer[:end]).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(self._buffer) < end + 4 + length:
            return
        self._taken.append(time.perf_counter() - self._began)
        self._failed[0] += b" 200 " not in head[:16]
        self._buffer.clear()
        self._send()


async def _run(port: int, requests: list[bytes], seconds: float, connections: int) -> dict[str, float]:
    taken: list[float] = []
    failed = [0]
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    transports = []
    for first in range(connections):
        transport, _protocol = await loop.create_connection(
            lambda first=first: _Connection(requests, first, connections, taken, failed),  # type: ignore[misc]
            "127.0.0.1",
            port,
        )
        transports.append(transport)
    await asyncio.sleep(seconds)
    passed = time.perf_counter() - began
    for transport in transports:
        transport.abort()
    if not taken:
        raise RuntimeError("no request was answered")
    taken.sort()
    p50, p99 = (taken[len(taken) * share // 100] for share in (50, 99))
    return {"requests": len(taken), "seconds": passed, "p50": p50, "p99": p99, "failed": failed[0]}


def _request(line: str, port: int, headers: dict[str, str]) -> bytes:
    path, _, body = line.partition("\t")
    told = f"Host: 127.0.0.1:{port}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    if not body:
        return f"GET {path} HTTP/1.1\r\n{told}\r\n".encode()
    content = body.encode()
    head = f"POST {path} HTTP/1.1\r\n{told}"
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


def main() -> None:
    """`python -m bench.client PORT FILE SECONDS CONNECTIONS HEADERS`: prints one line of JSON."""
    port, file, seconds = int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    connections, headers = int(sys.argv[4]), json.loads(sys.argv[5])
    requests = [_request(line, port, headers) for line in file.read_text(encoding="utf-8").splitlines()]
    try:
        import uvloop

        run = uvloop.run
    except ImportError:
        run = asyncio.run  # type: ignore[assignment]
    print("BENCH " + json.dumps(run(_run(port, requests, seconds, connections))))


if __name__ == "__main__":
    main()
