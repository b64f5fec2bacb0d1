"""Alertmanager of Debian as a peer: one mail for each alert, with its stock template.

apt-get install prometheus-alertmanager
"""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from benchmarks.measuring import Figures

PROGRAM = "prometheus-alertmanager"
CONFIG = """
route: {{receiver: mail, group_by: ['...'], group_wait: 0s}}
receivers:
  - name: mail
    email_configs:
      - {{to: officer@example.com, from: duban@example.com, smarthost: '127.0.0.1:{port}', require_tls: false}}
"""


def measure(port: int, count: int) -> Figures:
    """Messages a second, and milliseconds of CPU a message; nothing where it is not installed."""
    if shutil.which(PROGRAM) is None:
        return {}
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / "config.yml").write_text(CONFIG.format(port=port), encoding="utf-8")
        here = _free_port()
        options = [f"--config.file={scratch}/config.yml", f"--storage.path={scratch}", "--cluster.listen-address="]
        process = subprocess.Popen(
            [PROGRAM, *options, f"--web.listen-address=127.0.0.1:{here}"], stderr=subprocess.DEVNULL
        )
        try:
            return _send(f"http://127.0.0.1:{here}", process.pid, count)
        finally:
            process.terminate()
            process.wait()


def _send(address: str, process: int, count: int) -> Figures:
    _until(lambda: _get(f"{address}/-/ready") is not None)
    busy, begun = _cpu(process), time.perf_counter()
    for start in range(0, count, 1000):
        alerts = [
            {
                "labels": {"alertname": "主要负责人带队检查", "organization": f"第{number}化工有限公司"},
                "annotations": {"summary": "截止日期2026年10月31日"},
            }
            for number in range(start, min(start + 1000, count))
        ]
        request = urllib.request.Request(
            f"{address}/api/v2/alerts", json.dumps(alerts).encode(), {"Content-Type": "application/json"}
        )
        urllib.request.urlopen(request).close()
    _until(lambda: _sent(address) >= count, pause=0.2)
    seconds = time.perf_counter() - begun
    return {"rate": count / seconds, "cpu": (_cpu(process) - busy) / count * 1e3}


def _sent(address: str) -> float:
    """How many mails the server took: `notifications_total` counts those that were begun, thousands of them at once."""
    lines = (line.rpartition(" ") for line in (_get(f"{address}/metrics") or "").splitlines())
    found = {name: number for name, _, number in lines if 'integration="email"' in name}
    ended, failed = (
        float(found.get(f'alertmanager_notification_{which}_total{{integration="email"}}', 0))
        for which in ("requests", "requests_failed")
    )
    return ended - failed


def _get(address: str) -> str | None:
    try:
        with urllib.request.urlopen(address) as answer:
            return answer.read().decode()
    except OSError:
        return None


def _until(is_so, seconds: float = 120, pause: float = 0.02) -> None:
    end = time.perf_counter() + seconds
    while not is_so():
        if time.perf_counter() > end:
            raise TimeoutError("Alertmanager does not get on")
        time.sleep(pause)  # what it is asked costs it time as well


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
