"""The order of results: match, then whether it serves this home, then freshness and room.

One product of named factors, each from 0 to 1. Making one thing about a listing better never lowers it:

    score = match x home x assured x capacity x reach x near

`match` is 1 for the best text match and falls with the share of what was asked that a listing lacks. What
matters more has the wider range: a listing with half the match does not make it up by being near, nor one
that does not serve the home by being fresh. Ties are told apart by name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from directory.search.columns import CAPACITY, Columns
from directory.search.filters import capacity_on
from directory.search.reach import CHECK, COUNTRY, NO, UNKNOWN, YES
from directory.search.text import Hits

# Of what was asked, weighed by how rare each thing is, a result must have this share.
LEAST_COVERED = 0.4
# Less will do where no result has it all: this part of the best share that any has, and never below the last.
OF_BEST = 0.6
LEAST_AT_ALL = 0.15
# The match of one that has all of what was asked but for a share of one: squared.
COVER_POWER = 1.0
# What no listing has at all is missed by all of them: so much of what its rarity would make of it.
UNKNOWN_WORD = 0.5
# How much of the match is how well the words match, beside whether they are there at all.
TEXT_SHARE = 0.8
TEXT_POWER = 1.0

HOME = {YES: 1.0, CHECK: 0.95, UNKNOWN: 0.8, NO: 0.3}
NOT_STATED, OVERDUE = 0.97, 0.8  # of when a listing was last assured
CAPACITY_FACTOR = {"open": 1.0, "unknown": 0.98, "waiting_list": 0.92, "closed": 0.7}
NATIONAL = 0.95  # a service for the whole country, beside one for the city
AGES_NOT_STATED = 0.97
FARTHEST_LOSS, HALF_LOSS_METRES = 0.15, 4000.0  # at most so much is lost, half of it at so many metres
NO_PLACE_METRES = 4000.0  # what a service without a place counts as


@dataclass(frozen=True)
class Matched:
    """What the words found: listings (numbers), their match from 0 to 1, a bit for each term they have."""

    numbers: NDArray[np.int64]
    match: NDArray[np.float64]
    groups: NDArray[np.uint64]


def matched(hits: Hits, importance: Sequence[float], total: int, *, least: float | None = None) -> Matched:
    """Hits with their match. `importance[i]` tells how much group i is missed.

    How much a group counts depends on that and on how rare it is among `total` listings. A hit with less
    than `least` (`LEAST_COVERED`) of what was asked, weighed so, is left out.
    """
    numbers = hits.numbers.astype(np.int64)
    if not len(numbers):
        return Matched(numbers, np.empty(0), hits.groups)
    has = ((hits.groups[:, None] >> np.arange(len(importance), dtype=np.uint64)) & np.uint64(1)).astype(bool)
    holding = has.sum(axis=0)
    weight = np.log1p(total / (1.0 + holding)) * np.where(holding > 0, 1.0, UNKNOWN_WORD)
    needed = np.array(importance) * weight
    covered = has @ needed / needed.sum() if needed.sum() > 0 else np.ones(len(numbers))
    if least is None:  # of a long sentence even the best has only a part
        least = max(LEAST_AT_ALL, min(LEAST_COVERED, OF_BEST * float(covered.max())))
    kept = covered >= least - 1e-9
    scores = hits.scores[kept].astype(np.float64)
    best = scores.max(initial=0.0)
    text = (scores / best) ** TEXT_POWER if best > 0 else np.ones(len(scores))
    match = covered[kept] ** COVER_POWER * (1 - TEXT_SHARE + TEXT_SHARE * text)
    return Matched(numbers[kept], match, hits.groups[kept])


def everything(total: int) -> Matched:
    """All listings, none better than another: a search by filters alone."""
    return Matched(np.arange(total, dtype=np.int64), np.ones(total), np.zeros(total, np.uint64))


def assured_factor(columns: Columns, day: dt.date) -> NDArray[np.float64]:
    """Whether each listing has been confirmed and is not overdue for review on a day."""
    overdue = overdue_on(columns, day)
    stated = columns["assured"] > 0
    return np.where(overdue, OVERDUE, np.where(stated, 1.0, NOT_STATED))


def overdue_on(columns: Columns, day: dt.date) -> NDArray[np.bool_]:
    """Whether the day to look at each listing again has gone by."""
    return (columns["review_by"] > 0) & (columns["review_by"] < day.toordinal())


def near_factor(metres: NDArray[np.float32]) -> NDArray[np.float64]:
    """Nearer is better: 1 at the door, falling ever slower."""
    away = np.where(np.isinf(metres), NO_PLACE_METRES, metres).astype(np.float64)
    return 1 - FARTHEST_LOSS * away / (away + HALF_LOSS_METRES)


def standing(columns: Columns, day: dt.date) -> NDArray[np.float64]:
    """What holds of a listing on a day whoever asks: assured, capacity, reach."""
    capacity = capacity_on(columns, day)
    by_state = np.array([CAPACITY_FACTOR[state] for state in CAPACITY])
    room = np.where(columns["closed"] == 1, CAPACITY_FACTOR["closed"], by_state[capacity])
    countries = [value for value in columns.values["area"] if value.split(" ")[0] == COUNTRY]
    reach = np.where(columns.having("area", countries), NATIONAL, 1.0)
    ages = np.isnan(columns["minimum_age"]) & np.isnan(columns["maximum_age"])
    return assured_factor(columns, day) * room * reach * np.where(ages, AGES_NOT_STATED, 1.0)


def home_factor(serves: NDArray[np.int8]) -> NDArray[np.float64]:
    """What it counts whether each listing serves the home."""
    return np.array([HOME[level] for level in range(len(HOME))])[serves]


def order(
    found: Matched,
    standing: NDArray[np.float64],
    serves: NDArray[np.int8] | None,
    metres: NDArray[np.float32] | None,
    by_name: NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Places within `found`, best first, and their scores in that order."""
    numbers = found.numbers
    score = found.match * standing[numbers]
    if serves is not None:
        score = score * home_factor(serves)[numbers]
    if metres is not None:
        score = score * near_factor(metres[numbers])
    ranked = np.lexsort((by_name[numbers], -score))
    return ranked, score[ranked]
