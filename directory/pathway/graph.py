"""A questionnaire as a drawing: questions, what they demand, outcomes. Mermaid's words, or our own SVG.

Three columns: the questions in their order, the routes and levels that answers demand, the outcomes that
rules give. A question asked only after a certain answer is joined to it by a dashed line.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from directory.pathway.flow import Flow, Question

_WIDTH, _GAP, _ROW, _LINE, _PAD = 300, 190, 12, 16, 10
_LETTERS = 38
_FILLS = {
    "urgent": ("#fdecea", "#942514"),
    "domain": ("#eef4fb", "#1d4f91"),
    "more": ("#f3f2f1", "#505a5f"),
    "route": ("#fff7e6", "#8a5300"),
    "level": ("#eaf5ee", "#0b5c38"),
    "outcome": ("#ffffff", "#0b0c0c"),
}


@dataclass(frozen=True)
class Node:
    """A box: its column, its kind (a part, route, level or outcome) and its words."""

    id: str
    column: int
    kind: str
    words: str


@dataclass(frozen=True)
class Edge:
    """A line between two boxes with its words; `dashed` for a question that waits for an answer."""

    start: str
    end: str
    words: str
    dashed: bool = False


def parts(flow: Flow) -> tuple[list[Node], list[Edge]]:
    """The boxes and lines of `flow`."""
    nodes = [Node(f"q_{one.id}", 0, one.part, one.title) for one in flow.questions]
    nodes += [Node(f"r_{one.id}", 1, "route", one.title) for one in flow.routes]
    nodes += [Node(f"l_{one.id}", 1, "level", f"Level: {one.name}") for one in flow.levels]
    nodes += [Node(f"o_{one.id}", 2, "outcome", one.title) for one in flow.outcomes]
    edges = [edge for question in flow.questions for edge in _of_question(question)]
    rank = flow.level_rank
    for rule in flow.rules:
        when = rule.when
        said = [rule.id]
        said += [f"{question} = {' or '.join(sorted(wanted))}" for question, wanted in when.answers.items()]
        height = rank[when.at_least] if when.at_least is not None else 0
        held = [
            one.id
            for one in flow.levels
            if rank[one.id] >= height and (not when.levels or one.id in when.levels)
        ]
        if when.routes and len(held) < len(flow.levels):
            said.append(f"level {' or '.join(held)}")
        starts = [f"r_{one}" for one in when.routes] or [f"l_{one}" for one in held]
        edges += [Edge(start, f"o_{rule.outcome}", ", ".join(said)) for start in starts]
    return nodes, edges


def _of_question(question: Question) -> list[Edge]:
    found: dict[tuple[str, str, bool], list[str]] = {}
    for earlier, wanted in question.when.items():
        found.setdefault((f"q_{earlier}", f"q_{question.id}", True), []).extend(sorted(wanted))
    for choice in question.choices:
        demand = choice.demands
        ends = " (ends)" if choice.ends else ""
        for kind, name in (("r", demand.route), ("l", demand.level)) if demand else ():
            if name is not None:
                found.setdefault((f"q_{question.id}", f"{kind}_{name}", False), []).append(choice.id + ends)
    return [Edge(start, end, ", ".join(words), dashed) for (start, end, dashed), words in found.items()]


def mermaid(flow: Flow) -> str:
    """The drawing in Mermaid's words."""
    nodes, edges = parts(flow)
    lines = ["flowchart LR", f"  %% {flow.id} version {flow.version} ({flow.status})"]
    for column, title in enumerate(("Questions", "Routes and levels", "Outcomes")):
        lines.append(f'  subgraph column{column}["{title}"]')
        lines += [
            f'    {one.id}["{_mermaid(one.words)}"]:::{one.kind}' for one in nodes if one.column == column
        ]
        lines.append("  end")
    for edge in edges:
        arrow = "-.->" if edge.dashed else "-->"
        lines.append(f'  {edge.start} {arrow}|"{_mermaid(edge.words)}"| {edge.end}')
    lines += [
        f"  classDef {kind} fill:{fill},stroke:{line},color:#0b0c0c" for kind, (fill, line) in _FILLS.items()
    ]
    return "\n".join(lines) + "\n"


