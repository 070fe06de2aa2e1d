"""From the start of a server's process to its first answer, against a bare FastAPI application's."""

from __future__ import annotations

from bench.report import Row, median, say
from bench.servers import FASTAPI, Server

ROUNDS = 5


def measure() -> tuple[list[Row], list[str]]:
    """The row for starting."""
    ours: list[float] = []
    bare: list[float] = []
    for number in range(ROUNDS):
        say(f"starting servers, round {number + 1} of {ROUNDS}")
        for server, into in ((Server.ours(), ours), (Server.bare(FASTAPI), bare)):
            with server:
                into.append(server.first_answer)
    return [
        Row(
            "server start to first answer",
            f"{median(ours):.2f} s",
            f"{median(bare):.2f} s, bare FastAPI",
            median(ours) / median(bare),
            "at most 2",
        )
    ], []
