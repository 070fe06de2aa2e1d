"""Looks at every page and state of the gallery and writes what the accessibility statement tells.

`make accessibility` writes api/pages/accessibility.json, from which /accessibility is made; nobody edits it.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

from tests.browser.gallery.catalogue import GALLERY, PARTS
from tests.browser.inspection import CHECKS, RULES, Found, axe_script, wanted
from tests.browser.tour import touring

RESULTS = Path(__file__).parents[1] / "api" / "pages" / "accessibility.json"


def subject() -> dict[str, Any]:
    """What is looked at and how, as the code says now: also what a written file must still be of."""
    version = re.search(r"axe v(\d+\.\d+\.\d+)", axe_script()[:400])
    return {
        "axe": version[1] if version else "",
        "rules": list(RULES),
        "pages": len({state.page for state in GALLERY}),
        "parts": {part: [state.words for state in states] for part, states in PARTS.items()},
        "checks": {
            name: {"words": words, "states": sum(name in wanted(state) for state in GALLERY)}
            for name, words in CHECKS.items()
        },
    }


def results(found: dict[str, Found], day: dt.date, browser: str) -> dict[str, Any]:
    """What the page needs: the subject, the day, the browser, and for each check where something is wrong."""
    told = subject() | {"day": day.isoformat(), "browser": browser}
    by_name = {state.name: state.words for state in GALLERY}
    for name, check in told["checks"].items():
        check["wrong"] = [by_name[state] for state, checks in found.items() if checks.get(name)]
    return told


def main() -> int:
    """Look, write, and tell what is wrong; 1 where anything is."""
    found: dict[str, Found] = {}
    with touring() as (visitor, browser):
        for state in GALLERY:
            found[state.name] = visitor.inspect(state)
            for check, wrong in found[state.name].items():
                for one in wrong:
                    print(f"{state.name}: {check}: {one}")
    told = results(found, dt.date.today(), browser)
    RESULTS.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"{len(GALLERY)} states of {told['pages']} pages, {len(CHECKS)} checks: {RESULTS}")
    return 1 if any(check["wrong"] for check in told["checks"].values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
