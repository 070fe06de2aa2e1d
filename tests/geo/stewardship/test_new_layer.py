"""A layer begins only when a steward says so: a misspelt name is no new layer."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from geo.stewardship.desk import Desk

Run = Callable[..., Result]
Write = Callable[..., Path]
Rows = list[list[str]]
SIGNED = ("--commit", "--reason", "a test", "--by", "data steward")


def test_a_misspelt_layer_is_told_and_not_begun_unless_asked_for(
    desk: Desk, run: Run, write: Write, hub_rows: Rows
) -> None:
    path = write(hub_rows)
    arguments = ("import", path, "--layer", "hubs", "--from", "2027-04-01")
    dry = run(*arguments)
    assert "Mind: hubs is a new layer; the layers there are: district, " in dry.stdout
    assert "family_support. Did you mean hub?" in dry.stdout
    assert "To do it add: --commit --new-layer " in dry.stdout
    assert json.loads(run(*arguments, "--json").stdout)["new_layer"].startswith("hubs is a new layer")
    refused = run(*arguments, *SIGNED)
    assert refused.exit_code == 1
    assert "Did you mean hub? Name one of them, or begin it with --new-layer." in refused.stderr
    assert not (desk.var / "areas").exists()
    done = run(*arguments, "--new-layer", *SIGNED)
    assert done.exit_code == 0, done.output
    later = run("import", path, "--layer", "hubs", "--from", "2028-04-01", *SIGNED)
    assert (later.exit_code, "new layer" in later.stdout) == (0, False)


def test_a_layer_that_is_there_is_not_called_new(run: Run, write: Write, hub_rows: Rows) -> None:
    dry = run("import", write(hub_rows), "--layer", "hub", "--from", "2027-04-01")
    assert "new layer" not in dry.stdout
    assert "--new-layer" not in dry.stdout


def test_a_layer_of_which_only_a_cut_short_import_is_left_is_still_new(desk: Desk) -> None:
    folder = desk.var / "areas" / "hubs" / "2013-04-01"
    shutil.copytree(desk.data / "areas" / "hub" / "2013-04-01", folder)
    (folder / "layer.toml").write_text(
        (folder / "layer.toml").read_text().replace('layer = "hub"', 'layer = "hubs"')
    )
    said = desk.new_layer("hubs")
    assert said is not None and "are: district" in said and "family_support. Did" in said
