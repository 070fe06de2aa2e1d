"""YAML as nothing but texts, lists and mappings, with the line of everything. YAML's `no` stays the word no.

Refused, each with its line: a key given twice, anchors and aliases, tags, more than one document, nesting
without end, a file too large to be a questionnaire.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

LARGEST = 2_000_000  # bytes; a questionnaire of forty questions has about 100,000
_DEEPEST = 16
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_PLAIN_TAGS = (None, "!")

Place = tuple[str | int, ...]


class YamlRefused(ValueError):
    """Text that is not the YAML accepted here. `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        self.line = line
        super().__init__(message)


@dataclass(frozen=True)
class Document:
    """What stood in the file, and the line of every member by its place, such as ("rules", 3, "when")."""

    content: Any
    lines: dict[Place, int]

    def line(self, place: Place) -> int:
        """The line of the member at `place`, or of the nearest thing that holds it."""
        for end in range(len(place), -1, -1):
            if place[:end] in self.lines:
                return self.lines[place[:end]]
        return 1


class _Open:
    """A list or mapping whose end has not come yet."""

    def __init__(self, place: Place, content: list[Any] | dict[str, Any]) -> None:
        self.place, self.content = place, content
        self.key: str | None = None


class _Reading:
    """Builds the document from the parser's events."""

    def __init__(self) -> None:
        self.lines: dict[Place, int] = {}
        self.content: Any = None
        self.documents = 0
        self._open: list[_Open] = []

    def event(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise YamlRefused(line, "Anchors and aliases (& and *) are not read. Write it out in full.")
        if getattr(event, "tag", None) not in _PLAIN_TAGS:
            raise YamlRefused(line, f"The tag {str(event.tag)[:40]} is not read. Leave it out.")  # type: ignore[attr-defined]
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise YamlRefused(line, "A second document begins here. Keep one questionnaire to a file.")
        elif isinstance(event, yaml.ScalarEvent):
            self._value(event.value, line)
        elif isinstance(event, yaml.CollectionStartEvent):
            empty: list[Any] | dict[str, Any] = [] if isinstance(event, yaml.SequenceStartEvent) else {}
            place = self._value(empty, line)
            if len(self._open) >= _DEEPEST:
                raise YamlRefused(line, "Nested too deeply. A questionnaire needs no more than six steps.")
            self._open.append(_Open(place, empty))
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()

    def _value(self, value: Any, line: int) -> Place:
        """Put a value where it belongs; give its place."""
        if not self._open:
            self.content = value
            self.lines[()] = line
            return ()
        within = self._open[-1]
        if isinstance(within.content, list):
            place = (*within.place, len(within.content))
            within.content.append(value)
        elif within.key is None:
            if not isinstance(value, str):
                raise YamlRefused(line, "A list or mapping cannot be the name of a member.")
            if value in within.content:
                first = self.lines[(*within.place, value)]
                raise YamlRefused(line, f"{value!r} stands here already, on line {first}. Remove one.")
            within.content[value] = ""
            within.key = value
            self.lines[(*within.place, value)] = line
            return within.place
        else:
            place = (*within.place, within.key)
            within.content[within.key] = value
            within.key = None
            return place
        self.lines[place] = line
        return place


def read_yaml(raw: bytes) -> Document:
    """The one document in `raw` (UTF-8). Raises `YamlRefused` with the line of the first fault."""
    if len(raw) > LARGEST:
        raise YamlRefused(1, f"The file has {len(raw):,} bytes, more than {LARGEST:,}.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise YamlRefused(line, "This is not UTF-8 text. Save the file as UTF-8.") from None
    reading = _Reading()
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            reading.event(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = error.problem or error.context or "cannot be read"
        raise YamlRefused(mark.line + 1 if mark else 1, f"This is not YAML: {said}.") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlRefused(line, "There is a character here that YAML does not allow. Remove it.") from None
    if reading.documents == 0:
        raise YamlRefused(1, "The file is empty.")
    return Document(reading.content, reading.lines)
