"""What the pages need to know of the house: one Protocol, which the app fulfils.

Every dictionary below holds plain JSON values. A key marked `?` may be missing or null; the pages then leave
its sentence out.

contact   role, telephone, email, form, hours, hours_words, audience ("public" | "professional" | "both"),
          purpose, open (bool), changes_at (UTC, ISO 8601)?, state_words, sample (bool), source?, checked?
layer     layer, title, kind ("team" | "reference"), generation, valid_from, valid_to?,
          status ("illustrative" | "confirmed"), source, owner, areas: [{code, name, contacts?}, ...]
area      the members of its layer save `areas`, and: code, name, in_force (bool), contacts: [contact, ...],
          successors: [{layer, code, name}, ...], postcodes? (how many postcodes it holds)
about     sources: [{name, version?, licence?, note?}, ...], counts: [[words, number], ...],
          versions: {name: value}, attribution
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

Facts = dict[str, Any]


class Site(Protocol):
    """The answers that the pages show. No method raises for what a person typed."""

    @property
    def var_dir(self) -> Path:
        """The folder that a build writes; maps lie in `maps/` inside it."""
        ...

    def answer(self, text: str) -> Facts:
        """The one answer for what a person typed, of any status word."""
        ...

    def layers(self) -> list[Facts]:
        """Every layer's generation in force today, in the order of the layers."""
        ...

    def layer(self, layer: str) -> Facts | None:
        """The generation in force today of one layer, with areas and contacts; None: no such layer."""
        ...

    def area(self, layer: str, code: str) -> Facts | None:
        """One area, also one of an earlier generation (then `in_force` is false); None: no such code."""
        ...

    def about(self) -> Facts:
        """Where the data comes from, how much of it there is, and what must be said of it."""
        ...
