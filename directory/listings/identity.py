"""Which id a thing of a feed has with us: its own where that is a UUID, else one made from it for ever.

The same source, entity and foreign id give the same UUID on every run and on every machine, so that an
import can be repeated. Source of the method: RFC 9562, version 5 (name-based).
"""

from __future__ import annotations

import re
import uuid

# The namespace of all ids that are made here. Changing it would make every record of every feed new.
NAMESPACE = uuid.UUID("2f0d4cf8-6b0f-5a53-9c0e-3d9a1c5b7e21")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID in its usual form, in small letters."""
    return _UUID.fullmatch(text) is not None


def identity(source: str, entity: str, foreign_id: str) -> str:
    """Our id of what `source` calls `foreign_id`: a UUID is kept (in small letters), others become UUIDv5."""
    plain = foreign_id.strip().lower()
    if is_uuid(plain):
        return plain
    return made("foreign", source, entity, foreign_id.strip())


def told_apart(name: str) -> str:
    """A name as text that can be written anywhere: half of a surrogate pair, no character, is escaped."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def made(*names: str) -> str:
    """A UUIDv5 of several names, each kept apart from the next."""
    return str(uuid.uuid5(NAMESPACE, "".join(f"{len(name)}:{told_apart(name)}" for name in names)))
