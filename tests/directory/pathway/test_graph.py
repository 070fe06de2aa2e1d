"""The drawing and the threshold document: everything is in them, nothing breaks out of them."""

from __future__ import annotations

import os
import re
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import earlyhelp
from directory.pathway import table
from directory.pathway.flow import Flow
from directory.pathway.graph import mermaid, parts, svg
from directory.pathway.reading import load_flow
from geo.home import data_dir
from tests.conftest import skip_or_fail

HOSTILE = '"]; click x "javascript:alert(1)" <script>alert(1)</script> & `|`'


@pytest.fixture(scope="module")
def flow() -> Flow:
    return load_flow(data_dir() / "pathways" / "early-help" / "1.yaml")


@pytest.fixture(scope="module")
def hostile(flow: Flow) -> Flow:
    first = replace(flow.questions[0], title=HOSTILE)
    route = replace(flow.routes[0], title=HOSTILE, action=HOSTILE)
    outcome = replace(flow.outcomes[0], title=HOSTILE, sentence=HOSTILE)
    return replace(
        flow, title=HOSTILE, notice=HOSTILE, questions=(first, *flow.questions[1:]),
        routes=(route, *flow.routes[1:]), outcomes=(outcome, *flow.outcomes[1:]),
    )  # fmt: skip


def test_every_question_route_level_and_outcome_is_in_the_drawing_and_every_rule_is_a_line(
    flow: Flow,
) -> None:
    nodes, edges = parts(flow)
    assert len(nodes) == sum(len(one) for one in (flow.questions, flow.routes, flow.levels, flow.outcomes))
    known = {one.id for one in nodes}
    assert all(edge.start in known and edge.end in known for edge in edges)
    assert all(any(edge.words.split(",")[0] == rule.id for edge in edges) for rule in flow.rules)
    assert {edge.end for edge in edges if edge.dashed} == {
        f"q_{one.id}" for one in flow.questions if one.when
    }


def test_the_svg_is_well_formed_with_title_and_description_and_nothing_overlaps(hostile: Flow) -> None:
    root = ET.fromstring(svg(hostile))
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    title, described = root.find(f"{space}title"), root.find(f"{space}desc")
    assert title is not None
    assert HOSTILE in str(title.text)
    assert described is not None
    assert not root.findall(f".//{space}script")
    boxes = [box for group in root.findall(f"{space}g") for box in group.findall(f"{space}rect")]
    columns: dict[str, list[tuple[int, int]]] = {}
    for box in boxes:
        top = int(str(box.get("y")))
        columns.setdefault(str(box.get("x")), []).append((top, top + int(str(box.get("height")))))
        assert top + int(str(box.get("height"))) <= int(str(root.get("height")))
    for spans in columns.values():
        assert all(one[1] < two[0] for one, two in pairwise(spans))


def test_no_word_breaks_out_of_mermaid(hostile: Flow) -> None:
    text = mermaid(hostile)
    assert "<script" not in text
    assert '"]; click' not in text
    for line in text.splitlines():
        assert line.count('"') in (0, 2), line


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(earlyhelp, ["pathway", *(str(one) for one in arguments)])


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)
        if tag not in ("meta", "br", "col"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_threshold_page_is_whole_escaped_and_needs_no_other_file(hostile: Flow) -> None:
    page = table.html(hostile)
    tags = _Tags()
    tags.feed(page)
    assert not tags.open
    assert not tags.seen & {"script", "link", "img", "iframe"}
    words = unescape(re.sub(r"<[^>]+>", " ", page))
    for question in hostile.questions:
        if question.part == "domain":
            for choice in question.choices:
                assert choice.id == "not_sure" or choice.text in words
    for source in hostile.sources.values():
        assert source.address in words
    assert hostile.notice in words
    for route in hostile.routes:
        if route.beats_level:
            assert route.action in words


def test_the_levels_stand_in_columns_in_their_order(flow: Flow) -> None:
    assert table.columns(flow) == ["universal", "universal_plus", "additional", "complex"]
    for question in flow.questions:
        if question.part == "domain":
            assert all(table.by_level(flow, question)[one] for one in table.columns(flow)[:1])


def test_both_can_be_written_to_a_file(tmp_path: Path, flow: Flow) -> None:
    drawn, page = tmp_path / "flow.svg", tmp_path / "flow.html"
    source = flow.file
    done = CliRunner().invoke(
        earlyhelp, ["pathway", "graph", source, "--format", "svg", "--output", str(drawn)]
    )
    assert (done.exit_code, done.stdout) == (0, "")
    assert drawn.read_text("utf-8").startswith("<svg")
    done = CliRunner().invoke(
        earlyhelp, ["pathway", "table", source, "--format", "html", "--output", str(page)]
    )
    assert done.exit_code == 0
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")
    refused = CliRunner().invoke(
        earlyhelp, ["pathway", "graph", source, "--output", str(tmp_path / "no" / "x.mmd")]
    )
    assert refused.exit_code == 1
    assert "Choose another file" in refused.stderr
    assert max(len(line) for line in table.text(flow).splitlines()) <= 100


def test_nothing_is_cut_off_when_the_threshold_page_is_printed_on_a4(flow: Flow, tmp_path: Path) -> None:
    chromium = os.environ.get("EARLYHELP_CHROMIUM", "/usr/bin/chromium")
    if not Path(chromium).exists():
        skip_or_fail("EARLYHELP_REQUIRE_BROWSER", f"there is no Chromium at {chromium}")
    from playwright.sync_api import sync_playwright

    page = tmp_path / "thresholds.html"
    page.write_text(table.html(flow), "utf-8")

    def printing() -> tuple[list[str], int, bytes]:
        with sync_playwright() as started:
            browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            try:
                tab = browser.new_page(
                    viewport={"width": 1032, "height": 700}
                )  # 297 mm less two margins of 12
                tab.goto(page.as_uri())
                tab.emulate_media(media="print")
                cut = tab.evaluate(
                    "[...document.querySelectorAll('th,td,p,li,h1,h2')]"
                    ".filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"
                )
                wide = tab.evaluate("document.documentElement.scrollWidth")
                printed = tab.pdf(prefer_css_page_size=True)
            finally:
                browser.close()
        return cut, wide, printed

    # In a thread of its own: the browser that other tests share has a loop in this one.
    with ThreadPoolExecutor(1) as alone:
        cut, wide, printed = alone.submit(printing).result()
    assert cut == []
    assert wide <= 1032
    assert printed.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) > 3
