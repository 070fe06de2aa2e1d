"""The map beside the results of a search: each place with the numbers that its services have in the list."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from api.pages.drawing import laid_down
from api.pages.site import Facts
from geo.maps import picture

HOME = "Spot of the postcode"


def places_of(results: Sequence[Facts]) -> list[Facts]:
    """Where the shown results are, one entry a spot: lat and lon in degrees (WGS 84), numbers, words.

    Services in one building share its entry. Numbers are those of the list, from 1 on each page.
    """
    found: dict[tuple[float, float], Facts] = {}
    for number, result in enumerate(results, 1):
        for place in result.get("places") or []:
            lat, lon = place.get("latitude"), place.get("longitude")
            if not isinstance(lat, int | float) or not isinstance(lon, int | float):
                continue
            key = (round(float(lat), 4), round(float(lon), 4))  # about ten metres
            entry = found.setdefault(key, {"lat": float(lat), "lon": float(lon), "numbers": [], "names": []})
            if number not in entry["numbers"]:
                entry["numbers"].append(number)
                entry["names"].append(str(result["name"]))
    return list(found.values())


def results_map(
    var_dir: Path, results: Sequence[Facts], home: Facts | None, of: str = "this list"
) -> dict[str, Any] | None:
    """What a page needs to show the map; None where no build has drawn one or no result has a place.

    `home` is the position of the postcode (lat, lon) where there is one. The ground is the map of the ten
    districts that a build has drawn with folium; the places are put on it in the browser.
    """
    from markupsafe import Markup

    places = places_of(results)
    ground = laid_down(var_dir / "maps" / "layer" / "district.json")
    if ground is None or not places:
        return None
    spot = home or {}
    lat, lon = spot.get("lat"), spot.get("lon")
    title = f"Map of the places of {of}"
    marks = [(one["lat"], one["lon"], label(one["numbers"])) for one in places]
    told = [
        {"lat": one["lat"], "lon": one["lon"], "label": label(one["numbers"]), "numbers": one["numbers"],
         "names": one["names"]}
        for one in places
    ]  # fmt: skip
    return {
        "address": "/maps/layer/district.html",
        "title": title,
        "svg": Markup(picture.draw(ground, title, lat=lat, lon=lon, marks=marks)),
        "lat": lat,
        "lon": lon,
        "label": HOME,
        "places": json.dumps(told, ensure_ascii=False, separators=(",", ":")),
    }


def label(numbers: Sequence[int]) -> str:
    """The words of a mark: "3", "3, 7", or "3, 7 +4" where more would not fit."""
    words = ", ".join(str(number) for number in numbers[:2])
    return f"{words} +{len(numbers) - 2}" if len(numbers) > 2 else words
