"""The needs and the other lists: what ships, what a steward may add, and what each fault is told as."""

from __future__ import annotations

import csv
import shutil
import uuid
from pathlib import Path

import pytest

from directory.listings.needs import (
    COLUMNS,
    Needs,
    NeedsError,
    early_help_taxonomies,
    load_needs,
    taxonomy_id,
    term_id,
)
from directory.store.standard import LEVELS_OF_NEED, REFERRAL_ROUTES
from geo.home import data_dir


@pytest.fixture(scope="module")
def needs() -> Needs:
    return load_needs(data_dir())


def steward_file(folder: Path, *rows: str) -> Path:
    """A steward's own needs, laid out as in `var/`."""
    (folder / "search").mkdir(parents=True)
    text = "\n".join((",".join(COLUMNS), *rows)) + "\n"
    (folder / "search" / "needs.csv").write_text(text, encoding="utf-8")
    return folder


def test_about_sixty_needs_ship_each_with_words_that_people_type(needs: Needs) -> None:
    assert 60 <= len(needs.all) <= 80
    for need in needs.all:
        assert len(need.plain) >= 5, need.code
        assert need.description.endswith("."), need.code
        assert len(need.description.split()) <= 25, f"{need.code}: too long a sentence for a child of 12"


def test_every_family_support_term_of_the_department_is_covered(needs: Needs) -> None:
    covered = {number for need in needs.all for number in need.dfe}
    assert {int(term.code) for term in needs.dfe} == covered == set(range(1, 50))


def test_the_alert_list_of_early_help_has_a_need_for_each_entry(needs: Needs) -> None:
    alert = {
        "disabled": "physical_disability",
        "special educational needs": "send_advice",
        "young carer": "young_carer",
        "anti-social behaviour": "antisocial_behaviour",
        "gangs": "gangs_knives",
        "missing": "missing",
        "trafficked": "trafficking",
        "exploited sexually": "sexual_exploitation",
        "exploited for crime": "criminal_exploitation",
        "at risk of radicalisation": "radicalisation",
        "parental drink and drugs": "parent_substance_use",
        "parental mental ill health": "parent_mental_health",
        "domestic abuse": "domestic_abuse",
        "own substance use": "substance_use",
        "returned home from care": "care_leavers",
        "privately fostered": "private_fostering",
        "female genital mutilation": "fgm",
        "homeless at 16 or 17": "homeless_youth",
        "mental health crisis": "crisis",
        "unborn baby": "pregnancy",
    }
    assert {code for code in alert.values() if needs.get(code) is None} == set()


def test_a_plain_word_belongs_to_one_need_only(needs: Needs) -> None:
    seen: dict[str, str] = {}
    for need in needs.all:
        for word in need.plain:
            assert seen.setdefault(word, need.code) == need.code, word


def test_terms_keep_their_ids_for_ever(needs: Needs) -> None:
    # Written down on purpose: partners and feeds hold these ids.
    assert taxonomy_id("need") == "ccf87030-7124-5650-9014-4eaded31ee38"
    assert needs.term_id("self_harm") == "f0210892-c519-539a-8840-b9092160d416"


def test_a_term_is_found_again_by_its_id(needs: Needs) -> None:
    found = needs.by_term(needs.term_id("young_carer"))
    assert found is not None and found.name == "Young carers"
    assert needs.by_term(str(uuid.uuid4())) is None
    assert needs.by_term(term_id("level", "complex")) is None, "a level is not a need"
    level = needs.term(term_id("level", "complex"))
    assert level is not None and level[0] == "level" and level[1].name == "Complex and Significant"


def test_the_taxonomies_are_whole_and_refer_only_to_their_own_terms() -> None:
    records = early_help_taxonomies(data_dir())
    assert [record["id"] for record in records] == [
        taxonomy_id(sort) for sort in ("need", "level", "route", "dfe")
    ]
    for record in records:
        ids = [term["id"] for term in record["taxonomy_terms"]]
        assert len(ids) == len(set(ids))
        assert all(term.get("parent_id", ids[0]) in ids for term in record["taxonomy_terms"])
        assert all(term["name"] and term["description"] for term in record["taxonomy_terms"])
    assert [term["code"] for term in records[1]["taxonomy_terms"]] == list(LEVELS_OF_NEED)
    assert [term["code"] for term in records[2]["taxonomy_terms"]] == list(REFERRAL_ROUTES)
    assert len(records[3]["taxonomy_terms"]) == 49
    assert "Crown copyright" in records[3]["description"]


def test_the_inside_of_an_attribute_names_its_taxonomy(needs: Needs) -> None:
    content = needs.term_content("dfe", "37")
    assert content is not None
    assert content["name"] == "Autistic Spectrum Disorder (ASD)"
    assert content["taxonomy_id"] == taxonomy_id("dfe")
    assert content["parent_id"] == term_id("dfe", "5")
    assert needs.term_content("need", "no_such_need") is None


