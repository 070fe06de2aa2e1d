"""Draws the maps with folium, once, at build time. Nothing that serves or looks up may import this module.

For each district there is a map of every layer within it, and for each layer a map of the whole city:

    district/<code>.html, .js, .json       layer/<layer>.html, .js, .json
    pieces/<layer>/<code>.json             small/<layer>.json

`.html` is a page to be framed, `.js` what folium drew, `.json` the outlines for `picture`; `small` are light
pictures of a whole layer, `pieces` those of an area cut by the other layers. No file holds a
postcode: the spot is put on the map in the browser. Maps load nothing but our own files and hold no inline
script and no inline style, so that they work under the policy in `api/pages/csp.py`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.gazetteer import holds_on
from geo.maps.look import look_of
from geo.maps.picture import Plane, file_stem, rings_of, sample_line
from geo.maps.pieces import pieces
from geo.maps.small import small_picture

Feature = dict[str, Any]
Progress = Callable[[int, int], None]

# What a district's map shows before the reader switches layers, and what its still picture shows.
SHOWN_FIRST = ("district", "hub")
PICTURED = ("district", "hub", "childrens_centre", "health_visiting")
# Metres are 1e-5 degrees near enough: a feature that overlaps a district by less than this part of itself is
# only a neighbour that shares its edge.
LEAST_PART = 0.005
DRAWN = "drawn.json"
# Change it whenever the same shapes are drawn otherwise: maps of another way of drawing are drawn again.
WAY_OF_DRAWING = "2"
_FOR_FOLIUM = {ord(sign): f"&#{ord(sign)};" for sign in "`$\\{}"}


@dataclass(frozen=True)
class DrawnLayer:
    """A layer to draw: the words for it, and its shapes as GeoJSON (WGS 84, properties `code` and `name`)."""

    layer: str
    title: str
    generation: str
    kind: str
    status: str
    basis: str
    geojson: Path


# A layer with the areas of it to draw, and whether the map shows it before the reader switches layers.
Layers = list[tuple[DrawnLayer, list[Feature], bool]]


def drawn_layers(var: Path, generations: Sequence[Mapping[str, Any]], on: dt.date) -> dict[str, DrawnLayer]:
    """What to draw for a day: of each layer the generation that holds, if a build has made its shapes.

    Official areas that have ended (the wards of 2004) are still drawn; teams that no longer answer are not.
    `generations` are those of the gazetteer's `meta`.
    """
    found: dict[str, DrawnLayer] = {}
    holding: set[str] = set()
    for generation in sorted(generations, key=lambda one: str(one["valid_from"])):
        layer, identity = str(generation["layer"]), str(generation["id"])
        shapes = var / "shapes" / layer / f"{identity}.geojson"
        begun = generation["valid_from"] <= on.isoformat()
        holds = holds_on(generation, on)
        ended_but_shown = begun and generation["kind"] == "reference" and layer not in holding
        if (holds or ended_but_shown) and shapes.is_file():
            holding |= {layer} if holds else set()
            found[layer] = DrawnLayer(
                layer,
                str(generation["title"]),
                identity,
                str(generation["kind"]),
                str(generation["status"]),
                str(generation.get("shapes", "")),
                shapes,
            )
    order = list(dict.fromkeys(str(generation["layer"]) for generation in generations))
    return {layer: found[layer] for layer in order if layer in found}


def tip(text: object) -> str:
    """Words made safe for folium, which pastes them into HTML inside JavaScript and renders the whole twice.

    Besides HTML's own characters these are the backtick, the dollar sign and the backslash (`${...}` in a
    name would be executed in the browser) and the braces (`{{...}}` would be executed by Jinja at build
    time: folium takes what it has drawn for a template again).
    """
    return html.escape(str(text)).translate(_FOR_FOLIUM)


def build_maps(
    shapes_by_layer: Mapping[str, DrawnLayer], out_dir: Path, progress: Progress | None = None
) -> list[Path]:
    """Draws every map and picture into `out_dir` and returns the files written.

    Each file is put in place by renaming, so a reader never meets half a file; files of an earlier build that
    this one did not write are removed. Raises OSError when `out_dir` cannot be written and ValueError when a
    GeoJSON file is not one of areas.
    """
    features = {layer: read_features(drawn.geojson) for layer, drawn in shapes_by_layer.items()}
    districts = features.get("district", [])
    total = len(shapes_by_layer) + len(districts)
    drawn_so_far = 0
    written: list[Path] = []

    def done(files: Iterable[Path]) -> None:
        nonlocal drawn_so_far
        written.extend(files)
        drawn_so_far += 1
        if progress:
            progress(drawn_so_far, total)

    shapes = {layer: outlines(found) for layer, found in features.items()}

    for layer, drawn in shapes_by_layer.items():
        chosen = {name: features[name] for name in ("district", layer) if name in features}
        done(
            _write(
                out_dir / "layer" / file_stem(layer),
                f"Map: {drawn.title}",
                [(shapes_by_layer[name], chosen[name], True) for name in chosen],
                bounds(features[layer]),
                tuple(chosen),
            )
        )
    for layer, drawn in shapes_by_layer.items():
        window = bounds(districts or features[layer])
        small = small_picture(drawn, features[layer], shapes[layer], window)
        written.append(_put(out_dir / "small" / f"{file_stem(layer)}.json", small))
    for name, text in pieces(shapes_by_layer, features, shapes, lambda feature: bounds([feature])):
        written.append(_put(out_dir / name, text))
    for place, district in enumerate(districts):
        outline = shapes["district"][place]
        inside = {layer: within(outline, found, shapes[layer]) for layer, found in features.items()}
        inside["district"] = districts
        done(
            _write(
                out_dir / "district" / file_stem(district["properties"]["code"]),
                f"Map of {district['properties']['name']} district",
                [(shapes_by_layer[name], inside[name], name in SHOWN_FIRST) for name in inside],
                bounds([district]),
                PICTURED,
                district["properties"]["code"],
            )
        )
    _remove_others(out_dir, set(written))
    # Written last: a build that was broken off has not drawn what it should.
    _put(out_dir / DRAWN, json.dumps(_told(shapes_by_layer)))
    return written


def already_drawn(chosen: Mapping[str, DrawnLayer], out_dir: Path) -> bool:
    """Whether `out_dir` holds whole maps of these layers, as they are called and shaped now."""
    try:
        found = json.loads((out_dir / DRAWN).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return bool(found == _told(chosen))


def _told(chosen: Mapping[str, DrawnLayer]) -> dict[str, list[str]]:
    """Everything that maps depend on, by layer."""
    return {"": [WAY_OF_DRAWING]} | {
        layer: [
            drawn.generation,
            drawn.title,
            drawn.status,
            drawn.basis,
            hashlib.sha256(drawn.geojson.read_bytes()).hexdigest(),
        ]
        for layer, drawn in chosen.items()
    }


def read_features(file: Path) -> list[Feature]:
    """The areas of a GeoJSON file, each coordinate to 5 decimals (a metre)."""
    try:
        found = json.loads(file.read_text("utf-8"))
        return [
            {
                "type": "Feature",
                "properties": {
                    "code": str(feature["properties"]["code"]),
                    "name": str(feature["properties"]["name"]),
                },
                "geometry": {
                    "type": feature["geometry"]["type"],
                    "coordinates": _shorten(feature["geometry"]["coordinates"]),
                },
            }
            for feature in found["features"]
            if rings_of(feature["geometry"])
        ]
    except (ValueError, KeyError, TypeError) as wrong:
        raise ValueError(f"{file}: not GeoJSON of areas with a code and a name ({wrong})") from wrong


def _shorten(coordinates: Any) -> Any:
    if isinstance(coordinates, (int, float)):
        return round(coordinates, 5)
    return [_shorten(inner) for inner in coordinates]


def bounds(features: Iterable[Feature], margin: float = 0.03) -> Plane:
    """The window around areas (degrees, WGS 84), widened on each side by a part of its size."""
    points = [point for feature in features for ring in rings_of(feature["geometry"]) for point in ring]
    if not points:
        raise ValueError("a layer without areas cannot be drawn")
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    wide, high = (east - west) * margin, (north - south) * margin
    return Plane(west - wide, south - high, east + wide, north + high)


def outlines(features: list[Feature]) -> Any:
    """The geometries of areas as an array of valid shapely polygons, in their order."""
    import numpy
    import shapely

    texts = [json.dumps(feature["geometry"]) for feature in features]
    return shapely.make_valid(shapely.from_geojson(numpy.array(texts, dtype=object)))


def within(district: Any, features: list[Feature], shapes: Any) -> list[Feature]:
    """The areas that lie in a district, wholly or in part; one that only shares an edge with it does not."""
    import shapely

    shapely.prepare(district)
    found = []
    for at in shapely.intersects(district, shapes).nonzero()[0]:
        if shapely.area(shapely.intersection(district, shapes[at])) > LEAST_PART * shapely.area(shapes[at]):
            found.append(features[at])
    return found


def _write(
    stem: Path,
    title: str,
    layers: Layers,
    window: Plane,
    pictured: tuple[str, ...],
    chosen: str | None = None,
) -> list[Path]:
    picture = {
        "title": title,
        "plane": [window.west, window.south, window.east, window.north],
        "layers": [
            {
                "layer": drawn.layer,
                "title": drawn.title,
                "status": drawn.status,
                "generation": drawn.generation,
                "basis": drawn.basis,
                "areas": [
                    {**feature["properties"], "path": path}
                    for feature in features
                    if (path := window.path(rings_of(_clipped(feature["geometry"], window))))
                ],
            }
            for name in pictured
            for drawn, features, _ in layers
            if drawn.layer == name
        ],
    }
    files = {
        ".html": _page(stem, title, layers),
        ".js": _script(layers, window, chosen),
        ".json": json.dumps(picture, ensure_ascii=False, separators=(",", ":")),
    }
    return [_put(stem.with_name(stem.name + ending), text) for ending, text in files.items()]


def _clipped(geometry: dict[str, Any], window: Plane) -> dict[str, Any]:
    """What a picture can show of an area, with enough beyond its edge that the cut itself is never seen."""
    from shapely import clip_by_rect, from_geojson, make_valid
    from shapely.geometry import MultiPolygon, mapping

    beyond = 0.05 * max(window.east - window.west, window.north - window.south)
    cut = clip_by_rect(
        make_valid(from_geojson(json.dumps(geometry))),
        window.west - beyond,
        window.south - beyond,
        window.east + beyond,
        window.north + beyond,
    )
    parts = [
        part for part in getattr(cut, "geoms", [cut]) if part.geom_type == "Polygon" and not part.is_empty
    ]
    found: dict[str, Any] = mapping(MultiPolygon(parts))
    return found


def _script(layers: Layers, window: Plane, chosen: str | None) -> str:
    """What folium draws, with names that do not change from build to build (`map_main`, `geo_json_hub`).

    The area with the code `chosen` is filled a little darker than the others.
    """
    import folium

    class OfflineMap(folium.Map):
        default_js = [("leaflet", "/static/vendor/leaflet/leaflet.js")]  # noqa: RUF012
        default_css = [("leaflet_css", "/static/vendor/leaflet/leaflet.css")]  # noqa: RUF012

    city = OfflineMap(
        tiles=None, zoom_control=True, scroll_wheel_zoom=False, attributionControl=False, zoom_snap=0.25
    )
    city._id = "main"
    city.fit_bounds([[window.south, window.west], [window.north, window.east]])
    for drawn, features, shown in layers:
        look = look_of(drawn.layer)
        style = {
            "color": look.colour,
            "weight": look.weight,
            "dashArray": look.dash or None,
            "fillOpacity": 0.04,
        }
        own = {**style, "fillOpacity": 0.16}
        group = folium.FeatureGroup(name=tip(drawn.title), show=shown)
        group._id = drawn.layer
        safe = [
            {
                **feature,
                "properties": {
                    "code": tip(feature["properties"]["code"]),
                    "name": tip(feature["properties"]["name"]),
                    "layer": tip(drawn.title),
                },
            }
            for feature in features
        ]
        shapes = folium.GeoJson(
            {"type": "FeatureCollection", "features": safe},
            name=tip(drawn.title),
            style_function=lambda feature, style=style, own=own: (
                own if chosen and feature["properties"]["code"] == tip(chosen) else style
            ),
            tooltip=folium.GeoJsonTooltip(["layer", "name"], labels=False),
        )
        shapes._id = drawn.layer
        shapes.add_to(group)
        group.add_to(city)
    figure: Any = city.get_root()
    figure.render()
    drawn_script: str = figure.script.render()
    return "\n".join(line.rstrip() for line in drawn_script.splitlines() if line.strip()) + "\n"


def _page(stem: Path, title: str, layers: Layers) -> str:
    switches = "".join(
        f'<label class="switch"><input type="checkbox" data-layer="{html.escape(drawn.layer)}"'
        f"{' checked' if shown else ''}> {sample_line(drawn.layer)} {html.escape(drawn.title)}"
        f"{' (illustrative)' if drawn.status == 'illustrative' else ''}</label>"
        for drawn, _, shown in layers
    )
    return (
        '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{html.escape(title)}</title>\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n'
        '<link rel="icon" href="/static/favicon.svg" type="image/svg+xml">\n'
        '<link rel="stylesheet" href="/static/vendor/leaflet/leaflet.css">\n'
        '<link rel="stylesheet" href="/static/map.css">\n</head>\n<body>\n<main>\n'
        f'<h1 class="unseen">{html.escape(title)}</h1>\n'
        f'<div class="folium-map" id="map_main" role="region" aria-label="{html.escape(title)}"></div>\n'
        f"<fieldset><legend>Show on the map</legend>{switches}</fieldset>\n</main>\n"
        '<script src="/static/vendor/leaflet/leaflet.js"></script>\n'
        f'<script src="{html.escape(stem.name)}.js"></script>\n'
        '<script src="/static/map-frame.js"></script>\n</body>\n</html>\n'
    )


def _put(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    waiting = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        waiting.write_text(text, "utf-8", newline="\n")
        waiting.replace(file)
    finally:
        waiting.unlink(missing_ok=True)
    return file


def _remove_others(out_dir: Path, kept: set[Path]) -> None:
    for folder in ("layer", "district", "small", "pieces"):
        for file in (out_dir / folder).rglob("*.*"):
            if file not in kept and not file.name.startswith("."):
                file.unlink(missing_ok=True)
