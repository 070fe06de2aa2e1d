"""The templates: one environment, made on the first page that is asked for, not when the server starts.

A page is what its template makes, put into a frame (frame.html: head, header, navigation, footer) that is
made once for all pages of a kind and kept. Templates and the addresses of assets are read once: a process
shows changed ones when it is started again.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.pages import assets, terms, words

if TYPE_CHECKING:
    from api.pages.compiling import PageEnvironment

TEMPLATES = Path(__file__).parent / "templates"
# No value can hold it: what is put out is escaped.
SEAM = "<!--seam-->"
# Stands where what a person typed comes into a field that is the same for everybody but for that.
UNFILLED = "to be filled"


@lru_cache(maxsize=1)
def environment() -> PageEnvironment:
    """The Jinja environment with the GOV.UK components. Everything is escaped unless marked as safe HTML."""
    from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
    from markupsafe import Markup

    from api.pages.compiling import Keep, PageEnvironment, Unindented

    made = PageEnvironment(
        autoescape=True,
        auto_reload=False,
        extensions=[Unindented, Keep],
        trim_blocks=True,
        lstrip_blocks=True,
        loader=ChoiceLoader(
            [
                FileSystemLoader(TEMPLATES),
                PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
            ]
        ),
    )
    made.filters.update(
        day=words.day,
        day_and_month=words.day_and_month,
        moment=words.moment,
        until_today=words.until_today,
        first_up=words.first_up,
        listed=words.listed,
        lower_first=words.lower_first,
        percent=words.percent,
        plural=words.plural,
        thousands=words.thousands,
        distance=words.distance,
        mail_address=words.mail_address,
        telephone_address=words.telephone_address,
        web_address=words.web_address,
        with_breaks=words.with_breaks,
        striptags=words.without_tags,
        urlencode=words.part_of_address,
        with_numbers=words.with_numbers,
        terms_in=terms.terms_in,
        meaning_of=terms.meaning_of,
    )
    made.globals.update(asset=assets.address, audiences=words.AUDIENCES, unfilled=UNFILLED, seam=Markup(SEAM))
    return made


def render(template: str, **facts: Any) -> str:
    """A page as HTML. One whose template does not extend base.html is a document of its own."""
    made = environment()
    own = made.get_template(template).render(facts).split(SEAM, 3)
    if len(own) == 1:
        return own[0]
    frame = _frame(tuple(facts.get(name) for name in _framed_by()))
    title = made.escaped(facts["title"])
    return "".join(
        (frame[0], title, frame[1], own[0], frame[2], own[1], frame[3], own[2], frame[4], own[3], frame[5])
    )


@lru_cache(maxsize=1)
def _framed_by() -> tuple[str, ...]:
    """What a frame is made from: the names that frame.html uses."""
    from jinja2.meta import find_undeclared_variables

    made = environment()
    source = (TEMPLATES / "frame.html").read_text(encoding="utf-8")
    return tuple(sorted(find_undeclared_variables(made.parse(source)) - set(made.globals)))


@lru_cache(maxsize=128)
def _frame(facts: tuple[Hashable, ...]) -> list[str]:
    """The frame in the pieces between its seams."""
    text = environment().get_template("frame.html").render(zip(_framed_by(), facts, strict=True))
    return "\n".join(line for raw in text.splitlines() if (line := raw.strip())).split(SEAM)