def test_groups_hold_every_need_once_in_the_order_of_the_file(needs: Needs) -> None:
    groups = needs.groups()
    assert 8 <= len(groups) <= 14
    assert [need.code for held in groups.values() for need in held] == [need.code for need in needs.all]


def test_the_departments_terms_of_a_need_come_with_their_names(needs: Needs) -> None:
    assert [term.name for term in needs.dfe_of("smoking")] == ["Stopping smoking"]
    assert needs.dfe_of("no_such_need") == ()


def test_a_steward_adds_a_need_and_rewords_another(tmp_path: Path) -> None:
    var = steward_file(
        tmp_path,
        "climbing,Climbing walls,boulders|Ropes,13,Activities,A child wants to climb.",
        "self_harm,Hurting yourself,cutting,27,Feelings,A young person hurts themselves.",
    )
    shipped, own = load_needs(data_dir()), load_needs(data_dir(), var)
    assert len(own.all) == len(shipped.all) + 1
    climbing = own.get("climbing")
    assert climbing is not None and climbing.plain == ("boulders", "ropes")
    reworded = own.get("self_harm")
    assert reworded is not None and reworded.name == "Hurting yourself"
    assert own.term_id("self_harm") == shipped.term_id("self_harm")
    assert own.taxonomy()["taxonomy_terms"][-1]["name"] == "Climbing walls"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("Bad Code,Name,word,13,Group,Words.", "line 2: the code"),
        ("good,,word,13,Group,Words.", "line 2: the name is empty"),
        ("good,Name,word,50,Group,Words.", '"50" is not the id of a DfE term'),
        ("good,Name,word|Word,13,Group,Words.", '"word" stands twice'),
        ("good,Name,word,13,Group,One, two.", "must have 6 values"),
        ("good,Name,word,13,Group,A.\ngood,Name,word,13,Group,A.", "line 3: the code"),
    ],
)
def test_a_fault_is_told_with_its_file_and_line(tmp_path: Path, row: str, told: str) -> None:
    with pytest.raises(NeedsError) as raised:
        load_needs(data_dir(), steward_file(tmp_path, row))
    assert "needs.csv, line " in str(raised.value)
    assert told in str(raised.value)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    var = steward_file(tmp_path, "BAD,,x,13,G,D.", "good,Name,x,99,G,D.")
    with pytest.raises(NeedsError) as raised:
        load_needs(data_dir(), var)
    assert len(raised.value.problems) == 3


def test_a_missing_or_misheaded_file_says_what_to_do(tmp_path: Path) -> None:
    shutil.copytree(data_dir() / "search", tmp_path / "search")
    (tmp_path / "search" / "levels.csv").unlink()
    (tmp_path / "search" / "routes.csv").write_text("code;name;description\n", encoding="utf-8")
    with pytest.raises(NeedsError) as raised:
        load_needs(tmp_path)
    assert "levels.csv: the file is missing" in str(raised.value)
    assert "routes.csv, line 1: the columns must be code, name, description" in str(raised.value)


def test_a_list_that_lacks_one_of_the_four_levels_is_refused(tmp_path: Path) -> None:
    shutil.copytree(data_dir() / "search", tmp_path / "search")
    path = tmp_path / "search" / "levels.csv"
    kept = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("complex,")]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    with pytest.raises(NeedsError, match="no row for complex"):
        load_needs(tmp_path)


def test_synonyms_lead_to_needs_that_exist_and_say_what_else_a_word_could_be(needs: Needs) -> None:
    with (data_dir() / "search" / "synonyms.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 150
    terms = [row["term"].lower() for row in rows]
    assert len(terms) == len(set(terms)), "a term stands twice"
    for row in rows:
        assert row["means"], row["term"]
        assert row["kind"] in ("abbreviation", "jargon", "spelling", "phrase"), row["term"]
        assert not row["need"] or needs.get(row["need"]), f"{row['term']}: no need {row['need']}"
    ambiguous = {row["term"] for row in rows if row["could_also_be"]}
    assert {"DA", "SEND", "LAC"} <= ambiguous


def test_words_for_ages_are_years_in_order() -> None:
    with (data_dir() / "search" / "age_words.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["term"] for row in rows}) == len(rows)
    for row in rows:
        if row["unborn"]:
            assert row["minimum_age"] == row["maximum_age"] == ""
        else:
            assert 0 <= float(row["minimum_age"]) <= float(row["maximum_age"]) <= 25, row["term"]


def test_no_word_that_could_be_a_need_is_a_stop_word() -> None:
    with (data_dir() / "search" / "stop_words.csv").open(encoding="utf-8", newline="") as file:
        words = {row["word"] for row in csv.DictReader(file)}
    assert len(words) <= 40
    assert words.isdisjoint({"it", "a", "no", "not", "out", "off", "home", "up", "send", "dad", "mum"})
