"""Whether a layer is a partition of the city: every home in one area, every member real, areas in one piece.

Only looks; decides from the drawing and the city's postcodes. Polygons have a module of their own.
"""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from geo.layers import Member
from geo.postcode import kind, normalise, suggestions
from geo.stewardship.assignment import (
    NONE,
    Areas,
    Assignment,
    CityTable,
    assign,
    assign_members,
    place_key,
    written_place,
)
from geo.stewardship.findings import Drawing, Finding, ordered

# Two wards touch when at least this many postcodes of one lie within 100 m of the other: fewer can be a
# corner that the two share.
WARD_TOUCHES = 3
# Where this many postcodes share a point it is a sorting office, not a place where they are.
PARKED = 20
# A piece of an area counts from this many postcodes. A listed postcode that stands alone is most often
# a slip; sectors have stray ends by nature.
LEAST_PIECE = {"postcode": 1, "sector": 20}

Authority = Callable[[list[str]], Mapping[str, str]]


def check(
    drawing: Drawing, table: CityTable, names: Mapping[str, Mapping[str, str]], authority_of: Authority
) -> tuple[list[Finding], Assignment]:
    """Everything to mend in a drawing, in the order of `findings.KINDS`, and the assignment it makes.

    `names` gives the reference names of codes by layer; `authority_of` names the local authority of
    canonical postcodes outside the city (unknown postcodes are left out of its answer).
    """
    generation = drawing.generation
    found = list(drawing.faults)
    if generation.members == "polygon":
        from geo.stewardship.check_polygons import assign_shapes, polygon_findings

        assigned = assign_shapes(drawing.shapes, table)
        found += polygon_findings(drawing.shapes, assigned, table)
    elif generation.members == "reference":
        assigned = assign(generation, table, names.get(generation.layer))
        found += _unnamed(assigned, names.get(generation.layer, {}))
    else:
        assigned = assign_members(generation.members, drawing.rows, table)
        found += _repeated(generation.members, drawing.rows, table, names)
        found += _names(drawing.rows)
        if generation.members == "ward_2004":
            found += _unknown_wards(drawing.rows, names["ward_2004"])
            found += _ward_pieces(drawing.rows, assigned, table, names["ward_2004"])
        else:
            found += _unknown_places(drawing.rows, table, authority_of)
            found += _point_pieces(assigned, table, LEAST_PIECE[generation.members])
    found += gaps(generation.members, assigned.index, table, names["ward_2004"])
    found += _empty(drawing, assigned)
    return ordered(found), assigned


def gaps(members: str, index: Areas, table: CityTable, wards: Mapping[str, str]) -> list[Finding]:
    """The city's postcodes in no area: by ward where the layer is made of wards, else by sector."""
    whole: Counter[str] = Counter()
    missing: defaultdict[str, list[str]] = defaultdict(list)
    by_ward = members == "ward_2004"
    for row, postcode in enumerate(table.postcodes):
        group = table.reference["ward_2004"][row] if by_ward else sector(postcode)
        whole[group] += 1
        if index[row] == NONE:
            missing[group].append(postcode)
    found = []
    for group in sorted(missing):
        lost = missing[group]
        if by_ward:
            what = f"the ward {group} {wards.get(group, '')} is in no area ({len(lost)} postcodes)."
            do = "Add a row for it."
        else:
            which = "all" if len(lost) == whole[group] else f"{len(lost)} of its {whole[group]}"
            shown = ", ".join(lost[:3]) + (" and more" if len(lost) > 3 else "")
            what = f"sector {group}: {which} postcodes are in no area ({shown})."
            do = (
                "Put the sector or these postcodes in an area." if members != "polygon" else "Extend an area."
            )
        found.append(Finding("gap", "", group, what, do, len(lost)))
    return found


def sector(postcode: str) -> str:
    """The sector of a postcode, as it is written: `B15 2`."""
    plain = postcode.replace(" ", "")
    return f"{plain[:-3]} {plain[-3]}"


def _key(members: str, row: Member) -> str:
    return row.member if members == "ward_2004" else place_key(row.member) or row.member


def _written(members: str, row: Member, wards: Mapping[str, str]) -> str:
    if members == "ward_2004":
        return f"{row.member} {wards[row.member]}" if row.member in wards else row.member
    key = place_key(row.member)
    return written_place(key) if key else row.member


