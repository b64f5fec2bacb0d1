"""Small cities for the daemon's own tests: every enterprise had an accident just now, and one policy speaks at once."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

POLICY = """
- id: at-once
  days: all
  steps:
    - {at: start, stage: remind, tell: [assignee], channels: [email, sms], urgent: true}
"""
OBLIGATION = """
- id: report
  title: 报告事故情况
  basis: local
  applies_to: {kind: enterprise}
  anchor: {event: accident, date: occurred_at}
  limit: 10d
  policy: at-once
"""
A_FILE = 3_500
"""Entries in one file of YAML, which may have 2 MB."""


def write_accidents(
    directory: Path, mail_port: int, sms_port: int, count: int, database: str = "sqlite:///duban.db"
) -> None:
    """A config directory with `count` enterprises that each have something to report at once."""
    now = datetime.now(UTC)
    files = {
        "duban.yaml": f"""
start: {(now - timedelta(days=30)).date()}
catalogues: []
database: {database}
channels:
  email: {{kind: smtp, host: 127.0.0.1, port: {mail_port}, tls: none, sender: duban@example.com, connections: 2}}
  sms: {{kind: http-sms, url: "http://127.0.0.1:{sms_port}/send", success: {{code: "0"}}, connections: 2}}
""",
        "policies/at-once.yaml": POLICY,
        "obligations/report.yaml": OBLIGATION,
    }
    for first in range(0, count, A_FILE):
        numbers = range(first, min(first + A_FILE, count))
        files[f"organizations/from-{first}.yaml"] = "\n".join(map(_enterprise, numbers))
        files[f"events/from-{first}.yaml"] = "\n".join(_accident(number, now) for number in numbers)
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _enterprise(number: int) -> str:
    holder = {"name": f"安全员{number}", "email": f"officer{number}@example.com", "mobile": f"138{number:08}"}
    entry = {"id": f"ent-{number}", "kind": "enterprise", "name": f"第{number}厂", "posts": {"safety_officer": holder}}
    return f"- {json.dumps(entry, ensure_ascii=False)}"


def _accident(number: int, now: datetime) -> str:
    moment = (now - timedelta(minutes=5)).isoformat(timespec="seconds")
    return f"- {{id: acc-{number}, kind: accident, organization: ent-{number}, occurred_at: {moment}}}"
