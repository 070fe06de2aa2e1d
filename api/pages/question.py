"""What a search asks: the values of its form, as a query string, as hidden fields, and without one of them.

The postcode is the one value that never stands in an address: a question that has one is carried on by POST.
One typed among the words of the worry is taken out of them and is treated as the postcode it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from api.pages.forms import Fields, first

# A whole postcode among other words, with whatever people put between its halves (B15-2TT, b15.2tt,
# B15 2 TT). Whether it is one that exists is for the gazetteer to say.
_POSTCODE = re.compile(
    r"(?<![A-Z0-9])(GIR|[A-Z]{1,2}[0-9][0-9A-Z]?)[\W_]{0,3}([0-9])[\W_]?([A-Z]{2})(?![A-Z0-9])",
    re.IGNORECASE,
)
# The first half of one of the city's, with the next digit where that is no age: "B8", "B8 1", and only "B8"
# of "B8 9 year old".
_PART = re.compile(
    r"(?<![A-Z0-9])(B[0-9]{1,2})(?: ([0-9])(?![A-Z0-9]|[ -]?(?:y|m|wk|week)))?(?![A-Z0-9])", re.IGNORECASE
)
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,80}")
_AGE = re.compile(r"unborn|[0-9]{1,2}")
LAST_PAGE = 500
PER_PAGE = 10  # results; more make a telephone's page too long to find anything in


@dataclass(frozen=True, slots=True)
class Question:
    """One question. Every member is "" or empty where nothing was chosen.

    `area` is a layer and a code of it (`district:E14000560`); `age` whole years, or `unborn`.
    """

    text: str = ""
    postcode: str = ""
    area: str = ""
    age: str = ""
    level: str = ""
    needs: tuple[str, ...] = ()
    route: str = ""
    language: str = ""
    accessibility: tuple[str, ...] = ()
    open_now: bool = False
    free: bool = False
    room: bool = False
    elsewhere: bool = False  # also what does not serve the home; only with a postcode
    page: int = 1

    @property
    def asks(self) -> bool:
        """Whether there is anything to search for."""
        return self != Question(page=self.page)

    @property
    def private(self) -> bool:
        """Whether it may only be carried on by POST."""
        return bool(self.postcode)

    def pairs(self) -> list[tuple[str, str]]:
        """Every value that is not empty, by the name of its field."""
        single = [
            ("q", self.text),
            ("postcode", self.postcode),
            ("area", self.area),
            ("age", self.age),
            ("level", self.level),
            ("route", self.route),
            ("language", self.language),
            ("open_now", "yes" if self.open_now else ""),
            ("free", "yes" if self.free else ""),
            ("room", "yes" if self.room else ""),
            ("elsewhere", "yes" if self.elsewhere else ""),
            ("page", str(self.page) if self.page > 1 else ""),
        ]
        several = [("need", one) for one in self.needs] + [
            ("accessibility", one) for one in self.accessibility
        ]
        return [(name, value) for name, value in single if value] + several

    def address(self) -> str:
        """The address of its page. ValueError where it has a postcode, which may stand in no address."""
        if self.private:
            raise ValueError("a postcode never stands in an address")
        query = urlencode(self.pairs())
        return f"/services?{query}" if query else "/services"

    def at_page(self, number: int) -> Question:
        """The same on another page of its results."""
        return replace(self, page=number)

    def instead(self, typed: str) -> Question:
        """The same with one of its words in quotation marks: such a word is searched as it is spelled."""
        word = re.compile(rf"(?<![\w\"]){re.escape(typed)}(?![\w\"])", re.IGNORECASE)
        return replace(self, text=word.sub(lambda found: f'"{found[0]}"', self.text), page=1)

    def asked(self) -> Mapping[str, str | Sequence[str]]:
        """The values by the names that the API has for them."""
        layer, _, code = self.area.partition(":")
        found: dict[str, str | Sequence[str]] = {
            "text": self.text,
            "postcode": self.postcode,
            "layer": layer,
            "area": code,
            "age": "" if self.age == "unborn" else self.age,
            "unborn": "true" if self.age == "unborn" else "",
            "level": self.level,
            "need": self.needs,
            "route": self.route,
            "language": self.language,
            "accessibility": self.accessibility,
            "open_now": "true" if self.open_now else "",
            "free": "true" if self.free else "",
            "capacity": "true" if self.room else "",
            "elsewhere": "true" if self.elsewhere else "",
            "page": str(self.page),
            "per_page": str(PER_PAGE),
        }
        return {name: value for name, value in found.items() if value}


def read_question(fields: Fields, *, with_postcode: bool) -> Question:
    """The question of a form's fields or a query string. Values that no form of ours sends are left out.

    `with_postcode` is false for a query string, where a field named postcode is not looked at.
    """
    typed, among = _without_postcode(_plain(first(fields, "q")))
    postcode = _plain(first(fields, "postcode")) if with_postcode else ""
    postcode = postcode or among
    area = _code(fields, "area")
    age = first(fields, "age").strip()
    page = first(fields, "page")
    return Question(
        text=typed,
        postcode=postcode,
        area=area if area.count(":") == 1 else "",
        age=age if _AGE.fullmatch(age) else "",
        level=_code(fields, "level"),
        needs=_codes(fields, "need"),
        route=_code(fields, "route"),
        language=_code(fields, "language"),
        accessibility=_codes(fields, "accessibility"),
        open_now=bool(first(fields, "open_now")),
        free=bool(first(fields, "free")),
        room=bool(first(fields, "room")),
        elsewhere=bool(postcode and first(fields, "elsewhere")),
        page=min(max(int(page), 1), LAST_PAGE) if re.fullmatch(r"[0-9]{1,6}", page) else 1,
    )


def _plain(typed: str) -> str:
    """What was typed on one line, with wide letters (Ｂ) as plain ones and nothing that cannot be seen."""
    shown = (one for one in unicodedata.normalize("NFKC", typed) if unicodedata.category(one) != "Cf")
    return " ".join("".join(shown).split())


def _without_postcode(typed: str) -> tuple[str, str]:
    """The words without any postcode or first half of one, and the first of them; "" where there is none."""
    for pattern in (_POSTCODE, _PART):
        found = pattern.search(typed)
        if found:
            first_half, *rest = (part for part in found.groups() if part)
            return " ".join(pattern.sub(" ", typed).split()), f"{first_half} {''.join(rest)}".strip()
    return typed, ""


def _code(fields: Fields, name: str) -> str:
    value = first(fields, name).strip()
    return value if _CODE.fullmatch(value) else ""


def _codes(fields: Fields, name: str) -> tuple[str, ...]:
    found = (value.strip() for value in fields.get(name, []))
    return tuple(dict.fromkeys(value for value in found if _CODE.fullmatch(value)))
