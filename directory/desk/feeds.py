"""`earlyhelp feed`: the sources that the directory is fed from, their addresses, and pulling them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import click

from directory.desk.exchange import (
    at_most_option,
    import_feed,
    import_options,
    run_import,
    source_code,
    validate,
)
from directory.desk.session import DeskRefused, as_json_option, desk, signed, signing, told
from geo.home import var_dir
from geo.whole import written_whole

FILE = "feeds.json"
_DRY = 'Nothing was changed. To do it: --commit --reason "…" --by ROLE'


def read_sources(var: Path) -> dict[str, dict[str, Any]]:
    """The sources by code. Raises `DeskRefused` where their file is damaged."""
    path = var / FILE
    if not path.exists():
        return {}
    try:
        held = json.loads(path.read_text("utf-8"))
        return {str(code): {**one, "address": str(one["address"])} for code, one in held["sources"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DeskRefused(
            f"{path}: damaged ({error}). Mend it, or remove it and add the sources again."
        ) from None


def write_sources(var: Path, sources: dict[str, dict[str, Any]], done: dict[str, Any] | None = None) -> None:
    """Write the sources, whole or not at all; what a steward has `done` goes into the file's history."""
    history = read_history(var) + ([{"at": _now()} | done] if done else [])
    content = json.dumps({"sources": sources, "history": history}, ensure_ascii=False, indent=1)
    with written_whole(var / FILE) as file:
        file.write(content.encode())


def read_history(var: Path) -> list[dict[str, Any]]:
    """What stewards did to the list of sources, oldest first: when, who, why, and the source before it."""
    try:
        return list(json.loads((var / FILE).read_text("utf-8")).get("history", ()))
    except (OSError, ValueError, AttributeError, TypeError):
        return []


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def _source(var: Path, code: str) -> dict[str, Any]:
    sources = read_sources(var)
    if code not in sources:
        known = ", ".join(sorted(sources)) or "none yet"
        raise DeskRefused(f"There is no source {code!r}. Known: {known}. Add it with earlyhelp feed add.")
    return sources[code]


@click.group()
def feed() -> None:
    """The sources that the directory is fed from: add, list, show, pull and remove them.

    \b
    Examples:
      earlyhelp feed add voluntary https://example.org/api/services --title "Voluntary services" \\
        --commit --reason "New partner" --by "data steward"
      earlyhelp feed pull voluntary
      earlyhelp feed list
    """


@feed.command()
@click.argument("code")
@click.argument("address", metavar="URL|FILE|FOLDER")
@click.option("--title", default="", help="What the source is called.")
@signing
@as_json_option
def add(code: str, address: str, title: str, commit: bool, reason: str, by: str, as_json: bool) -> None:
    """Remember a source under a code, or give a known one another address. Dry until --commit is given.

    \b
    Examples:
      earlyhelp feed add voluntary https://example.org/api/services --title "Voluntary services"
      earlyhelp feed add voluntary services.json --commit --reason "Moved" --by "data steward"
    """
    code = source_code(code)
    with told(as_json):
        reason, by = signed(commit, reason, by)
        from directory.listings.reading.opening import is_address

        if is_address(address) and not address.startswith(("http://", "https://")):
            raise DeskRefused(f"{address}: only http:// and https:// addresses are read.")
        if is_address(address) and "@" in address.split("://", 1)[1].partition("/")[0]:
            raise DeskRefused("An address with a name and password in it is not kept.")
        place = address if is_address(address) else str(Path(address).resolve())
        sources = read_sources(var_dir())
        before = sources.get(code)
        named = title or (before or {}).get("title") or code
        sources[code] = {**(before or {}), "address": place, "title": named}
        if commit:
            done = {"what": "add", "code": code, "by": by, "reason": reason, "before": before}
            write_sources(var_dir(), sources, done)
        said = f"{code} is fed from {place}." if commit else f"{code} would be fed from {place}.\n{_DRY}"
        answer = {"code": code, "committed": commit} | sources[code]
        click.echo(json.dumps(answer, ensure_ascii=False) if as_json else said)


