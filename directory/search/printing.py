"""A search's answer for a terminal."""

from __future__ import annotations

from typing import Any

Facts = dict[str, Any]


def printed(answer: Facts) -> str:
    """The whole answer as lines of text."""
    lines = _understood(answer["understood"])
    total, results = answer["total"], answer["results"]
    if total:
        first = (answer["page"] - 1) * answer["per_page"] + 1
        span = f" {first} to {first + len(results) - 1}:" if total > len(results) and results else ""
        lines.append(f"{total} service{'s' if total != 1 else ''}.{span}")
    for result in results:
        lines += ["", *_result(result)]
    if answer["elsewhere"]:
        lines += ["", f"{answer['elsewhere']['words']}: give --elsewhere to see them."]
    if answer["nothing"] is not None:
        lines += _nothing(answer["nothing"])
    return "\n".join(lines)


def _understood(told: Facts) -> list[str]:
    lines = []
    for one in told["corrected"]:
        lines.append(f"Searched for “{one['read_as']}”: no listing has “{one['typed']}”.")
    if told["missing"]:
        lines.append(f"No listing says: {', '.join(told['missing'])}.")
    for one in told["readings"]:
        others = f" It could also be: {', '.join(one['could_also_be'])}." if one["could_also_be"] else ""
        lines.append(f"“{one['typed']}” was read as {one['read_as']}.{others}")
    place = told["postcode"]
    if place is not None and place["district"]:
        lines.append(f"The home is in {place['district']} district.")
    elif place is not None and place["status"] != "ok":
        lines.append(f"The postcode is {place['status'].replace('_', ' ')}: not every area of it is known.")
    return lines


def _result(result: Facts) -> list[str]:
    sample = " [sample listing]" if result["sample"] else ""
    lines = [f"{result['name']}, {result['organization']['name']}{sample}"]
    lines += [f"  {reason}" for reason in result["why"]]
    about = [result["open"]["words"], result["cost"]["words"], result["capacity"]["words"]]
    lines.append("  " + ". ".join(word for word in about if word))
    near = next((place for place in result["places"] if place["metres"] is not None), None)
    if near is not None:
        lines.append(f"  {near['name']}, {near['metres'] / 1000:.1f} km away")
    contact = result["contact"]
    if contact is not None:
        lines.append("  " + ", ".join(str(contact[k]) for k in ("telephone", "email") if contact[k]))
    lines.append(f"  {result['referral_words']}. Id {result['id']}")
    return lines


def _nothing(advice: Facts) -> list[str]:
    lines = ["Nothing was found.", *(f"  {one}" for one in advice["tried"])]
    if advice["nearest"]:
        lines += ["", "Nearest:"]
        for result in advice["nearest"]:
            lines += ["", *_result(result)]
    call = advice["call"]
    if call is not None:
        lines += ["", f"Or call: {call['role']}, {call['telephone']} ({call['words']})"]
    return lines
