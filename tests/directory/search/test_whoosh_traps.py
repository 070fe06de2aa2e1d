"""Whoosh's known traps, and that we are in none of them. What each is, docs/adr/0008 says."""

from __future__ import annotations

import ast
import os
import threading
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex

from directory.search.folders import search_folder
from directory.search.generation import bring_up_to_date
from directory.search.index import WhooshIndex
from directory.search.postings import FIELD, places_list, posting_list, schema, segments_of
from directory.search.text import Document, Group
from geo.home import data_dir
from tests.directory.search.brute import WORDS, by_hand, some_documents
from tests.directory.search.made import filled, service, write

ROOT = Path(__file__).parent.parent.parent.parent
ALLOWED = {"whoosh", "whoosh.codec.whoosh3", "whoosh.filedb.filestore", "whoosh.index", "whoosh.reading"}
ALLOWED |= {"whoosh.lang.snowball.english"}  # the stemmer
FORBIDDEN_NAMES = {
    "QueryParser",
    "MultifieldParser",
    "SimpleParser",
    "BufferedWriter",
    "AsyncWriter",
    "BatchWriter",
    "FuzzyTerm",
    "Searcher",
    "searcher",
    "refresh",
    "optimize",
}


def our_modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in [
        ROOT / "cli.py",
        *(one for room in ("api", "directory", "geo") for one in (ROOT / room).rglob("*.py")),
    ]:
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module == "whoosh":
                yield from (
                    f"whoosh.{name.name}" for name in node.names if name.name not in ("fields", "formats")
                )


def test_of_whoosh_only_its_files_are_used_so_user_text_never_meets_its_parser() -> None:
    for path, tree in our_modules():
        parts = {name for name in imported(tree) if name.split(".")[0] == "whoosh"}
        assert parts <= ALLOWED, f"{path} imports {parts - ALLOWED}"


def test_no_shared_searcher_buffered_writer_fuzzy_term_or_refresh_is_used_where_whoosh_is() -> None:
    for path, tree in our_modules():
        if not any(name.startswith("whoosh") for name in imported(tree)):
            continue
        for node in ast.walk(tree):
            name = (
                node.attr
                if isinstance(node, ast.Attribute)
                else node.id
                if isinstance(node, ast.Name)
                else ""
            )
            assert name not in FORBIDDEN_NAMES, f"{path}, line {node.lineno}: {name}"  # type: ignore[attr-defined]


def test_whoosh_is_the_version_whose_inside_we_read() -> None:
    assert version("whoosh") == "2.7.4"


@pytest.fixture(scope="module")
def changed_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of several segments with deleted documents, and one more where segments were merged."""
    folder = tmp_path_factory.mktemp("traps")
    WhooshIndex.build(folder / "0", some_documents(200, 1))
    for step in range(1, 12):
        documents = some_documents(8, 50 + step, first=20 * step)
        WhooshIndex.update(folder / str(step - 1), folder / str(step), documents, [f"id{step:05d}"])
    return folder


@pytest.mark.parametrize("step", ["0", "5", "11"])
def test_posting_lists_read_whole_are_what_whooshs_own_matcher_gives(changed_index: Path, step: str) -> None:
    reader = FileIndex(FileStorage(str(changed_index / step))).reader()
    terms = 0
    for _, term in reader.all_terms():
        matcher = reader.postings(FIELD, term)  # leaves deleted documents out
        expected = []
        while matcher.is_active():
            places = np.frombuffer(matcher.value(), np.uint32).tolist()
            expected.append((matcher.id(), matcher.weight(), places))
            matcher.next()
        token = term.decode()
        numbers, weights = posting_list(segments_of(reader), token)
        documents, places = places_list(segments_of(reader), token)
        found = [
            (number, weight, places[documents == number].tolist())
            for number, weight in zip(numbers.tolist(), weights.tolist(), strict=True)
            if not reader.is_deleted(number)
        ]
        assert found == expected
        terms += 1
    assert terms > 50
    assert not reader.has_deletions() or step != "0"


def test_and_over_ors_keeps_the_top_hits(tmp_path: Path) -> None:
    documents = some_documents(1500, 5)
    WhooshIndex.build(tmp_path / "w", documents)
    index = WhooshIndex.open(tmp_path / "w")
    for first in range(0, 12, 3):
        groups = [
            Group(tuple((WORDS[first + step], 1.0) for step in (0, 4, 9)), required=True),
            Group(tuple((WORDS[first + step], 1.0) for step in (1, 5, 20)), required=True),
        ]
        hits = index.match(groups)
        best = [index.ids[number] for number in hits.numbers[np.lexsort((hits.numbers, -hits.scores))][:10]]
        expected = by_hand(documents, groups)
        worst_kept = min(expected[one][0] for one in best)
        assert len(hits.numbers) == len(expected)
        assert all(score <= worst_kept + 1e-5 for one, (score, _) in expected.items() if one not in best)


def test_a_second_writer_waits_for_the_first(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    first = FileIndex.create(FileStorage(str(tmp_path / "w")), schema()).lock("WRITELOCK")
    assert first.acquire()
    tried = threading.Event()
    failed: list[BaseException] = []

    def second() -> None:
        def documents() -> Iterator[Document]:
            yield Document("a", {"name": ("w1",)})

        tried.set()
        try:
            WhooshIndex.build(tmp_path / "w", documents())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=second)
    thread.start()
    tried.wait()
    thread.join(0.3)  # one that fails at once would have ended by now
    assert thread.is_alive() and not failed
    first.release()
    thread.join()
    assert not failed
    assert list(WhooshIndex.open(tmp_path / "w").ids) == ["a"]


def test_every_file_is_on_the_disk_before_the_pointer_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[int] = set()
    real_sync, real_replace = os.fsync, Path.replace
    missing: list[Path] = []

    def sync(handle: int) -> None:
        synced.add(os.fstat(handle).st_ino)
        real_sync(handle)

    def replace(self: Path, target: Path) -> Path:
        if target.name == "current":
            folder = search_folder(tmp_path / "var") / self.read_text(encoding="utf-8").strip()
            parts = [folder.parent, folder, *folder.rglob("*"), self]
            missing.extend(path for path in parts if path.stat().st_size and path.stat().st_ino not in synced)
        return real_replace(self, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "replace", replace)
    with filled(tmp_path / "directory.db") as store:
        for step in range(3):
            synced.clear()
            write(store, service(1, f"Zebra {step}"))
            bring_up_to_date(store, data_dir(), tmp_path / "var")
            assert missing == []
    assert (search_folder(tmp_path / "var") / "current").exists()
