"""The bare page that ours are measured against: one Jinja template, a loop, a response. Nothing else."""

from __future__ import annotations

from jinja2 import Environment
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

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
_ROW_BYTES = 480  # about what one row comes to


def page(size: int, name: str) -> str:
    """A page of about `size` bytes."""
    rows = [
        {
            "id": f"{name}-{number}",
            "name": f"Service {number} & friends",
            "words": "A worker visits, looks at what the child does, and gets help in so that they do less. "
            * 2,
            "number": f"0121 496 {number % 1000:04}",
            "open": number % 3 > 0,
            "until": "5:15pm today",
        }
        for number in range(max(1, size // _ROW_BYTES))
    ]
    return _PAGE.render(title=f"Page of {name}", links=_LINKS, rows=rows)


async def sized(request: Request) -> Response:
    """`/page/{size}/{name}`: that page, made anew for each request."""
    body = page(request.path_params["size"], request.path_params["name"])
    return Response(body, media_type="text/html; charset=utf-8")


async def hello(_request: Request) -> Response:
    """Says that the server is there."""
    return Response("hello")


app = Starlette(routes=[Route("/page/{size:int}/{name}", sized), Route("/hello/{name}", hello)])
