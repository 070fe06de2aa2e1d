"""A feed as this installation takes it in: read and planned with its columns, needs, postcodes and areas."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from directory.listings.importing import Plan, Wishes
    from directory.listings.reading.feed import Feed
    from directory.store.store import Store

Progress = Callable[[int, int], None]


def read_here(where: str, source: str, data: Path, var: Path, progress: Progress | None = None) -> Feed:
    """Read a feed. Raises `FeedError` where it cannot be used as a whole."""
    from directory.listings.needs import load_needs
    from directory.listings.reading.opening import read_feed
    from directory.listings.template import read_columns

    return read_feed(where, source, read_columns(data), load_needs(data, var), progress)


def plan_here(
    feed: Feed, store: Store | None, source: str, data: Path, var: Path, wishes: Wishes | None = None,
    progress: Progress | None = None,
) -> Plan:  # fmt: skip
    """What importing the feed would do, checked against everything that this installation knows."""
    from directory.listings.importing import plan
    from directory.listings.known import load_known
    from directory.listings.needs import load_needs
    from directory.listings.template import read_columns

    return plan(
        feed, store, source, needs=load_needs(data, var), known=load_known(data, var),
        columns=read_columns(data), wishes=wishes, progress=progress,
    )  # fmt: skip
