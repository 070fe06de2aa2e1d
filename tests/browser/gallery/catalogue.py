"""Every page and every state of one that is worth seeing.

Checks of accessibility, the accessibility statement and the pictures are all driven from here. A page that is
added to the site must be added here: `test_gallery.py` holds that.
"""

from __future__ import annotations

from tests.browser.gallery.areas import AREAS
from tests.browser.gallery.listings import LISTINGS
from tests.browser.gallery.others import OTHERS
from tests.browser.gallery.postcodes import POSTCODES
from tests.browser.gallery.schools import SCHOOLS
from tests.browser.gallery.searches import SEARCHES
from tests.browser.gallery.state import State
from tests.browser.gallery.worries import WORRIES

PARTS: dict[str, tuple[State, ...]] = {
    "Find by postcode": POSTCODES,
    "I am worried about a child": WORRIES,
    "Find help": SEARCHES,
    "Services and organisations": LISTINGS,
    "Areas and teams": AREAS,
    "Schools": SCHOOLS,
    "Everything else": OTHERS,
}
GALLERY: tuple[State, ...] = tuple(state for part in PARTS.values() for state in part)

# What a browser is never shown as a page: files, and copies of a result that are saved.
NO_PAGES = {
    "/static/{name:path}",
    "/favicon.ico",
    "/worried/{flow}/what-to-do.html",
    "/worried/{flow}/what-to-do.txt",
}
