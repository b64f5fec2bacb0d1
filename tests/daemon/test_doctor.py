"""The doctor and the certificates of real servers on this machine; its clock is set near their end."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from config.loader import load
from daemon.clock import VirtualClock
from daemon.doctor import Finding, State, examine
from daemon.store.database import open_database
from tests.cli.shell import TOWN, lay_out
from tests.daemon.peers import LoopThread
from tests.daemon.test_damage import spoil
from tests.notifiers.smtp_peers import CERTIFICATE, EXPIRED, Inbox, mail_server, server_tls

END = datetime.fromisoformat("2126-10-30T22:28:18+00:00")
"""Of the certificate that the servers of tests show."""


@asynccontextmanager
async def web_server(*, encrypted: bool = True) -> AsyncIterator[int]:
    """A web server that knows no page."""
    runner = web.AppRunner(web.Application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=server_tls() if encrypted else None).start()
    try:
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


def starttls(certificate: Path = CERTIFICATE) -> AbstractAsyncContextManager[int]:
    return mail_server(Inbox(), tls_context=server_tls(certificate))


def implicit() -> AbstractAsyncContextManager[int]:
    return mail_server(Inbox(), implicit_tls=True)


SERVERS: dict[str, tuple[Callable[[], AbstractAsyncContextManager[int]], str]] = {
    "starttls": (
        starttls,
        "{{kind: smtp, host: localhost, port: {port}, tls: starttls, sender: duban@example.gov.cn}}",
    ),
    "implicit": (
        implicit,
        "{{kind: smtp, host: localhost, port: {port}, tls: implicit, sender: duban@example.gov.cn}}",
    ),
    "gateway": (web_server, '{{kind: http, url: "https://localhost:{port}/send", body: "x"}}'),
    "robot": (web_server, '{{kind: feishu-robot, url: "https://localhost:{port}", token: {{env: HOME}}}}'),
}
"""Each kind of server with the channel that goes there."""


def spoil_schema(path: Path) -> None:
    """Overwrite the page on which it stands what tables there are, but for the head of the file."""
    with path.open("r+b") as raw:
        raw.seek(100)
        raw.write(b"\xff" * 64)


@contextmanager
def running(server: AbstractAsyncContextManager[int]) -> Iterator[int]:
    """The port of a server in an event loop of its own."""
    loop = LoopThread()
    try:
        yield loop.run(server.__aenter__())
        loop.run(server.__aexit__(None, None, None))
    finally:
        loop.stop()


def found(directory: Path, channel: str, now: datetime) -> dict[str, Finding]:
    """What the doctor says of a channel and of its certificate, by the first word."""
    settings = f"start: 2024-01-01\nchannels: {{it: {channel}}}\n"
    config = load(lay_out(directory, {**TOWN, "duban.yaml": settings}))
    return {each.what.split()[0]: each for each in examine(config, VirtualClock(now))}


@pytest.fixture(autouse=True)
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine knows whoever signed the certificates of tests."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


@pytest.mark.parametrize("kind", SERVERS)
@pytest.mark.parametrize(
    ("left", "state", "says"),
    [
        (timedelta(days=31), State.OK, "good until 2126-10-31"),
        (timedelta(days=29, hours=5), State.WARNING, "ends on 2126-10-31, in 29 days"),
        (timedelta(seconds=-1), State.FAULT, "ended on 2126-10-31"),
    ],
)
def test_a_certificate_that_ends_within_30_days_is_warned_of_with_its_day(
    tmp_path: Path, kind: str, left: timedelta, state: State, says: str
) -> None:
    server, channel = SERVERS[kind]
    with running(server()) as port:
        finding = found(tmp_path, channel.format(port=port), END - left)["certificate"]
    assert (finding.what, finding.state, finding.found) == (f"certificate of localhost:{port}", state, says)
    assert ("renew it" in finding.advice) is (state is not State.OK)


def test_a_mail_server_whose_certificate_has_expired_is_a_fault_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(EXPIRED))
    with running(starttls(EXPIRED)) as port:
        findings = found(tmp_path, SERVERS["starttls"][1].format(port=port), END)
    assert "certificate" not in findings
    assert findings["channel"].state is State.FAULT
    assert "certificate has expired" in findings["channel"].found
    assert "must renew it" in findings["channel"].advice


def test_a_certificate_for_another_name_is_a_fault_that_says_so(tmp_path: Path) -> None:
    with running(implicit()) as port:
        channel = SERVERS["implicit"][1].format(port=port).replace("localhost", "127.0.0.1")
        findings = found(tmp_path, channel, END)
    assert findings["channel"].state is State.FAULT
    assert "name the server as the certificate does" in findings["channel"].advice


def test_what_cannot_be_tried_without_sending_is_said_not_to_be_tried(tmp_path: Path) -> None:
    plain = {
        "mas": '{{kind: mas, url: "http://127.0.0.1:{port}", enterprise: x, account: y, sign_code: z, '
        "secret: {{env: HOME}}}}",
        "webhook": '{{kind: webhook, url: "http://127.0.0.1:{port}", secret: {{env: HOME}}}}',
        "dingtalk-robot": '{{kind: dingtalk-robot, url: "http://127.0.0.1:{port}", token: {{env: HOME}}}}',
    }
    with running(web_server(encrypted=False)) as port:
        for kind, channel in plain.items():
            finding = found(tmp_path, channel.format(port=port), END)["channel"]
            assert finding.state is State.UNTRIED
            assert finding.found.startswith(f"{kind}: answers with HTTP 404; not tried: the ")
            assert finding.advice == "`duban send-test it ADDRESS` tries it with a real message"


@pytest.mark.parametrize(
    ("damage", "says", "advice"),
    [
        (spoil, "damaged: ", "restore the last backup (docs/service.md)"),
        (
            spoil_schema,
            "database disk image is malformed",
            "the file is damaged; put the last copy of `duban backup` in its place",
        ),
        (
            lambda path: path.write_bytes(b"nothing of a database" * 1_000),
            "file is not a database",
            "it is no database of SQLite; name another file in duban.yaml",
        ),
    ],
)
def test_of_a_database_that_is_damaged_the_doctor_says_how_it_is_mended(
    tmp_path: Path, damage: Callable[[Path], object], says: str, advice: str
) -> None:
    config = load(lay_out(tmp_path, {**TOWN, "duban.yaml": "start: 2024-01-01\nchannels: {it: {kind: memory}}\n"}))
    with closing(open_database(config)) as database:
        database.migrate()
    damage(tmp_path / "duban.db")
    [finding] = [each for each in examine(config, VirtualClock(END)) if each.what == "database"]
    assert (finding.state, finding.advice) == (State.FAULT, advice)
    assert finding.found.startswith(says)
