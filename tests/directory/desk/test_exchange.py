"""The commands that bring feeds in and let the directory out, as a steward types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from directory.desk.exchange import export, import_feed, template, validate
from directory.desk.feeds import feed
from directory.store.store import Store
from tests.directory.listings.feeding import page, service

SIGNED = ["--commit", "--reason", "a test", "--by", "data steward"]


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own for the store and the sources."""
    monkeypatch.setenv("EARLYHELP_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("EARLYHELP_DATABASE_URL", raising=False)
    (tmp_path / "var").mkdir()
    return tmp_path / "var"


def _run(command: object, *arguments: object) -> Result:
    return CliRunner().invoke(command, [str(one) for one in arguments])  # type: ignore[arg-type]


def _file(var: Path, raw: bytes, name: str = "services.json") -> Path:
    path = var.parent / name
    path.write_bytes(raw)
    return path


def test_validate_reports_places_values_and_fixes_and_leaves_with_1(var: Path) -> None:
    path = _file(var, page(service(1, url="javascript:x"), service(2, minimum_age=-1)))
    done = _run(validate, path)
    assert done.exit_code == 1
    assert "fault services.json $.contents[0].url (javascript:x)" in done.stdout
    assert "1 fault" in done.stdout and "begins with https://" in done.stdout
    told = json.loads(_run(validate, path, "--json", "--at-most", "1").stdout)
    assert (told["faults"], told["notes"], len(told["shown"])) == (1, 1, 1)
    assert not (var / "directory.db").exists()  # looking makes nothing
    assert _run(validate, _file(var, page(service(1)), "good.json")).exit_code == 0


def test_an_import_is_dry_until_it_is_committed_with_who_and_why(var: Path) -> None:
    path = _file(var, page(service(1), service(2)))
    dry = _run(import_feed, path, "--source", "city")
    assert dry.exit_code == 0 and "3 new" in dry.stdout and "Nothing was changed" in dry.stdout
    assert _run(import_feed, path, "--source", "city", "--commit").exit_code == 2
    done = _run(import_feed, path, "--source", "city", *SIGNED)
    assert done.exit_code == 0 and "revision 1" in done.stdout, done.output
    again = json.loads(_run(import_feed, path, "--source", "city", "--json").stdout)
    assert again["counts"]["unchanged"] == 3 and not again["committed"]


def test_a_changed_member_is_shown_with_both_values(var: Path) -> None:
    _run(import_feed, _file(var, page(service(1, fees="Free"))), "--source", "city", *SIGNED)
    changed = _file(var, page(service(1, fees="£2")))
    lines = _run(import_feed, changed, "--source", "city").stdout.splitlines()
    assert "    fees" in lines and "      - Free" in lines and "      + £2" in lines


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b'{"contents": [', "not JSON"),
        (b'{"contents": []}', "empty"),
        (page(service(1, name="")), "--skip-faulty"),
    ],
)
def test_a_feed_that_cannot_be_used_is_refused_with_1_and_changes_nothing(
    var: Path, raw: bytes, said: str
) -> None:
    done = _run(import_feed, _file(var, raw), "--source", "city", *SIGNED)
    assert done.exit_code == 1 and said in done.stderr and "Nothing was changed" in done.stderr
    with Store.open() as store:
        assert store.revision() == 0


def test_the_template_is_written_and_imports(var: Path) -> None:
    for end in ("csv", "xlsx"):
        out = var.parent / f"template.{end}"
        assert _run(template, out).exit_code == 0
        assert _run(validate, out).exit_code == 0, _run(validate, out).output
    assert _run(template, var.parent / "template.ods").exit_code == 2


def test_an_export_holds_nothing_unpublished_or_private_unless_asked_for(var: Path) -> None:
    contact = {"id": "c", "title": "Duty desk", "email": "duty@a.example", "audience": "professional"}
    private = service(1, contacts=[contact], owner_role="office lead")
    _run(import_feed, _file(var, page(private)), "--source", "city", *SIGNED)
    _run(import_feed, _file(var, page(service(2))), "--source", "two", "--as", "proposed", *SIGNED)
    for name in ("all.json", "all.csv"):
        out = var.parent / name
        assert _run(export, out).exit_code == 0
        text = out.read_text("utf-8-sig")
        assert "Service 1" in text
        assert "Service 2" not in text and "Duty desk" not in text and "office lead" not in text
        assert _run(export, out, "--professional", "--unpublished").exit_code == 0
        text = out.read_text("utf-8-sig")
        assert "Service 2" in text and "Duty desk" in text and "office lead" in text


