"""How facts are put into words on a page: dates, times, numbers, addresses that may be followed."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from markupsafe import Markup

CITY_TIME = ZoneInfo("Europe/London")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip

# A telephone number inside a sentence. Those of three digits, but 999, only after "call".
_NUMBER = re.compile(
    r"(?<![\d.,/£-])(?:0\d{2,4} \d{3} \d{3,4}|0\d{4} \d{6}|0800 \d{4}|116 \d{3}|999"
    r"|(?:(?<=NHS )|(?<=[Cc]all )|(?<=[Rr]ing )|(?<=police on ))(?:101|111))(?![\d-]|[.,]\d)"
)

AUDIENCES = {
    "professional": "for professionals",
    "public": "for families",
    "both": "for families and professionals",
}
STATUSES = {"illustrative": "illustrative", "confirmed": "confirmed"}


def day(value: Any) -> str:
    """`2026-11-22` as "22 November 2026", `2003-05` as "May 2003"; anything else as it is."""
    text = str(value or "")
    found = re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?", text[:10])
    if not found or not 1 <= int(found[2]) <= 12:
        return text
    month = f"{_MONTHS[int(found[2]) - 1]} {found[1]}"
    return f"{int(found[3])} {month}" if found[3] else month


def day_and_month(value: Any) -> str:
    """`2026-11-22` as "22 November"; anything else as it is."""
    return re.sub(r" \d{4}$", "", day(value))


def moment(value: Any) -> str:
    """A UTC time (ISO 8601) as "5:15pm on Monday 23 November", in the city's time; anything else as it is."""
    at = _in_the_city(value)
    if at is None:
        return str(value or "")
    return f"{_clock(at)} on {_DAYS[at.weekday()]} {at.day} {_MONTHS[at.month - 1]}"


def until_today(value: Any) -> str:
    """A UTC time by which the day ends at the latest: "6pm today", "midnight tonight"."""
    at = _in_the_city(value)
    if at is None:
        return str(value or "")
    return f"{_clock(at)} {'tonight' if (at.hour, at.minute) == (0, 0) else 'today'}"


def _in_the_city(value: Any) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(str(value)).astimezone(CITY_TIME)
    except (ValueError, OverflowError):
        return None


def _clock(at: dt.datetime) -> str:
    if (at.hour, at.minute) in ((0, 0), (12, 0)):
        return "midday" if at.hour else "midnight"
    minutes = f":{at.minute:02d}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes}{'am' if at.hour < 12 else 'pm'}"


def first_up(value: Any) -> str:
    """The text with its first letter as a capital and the rest as it is."""
    text = str(value or "")
    return text[:1].upper() + text[1:]


def lower_first(value: Any) -> str:
    """The text with its first letter small, save where the first word is in capitals (LSOA)."""
    text = str(value or "")
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def plural(noun: str, count: int) -> str:
    """A noun for so many: "hub" of one, "hubs" of several, "localities" of a locality."""
    if count == 1:
        return noun
    if re.search(r"[^aeiou]y\Z", noun):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if re.search(r"(s|x|ch|sh)\Z", noun) else f"{noun}s"


def percent(value: Any) -> str:
    """A part of one in whole per cent; a small one never reads as nothing, nor a large one as all."""
    share = float(value or 0)
    whole = round(share * 100)
    if share > 0 and whole == 0:
        return "less than 1%"
    if share < 1 and whole == 100:
        return "more than 99%"
    return f"{whole}%"


def thousands(value: Any) -> str:
    """A whole number with commas, `35,068`; anything else as it is."""
    return f"{value:,}" if isinstance(value, int) else str(value)


def telephone_address(value: Any) -> str:
    """A telephone number as a `tel:` address: its digits, and a leading plus."""
    return "tel:" + re.sub(r"(?<!^)\+|[^\d+]", "", str(value or ""))


def with_numbers(value: Any) -> Markup:
    """A sentence as HTML in which every telephone number can be pressed; all else is escaped."""
    from markupsafe import Markup, escape

    text, told, at = str(value or ""), Markup(), 0
    for found in _NUMBER.finditer(text):
        link = Markup('<a class="govuk-link ehf-whole" href="{}">{}</a>').format(
            telephone_address(found[0]), found[0]
        )
        told += escape(text[at : found.start()]) + link
        at = found.end()
    return told + escape(text[at:])


def with_breaks(value: Any) -> Markup:
    """A web or e-mail address as HTML that a short line breaks after a sign, not within a word."""
    from markupsafe import Markup, escape

    return Markup("<wbr>").join(escape(part) for part in re.split(r"(?<=[@./?&=-])(?=\w)", str(value or "")))


def mail_address(value: Any) -> str:
    """An e-mail address for a `mailto:`: what would begin its headers (`?`, `&`) is taken apart from it."""
    return quote(str(value or ""), safe="@.+-_")


def without_tags(value: Any) -> str:
    """The words of HTML that our templates made (no comments, no bare `>` in a tag), in one line."""
    return unescape(" ".join(re.sub(r"<[^>]*>", "", str(value)).split()))


def part_of_address(value: Any) -> str:
    """A text as it may stand in an address. Codes, which are nearly all there are, stay as they are."""
    text = str(value)
    return text if text.isascii() and text.isalnum() else quote(text, safe="/")


def distance(value: Any) -> str:
    """Metres as the crow flies: "about 400 metres away", "about 1.2 miles away"; nothing for no number."""
    if not isinstance(value, int | float):
        return ""
    if value < 800:
        return f"about {max(100, round(value / 100) * 100)} metres away"
    miles = value / 1609.344
    words = f"{miles:.1f}" if miles < 10 else f"{miles:.0f}"
    words = words.removesuffix(".0")
    return f"about {words} mile{'' if words == '1' else 's'} away"


def web_address(value: Any) -> str:
    """The address if it is one of the web that may be followed, else nothing (`javascript:` and the like)."""
    text = str(value or "")
    return text if re.match(r"https?://[^\s]+\Z", text) else ""


def listed(values: Any, last: str = "and") -> str:
    """Words in a row: "a", "a and b", "a, b and c"."""
    words = [str(value) for value in values]
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
