"""What a page needs to show a map: the address of the framed one, and the still picture for its place."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from api.pages.lettering import Box, broken, name_set, set_lines
from api.pages.words import percent
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


@lru_cache(maxsize=256)
def _read_pieces(file: Path, changed: int) -> dict[str, Any] | None:
    return picture.read_pieces(file)


def pieces_of(var_dir: Path, layer: str, code: str, generation: str) -> dict[str, Any] | None:
    """The pieces into which other layers cut an area; None when no build has drawn this generation of it."""
    file = var_dir / "maps" / "pieces" / file_stem(layer) / f"{file_stem(code)}.json"
    try:
        found = _read_pieces(file, file.stat().st_mtime_ns)
    except OSError:
        return None
    return found if found is not None and found["generation"] == generation else None


LEAST_NAMED = 0.02  # a piece with less of an area's homes gets no name in the picture: the list has it


def cut_picture(found: dict[str, Any] | None, side: dict[str, Any], place: str) -> dict[str, Any] | None:
    """The picture of an area cut by one layer: outline, pieces with their looks, and names set into them.

    `side` has layer, generation, counted and areas (code, name, share, look). Only pieces that hold homes are
    shown. None where this generation has not been drawn.
    """
    if found is None:
        return None
    across = next((one for one in found["layers"] if one["layer"] == side["layer"]), None)
    if across is None or across["generation"] != side["generation"]:
        return None
    drawn = {piece["code"]: piece for piece in across["pieces"]}
    window = Box(found["width"] / 2, found["height"] / 2, found["width"] / 2 - 8, found["height"] / 2 - 8)
    taken: list[Box] = []
    shown = []
    for area in side["areas"]:
        piece = drawn.get(area["code"])
        if piece is None:
            continue
        named = None
        if piece["at"] and area["share"] >= LEAST_NAMED:
            share = percent(area["share"])
            for name in (area["name"], area["code"]):
                named = named or name_set(name, share, piece["at"], piece["room"], window, taken)
        box, lines, size = named or (None, [], 0)
        taken += [box] if box else []
        shown.append({"path": piece["path"], "look": area["look"], "lines": lines, "size": size})
    told = ", ".join(f"{area['name']} {percent(area['share'])}" for area in side["areas"])
    return {
        "width": found["width"],
        "height": found["height"],
        "outline": found["outline"],
        "pieces": shown,
        "words": f"{place} cut into the areas of {side['counted']}: {told}",
        "derived": _derived(across),
    }


def locator(var_dir: Path, area: dict[str, Any], districts: dict[str, Any] | None) -> dict[str, Any] | None:
    """Where an area lies in the city: the districts' outlines and its own; None where they are not drawn."""
    city = small_picture(var_dir, "district", districts["generation"]) if districts else None
    own = small_picture(var_dir, area["layer"], area["generation"])
    path = next((one["path"] for one in own["areas"] if one["code"] == area["code"]), "") if own else ""
    if city is None or own is None or city["plane"] != own["plane"] or not path:
        return None
    return {
        "width": city["width"],
        "height": city["height"],
        "lines": "".join(one["path"] for one in city["areas"]),
        "own": path,
    }
