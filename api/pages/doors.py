"""What a page without an answer offers: whom to call now, and the ways on that lead somewhere at this moment.

Whether a way works is asked of what the process holds, never of the database: a page that tells of a problem
may not wait for one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from api.log import log_fault
from api.pages.pathway import FLOW, Pathways
from api.pages.site import Facts, Site

Way = tuple[str, str]  # the words of a link, and its address


@dataclass(frozen=True)
class Doors:
    """The ways into the site."""

    site: Site
    pathways: Pathways

    def front_door(self) -> Facts:
        """Whom to call for the city at this moment: `now` and `danger`, each a contact."""
        return self.site.front_door()

    def ways(self) -> list[Way]:
        """The ways that work now. A postcode is answered as long as the server runs."""
        found = [("Find who to call by postcode", "/")]
        if _works(lambda: FLOW in self.pathways.library().flows):
            found.append(("Answer questions about your worry", "/worried"))
        if _works(self.site.directory.answers):
            found.append(("Search for services", "/services"))
        return found


def _works(ask: Callable[[], bool]) -> bool:
    """What breaks when it is asked is not offered; the page itself must stand."""
    try:
        return ask()
    except Exception as error:
        log_fault(error)
        return False
