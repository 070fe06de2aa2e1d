"""One contract, two engines: whoosh's files and PostgreSQL's full text answer the same questions alike.

The same documents match, exactly. Of the first ten results of the judged queries the two share on average at
least `OVERLAP`, and at least `FIRST` of the queries have the same first result: their scorers differ.
"""

from __future__ import annotations

import copy
import os
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.judged import read_judged
from directory.search.documents import Analysis
from directory.search.filters import Asked
from directory.search.postgres import PostgresIndex, PostgresIndexMissing, Preferring, keep_current
from directory.search.text import Group, TextIndex
from directory.store.records import StoreError
from directory.store.store import Store
from geo.gazetteer import Gazetteer
from geo.home import data_dir
from tests.conftest import postgresql_database
from tests.directory.search.sample import MONDAY, Generation, Snapshot, finder, generation, sample_services

OVERLAP, FIRST = 0.8, 0.8


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with postgresql_database() as url:
        Store.open(url).close()
        yield url


@pytest.fixture(scope="module")
def postgres(
    url: str, sample: Generation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PostgresIndex]:
    assert keep_current(url, sample.published, data_dir(), tmp_path_factory.mktemp("v"), "one")
    index = PostgresIndex(url, sample.index.ids, sample.revision)
    yield index
    index.close()


@pytest.fixture(params=["whoosh", "postgresql"])
def index(request: pytest.FixtureRequest, sample: Generation) -> TextIndex:
    if request.param == "whoosh":
        return sample.index
    found: PostgresIndex = request.getfixturevalue("postgres")
    return found


def _ids(index: TextIndex, *groups: Group) -> dict[str, int]:
    hits = index.match(groups)
    assert hits.numbers.tolist() == sorted(set(hits.numbers.tolist())) and (hits.scores > 0).all()
    pairs = zip(hits.numbers, hits.groups, strict=True)
    return {index.ids[number]: int(bits) for number, bits in pairs}


def _holding(sample: Generation, token: str) -> set[str]:
    analysis = Analysis.load(data_dir(), Path("nowhere"))
    from directory.search.documents import document

    return {
        one
        for one in sample.index.ids
        if any(token in held for held in document(sample.published.services[one], analysis).fields.values())
    }


@pytest.mark.parametrize("token", ["need:autism", "sleep", "self_harm", "first:housing", "a&e", "it's", "\\"])
def test_a_token_finds_exactly_the_listings_that_hold_it(
    index: TextIndex, sample: Generation, token: str
) -> None:
    assert set(_ids(index, Group(((token, 1.0),)))) == _holding(sample, token)


def test_each_group_has_its_bit_and_a_required_one_must_be_there(
    index: TextIndex, sample: Generation
) -> None:
    autism, sleep = _holding(sample, "need:autism"), _holding(sample, "sleep")
    assert autism & sleep and autism - sleep and sleep - autism
    either = _ids(index, Group((("need:autism", 1.0),)), Group((("sleep", 1.0),)))
    assert either == {one: (one in autism) + 2 * (one in sleep) for one in autism | sleep}
    must = _ids(index, Group((("need:autism", 1.0),)), Group((("sleep", 1.0),), required=True))
    assert set(must) == sleep


def test_alternatives_are_one_group_and_the_best_of_them_counts(index: TextIndex, sample: Generation) -> None:
    group = Group((("need:autism", 1.0), ("sleep", 0.5)))
    assert set(_ids(index, group)) == _holding(sample, "need:autism") | _holding(sample, "sleep")


def test_a_phrase_is_found_only_side_by_side(index: TextIndex) -> None:
    said = Group((("coffe", 1.0), ("morn", 1.0)), phrase=True)
    turned = Group((("morn", 1.0), ("coffe", 1.0)), phrase=True)
    assert _ids(index, said) and not _ids(index, turned)


def test_nothing_is_asked_and_nothing_found(index: TextIndex) -> None:
    assert _ids(index) == {} and _ids(index, Group(())) == {}
    assert _ids(index, Group((("no such token", 1.0),))) == {}


