"""Which questions stand on one page, and how far somebody has come.

Both ways were built and looked at, at 360 and 1280 pixels and with the keyboard: one question a page, and
one theme a page. What was chosen:

- the question that can end everything (danger) stands alone, first;
- the other urgent questions are short and mostly answered "no". Seven of them as rows are one page of 2,200
  pixels on a telephone instead of seven pages of 830; on a desk each has its answers to the right of it. What
  a row opens comes on the page after it, which works without scripts and is told to a screen reader as any
  page is. There is no button for "no to all": each has to be thought of;
- a domain has five descriptions of up to forty words. Five domains on a page do on a desk (2,300 pixels), but
  on a telephone they are 4,250 pixels, nearly six screens, in which the choices of one question are hard to
  compare and a missing answer is hard to find: one domain a page (1,330 pixels with all that is round it);
- the last questions are short again: the child's words and who keeps them safe, what happened, who knows.

Whoever prefers one question at a time chooses that on the start page; it is the same form with one question.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from directory.pathway.flow import Flow, Question
from directory.pathway.walk import Walk

_HARM = (
    *("harm", "mental_health_crisis", "missing", "trafficking", "exploitation", "exploitation_harm"),
    *("fgm", "domestic_abuse"),
)
_APART = (
    *("allegation", "homelessness", "radicalisation", "unborn", "private_fostering", "young_carer"),
    "send",
)
_CHILD = ("childs_words", "protective_factors")
_SO_FAR = ("duration", "frequency", "direction", "tried")
_OTHERS = ("others_involved", "social_worker", "unknowns", "consent")
_THEMES = {
    **dict.fromkeys(_HARM, "Harm that cannot wait"),
    **dict.fromkeys(_APART, "Worries with a way of their own"),
    **dict.fromkeys(_CHILD, "The child’s own words, and who keeps them safe"),
    **dict.fromkeys(_SO_FAR, "What has happened so far"),
    **dict.fromkeys(_OTHERS, "Who knows, and who agrees"),
}
PARTS = {"urgent": "What cannot wait", "domain": "How the child lives", "more": "What else to know"}
"""The words for each part of a questionnaire."""
_FOLLOW_UP = "More about what you answered"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The questions of one page."""

    title: str
    part: str
    questions: tuple[Question, ...]

    @property
    def code(self) -> str:
        """What an address calls this page by: the code of its first question."""
        return self.questions[0].code


@dataclass(frozen=True, slots=True)
class Progress:
    """How far somebody has come. `asked` can grow: an answer may open another question."""

    part: int
    parts: int
    words: str
    answered: int
    asked: int


def sheets(flow: Flow, walk: Walk, *, single: bool = False) -> list[Sheet]:
    """The pages of the questions that are asked after these answers, in order."""
    asked = {one.id for one in walk.path}
    return [
        Sheet(sheet.title, sheet.part, kept)
        for sheet in _all(flow, single)
        if (kept := tuple(one for one in sheet.questions if one.id in asked))
    ]


def _all(flow: Flow, single: bool) -> list[Sheet]:
    if single:
        return [Sheet(one.title, one.part, (one,)) for one in flow.questions]
    found: list[Sheet] = []
    for (part, title), run in groupby(flow.questions, _theme):
        questions = list(run)
        here = {one.id for one in questions}
        first = tuple(one for one in questions if not here & one.when.keys())
        found.append(Sheet(title, part, first))
        after = tuple(one for one in questions if here & one.when.keys())
        if after:
            found.append(Sheet(_FOLLOW_UP, part, after))
    return found


def _theme(question: Question) -> tuple[str, str]:
    """The part and the title of the page that a question stands on."""
    alone = any(choice.ends for choice in question.choices) or question.part == "domain"
    return question.part, question.title if alone else _THEMES.get(question.asks_about, question.title)


def sheet_of(found: list[Sheet], code: str) -> Sheet | None:
    """The page with the question of that code; None where it is not asked."""
    return next((sheet for sheet in found if any(one.code == code for one in sheet.questions)), None)


def neighbours(found: list[Sheet], sheet: Sheet) -> tuple[Sheet | None, Sheet | None]:
    """The pages before and after one."""
    at = found.index(sheet)
    return found[at - 1] if at else None, found[at + 1] if at + 1 < len(found) else None


def progress(walk: Walk, part: str) -> Progress:
    """How far somebody is on a page of `part`."""
    parts = list(PARTS)
    return Progress(parts.index(part) + 1, len(parts), PARTS[part], len(walk.answers), len(walk.path))
