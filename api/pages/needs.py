"""The A to Z of needs: every need by letter and by group, with the plain words that people use for it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.pages.responses import no_directory, page
from api.pages.site import Facts, Site
from api.problems import ProblemError

WORDS_SHOWN = 6  # plain words shown of each need


def by_group(needs: list[Facts]) -> list[Facts]:
    """The needs in their groups, in the order in which the groups first come."""
    found: dict[str, list[Facts]] = {}
    for need in needs:
        found.setdefault(str(need.get("group") or "Other"), []).append(need)
    return [{"group": group, "needs": members} for group, members in found.items()]


def by_letter(needs: list[Facts]) -> list[Facts]:
    """The needs by the first letter of their names."""
    found: dict[str, list[Facts]] = {}
    for need in sorted(needs, key=lambda one: str(one["name"]).casefold()):
        first = str(need["name"])[:1].upper()
        found.setdefault(first if first.isalpha() else "#", []).append(need)
    return [{"letter": letter, "needs": members} for letter, members in sorted(found.items())]


def need_routes(site: Site) -> list[BaseRoute]:
    """The address of the A to Z."""

    async def needs(request: Request) -> Response:
        try:
            found = site.directory.needs()
        except ProblemError as error:
            return no_directory(request, error)
        return page(
            request,
            "needs.html",
            "A to Z of needs",
            section="services",
            letters=by_letter(found),
            groups=by_group(found),
            words_shown=WORDS_SHOWN,
            total=len(found),
            trail=[{"text": "Find help", "href": "/services"}, {"text": "A to Z of needs"}],
            kept=True,
            indexed=True,
        )

    return [Route("/needs", needs)]
