"""Made-up listings by the thousand, the same each time, with words as common and rare as in real ones."""

from __future__ import annotations

import csv
import random
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from directory.store.records import Change

DISTRICTS = tuple(f"E140005{number}" for number in range(60, 70))
_BOWL = re.compile(r"^\[(\w+)\]$([^\[]*)", re.MULTILINE)
_WORDS = {
    name: held.split()
    for name, held in _BOWL.findall((Path(__file__).parent / "words.txt").read_text("utf-8"))
}


def changes(count: int, needs: Path, seed: int = 1) -> Iterator[tuple[str, list[Change]]]:
    """Change sets for `count` services and the organisations they belong to; first those, then the services.

    `needs` is the file of needs, whose codes and plain words the services use.
    """
    chance = random.Random(seed)
    with needs.open(encoding="utf-8", newline="") as file:
        known = [(row["code"], row["name"], row["plain"].split("|")) for row in csv.DictReader(file)]
    names = [
        start + middle + end
        for start in _WORDS["start"]
        for middle in _WORDS["middle"]
        for end in _WORDS["end"]
    ]
    chance.shuffle(names)
    words = _Words(chance, names[:6000])
    organizations = [_id(f"organization {number}") for number in range(max(1, count // 4))]
    yield (
        "organisations",
        [
            _change(
                "organization",
                {
                    "id": one,
                    "name": f"{words.place()} {words.some(1)} Trust".title(),
                    "description": words.sentence(),
                },
            )
            for one in organizations
        ],
    )
    services = []
    for number in range(count):
        picked = chance.sample(known, chance.choice((1, 1, 2, 2, 3, 4)))
        first = chance.choice((0, 0, 0, 4, 5, 8, 11, 11, 13, 16))
        last = first + chance.choice((4, 5, 7, 8, 12, 25))
        areas = (
            chance.sample(DISTRICTS, chance.choice((1, 1, 2, 3))) if chance.random() < 0.6 else ["E08000025"]
        )
        services.append(
            _change(
                "service",
                {
                    "id": _id(f"service {number}"),
                    "organization_id": chance.choice(organizations),
                    "name": _name(words, picked, chance),
                    "description": _description(words, picked, chance),
                    "status": "active",
                    "minimum_age": first,
                    "maximum_age": min(25, last),
                    "needs": [code for code, _, _ in picked],
                    "levels_of_need": chance.sample(
                        ("universal", "universal_plus", "additional", "complex"), 2
                    ),
                    "referral_route": chance.choice(("self", "self", "professional", "both")),
                    "assured_date": f"2026-{chance.randint(1, 9):02d}-{chance.randint(1, 28):02d}",
                    "service_areas": [
                        {
                            "id": _id(f"area {number} {code}"),
                            "name": "Birmingham" if code == "E08000025" else "District",
                            "layer": "authority" if code == "E08000025" else "district",
                            "code": code,
                        }
                        for code in areas
                    ],
                    "schedules": [
                        {
                            "id": _id(f"schedule {number}"),
                            "freq": "WEEKLY",
                            "byday": chance.choice(("MO,TU,WE,TH,FR", "MO,WE", "TU,TH", "SA")),
                            "opens_at": chance.choice(("08:30", "09:00", "10:00", "13:00")),
                            "closes_at": chance.choice(("16:00", "17:00", "18:30")),
                        }
                    ],
                    "cost_options": [{"id": _id(f"cost {number}"), "amount": chance.choice((0, 0, 0, 3))}],
                },
            )
        )
    yield "services", services


class _Words:
    """Words out of three bowls: common ones, those of the topic, and names that hardly come twice."""

    def __init__(self, chance: random.Random, names: list[str]) -> None:
        self._chance = chance
        self._bowls = [
            (bowl, [1 / (rank + 2) for rank in range(len(bowl))])
            for bowl in (_WORDS["common"], chance.sample(_WORDS["topic"], len(_WORDS["topic"])), names)
        ]

    def some(self, bowl: int, count: int = 1) -> str:
        held, odds = self._bowls[bowl]
        return " ".join(self._chance.choices(held, odds, k=count))

    def place(self) -> str:
        return self.some(2)

    def sentence(self) -> str:
        made: list[str] = []
        for _ in range(self._chance.randint(8, 22)):
            roll = self._chance.random()
            made.append(self.some(0 if roll < 0.55 else 1 if roll < 0.93 else 2))
        return " ".join(made).capitalize() + "."


def _name(words: _Words, picked: list[Any], chance: random.Random) -> str:
    _, name, plain = picked[0]
    said = name if chance.random() < 0.4 else chance.choice(plain)
    kind = chance.choice(("group", "service", "team", "project", "support", "drop-in", "advice"))
    return f"{words.place().title()} {said} {kind}".capitalize()


def _description(words: _Words, picked: list[Any], chance: random.Random) -> str:
    said = [words.sentence() for _ in range(chance.randint(3, 6))]
    for _, name, plain in picked:
        told = chance.sample(plain, min(len(plain), chance.randint(1, 3)))
        said.insert(chance.randrange(len(said)), f"We help with {name.lower()}, {' and '.join(told)}.")
    return " ".join(said)


def _change(kind: Any, content: dict[str, Any]) -> Change:
    return Change(kind, content["id"], "published", content)


def _id(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.bench.example"))
