"""The index of words: what is found, in which order, and what is left after changes."""

from __future__ import annotations

import random
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from directory.search.index import MOST_SEGMENTS, IndexDamaged, WhooshIndex, index_facts
from directory.search.text import MOST_GROUPS, Document, Group, Hits
from tests.directory.search.brute import WORDS, by_hand, some_documents, some_groups
from tests.directory.search.whoosh_reference import asked_of_whoosh


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return some_documents(300, 7)


@pytest.fixture(scope="module")
def folder(documents: list[Document], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("index")
    WhooshIndex.build(folder / "words", documents)
    return folder / "words"


@pytest.fixture(scope="module")
def index(folder: Path) -> WhooshIndex:
    return WhooshIndex.open(folder)


def as_dict(index: WhooshIndex, hits: Hits) -> dict[str, tuple[float, int]]:
    return {
        index.ids[number]: (float(score), int(bits))
        for number, score, bits in zip(hits.numbers, hits.scores, hits.groups, strict=True)
    }


def same(found: dict[str, tuple[float, int]], expected: dict[str, tuple[float, int]]) -> None:
    assert found.keys() == expected.keys()
    for identity, (score, bits) in expected.items():
        assert found[identity][1] == bits
        assert found[identity][0] == pytest.approx(score, rel=1e-5)


def test_every_hit_and_score_is_what_working_it_out_by_hand_gives(
    index: WhooshIndex, documents: list[Document]
) -> None:
    for seed in range(60):
        groups = some_groups(seed)
        same(as_dict(index, index.match(groups)), by_hand(documents, groups))


def test_whooshs_own_scorer_gives_the_same_hits_in_the_same_order(folder: Path, index: WhooshIndex) -> None:
    for seed in range(200):
        groups = some_groups(seed)
        hits = index.match(groups)
        order = np.lexsort((hits.numbers, -hits.scores))
        expected = asked_of_whoosh(folder, groups)
        assert [hits.scores[at] for at in order] == pytest.approx([score for _, score in expected], rel=1e-5)
        scores = dict(expected)
        assert {index.ids[number] for number in hits.numbers} == scores.keys()
        ours = [index.ids[hits.numbers[at]] for at in order]
        for mine, (theirs, score) in zip(ours, expected, strict=True):  # two may differ only in the last bit
            assert mine == theirs or scores[mine] == pytest.approx(score, rel=1e-6)


def test_a_phrase_is_found_where_its_words_stand_side_by_side_in_one_field(
    index: WhooshIndex, documents: list[Document]
) -> None:
    chance = random.Random(3)
    some = 0
    for _ in range(60):
        wanted = chance.choices(WORDS[:12], k=chance.choice((2, 2, 3)))
        groups = [
            Group(tuple((token, 1.0) for token in wanted), required=True, phrase=True),
            some_groups(1)[0],
        ]
        expected = by_hand(documents, groups)
        some += bool(expected)
        same(as_dict(index, index.match(groups)), expected)
    assert some > 20


def test_a_phrase_does_not_run_from_one_field_into_the_next(tmp_path: Path) -> None:
    apart = Document("a", {"name": ("young",), "alternate": ("carers",)})
    together = Document("b", {"description": ("for", "young", "carers")})
    WhooshIndex.build(tmp_path / "w", [apart, together])
    hits = WhooshIndex.open(tmp_path / "w").match([Group((("young", 1.0), ("carers", 1.0)), phrase=True)])
    assert hits.numbers.tolist() == [1]


def test_numbers_follow_the_ids_whatever_order_the_documents_came_in(
    tmp_path: Path, documents: list[Document], index: WhooshIndex
) -> None:
    shuffled = random.Random(1).sample(documents, len(documents))
    WhooshIndex.build(tmp_path / "w", shuffled)
    other = WhooshIndex.open(tmp_path / "w")
    assert list(other.ids) == sorted(document.id for document in documents)
    for seed in range(20):
        identical(index.match(some_groups(seed)), other.match(some_groups(seed)))


def identical(one: Hits, other: Hits) -> None:
    assert np.array_equal(one.numbers, other.numbers)
    assert np.array_equal(one.scores, other.scores)
    assert np.array_equal(one.groups, other.groups)


def test_changes_one_after_another_give_to_the_bit_what_a_fresh_index_gives(tmp_path: Path) -> None:
    chance = random.Random(11)
    now = {document.id: document for document in some_documents(120, 1)}
    WhooshIndex.build(tmp_path / "0", now.values())
    for step in range(1, 3 * MOST_SEGMENTS):
        gone = chance.sample(sorted(now), 2)
        kept = sorted(set(now) - set(gone))
        changed = [
            Document(identity, new.fields)
            for identity, new in zip(chance.sample(kept, 3), some_documents(3, 100 + step), strict=True)
        ]
        changed += some_documents(2, 200 + step, first=1000 + 10 * step)
        WhooshIndex.update(tmp_path / str(step - 1), tmp_path / str(step), changed, [*gone, "never was"])
        for identity in gone:
            del now[identity]
        now |= {document.id: document for document in changed}
        WhooshIndex.build(tmp_path / f"fresh{step}", now.values())
        grown, fresh = (WhooshIndex.open(tmp_path / name) for name in (str(step), f"fresh{step}"))
        assert grown.ids == fresh.ids
        assert grown.vocabulary() == fresh.vocabulary()
        for seed in range(15):
            identical(grown.match(some_groups(seed)), fresh.match(some_groups(seed)))
        phrase = [Group((("w0", 1.0), ("w1", 1.0)), phrase=True)]
        identical(grown.match(phrase), fresh.match(phrase))
    assert len(list((tmp_path / str(step)).glob("*.seg"))) <= MOST_SEGMENTS
    assert index_facts(tmp_path / str(step))[0] == sorted(now)


def test_the_old_index_stays_as_it_was_while_and_after_a_new_one_is_made(tmp_path: Path) -> None:
    WhooshIndex.build(tmp_path / "old", some_documents(50, 1))
    before = {path.name: path.read_bytes() for path in (tmp_path / "old").iterdir()}
    index = WhooshIndex.open(tmp_path / "old")
    hits = index.match(some_groups(1))
    WhooshIndex.update(tmp_path / "old", tmp_path / "new", some_documents(3, 9), ["id00040"])
    assert {path.name: path.read_bytes() for path in (tmp_path / "old").iterdir()} == before
    identical(index.match(some_groups(1)), hits)
    identical(WhooshIndex.open(tmp_path / "old").match(some_groups(1)), hits)


def test_the_vocabulary_counts_the_documents_that_hold_a_word(
    index: WhooshIndex, documents: list[Document]
) -> None:
    held = [{token for tokens in document.fields.values() for token in tokens} for document in documents]
    expected = sorted((word, sum(word in one for one in held)) for word in set().union(*held))
    assert list(index.vocabulary()) == expected


def test_an_empty_index_finds_nothing_and_can_grow(tmp_path: Path) -> None:
    WhooshIndex.build(tmp_path / "a", [])
    empty = WhooshIndex.open(tmp_path / "a")
    assert len(empty.match([Group((("w1", 1.0),))]).numbers) == 0
    assert list(empty.ids) == [] and list(empty.vocabulary()) == []
    WhooshIndex.update(tmp_path / "a", tmp_path / "b", [Document("x", {"name": ("w1",)})], [])
    grown = WhooshIndex.open(tmp_path / "b")
    assert grown.match([Group((("w1", 1.0),))]).numbers.tolist() == [0]
    WhooshIndex.update(tmp_path / "b", tmp_path / "c", [], ["x"])
    again = WhooshIndex.open(tmp_path / "c")
    assert len(again.match([Group((("w1", 1.0),))]).numbers) == 0 and list(again.vocabulary()) == []


def test_a_document_without_words_has_a_number_and_is_never_found(tmp_path: Path) -> None:
    WhooshIndex.build(tmp_path / "w", [Document("a", {}), Document("b", {"name": ("w1",)})])
    index = WhooshIndex.open(tmp_path / "w")
    assert list(index.ids) == ["a", "b"]
    assert index.match([Group((("w1", 1.0),))]).numbers.tolist() == [1]


def test_no_groups_and_groups_without_words_find_nothing(index: WhooshIndex) -> None:
    assert len(index.match([]).numbers) == 0
    assert len(index.match([Group(()), Group((), phrase=True)]).numbers) == 0
    assert len(index.match([Group((("w0", 1.0),)), Group((), required=True)]).numbers) == 0


def test_as_many_groups_as_bits_are_told_apart_and_more_are_refused(index: WhooshIndex) -> None:
    hits = index.match(
        [Group((("nowhere", 1.0),))] * (MOST_GROUPS - 1) + [Group((("w0", 1.0),), required=True)]
    )
    assert set(hits.groups.tolist()) == {1 << (MOST_GROUPS - 1)}
    with pytest.raises(ValueError, match="at most 64"):
        index.match([Group((("w0", 1.0),))] * (MOST_GROUPS + 1))


def test_an_id_that_comes_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="twice"):
        WhooshIndex.build(tmp_path / "w", [Document("a", {}), Document("a", {})])


