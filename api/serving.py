"""The application as a server imports it, made once in each process: `uvicorn api.serving:app`."""

from __future__ import annotations

import sys

from starlette.types import ASGIApp

from api.app import create_app
from api.log import AccessLog, write_events
from api.settings import read_settings


def __getattr__(name: str) -> ASGIApp:
    """`app` writes an access log to standard error, `quiet_app` none."""
    if name not in ("app", "quiet_app"):
        raise AttributeError(name)
    settings = read_settings()
    write_events(settings.log)
    log = AccessLog(sys.stderr, settings.log) if name == "app" else None
    made = create_app(log=log, settings=settings)
    globals()[name] = made
    return made
