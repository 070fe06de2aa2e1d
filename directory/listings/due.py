"""Which services somebody must look at again, and who: overdue for review, soon due, never assured."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from directory.store.standard import Content

NO_OWNER = "no owner"
_TOO_LATE = "{period!r} is more than five years. A listing is looked at sooner than that."
_PERIOD = re.compile(r"(\d{1,4})\s*([dwmy])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Due:
    """One service for review. `days` is the time left, negative when overdue, None without a date."""

    id: str
    name: str
    organization: str
    owner: str
    assured: dt.date | None
    review_by: dt.date | None
    days: int | None

    @property
    def overdue(self) -> bool:
        """Whether its day has passed, or it never had one."""
        return self.days is None or self.days < 0

    def words(self) -> str:
        """How things stand: "40 days overdue", "due in 5 days", "due today", "no review date"."""
        if self.days is None:
            return "no review date"
        if self.days == 0:
            return "due today"
        said = f"{abs(self.days)} day{'' if abs(self.days) == 1 else 's'}"
        return f"{said} overdue" if self.days < 0 else f"due in {said}"


def day_of(written: object) -> dt.date | None:
    """The day in a listing's date; None where there is none or it cannot be read."""
    try:
        return dt.date.fromisoformat(str(written)[:10]) if written else None
    except ValueError:
        return None


def due(
    services: Iterable[Content], organizations: Mapping[str, Content], today: dt.date, within: int = 30
) -> list[Due]:
    """The services overdue on `today` or due within so many days, by owner, the longest overdue first."""
    found = []
    for service in services:
        review_by = day_of(service.get("review_by"))
        days = (review_by - today).days if review_by else None
        if days is not None and days > within:
            continue
        organization = organizations.get(service.get("organization_id", ""), {})
        found.append(
            Due(
                service["id"],
                service.get("name", ""),
                organization.get("name", ""),
                service.get("owner_role") or organization.get("owner_role") or NO_OWNER,
                day_of(service.get("assured_date")),
                review_by,
                days,
            )
        )
    never = -(10**6)
    return sorted(
        found, key=lambda o: (o.owner.casefold(), never if o.days is None else o.days, o.name, o.id)
    )


def overdue(service: Content, today: dt.date) -> bool:
    """Whether a service's review is overdue, or it has no day for one."""
    review_by = day_of(service.get("review_by"))
    return review_by is None or review_by < today


def after(day: dt.date, period: str) -> dt.date:
    """The day that is a period such as 30d, 6w, 6m or 1y after `day`; the 31st becomes a month's last day.

    Raises `ValueError` for anything else, for nothing, and beyond five years.
    """
    read = _PERIOD.fullmatch(period.strip())
    if not read or int(read[1]) == 0:
        raise ValueError(f"{period!r} is not a period. Write it like 30d, 6w, 6m or 1y.")
    number, unit = int(read[1]), read[2].lower()
    if number * {"d": 1, "w": 7, "m": 28, "y": 365}[unit] > 6 * 366:
        raise ValueError(_TOO_LATE.format(period=period))  # may be beyond the calendar
    if unit in "dw":
        later = day + dt.timedelta(days=number * (7 if unit == "w" else 1))
    else:
        months = day.month - 1 + number * (12 if unit == "y" else 1)
        first = dt.date(day.year + months // 12, months % 12 + 1, 1)
        last = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
        later = first.replace(day=min(day.day, last.day))
    if later > five_years_after(day):
        raise ValueError(_TOO_LATE.format(period=period))
    return later


def five_years_after(day: dt.date) -> dt.date:
    """The latest day on which a review may be due."""
    return day.replace(year=day.year + 5) if (day.month, day.day) != (2, 29) else dt.date(day.year + 5, 3, 1)
