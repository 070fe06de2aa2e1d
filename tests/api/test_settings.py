"""Every setting is read, refused in words where it is wrong, and described; nothing else is a setting."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from api.settings import FOR_DEVELOPERS, NAMES, Operator, Settings, SettingsError, read_settings

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "settings.md"


def test_the_page_of_settings_has_each_of_them_and_no_other() -> None:
    rows = re.findall(r"^\| `(EARLYHELP_[A-Z_]+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted((*NAMES, *FOR_DEVELOPERS))


def test_no_name_is_used_anywhere_that_is_not_a_setting() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    known = {*NAMES, *FOR_DEVELOPERS}
    ends = (".py", ".md", ".toml", ".yml", ".yaml", ".html", "Makefile")
    for name in tracked.stdout.splitlines():
        file = ROOT / name
        if not name.endswith(ends) or not file.is_file() or name == "tests/api/test_settings.py":
            continue
        used = set(re.findall(r"\bEARLYHELP_[A-Z_]*[A-Z]\b", file.read_text("utf-8", "replace")))
        assert used <= known, (name, used - known)


def test_without_any_setting_the_defaults_are_those_of_the_class() -> None:
    assert read_settings({"EARLYHELP_LOG": "json"}) == Settings()


def test_every_setting_is_read() -> None:
    found = read_settings(
        {
            "EARLYHELP_HOSTS": "Help.example, [::1]",
            "EARLYHELP_PROXIES": "127.0.0.1, 10.0.0.7/24,2001:db8::/32",
            "EARLYHELP_HSTS": "31536000",
            "EARLYHELP_RATE_LIMIT": "off",
            "EARLYHELP_LOG": "console",
            "EARLYHELP_METRICS": "off",
            "EARLYHELP_METRICS_TOKEN": "0123456789abcdef",
            "EARLYHELP_OPERATOR": "Help for Families (Tyburn & Erdington)",
            "EARLYHELP_OPERATOR_EMAIL": "web.team@help.example",
            "EARLYHELP_OPERATOR_TELEPHONE": "0121 496 0000",
            "EARLYHELP_OPERATOR_DAYS": "5",
            "EARLYHELP_DATABASE_URL": "postgresql://user@host/name",
            "EARLYHELP_VAR": "/nowhere/yet",
        }
    )
    assert found == Settings(
        hosts=frozenset({"help.example", "[::1]"}),
        proxies=("127.0.0.1", "10.0.0.0/24", "2001:db8::/32"),
        hsts=31536000,
        rate_limit=0,
        log="console",
        metrics="off",
        metrics_token="0123456789abcdef",
        operator=Operator(
            "Help for Families (Tyburn & Erdington)", "web.team@help.example", "0121 496 0000", 5
        ),
    )


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("EARLYHELP_HOSTS", "https://help.example", "without scheme, port or path"),
        ("EARLYHELP_HOSTS", "help.example:8000", "without scheme, port or path"),
        ("EARLYHELP_PROXIES", "*", "addresses or networks of your own proxies"),
        ("EARLYHELP_PROXIES", "nginx", "addresses or networks of your own proxies"),
        ("EARLYHELP_PROXIES", "0.0.0.0/0", "which is everybody"),
        ("EARLYHELP_HSTS", "a year", "31536000 for a year"),
        ("EARLYHELP_HSTS", "999999999", "at the most"),
        ("EARLYHELP_RATE_LIMIT", "-1", "requests a minute"),
        ("EARLYHELP_RATE_LIMIT", "10/second", "requests a minute"),
        ("EARLYHELP_LOG", "xml", "auto or json or console"),
        ("EARLYHELP_METRICS", "on", "local or off"),
        ("EARLYHELP_METRICS_TOKEN", "secret", "openssl rand -hex 24"),
        ("EARLYHELP_OPERATOR", "Help for Families", "nobody can reach them"),
        ("EARLYHELP_OPERATOR", "<b>Help</b>", "the name of the organisation"),
        ("EARLYHELP_OPERATOR", "12345", "the name of the organisation"),
        ("EARLYHELP_OPERATOR", "web@help.example", "the name of the organisation"),
        ("EARLYHELP_OPERATOR_EMAIL", "web@help.example", "without EARLYHELP_OPERATOR"),
        ("EARLYHELP_OPERATOR_EMAIL", "mailto:web@help.example", "one e-mail address"),
        ("EARLYHELP_OPERATOR_EMAIL", "web@help.example, it@help.example", "one e-mail address"),
        ("EARLYHELP_OPERATOR_EMAIL", "web@localhost", "one e-mail address"),
        ("EARLYHELP_OPERATOR_TELEPHONE", "999", "one number, such as 0121 496 0000"),
        ("EARLYHELP_OPERATOR_TELEPHONE", "496 0000", "one number, such as 0121 496 0000"),
        ("EARLYHELP_OPERATOR_TELEPHONE", "0121 496 0000 or 0001", "one number, such as 0121 496 0000"),
        ("EARLYHELP_OPERATOR_DAYS", "soon", "working days to an answer"),
        ("EARLYHELP_OPERATOR_DAYS", "365", "28 at the most"),
        ("EARLYHELP_OPERATOR_DAYS", "5", "nobody can reach them"),
        ("EARLYHELP_DATABASE_URL", "mysql://host/name", "postgresql://user@host/name"),
        ("EARLYHELP_DATA", "/nowhere", "holds no contacts/"),
        ("EARLYHELP_VAR", str(PAGE), "which is a file"),
        ("EARLYHELP_RATELIMIT", "5", "Did you mean EARLYHELP_RATE_LIMIT?"),
    ],
)
def test_nonsense_is_refused_with_what_to_do(name: str, value: str, told: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(told)) as refused:
        read_settings({name: value})
    assert name in str(refused.value)


def test_a_secret_is_never_repeated() -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({"EARLYHELP_METRICS_TOKEN": "hunter2"})
    assert "hunter2" not in str(refused.value)


def test_the_server_does_not_start_with_nonsense_and_names_all_of_it(built: Path) -> None:
    environment = os.environ | {"EARLYHELP_HSTS": "long", "EARLYHELP_LOG": "xml"}
    done = subprocess.run(
        [sys.executable, "cli.py", "serve", "--port", "0"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "EARLYHELP_HSTS is 'long'" in done.stderr
    assert "EARLYHELP_LOG is 'xml'" in done.stderr
    assert "Traceback" not in done.stderr
