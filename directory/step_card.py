"""The next step as a card to read in a terminal: whom to call first, then why."""

from __future__ import annotations

import textwrap
from typing import Any

import click

Facts = dict[str, Any]
_WIDTH = 96


def _heading(text: str) -> str:
    return click.style(text, bold=True)


def _wrapped(text: str, indent: str = "  ") -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent) or [indent.rstrip()]


def _contact(step: Facts) -> list[str]:
    when = f"{step['when']}: " if step["when"] else ""
    sample = click.style("  (sample listing)", dim=True) if step["sample"] else ""
    if not step["telephone"] and not step["email"]:
        return _wrapped(f"{when}{step['title']}. {step['words']}")
    reach = "  ".join(filter(None, (step["telephone"], step["email"])))
    state = click.style(step["words"] or "", fg="green" if step["open"] else "yellow")
    title = step["title"] if step["title"] == step["role"] else f"{step['title']}, {step['role']}"
    return [f"  {click.style(reach, bold=True)}  {when}{title}, {state}{sample}"]


def _listed(title: str, lines: list[str]) -> list[str]:
    if not lines:
        return []
    return ["", _heading(title), *(wrapped for line in lines for wrapped in _wrapped(f"- {line}"))]


def step_card(step: Facts) -> str:
    """A readable card of what `directory.next_step.next_step` gives, for 100 columns."""
    outcome = step["outcome"]
    lines = _wrapped(step["notice_newer"], "") if step["notice_newer"] else []
    lines += [_heading(outcome["title"]), *_wrapped(outcome["sentence"], ""), ""]
    lines += [_heading("In danger now"), f"  {step['danger']['telephone']}  {step['danger']['role']}", ""]
    call, others = step["call"], [one for one in step["steps"] if one != step["call"]]
    lines += [_heading("Call now" if call["open"] else "Call"), *_contact(call)]
    if others:  # a team that is closed stands below the line that answers, as on the page
        lines += ["", _heading("Others to call"), *(line for one in others for line in _contact(one))]
    place = step["place"]
    if place and place["message"]:
        lines += [click.style(f"  ! {place['message']}", fg="yellow")]
    lines += [click.style(f"  ! {caution}", fg="yellow") for caution in step["cautions"]]
    consent = outcome["consent"]
    lines += ["", _heading("What happens next")]
    lines += _wrapped(f"Level: {step['level']['name']}. Who leads: {outcome['leads']}")
    when = " ".join(filter(None, (step["by"]["text"], step["by"]["words"])))
    lines += _wrapped(f"By when: {when}")
    needed = "needed" if consent["needed"] else "not needed"
    lines += _wrapped(f"The family's consent: {needed}. {consent['why']}")
    lines += [line for form in outcome["forms"] for line in _wrapped(f"Form: {form}")]
    lines += _listed("What to say", outcome["say"])
    lines += _listed("Meanwhile", outcome["meanwhile"])
    if step["also"]:
        lines += ["", _heading("Also")]
        for one in step["also"]:
            lines += _wrapped(f"{one['title']}. {one['action']}")
            lines += [f"  {line}" for contact in one["steps"] for line in _contact(contact)]
    lines += ["", _heading("If you disagree"), *_wrapped(outcome["disagree"])]
    lines += ["", _heading("Why")]
    for one in step["why"]:
        source = f" ({one['source']})" if one["source"] else ""
        lines += _wrapped(f"{one['question']['title']} {one['answer']['text']}")
        lines += _wrapped(f"{one['words']}{source}", "    ")
    if not step["why"]:
        lines += ["  No answer asks for more than the lowest level."]
    lines += _wrapped(f"Rule {step['rule']['id']}. {step['rule']['words']}")
    lines += _listed("What would change it", [one["words"] for one in step["would_change"]])
    lines += _services(step["services"])
    lines += ["", step["supports"]]
    if step["notice"]:
        lines += _wrapped(step["notice"], "")
    made = f"{step['versions']['questionnaire']}, answers {step['answers']}, {step['date']}"
    lines.append(click.style(made, dim=True))
    return "\n".join(lines)


def _services(services: list[Facts]) -> list[str]:
    lines = ["", _heading("Services that could help")] if services else []
    for one in services:
        telephone = (one["contact"] or {}).get("telephone") or ""
        sample = click.style("  (sample listing)", dim=True) if one["sample"] else ""
        lines.append(f"  {one['name']}  {telephone}  {one['open']['words'] or ''}{sample}".rstrip())
    return lines
