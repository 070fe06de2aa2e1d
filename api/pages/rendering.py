"""The templates: one environment, made on the first page that is asked for, not when the server starts."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.pages import assets, terms, words

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The Jinja environment with the GOV.UK components. Everything is escaped unless marked as safe HTML."""
    from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader

    made = Environment(
        autoescape=True,
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
        with_numbers=words.with_numbers,
        terms_in=terms.terms_in,
        meaning_of=terms.meaning_of,
    )
    made.globals.update(asset=assets.address, audiences=words.AUDIENCES)
    return made


def render(template: str, **facts: Any) -> str:
    """A page as HTML; its indentation is taken out, which no page needs."""
    text = environment().get_template(template).render(**facts)
    return "\n".join(line for raw in text.splitlines() if (line := raw.strip()))
