"""Settings that look like mistakes and are none."""

from datetime import date, time
from pathlib import Path

import pytest

from config.channels import SmtpSettings
from config.loader import Config, load
from tests.config.town import SETTINGS, lay_out

SMTP = "start: 2026-01-01\nchannels:\n  email: {{kind: smtp, sender: duban@example.com, {0}}}\n"


def loaded(directory: Path, settings: str) -> Config:
    return load(lay_out(directory, {"duban.yaml": settings}))


def test_what_is_not_written_has_its_default(tmp_path: Path) -> None:
    settings = loaded(tmp_path, SETTINGS).settings
    assert settings.language == "zh_CN"
    assert settings.timezone.key == "Asia/Shanghai"
    assert settings.start == date(2026, 1, 1)
    assert settings.database == "sqlite:///duban.db"
    assert settings.catalogues == ["work-safety"]
    assert (settings.office_hours.from_, settings.office_hours.to) == (time(9), time(17, 30))


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////srv/a:b@c/duban.db",
        "postgresql+psycopg://duban@db.example.com/duban",
        "postgresql+psycopg://duban@[::1]:5433/duban",
        "postgresql+psycopg:///duban?host=/run/postgresql",
    ],
)
def test_a_database_is_a_file_or_on_a_server(url: str, tmp_path: Path) -> None:
    text = SETTINGS + f"database: {url}\ndatabase_password: {{env: DUBAN_DATABASE}}\n"
    settings = loaded(tmp_path, text).settings
    assert settings.database == url
    assert settings.database_password is not None
    assert settings.database_password.env == "DUBAN_DATABASE"


def test_office_hours_may_end_at_midnight(tmp_path: Path) -> None:
    hours = loaded(tmp_path, SETTINGS + 'office_hours: {from: "00:00", to: "24:00"}\n').settings.office_hours
    assert (hours.from_, hours.to) == (time(0), None)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.5.1", '"::1"', '"[::1]"'])
def test_nothing_need_be_encrypted_on_this_machine(host: str, tmp_path: Path) -> None:
    channel = loaded(tmp_path, SMTP.format(f"tls: none, host: {host}")).settings.channels["email"]
    assert isinstance(channel, SmtpSettings)
    assert channel.tls == "none"


def test_sending_without_encryption_may_be_insisted_on(tmp_path: Path) -> None:
    text = SMTP.format("host: mail.example.com, tls: none, insecure: true")
    channel = loaded(tmp_path, text).settings.channels["email"]
    assert isinstance(channel, SmtpSettings)
    assert (channel.tls, channel.insecure) == ("none", True)


@pytest.mark.parametrize(("written", "kept"), [("{credential: mail}", ("mail", None)), ("{env: MAIL}", (None, "MAIL"))])
def test_a_password_names_where_it_is_kept(written: str, kept: tuple[str | None, str | None], tmp_path: Path) -> None:
    text = SMTP.format(f"host: mail.example.com, password: {written}")
    channel = loaded(tmp_path, text).settings.channels["email"]
    assert isinstance(channel, SmtpSettings)
    assert channel.password is not None
    assert (channel.password.credential, channel.password.env) == kept


def test_a_city_may_go_without_any_shipped_duty(tmp_path: Path) -> None:
    assert loaded(tmp_path, SETTINGS + "catalogues: []\n").obligations == {}
