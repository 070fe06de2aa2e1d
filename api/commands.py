"""`earlyhelp serve`: the website and the API under uvicorn."""

from __future__ import annotations

import logging
import sys

import click

from geo.home import data_dir, var_dir


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

    \b
    Examples:
      earlyhelp serve
      earlyhelp serve --host 0.0.0.0 --port 80 --workers 2
    """
    import uvicorn

    _ready()
    shown = host if ":" not in host else f"[{host}]"
    click.echo(f"Early Help Finder: http://{shown}:{port} (stop with Ctrl-C)", err=True)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    uvicorn.run(
        "api.serving:app" if access_log else "api.serving:quiet_app",
        host=host,
        port=port,
        workers=workers,
        access_log=False,  # uvicorn's has the address in it; ours has its pattern
        log_level="warning",
        server_header=False,
        timeout_keep_alive=65,
    )


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
