"""The search of services: its page, by address where it has no postcode and by POST where it has one."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.pages import choices
from api.pages.forms import first, form_fields, read_fields
from api.pages.needs import by_group
from api.pages.question import Question, read_question
from api.pages.responses import no_directory, page, problem_page
from api.pages.results_map import results_map
from api.pages.site import Facts, Site
from api.pages.words import listed
from api.problems import ProblemError

TITLE = "Find help for a child or family"
PLACED = ("ok", "terminated")  # statuses of a postcode that has a position in the city


def search_routes(site: Site) -> list[BaseRoute]:
    """The addresses of the search."""

    async def by_address(request: Request) -> Response:
        question = read_question(read_fields(request.url.query), with_postcode=False)
        return search_page(request, site, question)

    async def by_form(request: Request) -> Response:
        fields = await form_fields(request)
        if fields is None:
            return problem_page(request, 413, "That was too long", "Use a few words, such as self harm 14.")
        question = without(read_question(fields, with_postcode=True), first(fields, "drop"))
        if first(fields, "instead"):
            question = question.instead(first(fields, "instead"))
        if question.private:
            return search_page(request, site, question)
        # What holds no postcode gets an address of its own, to keep and to come back to.
        return RedirectResponse(question.address(), 303, {"Cache-Control": "no-store"})

    return [
        Route("/services", by_address, methods=["GET"]),
        Route("/services", by_form, methods=["POST"]),
    ]


def without(question: Question, dropped: str) -> Question:
    """The question without one of its values, named `field=value` as the buttons of the page name it."""
    name, _, value = dropped.partition("=")
    if not name:
        return question
    if name == "postcode":
        return replace(question, postcode="", elsewhere=False, page=1)
    if name == "need":
        return replace(question, needs=tuple(one for one in question.needs if one != value), page=1)
    if name == "accessibility":
        rest = tuple(one for one in question.accessibility if one != value)
        return replace(question, accessibility=rest, page=1)
    cleared: dict[str, Any] = {}
    if name in ("open_now", "free", "room", "elsewhere"):
        cleared = {name: False}
    elif name in ("age", "level", "area", "route", "language"):
        cleared = {name: ""}
    return replace(question, page=1, **cleared) if cleared else question


def search_page(request: Request, site: Site, question: Question) -> Response:
    """The page of a question: what there is to ask for, what was found, or what to do where nothing was."""
    try:
        needs = site.directory.needs()
        layers = site.layers()
        question = choices.known(question, layers, needs)
        if not question.asks:
            return _empty(request, question, needs)
        found = site.directory.find(question.asked())
        if 0 < int(found["pages"]) < int(found["page"]):  # an old bookmark of a list that is shorter now
            question = question.at_page(int(found["pages"]))
            found = site.directory.find(question.asked())
    except ProblemError as error:
        return no_directory(request, error)
    home = site.answer(question.postcode) if question.postcode else None
    number = int(found["page"])
    return page(
        request,
        "services.html",
        _title(found, home),
        section="services",
        typing=True,
        question=question,
        found=found,
        home=home,
        standing=standing(home),
        error=_error(home),
        readings=_readings(question, found),
        groups=choices.groups(question, found, layers, needs),
        ticks=choices.ticks(question, found),
        chosen=[
            {"filter": name, "words": words, "step": _step(rest, _drop_of(question, rest))}
            for name, words, rest in choices.chosen(question, found, layers, needs)
        ],
        corrected=[
            {**one, "step": _step(question.instead(one["typed"]), ("instead", one["typed"]))}
            for one in found["understood"]["corrected"]
        ],
        before=_page_step(question, number - 1) if number > 1 else None,
        after=_page_step(question, number + 1) if number < int(found["pages"]) else None,
        drawing=results_map(site.var_dir, found["results"], _spot(home)),
        trail=[{"text": "Find help", "href": "/services"}, {"text": "Results"}],
    )


def _empty(request: Request, question: Question, needs: list[Facts]) -> Response:
    return page(
        request,
        "services.html",
        TITLE,
        section="services",
        typing=True,
        question=question,
        found=None,
        needs_by_group=by_group(needs),
        indexed=True,
    )


def _title(found: Facts, home: Facts | None) -> str:
    """What stays in a browser's history: how much was found, never what was typed."""
    total, pages = int(found["total"]), int(found["pages"])
    words = "No services found" if not total else f"{total:,} service{'' if total == 1 else 's'} found"
    where = f", page {found['page']} of {pages}" if pages > 1 else ""
    return f"{'Error: ' if _error(home) else ''}{words}{where}"