@feed.command(name="list")
@as_json_option
def list_sources(as_json: bool) -> None:
    """List the sources with their addresses and when each was pulled last.

    \b
    Examples:
      earlyhelp feed list --json
    """
    with told(as_json):
        sources = read_sources(var_dir())
        if as_json:
            click.echo(
                json.dumps([{"code": code} | one for code, one in sources.items()], ensure_ascii=False)
            )
        elif not sources:
            click.echo("No source yet. Add one with: earlyhelp feed add CODE URL")
        for code, one in sources.items() if not as_json else ():
            click.echo(f"{code:<20} {one.get('title', '')}  {one['address']}  {_pulled(one)}")


def _pulled(one: dict[str, Any]) -> str:
    last = one.get("pulled")
    return f"pulled {last['at'][:16].replace('T', ' ')} UTC" if isinstance(last, dict) else "never pulled"


@feed.command()
@click.argument("code")
@as_json_option
def show(code: str, as_json: bool) -> None:
    """Show a source, and how many records in the directory came from it.

    \b
    Examples:
      earlyhelp feed show voluntary
    """
    with desk(as_json, reads=True) as (room, _signature):
        one = _source(room.var, code)
        counts: dict[str, int] = {}
        for version in room.store.of_source(code):
            counts[version.kind] = counts.get(version.kind, 0) + 1
        said = ", ".join(f"{count:,} {kind}" for kind, count in sorted(counts.items())) or "nothing yet"
        past = [entry for entry in read_history(room.var) if entry.get("code") == code]
        lines = [
            f"{code}  {one.get('title', '')}",
            f"  Address  {one['address']}",
            f"  Last     {_pulled(one)}",
        ]
        lines.append(f"  Records  {said}")
        lines += [
            f"  {entry['at'][:10]}  {entry['what']} by {entry['by']}: {entry['reason']}" for entry in past
        ]
        room.print({"code": code, "records": counts, "history": past} | one, "\n".join(lines))


@feed.command()
@click.argument("code")
@import_options
@at_most_option
@signing
@as_json_option
def pull(
    code: str, *, at_most: int, commit: bool, reason: str, by: str, as_json: bool, **wanted: Any
) -> None:
    """Fetch a source and import it: the same as earlyhelp listing import with its address and code.

    \b
    Examples:
      earlyhelp feed pull voluntary
      earlyhelp feed pull voluntary --commit --reason "Weekly pull" --by "data steward"
    """
    with desk(as_json, commit, reason, by) as (room, signature):
        one = _source(room.var, code)
        run_import(room, one["address"], code, wanted, signature, at_most)
        if commit:
            sources = read_sources(room.var)
            sources[code] = one | {"pulled": {"at": _now(), "revision": room.store.revision()}}
            write_sources(room.var, sources)


@feed.command()
@click.argument("code")
@signing
@as_json_option
def remove(code: str, commit: bool, reason: str, by: str, as_json: bool) -> None:
    """Forget a source. Its records stay in the directory as they are. Dry until --commit is given.

    \b
    Examples:
      earlyhelp feed remove voluntary --commit --reason "The partner has closed" --by "data steward"
    """
    with told(as_json):
        reason, by = signed(commit, reason, by)
        _source(var_dir(), code)
        sources = read_sources(var_dir())
        gone = sources.pop(code)
        if commit:
            done = {"what": "remove", "code": code, "by": by, "reason": reason, "before": gone}
            write_sources(var_dir(), sources, done)
        undo = f"earlyhelp feed add {code} {gone['address']}"
        said = f"{code} is forgotten. To undo: {undo}" if commit else f"{code} would be forgotten.\n{_DRY}"
        answer = {"removed": code, "committed": commit} | gone
        click.echo(json.dumps(answer, ensure_ascii=False) if as_json else said)


feed.add_command(validate)
feed.add_command(import_feed)
