"""What may leave the house, and whether the standard's own schemas take it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from directory.listings.export import as_json, gather
from directory.listings.public import oruk, public
from directory.store.store import Store
from tests.directory.listings.feeding import NEEDS

ORGANISATION = "11111111-1111-4111-8111-111111111111"


def _service() -> dict[str, Any]:
    phone = {"id": "b", "number": "0121 496 0002", "audience": "professional"}
    return {
        "id": "22222222-2222-4222-8222-222222222222",
        "name": "Play",
        "owner_role": "office lead",
        "needs": ["parenting"],
        "levels_of_need": ["universal"],
        "referral_route": "both",
        "fees": "",
        "url": None,
        "phones": [{"id": "a", "number": "0121 496 0001"}, phone],
        "contacts": [{"id": "c", "title": "Desk", "phones": [phone]}],
        "organization": {"id": ORGANISATION, "name": "Families", "owner_role": "clerk", "phones": [phone]},
        "service_at_locations": [{"id": "d", "phones": [phone], "location": {"id": "e", "phones": [phone]}}],
    }


def test_the_public_is_shown_nothing_private_or_for_professionals_at_any_depth() -> None:
    text = json.dumps(public("service", _service()))
    assert "0121 496 0001" in text and "Desk" in text
    for hidden in ("0121 496 0002", "office lead", "clerk", "owner_role"):
        assert hidden not in text
    assert json.dumps(public("service", _service(), professional=True)).count("0121 496 0002") == 5


def test_needs_levels_and_route_are_attributes_with_their_terms_and_nothing_is_empty() -> None:
    shown = oruk("service", _service(), NEEDS)
    assert "fees" not in shown and "url" not in shown
    by_list: dict[str, list[str]] = {}
    for one in shown["attributes"]:
        by_list.setdefault(one["taxonomy_term"]["taxonomy"], []).append(one["taxonomy_term"]["code"])
    assert by_list["Early help needs"] == ["parenting"]
    assert by_list["Levels of need"] == ["universal"]
    assert by_list["Referral route"] == ["both"]
    assert by_list["DfE family support terms"] == [one.code for one in NEEDS.dfe_of("parenting")]
    assert shown["needs"] == ["parenting"]
    assert oruk("service", shown, NEEDS)["attributes"] == shown["attributes"]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    from geo.home import data_dir

    folder = data_dir() / "sample"
    files = {path.name: path.read_bytes() for path in sorted(folder.glob("*.json"))}
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('public') / 'directory.db'}") as store:
        from directory.listings.importing import commit, plan
        from tests.directory.listings.feeding import COLUMNS, read

        commit(plan(read(files), store, "city", needs=NEEDS, columns=COLUMNS), store, "data steward", "test")
        yield as_json(gather(store, NEEDS))


def test_every_exported_service_is_valid_by_the_standards_own_schema(
    exported: dict[str, Any], shared: Path
) -> None:
    from jsonschema import Draft202012Validator, FormatChecker

    folder = shared / "oruk" / "schemas"
    for plural, schema in (("contents", "service.json"), ("organizations", "organization.json")):
        checker = Draft202012Validator(
            json.loads((folder / schema).read_text()), format_checker=FormatChecker()
        )
        wrong = [
            (one["id"], error.message)
            for one in exported.get(plural, ())
            for error in checker.iter_errors(one)
        ]
        assert wrong[:3] == []
    assert len(exported["contents"]) >= 150


def test_no_exported_member_is_null_or_empty(exported: dict[str, Any]) -> None:
    def empty(value: Any, path: str = "$") -> Iterator[str]:
        if value is None or value in ("", [], {}):
            yield path
        elif isinstance(value, dict):
            for name, held in value.items():
                yield from empty(held, f"{path}.{name}")
        elif isinstance(value, list):
            for held in value:
                yield from empty(held, f"{path}[]")

    assert list(empty(exported))[:3] == []
