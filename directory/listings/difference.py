"""What changed between two contents of a record, member by member, as a steward would say it.

Entries of a list are matched by their id, so that a phone that moved up in the list is no change of the one
below it. A path names an entry by what a person knows it by: `phones[0121 496 0001].description`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from directory.store.standard import ENTITIES, Content, Entity

_KNOWN_BY = (
    "name",
    "number",
    "title",
    "address_1",
    "option",
    "source",
    "code",
    "byday",
    "identifier",
    "email",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One member that differs. `old` or `new` is None where it is not there."""

    path: str
    old: Any
    new: Any


def differences(kind: str, old: Content | None, new: Content | None) -> tuple[Difference, ...]:
    """Every member that differs, in the order of the model."""
    return tuple(_members(ENTITIES[kind], old or {}, new or {}, ""))


def _members(
    entity: Entity, old: Mapping[str, Any], new: Mapping[str, Any], path: str
) -> Iterator[Difference]:
    for field in entity.fields:
        before, after = old.get(field.name), new.get(field.name)
        if before != after and field.name != "id":
            yield Difference(path + field.name, before, after)
    for part in entity.parts:
        before, after = old.get(part.name), new.get(part.name)
        if before == after:
            continue
        inner = ENTITIES[part.entity]
        if part.many:
            yield from _lists(inner, _held(before), _held(after), path + part.name)
        else:
            one = before if isinstance(before, Mapping) else {}
            other = after if isinstance(after, Mapping) else {}
            yield from _members(inner, one, other, f"{path}{part.name}.")


def _held(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _lists(
    entity: Entity, old: list[Mapping[str, Any]], new: list[Mapping[str, Any]], path: str
) -> Iterator[Difference]:
    before = {one.get("id", index): (index, one) for index, one in enumerate(old)}
    after = {one.get("id", index): (index, one) for index, one in enumerate(new)}
    for number, (index, one) in before.items():
        label = f"{path}[{_label(one, index)}]"
        if number not in after:
            yield Difference(label, shown(one), None)
        else:
            yield from _members(entity, one, after[number][1], f"{label}.")
    for number, (index, one) in after.items():
        if number not in before:
            yield Difference(f"{path}[{_label(one, index)}]", None, shown(one))
    kept_before = [number for number in before if number in after]
    kept_after = [number for number in after if number in before]
    if kept_before != kept_after:
        order = [_label(before[number][1], before[number][0]) for number in kept_before]
        other = [_label(after[number][1], after[number][0]) for number in kept_after]
        yield Difference(f"{path} (order)", ", ".join(order), ", ".join(other))


def _label(one: Mapping[str, Any], index: int) -> str:
    word = next((str(one[name]) for name in _KNOWN_BY if one.get(name)), "")
    return word[:40] or str(index + 1)


def shown(one: Mapping[str, Any]) -> str:
    """An entry on one line: its values without its id."""
    said = []
    for name, value in one.items():
        if name == "id":
            continue
        if isinstance(value, Mapping):
            said.append(f"{name}: {shown(value)}")
        elif isinstance(value, list) and any(isinstance(inner, Mapping) for inner in value):
            said.append(f"{name}: {'; '.join(shown(inner) for inner in _held(value))}")
        else:
            said.append(f"{name}: {value if not isinstance(value, list) else ', '.join(map(str, value))}")
    return ", ".join(said)
