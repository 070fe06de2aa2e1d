"""The changes that a steward asks for, worked out from what the store holds; nothing is written here."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from directory.desk.live import ONLY_TOLD, broken_by
from directory.desk.outcome import Fault, Planned
from directory.desk.session import Desk, DeskRefused
from directory.listings.checking import check
from directory.listings.due import after
from directory.listings.known import load_known
from directory.listings.orphans import places_of
from directory.store.records import Change, State
from directory.store.standard import ENTITIES, Content

if TYPE_CHECKING:
    from directory.store.records import Version

PERIOD = "6m"  # until a confirmed listing is looked at again, unless said otherwise


def moved(version: Version, state: State, content: Content | None = None) -> Planned:
    """A record in another state, or with another content, on top of the version that was seen."""
    made = version.content if content is None else content
    return Planned(Change(version.kind, version.id, state, made, base=version.number), version)


def published(desk: Desk, version: Version, content: Content | None = None) -> Planned:
    """The newest version published; the difference shown is from what the public sees now."""
    shown = desk.store.published(version.id)
    planned = moved(version, "published", content)
    return Planned(planned.change, planned.before, shown.content if shown else {})


def faults_of(desk: Desk, planned: Sequence[Planned], *, only_told: bool = False) -> list[Fault]:
    """What is wrong with what would be published: each record by itself, and with what it refers to.

    A fault that the published version has as well is told, and does not refuse the change. `only_told`: none
    refuses it.
    """
    going_live = [one for one in planned if one.change.state == "published"]
    if not going_live:
        return []
    known = load_known(desk.data, desk.var)
    found = []
    for one in going_live:
        shown = desk.store.published(one.change.id)
        old = (
            {(f.place, f.message, f.value) for f in check(one.change.kind, shown.content, known)}
            if shown
            else set()
        )
        for finding in check(one.change.kind, one.change.content, known):
            if finding.severity == "note":
                continue
            told = (
                only_told
                or finding.severity != "fault"
                or (finding.place, finding.message, finding.value) in old
            )
            value = f" ({finding.value})" if finding.value else ""
            where = finding.place.removeprefix("$.").removeprefix("$") or one.change.kind
            found.append(Fault(one.change.id, where, finding.message.rstrip(".") + value, finding.fix, told))
    changes = [one.change for one in planned]
    for constraint, remedy, offender in broken_by(desk.store, desk.data, desk.var, desk.today, changes):
        if not any(one.id == offender.id and offender.said.startswith(f"{one.where}:") for one in found):
            found.append(
                Fault(offender.id, constraint, offender.said, remedy, only_told or constraint in ONLY_TOLD)
            )
    return found


def confirmed(desk: Desk, version: Version, period: str, by: str) -> Planned:
    """A service found true today: assured, its next review a period away. Raises `DeskRefused`."""
    if version.kind != "service":
        raise DeskRefused(f"{version.id} is a {version.kind}: what is assured is a service.")
    if version.state == "retired":
        raise DeskRefused(f"{version.id} is retired. Publish it again first, if it is true.")
    shown = desk.store.published(version.id)
    if shown is not None and shown.number != version.number:
        raise DeskRefused(
            f"{version.id} has a {version.state} (version {version.number}) on top of what is published. "
            "Publish it, or roll back to the published one, then confirm."
        )
    try:
        review_by = after(desk.today, period)
    except ValueError as error:
        raise click.UsageError(f"--for: {error}") from None
    content = version.content | {"assured_date": desk.today.isoformat(), "review_by": review_by.isoformat()}
    if by:
        content["assurer_role"] = by
    return moved(version, version.state, content)


def users_of(desk: Desk, version: Version) -> list[Version]:
    """The newest versions of the records, not retired, that refer to a record."""
    return [
        other
        for other in desk.store.latest_all()
        if other.state != "retired" and other.id != version.id and _refers(other.content, version.id)
    ]


def _refers(content: Content, record_id: str) -> bool:
    return record_id in (
        content.get("organization_id"),
        content.get("parent_organization_id"),
    ) or record_id in places_of(content)


def retired(desk: Desk, version: Version, *, with_services: bool) -> list[Planned]:
    """A record withdrawn, as the public saw it last. Raises `DeskRefused` while others need it."""
    if version.state == "retired":
        raise DeskRefused(f"{version.id} is retired already (version {version.number}).")
    users = users_of(desk, version) if version.kind in ("organization", "location") else []
    needing = [one for one in users if one.kind == "service"]
    others = [one for one in users if one.kind != "service"]
    if others or (needing and not (with_services and version.kind == "organization")):
        named = "".join(f"\n  {one.kind} {one.id}  {one.content.get('name', '')}" for one in users[:10])
        more = f"\n  and {len(users) - 10} more" if len(users) > 10 else ""
        fix = (
            "Retire them with it by --with-services, or move them to another organisation."
            if version.kind == "organization" and not others
            else "Take it out of them first."
        )
        raise DeskRefused(f"{version.id} is used by {len(users)} records. {fix}{named}{more}")
    return [_withdrawn(desk, one) for one in (version, *needing)]


def _withdrawn(desk: Desk, version: Version) -> Planned:
    shown = desk.store.published(version.id)
    return moved(version, "retired", shown.content if shown is not None else version.content)


def merged(desk: Desk, going: Version, staying: Version, *, fill: bool) -> list[Planned]:
    """One record merged into another of its kind: retired, redirected, and what refers to it moved over.

    `fill`: the one that stays gets the members that only the other has. Raises `DeskRefused`.
    """
    if going.id == staying.id:
        raise DeskRefused(f"{going.id} cannot be merged into itself.")
    if going.kind != staying.kind:
        raise DeskRefused(
            f"{going.id} is a {going.kind}, {staying.id} a {staying.kind}: they cannot be merged."
        )
    for one in (going, staying):
        if one.state == "retired":
            raise DeskRefused(f"{one.id} is retired (version {one.number}). Roll it back first.")
    if desk.store.published(going.id) is not None and desk.store.published(staying.id) is None:
        raise DeskRefused(f"{staying.id} is not published: those who look for the other would find nothing.")
    _only_published(desk, staying)
    gone = _withdrawn(desk, going)
    change = Change(
        going.kind, going.id, "retired", gone.change.content, base=going.number, redirect_to=staying.id
    )
    planned = [Planned(change, going)]
    if fill:
        filled = filled_in(staying.kind, staying.content, going.content)
        if filled != staying.content:
            planned.append(moved(staying, staying.state, filled))
    for user in users_of(desk, going):
        if user.id == staying.id:
            raise DeskRefused(f"{staying.id} belongs to {going.id}: take it out of that first.")
        _only_published(desk, user)
        planned.append(moved(user, user.state, _pointed_anew(user.content, going.id, staying.id)))
    return planned


def _only_published(desk: Desk, version: Version) -> None:
    shown = desk.store.published(version.id)
    if shown is not None and shown.number != version.number:
        raise DeskRefused(
            f"{version.id} ({version.content.get('name', '')}) has a {version.state}, version "
            f"{version.number}, that is not published. Publish it or roll it back first."
        )


def _pointed_anew(content: Content, old: str, new: str) -> Content:
    made = copy.deepcopy(content)
    for member in ("organization_id", "parent_organization_id"):
        if made.get(member) == old:
            made[member] = new
    for place in made.get("service_at_locations", ()):
        if place.get("location_id") == old:
            place["location_id"] = new
    return made


def filled_in(entity: str, content: Content, other: Content) -> Content:
    """The content with the members that only the other has. What it has itself stays as it is."""
    described = ENTITIES[entity]
    names = [one.name for one in described.fields if one.name != "id"] + [one.name for one in described.parts]
    wanted = {name: copy.deepcopy(other[name]) for name in names if name in other and name not in content}
    return content | wanted


def rolled_back(desk: Desk, version: Version, number: int) -> Planned:
    """The content and the state of an earlier version as a new one. Raises `DeskRefused`."""
    earlier = desk.store.version(version.id, number)
    if earlier is None:
        raise DeskRefused(f"{version.id} has no version {number}; it has 1 to {version.number}.")
    if number == version.number:
        raise DeskRefused(f"Version {number} of {version.id} is the newest already.")
    change = Change(
        version.kind, version.id, earlier.state, earlier.content, base=version.number,
        redirect_to=earlier.redirect_to,
    )  # fmt: skip
    return Planned(change, version)


def undone(desk: Desk, revision: int) -> tuple[list[Planned], list[str]]:
    """A whole change set undone, and what the steward should know of it. Raises `DeskRefused`."""
    from directory.desk.revisions import histories_of, undoing

    histories = histories_of(desk.store, revision)
    if not histories:
        raise DeskRefused(f"There is no revision {revision}. earlyhelp listing log shows them.")
    planned, notes, stuck = [], [], []
    for history in histories:
        found = undoing(history, revision)
        version = found.made
        name = version.content.get("name") or version.id
        if found.since is not None:
            since = found.since
            stuck.append(
                f"\n  {version.id}  {name}: version {since.number} by the role {since.by}, {since.reason}"
            )
            continue
        planned.append(Planned(found.change, history[-1]))
        if found.note:
            notes.append(f"{name}: {found.note}")
    if stuck:
        raise DeskRefused(
            f"Revision {revision} cannot be undone as a whole: {len(stuck)} of its {len(histories)} records "
            f"were changed since. Undo those changes first, or roll back one by one.{''.join(stuck[:10])}",
            changed_since=[line.split()[0] for line in stuck],
        )
    return planned, notes


def new_content(kind: str, values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What a new record begins with: what was given, and a service is active."""
    if kind == "service":
        yield "status", "active"
    yield from ((name, value) for name, value in values.items() if value not in (None, ""))
