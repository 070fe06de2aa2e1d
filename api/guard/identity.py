"""A name for every request, by which an answer, its line in the log and a person's complaint find each other.

It is sixty-four random bits, so it says nothing of who asked or what. A proxy that is trusted may give its
own (`X-Request-ID`), so that its log and ours can be laid side by side; from anybody else it is not taken:
it would put words of a stranger's choosing into the log.
"""

from __future__ import annotations

import random
import re
from contextvars import ContextVar

from starlette.types import Scope

HEADER = b"x-request-id"
_GIVEN = re.compile(rb"[A-Za-z0-9-]{8,64}")
_bits = random.SystemRandom().getrandbits(128)
_random = random.Random(_bits)  # names need not be hard to guess, and the system's bits cost more

# The request that this piece of work belongs to; "" outside one.
request_id: ContextVar[str] = ContextVar("request_id", default="")


def new_id() -> str:
    """Sixteen digits of a hexadecimal number that no other request of this process has."""
    return f"{_random.getrandbits(64):016x}"


def given_id(scope: Scope) -> str:
    """The name that a trusted proxy gave; a new one where it gave none, or one that no log should hold."""
    for name, value in scope["headers"]:
        if name == HEADER:
            return value.decode() if _GIVEN.fullmatch(value) else new_id()
    return new_id()
