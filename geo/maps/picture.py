"""The still picture of a map: inline SVG, for readers without JavaScript and for print.

`build` lays the outlines down once as path data in a plane of whole units (about 1,000 across the picture).
Drawing one for a page only joins strings, so no geometry library is needed while serving.

The plane is WGS 84 longitude and latitude with longitude shortened by the cosine of the picture's middle
latitude. Over a city this is off by less than the width of a line.
"""

from __future__ import annotations

import hashlib
import html
import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.maps.look import look_of

UNITS = 1000
Ring = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Plane:
    """The window of a picture: its edges in degrees (WGS 84) and its size in units."""

    west: float
    south: float
    east: float
    north: float

    @property
    def shortening(self) -> float:
        """Length of a degree of longitude, as a part of a degree of latitude."""
        return math.cos(math.radians((self.south + self.north) / 2))

    @property
    def scale(self) -> float:
        """Units to a degree of latitude."""
        longest = max((self.east - self.west) * self.shortening, self.north - self.south)
        return UNITS / longest if longest > 0 else 1.0

    @property
    def width(self) -> int:
        return max(1, round((self.east - self.west) * self.shortening * self.scale))

    @property
    def height(self) -> int:
        return max(1, round((self.north - self.south) * self.scale))

    def point(self, lat: float, lon: float) -> tuple[int, int]:
        """Degrees to units, x to the right and y down."""
        return (
            round((lon - self.west) * self.shortening * self.scale),
            round((self.north - lat) * self.scale),
        )

    def holds(self, lat: float, lon: float) -> bool:
        return self.west <= lon <= self.east and self.south <= lat <= self.north

    def path(self, rings: Iterable[Ring]) -> str:
        """SVG path data of rings of (lon, lat)."""
        return path_of([self.point(lat, lon) for lon, lat, *_ in ring] for ring in rings)


def path_of(rings: Iterable[Iterable[tuple[int, int]]]) -> str:
    """SVG path data of rings in whole units; points that fall on one unit are drawn once."""
    parts: list[str] = []
    for ring in rings:
        points: list[tuple[int, int]] = []
        for at in ring:
            if not points or points[-1] != at:
                points.append(at)
        if len(points) < 4:
            continue
        x, y = points[0]
        parts.append(f"M{x} {y}l")
        steps = []
        for to_x, to_y in points[1:-1]:
            steps.append(f"{to_x - x} {to_y - y}")
            x, y = to_x, to_y
        parts.append(" ".join(steps).replace(" -", "-"))
        parts.append("z")
    return "".join(parts)


def file_stem(code: str) -> str:
    """A code as a file name: itself where it is plain, else a digest of it."""
    if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", code):
        return code
    return "x" + hashlib.sha256(code.encode()).hexdigest()[:20]


def rings_of(geometry: dict[str, Any]) -> list[Ring]:
    """Every ring of a GeoJSON Polygon or MultiPolygon, outer and inner; ValueError for other types."""
    if geometry["type"] == "Polygon":
        return list(geometry["coordinates"])
    if geometry["type"] == "MultiPolygon":
        return [ring for polygon in geometry["coordinates"] for ring in polygon]
    raise ValueError(f"a {geometry['type']} is not an area: a Polygon or MultiPolygon is needed")


def read_picture(file: Path) -> dict[str, Any] | None:
    """The laid-down picture, or None when no build has made it or it cannot be read."""
    try:
        found: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return found if found["plane"] and found["layers"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read_small(file: Path) -> dict[str, Any] | None:
    """A small picture of a layer with its `width` and `height` in units, or None when it cannot be read."""
    try:
        found: dict[str, Any] = json.loads(file.read_text("utf-8"))
        plane = Plane(*found["plane"])
        return found | {"width": plane.width, "height": plane.height} if found["areas"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read_pieces(file: Path) -> dict[str, Any] | None:
    """The pieces of an area as `geo.maps.pieces` laid them down, or None when they cannot be read."""
    try:
        found: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return found if found["outline"] and found["layers"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def draw(
    picture: dict[str, Any],
    label: str,
    *,
    lat: float | None = None,
    lon: float | None = None,
    chosen: tuple[str, str] | None = None,
    marks: Sequence[tuple[float, float, str]] = (),
) -> str:
    """The picture as an SVG element, safe to put into a page as it is.

    `label` says in words what is to be seen. `lat` and `lon` (degrees, WGS 84) put the spot; `chosen` is the
    layer and code of the area to bring out; `marks` are places with the few signs that stand on each. A spot
    or mark outside the picture is left out.
    """
    plane = Plane(*picture["plane"])
    out = [
        f'<svg class="ehf-picture" viewBox="0 0 {plane.width} {plane.height}" role="img" focusable="false" '
        f'aria-label="{html.escape(label)}" xmlns="http://www.w3.org/2000/svg">'
        # A box of its own: where the page gives the picture another shape, no cut edge comes into view.
        f'<svg width="{plane.width}" height="{plane.height}">'
    ]
    for layer in picture["layers"]:
        look = look_of(str(layer["layer"]))
        dash = f' stroke-dasharray="{look.dash.replace(" ", ",")}"' if look.dash else ""
        line = f'stroke="{look.colour}" stroke-width="{look.weight}" stroke-linejoin="round"{dash}'
        out.append(f'<g fill="none" {line}>')
        lines = "".join(area["path"] for area in layer["areas"])
        out.append(f'<path vector-effect="non-scaling-stroke" d="{html.escape(lines)}"/>')
        for area in layer["areas"]:
            if chosen is not None and (layer["layer"], area["code"]) == chosen:
                out.append(
                    '<path class="ehf-picture__chosen" vector-effect="non-scaling-stroke" '
                    f'd="{html.escape(area["path"])}"/>'
                )
        out.append("</g>")
    if lat is not None and lon is not None and plane.holds(lat, lon):
        x, y = plane.point(lat, lon)
        out.append(
            f'<circle class="ehf-picture__ring" cx="{x}" cy="{y}" r="22"/>'
            f'<circle class="ehf-picture__spot" cx="{x}" cy="{y}" r="13"/>'
        )
    # The first of the list is drawn last, so that it lies on top.
    for mark_lat, mark_lon, words in reversed(marks):
        if plane.holds(mark_lat, mark_lon):
            x, y = plane.point(mark_lat, mark_lon)
            half = 15 + 10 * len(words)
            out.append(
                f'<rect class="ehf-picture__mark" x="{x - half}" y="{y - 25}" width="{2 * half}" height="50" '
                f'rx="25"/><text class="ehf-picture__number" x="{x}" y="{y + 13}">{html.escape(words)}</text>'
            )
    out.append("</svg></svg>")
    return "".join(out)


def key(picture: dict[str, Any]) -> list[dict[str, str]]:
    """The legend: for each layer its title and a short drawn line, safe to put into a page as it is."""
    return [
        {"title": str(layer["title"]), "line": sample_line(str(layer["layer"]))}
        for layer in picture["layers"]
    ]


def sample_line(layer: str) -> str:
    """A short line in the layer's look, as an SVG element that assistive technology passes over."""
    look = look_of(layer)
    dash = f' stroke-dasharray="{look.dash}"' if look.dash else ""
    return (
        '<svg class="ehf-line" width="36" height="12" aria-hidden="true" focusable="false">'
        f'<path d="M0 6h36" fill="none" stroke="{look.colour}" stroke-width="{look.weight}"{dash}/></svg>'
    )
