"""The gazetteer against the tables it was compiled from, postcode by postcode."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.compile import _index
from geo.gazetteer import NONE, Gazetteer, GazetteerDamaged, GazetteerMissing, PostcodeIndex
from geo.home import data_dir
from geo.layers import active_generations, read_members
from geo.postcode import UNIT_LETTERS
from geo.sources.reference import Reference

REFERENCE_LAYERS = ("district", "ward_2004", "ward_2018", "constituency_2024", "lsoa_2021")


def _generation(gazetteer: Gazetteer, layer: str, on: str = "2026-11-22") -> int:
    day = dt.date.fromisoformat(on)
    return next(i for i in gazetteer.in_force(day) if gazetteer.generations[i]["layer"] == layer)


def test_every_postcode_has_its_row_and_every_row_its_postcode(
    gazetteer: Gazetteer, reference: Reference
) -> None:
    assert gazetteer.city_rows == 35068
    assert list(gazetteer.city.postcodes()) == reference.postcodes
    for row, postcode in enumerate(reference.postcodes):
        assert gazetteer.city.row(postcode.replace(" ", "")) == row
        assert gazetteer.city.postcode(row) == postcode


@pytest.mark.parametrize("layer", REFERENCE_LAYERS)
def test_every_postcode_has_the_area_of_the_reference_table(
    gazetteer: Gazetteer, reference: Reference, layer: str
) -> None:
    index = _generation(gazetteer, layer)
    areas = gazetteer.generations[index]["areas"]
    assert [areas[area][0] for area in gazetteer.columns[index]] == reference.columns[layer]
    named = {code: name for code, name in areas if code in reference.names}
    assert all(reference.names[code] == name for code, name in named.items())


@pytest.mark.parametrize("layer", REFERENCE_LAYERS[:4])
def test_every_neighbour_within_50_metres_is_told_with_its_distance(
    gazetteer: Gazetteer, reference: Reference, layer: str
) -> None:
    index = _generation(gazetteer, layer)
    areas = gazetteer.generations[index]["areas"]
    for row, cell in enumerate(reference.columns[f"{layer}_near"]):
        expected = [part.split(":") for part in cell.split(";") if part]
        told = [(areas[n.area][0], n.metres) for n in gazetteer.near(row) if n.generation == index]
        # Areas of the same distance may stand in either order.
        assert sorted(told) == sorted((code, int(metres)) for code, metres in expected if int(metres) <= 50)
        assert [metres for _code, metres in told] == sorted(metres for _code, metres in told)


@pytest.mark.parametrize("layer", ["hub", "childrens_centre", "health_visiting", "family_support"])
def test_a_teams_neighbour_is_the_nearest_other_team_never_its_own_next_ward(
    gazetteer: Gazetteer, reference: Reference, tmp_path: Path, layer: str
) -> None:
    index = _generation(gazetteer, layer)
    generation = gazetteer.generations[index]
    drawn = active_generations(data_dir(), tmp_path)[layer][-1]
    team_of = {member.member: member.code for member in read_members(drawn)}
    codes = [code for code, _name in generation["areas"]]
    for row, ward in enumerate(reference.columns["ward_2004"]):
        assert codes[gazetteer.columns[index][row]] == team_of[ward]
        nearest: dict[str, int] = {}
        for part in filter(None, reference.columns["ward_2004_near"][row].split(";")):
            code, metres = part.split(":")
            team = team_of[code]
            if team != team_of[ward] and int(metres) <= 50:
                nearest[team] = min(int(metres), nearest.get(team, 51))
        told = {codes[n.area]: n.metres for n in gazetteer.near(row) if n.generation == index}
        assert told == nearest


def test_the_counts_of_teams_are_those_of_the_city(gazetteer: Gazetteer) -> None:
    counts = {
        g["layer"]: len(g["areas"])
        for g in gazetteer.generations
        if g["kind"] == "team" and not g["valid_to"]
    }
    assert counts == {"hub": 14, "childrens_centre": 16, "health_visiting": 19, "family_support": 10}
    assert all(g["status"] == "illustrative" for g in gazetteer.generations if g["kind"] == "team")


@pytest.mark.parametrize("layer", ["hub", "childrens_centre", "health_visiting"])
def test_the_team_maps_cut_across_the_districts(gazetteer: Gazetteer, layer: str) -> None:
    team, district = _generation(gazetteer, layer), _generation(gazetteer, "district")
    pairs = set(zip(gazetteer.columns[team], gazetteer.columns[district], strict=True))
    straddling = {t for t, _d in pairs if sum(1 for other, _ in pairs if other == t) > 1}
    assert len(straddling) >= 5


def test_who_was_accountable_changes_with_the_date(gazetteer: Gazetteer) -> None:
    row = gazetteer.city.row("B152TT")
    told = {}
    for day in ("2013-03-31", "2015-03-31", "2015-04-01", "2026-11-22"):
        chosen = {
            gazetteer.generations[i]["layer"]: i for i in gazetteer.in_force(dt.date.fromisoformat(day))
        }
        index = chosen.get("health_visiting")
        told[day] = (
            None if index is None else gazetteer.generations[index]["areas"][gazetteer.columns[index][row]][0]
        )
        assert "district" in chosen
    assert told == {"2013-03-31": None, "2015-03-31": "HVN08", "2015-04-01": "HV08", "2026-11-22": "HV08"}


def test_nobody_but_a_reference_layer_answers_outside_its_validity(gazetteer: Gazetteer) -> None:
    for day in (dt.date(1990, 1, 1), dt.date(2013, 3, 31)):
        kinds = {gazetteer.generations[i]["kind"] for i in gazetteer.in_force(day)}
        assert kinds == {"reference"}


@given(
    st.sets(st.tuples(st.sampled_from(["B1", "B15", "B2", "DY9", "WS1"]), st.integers(0, 3999)), min_size=1)
)
@settings(max_examples=60)
def test_the_index_finds_what_is_in_it_and_nothing_else(members: set[tuple[str, int]]) -> None:
    import numpy as np

    ordered = sorted(members)
    written = [(o, f"{s // 400}{UNIT_LETTERS[s // 20 % 20]}{UNIT_LETTERS[s % 20]}") for o, s in ordered]
    outcodes = np.array([o for o, _i in written], dtype="S4")
    names, bits, rank, order = _index(outcodes, np.array([i for _o, i in written], dtype="S3"))
    assert order.tolist() == list(range(len(ordered)))
    index = PostcodeIndex(
        names, memoryview(bits.tobytes()).cast("Q"), memoryview(rank.tobytes()).cast("I"), len(ordered)
    )
    for row, (outcode, incode) in enumerate(written):
        assert index.row(outcode + incode) == row
        assert index.postcode(row) == f"{outcode} {incode}"
    for outcode, slot in [("B1", 0), ("B15", 3999), ("WS1", 17), ("XX9", 5)]:
        incode = f"{slot // 400}{UNIT_LETTERS[slot // 20 % 20]}{UNIT_LETTERS[slot % 20]}"
        assert (index.row(outcode + incode) >= 0) == ((outcode, slot) in members)
    for outcode in ("B1", "B15", "B2", "DY9", "WS1"):
        rows = [row for row, (o, _i) in enumerate(written) if o == outcode]
        assert list(index.rows_of(outcode)) == rows
        for digit in "059":
            assert list(index.rows_of(outcode, digit)) == [r for r in rows if written[r][1][0] == digit]


@given(st.text(max_size=10))
def test_any_text_at_all_can_be_asked_of_the_index(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.city.row(text) < gazetteer.city_rows
    assert gazetteer.outside.row(text) < gazetteer.outside.rows


def test_the_nearest_postcode_to_a_postcodes_own_point_stands_there(gazetteer: Gazetteer) -> None:
    for row in random.Random(5).sample(range(gazetteer.city_rows), 400):
        found = gazetteer.nearest(gazetteer.lat[row] / 1e6, gazetteer.lon[row] / 1e6)
        assert found is not None
        postcode, metres, in_city = found
        there = gazetteer.city.row(postcode.replace(" ", ""))
        assert in_city
        assert metres == 0
        assert (gazetteer.easting[there], gazetteer.northing[there]) == (
            gazetteer.easting[row],
            gazetteer.northing[row],
        )


def test_the_nearest_postcode_is_the_one_that_a_search_of_all_of_them_finds(gazetteer: Gazetteer) -> None:
    from geo.projection import to_grid

    rng = random.Random(8)
    for _ in range(60):
        lat, lon = rng.uniform(52.40, 52.58), rng.uniform(-2.0, -1.76)
        easting, northing = (float(v) for v in to_grid(lon, lat))  # type: ignore[arg-type]
        squares = [
            (e - easting) ** 2 + (n - northing) ** 2
            for e, n in zip(gazetteer.easting, gazetteer.northing, strict=True)
        ]
        found = gazetteer.nearest(lat, lon)
        best = min(squares) ** 0.5
        if found is None:
            assert best > 498
        elif found[2]:
            assert found[1] == pytest.approx(best, abs=4)  # the projection is good to about 3 m
        else:
            assert found[1] <= best + 4


@pytest.mark.parametrize(("lat", "lon"), [(0.0, 0.0), (90.0, 180.0), (-90.0, -180.0), (51.5, -0.12)])
def test_a_point_far_from_the_city_has_no_nearest_postcode(
    gazetteer: Gazetteer, lat: float, lon: float
) -> None:
    assert gazetteer.nearest(lat, lon) is None


def test_every_area_index_names_an_area(gazetteer: Gazetteer) -> None:
    for index, generation in enumerate(gazetteer.generations):
        assert set(gazetteer.columns[index]) - {NONE} == set(range(len(generation["areas"])))


def test_a_gazetteer_that_is_missing_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(GazetteerMissing, match="earlyhelp geo build"):
        Gazetteer.open(tmp_path / "gazetteer.bin")


def test_every_cut_and_every_flipped_byte_is_noticed(built: Path, tmp_path: Path) -> None:
    whole = (built / "gazetteer.bin").read_bytes()
    path = tmp_path / "gazetteer.bin"
    rng = random.Random(3)
    cuts = [0, 1, 7, 8, 15, 16, 4096, len(whole) // 2, len(whole) - 64, len(whole) - 1]
    for length in cuts:
        path.write_bytes(whole[:length])
        with pytest.raises(GazetteerDamaged, match="earlyhelp geo build"):
            Gazetteer.open(path)
    for at in [3, 20, 500, *(rng.randrange(len(whole)) for _ in range(25))]:
        damaged = bytearray(whole)
        damaged[at] ^= 1 << rng.randrange(8)
        path.write_bytes(damaged)
        if at in _padding(whole):
            continue
        with pytest.raises(GazetteerDamaged):
            Gazetteer.open(path)


def _padding(whole: bytes) -> range:
    """The bytes between the heading and the first section, which say nothing."""
    end = 16 + int.from_bytes(whole[8:16], "little")
    return range(end, -(-end // 64) * 64)


def test_a_reader_keeps_the_old_gazetteer_while_a_new_one_is_put_in_its_place(
    built: Path, tmp_path: Path
) -> None:
    path = tmp_path / "gazetteer.bin"
    path.write_bytes((built / "gazetteer.bin").read_bytes())
    opened = Gazetteer.open(path)
    (tmp_path / "new").write_bytes(b"not a gazetteer at all")
    (tmp_path / "new").replace(path)
    assert opened.city.row("B152TT") >= 0
    with pytest.raises(GazetteerDamaged):
        Gazetteer.open(path)


def test_the_nearest_other_authority_is_that_of_the_nearest_of_all_its_postcodes(
    gazetteer: Gazetteer,
) -> None:
    import numpy as np

    from geo.sources.directory import read_package

    directory = read_package()
    city = directory.authorities.index("E08000025")
    beyond = (directory.authority >= 0) & (directory.authority != city) & (directory.easting > 0)
    easting, northing = directory.easting[beyond].astype(int), directory.northing[beyond].astype(int)
    authority = directory.authority[beyond]
    told = [row for row in range(gazetteer.city_rows) if gazetteer.near_authority(row)]
    others = random.Random(6).sample(range(gazetteer.city_rows), 150)
    for row in told + others:
        metres = np.hypot(easting - gazetteer.easting[row], northing - gazetteer.northing[row])
        found = gazetteer.near_authority(row)
        if found is None:
            assert metres.min() > 75
        else:
            assert found[1] == max(1, round(float(metres.min())))
            nearest = {directory.authorities[a] for a in authority[metres == metres.min()]}
            assert gazetteer.authorities[found[0]][0] in nearest
