"""The application as a server imports it, made once in each process: `uvicorn api.serving:app`."""

from __future__ import annotations

import sys

from starlette.types import ASGIApp

from api.app import create_app
from api.shell import AccessLog


def __getattr__(name: str) -> ASGIApp:
    """`app` writes an access log to standard error, `quiet_app` none."""
    if name not in ("app", "quiet_app"):
        raise AttributeError(name)
    made = create_app(log=AccessLog(sys.stderr) if name == "app" else None)
    globals()[name] = made
    return made
