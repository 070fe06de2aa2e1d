"""Two maps across each other: everything that is counted is counted once, on both sides alike."""

from __future__ import annotations

from array import array
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.crosswalk.crossing import Crosswalk, crosswalk_of
from geo.gazetteer import NONE, PARKED_AT, Gazetteer

areas = st.sampled_from([0, 1, 2, NONE])
rows = st.lists(
    st.tuples(
        areas, areas, areas, st.sampled_from([1, PARKED_AT - 1, PARKED_AT]), st.sampled_from([0, 201503])
    ),
    max_size=60,
)


def view(values: list[int], form: str) -> memoryview:
    return memoryview(array(form, values))


def crosswalk(table: list[tuple[int, int, int, int, int]]) -> Crosswalk:
    columns = list(zip(*table, strict=True)) or [()] * 5
    three = [view(list(column), "H") for column in columns[:3]]
    return Crosswalk(three, view(list(columns[3]), "H"), view(list(columns[4]), "I"))


def homes(table: list[tuple[int, int, int, int, int]]) -> list[tuple[int | None, ...]]:
    """The rows that count, as a person would pick them out."""
    return [
        tuple(None if area == NONE else area for area in row[:3])
        for row in table
        if row[3] < PARKED_AT and row[4] == 0
    ]


@given(rows)
def test_the_parts_of_an_area_are_the_whole_of_it(table: list[tuple[int, int, int, int, int]]) -> None:
    crossing = crosswalk(table).between(0, 1)
    for area in (0, 1, 2, None):
        parts = crossing.parts(area)
        mine = [row for row in homes(table) if row[0] == area]
        assert sum(part.count for part in parts) == len(mine) == crossing.total(area)
        assert {part.other for part in parts} == {row[1] for row in mine}
        if parts:
            assert sum(part.share for part in parts) == pytest.approx(1)
            assert [part.count for part in parts] == sorted((part.count for part in parts), reverse=True)


@given(rows)
def test_both_directions_count_the_same(table: list[tuple[int, int, int, int, int]]) -> None:
    found = crosswalk(table)
    there, back = found.between(0, 1), found.between(1, 0)
    assert {(b, a): n for (a, b), n in there.counts.items()} == back.counts
    for (area, other), count in there.counts.items():
        part = next(one for one in there.parts(area) if one.other == other)
        turned = next(one for one in back.parts(other) if one.other == area)
        assert (part.count, part.share, part.share_of_other) == (count, turned.share_of_other, turned.share)


@given(rows)
def test_who_straddles_is_who_has_homes_in_two(table: list[tuple[int, int, int, int, int]]) -> None:
    expected = {}
    for other in (0, 1, 2):
        mine = sorted({row[0] for row in homes(table) if row[1] == other} - {None})
        if len(mine) > 1:
            expected[other] = mine
    assert crosswalk(table).between(0, 1).straddling() == expected


@given(rows)
def test_combinations_are_those_of_the_homes(table: list[tuple[int, int, int, int, int]]) -> None:
    found = crosswalk(table).combinations(0, (1, 2))
    assert {(area, *rest): n for area, each in found.items() for rest, n in each.items()} == Counter(
        homes(table)
    )


@given(rows, st.data())
def test_weights_are_shared_out_and_none_is_lost(
    table: list[tuple[int, int, int, int, int]], data: st.DataObject
) -> None:
    weights = data.draw(st.lists(st.integers(0, 50).map(float), min_size=len(table), max_size=len(table)))
    crossing = crosswalk(table).weighted(0, 1, weights)
    assert sum(crossing.counts.values()) == sum(weights)
    for area in (0, 1, 2, None):
        parts = crossing.parts(area)
        assert all(part.count for part in parts)
        if parts:
            assert sum(part.share for part in parts) == pytest.approx(1)


def test_every_pair_of_the_citys_layers_agrees_with_counting_by_hand(gazetteer: Gazetteer) -> None:
    found = crosswalk_of(gazetteer)
    counted = [row for row in range(gazetteer.city_rows) if gazetteer.shared_by[row] < PARKED_AT]
    assert gazetteer.city_rows == 35_068
    for one, left in enumerate(gazetteer.columns):
        for other, right in enumerate(gazetteer.columns):
            if one != other and "lsoa_2021" not in (gazetteer.generations[one]["layer"],):
                by_hand: Counter[tuple[int, int]] = Counter()
                for row in counted:
                    by_hand[left[row], right[row]] += 1
                assert found.between(one, other).counts == by_hand


def test_a_gazetteer_is_worked_out_once(gazetteer: Gazetteer) -> None:
    assert crosswalk_of(gazetteer) is crosswalk_of(gazetteer)
    assert crosswalk_of(gazetteer).between(0, 5) is crosswalk_of(gazetteer).between(0, 5)
