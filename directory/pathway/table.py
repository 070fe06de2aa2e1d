"""The threshold document: what the questionnaire says, as one page to read or print, or as plain text.

The routes that come before everything first, then the domains in rows with the levels in columns, then what
happens at each outcome, and the sources. It is made from the questionnaire alone, so it cannot say otherwise.
"""

from __future__ import annotations

import textwrap
from html import escape

from directory.pathway.flow import NOT_SURE, Choice, Flow, Question

_STYLE = """
body{font:16px/1.45 Arial,Helvetica,sans-serif;color:#0b0c0c;background:#fff;max-width:1500px;margin:0 auto;
padding:24px}
h1{font-size:30px;margin:0 0 8px}h2{font-size:22px;margin:32px 0 8px}p{margin:0 0 10px;max-width:75ch}
.notice{border-left:6px solid #942514;padding:8px 14px;background:#fdecea}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;table-layout:fixed}
th,td{border:1px solid #505a5f;padding:7px 9px;text-align:left;vertical-align:top;overflow-wrap:anywhere}
thead th{background:#f3f2f1}.source{color:#505a5f;font-size:13px}
caption{text-align:left;font-weight:bold;padding:0 0 6px}a{color:#1d4f91;overflow-wrap:anywhere}
@page{size:A4 landscape;margin:12mm}
@media print{body{font-size:9pt;padding:0;max-width:none}h1{font-size:16pt}h2{font-size:12pt;
break-after:avoid}
.wide{overflow:visible}thead{display:table-header-group}tr{break-inside:avoid}.source{font-size:7.5pt}
thead th,.notice{print-color-adjust:exact}a{color:inherit;text-decoration:none}}
@media (max-width:700px){table{min-width:900px}}
"""


def by_level(flow: Flow, question: Question) -> dict[str, list[Choice]]:
    """The choices of a question by the level they demand, none being the lowest; not sure is left out."""
    found: dict[str, list[Choice]] = {one.id: [] for one in flow.levels}
    for choice in flow.ranked[question.id]:
        if choice.id != NOT_SURE:
            level = choice.demands.level if choice.demands and choice.demands.level else flow.levels[0].id
            found[level].append(choice)
    return found


def columns(flow: Flow) -> list[str]:
    """The levels that some answer about a domain demands, in order."""
    domains = [by_level(flow, one) for one in flow.questions if one.part == "domain"]
    return [one.id for one in flow.levels if any(found[one.id] for found in domains)]


def html(flow: Flow) -> str:
    """The document as one page that needs no other file."""
    names = {one.id: one.name for one in flow.levels}
    parts = [
        '<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{escape(flow.title)}: the threshold document, version {escape(flow.version)}</title>",
        f"<style>{_STYLE}</style></head><body><main>",
        f"<h1>{escape(flow.title)}</h1>",
        f"<p>The threshold document of version {escape(flow.version)} ({_status(flow)}). To be reviewed by "
        f"{flow.review_by.day} {flow.review_by:%B} {flow.review_by.year}.</p>",
    ]
    if flow.notice:
        parts.append(f'<p class="notice">{escape(flow.notice)}</p>')
    parts.append(
        "<p>This supports your judgement; it does not replace it. Nothing is added up: the highest level "
    )
    parts.append("that any answer asks for counts, and a route below comes before every level.</p>")
    heads: tuple[str, ...] = ("Question", "Answer", "What to do", "Level", "Source")
    parts.append(_rows("First: what comes before every level", heads, _urgent(flow), (22, 16, 40, 11, 11)))
    levels = columns(flow)
    domains = [
        [escape(one.title), *(_choices(by_level(flow, one)[level]) for level in levels)]
        for one in flow.questions
        if one.part == "domain"
    ]
    parts.append(_rows("What each level looks like", ("Domain", *(names[one] for one in levels)), domains))
    meaning = [[escape(one.name), escape(one.meaning), _source(one.source)] for one in flow.levels]
    parts.append(_rows("The levels", ("Level", "What it means", "Source"), meaning))
    outcomes = [
        [
            escape(one.title),
            escape(names[one.level]),
            escape(one.sentence),
            escape(one.leads),
            f"{'Needed.' if one.consent.needed else 'Not needed.'} {escape(one.consent.why)}",
            escape(one.timeframe.text),
            _source(one.source),
        ]
        for one in flow.outcomes
    ]
    heads = ("Outcome", "Level", "What happens", "Who leads", "Consent", "By when", "Source")
    parts.append(_rows("What happens", heads, outcomes))
    parts.append("<h2>Sources</h2><ul>")
    for source in flow.sources.values():
        words = "".join(
            f"<li>{_source(f'{source.id}#{at}')} {escape(said)}</li>"
            for at, said in source.paragraphs.items()
        )
        parts.append(
            f"<li><b>{escape(source.id)}</b>: {escape(source.title)}, "
            f'<a href="{escape(source.address)}">{escape(source.address)}</a>, read {source.read.isoformat()}'
            f"<ul>{words}</ul></li>"
        )
    return "".join([*parts, "</ul></main></body></html>\n"])