def _mermaid(words: str) -> str:
    """Words that cannot end a label or be read as anything but words."""
    safe = words.replace("&", "#amp;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
    return " ".join(safe.replace("|", "#124;").replace("`", "#96;").split())


def svg(flow: Flow) -> str:
    """The drawing as SVG with a title and a description, every label escaped, legible at its own size."""
    nodes, edges = parts(flow)
    boxes: dict[str, tuple[int, int, int]] = {}
    bottoms = [_PAD + 90] * 3
    for node in nodes:
        height = len(_wrapped(node.words)) * _LINE + 2 * _PAD
        boxes[node.id] = (_PAD + 60 + node.column * (_WIDTH + _GAP), bottoms[node.column], height)
        bottoms[node.column] += height + _ROW
    _spread(nodes, boxes, bottoms)
    width, height = 60 + 2 * _PAD + 3 * _WIDTH + 2 * _GAP, max(bottoms) + _PAD
    description = (
        f"{len(flow.questions)} questions, {len(flow.routes)} routes, {len(flow.levels)} levels, "
        f"{len(flow.rules)} rules and {len(flow.outcomes)} outcomes. Lines lead from each question to what "
        "its answers demand, and from there to the outcome that the rules give. The first rule that holds "
        "decides."
    )
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title desc" width="{width}" '
        f'height="{height}" viewBox="0 0 {width} {height}" font-family="Arial, Helvetica, sans-serif" '
        'font-size="13" fill="#0b0c0c">',
        f'<title id="title">{escape(flow.title)}, version {escape(flow.version)}</title>',
        f'<desc id="desc">{escape(description)}</desc>',
        '<defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0L8 4L0 8z" fill="#505a5f"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{_PAD + 60}" y="34" font-size="20" font-weight="bold">{escape(flow.title)}, version '
        f"{escape(flow.version)} ({escape(flow.status)})</text>",
    ]
    for column, title in enumerate(("Questions, in order", "Routes and levels demanded", "Outcomes")):
        lines.append(
            f'<text x="{_PAD + 60 + column * (_WIDTH + _GAP)}" y="80" font-size="16" '
            f'font-weight="bold">{title}</text>'
        )
    lines += [_line(edge, boxes) for edge in edges]
    lines += [_box(node, boxes[node.id]) for node in nodes]
    return "\n".join([*lines, "</svg>"]) + "\n"


def _spread(nodes: Sequence[Node], boxes: dict[str, tuple[int, int, int]], bottoms: list[int]) -> None:
    """Make the columns equally tall: the shorter ones get more room between their boxes."""
    tallest = max(bottoms)
    for column in range(3):
        mine = [one.id for one in nodes if one.column == column]
        extra = (tallest - bottoms[column]) // max(1, len(mine) - 1)
        for at, name in enumerate(mine):
            x, y, height = boxes[name]
            boxes[name] = (x, y + at * extra, height)


def _wrapped(words: str) -> list[str]:
    return textwrap.wrap(words, _LETTERS) or [""]


def _box(node: Node, place: tuple[int, int, int]) -> str:
    x, y, height = place
    fill, line = _FILLS[node.kind]
    texts = "".join(
        f'<tspan x="{x + _PAD}" dy="{_LINE if at else 0}">{escape(words)}</tspan>'
        for at, words in enumerate(_wrapped(node.words))
    )
    return (
        f'<g id={quoteattr(node.id)}><rect x="{x}" y="{y}" width="{_WIDTH}" height="{height}" rx="4" '
        f'fill="{fill}" '
        f'stroke="{line}"/><text x="{x + _PAD}" y="{y + _PAD + 12}">{texts}</text></g>'
    )


def _line(edge: Edge, boxes: dict[str, tuple[int, int, int]]) -> str:
    (x1, y1, h1), (x2, y2, h2) = boxes[edge.start], boxes[edge.end]
    start, end = y1 + h1 // 2, y2 + h2 // 2
    if x1 == x2:  # a question that waits for an earlier one: round the left
        shape = f"M{x1} {start}C{x1 - 45} {start} {x1 - 45} {end} {x2} {end}"
    else:
        shape = f"M{x1 + _WIDTH} {start}C{x1 + _WIDTH + 90} {start} {x2 - 90} {end} {x2} {end}"
    dashed = ' stroke-dasharray="5 3"' if edge.dashed else ""
    return (
        f'<path d="{shape}" fill="none" stroke="#505a5f" stroke-opacity="0.55"{dashed} '
        'marker-end="url(#end)">'
        f"<title>{escape(edge.words)}</title></path>"
    )
