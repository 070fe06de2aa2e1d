"""Files that are there whole or not at all: written beside their place, put on the disk, then moved in."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the place of `path` when the block ends, and never when it raises.

    Readers see the old content or the new; after a crash there is the one or the other, whole. Makes the
    folder where it is missing. Raises `OSError`; then `path` is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.new")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


@contextmanager
def one_at_a_time(folder: Path, lock: str = ".lock") -> Iterator[None]:
    """Let one process at a time change what is in `folder`; a second waits. A kill frees it.

    `lock` is the name of the file that is held. Falls away where the system has no such locks: every file
    is still put in place whole.

    Makes the folder where it is missing. Raises `OSError` where it cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / lock).open("w") as file:
        try:
            import fcntl
        except ImportError:  # Windows
            yield
            return
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut, where the system allows it."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
