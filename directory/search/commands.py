"""`earlyhelp search` and `earlyhelp need …`: the search and its words on the command line."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import click

from geo.home import data_dir, var_dir

FAULT = 3
Call = Callable[[dt.datetime, str], Mapping[str, Any] | None]

_json = click.option("--json", "as_json", is_flag=True, help="The whole answer as JSON.")


def _stop(message: object, code: int = FAULT) -> NoReturn:
    click.echo(f"Error: {message}", err=True)
    sys.exit(code)


def _moment(text: str | None) -> dt.datetime | None:
    if not text:
        return None
    from directory.listings.hours import LONDON

    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"{text!r} is not a date and time. Write it as 2026-12-24T23:10.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)


def search_with(call: Call | None = None) -> click.Command:
    """The command `search`; `call` tells whom to call at a moment, for a search that finds nothing."""

    @click.command()
    @click.argument("text", nargs=-1)
    @click.option("--postcode", default="", help="Where the child lives: who serves that home comes first.")
    @click.option("--district", metavar="NAME", help="Serving this district, wholly or partly.")
    @click.option("--area", metavar="LAYER:CODE", help="Serving this area of any layer, such as hub:HUB01.")
    @click.option("--age", type=click.FloatRange(0, 120), help="For this age in years.")
    @click.option("--unborn", is_flag=True, help="For a child not yet born.")
    @click.option(
        "--level",
        type=click.Choice(["universal", "universal_plus", "additional", "complex"]),
        help="Serves this level of need.",
    )
    @click.option("--need", "needs", multiple=True, metavar="CODE", help="For this need; may be repeated.")
    @click.option("--route", type=click.Choice(["self", "professional", "both"]), help="Who refers.")
    @click.option("--open-now", is_flag=True, help="Open at this moment.")
    @click.option("--free", is_flag=True, help="Free of charge.")
    @click.option("--language", metavar="CODE", help="In this language, such as ur.")
    @click.option("--access", "access", multiple=True, metavar="CODE", help="With this, such as step_free.")
    @click.option("--room", is_flag=True, help="With room now, or where it is not stated.")
    @click.option("--organization", metavar="ID", help="Of this organisation.")
    @click.option("--elsewhere", is_flag=True, help="Also what does not serve the home.")
    @click.option(
        "--sort",
        type=click.Choice(["best", "near", "name"]),
        default="best",
        show_default=True,
        help="What stands first.",
    )
    @click.option("--at", "at_text", metavar="TIME", help="As at this time, 2026-12-24T23:10.")
    @click.option("--page", type=click.IntRange(1), default=1, help="Which page of results.")
    @click.option(
        "--limit", type=click.IntRange(1, 100), default=10, show_default=True, help="Results a page."
    )
    @_json
    def search(
        text: tuple[str, ...],
        district: str | None,
        area: str | None,
        needs: tuple[str, ...],
        access: tuple[str, ...],
        room: bool,
        at_text: str | None,
        limit: int,
        as_json: bool,
        **rest: Any,
    ) -> None:
        """Find the services that can help: by words, age, home and filters.

        Type as you would say it: abbreviations, an age, a postcode, "open now" and slips are understood, and
        how they were read is told. Exit 1 when nothing is found.

        \b
        Examples:
          earlyhelp search "self harm 14" --postcode "B15 2TT"
          earlyhelp search CSE --district Erdington
          earlyhelp search "mum drinks" --open-now --json
        """
        from directory.search.filters import Asked

        finder = open_finder(call)
        layer, code = _area(finder, district, area)
        asked = Asked(
            text=" ".join(text),
            layer=layer,
            area=code,
            needs=frozenset(needs),
            accessibility=frozenset(access),
            capacity=room,
            at=_moment(at_text),
            per_page=limit,
            **rest,
        )
        answer = finder.find(asked)
        if as_json:
            click.echo(json.dumps(answer, ensure_ascii=False, indent=1))
        else:
            from directory.search.printing import printed

            click.echo(printed(answer))
        sys.exit(0 if answer["total"] else 1)

    return search


def open_finder(call: Call | None = None) -> Any:
    """The search over the newest generation, made first where there is none. Ends the command on a fault."""
    import os

    from directory.search.finder import Finder, text_index
    from directory.search.folders import GenerationDamaged, GenerationMissing
    from directory.search.generation import bring_up_to_date, open_current
    from directory.search.synonyms import SynonymsError
    from directory.store.records import StoreError
    from directory.store.store import Store
    from geo.build import gazetteer_path
    from geo.gazetteer import Gazetteer, GazetteerError

    data, var = data_dir(), var_dir()
    try:
        gazetteer = Gazetteer.open(gazetteer_path(var))
        try:
            with Store.open(None, create=False) as store:
                bring_up_to_date(store, data, var)
        except StoreError as error:  # search goes on from the last generation, if there is one
            click.echo(f"Note: {error} This answers from the last index.", err=True)
        generation = open_current(var)
        url = os.environ.get("EARLYHELP_DATABASE_URL", "")
        return Finder(generation, gazetteer, data, var, call=call, index=text_index(url, generation))
    except (GenerationMissing, GenerationDamaged):
        _stop("There is no directory to search yet. Run: earlyhelp listing import FILE --commit …", 1)
    except (GazetteerError, SynonymsError, OSError, ValueError) as error:
        _stop(error)


def _area(finder: Any, district: str | None, area: str | None) -> tuple[str | None, str | None]:
    if district and area:
        raise click.UsageError("Give --district or --area, not both.")
    if area:
        layer, colon, code = area.partition(":")
        if not colon or finder.geography.name(layer, code) is None:
            raise click.UsageError(f"{area!r} is no area. Write it as hub:HUB01; see `earlyhelp area list`.")
        return layer, code
    if district:
        found = {name.casefold(): code for code, name in finder.geography.areas("district")}
        held = found.get(district.strip().casefold())
        if held is None:
            raise click.UsageError(
                f"There is no district {district!r}. The districts are: "
                f"{', '.join(name for _code, name in finder.geography.areas('district'))}."
            )
        return "district", held
    return None, None


@click.group()
def need() -> None:
    """The needs that services are listed under, and the words that lead to them.

    \b
    Examples:
      earlyhelp need list
      earlyhelp need show self_harm
      earlyhelp need synonym "burning herself" --means "self harm" --need self_harm
    """


@need.command("list")
@_json
def list_needs(as_json: bool) -> None:
    """List every need with its code, under its heading."""
    from directory.search.stewardship import needs_of

    held = _read(needs_of)
    if as_json:
        facts = [{"code": one.code, "name": one.name, "group": one.group} for one in held.all]
        click.echo(json.dumps(facts, ensure_ascii=False, indent=1))
        return
    for group, needs in held.groups().items():
        click.echo(group)
        for one in needs:
            click.echo(f"  {one.code:<24} {one.name}")


@need.command("show")
@click.argument("code")
@_json
def show_need(code: str, as_json: bool) -> None:
    """Show one need: what it means, what people say for it, its DfE terms. Exit 1 where there is none."""
    from directory.search.stewardship import needs_of, synonyms_of

    held = _read(needs_of)
    one = held.get(code)
    if one is None:
        _stop(f"There is no need {code!r}. `earlyhelp need list` shows their codes.", 1)
    facts = {
        "code": one.code,
        "name": one.name,
        "group": one.group,
        "description": one.description,
        "said": list(one.plain),
        "synonyms": [{"term": s.term, "means": list(s.means)} for s in _read(synonyms_of, code)],
        "dfe": [term.name for term in held.dfe_of(code)],
    }
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False, indent=1))
        return
    click.echo(f"{one.name} ({one.code}), {one.group}\n{one.description}\n")
    click.echo(f"People say: {', '.join(one.plain)}")
    click.echo("Synonyms: " + ", ".join(f"{s['term']} ({s['means'][0]})" for s in facts["synonyms"]))
    click.echo(f"DfE terms: {', '.join(facts['dfe'])}")


def _signing(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        _json,
        click.option("--by", default="", metavar="ROLE", help="In which role, such as data steward."),
        click.option("--reason", default="", help="Why, for the journal. Needed with --commit."),
        click.option("--commit", is_flag=True, help="Do it. Without this nothing is changed."),
    ):
        command = option(command)
    return command


@need.command("add")
@click.argument("code")
@click.option("--name", required=True, help="What it is called.")
@click.option("--group", required=True, help="The heading it stands under.")
@click.option("--description", required=True, help="One sentence.")
@click.option("--said", multiple=True, metavar="WORDS", help="What people say for it; may be repeated.")
@click.option("--dfe", multiple=True, type=int, metavar="NUMBER", help="Its DfE term; may be repeated.")
@_signing
def add_need_command(
    code: str,
    name: str,
    group: str,
    description: str,
    said: tuple[str, ...],
    dfe: tuple[int, ...],
    **rest: Any,
) -> None:
    """Add a need, or put another in the place of a known one. Dry until --commit is given.

    \b
    Example:
      earlyhelp need add horse_riding --name "Riding" --group "Activities" --description "Riding for all." \\
        --said "pony club" --dfe 1 --commit --reason "Asked for by stewards" --by "data steward"
    """
    from directory.search.stewardship import add_need

    row = {"code": code, "name": name, "group": group, "description": description}
    row |= {"plain": "|".join(said), "dfe": ";".join(map(str, dfe))}
    _added(add_need, row, f"the need {code}", **rest)


@need.command("synonym")
@click.argument("term")
@click.option("--means", multiple=True, required=True, metavar="WORDS", help="In full; may be repeated.")
@click.option("--need", "code", default="", metavar="CODE", help="The need it leads to.")
@click.option(
    "--kind",
    type=click.Choice(["abbreviation", "jargon", "phrase", "spelling"]),
    help="Abbreviation where it is in capitals, else phrase, unless given.",
)
@click.option("--could-also-be", "others", multiple=True, metavar="WORDS", help="What else it may mean.")
@_signing
def add_synonym_command(
    term: str, means: tuple[str, ...], code: str, kind: str | None, others: tuple[str, ...], **rest: Any
) -> None:
    """Say that a term means something else. Dry until --commit is given.

    \b
    Example:
      earlyhelp need synonym CYPMHS --means "child mental health" --need anxiety_mood \\
        --commit --reason "GPs type it" --by "data steward"
    """
    from directory.search.stewardship import add_synonym

    kind = kind or ("abbreviation" if term.isupper() else "phrase")
    row = {"term": term, "means": "|".join(means), "need": code, "kind": kind}
    _added(add_synonym, row | {"could_also_be": "|".join(others)}, f"the synonym {term!r}", **rest)


def _added(
    add: Callable[..., bool],
    row: dict[str, str],
    what: str,
    commit: bool,
    reason: str,
    by: str,
    as_json: bool,
) -> None:
    from directory.search.stewardship import AdditionRefused

    if commit and not (reason.strip() and by.strip()):
        raise click.UsageError('--commit needs --reason "…" and --by ROLE, such as --by "data steward".')
    try:
        changed = add(data_dir(), var_dir(), row, commit=commit, reason=reason, by=by)
    except AdditionRefused as error:
        if as_json:
            click.echo(json.dumps({"refused": str(error)}, ensure_ascii=False))
        _stop(error, 1)
    except OSError as error:
        _stop(f"{error.filename or var_dir()}: {error.strerror}. Nothing was changed.")
    if as_json:
        click.echo(json.dumps({"row": row, "changed": changed, "committed": commit and changed}))
    elif not changed:
        click.echo(f"Nothing to do: {what} stands so already.")
    elif commit:
        click.echo(f"Added {what}. The next search knows it.")
    else:
        click.echo(f"Would add {what}. Nothing was changed: give --commit --reason --by to do it.")


def _read(read: Callable[..., Any], *arguments: Any) -> Any:
    from directory.listings.needs import NeedsError
    from directory.search.synonyms import SynonymsError

    try:
        return read(data_dir(), var_dir(), *arguments)
    except (NeedsError, SynonymsError) as error:
        _stop(error)