def test_the_person_who_waits_is_told_how_far_it_is(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    WhooshIndex.build(
        tmp_path / "w", some_documents(250, 1), lambda done, total: told.append((done, total)), 250
    )
    assert told == [(100, 250), (200, 250), (250, 250)]


def test_words_of_any_alphabet_are_kept_whole(tmp_path: Path) -> None:
    odd = ["żółw", "ਮਾਂ", "a&e", "*e*", "needs:self_harm", "😀", "x" * 500]
    WhooshIndex.build(tmp_path / "w", [Document(str(at), {"name": (token,)}) for at, token in enumerate(odd)])
    index = WhooshIndex.open(tmp_path / "w")
    for at, token in enumerate(odd):
        assert index.match([Group(((token, 1.0),))]).numbers.tolist() == [at]


def test_many_threads_at_once_get_what_one_alone_gets(
    folder: Path, index: WhooshIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = [some_groups(seed) for seed in range(40)]
    questions += [[Group((("w0", 1.0), (f"w{number}", 1.0)), phrase=True)] for number in range(10)]
    alone = [index.match(groups) for groups in questions]
    shared = WhooshIndex.open(folder)  # nothing read yet: the threads read posting lists at the same time
    wrong: list[int] = []
    start = threading.Barrier(8)
    monkeypatch.setattr("directory.search.index._KEPT_BYTES", 2000)  # so that lists are read over and over
    often = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)

    def ask(seed: int) -> None:
        order = random.Random(seed).sample(range(len(questions)), len(questions))
        start.wait()
        for at in order * 3:
            hits = shared.match(questions[at])
            if not (
                np.array_equal(hits.numbers, alone[at].numbers)
                and np.array_equal(hits.scores, alone[at].scores)
            ):
                wrong.append(at)

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.setswitchinterval(often)
    assert wrong == []


def test_what_is_kept_of_posting_lists_has_a_bound(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("directory.search.index._KEPT_BYTES", 5000)
    small, roomy = WhooshIndex.open(folder), WhooshIndex.open(folder)
    for seed in range(30):
        found = small.match(some_groups(seed))
        assert small._kept_bytes <= 5000
        monkeypatch.setattr("directory.search.index._KEPT_BYTES", 1 << 20)
        identical(found, roomy.match(some_groups(seed)))
        monkeypatch.setattr("directory.search.index._KEPT_BYTES", 5000)


@pytest.mark.parametrize("name", ["facts.json", "_MAIN_1.toc"])
def test_a_file_that_is_missing_or_cut_short_is_noticed(tmp_path: Path, name: str) -> None:
    WhooshIndex.build(tmp_path / "w", some_documents(20, 1))
    path = tmp_path / "w" / name
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"", b"[]"):
        path.write_bytes(damaged)
        with pytest.raises(IndexDamaged):
            WhooshIndex.open(tmp_path / "w")
    path.unlink()
    with pytest.raises(IndexDamaged):
        WhooshIndex.open(tmp_path / "w")
