"""Templates are compiled and framed for speed: nothing that is shown may be lost or changed by it."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import nodes
from markupsafe import Markup, escape
from starlette.testclient import TestClient

from api.pages.compiling import Keep, escaped
from api.pages.rendering import SEAM, TEMPLATES, environment, render
from api.pages.words import without_tags


def _tree(name: str) -> nodes.Template:
    return environment().parse((TEMPLATES / name).read_text(encoding="utf-8"))


def _blocks(name: str) -> set[str]:
    return {block.name for block in _tree(name).find_all(nodes.Block)}


def _inner_blocks(name: str) -> set[str]:
    outer = _tree(name).find_all(nodes.Block)
    return {block.name for one in outer for block in one.find_all(nodes.Block)}


def _extended(name: str) -> str | None:
    parent = next(_tree(name).find_all(nodes.Extends), None)
    return str(parent.template.value) if parent and isinstance(parent.template, nodes.Const) else None


_PAGES = sorted(str(file.relative_to(TEMPLATES)) for file in TEMPLATES.rglob("*.html"))


@pytest.mark.parametrize("name", [name for name in _PAGES if name != "frame.html" and _extended(name)])
def test_every_block_of_a_page_is_shown_somewhere(name: str) -> None:
    known, parent = set[str](), _extended(name)
    assert parent in ("base.html", "worried/layout.html")
    while parent is not None:
        known |= _blocks(parent)
        parent = _extended(parent)
    assert _blocks(name) - known <= _inner_blocks(name)


@pytest.mark.parametrize(
    "value",
    ["plain", "", "<b>&amp;'\"", Markup("<b>&amp;"), 12, 1.5, None, True, ["<", "'"], SEAM],
    ids=repr,
)
def test_what_is_put_out_is_escaped_as_jinja_escapes_it(value: Any) -> None:
    assert escaped(value) == str(escape(value))
    assert environment().from_string("{{ value }}").render(value=value) == str(escape(value))


def test_a_page_is_put_into_its_frame_whole() -> None:
    shown = render(
        "problem.html",
        title=f"A <title> {SEAM}",
        section="find",
        paragraphs=[f"First {SEAM}", "<script>"],
        trail=[{"text": f"Trail {SEAM}", "href": "/"}],
    )
    assert shown.startswith("<!DOCTYPE html>")
    assert shown.endswith("</html>")
    assert SEAM not in shown
    assert f"<title>A &lt;title&gt; {escape(SEAM)} - Early Help Finder</title>" in shown
    assert f"First {escape(SEAM)}" in shown
    assert f"Trail {escape(SEAM)}" in shown
    assert "&lt;script&gt;" in shown
    order = [shown.index(words) for words in ("Skip to main content", "Trail", "<main", "First", "</footer>")]
    assert order == sorted(order)


def test_the_frame_follows_what_the_page_says_of_itself() -> None:
    found = [
        render("problem.html", title="T", section=section, paragraphs=[], indexed=indexed)
        for section in ("find", "services")
        for indexed in (True, False)
    ]
    assert len(set(found)) == 4
    assert [one.count('content="index"') for one in found] == [1, 0, 1, 0]
    assert ['aria-current="true">\n<strong' in one for one in found] == [True] * 4


def test_lines_of_a_value_stay_as_they_were_written() -> None:
    template = environment().from_string("<p>\n\n    {{ value }}\n  </p>\n")
    assert template.render(value="one\n\n   two  ") == "<p>\none\n\n   two  \n</p>"


def test_kept_html_is_made_once_for_the_same_facts_and_anew_for_others() -> None:
    made: list[str] = []

    def note(words: str) -> str:
        made.append(words)
        return words

    template = environment().from_string("{% keep one, other %}<b>{{ note(one.name) }}</b>{% endkeep %}")
    assert template.render(one={"name": "a&b"}, note=note) == "<b>a&amp;b</b>"
    assert template.render(one={"name": "a&b"}, note=note) == "<b>a&amp;b</b>"
    assert made == ["a&b"]
    assert template.render(one={"name": "c"}, note=note) == "<b>c</b>"
    assert template.render(one={"name": "c"}, other=2, note=note) == "<b>c</b>"
    assert made == ["a&b", "c", "c"]


def test_a_member_of_a_dictionary_never_hides_its_methods() -> None:
    template = environment().from_string(
        "{{ one.items() | length }} {{ one.gone is defined }} {{ one.kind }}"
    )
    assert template.render(one={"items": 3, "kind": "x"}) == "2 False x"


def test_html_is_not_kept_while_its_condition_says_that_somebody_typed_something() -> None:
    made: list[str] = []
    source = "{% keep if not typed %}<i>{{ made.append(typed) or typed }}</i>{% endkeep %}"
    template = environment().from_string(source)
    shown = [template.render(made=made, typed=typed) for typed in ("B15 2TT", "", "B15 2TT", "")]
    assert shown == ["<i>B15 2TT</i>", "<i></i>", "<i>B15 2TT</i>", "<i></i>"]
    assert made == ["B15 2TT", "", "B15 2TT"]


def test_nothing_that_was_typed_or_answered_is_among_what_is_kept(pages: TestClient) -> None:
    keep = environment().extensions["api.pages.compiling.Keep"]
    assert isinstance(keep, Keep)
    typed = ["B31 1AA", "B311AZ", "B31 1", "CV1 1AA", "XQZJ"]
    for postcode in typed:
        pages.post("/postcode", data={"postcode": postcode})
        pages.post("/services", data={"q": f"{postcode} kummerwort", "postcode": postcode})
    assert "kummerwort" in pages.get("/services?q=kummerwort").text
    assert keep.kept
    for (_where, facts), html in keep.kept.items():
        for words in (*typed, "kummerwort"):
            assert words not in facts.decode()
            assert words not in html


@pytest.mark.parametrize("typed", ["mum drinks", "<script>'\"&", "to be filled", ""])
def test_a_field_shows_what_was_typed_and_nothing_else(typed: str) -> None:
    template = environment().from_string(
        '{% from "parts/search_form.html" import words_field %}{{ words_field(typed) }}'
    )
    shown = template.render(typed=typed)
    assert f'value="{escape(typed)}"' in shown
    assert shown.count(" value=") == 1


def test_the_words_of_html_are_those_that_markupsafe_finds() -> None:
    for html in (
        "<p class='a'>one</p>\n <b>two</b>&amp;three &lt;i&gt;",
        "",
        "no tags,  two spaces",
        render("problem.html", title="T", section="find", paragraphs=['It’s <here> & "there"']),
    ):
        assert without_tags(Markup(html)) == str(Markup(html).striptags())
