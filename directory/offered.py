"""What a change of listings would take away: services that an outcome leads to, numbers of the front door.

Reads the columns of the search's newest generation, never the whole store. A service offers something where
the search would find it: it is visible, listed under the need, and serves at least a part of the district.

Invented samples stand in for services only while there are any: a change after which none is left is judged
by the real services alone, so that samples can be taken out once real listings are in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from directory.pathway.flow import Flow
from directory.routing.contacts import ContactPoint, digits
from directory.store.standard import Content
from directory.witness import Witness

if TYPE_CHECKING:
    from directory.search.generation import Generation
    from directory.search.reach import Geography
    from directory.store.records import Change
    from directory.store.store import Store

_SHOWN = 3  # services named that are taken away
_FEW = 100  # changes whose published versions are asked of the store one by one
_MATTERS = ("name", "alternate_name", "status", "needs", "service_areas", "phones")


@dataclass(frozen=True)
class Wanted:
    """Something that leads to services: an outcome or a route of a questionnaire, with its needs."""

    flow: str
    kind: str
    id: str
    title: str
    needs: frozenset[str]


def wanted_of(flows: Sequence[Flow]) -> list[Wanted]:
    """The outcomes and routes that look for services."""
    return [
        Wanted(flow.id, kind, one.id, one.title, frozenset(one.needs))
        for flow in flows
        for kind, listed in (("outcome", flow.outcomes), ("route", flow.routes))
        for one in listed
        if one.needs
    ]


def taken_away(
    store: Store,
    data: Path,
    var: Path,
    changes: Sequence[Change],
    flows: Sequence[Flow],
    contacts: Sequence[ContactPoint],
) -> list[Witness]:
    """What `changes` of published services would leave nobody to turn to for, or a wrong number at.

    Quick where nothing that is published is changed. Raises what reading the store and the search's
    generation raise.
    """
    moved = {
        one.id: one.content if one.state == "published" else None
        for one in changes
        if one.kind == "service" and one.state in ("published", "retired")
    }
    if len(moved) <= _FEW:
        before = {one: version.content for one in moved if (version := store.published(one)) is not None}
        if all(_same(content, moved[one]) for one, content in before.items()):
            return []
    if not moved:
        return []
    generation = _newest(store, data, var)
    shown = {
        one: content
        for one in moved
        if (content := generation.published.record(one)) is not None and not _same(content, moved[one])
    }
    moved = {one: content for one, content in moved.items() if one in shown or content is not None}
    if not shown:
        return []
    lost = list(_services(generation, _geography(var), shown, moved, wanted_of(flows)))
    if lost and not _any_left(generation, shown, moved):
        return [_emptied(len(shown), len(lost))]
    return [*_numbers(generation, shown, moved, contacts), *lost]


def _same(before: Content, after: Content | None) -> bool:
    """Whether nothing that a visitor is led by or rings has changed."""
    return after is not None and all(before.get(name) == after.get(name) for name in _MATTERS)


def _any_left(
    generation: Generation, shown: Mapping[str, Content], moved: Mapping[str, Content | None]
) -> bool:
    """Whether the search would find any service after a change."""
    columns = generation.columns
    after = (content for content in moved.values() if content is not None)
    return any(_searched(one) for one in after) or any(
        visible and record not in shown
        for record, visible in zip(columns.ids, columns["visible"], strict=True)
    )


def _emptied(services: int, wanted: int) -> Witness:
    """One witness in place of one for each outcome: what a person who empties a directory needs to know."""
    return Witness(
        "services",
        f"This would take away all {services:,} services that are published. {wanted:,} outcomes and routes "
        "of the questionnaire would find none in any district.",
        {"services": services, "wanted": wanted},
        "To put others in their place, import or publish those first. To begin with an empty directory, name "
        "a new database and run: EARLYHELP_DATABASE_URL=… earlyhelp build --no-sample",
    )


def _newest(store: Store, data: Path, var: Path) -> Generation:
    """The search's generation of the store's revision, made first where it is behind."""
    from directory.search.folders import GenerationDamaged, GenerationMissing
    from directory.search.generation import Generation, bring_up_to_date, open_current

    try:
        found = open_current(var)
        if found.revision == store.revision() and found.seal == store.seal(found.revision):
            return found
    except (GenerationMissing, GenerationDamaged):
        pass
    return Generation.open(bring_up_to_date(store, data, var))


def _geography(var: Path) -> Geography | None:
    """The areas of the city; None where they are not built, when the city counts as one district."""
    from directory.search.reach import Geography
    from geo.build import gazetteer_path
    from geo.gazetteer import Gazetteer, GazetteerError

    try:
        return Geography(Gazetteer.open(gazetteer_path(var), verify=False))
    except GazetteerError:
        return None


def _services(
    generation: Generation,
    geography: Geography | None,
    shown: Mapping[str, Content],
    moved: Mapping[str, Content | None],
    wanted: Sequence[Wanted],
) -> Iterator[Witness]:
    """The outcomes and routes that a change leaves without a service in a district."""
    import numpy as np

    from directory.search.reach import serving_area

    columns = generation.columns
    stays = columns["visible"].astype(bool) & ~np.isin(np.asarray(columns.ids), list(shown))
    anywhere = ~columns.any_of("area")
    districts = geography.areas("district") if geography is not None else [("", "the city")]
    serving = {
        code: (serving_area(columns, geography, ("district", code)) | anywhere)
        if geography is not None
        else np.ones(columns.count, bool)
        for code, _ in districts
    }
    lost: list[tuple[Wanted, str, str, list[str]]] = []
    for one in wanted:
        gone = [record for record, content in shown.items() if _offers(content, one.needs)]
        if not gone:
            continue
        remaining = stays & columns.having("need", one.needs)
        after = [content for content in moved.values() if content is not None and _offers(content, one.needs)]
        for code, name in districts:
            taken = [record for record in gone if _serves(shown[record], code, geography)]
            if (
                taken
                and not (remaining & serving[code]).any()
                and not any(_serves(content, code, geography) for content in after)
            ):
                lost.append((one, code, name, taken))
    if lost and _no_sample_left(generation, moved):
        lost = [
            (one, code, name, real)
            for one, code, name, taken in lost
            if (real := [record for record in taken if shown[record].get("sample") is not True])
        ]
    yield from _told(lost, shown)


def _searched(content: Content) -> bool:
    from directory.search.documents import SEARCHED_STATUSES

    return content.get("status", "active") in SEARCHED_STATUSES


def _offers(content: Content, needs: frozenset[str]) -> bool:
    return _searched(content) and not needs.isdisjoint(content.get("needs", ()))


def _serves(content: Content, district: str, geography: Geography | None) -> bool:
    """Whether a listing serves at least a part of a district; one that names no area may serve any."""
    areas = [
        (str(one["layer"]), str(one.get("code", "")))
        for one in content.get("service_areas", ())
        if "layer" in one
    ]
    return (
        geography is None
        or not areas
        or any(geography.overlaps(area, ("district", district)) for area in areas)
    )


def _no_sample_left(generation: Generation, moved: Mapping[str, Content | None]) -> bool:
    if any(content is not None and content.get("sample") is True for content in moved.values()):
        return False
    published = generation.published
    return not any(
        (published.record(one) or {}).get("sample") is True
        for one in published.ids("service")
        if one not in moved
    )


def _told(
    lost: Sequence[tuple[Wanted, str, str, list[str]]], shown: Mapping[str, Content]
) -> Iterator[Witness]:
    """One witness for each outcome or route: its needs, the districts, and the services taken away."""
    for one in dict.fromkeys(entry[0] for entry in lost):
        mine = [entry for entry in lost if entry[0] == one]
        names = list(
            dict.fromkeys(str(shown[record].get("name") or record) for *_, taken in mine for record in taken)
        )
        listed = ", ".join(names[:_SHOWN]) + (
            f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        )
        where = ", ".join(name for _, _, name, _ in mine)
        yield Witness(
            "services",
            f"The {one.kind} “{one.title}” looks for {', '.join(sorted(one.needs))}, and no published "
            f"service for that would serve {where}, now served by {listed}.",
            {
                "flow": one.flow,
                one.kind: one.id,
                "needs": sorted(one.needs),
                "districts": [{"code": code, "name": name} for _, code, name, _ in mine],
            },
            "Publish another service for it there first.",
        )


def _numbers(
    generation: Generation,
    shown: Mapping[str, Content],
    moved: Mapping[str, Content | None],
    contacts: Sequence[ContactPoint],
) -> Iterator[Witness]:
    """Listings of front-door lines that would be withdrawn or give another number than the contact files."""
    for record, before in shown.items():
        for contact in contacts:
            number = digits(contact.telephone)
            if contact.sample or number not in _dialled(before) or not _is(before, contact):
                continue
            after = moved[record]
            if after is not None and number in _dialled(after):
                continue
            if _listed_elsewhere(generation, moved, contact):
                continue
            name = before.get("name") or record
            done = "would be withdrawn" if after is None else "would no longer give that number"
            yield Witness(
                "number",
                f"“{name}” is the listing of {contact.team} ({contact.role}), for which {contact.file} gives "
                f"{contact.telephone}, and {done}.",
                {"id": record, "team": contact.team, "telephone": contact.telephone},
                f"Change {contact.file} first and run: earlyhelp routing compile",
            )


def _listed_elsewhere(
    generation: Generation, moved: Mapping[str, Content | None], contact: ContactPoint
) -> bool:
    """Whether another listing of the same line will be published with its number, as after a merger."""
    columns = generation.columns
    others = [one for one in moved.values() if one is not None]
    others += [
        content
        for record, name in zip(columns.ids, columns.names, strict=True)
        if record not in moved and _is({"name": name}, contact)
        if (content := generation.published.record(record)) is not None
    ]
    return any(_is(content, contact) and digits(contact.telephone) in _dialled(content) for content in others)


def _dialled(content: Content) -> set[str]:
    return {digits(str(one.get("number", ""))) for one in content.get("phones", ())}


def _is(content: Content, contact: ContactPoint) -> bool:
    """Whether a listing is that of a line: its name has the line's code or shares most words of its role."""
    said = _words(f"{content.get('name', '')} {content.get('alternate_name', '')}")
    role = _words(contact.role)
    return contact.team.casefold() in said or 2 * len(said & role) > len(role)


def _words(text: str) -> set[str]:
    plain = "".join(letter if letter.isalnum() else " " for letter in text.casefold())
    return set(plain.split()) - {"and", "for", "of", "the"}
