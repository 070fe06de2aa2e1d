"""`earlyhelp area` and `earlyhelp routing` with the gate before what they publish.

The commands stand in their own folders, which know nothing of one another; here they are given what they ask
before they change anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from directory.routing.commands import routing as _routing
from geo.stewardship.commands import area as _area

if TYPE_CHECKING:
    from directory.routing.contacts import ContactPoint
    from directory.routing.route import Routing
    from geo.layers import Generation
    from geo.stewardship.desk import Desk


def closed_by_areas(desk: Desk, changed: Generation) -> list[str]:
    """What a generation, as it would be after its change, would close. Raises `LayerError`."""
    if changed.kind != "team":
        return []
    from directory.gate import Layers, closed_by, drawn
    from directory.routing.contacts import ContactsError
    from geo.layers import active_generations
    from geo.stewardship import keeping

    now = active_generations(desk.data, desk.var)
    later = now | {changed.layer: keeping.after(desk.data, desk.var, changed)}
    days = [one.valid_from for one in later[changed.layer]]
    days += [one.valid_to + dt.timedelta(days=1) for one in later[changed.layer] if one.valid_to]
    layers = Layers(drawn(desk.city, now), drawn(desk.city, later), days)
    try:
        return [one.sentence for one in closed_by(desk.data, desk.var, layers=layers, today=desk.today)]
    except ContactsError as error:
        return [f"The contact files cannot be read, so nobody can say who would answer. {error}"]


class ContactsGate:
    """What `earlyhelp routing` asks: whether contacts may be compiled, and what to answer from."""

    def closed_by(self, data: Path, var: Path, contacts: Sequence[ContactPoint]) -> list[str]:
        """What the contacts would close if they were compiled."""
        from directory.contacts_in_use import closed_by_contacts

        return [one.sentence for one in closed_by_contacts(data, var, contacts)]

    def compiled(self, var: Path) -> None:
        """Contacts that pass have been compiled."""
        from directory.contacts_in_use import forget

        forget(var)

    def open(self, data: Path, var: Path) -> tuple[Routing, str | None]:
        """What to answer from, and why that is not the files on the disk."""
        from directory.contacts_in_use import contacts_in_use

        used = contacts_in_use(data, var)
        return used.routing, used.problem


area = click.Group(
    "area", commands=_area.commands, help=_area.help, context_settings={"obj": closed_by_areas}
)
routing = click.Group(
    "routing", commands=_routing.commands, help=_routing.help, context_settings={"obj": ContactsGate()}
)