def standing(home: Facts | None) -> str:
    """What the search made of a postcode: "home", "part" (one of the city's, cut short), "outside", or ""."""
    if home is None:
        return ""
    if home["status"] in PLACED:
        return "home"
    if home["status"] == "outside_area":
        return "outside"
    if home["status"] == "partial":
        if home.get("districts"):
            return "part"
        return "outside" if len(home.get("other_authorities") or []) == 1 else ""
    return ""


def _error(home: Facts | None) -> str:
    """What is wrong with the postcode that was typed, "" where it can be used or is only elsewhere."""
    if home is None or standing(home):
        return ""
    told = home.get("message")
    if home["status"] == "malformed":
        return str(told or "Enter a full UK postcode, like B15 2TT")
    if home["status"] == "partial":
        return "Enter the full postcode, like B15 2TT"
    return str(told or "We do not know this postcode yet")


def _spot(home: Facts | None) -> Facts | None:
    if home is None or home["status"] not in PLACED:
        return None
    return home.get("position") or None


def _readings(question: Question, found: Facts) -> list[str]:
    """How the words were read, a sentence each."""
    understood: Facts = found.get("understood") or {}
    told: list[str] = []
    for one in understood.get("readings") or []:
        others = [str(other) for other in one.get("could_also_be") or []]
        also = f" It could also mean {' or '.join(others)}." if others else ""
        told.append(f"We read “{one['typed']}” as {one['read_as']}.{also}")
    taken: list[str] = []
    if not question.age:
        if understood["unborn"]:
            taken.append("a child who is not born yet")
        elif understood["ages"]:
            taken.append(f"age {listed([_ages(*span) for span in understood['ages']], 'or')}")
    if understood["level"] and not question.level:
        taken.append(f"level of need {_named(found, 'level', understood['level'])}")
    if understood["route"] and not question.route:
        taken.append(
            "for families who ask for themselves" if understood["route"] == "self" else "by referral"
        )
    if understood["open_now"] and not question.open_now:
        taken.append("open now")
    if understood["free"] and not question.free:
        taken.append("free")
    if understood["area"] and not question.area:
        taken.append(f"serving {understood['area']['name']}")
    if taken:
        told.append(f"We took from your words: {listed(taken)}.")
    return told


def _named(found: Facts, facet: str, code: str) -> str:
    return next((str(one["name"]) for one in found["facets"][facet] if one["code"] == code), code)


def _ages(low: float, high: float) -> str:
    """A span of ages in years, its end not part of it, in words: "14", "under 1", "11 to 15"."""
    if high <= 1:
        return "under 1"
    last = math.ceil(high) - 1
    return f"{low:g}" if last <= low else f"{low:g} to {last}"


def _drop_of(question: Question, rest: Question) -> tuple[str, str]:
    """The button's name and value that leads from a question to the one without one of its values."""
    gone = [pair for pair in question.pairs() if pair not in rest.pairs() and pair[0] != "page"]
    return ("drop", "=".join(gone[0])) if gone else ("page", "1")


def _step(question: Question, button: tuple[str, str]) -> Facts:
    """How to get from the page to another question: a link, or a button where it holds a postcode."""
    name, value = button
    return {"href": None if question.private else question.address(), "name": name, "value": value}


def _page_step(question: Question, number: int) -> Facts:
    return {**_step(question.at_page(number), ("page", str(number))), "number": number}
