"""What the pages need to know of the house: one Protocol, which the app fulfils.

Every dictionary below holds plain JSON values. A key marked `?` may be missing or null; the pages then leave
its sentence out.

contact   role, telephone, email, form, hours, hours_words, audience ("public" | "professional" | "both"),
          purpose, open (bool), changes_at (UTC, ISO 8601)?, state_words, sample (bool), source?, checked?
layer     layer, title, kind ("team" | "reference"), generation, valid_from, valid_to?,
          status ("illustrative" | "confirmed"), source, owner, areas: [{code, name, contacts?}, ...]
area      the members of its layer save `areas`, and: code, name, in_force (bool), contacts: [contact, ...],
          successors: [{layer, code, name}, ...], postcodes? (how many postcodes it holds), homes,
          overlaps_on, overlaps, combinations (docs/api.md), holds {until}
about     what `api.about.about` gives: sources: [{name, version?, licence?, note?}, ...], counts:
          [[words, number], ...], contacts, listings?, accuracy?, versions: {name: value}, attribution
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

Facts = dict[str, Any]


class Site(Protocol):
    """The answers that the pages show. No method raises for what a person typed."""

    @property
    def directory(self) -> Directory:
        """The directory of services."""
        ...

    @property
    def var_dir(self) -> Path:
        """The folder that a build writes; maps lie in `maps/` inside it."""
        ...

    def answer(self, text: str) -> Facts:
        """The one answer for what a person typed, of any status word."""
        ...

    def front_door(self) -> Facts:
        """Whom to call for the city at this moment: `now` and `danger`, each a contact."""
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

    @property
    def schools(self) -> Schools:
        """The schools of the city."""
        ...

    def misfit(self) -> Facts:
        """How badly the maps fit: combinations (number), layers: [{layer, straddling (number)}, ...]."""
        ...

    def about(self) -> Facts:
        """Where the data comes from, how much of it there is, and what must be said of it."""
        ...


class Schools(Protocol):
    """The list of schools as the pages need it. A school has the shape of `GET /api/v1/schools/{urn}`.

    An answer of several has: list (see `about`), problem?, count, and
    groups: [{title, schools: [school, ...]}, ...].
    """

    def about(self) -> Facts:
        """list?: {edition, about, complete, schools, note, source, licence}; problem?: why there is none."""
        ...

    def within(self, layer: str, code: str) -> Facts:
        """The schools that stand in an area."""
        ...

    def named(self, words: str) -> Facts:
        """The schools with all of these words in their name, or of this number."""
        ...

    def at(self, postcode: str) -> Facts:
        """Those of a postcode, and `near`: others nearest to it, each with its `metres`."""
        ...

    def school(self, urn: str) -> Facts | None:
        """One school; None: not in the list."""
        ...

    def count(self, layer: str) -> dict[str, int]:
        """How many stand in each area of a layer, by its code."""
        ...


class Directory(Protocol):
    """The directory of services as the pages need it. The shapes are those of /api/v1 (docs/api.md).

    Every method but `state` and `answers` raises `api.problems.ProblemError` with the code `no_directory`
    while nothing has been built, and its `detail` says what to do. None raises for what a person typed.
    """

    def state(self) -> Facts:
        """status ("ok" | "degraded" | "none" | "down"), revision?, since?, reasons: [words, ...]."""
        ...

    def answers(self) -> bool:
        """Whether there is a directory to search. The store is not asked; it does not raise."""
        ...

    def find(self, typed: Mapping[str, str | Sequence[str]]) -> Facts:
        """The answer of `POST /api/v1/services/search` for the values of a form, by the same names.

        An empty value counts as not given. One that cannot be used is left out of the search and named in
        `not_used`: [{parameter, detail}, ...], which is empty otherwise.
        """
        ...

    def suggest(self, text: str, limit: int = 8) -> list[Facts]:
        """What the person may be typing, best first, as `GET /api/v1/suggest` gives it."""
        ...

    def service(self, number: str) -> Facts | None:
        """The answer of `GET /api/v1/services/{id}`; None: not published (see `moved` and `retired`)."""
        ...

    def organization(self, number: str) -> Facts | None:
        """The answer of `GET /api/v1/organizations/{id}`: it and its services; None: no such."""
        ...

    def moved(self, number: str) -> str | None:
        """The id that took the place of a merged one; None where it was not merged."""
        ...

    def retired(self, number: str) -> bool:
        """Whether a listing of that id was published once and has been withdrawn."""
        ...

    def alternatives(self, number: str) -> Facts | None:
        """For a withdrawn service: needs, services like it and the organisation?; None for anything else."""
        ...

    def needs(self) -> list[Facts]:
        """Every need with how many services answer it, as `GET /api/v1/needs` gives them."""
        ...

    def changes(self, limit: int = 50) -> list[Facts]:
        """The newest changes of what is published, newest first; empty while the store is away."""
        ...

    def report(self, number: str, problem: str, client: str) -> str:
        """Queue a note for stewards: "taken", "too_many", "no_such_listing", "no_such_problem" or "away".

        `problem` is one of the codes of `problems`; `client` is the address the request came from, of which
        nothing is kept.
        """
        ...

    def report_again_after(self, client: str) -> int:
        """Seconds until a client that was answered "too_many" may report again."""
        ...

    def problems(self) -> list[Facts]:
        """What may be reported of a listing: [{code, words}, ...]."""
        ...
