"""One member of a listing by its path: name, contacts[0].title, schedules[1f0c].closes_at, phones[+].number.

In brackets stands a part's number from 0, the beginning of its id, what it is known by (its name, number,
title …), or + for a new one at the end: further paths of the same command that say + mean that same one.
"""

from __future__ import annotations

import copy
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from directory.store.standard import ENTITIES, Content, Entity, Field, Part, RecordKind

_STEP = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:\[([^\]]*)\])?")
_DOT = re.compile(r"\.(?![^\[\]]*\])")  # not one within brackets
_YES = {
    "yes": True,
    "true": True,
    "1": True,
    "on": True,
    "no": False,
    "false": False,
    "0": False,
    "off": False,
}


class PathError(ValueError):
    """A path or a value that cannot be used; the message says which, and what there is instead."""


def changed(
    kind: RecordKind, content: Mapping[str, Any], settings: Sequence[str], removals: Sequence[str] = ()
) -> Content:
    """The content with each `path=value` set and each path of `removals` taken out; parts get their ids.

    An empty value takes the member out as well. Raises `PathError`.
    """
    made = copy.deepcopy(dict(content))
    fresh: dict[str, int] = {}
    for setting in settings:
        path, sign, value = setting.partition("=")
        if not sign:
            raise PathError(f"{setting!r} sets nothing. Write path=value, such as minimum_age=11.")
        _set(kind, made, path.strip(), value.strip(), fresh)
    # From the last to the first, so that phones[0] and phones[1] mean what they meant before.
    for path in sorted(removals, key=_numbers, reverse=True):
        _set(kind, made, path.strip(), "", fresh)
    return with_ids(kind, made)


def _numbers(path: str) -> list[int]:
    return [int(number) for number in re.findall(r"\[(\d+)\]", path)]


def with_ids(entity: str, content: Mapping[str, Any]) -> Content:
    """The content, every part of which has an id; one that had none gets a new one."""
    described = ENTITIES[entity]
    made = dict(content)
    if described.field("id") and not made.get("id"):
        made = {"id": str(uuid.uuid4()), **made}
    for part in described.parts:
        held = made.get(part.name)
        if part.many and isinstance(held, list):
            made[part.name] = [with_ids(part.entity, one) if isinstance(one, dict) else one for one in held]
        elif not part.many and isinstance(held, dict):
            made[part.name] = with_ids(part.entity, held)
    return made


def _set(kind: str, content: Content, path: str, written: str, fresh: dict[str, int]) -> None:
    steps = _DOT.split(path)
    entity, here = ENTITIES[kind], content
    for index, step in enumerate(steps):
        said = ".".join(steps[: index + 1])
        read = _STEP.fullmatch(step)
        if not read:
            raise PathError(f"{path!r} is not a path. Write it like name or contacts[0].title.")
        name, which = read[1], read[2]
        last = index == len(steps) - 1
        one, part = entity.field(name), entity.part(name)
        if one and last and which is None:
            _put(here, one, written, said)
            return
        if part is None:
            raise PathError(f"{said}: {entity.name} has no {name!r}. {there_is(entity, path)}")
        if last:
            _replace(here, part, which, written, said, fresh)
            return
        here, entity = _enter(here, part, which, said, fresh), ENTITIES[part.entity]
    raise PathError(f"{path!r} names nothing.")


def there_is(entity: Entity, path: str) -> str:
    """What was perhaps meant by a member that an entity does not have, else all that it has."""
    from rapidfuzz import process

    names = [one.name for one in entity.fields] + [one.name for one in entity.parts]
    near = process.extractOne(path.rpartition(".")[2].partition("[")[0], names, score_cutoff=70)
    return f"Did you mean {near[0]}?" if near else f"There are {', '.join(names)}."


def _put(here: Content, one: Field, written: str, said: str) -> None:
    if one.name == "id":
        raise PathError(f"{said}: an id is for ever.")
    if written:
        here[one.name] = _value(one, written, said)
    else:
        here.pop(one.name, None)


def _value(one: Field, written: str, said: str) -> Any:
    """A value of the field's sort; what it may be within that sort is for the check to say."""
    if one.sort in ("number", "integer"):
        try:
            number = float(written)
        except ValueError:
            raise PathError(f"{said}: {written!r} is not a number.") from None
        if not abs(number) < 1e15 or (one.sort == "integer" and not number.is_integer()):
            raise PathError(f"{said}: {written!r} is not a whole number.")
        return int(number) if number.is_integer() else number
    if one.sort == "truth":
        if written.casefold() not in _YES:
            raise PathError(f"{said}: {written!r} is neither yes nor no.")
        return _YES[written.casefold()]
    if one.sort == "words":
        words = [word.strip() for word in written.split(",") if word.strip()]
        _known(words, one.choices, said)
        return words
    if one.sort == "word":
        _known([written], one.choices, said)
    return written.replace("\\n", "\n") if one.sort == "text" else written


def _known(words: list[str], choices: tuple[str, ...], said: str) -> None:
    for word in words:
        if choices and word not in choices:
            raise PathError(f"{said}: {word!r} is not one of {', '.join(choices)}.")


def _enter(here: Content, part: Part, which: str | None, said: str, fresh: dict[str, int]) -> Content:
    """The one part that a path goes on in; made where it is new."""
    if not part.many:
        entered = here.setdefault(part.name, {})
    else:
        held = here.setdefault(part.name, [])
        position = _position(held, which, said, fresh)
        if position == len(held):
            held.append({})
        entered = held[position]
    if not isinstance(entered, dict):
        raise PathError(f"{said} cannot be gone into: it holds {entered!r:.60}.")
    return entered


def _position(held: list[Any], which: str | None, said: str, fresh: dict[str, int]) -> int:
    if which is None:
        raise PathError(f"{said}: which one? Write {said}[0] for the first, {said}[+] for a new one.")
    if which == "+":
        return fresh.setdefault(said, len(held))
    if which.isdecimal() and int(which) < 1000 and int(which) <= len(held):
        return int(which)
    found = [
        index
        for index, one in enumerate(held)
        if isinstance(one, dict)
        and (which in one.values() or (len(which) >= 4 and str(one.get("id", "")).startswith(which)))
    ]
    if len(found) != 1:
        ids = ", ".join(str(one.get("id", "no id")) for one in held if isinstance(one, dict)) or "none"
        raise PathError(
            f"{said}: {'more than one has' if found else 'there is no'} such number or id. There are {ids}."
        )
    return found[0]


def _replace(
    here: Content, part: Part, which: str | None, written: str, said: str, fresh: dict[str, int]
) -> None:
    """Set a whole part from JSON, or take it out."""
    value: Any = None
    if written:
        try:
            value = json.loads(written)
        except ValueError as error:
            raise PathError(
                f"{said} holds parts: give its members one by one ({said}{'' if which else '[0]'}.…=), "
                f"or as JSON ({error})."
            ) from None
        whole = part.many and which is None
        if not isinstance(value, list if whole else dict):
            raise PathError(f"{said}: expected a JSON {'list' if whole else 'object'}.")
    if part.many and which is not None:
        held = here.setdefault(part.name, [])
        position = _position(held, which, said, fresh)
        if value is not None:
            held[position : position + 1] = [value]
        elif position < len(held):
            del held[position]
        else:
            raise PathError(f"{said}: there is none to take out.")
        value = held
    if value:
        here[part.name] = value
    else:
        here.pop(part.name, None)