def test_hostile_tokens_are_only_tokens(index: TextIndex) -> None:
    for token in ("'", "''", "a' | 'b", ":*", "x:A", "!x", "\\'", "%", "(", "<->", "\u2028", "q" * 3000):
        assert _ids(index, Group(((token, 1.0),))) == {}


def test_the_two_engines_have_the_same_vocabulary(sample: Generation, postgres: PostgresIndex) -> None:
    assert list(postgres.vocabulary()) == list(sample.index.vocabulary())


def test_the_judged_queries_match_the_same_listings_and_share_their_first_results(
    sample: Generation, postgres: PostgresIndex, gazetteer: Gazetteer, tmp_path: Path
) -> None:
    own = finder(sample, gazetteer, tmp_path)
    other = finder(sample, gazetteer, tmp_path, index=postgres)
    shared, same_first = [], []
    for one in read_judged(data_dir() / "search" / "judged.csv"):
        groups = [term.group for term in own.understanding.read(one.query).terms]
        here, there = sample.index.match(groups), postgres.match(groups)
        assert here.numbers.tolist() == there.numbers.tolist(), one.query
        assert here.groups.tolist() == there.groups.tolist(), one.query
        asked = Asked(one.query, one.postcode, age=one.age, level=one.level, at=MONDAY, per_page=10)
        ids, others = ([r["id"] for r in each.find(asked)["results"]] for each in (own, other))
        if ids:
            shared.append(len(set(ids) & set(others)) / len(ids))
            same_first.append(ids[0] == others[0])
    assert statistics.fmean(shared) >= OVERLAP
    assert statistics.fmean(same_first) >= FIRST


def test_a_phrase_does_not_run_on_from_one_field_into_the_next(tmp_path: Path) -> None:
    identifier = "00000000-0000-4000-8000-000000000001"
    service = {"id": identifier, "name": "Club zebra", "description": "Crossing for all. Zebra finches."}
    made = generation([service | {"needs": ["autism"]}], tmp_path)
    with postgresql_database() as url:
        Store.open(url).close()
        keep_current(url, made.published, data_dir(), tmp_path, "one")
        postgres = PostgresIndex(url, [identifier], 1)
        for index in (made.index, postgres):
            assert _ids(index, Group((("zebra", 1.0), ("finch", 1.0)), phrase=True)) == {identifier: 1}
            assert _ids(index, Group((("zebra", 1.0), ("cross", 1.0)), phrase=True)) == {}
            assert _ids(index, Group((("zebra", 1.0), ("need:autism", 1.0)), phrase=True)) == {}
        postgres.close()


def test_a_few_changes_leave_the_tables_as_if_they_were_made_anew(tmp_path: Path) -> None:
    services = sample_services()[:30]
    now = copy.deepcopy(services[2:])
    now[0]["name"] = "Zebra Crossing Club"
    with postgresql_database() as grown, postgresql_database() as anew:
        for url in (grown, anew):
            Store.open(url).close()
        keep_current(grown, Snapshot(services, 1), data_dir(), tmp_path, "one")
        changed = {one["id"] for one in (*services[:2], now[0])}
        keep_current(grown, Snapshot(now, 2), data_dir(), tmp_path, "one", changed=changed, since=1)
        keep_current(anew, Snapshot(now, 2), data_dir(), tmp_path, "one")
        ids = sorted(one["id"] for one in now)
        one, other = PostgresIndex(grown, ids, 2), PostgresIndex(anew, ids, 2)
        assert list(one.vocabulary()) == list(other.vocabulary())
        assert _ids(one, Group((("zebra", 1.0),))) == {now[0]["id"]: 1}
        assert one.names_like("zebra crosing", 3) in ([], [now[0]["id"]])
        one.close()
        other.close()


def test_a_machine_that_comes_late_does_not_put_an_older_directory_over_a_newer_one(tmp_path: Path) -> None:
    old = sample_services()[:10]
    new = old[1:]
    with postgresql_database() as url:
        Store.open(url).close()
        assert keep_current(url, Snapshot(new, 2), data_dir(), tmp_path, "one")
        assert keep_current(url, Snapshot(old, 1), data_dir(), tmp_path, "one")
        index = PostgresIndex(url, sorted(one["id"] for one in new), 2)
        assert index.vocabulary()
        index.close()


