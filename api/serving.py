"""The application as a server imports it, made once in each process: `uvicorn api.serving:app`."""

from __future__ import annotations

import logging
import sys

from starlette.types import ASGIApp

from api.app import create_app
from api.shell import logger


def __getattr__(name: str) -> ASGIApp:
    """`app` writes an access log to standard error, `quiet_app` none."""
    if name not in ("app", "quiet_app"):
        raise AttributeError(name)
    if name == "app":
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
    else:
        logger.setLevel(logging.WARNING)
    made = globals()[name] = create_app()
    return made
