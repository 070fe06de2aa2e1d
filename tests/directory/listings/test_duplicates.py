"""Which records are probably the same, and that ten thousand of them are compared without all their pairs."""

from __future__ import annotations

import random
from typing import Any

import pytest

from directory.listings.duplicates import Listed, compare, duplicates, listed, plain


def service(
    number: int, name: str, publisher: str, phone: str = "", postcode: str = "", **more: Any
) -> Listed:
    content: dict[str, Any] = {"id": f"s{number}", "name": name, **more}
    places = {}
    if phone:
        content["phones"] = [{"number": phone}]
    if postcode:
        content["service_at_locations"] = [{"location_id": f"l{number}"}]
        places = {f"l{number}": {"id": f"l{number}", "addresses": [{"postal_code": postcode}]}}
    return listed("service", content, publisher, None, places)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("The Homework Club", "0121 496 0001", ""), ("Homework club", "+44 121 496 0001", "")),
        (("Mums’ café – Aston", "", "B6 5TB"), ("Mums Cafe Aston", "", "b65tb")),
        (("Harbour counselling for young people", "0121 496 0002", "B15 2TT"),
         ("Harbour: counselling, young people", "0121 496 0002", "")),
        (("Café & play", "0121 496 0003", "B1 1AA"), ("Cafe and play service", "0121 496 0003", "B1 1AA")),
    ],
)  # fmt: skip
def test_the_same_thing_told_by_two_publishers_is_found_with_why(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    (found,) = duplicates([service(1, one[0], "A", *one[1:]), service(2, other[0], "B", *other[1:])])
    assert found.score >= 70
    assert any("name" in why for why in found.why)
    assert len(found.why) >= 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Homework club", "0121 496 0001", "B15 2TT"), ("Swimming lessons", "0121 496 0001", "")),
        (("Stay and play", "0121 496 0001", "B15 2TT"), ("Stay and play", "0121 496 0009", "B44 8LT")),
        (("Family support Aston", "0121 496 0001", ""), ("Family support Yardley", "0121 496 0005", "")),
    ],
)
def test_what_only_looks_alike_is_left_alone(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    assert duplicates([service(1, one[0], "A", *one[1:]), service(2, other[0], "B", *other[1:])]) == []


def test_another_name_at_the_same_number_and_place_is_not_enough_but_close_to_it() -> None:
    a = service(1, "Brook house drop-in", "A", "0121 496 0001", "B15 2TT")
    b = service(2, "Drop in at Brook House", "B", "0121 496 0001", "B15 2TT")
    assert duplicates([a, b])[0].score > 80


def test_two_services_of_one_publisher_are_shown_only_when_asked() -> None:
    pair = [service(n, "Homework club", "A", "0121 496 0001") for n in (1, 2)]
    assert duplicates(pair) == []
    assert len(duplicates(pair, within=True)) == 1


def test_a_number_that_very_many_share_is_no_sign() -> None:
    crowd = [service(n, f"Thing {n * 7919}", f"P{n}", "0121 496 0001") for n in range(60)]
    one, other = (
        service(98, "Chess tables", "A", "0121 496 0001"),
        service(99, "Chess table", "B", "0121 496 0001"),
    )
    found = duplicates([*crowd, one, other], least=0)
    assert not any("telephone" in " ".join(pair.why) for pair in found)


def test_ages_that_do_not_meet_speak_against_it() -> None:
    old, young = {"minimum_age": 16, "maximum_age": 25}, {"minimum_age": 0, "maximum_age": 5}
    one, other = (
        service(1, "Drop in", "A", "0121 496 0001", **old),
        service(2, "Drop in", "B", "0121 496 0001", **young),
    )
    same = service(3, "Drop in", "B", "0121 496 0001", **old)
    assert compare(one, other)[0] + 15 <= compare(one, same)[0]


def test_a_name_is_compared_without_what_fills_it() -> None:
    assert plain("The Mums’ Café & Play Service, Birmingham") == "mums cafe play"
    assert plain("The Service") == "the service", "what consists of filling only is kept"


def test_among_ten_thousand_the_hidden_pairs_are_found_without_comparing_all() -> None:
    made = random.Random(7)
    first = ["Harbour", "Oak", "River", "Bright", "Corner", "Stone", "Sky", "Meadow", "Anchor", "Lantern"]
    second = ["homework", "parenting", "counselling", "play", "mentoring", "debt", "housing", "bereavement"]
    third = ["club", "group", "drop-in", "advice", "project", "centre", "sessions", "workshop"]

    def name() -> str:
        return f"{made.choice(first)} {made.choice(second)} {made.choice(third)} {made.randint(100, 999)}"

    def postcode() -> str:
        return f"B{made.randint(1, 48)} {made.randint(1, 9)}{''.join(made.choices('ABCDEFGH', k=2))}"

    def phone() -> str:
        return f"0121 {made.randint(200, 999)} {made.randint(1000, 9999)}"

    records = [service(n, name(), f"P{n % 60}", phone(), postcode()) for n in range(10_000)]
    hidden = made.sample(range(10_000), 50)
    for n in hidden:
        same = next(iter(records[n].phones))
        records.append(service(20_000 + n, f"The {records[n].name.upper()} service", "other feed", same))
    compared: list[tuple[int, int]] = []
    found = duplicates(records, progress=lambda done, total: compared.append((done, total)))
    assert {(pair.one, pair.other) for pair in found} >= {(f"s{n}", f"s{20_000 + n}") for n in hidden}
    assert compared[-1][1] < len(records) * 60, "every pair would be fifty million"
