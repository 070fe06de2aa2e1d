"""Which records are probably the same thing published twice: by name, telephone and postcode, and why.

Every pair of 10,000 would be fifty million comparisons. Only those are compared that share a telephone
number, a postcode, or one of the rarer words of their names; what very many share tells nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from directory.listings.known import digits
from directory.listings.orphans import mails_of, numbers_of, places_of
from directory.store.standard import Content, RecordKind

LEAST = 70  # the score from which a pair is worth a steward's look
_CROWD = 40  # a number, postcode or word shared by more says nothing about two of them
_NEAR_NAME, _SAME_NAME = 60, 95
_FILLING = {"the", "a", "an", "and", "of", "for", "in", "at", "to", "birmingham", "service", "services"}
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Listed:
    """What two records are compared by. `publisher`: the feed it came from, else who gives it."""

    kind: RecordKind
    id: str
    name: str
    names: tuple[str, ...]  # made plain, alternates too
    publisher: str
    organization: str
    phones: frozenset[str]
    postcodes: frozenset[str]
    mails: frozenset[str]
    ages: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records, how likely they are the same (0 to 100), and why."""

    kind: RecordKind
    one: str
    other: str
    one_name: str
    other_name: str
    score: int
    why: tuple[str, ...]


def plain(name: str) -> str:
    """A name without case, accents, signs and the words that fill it."""
    letters = unicodedata.normalize("NFKD", name.casefold().replace("&", " and "))
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = re.sub(r"[^a-z0-9 ]+", " ", letters.replace("'", "").replace("’", "")).split()
    return " ".join(word for word in words if word not in _FILLING) or " ".join(words)


def listed(
    kind: RecordKind,
    content: Content,
    publisher: str,
    organization: Content | None = None,
    locations: Mapping[str, Content] | None = None,
) -> Listed:
    """A record as it is compared."""
    locations = locations or {}
    places = [locations[place] for place in places_of(content) if place in locations]
    if kind == "location":
        places = [content]
    addresses = [one for place in places for one in place.get("addresses", ()) if isinstance(one, dict)]
    ages = (content.get("minimum_age"), content.get("maximum_age"))
    names = (content.get("name"), content.get("alternate_name"))
    return Listed(
        kind,
        content["id"],
        content.get("name") or (addresses[0].get("address_1", "") if addresses else ""),
        tuple(dict.fromkeys(made for name in names if name and (made := plain(name)))),
        publisher,
        plain((organization or {}).get("name", "")),
        frozenset(digits(one) for one in numbers_of(content, None, locations)),
        frozenset(
            re.sub(r"\s", "", one["postal_code"]).upper() for one in addresses if one.get("postal_code")
        ),
        frozenset(one.casefold() for one in mails_of(content, None, locations)),
        (
            (float(0 if ages[0] is None else ages[0]), float(120 if ages[1] is None else ages[1]))
            if any(isinstance(age, int | float) for age in ages)
            else None
        ),
    )


def _candidates(records: Sequence[Listed]) -> set[tuple[int, int]]:
    """The pairs of positions worth comparing."""
    blocks: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    common = Counter(word for one in records for word in {w for name in one.names for w in name.split()})
    for at, one in enumerate(records):
        for phone in one.phones:
            blocks["phone", phone].append(at)
        for postcode in one.postcodes:
            blocks["postcode", postcode].append(at)
        for name in one.names:
            blocks["name", name].append(at)
            words = sorted(set(name.split()), key=lambda word: (common[word], word))
            for word in words[:3]:
                blocks["word", word].append(at)
            for pair in combinations(sorted(words[:4]), 2):
                blocks["words", " ".join(pair)].append(at)
    return {
        pair
        for block in blocks.values()
        if 1 < len(block) <= _CROWD
        for pair in combinations(sorted(set(block)), 2)
    }


def duplicates(
    records: Sequence[Listed],
    *,
    least: int = LEAST,
    within: bool = False,
    progress: Progress | None = None,
) -> list[Pair]:
    """The likely pairs, the likeliest first. `within`: also those of one publisher."""
    by_kind: defaultdict[str, list[Listed]] = defaultdict(list)
    for record in records:
        by_kind[record.kind].append(record)
    found: list[Pair] = []
    work = [(group, pair) for group in by_kind.values() for pair in sorted(_candidates(group))]
    crowded = _crowded(records)
    for done, (group, (a, b)) in enumerate(work):
        if progress and done % 5000 == 0:
            progress(done, len(work))
        one, other = group[a], group[b]
        if one.publisher == other.publisher and not within:
            continue
        score, why = compare(one, other, crowded)
        if score >= least:
            found.append(Pair(one.kind, one.id, other.id, one.name, other.name, score, why))
    if progress:
        progress(len(work), len(work))
    return sorted(found, key=lambda pair: (-pair.score, pair.one_name.casefold(), pair.one, pair.other))


def _crowded(records: Iterable[Listed]) -> frozenset[str]:
    counted: Counter[str] = Counter()
    for one in records:
        counted.update(one.phones | one.mails)
    return frozenset(shared for shared, count in counted.items() if count > _CROWD)


def compare(one: Listed, other: Listed, crowded: frozenset[str] = frozenset()) -> tuple[int, tuple[str, ...]]:
    """How likely two records are the same, 0 to 100, and why. `crowded`: what too many share to tell."""
    from rapidfuzz import fuzz

    alike = max((fuzz.token_sort_ratio(a, b) for a in one.names for b in other.names), default=0.0)
    subset = max((fuzz.token_set_ratio(a, b) for a in one.names for b in other.names), default=0.0)
    alike = max(alike, 0.9 * subset)
    phones = (one.phones & other.phones) - crowded
    mails = (one.mails & other.mails) - crowded
    postcodes = one.postcodes & other.postcodes
    if alike < _NEAR_NAME and not (phones and postcodes):
        return 0, ()
    score, why = 0.6 * alike, []
    if alike >= _NEAR_NAME:
        why.append("same name" if alike >= _SAME_NAME else f"names {alike:.0f}% alike")
    if phones:
        score += 25
        why.append(f"same telephone {_spaced(min(phones))}")
    elif one.phones and other.phones:
        score -= 8
    if postcodes:
        score += 15
        why.append("same postcode")
    elif one.postcodes and other.postcodes:
        score -= 12
    if mails:
        score += 15
        why.append("same email address")
    organizations = one.organization, other.organization
    if all(organizations) and fuzz.token_sort_ratio(*organizations) >= 90:
        score += 12
        why.append("same organisation")
    if one.ages and other.ages:
        if one.ages == other.ages:
            score += 3
        elif one.ages[0] > other.ages[1] or other.ages[0] > one.ages[1]:
            score -= 15
    return max(0, min(100, round(score))), tuple(why)


def _spaced(number: str) -> str:
    return f"{number[:4]} {number[4:7]} {number[7:]}" if len(number) == 11 else number
