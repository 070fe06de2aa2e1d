"""`earlyhelp search`, put together: the search, and from routing whom to call when it finds nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from directory.search.commands import search_with
from geo.home import data_dir, var_dir


def call_now(at: dt.datetime) -> dict[str, Any] | None:
    """Whom to call at a moment; None where the contacts cannot be read."""
    from directory.routing.route import open_or_compile

    try:
        now = open_or_compile(data_dir(), var_dir()).frame(at).call.now
    except (ValueError, OSError):
        return None
    telephone = str(now["telephone"])
    tel = "".join(one for one in telephone if one.isdigit() or one == "+")
    return {"role": now["role"], "telephone": telephone, "tel": tel, "words": now["state_words"]}


search = search_with(call_now)
