"""What of a record may leave the house, and the form that the Open Referral UK standard gives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from directory.listings.identity import made
from directory.listings.needs import Needs, term_id
from directory.store.standard import ENTITIES, Content

Terms = Callable[[str], Content | None]
# The records that a read of the directory nests in others, beside the parts that the model names.
_NESTED: dict[str, dict[str, str]] = {
    "service": {"organization": "organization"},
    "service_at_location": {"location": "location", "service": "service"},
    "organization": {"services": "service", "locations": "location"},
}


def public(entity: str, content: Mapping[str, Any], professional: bool = False) -> Content:
    """The content without private members; contacts and phones for professionals only for those.

    Records nested in it (a service's organisation, a place) are treated in the same way.
    """
    described = ENTITIES[entity]
    private = {field.name for field in described.fields if field.private}
    inner = {part.name: part.entity for part in described.parts} | _NESTED.get(entity, {})
    shown: Content = {}
    for name, value in content.items():
        if name in private and not professional:
            continue
        if name in inner:
            if isinstance(value, list):
                held = [
                    public(inner[name], one, professional)
                    for one in value
                    if isinstance(one, Mapping) and (professional or one.get("audience") != "professional")
                ]
                if held:
                    shown[name] = held
            elif isinstance(value, Mapping):
                shown[name] = public(inner[name], value, professional)
        else:
            shown[name] = value
    return shown


def oruk(
    entity: str, content: Mapping[str, Any], needs: Needs | None = None, terms: Terms | None = None
) -> Content:
    """The content as the standard writes it: nothing null or empty, attributes with their term inside them.

    A service's needs (with the DfE terms they fall under), levels of need and referral route are given as
    attributes too, so that any client of the standard can filter by them; our own members stay beside
    them. `terms` finds other taxonomy terms by id, with `taxonomy` and `taxonomy_id` where it can. An
    attribute whose term is not found is left out, for the standard has no such thing.
    """
    described = ENTITIES[entity]
    inner = {part.name: part.entity for part in described.parts} | _NESTED.get(entity, {})
    shown: Content = {}
    for name, value in content.items():
        if value is None or value in ("", [], {}):
            continue
        if name == "attributes":
            continue
        if name in inner and isinstance(value, list):
            shown[name] = [oruk(inner[name], one, needs, terms) for one in value if isinstance(one, Mapping)]
        elif name in inner and isinstance(value, Mapping):
            shown[name] = oruk(inner[name], value, needs, terms)
        else:
            shown[name] = value
    attributes = _attributes(entity, content, needs, terms)
    if attributes:
        shown["attributes"] = attributes
    return shown


def _attributes(
    entity: str, content: Mapping[str, Any], needs: Needs | None, terms: Terms | None
) -> list[Content]:
    found: list[Content] = []
    for one in content.get("attributes") or ():
        number = one.get("taxonomy_term_id")
        term = _term(str(number), needs, terms)
        if term is not None:
            found.append({**{name: value for name, value in one.items() if value}, "taxonomy_term": term})
    if entity == "service" and needs is not None:
        owner = str(content.get("id", ""))
        said = {one["taxonomy_term_id"] for one in found}
        for number in _own_terms(content, needs):
            term = _term(number, needs, terms)
            if term is not None and number not in said:
                said.add(number)
                found.append(
                    {
                        "id": made("attribute", owner, number),
                        "taxonomy_term_id": number,
                        "taxonomy_term": term,
                    }
                )
    return found


def _own_terms(content: Mapping[str, Any], needs: Needs) -> list[str]:
    codes = [str(one) for one in content.get("needs") or ()]
    found = [term_id("need", one) for one in codes]
    found += [term_id("level", str(one)) for one in content.get("levels_of_need") or ()]
    if content.get("referral_route"):
        found.append(term_id("route", str(content["referral_route"])))
    found += [term_id("dfe", term.code) for one in codes for term in needs.dfe_of(one)]
    return list(dict.fromkeys(found))


def _term(number: str, needs: Needs | None, terms: Terms | None) -> Content | None:
    known = needs.term(number) if needs is not None else None
    if known is not None and needs is not None:
        return needs.term_content(known[0], known[1].code)
    return terms(number) if terms is not None else None
