"""The steward's answers as text for a terminal. Names are data: control characters are shown, not sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from geo.stewardship.findings import KINDS

Answer = dict[str, Any]

MOST_MOVES = 10


def text_of(what: str, answer: Answer) -> str:
    """The text of one command's answer."""
    return "\n".join(safe(line) for line in _WRITERS[what](answer))


def safe(line: str) -> str:
    """`line` with whatever could steer a terminal shown as an escape."""
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)


def _span(answer: Answer) -> str:
    if answer["valid_to"]:
        return f"{answer['valid_from']} to {answer['valid_to']}"
    return f"from {answer['valid_from']}"


def _list(answer: Answer) -> Iterable[str]:
    for layer in answer["layers"]:
        yield f"{layer['layer']}  {layer['title']}"
        for generation in layer["generations"]:
            mark = "*" if generation["generation"] == layer["in_force"] else " "
            name, count = generation["generation"], generation["areas"] if not generation["problem"] else "?"
            yield (
                f"  {mark} {name:<13} {_span(generation):<24} {count:>4} areas  "
                f"{generation['status']:<12}  {generation['state']}"
            )
            if generation["problem"]:
                yield f"    {generation['problem']}"
            if generation["state"] == "import cut short":
                yield "    Its import did not finish; no answer uses it. Import it again, it takes its place."
    yield ""
    yield f"* in force on {answer['on']}"


def _show(answer: Answer) -> Iterable[str]:
    yield f"{answer['title']} ({answer['layer']}), generation {answer['generation']}"
    yield f"  In force   {_span(answer)}, {answer['state']}"
    yield f"  Status     {answer['status']}"
    yield f"  Owner      {answer['owner']}"
    yield f"  Source     {answer['source']}"
    yield f"  Postcodes  {answer['postcodes']:,} in {answer['areas']} areas"
    if answer["postcodes_in_no_area"]:
        yield f"             {answer['postcodes_in_no_area']:,} in no area"
    yield ""
    width = max((len(area["code"]) for area in answer["area_list"]), default=0)
    for area in answer["area_list"]:
        yield f"  {area['code']:<{width}}  {area['postcodes']:>6,}  {area['name']}"
        members = area["members"]
        if members:
            more = f" and {len(members) - 12} more" if len(members) > 12 else ""
            yield f"  {'':<{width}}          {', '.join(members[:12])}{more}"


def _findings(found: Answer) -> Iterable[str]:
    if not found["total"]:
        yield "No findings."
        return
    yield f"{found['total']:,} findings:"
    for kind, count in found["counts"].items():
        yield f"  {count:>6,}  {KINDS[kind]}"
    shown = found["shown"]
    if shown:
        yield ""
    for finding in shown:
        place = f"{finding['at']}: " if finding["at"] else ""
        yield f"  {place}{finding['what']} {finding['do']}"
    if len(shown) < found["total"]:
        yield f"  … and {found['total'] - len(shown):,} more (--at-most shows them)."


def _check(answer: Answer) -> Iterable[str]:
    name = f"{answer['layer']} {answer['generation']}" if answer["layer"] else answer["file"]
    yield (
        f"{name}: {answer['areas']} areas by {answer['members']}, "
        f"{answer['postcodes_in_an_area']:,} of {answer['postcodes']:,} postcodes."
    )
    yield from _findings(answer["findings"])


def _import(answer: Answer) -> Iterable[str]:
    done = "Imported" if answer["committed"] else "Would import"
    yield (
        f"{done} {answer['file']} as {answer['layer']} {answer['generation']} (inactive): "
        f"{answer['areas']} areas by {answer['members']}, {answer['postcodes']:,} postcodes."
    )
    if answer["new_layer"]:
        yield f"  Mind: {answer['new_layer']}"
    yield f"  Title   {answer['title']}"
    yield f"  Valid   {_span(answer)}"
    yield f"  Status  {answer['status']}"
    yield f"  Owner   {answer['owner']}"
    yield f"  Source  {answer['source']}"
    yield ""
    yield from _difference(answer["difference"])
    yield ""
    yield from _findings(answer["findings"])
    yield ""
    if answer["committed"]:
        yield f"To let it answer: earlyhelp area activate {answer['layer']} {answer['generation']}"
        yield f"To undo: {answer['undo']}"
    else:
        yield _dry(" --new-layer" if answer["new_layer"] else "")


def _dry(more: str = "") -> str:
    return f'Nothing was changed. To do it add: --commit{more} --reason "…" --by "data steward"'


def _difference(change: Answer) -> Iterable[str]:
    if change["against"] is None:
        yield f"No drawing is in force on that day: all {len(change['added'])} areas are new."
        return
    yield f"Against {change['against']}, in force on that day:"
    for area in change["added"]:
        yield f"  + {area['code']} {area['name']}"
    for area in change["removed"]:
        yield f"  - {area['code']} {area['name']}"
    for area in change["renamed"]:
        yield f"  ~ {area['code']} {area['before']} becomes {area['after']}"
    yield f"  {change['postcodes_moved']:,} postcodes change their area."
    for move in change["moves"][:MOST_MOVES]:
        yield f"    {move['postcodes']:>6,}  {move['before'] or 'no area'} to {move['after'] or 'no area'}"
    if len(change["moves"]) > MOST_MOVES:
        yield f"    … and {len(change['moves']) - MOST_MOVES} more pairs of areas (--json has all)."


def _change(answer: Answer) -> Iterable[str]:
    verb = {"activate": ("Activated", "Would activate"), "retire": ("Retired", "Would retire")}
    yield f"{verb[answer['action']][not answer['committed']]} {answer['layer']} {answer['generation']}."
    for word, title in (("before", "Before"), ("after", "After")):
        spans = [f"{span['generation']} ({_span(span)})" for span in answer[word]]
        yield f"  {title:<7} {'; '.join(spans) or 'no generation answers'}"
    for warning in answer["warnings"]:
        yield f"  Mind: {warning}"
    if "findings" in answer:
        yield from _findings(answer["findings"])
    if answer["committed"]:
        yield f"Gazetteer: {answer['gazetteer']}"
        yield "Now see that every area has somebody to call: earlyhelp routing check"
        yield f"To undo: {answer['undo']}"
    elif "refused" not in answer:
        yield _dry()


def _history(answer: Answer) -> Iterable[str]:
    if not answer["entries"]:
        yield "Nothing was imported, activated or retired yet."
    for entry in answer["entries"]:
        dates = f"{entry.get('from') or '…'} to {entry.get('to') or '…'}"
        name = f"{entry['layer']} {entry['generation']}"
        yield (
            f"{entry['seq']:>4}  {entry['at']}  {entry['action']:<8}  {name}  "
            f"({dates})  {entry['by']}: {entry['reason']}"
        )
        if entry.get("accepted_findings"):
            accepted = ", ".join(f"{KINDS.get(k, k)} ({n})" for k, n in entry["accepted_findings"].items())
            yield f"      with findings accepted: {accepted}"


_WRITERS: dict[str, Callable[[Answer], Iterable[str]]] = {
    "list": _list,
    "show": _show,
    "check": _check,
    "import": _import,
    "activate": _change,
    "retire": _change,
    "history": _history,
}
