"""A zip file opened with care: no path out of it, no bomb, no link, nothing encrypted."""

from __future__ import annotations

import io
import lzma
import stat
import zipfile
import zlib
from pathlib import PurePosixPath

from directory.listings.reading.feed import FeedError

MOST_FILES = 2_000
MOST_BYTES = 300 * 1024 * 1024  # of all files together, unpacked
MOST_TIMES = 200  # how much larger a file may become in unpacking: text rarely shrinks beyond a thirtieth
_SMALL = 1024 * 1024


def unpacked(raw: bytes, name: str) -> dict[str, bytes]:
    """The files of a zip by their path in it, folders and hidden files left out.

    Raises `FeedError` for whatever no honest feed holds.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return _files(archive, name)
    except (zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError) as error:
        raise FeedError(f"{name}: not a whole zip file ({str(error)[:80]}). Fetch it again.") from None
    except (
        NotImplementedError,
        RuntimeError,
        UnicodeDecodeError,
        OSError,
        ValueError,
        OverflowError,
    ) as error:
        raise FeedError(f"{name}: this zip cannot be read ({str(error)[:80]}). Pack it plainly.") from None


def _files(archive: zipfile.ZipFile, name: str) -> dict[str, bytes]:
    if not all(one.filename for one in archive.infolist()):
        raise FeedError(f"{name}: holds a file without a name. Pack it plainly.")
    entries = [one for one in archive.infolist() if not one.is_dir()]
    if len(entries) > MOST_FILES:
        raise FeedError(f"{name}: {len(entries):,} files in it; at most {MOST_FILES:,} are read.")
    if sum(one.file_size for one in entries) > MOST_BYTES:
        raise FeedError(f"{name}: unpacks to more than {MOST_BYTES // 2**20} MB. Send it in parts.")
    found: dict[str, bytes] = {}
    left = MOST_BYTES
    for one in entries:
        path = PurePosixPath(one.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in one.filename or "\0" in one.filename:
            raise FeedError(
                f"{name}: holds a file with the path {one.filename[:80]!r}, which leads out of it."
            )
        if stat.S_ISLNK(one.external_attr >> 16):
            raise FeedError(
                f"{name}: {one.filename[:80]!r} is a link to somewhere else. Pack the file itself."
            )
        if one.flag_bits & 1:
            raise FeedError(f"{name}: {one.filename[:80]!r} is encrypted. Pack it without a password.")
        if one.file_size > _SMALL and one.file_size > MOST_TIMES * max(one.compress_size, 1):
            raise FeedError(
                f"{name}: {one.filename[:80]!r} unpacks to {one.file_size:,} bytes from almost none."
            )
        if any(part.startswith((".", "__MACOSX")) for part in path.parts):
            continue
        with archive.open(one) as file:  # what the directory says of sizes need not be true
            held = file.read(min(left, one.file_size) + 1)
        if len(held) > one.file_size or len(held) > left:
            raise FeedError(f"{name}: {one.filename[:80]!r} is larger than the zip says.")
        left -= len(held)
        found[path.as_posix()] = held
    return found
