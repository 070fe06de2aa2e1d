"""Which of several forms of one thing says most, and whether they contradict each other."""

from __future__ import annotations

import json
from collections.abc import Mapping

import orjson

from directory.store.standard import Content


def payload(raw: object) -> bytes:
    """What was received, as JSON bytes."""
    try:
        return orjson.dumps(raw, option=orjson.OPT_NON_STR_KEYS)
    except (TypeError, ValueError):  # text that is not Unicode, numbers beyond 64 bits
        return json.dumps(raw, default=str).encode("ascii")


def size_of(content: object) -> int:
    """How many values a content holds, at any depth."""
    if isinstance(content, Mapping):
        return sum(size_of(one) for one in content.values())
    if isinstance(content, list):
        return sum(size_of(one) for one in content)
    return 1


def conflicting(first: Content, second: Content) -> str:
    """The first member that both have with other values; one being part of the other is no conflict."""
    for name in first:
        if name not in second:
            continue
        one, other = first[name], second[name]
        if one != other and not isinstance(one, list) and not isinstance(other, list):
            return name
        addresses = name == "addresses" and _one_address(one) and _one_address(other)
        if addresses and (within := conflicting(one[0], other[0])):
            return within
    return ""


def _one_address(value: object) -> bool:
    return isinstance(value, list) and len(value) == 1 and isinstance(value[0], Mapping)
