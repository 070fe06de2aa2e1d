"""Reports of a problem with a listing: closed words, few from one sender, nothing kept of who sent them."""

from __future__ import annotations

import hashlib
import os
import time
from typing import Literal

from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from api.directory_state import DirectoryState
from api.problems import ProblemError
from directory.store.records import PROBLEMS, Unavailable

A_CLIENT_AN_HOUR = 10
A_PROCESS_AN_HOUR = 500  # from all clients together, so that many addresses cannot fill the store

Outcome = Literal["taken", "too_many", "no_such_listing", "no_such_problem", "away"]


class Reports:
    """Takes reports for one process.

    A client is told apart by a hash of its address with a salt that lives as long as the process and is
    written nowhere: the address cannot be found again from it. The counts are forgotten after the hour.
    """

    def __init__(self, directory: DirectoryState) -> None:
        self.directory = directory
        self._salt = os.urandom(32)
        self._counts = FixedWindowRateLimiter(MemoryStorage())
        self._client = RateLimitItemPerHour(A_CLIENT_AN_HOUR, namespace="client")
        self._all = RateLimitItemPerHour(A_PROCESS_AN_HOUR, namespace="all")

    def take(self, number: str, problem: str, client: str) -> Outcome:
        """Queue a note for the stewards. `problem` is a code of `PROBLEMS`, `client` an address."""
        if problem not in PROBLEMS:
            return "no_such_problem"
        mark = hashlib.blake2b(client.encode("utf-8", "replace"), key=self._salt, digest_size=16).hexdigest()
        if not self._counts.test(self._all) or not self._counts.hit(self._client, mark):
            return "too_many"
        try:
            if self.directory.current().published.service(number) is None:
                return "no_such_listing"
            self._counts.hit(self._all)
            store = self.directory.store()
            store.add_note(number, problem)
        except Unavailable:
            return "away"
        except ProblemError as error:
            if error.code == "store_away":
                return "away"
            raise
        return "taken"

    def wait(self, client: str) -> int:
        """Seconds until a client that sent too many may send another."""
        mark = hashlib.blake2b(client.encode("utf-8", "replace"), key=self._salt, digest_size=16).hexdigest()
        ends = [self._counts.get_window_stats(self._all)]
        ends.append(self._counts.get_window_stats(self._client, mark))
        full = [stats.reset_time for stats in ends if stats.remaining == 0]
        return max(1, round(max(full, default=time.time()) - time.time()))
