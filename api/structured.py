"""structlog without `rich`, which its printer for terminals loads wherever it happens to be installed.

Nothing here uses that printer, and `rich` costs every worker 4 MB and its start a twentieth of a second.
"""

from __future__ import annotations

import sys

_there = "rich" in sys.modules
if not _there:
    sys.modules["rich"] = None  # type: ignore[assignment]  # what cannot be imported, structlog does without
try:
    import structlog
finally:
    if not _there:
        del sys.modules["rich"]

__all__ = ["structlog"]
