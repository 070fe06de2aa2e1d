"""What every `earlyhelp listing` command shares: the open store, ids, signing, how a refusal is told."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from geo.home import data_dir, var_dir

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from directory.store.records import Version
    from directory.store.store import Store

Command = TypeVar("Command", bound=Callable[..., Any])
_SHORTEST = 4  # of the beginning of an id


class DeskRefused(Exception):
    """A change that was not made, or a question without an answer. `facts` go into the JSON."""

    def __init__(self, message: str, **facts: Any) -> None:
        self.facts = facts
        super().__init__(message)


class RecordID(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """The id of a record, or its beginning of at least four characters. The shell completes it."""

    name = "id"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Ids of the store that begin like this, each with its name; none where the store is away."""
        from click.shell_completion import CompletionItem

        try:
            from directory.store.store import Store

            with Store.open(create=False, read_only=True, patience=1.0) as store:
                return [CompletionItem(found, help=name) for found, name in store.ids(incomplete)]
        except Exception:  # a shell's prompt is no place for our faults
            return []


class Day(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A day such as 2026-12-01."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """The day, or a usage error that shows how one is written."""
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a day. Write it like 2026-12-01.", param, ctx)


def options(*given: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options as one decorator, shown in this order."""

    def add(command: Command) -> Command:
        for option in reversed(given):
            command = option(command)
        return command

    return add


as_json_option = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
signing = options(
    click.option("--commit", is_flag=True, help="Do it. Without this nothing is changed."),
    click.option("--reason", default="", help="Why, for the history. Needed with --commit."),
    click.option("--by", default="", metavar="ROLE", help="In which role, such as data steward."),
)
seen_option = click.option(
    "--seen", type=click.IntRange(1), metavar="N", help="Refuse if there is a newer version than this one."
)


def signed(commit: bool, reason: str, by: str) -> tuple[str, str]:
    """The reason and the role as they are recorded; both empty while nothing is committed.

    Exit 2 where --commit lacks one of them, `RefusedError` where the role looks like a person.
    """
    if not commit:
        return "", ""
    if not (reason.strip() and by.strip()):
        raise click.UsageError('--commit needs --reason "…" and --by ROLE, such as --by "data steward".')
    from geo.stewardship.journal import signed as checked

    return checked(reason, by)


def today() -> dt.date:
    """Today in London."""
    from zoneinfo import ZoneInfo

    return dt.datetime.now(ZoneInfo("Europe/London")).date()


@contextlib.contextmanager
def told(as_json: bool) -> Iterator[None]:
    """Tell a refusal as exit 1 and a fault of the installation as exit 3, in words, without a traceback."""
    from directory.desk.editing import EditError
    from directory.desk.paths import PathError
    from directory.listings.needs import NeedsError
    from directory.search.synonyms import SynonymsError
    from directory.store.records import Conflict, StoreError, Unavailable
    from geo.layers import LayerError
    from geo.stewardship.journal import RefusedError

    facts: dict[str, Any] = {}
    try:
        yield
        return
    except DeskRefused as error:
        code, message, facts = 1, str(error), error.facts
    except Conflict as error:
        code, message, facts = 1, str(error), conflict_facts(error)
    except Unavailable as error:
        code, message = 3, str(error)
    except (PathError, EditError, RefusedError, StoreError) as error:
        code, message = 1, str(error)
    except (LayerError, NeedsError, SynonymsError) as error:
        code, message = 3, str(error)
    except BrokenPipeError:
        raise
    except OSError as error:
        code, message = 3, f"{error.filename or 'The disk'}: {error.strerror or error}. Nothing was changed."
    if as_json:
        click.echo(json.dumps({"refused": message} | facts, ensure_ascii=False, indent=1))
    click.echo(f"{_called()}: {message}", err=True)
    sys.exit(code)


def _called() -> str:
    """The group of commands that was called, such as `earlyhelp feed`."""
    context = click.get_current_context(silent=True)
    while context is not None and context.info_name not in ("listing", "feed"):
        context = context.parent
    return "earlyhelp feed" if context is not None and context.info_name == "feed" else "earlyhelp listing"


def conflict_facts(error: Any) -> dict[str, Any]:
    """Who changed what under a writer, for JSON."""
    latest = error.latest
    return {
        "conflict": {
            "id": error.id,
            "saw": error.saw,
            "version": latest.number,
            "state": latest.state,
            "by": latest.by,
            "reason": latest.reason,
            "at": latest.at.isoformat(),
            "changed": [{"path": path, "old": old, "new": new} for path, old, new in error.changed],
        }
    }


Signature = tuple[bool, str, str]
"""Whether to commit, why, and in which role."""


@contextlib.contextmanager
def desk(
    as_json: bool = False, commit: bool = False, reason: str = "", by: str = "", *, reads: bool = False
) -> Iterator[tuple[Desk, Signature]]:
    """The store, opened for the length of a command, and the signature; every fault is told.

    A command that only `reads` works with a database that cannot be written.
    """
    with told(as_json):
        reason, by = signed(commit, reason, by)
        from directory.store.store import Store

        with _opened(Store, reads) as store:
            yield Desk(store, data_dir(), var_dir(), today(), as_json), (commit, reason, by)


def _opened(store: type[Store], reads: bool) -> Store:
    """The store as it is; made first where nothing is there yet and it may be."""
    from directory.store.records import Unavailable

    if reads:
        with contextlib.suppress(Unavailable):
            return store.open(create=False, read_only=True)
    return store.open()


class Desk:
    """An open store with the folders, the day and the way answers are printed."""

    def __init__(self, store: Store, data: Path, var: Path, day: dt.date, as_json: bool) -> None:
        self.store, self.data, self.var, self.today, self.as_json = store, data, var, day, as_json

    def find(self, typed: str) -> str:
        """The whole id of what was typed. Raises `DeskRefused` where none or several begin like it."""
        typed = typed.strip()
        if self.store.latest(typed) is not None:
            return typed
        if len(typed) < _SHORTEST:
            raise DeskRefused(f"{typed!r}: give an id, or at least {_SHORTEST} characters of its beginning.")
        found = self.store.ids(typed, limit=6)
        if len(found) == 1:
            return found[0][0]
        if not found:
            raise DeskRefused(
                f"There is no record {typed}. Find it with: earlyhelp listing list --name WORDS"
            )
        shown = "".join(f"\n  {one}  {name}" for one, name in found[:5])
        raise DeskRefused(
            f"{typed} begins more than one id. Give more of it:{shown}" + ("\n  …" if len(found) > 5 else "")
        )

    def latest(self, typed: str, seen: int | None = None) -> Version:
        """The newest version of what was typed. `seen`: refuse, as a conflict, where it is newer."""
        record_id = self.find(typed)
        version = self.store.latest(record_id)
        if version is None:
            raise DeskRefused(f"There is no record {record_id}.")
        if seen is not None and seen != version.number:
            self._conflict(version, seen)
        return version

    def _conflict(self, version: Version, seen: int) -> NoReturn:
        from directory.store.records import Conflict, changed_members

        before = self.store.version(version.id, seen)
        if before is None:
            raise DeskRefused(f"{version.id} has no version {seen}; the newest is {version.number}.")
        changed = changed_members(before.content, version.content)
        if before.state != version.state:
            changed = (("state", before.state, version.state), *changed)
        raise Conflict(seen, version, changed)

    def print(self, answer: dict[str, Any], text: str) -> None:
        """The answer as JSON or as text."""
        click.echo(json.dumps(answer, ensure_ascii=False, indent=1) if self.as_json else text)

    def published(self, versions: Any) -> None:
        """After a write that moved something published: snapshot and index follow; a failure is told."""
        from directory.publishing import after_write

        with bar("Search index") as progress:
            trouble = after_write(self.store, self.data, self.var, progress)
        if trouble:
            click.echo(f"Note: {trouble}", err=True)


@contextlib.contextmanager
def bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on the terminal, shown once there is something long to do; silent where nobody looks."""
    shown: list[Any] = []
    done_before = 0

    def progress(done: int, total: int) -> None:
        nonlocal done_before
        if not sys.stderr.isatty() or total < 500:
            return
        if not shown:
            shown.append(click.progressbar(length=total, label=f"{label:<20}", file=sys.stderr))
            shown[0].__enter__()
        shown[0].update(done - done_before)
        done_before = done

    try:
        yield progress
    finally:
        if shown:
            shown[0].__exit__(None, None, None)
