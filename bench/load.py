"""Requests at a server as fast as it takes them, one at a time or many: by `wrk`, else by our own client."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.servers import ROOT, Server, on_core

CONNECTIONS = 16
_LUA = """
local requests, at = {}, 0
function init(args)
  for line in io.lines("%(file)s") do
    local path, body = line:match("^([^\\t]*)\\t?(.*)$")
    if body == "" then
      requests[#requests + 1] = wrk.format("GET", path, {%(headers)s})
    else
      requests[#requests + 1] = wrk.format("POST", path, {%(headers)s}, body)
    end
  end
end
function request()
  at = at %% #requests + 1
  return requests[at]
end
function done(summary, latency, requests)
  local e = summary.errors
  local failed = e.status + e.connect + e.read + e.write + e.timeout
  io.write(string.format('\\nBENCH {"requests":%%d,"seconds":%%f,"p50":%%f,"p99":%%f,"failed":%%d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e6, latency:percentile(99) / 1e6,
    failed))
end
"""


@dataclass(frozen=True)
class Load:
    """What a client saw; `cpu` is what the server's process spent. Times in seconds."""

    requests: int
    seconds: float
    p50: float
    p99: float
    failed: int
    cpu: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def client() -> str:
    """Which client is used."""
    return "wrk" if shutil.which("wrk") else "bench/client.py (wrk is not installed)"


_JSON = {"Content-Type": "application/json"}


def load(
    server: Server,
    requests: Sequence[tuple[str, str]],
    seconds: int,
    headers: Mapping[str, str] = _JSON,
    connections: int = CONNECTIONS,
) -> Load:
    """Send `requests`, (path, body or empty), round and round for so many seconds, all with `headers`.

    Each connection sends its next request when it has the whole answer to the last.
    """
    with tempfile.TemporaryDirectory(prefix="earlyhelp-bench-") as folder:
        file = Path(folder) / "requests.tsv"
        file.write_text("".join(f"{path}\t{body}\n" for path, body in requests), encoding="utf-8")
        if shutil.which("wrk"):
            script = Path(folder) / "requests.lua"
            told = ", ".join(f'["{name}"] = "{value}"' for name, value in headers.items())
            script.write_text(_LUA % {"file": file, "headers": told}, encoding="utf-8")
            command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script)]
            command.append(f"http://127.0.0.1:{server.port}")
        else:
            command = [sys.executable, "-m", "bench.client", str(server.port), str(file), str(seconds)]
            command += [str(connections), json.dumps(dict(headers))]
        before = server.cpu_seconds()
        ran = subprocess.run(
            on_core(1, command),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=seconds + 30,
            check=True,
        )
        cpu = server.cpu_seconds() - before
    told = json.loads(ran.stdout.rpartition("BENCH ")[2])
    return Load(told["requests"], told["seconds"], told["p50"], told["p99"], told["failed"], cpu)
