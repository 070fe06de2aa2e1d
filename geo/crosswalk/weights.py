"""A weight for each postcode of the city from a CSV, such as the number of children, to count by."""

from __future__ import annotations

import csv
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from geo.crosswalk.crossing import crosswalk_of
from geo.gazetteer import NONE, Gazetteer
from geo.postcode import kind, normalise

_SHOWN = 5


class WeightsError(ValueError):
    """The file cannot be used; the message says where and what to do."""


@dataclass(frozen=True)
class Weights:
    """A weight for each city row, and what was left out: keys of the file that the city does not have."""

    by_row: list[float]
    name: str
    keyed_by: str
    unknown: list[str]

    @property
    def note(self) -> str:
        """What the reader must know of keys that were not counted; empty where all were."""
        if not self.unknown:
            return ""
        shown = ", ".join(self.unknown[:_SHOWN]) + (" …" if len(self.unknown) > _SHOWN else "")
        return f"not counted, because the city has no such {self.keyed_by} ({len(self.unknown)}): {shown}"


def read_weights(path: Path, gazetteer: Gazetteer) -> Weights:
    """Read a CSV with a header, a key in its first column and a weight in its second.

    Keys are postcodes, in any spelling, or the codes of one layer (LSOA, ward). The weight of an area is
    spread evenly over its homes' postcodes. Raises `WeightsError` with the line for what is no number, is
    below nothing, or is told twice, and `OSError` for a file that cannot be read.
    """
    rows = _rows(path)
    layer = None if _is_postcode(rows[0][1]) else _layer_of(rows[0][1], gazetteer)
    if layer is None and not _is_postcode(rows[0][1]):
        raise WeightsError(
            f"{path}, line {rows[0][0]}: {rows[0][1]!r} is neither a postcode nor a code of any layer."
        )
    by_key: dict[str, float] = {}
    for line, key, weight in rows:
        known = key if layer is not None else normalise(key)
        if known in by_key:
            raise WeightsError(f"{path}, line {line}: {key} is there twice.")
        by_key[known] = weight
    name = path.stem
    if layer is None:
        return _by_postcode(by_key, gazetteer, name)
    return _by_area(by_key, layer, gazetteer, name)


def _rows(path: Path) -> list[tuple[int, str, float]]:
    found: list[tuple[int, str, float]] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            if next(reader, None) is None:
                raise WeightsError(f"{path} is empty. It needs a header and rows of a key and a weight.")
            for row in reader:
                if row:
                    found.append(_row(path, reader.line_num, row))
    except (UnicodeDecodeError, csv.Error) as error:
        raise WeightsError(f"{path} is not a CSV in UTF-8: {error}") from None
    if not found:
        raise WeightsError(f"{path} holds no row below its header.")
    return found


def _row(path: Path, line: int, row: list[str]) -> tuple[int, str, float]:
    if len(row) < 2:
        raise WeightsError(f"{path}, line {line}: it needs a key and a weight.")
    try:
        weight = float(row[1].replace(",", ""))
    except ValueError:
        weight = math.nan
    if not (math.isfinite(weight) and weight >= 0):
        raise WeightsError(f"{path}, line {line}: the weight {row[1]!r} is not a number from 0 up.")
    return line, row[0].strip(), weight


def _is_postcode(key: str) -> bool:
    return kind(normalise(key)) == "full"


def _layer_of(code: str, gazetteer: Gazetteer) -> int | None:
    """The newest generation that has an area of this code."""
    holding = [
        (generation["valid_from"], index)
        for index, generation in enumerate(gazetteer.generations)
        if any(code == one for one, _name in generation["areas"])
    ]
    return max(holding)[1] if holding else None


def _by_postcode(by_key: dict[str, float], gazetteer: Gazetteer, name: str) -> Weights:
    live = crosswalk_of(gazetteer).live
    weights, unknown = [0.0] * gazetteer.city_rows, []
    for postcode, weight in by_key.items():
        row = gazetteer.city.row(postcode)
        if row < 0 or not live[row]:
            unknown.append(postcode)
        else:
            weights[row] = weight
    return Weights(weights, name, "postcode", unknown)


def _by_area(by_key: dict[str, float], layer: int, gazetteer: Gazetteer, name: str) -> Weights:
    generation, column = gazetteer.generations[layer], gazetteer.columns[layer].tolist()
    homes = crosswalk_of(gazetteer).homes
    held = Counter(area for area, home in zip(column, homes, strict=True) if home)
    places = {code: place for place, (code, _name) in enumerate(generation["areas"])}
    share = {
        place: by_key[code] / held[place] for code, place in places.items() if code in by_key and held[place]
    }
    weights = [
        share.get(area, 0.0) if home and area != NONE else 0.0
        for area, home in zip(column, homes, strict=True)
    ]
    unknown = [code for code in by_key if code not in places or not held[places[code]]]
    return Weights(weights, name, str(generation["title"]), unknown)
