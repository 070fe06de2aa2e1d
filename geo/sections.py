"""A read-only file of named sections: written whole or not at all, mapped into memory, checksummed.

Layout: 8 bytes of magic, the length of the header (8 bytes, little-endian), the header as JSON, then
the sections, each starting at a multiple of 64 bytes. The header holds each section's place and type, the
total size, a checksum of the sections, and one of itself.
"""

from __future__ import annotations

import json
import mmap
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geo.whole import written_whole

MAGIC = b"EHGAZ\x00\x01\n"
_ALIGN = 64
_CHUNK = 1 << 20


class SectionsError(Exception):
    """The file cannot be used; the message says why."""


class SectionsMissing(SectionsError):
    """There is no such file yet."""


def write_sections(path: Path, meta: Mapping[str, Any], sections: Mapping[str, tuple[str, bytes]]) -> None:
    """Write `sections` (name: (memoryview format such as "I", bytes)) and `meta` to `path` atomically.

    The bytes go to a temporary file beside it, are synced to the disk, then renamed: a reader sees
    the old file or the new one, never a part, and a full disk leaves the old one in use. Raises
    `OSError` after removing what it had begun.
    """
    places: dict[str, tuple[str, int, int]] = {}
    offset, checksum = 0, 0
    for name, (form, data) in sections.items():
        places[name] = (form, offset, len(data))
        padded = -(-len(data) // _ALIGN) * _ALIGN
        checksum = zlib.crc32(bytes(padded - len(data)), zlib.crc32(data, checksum))
        offset += padded
    body = {"meta": meta, "sections": places, "size": offset, "crc32": checksum}
    inner = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    header = json.dumps([zlib.crc32(inner.encode()), inner]).encode()
    start = -(-(len(MAGIC) + 8 + len(header)) // _ALIGN) * _ALIGN
    with written_whole(path) as file:
        file.write(MAGIC + len(header).to_bytes(8, "little") + header)
        file.write(bytes(start - file.tell()))
        for _form, data in sections.values():
            file.write(data)
            file.write(bytes(-len(data) % _ALIGN))


class Sections:
    """An open file of sections. `verify=False` skips the checksum of the sections, not of the header."""

    def __init__(self, path: Path, *, verify: bool = True) -> None:
        try:
            file = path.open("rb")
        except FileNotFoundError:
            raise SectionsMissing(f"{path} has not been built yet") from None
        except OSError as error:
            raise SectionsError(f"{path} cannot be opened: {error.strerror}") from None
        with file:
            self.identity = os.fstat(file.fileno())
            prefix = file.read(len(MAGIC) + 8)
            if len(prefix) < len(MAGIC) + 8 or not prefix.startswith(MAGIC):
                raise SectionsError(f"{path} is not a gazetteer of this version, or its beginning is damaged")
            length = int.from_bytes(prefix[len(MAGIC) :], "little")
            if length > self.identity.st_size:
                raise SectionsError(f"{path} is shorter than it says: only partly written, or damaged")
            body = _read_header(path, file.read(length))
            self._start = -(-(len(prefix) + length) // _ALIGN) * _ALIGN
            if self.identity.st_size != self._start + body["size"]:
                raise SectionsError(f"{path} is not as long as it says: only partly written, or damaged")
            if verify:
                checksum = 0
                file.seek(self._start)
                while chunk := file.read(_CHUNK):
                    checksum = zlib.crc32(chunk, checksum)
                if checksum != body["crc32"]:
                    raise SectionsError(f"{path} is damaged: its checksum does not match")
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.meta: dict[str, Any] = body["meta"]
        self._places: dict[str, tuple[str, int, int]] = body["sections"]
        self.checksum: int = body["crc32"]

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def view(self, name: str) -> memoryview:
        """The section as a memoryview of its own type; no copy is made."""
        form, offset, length = self._places[name]
        begin = self._start + offset
        return memoryview(self._map)[begin : begin + length].cast(form)  # type: ignore[call-overload, no-any-return]


def _read_header(path: Path, header: bytes) -> dict[str, Any]:
    try:
        checksum, inner = json.loads(header)
        if zlib.crc32(inner.encode()) == checksum:
            body: dict[str, Any] = json.loads(inner)
            return body
    except (ValueError, TypeError, AttributeError):
        pass
    raise SectionsError(f"{path} is damaged: its heading does not match its checksum")
