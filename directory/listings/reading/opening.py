"""Reading of anything a steward was given: a file, a folder, a zip or an address, whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from directory.listings.needs import Needs
from directory.listings.reading.archive import unpacked
from directory.listings.reading.encodings import MOST_BYTES
from directory.listings.reading.feed import Feed, FeedError, Findings
from directory.listings.reading.hsds_csv import read_hsds
from directory.listings.reading.json_feed import FORMAT as JSON
from directory.listings.reading.json_feed import Pages, parsed
from directory.listings.reading.records import Records
from directory.listings.reading.sheet import is_template, read_sheet
from directory.listings.reading.tables import csv_table, workbook_table
from directory.listings.template import Column

MOST_FILES = 5_000
Progress = Callable[[int, int], None]


def is_address(where: str) -> bool:
    """Whether a steward named an address and not a file."""
    return "://" in where


def read_feed(
    where: str,
    source: str,
    columns: tuple[Column, ...],
    needs: Needs | None,
    progress: Progress | None = None,
) -> Feed:
    """Read a feed from a file, a folder or an address. Raises `FeedError` where it cannot be used at all."""
    if is_address(where):
        from directory.listings.reading.web import Visit  # httpx, only where it is needed

        findings = Findings()
        pages = Pages(Records(source, needs, findings), findings)
        with_limits = Visit(where, findings, progress=progress)
        try:
            with_limits.walk(pages)
        except RecursionError:
            raise FeedError(f"{where}: nested far too deeply for a feed.") from None
        return _found(pages.feed(where, f"{JSON} from the web"))
    path = Path(where)
    try:
        if path.is_dir():
            files = _folder(path)
        elif path.is_file():
            if path.stat().st_size > MOST_BYTES:
                raise FeedError(f"{path}: larger than {MOST_BYTES // 2**20} MB. Send it in parts.")
            files = {path.name: path.read_bytes()}
        else:
            raise FeedError(f"{where}: no such file or folder.")
    except OSError as error:
        raise FeedError(f"{error.filename or where}: cannot be read ({error.strerror}).") from None
    except ValueError:  # a NUL in the name
        raise FeedError(f"{where[:100]!r}: not the name of a file.") from None
    return read_files(files, path.name or where, source, columns, needs, progress)


def _folder(path: Path) -> dict[str, bytes]:
    wanted = (".json", ".csv", ".xlsx", ".xlsm", ".zip")
    found = sorted(one for one in path.rglob("*") if one.suffix.lower() in wanted and one.is_file())
    found = [one for one in found if not any(part.startswith(".") for part in one.relative_to(path).parts)]
    if len(found) > MOST_FILES:
        raise FeedError(f"{path}: {len(found):,} files; at most {MOST_FILES:,} are read.")
    if sum(one.stat().st_size for one in found) > MOST_BYTES:
        raise FeedError(f"{path}: more than {MOST_BYTES // 2**20} MB. Send it in parts.")
    return {one.relative_to(path).as_posix(): one.read_bytes() for one in found}


def read_files(
    files: Mapping[str, bytes],
    where: str,
    source: str,
    columns: tuple[Column, ...],
    needs: Needs | None,
    progress: Progress | None = None,
) -> Feed:
    """Read a feed from the bytes of its files, by name. Raises `FeedError` where it cannot be used at all."""
    findings = Findings()
    records = Records(source, needs, findings)
    try:
        return _found(_read(files, where, source, columns, records, findings, progress))
    except RecursionError:
        raise FeedError(f"{where}: nested far too deeply for a feed.") from None


def _read(
    files: Mapping[str, bytes],
    where: str,
    source: str,
    columns: tuple[Column, ...],
    records: Records,
    findings: Findings,
    progress: Progress | None,
) -> Feed:
    by_end: dict[str, dict[str, bytes]] = {}
    for name, raw in files.items():
        by_end.setdefault(_kind(name, raw), {})[name] = raw
    if "json" in by_end:
        pages = Pages(records, findings)
        for done, (name, raw) in enumerate(by_end["json"].items(), 1):
            pages.add(parsed(raw, name, findings), name)
            if progress:
                progress(done, len(by_end["json"]))
        return pages.feed(where)
    if "csv" in by_end:
        tables = by_end["csv"]
        if len(tables) == 1:
            name, raw = next(iter(tables.items()))
            table = csv_table(raw, name, findings)
            if is_template(table, columns):
                return read_sheet(table, columns, source, records, findings)
            if not {"id", "name"} <= set(table.columns):
                raise FeedError(
                    f"{name}: neither our template (service_name, organisation_name …) nor a table of HSDS. "
                    "earlyhelp listing template OUT.csv writes one to fill in."
                )
        return read_hsds(tables, where, source, records, findings)
    if "workbook" in by_end:
        if len(by_end["workbook"]) > 1:
            raise FeedError(f"{where}: several workbooks. Import them one by one.")
        name, raw = next(iter(by_end["workbook"].items()))
        table = workbook_table(raw, name, findings)
        if not is_template(table, columns):
            raise FeedError(
                f"{name}: the first sheet is not our template (service_name, organisation_name …). "
                "earlyhelp listing template OUT.xlsx writes one to fill in."
            )
        return read_sheet(table, columns, source, records, findings)
    if "zip" in by_end:
        if len(by_end["zip"]) > 1:
            raise FeedError(f"{where}: several zip files. Import them one by one.")
        name, raw = next(iter(by_end["zip"].items()))
        inside = unpacked(raw, name)
        kinds = {_kind(path, held) for path, held in inside.items()}
        if "zip" in kinds and not kinds & {"json", "csv", "workbook"}:
            raise FeedError(f"{name}: a zip inside a zip. Unpack the outer one.")
        return _read(
            {path: held for path, held in inside.items() if _kind(path, held) != "zip"},
            name, source, columns, records, findings, progress,
        )  # fmt: skip
    raise FeedError(f"{where}: no JSON, CSV, Excel workbook or zip was found.")


def _kind(name: str, raw: bytes) -> str:
    """What a file is: by how it begins where that is certain, else by its name's end."""
    end = name.lower().rpartition(".")[2]
    if raw.startswith(b"PK\x03\x04"):
        return "workbook" if b"xl/" in raw[:4000] or end in ("xlsx", "xlsm") else "zip"
    if end in ("xlsx", "xlsm", "xls"):
        return "workbook"
    if end in ("json", "csv", "zip"):
        return end
    if end in ("tsv", "txt"):
        return "csv"
    head = raw[:200].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return "json" if head[:1] in (b"{", b"[") else "other"


def _found(feed: Feed) -> Feed:
    if not feed.candidates and not feed.findings.total("fault"):
        raise FeedError(f"{feed.where}: empty. It holds no service, organisation, place or taxonomy.")
    return feed
