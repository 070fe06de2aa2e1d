"""Every setting that the environment can give, read once at the start and refused in words where it is wrong.

docs/settings.md describes each; a test holds the two together, and both to every `EARLYHELP_` name in the
house. The folders and the database are read where they are used, in `geo` and `directory`, which may not
know this room; they stand here so that a mistake in them is told before the server is up.
"""

from __future__ import annotations

import ipaddress
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from directory.store.address import sqlite_file
from geo.home import var_dir

PREFIX = "EARLYHELP_"
NAMES = (
    "EARLYHELP_VAR",
    "EARLYHELP_DATA",
    "EARLYHELP_DATABASE_URL",
    "EARLYHELP_HOSTS",
    "EARLYHELP_PROXIES",
    "EARLYHELP_HSTS",
    "EARLYHELP_RATE_LIMIT",
    "EARLYHELP_LOG",
    "EARLYHELP_METRICS",
    "EARLYHELP_METRICS_TOKEN",
    "EARLYHELP_OPERATOR",
    "EARLYHELP_OPERATOR_EMAIL",
    "EARLYHELP_OPERATOR_TELEPHONE",
    "EARLYHELP_OPERATOR_DAYS",
)
# Only tests, pictures and measurements read these.
FOR_DEVELOPERS = (
    "EARLYHELP_TEST_POSTGRESQL",
    "EARLYHELP_REQUIRE_POSTGRESQL",
    "EARLYHELP_REQUIRE_BROWSER",
    "EARLYHELP_CHROMIUM",
)
# The name that the library of /metrics gives to the folder in which workers share their counts.
SHARED_FIGURES = "PROMETHEUS_MULTIPROC_DIR"
RATE_LIMIT = 3000
_LONGEST_HSTS = 63_072_000  # two years, the most that anybody asks for
_SHORTEST_TOKEN = 16
_MOST_DAYS = 28
# A name as people write it: it has a letter, and nothing of an address or of markup.
_NAME = re.compile(r"(?=.*[^\W\d_])[^<>{}@\\|\x00-\x1f\x7f]{2,100}")
_EMAIL = re.compile(
    r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,63}", re.I | re.A
)
# Of this country, in full: what has three digits is for emergencies, and not for a website.
_TELEPHONE = re.compile(r"(?:0|\+44 ?)[1-9](?: ?[0-9]){8,9}")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\]")


class SettingsError(ValueError):
    """Settings that cannot be used: a line for each, with what to do."""


@dataclass(frozen=True)
class Operator:
    """Who runs the site, for people who tell them what stands in their way.

    `email` or `telephone` is "" where there is none, never both. `days`: working days within which they
    answer; 0 where nothing is promised.
    """

    name: str
    email: str = ""
    telephone: str = ""
    days: int = 0


@dataclass(frozen=True)
class Settings:
    """How one server is run. The defaults suit one machine without a proxy.

    hosts: the names that requests may ask for; any where it is empty.
    proxies: addresses and networks whose `X-Forwarded-…` and `X-Request-ID` are believed.
    hsts: seconds for which browsers are told to come by HTTPS only; 0 tells them nothing.
    rate_limit: requests a minute from one address to one process; 0 for no limit.
    log: how the log is written.
    metrics: who is told /metrics: this machine (and who has the token), or nobody.
    metrics_token: what a `Bearer` must have; "" where no token is taken.
    operator: who runs the site, as the accessibility statement names them; None where nobody is named.
    """

    hosts: frozenset[str] = frozenset()
    proxies: tuple[str, ...] = ()
    hsts: int = 0
    rate_limit: int = RATE_LIMIT
    log: Literal["json", "console"] = "json"
    metrics: Literal["local", "off"] = "local"
    metrics_token: str = ""
    operator: Operator | None = None


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of an environment, by default this process's. Raises `SettingsError`."""
    reading = _Reading(os.environ if environment is None else environment)
    settings = Settings(
        hosts=reading.hosts(),
        proxies=reading.proxies(),
        hsts=reading.number("EARLYHELP_HSTS", 0, _LONGEST_HSTS, "seconds, such as 31536000 for a year"),
        rate_limit=reading.number(
            "EARLYHELP_RATE_LIMIT", RATE_LIMIT, 10**9, "requests a minute, such as 3000"
        ),
        log="json" if reading.log() == "json" else "console",
        metrics="off" if reading.one_of("EARLYHELP_METRICS", ("local", "off")) == "off" else "local",
        metrics_token=reading.token(),
        operator=reading.operator(),
    )
    reading.folders()
    reading.database()
    reading.misspelt()
    if reading.wrong:
        raise SettingsError("\n".join(reading.wrong))
    return settings


