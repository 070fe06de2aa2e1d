"""Generations on disk: `<var>/search/<revision>-<n>/`, each whole or not there, and a pointer to one.

A generation is made in a hidden folder, its files are synced and listed with checksums, and it gets its name
by one rename; then the pointer is replaced by another. Whoever is killed at any moment leaves the old one in
use. Only the one who holds the lock makes or removes anything. Readers never lock: a file that they have
open stays readable after its removal.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import zlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path

from geo.whole import one_at_a_time, sync_folder

FORM = 1
"""The version of what lies in a generation's folder. A generation of another is built anew."""

_POINTER = "current"
_MANIFEST = "manifest"
_BEING_MADE = ".making"
_NAME = re.compile(r"(\d+)-(\d+)")
_CHUNK = 1 << 20
_KEPT = 2


class GenerationMissing(Exception):
    """No generation has been made yet, or the pointer to it is gone."""


class GenerationDamaged(Exception):
    """The generation in use cannot be read, or is of another version; the message says where and why."""


@dataclass(frozen=True)
class Manifest:
    """What a generation was made from, and its files with size and checksum (CRC-32)."""

    revision: int
    store: str
    inputs: str
    files: Mapping[str, tuple[int, int]]
    form: int = FORM


def search_folder(var: Path) -> Path:
    """Where generations lie."""
    return var / "search"


def pointed_at(var: Path) -> Path:
    """The folder of the generation in use. Raises `GenerationMissing`."""
    pointer = search_folder(var) / _POINTER
    try:
        name = pointer.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise GenerationMissing(f"{pointer} cannot be read: no index has been made yet") from None
    if not _NAME.fullmatch(name):
        raise GenerationMissing(f"{pointer} does not name a generation")
    return search_folder(var) / name


def pointer_mark(var: Path) -> tuple[int, int]:
    """Something that differs after every swap of the pointer; cheap to ask for."""
    try:
        found = (search_folder(var) / _POINTER).stat()
    except OSError:
        return (0, 0)
    return (found.st_ino, found.st_mtime_ns)


def read_manifest(folder: Path) -> Manifest:
    """A generation's manifest, every file checked against it. Raises `GenerationDamaged`."""
    try:
        check, _, body = (folder / _MANIFEST).read_bytes().partition(b"\n")
        if int(check, 16) != zlib.crc32(body):
            raise ValueError("it does not match its checksum")
        raw = json.loads(body)
        files = {str(name): (int(size), int(check)) for name, (size, check) in raw["files"].items()}
        manifest = Manifest(
            int(raw["revision"]), str(raw["store"]), str(raw["inputs"]), files, form=int(raw["form"])
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise GenerationDamaged(f"{folder / _MANIFEST} cannot be read: {error}") from None
    if manifest.form != FORM:
        raise GenerationDamaged(f"{folder} is of another version")
    for name, expected in files.items():
        try:
            found = _measure(folder / name)
        except OSError as error:
            raise GenerationDamaged(f"{folder / name} cannot be read: {error.strerror}") from None
        if found != expected:
            raise GenerationDamaged(f"{folder / name} is damaged: it does not match its checksum")
    return manifest


def making_lock(var: Path) -> AbstractContextManager[None]:
    """Let one process make generations at a time; a second waits. A kill frees it."""
    return one_at_a_time(search_folder(var))


def wait_for_maker(var: Path) -> None:
    """Wait until whoever makes a generation just now has done so."""
    with making_lock(var):
        pass


@contextlib.contextmanager
def being_made(var: Path) -> Iterator[Path]:
    """An empty folder to make a generation in, removed afterwards unless put in place. Needs the lock."""
    folder = search_folder(var) / _BEING_MADE
    shutil.rmtree(folder, ignore_errors=True)  # of one who was killed
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put_in_place(var: Path, made: Path, revision: int, store: str, inputs: str) -> Path:
    """List, sync and name what was `made`, then point at it. Needs the lock. Gives the folder's new name.

    What nobody is pointed at any more is removed, but for the generation just before: someone may
    have read the old pointer and be opening it.
    """
    files: dict[str, tuple[int, int]] = {}
    for path in sorted(made.rglob("*")):
        if path.is_file():
            files[path.relative_to(made).as_posix()] = _measure(path, sync=True)
        else:
            sync_folder(path)
    manifest = json.dumps(asdict(Manifest(revision, store, inputs, files)), indent=1)
    _write_synced(made / _MANIFEST, f"{zlib.crc32(manifest.encode()):08x}\n{manifest}")
    sync_folder(made)
    root = search_folder(var)
    place = root / f"{revision}-{_next_number(root)}"
    made.rename(place)
    sync_folder(root)
    new_pointer = root / f".{_POINTER}.new"
    _write_synced(new_pointer, f"{place.name}\n")
    new_pointer.replace(root / _POINTER)
    sync_folder(root)
    _sweep(root)
    return place


def _write_synced(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _measure(path: Path, *, sync: bool = False) -> tuple[int, int]:
    """A file's size and checksum; with `sync` its bytes are on the disk afterwards."""
    size = check = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            check = zlib.crc32(chunk, check)
        if sync:
            os.fsync(file.fileno())
    return size, check


def _numbered(root: Path) -> list[tuple[int, Path]]:
    """Generations in the order in which they were made."""
    found = []
    for path in root.iterdir():
        if named := _NAME.fullmatch(path.name):
            found.append((int(named[2]), path))
    return sorted(found)


def _next_number(root: Path) -> int:
    return max((number for number, _ in _numbered(root)), default=0) + 1


def _sweep(root: Path) -> None:
    for _, path in _numbered(root)[:-_KEPT]:
        shutil.rmtree(path, ignore_errors=True)
