"""The addresses of the questionnaire's pages: answers, who asks and where one is, as short codes.

`a` answers such as `v1.aan.abu`; `w` who asks (only changes help texts); `q` the question whose page it is;
`c` that somebody came from the list of answers to change one; `l` one question at a time. A postcode never.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from api.pages.forms import Fields, first
from directory.pathway.flow import Flow

WORRIED = "/worried"
ANSWER = "answer-"
"""What the name of an answer's field begins with; the question's code follows."""
_CODE = re.compile(r"[a-z][a-z0-9]{0,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Where:
    """One page's address."""

    flow: str
    answers: str = ""
    who: str = ""
    question: str = ""
    checking: bool = False
    single: bool = False

    def pairs(self) -> list[tuple[str, str]]:
        """The values that are not empty, by their names in the address: also for a form's hidden fields."""
        every = (
            ("a", self.answers),
            ("w", self.who),
            ("q", self.question),
            ("c", "1" if self.checking else ""),
            ("l", "1" if self.single else ""),
        )
        return [(name, value) for name, value in every if value]

    def path(self, page: str = "") -> str:
        """The address without its query, for the action of a form."""
        return f"{WORRIED}/{self.flow}" + (f"/{page}" if page else "")

    def to(self, page: str = "", answers: str | None = None) -> str:
        """The address of another page with the same answers, or with others; it names no question."""
        answers = self.answers if answers is None else answers
        other = replace(self, question="", checking=False, answers=answers)
        return f"{other.path(page)}?{urlencode(other.pairs())}" if other.pairs() else other.path(page)

    def at(self, question: str, *, checking: bool = False, answers: str | None = None) -> str:
        """The address of the page with a question."""
        answers = self.answers if answers is None else answers
        other = replace(self, question=question, checking=checking, answers=answers)
        return f"{other.path()}?{urlencode(other.pairs())}"


def read_where(flow: str, fields: Fields) -> Where:
    """The address of the fields of a query or a form. What no page of ours sends is left out."""
    question = first(fields, "q")
    return Where(
        flow,
        first(fields, "a").strip(),
        who=first(fields, "w") if _CODE.fullmatch(first(fields, "w")) else "",
        question=question if _CODE.fullmatch(question) else "",
        checking=bool(first(fields, "c")),
        single=bool(first(fields, "l")),
    )


def audience_codes(flow: Flow) -> dict[str, str]:
    """The audience of a questionnaire by its short code: the fewest first letters that tell it apart."""
    codes: dict[str, str] = {}
    for name in flow.audiences:
        others = [other for other in flow.audiences if other != name]
        length = next(
            (n for n in range(1, len(name)) if not any(other[:n] == name[:n] for other in others)), len(name)
        )
        codes[name[:length]] = name
    return codes
