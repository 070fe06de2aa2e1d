"""A listing as text that a person edits: TOML with the members in the standard's order, and what came back.

The text lies in a file of its own (`<var>/desk/`) before the editor sees it and stays there until the change
is committed, so that a slip of the pen, a conflict or a power cut loses nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from directory.desk.paths import PathError, there_is, with_ids
from directory.store.standard import ENTITIES, Content, Field, RecordKind

_BARE = re.compile(r"[A-Za-z0-9_-]+")


class EditError(ValueError):
    """A text that cannot be read as a listing, or an editor that does not start."""


def as_text(kind: RecordKind, content: Mapping[str, Any], *, head: str = "", blank: bool = False) -> str:
    """The content as TOML. `head`: comment lines above it; `blank`: also name what is not given."""
    lines = [f"# {line}".rstrip() for line in head.splitlines()]
    lines += [""] if lines else []
    lines += _table(kind, content, "", blank)
    return "\n".join(lines).rstrip() + "\n"


def _table(entity: str, content: Mapping[str, Any], path: str, blank: bool) -> Iterator[str]:
    described = ENTITIES[entity]
    parts = {part.name: part for part in described.parts}
    named = {one.name for one in described.fields}
    for one in described.fields:
        if one.name in content:
            yield f"{one.name} = {_toml(content[one.name])}"
        elif blank and one.name != "id":
            yield f"# {one.name} = {_example(one)}"
    for name, value in content.items():  # what the model does not name is kept all the same
        if name not in named and name not in parts:
            yield f"{_key(name)} = {_toml(value)}"
    for name, part in parts.items():
        held = content.get(name)
        whole = f"{path}.{name}" if path else name
        if part.many and isinstance(held, list):
            for inner in held:
                yield from ("", f"[[{whole}]]")
                yield from _table(part.entity, inner, whole, False)
        elif not part.many and isinstance(held, Mapping):
            yield from ("", f"[{whole}]")
            yield from _table(part.entity, held, whole, False)
        elif blank:
            fields = ENTITIES[part.entity].fields
            yield from ("", f"# [[{whole}]]" if part.many else f"# [{whole}]")
            yield from (f"# {inner.name} = {_example(inner)}" for inner in fields if inner.name != "id")


def _example(one: Field) -> str:
    said = {
        "ref": f'"the id of the {one.refers}"', "number": "0", "integer": "0", "truth": "true",
        "date": '"2026-12-01"', "moment": '"2026-12-01T09:30:00+00:00"', "time": '"09:30"', "words": '["…"]',
        "text": '"""\n# …"""', "email": '"office@club.example"', "uri": '"https://club.example"',
    }.get(one.sort, '"…"')  # fmt: skip
    if one.choices:
        said = f'["{one.choices[0]}"]' if one.sort == "words" else f'"{one.choices[0]}"'
        said += f"  # {', '.join(one.choices)}"
    return said + ("  # needed" if one.required else "")


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list):
        return f"[{', '.join(_toml(one) for one in value)}]"
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(str(name))} = {_toml(held)}" for name, held in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    text = str(value)
    if "\n" in text and "\r" not in text:
        lines = "\n".join(_escaped(line) for line in text.split("\n"))
        return f'"""\n{lines}"""'
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)[1:-1]
    return re.sub("[\x7f-\x9f\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", quoted)


def read_text(kind: RecordKind, text: str, name: str = "") -> Content:
    """The listing in an edited text: TOML, or JSON where it begins with a brace. New parts get ids.

    Raises `EditError` with the line, or the member that does not belong.
    """
    try:
        if text.lstrip("\ufeff \t\r\n").startswith("{"):
            content = json.loads(text.lstrip("\ufeff"))
        else:
            content = tomllib.loads(text.lstrip("\ufeff").replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise EditError(f"{name}{': ' if name else ''}{error}") from None
    if not isinstance(content, dict):
        raise EditError(f"{name}: one listing is expected, {{…}}.")
    try:
        _see(kind, content, "")
    except PathError as error:
        raise EditError(f"{name}{': ' if name else ''}{error}") from None
    return with_ids(kind, _without_nothing(_plain(content)))


def _see(entity: str, content: Mapping[str, Any], path: str) -> None:
    """Refuse members that are none, and parts of the wrong shape: a list for one, text for a part."""
    for name in content:
        if ENTITIES[entity].field(name) is None and ENTITIES[entity].part(name) is None:
            raise PathError(f"{path}{name}: {entity} has no {name!r}. {there_is(ENTITIES[entity], name)}")
    for part in ENTITIES[entity].parts:
        held = content.get(part.name)
        said = f"{path}{part.name}"
        if held is None:
            continue
        if not isinstance(held, list if part.many else dict):
            raise PathError(f"{said} must be {f'[[{said}]] tables' if part.many else f'one [{said}] table'}.")
        for index, one in enumerate(held if part.many else [held]):
            if not isinstance(one, dict):
                raise PathError(f"{said}[{index}] must be a table of members.")
            _see(part.entity, one, f"{said}[{index}].")


def _plain(value: Any) -> Any:
    """Dates and times that were written without quotes, as text."""
    if isinstance(value, dict):
        return {name: _plain(held) for name, held in value.items()}
    if isinstance(value, list):
        return [_plain(held) for held in value]
    if isinstance(value, dt.time):
        return value.isoformat("minutes")
    return value.isoformat() if isinstance(value, dt.date | dt.datetime) else value


def _without_nothing(content: Content) -> Content:
    """Without members that hold nothing: "", [], {} and null, at any depth."""
    made: Content = {}
    for name, held in content.items():
        value = held
        if isinstance(held, dict):
            value = _without_nothing(held)
        elif isinstance(held, list):
            value = [_without_nothing(one) if isinstance(one, dict) else one for one in held]
        if value not in ("", None) and not (isinstance(value, dict | list) and not value):
            made[name] = value
    return made


def kept_path(var: Path, name: str) -> Path:
    """The file in which a text being edited is kept."""
    return var / "desk" / f"{re.sub(r'[^A-Za-z0-9_.-]', '_', name)}.toml"


def keep(path: Path, text: str) -> None:
    """Write the text that is to be edited; one that is there already was left by an edit not finished."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def open_editor(path: Path) -> None:
    """Run $VISUAL or $EDITOR on the file and wait. Raises `EditError` where it does not start or fails."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        done = subprocess.run([*shlex.split(command), str(path)], check=False)
    except (OSError, ValueError) as error:
        raise EditError(
            f"The editor {command!r} does not start ({error}). Set EDITOR, such as EDITOR=nano. "
            f"The text is kept in {path}."
        ) from None
    if done.returncode != 0:
        raise EditError(f"The editor ended with {done.returncode}. The text is kept in {path}.")
