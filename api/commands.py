"""`earlyhelp serve`: the website and the API under uvicorn."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import click

from api.log import write_events
from api.settings import SHARED_FIGURES, Settings, SettingsError, read_settings
from geo.home import data_dir, var_dir

SECONDS_TO_STOP = 20


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="The port.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@click.option(
    "--access-log/--no-access-log", default=True, help="One line a request, without what was asked."
)
def serve(host: str, port: int, workers: int, access_log: bool) -> None:
    """Serve the website and the API until stopped with Ctrl-C.

    Builds the data first where there is none, or where it is damaged. The log never holds a postcode.
    On Ctrl-C or SIGTERM it takes no more requests and finishes those under way, for 20 seconds at the most.
    docs/settings.md has every setting, docs/operating.md how to run it behind a proxy.

    \b
    Examples:
      earlyhelp serve
      earlyhelp serve --port 8080 --workers 2 --no-access-log
      EARLYHELP_LOG=console earlyhelp serve
      EARLYHELP_PROXIES=127.0.0.1 EARLYHELP_HSTS=31536000 earlyhelp serve --workers 4
    """
    import uvicorn

    settings = _settings()
    _ready()
    shown = host if ":" not in host else f"[{host}]"
    click.echo(f"Early Help Finder: http://{shown}:{port} (stop with Ctrl-C)", err=True)
    write_events(settings.log)
    with _shared_figures(workers):
        uvicorn.run(
            "api.serving:app" if access_log else "api.serving:quiet_app",
            host=host,
            port=port,
            workers=workers,
            access_log=False,  # uvicorn's has the address in it; ours has its pattern
            log_config=None,  # what it has to say goes where our own events go
            proxy_headers=False,  # see api.app.behind_proxies
            server_header=False,
            timeout_keep_alive=65,
            timeout_graceful_shutdown=SECONDS_TO_STOP,
        )


def _settings() -> Settings:
    try:
        return read_settings()
    except SettingsError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)


@contextmanager
def _shared_figures(workers: int) -> Iterator[None]:
    """A folder in which several workers share what /metrics tells, named as its library wants it."""
    if workers == 1 or os.environ.get(SHARED_FIGURES):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="earlyhelp-metrics-") as folder:
        os.environ[SHARED_FIGURES] = folder
        try:
            yield
        finally:
            del os.environ[SHARED_FIGURES]


def _ready() -> None:
    from geo.build import gazetteer_path
    from geo.gazetteer import Gazetteer, GazetteerError

    try:
        Gazetteer.open(gazetteer_path(var_dir()))
    except GazetteerError as error:
        click.echo(f"{error}\nBuilding it now: this takes some seconds.", err=True)
        from directory.building import build_all
        from directory.routing.contacts import ContactsError
        from geo.layers import LayerError
        from geo.sources.directory import SourceError

        try:
            build_all(data_dir(), var_dir())
        except (SourceError, LayerError, ContactsError, OSError) as fault:
            click.echo(f"Error: {fault}", err=True)
            sys.exit(3)
