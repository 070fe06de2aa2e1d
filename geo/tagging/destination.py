"""Where the tagged file goes: whole or not at all."""

from __future__ import annotations

import io
import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from geo.tagging.refusal import UnusableError
from geo.whole import sync_folder


def check_destination(source: str, out: str, force: bool) -> None:
    """Raises `UnusableError` when OUT is IN, a directory, in no directory, or exists and is to be kept."""
    if out == "-":
        return
    path = Path(out)
    if path.is_dir():
        raise UnusableError(f"OUT is a directory, {path}. Name the file to write.")
    if not path.parent.is_dir():
        raise UnusableError(f"There is no directory {path.parent} to write {path.name} in.")
    if path.exists():
        if source != "-" and path.samefile(source):
            raise UnusableError(f"OUT is the file to be tagged, {path}. Write to another one.")
        if path.is_file() and not force:
            raise UnusableError(f"OUT exists already, {path}. Say --force to replace it.")


class Destination:
    """A file that appears under its name only when the block ends without an exception.

    Until then what is written lies beside it under a hidden name. Standard output (`-`), and what is no
    regular file, are written to directly. One piece is written while the next is being made.
    """

    def __init__(self, out: str) -> None:
        self._writer = ThreadPoolExecutor(1)
        self._writing: Future[None] | None = None
        self._final: Path | None = None
        self._temporary: Path | None = None
        if out == "-":
            self.file = _opened(1, "wb")
        elif Path(out).exists() and not Path(out).is_file():
            self.file = _opened(out, "wb")
        else:
            self._final = Path(out).resolve()
            self._temporary = self._final.with_name(f".{self._final.name}.{os.getpid()}.new")
            self.file = _opened(self._temporary, "xb")

    def write(self, data: bytes) -> None:
        """Write all of `data`. Raises `OSError` for a full disk or a closed pipe, perhaps a call later."""
        self._await()
        self._writing = self._writer.submit(self._write, data)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self.file.write(view) or 0 :]  # None: a full pipe that does not wait

    def _await(self) -> None:
        if self._writing:
            self._writing.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._await()
            if kind is None and self._temporary and self._final:
                os.fsync(self.file.fileno())
                if self._final.exists():
                    self._temporary.chmod(self._final.stat().st_mode & 0o7777)
                self.file.close()
                self._temporary.replace(self._final)
                sync_folder(self._final.parent)
        finally:
            self._writer.shutdown()
            self.file.close()
            if self._temporary:
                self._temporary.unlink(missing_ok=True)


def _opened(file: str | Path | int, mode: Literal["wb", "xb"]) -> io.FileIO:
    """An unbuffered file. A number stands for what is open already and stays so."""
    return open(file, mode, buffering=0, closefd=not isinstance(file, int))
