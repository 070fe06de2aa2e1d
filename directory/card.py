"""The answer as a card to read in a terminal."""

from __future__ import annotations

from typing import Any

import click

Facts = dict[str, Any]


def _heading(text: str) -> str:
    return click.style(text, bold=True)


def _contact(contact: Facts, indent: str = "  ") -> list[str]:
    reach = "  ".join(filter(None, (contact.get("telephone"), contact.get("email"))))
    colour = "green" if contact.get("open") else "yellow"
    state = click.style(contact.get("state_words") or "", fg=colour)
    sample = click.style("  (sample listing)", dim=True) if contact.get("sample") else ""
    lines = [f"{indent}{click.style(reach, bold=True)}  {contact['role']}, {state}{sample}"]
    if contact.get("purpose"):
        lines.append(f"{indent}    for {contact['purpose']}")
    return lines


def card(answer: Facts) -> str:
    """A readable card for an answer of any status, wide enough for 100 columns."""
    call = answer["call"]
    lines: list[str] = []
    place = answer.get("postcode") or answer.get("sector") or answer.get("outcode")
    whom = ["", _heading("In danger now"), *_contact(call["danger"])]
    if call["now"]:
        whom += ["", _heading(f"Worried about a child in {call['authority']['name']}: call now")]
        whom += _contact(call["now"])
    if "areas" in answer:
        lines += _found(answer, whom)
    else:
        lines.append(_heading(place) if place else _heading("Not a postcode"))
        lines.append(answer["message"])
        lines += _candidates(answer)
    for suggestion in answer.get("suggestions", []):
        lines.append(f"  Did you mean {click.style(suggestion, bold=True)}?")
    if "areas" not in answer:
        lines += whom
    lines += [
        "",
        click.style(
            f"{answer['versions']['postcodes']}, release {answer['versions']['gazetteer']}", dim=True
        ),
    ]
    return "\n".join(lines)


def _found(answer: Facts, whom: list[str]) -> list[str]:
    areas, layers = answer["areas"], answer["layers"]
    district = areas.get("district")
    where = f", {district['name']} district" if district else ""
    lines = [_heading(f"{answer['postcode']}{where}")]
    currency = [f"This postcode {answer['currency']}."] if answer["currency"] else []
    lines += [click.style(f"  ! {caution}", fg="yellow") for caution in answer["cautions"] + currency]
    lines += [*whom, ""]
    for layer, area in areas.items():
        if layer in layers and area is not None:
            facts = layers[layer]
            old = "" if area["in_force"] else f"  (not in force on {answer['on']})"
            name = area["name"] if area["name"] != area["code"] else ""
            lines.append(f"  {facts['title']:<32}{name:<36}{area['code']}{old}")
            for near in area["near"]:
                if layer != "lsoa_2021":
                    lines.append(
                        click.style(f"  {'':<32}{near['name']} begins {near['metres']} m away", fg="yellow")
                    )
        elif area is None:
            lines.append(f"  {_title(layer):<32}none on {answer['on']}")
    for team in answer["teams"]:
        mark = "  (illustrative)" if team["status"] == "illustrative" else ""
        lines += ["", _heading(f"{team['title']}: {team['name']}{mark}")]
        for contact in team["contacts"]:
            lines += _contact(contact)
        if not team["contacts"]:
            lines.append("  no contact is listed")
    return lines


def _candidates(answer: Facts) -> list[str]:
    lines: list[str] = []
    groups = answer.get("candidates") or {"district": answer.get("districts", [])}
    for layer, shares in groups.items():
        for share in shares:
            lines.append(_share(_title(layer), share))
    for share in answer.get("other_authorities", []):
        lines.append(_share("Another authority", share))
    return lines


def _share(what: str, share: Facts) -> str:
    part = f"{share['share']:.0%}" if share["share"] >= 0.01 else "under 1%"
    return f"  {what:<20}{share['name']:<36}{part:>8} of its postcodes"


def _title(layer: str) -> str:
    """A layer's identifier in words: `childrens_centre` as `Childrens centre`."""
    return layer.replace("_", " ").capitalize()
