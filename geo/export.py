"""The whole lookup as one Parquet file, for whatever engine an analyst has."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

from geo.gazetteer import NONE, Gazetteer


def export(gazetteer: Gazetteer, out: Path, on: dt.date) -> int:
    """Write one row a city postcode: postcode, position, and for each layer code, name and neighbours.

    Positions are EPSG:27700 metres and WGS 84 degrees. The file's own metadata carries the versions.
    Written to a temporary file and renamed; raises `OSError` when it cannot be. Returns the rows.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = range(gazetteer.city_rows)
    postcodes = list(gazetteer.city.postcodes())
    columns: dict[str, Any] = {
        "postcode": pa.array(postcodes),
        "easting": pa.array(gazetteer.easting.tolist(), pa.uint32()),
        "northing": pa.array(gazetteer.northing.tolist(), pa.uint32()),
        "lat": pa.array([value / 1e6 for value in gazetteer.lat.tolist()]),
        "lon": pa.array([value / 1e6 for value in gazetteer.lon.tolist()]),
        "shared_by": pa.array(gazetteer.shared_by.tolist(), pa.uint16()),
    }
    near: dict[int, list[list[str]]] = {}
    chosen = gazetteer.in_force(on)
    for index in chosen:
        near[index] = [[] for _row in rows]
    for row in rows:
        for other in gazetteer.near(row):
            if other.generation in near:
                code = gazetteer.generations[other.generation]["areas"][other.area][0]
                near[other.generation][row].append(f"{code}:{other.metres}")
    for index in chosen:
        generation = gazetteer.generations[index]
        areas, column = generation["areas"], gazetteer.columns[index].tolist()
        layer = generation["layer"]
        for part, name in enumerate(("code", "name")):
            values = [areas[area][part] if area != NONE else None for area in column]
            columns[f"{layer}_{name}"] = pa.array(values).dictionary_encode()
        columns[f"{layer}_near"] = pa.array([";".join(codes) or None for codes in near[index]])
    beyond = [gazetteer.near_authority(row) for row in rows]
    columns["near_authority"] = pa.array([gazetteer.authorities[b[0]][1] if b else None for b in beyond])
    table = pa.table(columns).replace_schema_metadata(
        {
            "earlyhelp_release": gazetteer.release,
            "earlyhelp_source": gazetteer.meta["source"],
            "earlyhelp_on": on.isoformat(),
            "earlyhelp_generations": ";".join(
                f"{gazetteer.generations[i]['layer']}={gazetteer.generations[i]['id']}" for i in chosen
            ),
        }
    )
    temporary = out.with_name(f".{out.name}.{os.getpid()}.new")
    try:
        pq.write_table(table, temporary, compression="zstd")
        temporary.replace(out)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return len(postcodes)