def test_a_database_at_another_revision_is_not_believed(url: str, postgres: PostgresIndex) -> None:
    later = PostgresIndex(url, postgres.ids, 99)
    with pytest.raises(PostgresIndexMissing, match="revision 1, not 99"):
        later.match([Group((("sleep", 1.0),))])
    later.close()


def test_when_the_database_goes_away_search_goes_on_and_comes_back(
    sample: Generation, gazetteer: Gazetteer, tmp_path: Path
) -> None:
    import psycopg
    from sqlalchemy import make_url

    now = [0.0]
    with postgresql_database() as url:
        Store.open(url).close()
        keep_current(url, sample.published, data_dir(), tmp_path, "one")
        first = PostgresIndex(url, sample.index.ids, sample.revision)
        preferring = Preferring(first, sample.index, clock=lambda: now[0])
        search = finder(sample, gazetteer, tmp_path, index=preferring)
        before = search.find(Asked("autism", at=MONDAY))
        assert before["total"] > 0 and search.problem is None
        name, moved = make_url(url).database, f"moved_{make_url(url).database}"
        server = os.environ["EARLYHELP_TEST_POSTGRESQL"]
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
            )
            connection.execute(f"ALTER DATABASE {name} RENAME TO {moved}")
            try:
                away = search.find(Asked("autism", at=MONDAY, per_page=50))
                assert away["total"] == before["total"]
                assert search.problem is not None and "files on this machine" in search.problem
                now[0] = 1.0
                assert search.find(Asked("sleep", at=MONDAY))["total"] > 0
            finally:
                connection.execute(f"ALTER DATABASE {moved} RENAME TO {name}")
        now[0] = 60.0
        assert search.find(Asked("sleep problems", at=MONDAY))["total"] > 0
        assert search.problem is None
        preferring.close()


def test_a_store_in_postgresql_keeps_its_search_at_its_revision(tmp_path: Path) -> None:
    from directory.search.generation import bring_up_to_date, open_current
    from tests.directory.search.made import filled, service, write

    with postgresql_database() as url:
        store = filled(url, 20)
        bring_up_to_date(store, data_dir(), tmp_path)
        for number in range(2):
            if number:
                write(store, service(3, name="Zebra Crossing Club"))
                bring_up_to_date(store, data_dir(), tmp_path)
            made = open_current(tmp_path)
            index = PostgresIndex(url, made.index.ids, made.revision)
            assert list(index.vocabulary()) == list(made.index.vocabulary())
            assert len(_ids(index, Group((("zebra", 1.0),)))) == number
            index.close()
        store.close()


def test_a_role_that_may_not_make_schemas_still_has_a_store_and_a_search(tmp_path: Path) -> None:
    with postgresql_database() as url:
        import psycopg
        from sqlalchemy import make_url

        role = f"poor_{make_url(url).database}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {role} LOGIN")
            connection.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
            connection.execute(f"REVOKE CREATE ON DATABASE {make_url(url).database} FROM PUBLIC")
        try:
            poor = make_url(url).set(username=role).render_as_string(hide_password=False)
            try:
                store = Store.open(poor)
            except StoreError as error:
                pytest.skip(f"the server lets no other role in: {error}")
            store.close()
            assert not keep_current(poor, Snapshot([]), data_dir(), tmp_path, "one")
            index = PostgresIndex(poor, [], 1)
            with pytest.raises((PostgresIndexMissing, StoreError)):
                index.match([Group((("sleep", 1.0),))])
            index.close()
        finally:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(f"REASSIGN OWNED BY {role} TO CURRENT_USER")
                connection.execute(f"DROP OWNED BY {role}")
                connection.execute(f"DROP ROLE {role}")


def test_the_words_of_a_generation_are_the_same_in_a_second_one(sample: Generation, tmp_path: Path) -> None:
    again = generation(sample.published.services.values(), tmp_path)
    assert list(again.index.vocabulary()) == list(sample.index.vocabulary())
