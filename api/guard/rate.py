"""How often one address may ask, counted in memory by a keyed hash: the address itself is kept nowhere.

The hash is Python's own (SipHash under a key of the process), with a salt beside it. Python keeps it with the
text of the address for as long as the connection lives, so a second request on one costs next to nothing.

The counting is that of the `limits` library, in windows of a minute. A busy client draws a hundred requests
at a time from it, for a count in the library costs as much as a fifth of an answer and starts a thread to
tidy up. An IPv6 client is counted by its network of 64 bits, all of which one household or school has.
"""

from __future__ import annotations

import ipaddress
import os
import time
from time import monotonic

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

_DRAW = 100
_MANY_DRAWS = 30  # a limit is drawn from in at least so many pieces, so that a small one is exact
_NETWORK_BITS = 64


class Rate:
    """The limit of one process. Used by its event loop alone."""

    def __init__(self, a_minute: int) -> None:
        """`a_minute`: requests a minute from one address."""
        self.a_minute = a_minute
        self.refused = 0
        self._salt = os.urandom(16)
        self._item = RateLimitItemPerMinute(a_minute, namespace="requests")
        self._counts = FixedWindowRateLimiter(MemoryStorage())
        self._draw = max(1, min(_DRAW, a_minute // _MANY_DRAWS))
        self._drawn: dict[int, int] = {}
        self._until = 0.0

    def spend(self, client: str, cost: int = 1) -> int:
        """Count a request of so much: 0 when it may be answered, else the seconds until the next may."""
        mark = hash((self._salt, _network(client) if ":" in client else client))
        now = monotonic()
        if now >= self._until:  # what was drawn in one minute is not spent in the next
            self._drawn.clear()
            self._until = now + 60
        left = self._drawn.get(mark, 0) - cost
        if left < 0:
            need = max(self._draw, cost)
            if not self._counts.hit(self._item, str(mark), cost=need):
                self.refused += 1
                window = self._counts.get_window_stats(self._item, str(mark))
                return max(1, round(window.reset_time - time.time() + 0.5))
            left += need
        self._drawn[mark] = left
        return 0


def _network(client: str) -> str:
    """What of an IPv6 address is counted; the whole of what is none."""
    try:
        address = ipaddress.IPv6Address(client.partition("%")[0])
    except ValueError:
        return client
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return address.packed[: _NETWORK_BITS // 8].hex()
