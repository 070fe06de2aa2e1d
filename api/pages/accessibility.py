"""What the accessibility statement tells: the results that `make accessibility` wrote, for the page."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("accessibility.json")


@cache
def statement() -> dict[str, Any]:
    """The facts of the page.

    `day`, `browser`, `axe` and `rules` say when and with what; `parts` is what was looked at; `checks` are
    lines of what was asked, on how many states, and where it was not so; `states` and `pages` are counts.
    """
    told: dict[str, Any] = json.loads(RESULTS.read_text("utf-8"))
    checks = list(told["checks"].values())
    return told | {
        "checks": checks,
        "states": sum(len(states) for states in told["parts"].values()),
        "broken": [check for check in checks if check["wrong"]],
    }
