"""Tagging a Parquet file batch by batch: our columns are added, everything else stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from geo.tagging.columns import Columns
from geo.tagging.refusal import RefusedError
from geo.tagging.source import find_column
from geo.tagging.tally import Tally
from geo.tagging.vector import MARGIN, NON_GEOGRAPHIC, OUTSIDE, TERMINATED, Found, Lookup, shown

BATCH: Final = 65_536
_TEXT = (pa.string(), pa.large_string(), pa.string_view())


def rows_of(source: Path) -> int:
    """How many rows a Parquet file says it has; 0 when it cannot be read."""
    try:
        return int(pq.read_metadata(source).num_rows)
    except (pa.ArrowException, OSError):
        return 0


def tag_parquet(
    source: Path,
    sink: BinaryIO,
    lookup: Lookup,
    columns: Columns,
    column: str,
    *,
    advance: Callable[[int], object] = lambda count: None,
) -> Tally:
    """Copy a Parquet file with our columns, as text, after its own.

    Order, values, types and metadata of the other columns stay; `advance` is told of rows. Raises
    `RefusedError` for a damaged file or a column that is not text.
    """
    try:
        with pq.ParquetFile(source, memory_map=True) as file:
            return _copy(file, sink, lookup, columns, column, advance)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the system's own, such as a full disk; what Arrow calls so has no number
        raise RefusedError(
            f"{source} cannot be read as Parquet: {str(error).splitlines()[0].rstrip('.')}. "
            "It may be damaged or cut short: fetch it again."
        ) from None


def _copy(
    file: Any, sink: BinaryIO, lookup: Lookup, columns: Columns, column: str, advance: Callable[[int], object]
) -> Tally:
    schema = file.schema_arrow
    place = find_column(schema.names, column)
    columns.check_headings(schema.names)
    kind = schema.field(place).type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if kind not in _TEXT:
        raise RefusedError(
            f"The column {schema.names[place]!r} holds {kind}, not text. "
            "Name a column of postcodes with --column."
        )
    added = [pa.field(name, pa.string()) for name in columns.names]
    whole = pa.schema([*schema, *added], metadata=schema.metadata)
    tally = Tally(lookup.to_check, heading=False)
    rows = 1
    made = _Made(lookup, columns)
    with pq.ParquetWriter(sink, whole, compression=_compression(file), store_schema=True) as writer:
        for batch in file.iter_batches(BATCH):
            found, text, starts, ends = _looked_up(batch.column(place), lookup)

            def value(at: int, text: bytes = text, starts: Any = starts, ends: Any = ends) -> str:
                return text[starts[at] : ends[at]].decode()

            tally.add(found, None, value, rows)
            writer.write_batch(pa.record_batch([*batch.columns, *made.columns_of(found)], schema=whole))
            rows += len(batch)
            advance(len(batch))
    return tally


def _compression(file: Any) -> Any:
    """Each column's own compression, as in the first row group; ours get that of the first column."""
    if not file.metadata.num_row_groups or not file.metadata.num_columns:
        return "snappy"
    group = file.metadata.row_group(0)
    named = {
        group.column(i).path_in_schema: group.column(i).compression.lower() for i in range(group.num_columns)
    }
    kinds = {"none" if kind == "uncompressed" else kind for kind in named.values()}
    return kinds.pop() if len(kinds) == 1 else "snappy"


def _looked_up(values: Any, lookup: Lookup) -> tuple[Found, bytes, Any, Any]:
    """The answers for a column of text; an empty cell stands for a missing one."""
    plain = values.cast(pa.large_string())
    if plain.null_count:
        plain = plain.fill_null("")
    _valid, offsets, body = plain.buffers()
    at = np.frombuffer(offsets, dtype=np.int64)[plain.offset : plain.offset + len(plain) + 1]
    first, last = int(at[0]), int(at[-1])
    text = bytes(MARGIN) + (body.slice(first, last - first).to_pybytes() if body else b"") + b"\0"
    starts, ends = at[:-1] - first + MARGIN, at[1:] - first + MARGIN
    return lookup.cells(text, starts, ends, bytes.decode), text, starts, ends


class _Made:
    """Our columns, taken from one table of the distinct answers so far."""

    def __init__(self, lookup: Lookup, columns: Columns) -> None:
        self._lookup, self._columns = lookup, columns
        self._answers: list[list[str]] = []
        self._city = np.full(lookup.gazetteer.city_rows, -1, dtype=np.int32)
        self._other: dict[tuple[int, int], int] = {}
        self._table: list[Any] = []
        # Cautions stand apart: an outside row has one by its month, whatever its authority.
        self._at = columns.names.index("earlyhelp_caution")
        self._cautions = {"": 0}
        self._city_caution = np.zeros(lookup.gazetteer.city_rows, dtype=np.int32)

    def columns_of(self, found: Found) -> list[Any]:
        """Our columns for a column of answers."""
        before = len(self._answers)
        number = np.empty(len(found.rows), dtype=np.int32)
        city = found.status <= TERMINATED
        rows = found.rows[city]
        for row in np.unique(rows[self._city[rows] < 0]).tolist():
            self._city[row] = self._add(int(self._lookup.city_status[row]), row)
            caution = self._answers[-1][self._at]
            self._city_caution[row] = self._cautions.setdefault(caution, len(self._cautions))
        number[city] = self._city[rows]
        for place in np.flatnonzero(~city).tolist():
            status, row = int(found.status[place]), int(found.rows[place])
            key = (status, int(self._lookup.outside_authority[row]) if status == OUTSIDE else -1)
            if key not in self._other:
                self._other[key] = self._add(status, row)
            number[place] = self._other[key]
        if len(self._answers) > before:
            self._table = [pa.array(texts, pa.string()) for texts in zip(*self._answers, strict=True)]
        made = [texts.take(pa.array(number)) for texts in self._table]
        if made:
            made[self._at] = self._caution(found, city)
        return [made[0], self._postcodes(found), *made[2:], pa.array([""] * len(number), pa.string())]

    def _add(self, status: int, row: int) -> int:
        self._answers.append(self._columns.cells(status, row, ""))
        return len(self._answers) - 1

    def _caution(self, found: Found, city: Any) -> Any:
        number = np.zeros(len(found.rows), dtype=np.int32)
        number[city] = self._city_caution[found.rows[city]]
        known = self._lookup.outside_ended
        there = ((found.status == OUTSIDE) | (found.status == NON_GEOGRAPHIC)) & (found.rows >= 0)
        if known is not None and there.any():
            months, which = np.unique(known[found.rows[there]], return_inverse=True)
            texts = [self._columns.outside_caution(month) for month in months.tolist()]
            numbers = [self._cautions.setdefault(text, len(self._cautions)) for text in texts]
            number[there] = np.array(numbers, dtype=np.int32)[which]
        return pa.array(list(self._cautions), pa.string()).take(pa.array(number))

    @staticmethod
    def _postcodes(found: Found) -> Any:
        postcodes = shown(found.words)
        for place, single in found.single.items():
            postcodes[place] = single.postcode.encode()
        return pa.array(postcodes, pa.binary()).cast(pa.string())