def _status(flow: Flow) -> str:
    if flow.approved_on is None:
        return flow.status
    day = flow.approved_on
    return f"approved by {escape(flow.approved_by)} on {day.day} {day:%B} {day.year}"


def _rows(title: str, heads: tuple[str, ...], rows: list[list[str]], widths: tuple[int, ...] = ()) -> str:
    """A heading with a table; the cells are HTML, the first of each row its heading. Widths in percent."""
    sizes = "".join(f'<col style="width:{one}%">' for one in widths)
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>'
        for row in rows
    )
    return (
        f"<h2>{escape(title)}</h2>"
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(title)}"><table>'
        f"<colgroup>{sizes}</colgroup><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _urgent(flow: Flow) -> list[list[str]]:
    names = {one.id: one.name for one in flow.levels}
    found = []
    for question in flow.questions:
        for choice in reversed(flow.ranked[question.id]):
            demand = choice.demands
            if question.part != "urgent" or demand is None or choice.id == NOT_SURE:
                continue
            route = flow.route_by_id[demand.route] if demand.route else None
            found.append(
                [
                    escape(question.title),
                    escape(choice.text),
                    f"<b>{escape(route.title)}.</b> {escape(route.action)}" if route else "",
                    escape(names[demand.level]) if demand.level else "",
                    _source(choice.source),
                ]
            )
    return found


def _choices(choices: list[Choice]) -> str:
    return "<br>".join(f"{escape(one.text)} {_source(one.source)}" for one in choices)


def _source(reference: str) -> str:
    return f'<span class="source">{escape(reference)}</span>' if reference else ""


def text(flow: Flow) -> str:
    """The document as plain text, 100 characters wide."""
    names = {one.id: one.name for one in flow.levels}
    lines = [f"{flow.title}: the threshold document, version {flow.version} ({flow.status})", ""]
    if flow.notice:
        lines += [*_wrap(flow.notice, 0), ""]
    lines += ["FIRST: WHAT COMES BEFORE EVERY LEVEL", ""]
    for question in flow.questions:
        for choice in reversed(flow.ranked[question.id]):
            demand = choice.demands
            if question.part == "urgent" and demand is not None and choice.id != NOT_SURE:
                route = flow.route_by_id[demand.route] if demand.route else None
                level = f" [{names[demand.level]}]" if demand.level else ""
                lines += _wrap(f"{question.title} {choice.text}{level}", 0)
                lines += _wrap(f"{route.title}. {route.action}" if route else "", 4)
    lines += ["", "WHAT EACH LEVEL LOOKS LIKE"]
    for question in flow.questions:
        if question.part == "domain":
            lines += ["", *_wrap(question.title, 0)]
            for level, choices in by_level(flow, question).items():
                for choice in choices:
                    lines += _wrap(f"{names[level]}: {choice.text} ({choice.source})", 4)
    lines += ["", "WHAT HAPPENS"]
    for outcome in flow.outcomes:
        consent = "Consent is needed." if outcome.consent.needed else "Consent is not needed."
        lines += ["", *_wrap(f"{outcome.title} [{names[outcome.level]}]", 0)]
        said = f"{outcome.sentence} Who leads: {outcome.leads} {consent} {outcome.timeframe.text}"
        lines += _wrap(f"{said} ({outcome.source})", 4)
    lines += ["", "SOURCES", ""]
    for source in flow.sources.values():
        lines += _wrap(f"{source.id}: {source.title}, {source.address}, read {source.read.isoformat()}", 0)
    return "\n".join(lines) + "\n"


def _wrap(words: str, indent: int) -> list[str]:
    return textwrap.wrap(words, 100, initial_indent=" " * indent, subsequent_indent=" " * indent)
