"""Every address that the server answers is documented, and every documented one is answered."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("api.md", "operating.md", "oruk.md", "website.md")
_FORM = re.compile(r"\{\w+(:\w+)?\}")


def _documented() -> set[str]:
    """Addresses named in the first column of the tables, with `{}` for what varies."""
    found = set()
    for name in PAGES:
        prefix = "/oruk/v3" if name == "oruk.md" else ""
        for line in (DOCS / name).read_text("utf-8").splitlines():
            first = line.split("|")[1] if line.startswith("|") else ""
            for told in re.findall(r"`(?:GET |POST )?(/[^`?…]*)(?:\?[^`]*)?`", first):
                whole = told if told.startswith(prefix) else prefix + told
                found.add(_FORM.sub("{}", whole))
    return found


def _answered(app: Any) -> set[str]:
    return {_FORM.sub("{}", template) for template in app.templates.values()}


def test_every_address_is_documented(app: Any) -> None:
    missing = _answered(app) - _documented() - {"/oruk/v3"}  # leads to the one with the slash
    assert not missing, sorted(missing)


def test_every_documented_address_is_answered(app: Any) -> None:
    unknown = _documented() - _answered(app)
    assert not unknown, sorted(unknown)
