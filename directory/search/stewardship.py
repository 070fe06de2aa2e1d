"""A steward's own needs and synonyms: rows laid on top of the shipped ones, written whole or not at all.

They stand in `var/search/needs.csv` and `var/search/synonyms.csv`, in the columns of the shipped files; who
added what and why stands in `var/search/journal.jsonl`. A row of the same code or term takes the place of the
steward's earlier one. The next search makes its index anew.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from directory.listings.needs import COLUMNS as NEED_COLUMNS
from directory.listings.needs import Needs, NeedsError, load_needs
from directory.search.folders import making_lock
from directory.search.synonyms import COLUMNS as SYNONYM_COLUMNS
from directory.search.synonyms import FILE, Synonym, SynonymsError, read_synonyms, rows
from geo.whole import written_whole

Row = Mapping[str, str]


class AdditionRefused(ValueError):
    """The row cannot be added; the message says what is wrong with it and what to do."""


def add_need(data: Path, var: Path, row: Row, *, commit: bool, reason: str = "", by: str = "") -> bool:
    """Check a need's row and, with `commit`, add it. False where it stands so already.

    Raises `AdditionRefused` for a row that the reader of needs would not take, `OSError` for a full disk.
    """
    return _add(data, var, "needs.csv", NEED_COLUMNS, "code", row, commit, reason, by)


def add_synonym(data: Path, var: Path, row: Row, *, commit: bool, reason: str = "", by: str = "") -> bool:
    """The same for a synonym; its need, where it has one, must be known."""
    if row["need"] and load_needs(data, var).get(row["need"]) is None:
        raise AdditionRefused(f"There is no need {row['need']!r}. `earlyhelp need list` shows their codes.")
    return _add(data, var, FILE, SYNONYM_COLUMNS, "term", row, commit, reason, by)


def synonyms_of(data: Path, var: Path, code: str) -> list[Synonym]:
    """The synonyms that lead to a need, shipped ones first."""
    found = read_synonyms(data / "search" / FILE, var / "search" / FILE)
    return [one for one in found if one.need == code]


def needs_of(data: Path, var: Path) -> Needs:
    """The needs, a steward's own among them."""
    return load_needs(data, var)


def _add(
    data: Path,
    var: Path,
    name: str,
    columns: Sequence[str],
    key: str,
    row: Row,
    commit: bool,
    reason: str,
    by: str,
) -> bool:
    clean = {column: " ".join(row.get(column, "").split()) for column in columns}
    folder = var / "search"
    with making_lock(var):
        held = [found for _line, found in rows(folder / name, columns)]
        if clean in held:
            return False
        kept = [one for one in held if one[key].casefold() != clean[key].casefold()] + [clean]
        text = _written(columns, kept)
        _check(data, name, text)
        if commit:
            _put(folder / name, text)
            entry = {"at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), "by": by, "reason": reason}
            with (folder / "journal.jsonl").open("a", encoding="utf-8") as journal:
                journal.write(json.dumps(entry | {"file": name, "row": clean}, ensure_ascii=False) + "\n")
                journal.flush()
                os.fsync(journal.fileno())
    return True


def _written(columns: Sequence[str], held: Sequence[Row]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(held)
    return out.getvalue()


def _check(data: Path, name: str, text: str) -> None:
    """Read the file as it would be, by the readers that search uses."""
    with tempfile.TemporaryDirectory() as made:
        own = Path(made)
        (own / "search").mkdir()
        (own / "search" / name).write_text(text, encoding="utf-8")
        try:
            load_needs(data, own)
            read_synonyms(own / "search" / FILE)
        except (NeedsError, SynonymsError) as error:
            said = str(error).replace(str(own / "search" / name), name)
            raise AdditionRefused(said) from None


def _put(path: Path, text: str) -> None:
    with written_whole(path) as file:
        file.write(text.encode())