def _repeated(
    members: str, rows: Sequence[Member], table: CityTable, names: Mapping[str, Mapping[str, str]]
) -> list[Finding]:
    """Members given to two areas, and rows that say the same twice."""
    wards = names["ward_2004"] if members == "ward_2004" else {}
    counts: Counter[str] = Counter()
    if members == "ward_2004":
        counts.update(table.reference["ward_2004"])
    else:
        for postcode in table.postcodes:
            plain = postcode.replace(" ", "")
            counts[plain] += 1
            counts[plain[:-2]] += 1
    first: dict[tuple[str, str], Member] = {}
    holder: dict[str, Member] = {}
    found = []
    for row in rows:
        key = _key(members, row)
        earlier = first.setdefault((key, row.code), row)
        written = _written(members, row, wards)
        if earlier is not row:
            what = f"{written} is given to {row.code} again (first on line {earlier.line})."
            found.append(
                Finding("duplicate", f"line {row.line}", row.member, what, "Delete one of the two rows.")
            )
            continue
        other = holder.setdefault(key, row)
        if other is not row:
            what = f"{written} is in {row.code} and, on line {other.line}, in {other.code}."
            do = "Leave it in one of them."
            found.append(Finding("overlap", f"line {row.line}", row.member, what, do, counts[key]))
    return found


def _names(rows: Sequence[Member]) -> list[Finding]:
    first: dict[str, Member] = {}
    told: set[tuple[str, str]] = set()
    found = []
    for row in rows:
        known = first.setdefault(row.code, row)
        if row.name != known.name and (row.code, row.name) not in told:
            told.add((row.code, row.name))
            what = f"{row.code} is named {row.name!r} here but {known.name!r} on line {known.line}."
            do = "Give the area one name, or the other area its own code."
            found.append(Finding("two_names", f"line {row.line}", row.code, what, do))
    return found


def _unknown_wards(rows: Sequence[Member], wards: Mapping[str, str]) -> list[Finding]:
    found = []
    for row in rows:
        if row.member in wards:
            continue
        close = difflib.get_close_matches(row.member.upper(), wards, n=1, cutoff=0.7)
        if not close:
            by_name = {name.lower(): code for code, name in wards.items()}
            close = [by_name[n] for n in difflib.get_close_matches(row.member.lower(), by_name, n=1)]
        hint = f"Perhaps {close[0]} {wards[close[0]]}?" if close else "Use the 40 wards of 2004 to 2018."
        what = f"{row.member!r} is not one of the 40 wards of 2004."
        found.append(Finding("unknown", f"line {row.line}", row.member, what, hint))
    return found


def _unknown_places(rows: Sequence[Member], table: CityTable, authority_of: Authority) -> list[Finding]:
    city = {postcode.replace(" ", "") for postcode in table.postcodes}
    sectors = {plain[:-2] for plain in city}
    known = city | sectors
    strange = [row for row in rows if (key := place_key(row.member)) is None or key not in known]
    listed = {place_key(row.member) for row in rows}
    authorities = authority_of([key for row in strange if (key := place_key(row.member)) is not None])
    found = []
    for row in strange:
        at, key = f"line {row.line}", place_key(row.member)
        if key is None:
            what = f"{row.member!r} is neither a postcode nor a sector such as B15 2."
            if kind(row.member.strip().upper()) == "outcode":
                what = (
                    f"{row.member!r} is an outcode, which lies in several areas; write sectors such as B15 2."
                )
            likely = suggestions(normalise(row.member), (city - listed).__contains__, 3)
            found.append(Finding("unknown", at, row.member, what, _perhaps(likely)))
        elif key in authorities:
            what = f"{written_place(key)} lies outside Birmingham, in {authorities[key]}."
            found.append(Finding("outside", at, row.member, what, "Delete the row."))
        else:
            if kind(key) == "full":
                likely = suggestions(key, (city - listed).__contains__, 3)
            else:
                likely = _likely_sectors(key, sectors - listed)
            what = f"{written_place(key)} is in no list of postcodes."
            found.append(Finding("unknown", at, row.member, what, _perhaps(likely)))
    return found


def _likely_sectors(key: str, free: set[str]) -> list[str]:
    """Of the sectors that no row has yet, those of the same outcode, else those spelt most like it."""
    same = sorted(other for other in free if other[:-1] == key[:-1])
    if same:
        return [written_place(other) for other in same[:3]]
    written = sorted(map(written_place, free))
    return difflib.get_close_matches(written_place(key), written, n=2, cutoff=0.75)


