"""Areas made of postcodes: which of their postcodes hang together on the ground."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt

from geo.stewardship.assignment import NONE, Areas

Ints = npt.NDArray[np.int64]


def point_pieces(
    index: Areas, easting: npt.NDArray[np.float64], northing: npt.NDArray[np.float64], parked: int
) -> dict[int, list[list[int]]]:
    """For each area in more than one piece, its pieces as lists of rows, largest first.

    Two points hang together where their Voronoi cells share an edge, that is, where a Delaunay edge joins
    them. Points with `parked` or more postcodes are left out: those codes are not at that place. Where
    one point has postcodes of several areas it belongs to each. Positions in metres (EPSG:27700).
    """
    points, at, shared = np.unique(
        np.column_stack([easting, northing]), axis=0, return_inverse=True, return_counts=True
    )
    at = at.ravel()
    edges = _delaunay(points)
    answer: dict[int, list[list[int]]] = {}
    usable = shared[at] < parked
    for place in np.unique(index[index != NONE]).tolist():
        rows = np.flatnonzero((index == place) & usable)
        inside = np.zeros(len(points), dtype=bool)
        inside[at[rows]] = True
        group = _joined(edges[inside[edges].all(axis=1)], len(points))
        pieces: defaultdict[int, list[int]] = defaultdict(list)
        for row in rows.tolist():
            pieces[int(group[at[row]])].append(row)
        if len(pieces) > 1:
            answer[place] = sorted(pieces.values(), key=lambda piece: (-len(piece), piece))
    return answer


def _delaunay(points: npt.NDArray[np.float64]) -> Ints:
    """Pairs of places in `points` (sorted, distinct) that a Delaunay edge joins."""
    import shapely

    if len(points) < 2:
        return np.empty((0, 2), dtype=np.int64)
    if len(points) == 2:
        return np.array([[0, 1]], dtype=np.int64)
    lines = shapely.get_parts(shapely.delaunay_triangles(shapely.multipoints(points), only_edges=True))
    ends = shapely.get_coordinates(lines)
    packed = points[:, 0] * 10_000_000 + points[:, 1]
    found: Ints = np.searchsorted(packed, ends[:, 0] * 10_000_000 + ends[:, 1]).astype(np.int64)
    return found.reshape(-1, 2)


def _joined(edges: Ints, count: int) -> Ints:
    """A label for each of `count` points, the same for points that `edges` join."""
    label = np.arange(count, dtype=np.int64)
    while True:
        lowest = label.copy()
        np.minimum.at(lowest, edges[:, 0], label[edges[:, 1]])
        np.minimum.at(lowest, edges[:, 1], label[edges[:, 0]])
        lowest = lowest[lowest]
        if (lowest == label).all():
            return label
        label = lowest