def test_pages_are_never_written_among_old_ones(var: Path) -> None:
    _run(import_feed, _file(var, page(service(1))), "--source", "city", *SIGNED)
    out = var.parent / "pages"
    assert _run(export, out).exit_code == 0
    refused = _run(export, out)
    assert refused.exit_code == 1 and "not empty" in refused.stderr


def test_sources_are_kept_pulled_shown_and_removed(var: Path) -> None:
    path = _file(var, page(service(1), service(2)))
    dry = _run(feed, "add", "city", path, "--title", "The city")
    assert dry.exit_code == 0 and "Nothing was changed" in dry.stdout
    assert json.loads(_run(feed, "list", "--json").stdout) == []
    assert _run(feed, "add", "city", path, "--commit").exit_code == 2
    assert _run(feed, "add", "city", path, "--title", "The city", *SIGNED).exit_code == 0
    assert "never pulled" in _run(feed, "list").stdout
    assert _run(feed, "pull", "city").exit_code == 0
    assert _run(feed, "pull", "city", *SIGNED).exit_code == 0
    shown = json.loads(_run(feed, "show", "city", "--json").stdout)
    assert shown["records"] == {"organization": 1, "service": 2} and shown["pulled"]["revision"] == 1
    assert _run(feed, "add", "bad", "ftp://a.example/x").exit_code == 1
    assert _run(feed, "add", "bad", "https://me:word@a.example/x").exit_code == 1
    assert _run(feed, "add", "Bad Code", path).exit_code == 2
    assert _run(feed, "remove", "city").exit_code == 0
    assert "The city" in _run(feed, "list").stdout
    assert _run(feed, "remove", "city", *SIGNED).exit_code == 0
    unknown = _run(feed, "pull", "city")
    assert unknown.exit_code == 1 and "no source 'city'" in unknown.stderr


def test_who_changed_the_list_of_sources_and_why_is_kept(var: Path) -> None:
    path = _file(var, page(service(1)))
    _run(feed, "add", "city", "https://old.example/services", "--title", "The city", *SIGNED)
    _run(feed, "add", "city", path, "--commit", "--reason", "Moved", "--by", "directory editor")
    shown = json.loads(_run(feed, "show", "city", "--json").stdout)
    first, second = shown["history"]
    assert (first["by"], first["reason"], first["before"]) == ("data steward", "a test", None)
    assert (
        second["by"] == "directory editor" and second["before"]["address"] == "https://old.example/services"
    )
    assert shown["title"] == "The city"  # a new address does not take the title away
    assert "add by directory editor: Moved" in _run(feed, "show", "city").stdout
    _run(feed, "pull", "city", *SIGNED)
    assert len(json.loads(_run(feed, "show", "city", "--json").stdout)["history"]) == 2


def test_one_id_given_to_all_entries_is_told_once_with_its_places_and_hides_nothing(var: Path) -> None:
    same = [service(1, name="Play") for _ in range(60)]
    done = _run(validate, _file(var, page(*same, service(2, url="javascript:x"))))
    assert "59  entries given more than once" in done.stdout
    told = [line for line in done.stdout.splitlines() if line.startswith("warning")]
    assert "the service has the id of another entry" in told[0]
    assert "61 entries (service), but 2 with ids of their own" in told[1] and len(told) == 2
    assert "the same at: services.json $.contents[2]," in done.stdout and "and 53 more" in done.stdout
    assert "fault services.json $.contents[60].url" in done.stdout and "more (--at-most" not in done.stdout


def test_a_source_that_nothing_came_from_is_not_exported_as_an_empty_file(var: Path) -> None:
    _run(import_feed, _file(var, page(service(1))), "--source", "city", *SIGNED)
    out = var.parent / "out.json"
    refused = _run(export, out, "--source", "ctiy")
    assert refused.exit_code == 1 and "'ctiy'" in refused.stderr and not out.exists()
    assert _run(export, out, "--source", "city").exit_code == 0


def test_a_record_that_tries_to_steer_the_terminal_is_shown_as_text(var: Path) -> None:
    path = _file(var, page(service(1, name="Play\x1b[2J", status="\x1b]0;x\x07")))
    done = _run(import_feed, path, "--source", "city")
    assert "\x1b" not in done.stdout