class _Reading:
    """One reading of an environment, and what was wrong with it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.wrong: list[str] = []

    def _value(self, name: str) -> str:
        return self._environment.get(name, "").strip()

    def _parts(self, name: str) -> list[str]:
        return [part.strip() for part in self._value(name).split(",") if part.strip()]

    def number(self, name: str, default: int, most: int, what: str) -> int:
        """A whole number of at least 0, or `off` for 0."""
        value = self._value(name)
        if not value:
            return default
        if value.lower() == "off":
            return 0
        if not re.fullmatch(r"[0-9]{1,10}", value) or int(value) > most:
            self.wrong.append(f"{name} is {value!r}. Give {what}, {most} at the most, or off.")
            return default
        return int(value)

    def one_of(self, name: str, words: tuple[str, ...]) -> str:
        """One of some words; the first where nothing is said."""
        value = self._value(name) or words[0]
        if value not in words:
            self.wrong.append(f"{name} is {value!r}. Give {' or '.join(words)}.")
        return value

    def log(self) -> str:
        """`json` or `console`; `auto` is `console` at a terminal."""
        value = self.one_of("EARLYHELP_LOG", ("auto", "json", "console"))
        return ("console" if sys.stderr.isatty() else "json") if value == "auto" else value

    def hosts(self) -> frozenset[str]:
        """Names of hosts in small letters, without a port."""
        found = [part.lower() for part in self._parts("EARLYHELP_HOSTS")]
        for part in found:
            if not _HOST.fullmatch(part):
                self.wrong.append(
                    f"EARLYHELP_HOSTS has {part!r}. Give names without scheme, port or path, separated by "
                    "commas, such as help.example.org,help.internal."
                )
        return frozenset(found)

    def proxies(self) -> tuple[str, ...]:
        """Addresses and networks in the standard's spelling."""
        found = []
        for part in self._parts("EARLYHELP_PROXIES"):
            try:
                network = ipaddress.ip_network(part, strict=False)
            except ValueError:
                self.wrong.append(
                    f"EARLYHELP_PROXIES has {part!r}. Give the addresses or networks of your own proxies, "
                    "separated by commas, such as 127.0.0.1,10.0.0.0/24."
                )
                continue
            if network.prefixlen == 0:
                self.wrong.append(
                    f"EARLYHELP_PROXIES has {part!r}, which is everybody: anyone could say that they are "
                    "someone else. Name the networks of your own proxies."
                )
            found.append(str(network) if "/" in part else str(network.network_address))
        return tuple(found)

    def token(self) -> str:
        """The token of /metrics, long enough not to be guessed."""
        value = self._value("EARLYHELP_METRICS_TOKEN")
        if value and (len(value) < _SHORTEST_TOKEN or not value.isascii() or " " in value):
            self.wrong.append(
                f"EARLYHELP_METRICS_TOKEN must have {_SHORTEST_TOKEN} letters and digits at the least. Make "
                "one with: openssl rand -hex 24"
            )
        return value

    def operator(self) -> Operator | None:
        """Who runs the site and how they are reached. A name without a way to reach them is refused."""
        name, email, telephone = (f"EARLYHELP_OPERATOR{end}" for end in ("", "_EMAIL", "_TELEPHONE"))
        found = Operator(
            self._like(name, _NAME, "the name of the organisation that runs the site"),
            self._like(email, _EMAIL, "one e-mail address, such as web@help.example"),
            self._like(telephone, _TELEPHONE, "one number, such as 0121 496 0000"),
            self.number("EARLYHELP_OPERATOR_DAYS", 0, _MOST_DAYS, "working days to an answer, such as 5"),
        )
        ways = [one for one in (email, telephone) if self._value(one)]
        if not ways and (self._value(name) or found.days):
            given = name if self._value(name) else "EARLYHELP_OPERATOR_DAYS"
            self.wrong.append(
                f"{given} is given, and nobody can reach them. Give {email} or {telephone} too."
            )
        elif ways and not self._value(name):
            self.wrong.append(f"{ways[0]} is given without {name}. Name the organisation that it belongs to.")
        return found if found.name else None

    def _like(self, name: str, form: re.Pattern[str], what: str) -> str:
        """A value of that form; "" where there is none."""
        value = self._value(name)
        if value and not form.fullmatch(value):
            self.wrong.append(f"{name} is {value!r}. Give {what}.")
            return ""
        return value

    def folders(self) -> None:
        """Say where a folder that was named is not one."""
        if (named := self._value("EARLYHELP_DATA")) and not (Path(named) / "contacts").is_dir():
            self.wrong.append(
                f"EARLYHELP_DATA is {named!r}, which holds no contacts/. Name the folder of shipped facts, "
                "or leave it out for the one that came with the program."
            )
        if (named := self._value("EARLYHELP_VAR")) and Path(named).exists() and not Path(named).is_dir():
            self.wrong.append(
                f"EARLYHELP_VAR is {named!r}, which is a file. Name a folder that can be written."
            )

    def database(self) -> None:
        """Say where an address is of no database that can be used."""
        url = self._value("EARLYHELP_DATABASE_URL")
        if url and sqlite_file(url) is None:
            from directory.store.engine import place
            from directory.store.records import StoreError

            try:
                place(url)
            except StoreError as error:
                self.wrong.append(f"EARLYHELP_DATABASE_URL: {error}")

    def misspelt(self) -> None:
        """Say where a setting is not one of ours: a limit by another name would be none."""
        known = (*NAMES, *FOR_DEVELOPERS)
        for name in sorted(self._environment):
            if name.startswith(PREFIX) and name not in known:
                import difflib

                near = difflib.get_close_matches(name, NAMES, 1)
                meant = f" Did you mean {near[0]}?" if near else ""
                self.wrong.append(f"There is no setting {name}.{meant} docs/settings.md has them all.")


def shown(settings: Settings) -> dict[str, object]:
    """The settings for the log, without what is secret."""
    return {
        "hosts": sorted(settings.hosts) or "any",
        "proxies": list(settings.proxies) or "none",
        "hsts": settings.hsts,
        "rate_limit": settings.rate_limit or "off",
        "metrics": settings.metrics + (" and token" if settings.metrics_token else ""),
        "operator": settings.operator.name if settings.operator else "none",
        "var": str(var_dir()),
    }
