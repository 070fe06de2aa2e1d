"""`earlyhelp serve` starts, says where it is, and stops when it is told to, with its last lines written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.api.serving import ROOT, _free_port


@pytest.mark.parametrize("workers", [1, 2])
def test_a_server_that_is_told_to_stop_writes_what_it_held_back_and_ends_well(
    own_var: Path, tmp_path: Path, workers: int
) -> None:
    port = _free_port()
    environment = os.environ | {
        "EARLYHELP_VAR": str(own_var),
        "EARLYHELP_LOG": "json",
        "TMPDIR": str(tmp_path),
    }
    command = [sys.executable, "cli.py", "serve", "--port", str(port), "--workers", str(workers)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    written = []
    for line in process.stderr:  # until every worker is up
        written.append(line)
        if sum('"started"' in one for one in written) == workers:
            break
    transport = httpx.HTTPTransport(retries=20)
    with httpx.Client(transport=transport, base_url=f"http://127.0.0.1:{port}") as client:
        assert client.get("/about").status_code == 200
    process.send_signal(signal.SIGTERM)
    _out, rest = process.communicate(timeout=60)
    written += rest.splitlines()
    told = [json.loads(line) for line in written if line.startswith("{")]
    assert [one["route"] for one in told if one["event"] == "request"] == ["/about"]
    assert sum(one["event"] == "stopped" for one in told) == workers
    assert process.returncode in (0, -signal.SIGTERM)  # uvicorn raises the signal again when it is done
    assert not list(tmp_path.glob("earlyhelp-metrics-*"))
    assert written[0].startswith(f"Early Help Finder: http://127.0.0.1:{port}")
