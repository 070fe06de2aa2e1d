"""A day as commands read it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click


class Day(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A day such as 2026-12-01."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        if isinstance(value, dt.date):
            return value
        try:
            return dt.datetime.strptime(str(value), "%Y-%m-%d").date()
        except ValueError:
            self.fail(f"{value!r} is not a day. Write it like 2026-12-01.", param, ctx)