def _perhaps(likely: Sequence[str]) -> str:
    return f"Perhaps {' or '.join(likely)}?" if likely else "Correct it or delete the row."


def _unnamed(assigned: Assignment, names: Mapping[str, str]) -> list[Finding]:
    return [
        Finding(
            "unknown", "", area.code, f"{area.code} has no name.", "Add it to data/reference/areas.csv.",
            int((assigned.index == place).sum()),
        )
        for place, area in enumerate(assigned.areas)
        if names and area.code not in names
    ]  # fmt: skip


def _empty(drawing: Drawing, assigned: Assignment) -> list[Finding]:
    held = set(np.unique(assigned.index).tolist())
    at: dict[str, str] = {}
    for row in drawing.rows:
        at.setdefault(row.code, f"line {row.line}")
    for shape in drawing.shapes:
        at.setdefault(shape.code, f"feature {shape.feature}")
    do = (
        "Leave it out (import --city-only does so)."
        if drawing.shapes
        else "Give it members, or leave it out."
    )
    return [
        Finding("empty", at.get(a.code, ""), a.code, f"{a.code} {a.name} holds no postcode of the city.", do)
        for place, a in enumerate(assigned.areas)
        if place not in held
    ]


def components(nodes: set[str], touching: Mapping[str, set[str]]) -> list[list[str]]:
    """`nodes` in groups that hang together, largest first, each sorted."""
    left, groups = set(nodes), []
    while left:
        queue = [min(left)]
        group = set(queue)
        while queue:
            fresh = (touching.get(queue.pop(), set()) & left) - group
            group |= fresh
            queue += fresh
        groups.append(sorted(group))
        left -= group
    return sorted(groups, key=lambda g: (-len(g), g))


def touching_wards(table: CityTable) -> dict[str, set[str]]:
    """Which wards of 2004 touch, from the postcodes that lie within 100 m of another ward."""
    counts: Counter[tuple[str, str]] = Counter()
    for ward, near in zip(table.reference["ward_2004"], table.reference["ward_2004_near"], strict=True):
        for part in near.split(";") if near else ():
            other = part.partition(":")[0]
            counts[min(ward, other), max(ward, other)] += 1
    touching: defaultdict[str, set[str]] = defaultdict(set)
    for (one, other), count in counts.items():
        if count >= WARD_TOUCHES:
            touching[one].add(other)
            touching[other].add(one)
    return touching


def _ward_pieces(
    rows: Sequence[Member], assigned: Assignment, table: CityTable, wards: Mapping[str, str]
) -> list[Finding]:
    touching = touching_wards(table)
    by_area: defaultdict[str, set[str]] = defaultdict(set)
    line: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.member in wards:
            by_area[row.code].add(row.member)
            line.setdefault((row.code, row.member), row.line)
    found = []
    for area in assigned.areas:
        groups = components(by_area[area.code], touching)
        for group in groups[1:]:
            listed = ", ".join(wards[code] for code in group)
            what = f"{area.code} {area.name} is in {len(groups)} pieces: {listed} stands apart."
            do = "Move it to a neighbouring area, or add the ward between."
            first = min(line[area.code, code] for code in group)
            found.append(Finding("pieces", f"line {first}", area.code, what, do))
    return found


def _point_pieces(assigned: Assignment, table: CityTable, least: int) -> list[Finding]:
    """Pieces of areas made of postcodes: points hang together where their Voronoi cells meet."""
    from geo.stewardship.contiguity import point_pieces

    found = []
    for place, groups in point_pieces(assigned.index, table.easting, table.northing, PARKED).items():
        area = assigned.areas[place]
        apart = [group for group in groups[1:] if len(group) >= least]
        if not apart:
            continue
        small = [table.postcodes[row] for group in apart for row in group]
        shown = ", ".join(small[:3]) + (" and more" if len(small) > 3 else "")
        what = f"{area.code} {area.name} is in {len(apart) + 1} pieces; {len(small)} postcodes stand apart"
        what += f" ({shown})."
        do = "Look at them on the map; move them to the area round them if they are slips."
        found.append(Finding("pieces", "", area.code, what, do, len(small)))
    return found
