"""What a page needs to show a map: the address of the framed one, and the still picture for its place."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from api.pages.lettering import broken, set_lines
from geo.maps import picture
from geo.maps.picture import file_stem

NAME_SIZE = 34  # letters on the city's picture, in its units: some 14 px where it is 320 px wide


@lru_cache(maxsize=64)
def _read(file: Path, changed: int) -> dict[str, Any] | None:
    return picture.read_picture(file)


def laid_down(file: Path) -> dict[str, Any] | None:
    """The outlines of a map that a build has drawn; None where it has not."""
    try:
        return _read(file, file.stat().st_mtime_ns)
    except OSError:
        return None


def district_map(
    var_dir: Path,
    code: str,
    name: str,
    position: dict[str, Any] | None,
    label: str,
    generations: dict[str, str],
) -> dict[str, Any] | None:
    """The map of a district with the spot of a postcode.

    None when no build has drawn it, or has drawn another generation of a layer than `generations` (layer to
    generation) says holds: no map is better than one with yesterday's teams.
    """
    found = laid_down(var_dir / "maps" / "district" / f"{file_stem(code)}.json")
    if found is None:
        return None
    if any(generations.get(one["layer"], one["generation"]) != one["generation"] for one in found["layers"]):
        return None
    place = position or {}
    lat, lon = place.get("lat"), place.get("lon")
    return _drawing(
        f"/maps/district/{file_stem(code)}.html",
        found,
        f"Map of {name} district with the boundaries of its teams" + ("" if lat is None else f" and {label}"),
        lat=lat,
        lon=lon,
        label=label,
    )


def layer_map(
    var_dir: Path, layer: str, generation: str | None, title: str, chosen: dict[str, Any] | None = None
) -> dict[str, Any] | None:
    """The map of a layer over the whole city, with one area brought out if `chosen` (code, name) is given.

    None when no build has drawn this generation of the layer.
    """
    found = laid_down(var_dir / "maps" / "layer" / f"{file_stem(layer)}.json")
    if found is None or (layer, generation) not in {
        (one["layer"], one["generation"]) for one in found["layers"]
    }:
        return None
    label = f"Map of the city: {title}" + (f", {chosen['name']} brought out" if chosen else "")
    address = f"/maps/layer/{file_stem(layer)}.html"
    return _drawing(address, found, label, layer=layer, code=chosen["code"] if chosen else None)


def _derived(layer: dict[str, Any]) -> bool:
    return str(layer.get("basis", "")).startswith("derived")


def _drawing(
    address: str,
    found: dict[str, Any],
    title: str,
    *,
    lat: float | None = None,
    lon: float | None = None,
    label: str = "",
    layer: str = "",
    code: str | None = None,
) -> dict[str, Any]:
    from markupsafe import Markup

    return {
        "address": address,
        "title": title,
        "svg": Markup(picture.draw(found, title, lat=lat, lon=lon, chosen=(layer, code) if code else None)),
        "derived": any(_derived(one) for one in found["layers"]),
        "official": [one["title"] for one in found["layers"] if not _derived(one)],
        "key": [{"title": line["title"], "line": Markup(line["line"])} for line in picture.key(found)],
        "lat": lat,
        "lon": lon,
        "label": label,
        "layer": layer,
        "code": code,
    }


@lru_cache(maxsize=64)
def _read_small(file: Path, changed: int) -> dict[str, Any] | None:
    return picture.read_small(file)


def small_picture(var_dir: Path, layer: str, generation: str | None) -> dict[str, Any] | None:
    """The small picture of a layer over the whole city: layer, title, width, height, and its areas.

    Each area has code, name, path and the lines of its name. None when no build has drawn this generation.
    """
    file = var_dir / "maps" / "small" / f"{file_stem(layer)}.json"
    try:
        found = _read_small(file, file.stat().st_mtime_ns)
    except OSError:
        return None
    return found if found is not None and found["generation"] == generation else None


def city_picture(var_dir: Path, generation: str | None) -> dict[str, Any] | None:
    """The ten districts with their names, for `parts/city.html`; None when no build has drawn them."""
    found = small_picture(var_dir, "district", generation)
    if found is None:
        return None
    return found | {
        "size": NAME_SIZE,
        "areas": [
            one | {"lines": set_lines(broken(one["name"], 8), one["at"], NAME_SIZE) if one["at"] else []}
            for one in found["areas"]
        ],
    }
