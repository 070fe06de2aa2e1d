"""What a steward says of a file that the file does not say itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wanted:
    """What the steward says of a file that cannot say it itself. Empty means: work it out."""

    code_field: str = ""
    name_field: str = ""
    member_field: str = ""
    members: str = ""
    crs: str = ""
