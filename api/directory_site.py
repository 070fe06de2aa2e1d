"""The pages' view of the directory: the `Directory` that `api.pages` asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from api.directory_state import DirectoryState
from api.problems import ProblemError
from api.v1.changes import Changes
from api.v1.finding import Known, read_all
from directory.store.records import PROBLEMS

if TYPE_CHECKING:
    from api.v1.reports import Reports

Facts = dict[str, Any]


class LiveDirectory:
    """Answers about the directory for the pages."""

    def __init__(self, directory: DirectoryState) -> None:
        self.directory = directory
        self._changes = Changes(directory)

    def state(self) -> Facts:
        """Whether there is a directory to answer from, and what is the matter where something is."""
        return self.directory.health()

    def answers(self) -> bool:
        """Whether there is a directory to search."""
        try:
            self.directory.current()
        except ProblemError:
            return False
        return True

    def find(self, typed: Mapping[str, str | Sequence[str]]) -> Facts:
        """A search for the values of a form. `q` is `text`."""
        current = self.directory.current()
        values = {("text" if name == "q" else name): value for name, value in typed.items()}
        known = Known(self.directory.state.current(), current.needs.codes)
        asked, refused = read_all(values, known)
        found: Facts = current.finder.find(asked)
        return found | {"not_used": refused}

    def suggest(self, text: str, limit: int = 8) -> list[Facts]:
        """What the person may be typing."""
        found: list[Facts] = self.directory.current().finder.suggest(text, limit)
        return found

    def service(self, number: str) -> Facts | None:
        """One service."""
        from api.v1.listing import service_facts

        return service_facts(self.directory.current(), number)

    def organization(self, number: str) -> Facts | None:
        """One organisation with its services."""
        from api.v1.listing import organization_facts

        return organization_facts(self.directory.current(), number)

    def moved(self, number: str) -> str | None:
        """The id that took the place of a merged one."""
        return self.directory.current().published.redirect(number)

    def retired(self, number: str) -> bool:
        """Whether it was published once and has been withdrawn."""
        return self.directory.withdrawn(number) is not None

    def alternatives(self, number: str) -> Facts | None:
        """What stands in place of a service that was withdrawn."""
        from api.v1.alternatives import alternatives

        last = self.directory.withdrawn(number)
        if last is None or last.kind != "service":
            return None
        return alternatives(self.directory.current(), last.content)

    def needs(self) -> list[Facts]:
        """Every need with how many services answer it."""
        found: list[Facts] = self.directory.current().finder.needs()
        return found

    def changes(self, limit: int = 50) -> list[Facts]:
        """The newest changes; empty while the store is away."""
        try:
            return self._changes.newest(limit)
        except ProblemError:
            return []

    @cached_property
    def _reports(self) -> Reports:
        from api.v1.reports import Reports

        return Reports(self.directory)

    def report(self, number: str, problem: str, client: str) -> str:
        """Queue a note for stewards."""
        return self._reports.take(number, problem, client)

    def report_again_after(self, client: str) -> int:
        """Seconds until a client that was answered "too_many" may report again: for Retry-After."""
        return self._reports.wait(client)

    def problems(self) -> list[Facts]:
        """What may be reported of a listing."""
        return [{"code": code, "words": words} for code, words in PROBLEMS.items()]
