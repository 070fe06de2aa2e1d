"""`earlyhelp search`, put together: the search, and from routing whom to call when it finds nothing."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from directory.search.commands import search_with
from geo.home import data_dir, var_dir

if TYPE_CHECKING:
    from directory.routing.route import Frame


def call_now(at: dt.datetime, authority: str = "") -> dict[str, Any] | None:
    """Whom to call at a moment; None where the contacts cannot be read, or nobody is known for the home.

    `authority` is the code of the authority of a home outside the city: its own line is the one to ring.
    """
    from directory.contacts_in_use import contacts_in_use

    try:
        frame = contacts_in_use(data_dir(), var_dir()).routing.frame(at)
    except (ValueError, OSError):
        return None
    return call_words(frame, authority)


def call_words(frame: Frame, authority: str = "") -> dict[str, Any] | None:
    """The line to ring in words: the city's, or that of another authority, one that is open if any is."""
    now: dict[str, Any] | None = frame.call.now
    if authority:
        lines = [line for line in frame.contact_json.get(("neighbours", authority), []) if line["telephone"]]
        now = next((line for line in lines if line["open"]), lines[0] if lines else None)
    if now is None:
        return None
    telephone = str(now["telephone"])
    tel = "".join(one for one in telephone if one.isdigit() or one == "+")
    return {"role": now["role"], "telephone": telephone, "tel": tel, "words": now["state_words"]}


search = search_with(call_now)
