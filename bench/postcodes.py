"""Postcodes to measure with: many different ones, the same in every run."""

from __future__ import annotations

import random

from geo.build import gazetteer_path
from geo.gazetteer import Gazetteer
from geo.home import var_dir

SEED = 20261122


def gazetteer() -> Gazetteer:
    """The gazetteer of this installation."""
    return Gazetteer.open(gazetteer_path(var_dir()))


def city_postcodes(count: int) -> list[str]:
    """So many different postcodes of the city, in an order of chance with a fixed seed, spaces left out."""
    everyone = [shown.replace(" ", "") for shown in gazetteer().city.postcodes()]
    return random.Random(SEED).sample(everyone, count)


def uk_postcodes(count: int) -> list[str]:
    """So many postcodes from all over the UK."""
    outside = gazetteer().outside
    rows = random.Random(SEED).sample(range(outside.rows), count) if outside.rows >= count else []
    return [outside.postcode(row).replace(" ", "") for row in rows]
