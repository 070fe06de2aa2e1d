"""The bare page that ours are measured against: one Jinja template, a loop, a response. Nothing else.

Its rows lie ready. What it sends is squeezed as ours is, by the same function, where the client asks for it.
"""

from __future__ import annotations

from jinja2 import Environment
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.pages.assets import coding_for, squeeze

_PAGE = Environment(autoescape=True).from_string("""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title></head>
<body><header><nav><ul>
{% for link in links %}<li><a href="{{ link.address }}">{{ link.text }}</a></li>{% endfor %}
</ul></nav></header>
<main><h1>{{ title }}</h1>
{% for row in rows %}
<section class="row"><h2><a href="/rows/{{ row.id }}">{{ row.name }}</a></h2>
<p class="body">{{ row.words }}</p>
<dl><dt>Telephone</dt><dd><a href="tel:{{ row.number }}">{{ row.number }}</a></dd>
<dt>Open</dt><dd>{% if row.open %}until {{ row.until }}{% else %}no{% endif %}</dd></dl></section>
{% endfor %}
</main></body></html>
""")
_LINKS = [{"address": f"/{name.lower()}", "text": name} for name in ("Home", "Help", "Areas", "About")]
_ROWS = [
    {
        "id": f"row-{number}",
        "name": f"Service {number} & friends",
        "words": "A worker visits, looks at what the child does, and gets help in so that they do less. " * 2,
        "number": f"0121 496 {number % 1000:04}",
        "open": number % 3 > 0,
        "until": "5:15pm today",
    }
    for number in range(1000)
]


def _rendered(rows: int, name: str) -> str:
    return _PAGE.render(title=f"Page of {name}", links=_LINKS, rows=_ROWS[:rows])


_EMPTY = len(_rendered(0, "1"))
_ROW_BYTES = (len(_rendered(200, "1")) - _EMPTY) / 200


def page(size: int, name: str) -> str:
    """A page of about `size` bytes, at most half a row (about 240) away from it."""
    return _rendered(max(1, round((size - _EMPTY) / _ROW_BYTES)), name)


async def sized(request: Request) -> Response:
    """`/page/{size}/{name}`: that page, made anew for each request."""
    body = page(request.path_params["size"], request.path_params["name"]).encode()
    coding = coding_for(request)
    headers = {"Vary": "Accept-Encoding"} | ({"Content-Encoding": coding} if coding else {})
    return Response(squeeze(body, coding), headers=headers, media_type="text/html; charset=utf-8")


async def hello(_request: Request) -> Response:
    """Says that the server is there."""
    return Response("hello")


app = Starlette(routes=[Route("/page/{size:int}/{name}", sized), Route("/hello/{name}", hello)])
