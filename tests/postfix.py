"""A real mail server for tests: a Postfix of its own, in a folder that goes with it."""

import os
import pwd
import shutil
import subprocess
import tempfile
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Self

from tests.daemon.peers import wait_for
from tests.notifiers.smtp_peers import CERTIFICATE, EXPIRED, free_port
from tests.passwords import Passwords

PROGRAM = shutil.which("postfix", path="/usr/sbin:/usr/local/sbin:/sbin")
DOMAIN, ELSEWHERE, OURS = "town.example", "elsewhere.example", "example.gov.cn"
"""Where mailboxes are; where there are none, as Postfix hears once it has taken a mail; where reports come back."""
ALIASES_OWNER = "daemon"
"""Whose the file of aliases is: commands in it run as he, as docs/channels.md says."""
MAILBOXES = ("all", "li", "steady", "李敏")
LARGEST = 100_000
"""Bytes of the largest message that it takes."""
_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
myhostname = mx.town.example
mydestination = {ours}
local_recipient_maps =
recipient_delimiter = +
alias_maps = texthash:{folder}/aliases
transport_maps = texthash:{folder}/transport
elsewhere_restrictions = check_recipient_access texthash:{folder}/nobody, reject
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/mailboxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_recipient_restrictions = check_recipient_access texthash:{folder}/access, permit_mynetworks, reject
smtpd_tls_security_level = may
smtpd_tls_cert_file = {certificate}
message_size_limit = {largest}
in_flow_delay = 0
minimal_backoff_time = 1
queue_run_delay = 1
"""
_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{tls_port} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
127.0.0.1:{expired_port} inet n - n - - smtpd
  -o smtpd_tls_cert_file={expired}
127.0.0.1:{elsewhere_port} inet n - n - - smtpd
  -o myhostname=mx.elsewhere.example
  -o smtpd_recipient_restrictions=$elsewhere_restrictions
127.0.0.1:{login_port} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_sasl_type=dovecot
  -o smtpd_sasl_path=inet:127.0.0.1:{passwords_port}
  -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
smtp unix - - n - - smtp
local unix - n n - - local
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


def missing() -> str:
    """Why no Postfix can be run here; empty if one can."""
    if PROGRAM is None:
        return "Postfix is not installed (apt-get install --no-install-recommends postfix)"
    return "" if os.geteuid() == 0 else "Postfix can be started by root only"


class Postfix:
    """A running Postfix.

    Attributes:
        port, tls_port, expired_port: with STARTTLS; encrypted from the first byte; with a certificate of the past.
        login_port: with STARTTLS, and only for who logs in as `tests/passwords.py` says.
    """

    def __init__(self) -> None:
        self.port, self.tls_port, self.expired_port, self.login_port, self._elsewhere_port = [
            free_port() for _ in range(5)
        ]
        self._passwords = Passwords()

    def __enter__(self) -> Self:
        self._passwords.__enter__()
        self._folder = Path(tempfile.mkdtemp(prefix="duban-postfix-"))
        self._folder.chmod(0o755)  # its processes run as users of their own
        nobody = pwd.getpwnam("nobody")
        for name, owner in (("queue", "root"), ("data", "postfix"), ("mail", "nobody"), ("reports", ALIASES_OWNER)):
            (self._folder / name).mkdir()
            shutil.chown(self._folder / name, owner)
        for name, text in self._files(nobody.pw_uid, nobody.pw_gid).items():
            (self._folder / name).write_text(text, encoding="utf-8")
        shutil.chown(self._folder / "aliases", ALIASES_OWNER)
        self.start()
        return self

    def _files(self, uid: int, gid: int) -> dict[str, str]:
        reports = f"{self._folder}/reports"
        keep = f"cat > {reports}/$$.part && mv {reports}/$$.part {reports}/$$.eml"
        return {
            "main.cf": _MAIN.format(
                folder=self._folder, domain=DOMAIN, ours=OURS, uid=uid, gid=gid, largest=LARGEST,
                certificate=CERTIFICATE,
            ),
            "master.cf": _MASTER.format(
                port=self.port, tls_port=self.tls_port, expired_port=self.expired_port, expired=EXPIRED,
                elsewhere_port=self._elsewhere_port, login_port=self.login_port, passwords_port=self._passwords.port,
            ),
            "mailboxes": "".join(f"{name}@{DOMAIN} {name}/\n" for name in MAILBOXES),
            "aliases": f'duban-bounce "|/bin/sh -c \'{keep}\'"\n',
            "transport": f"{ELSEWHERE} smtp:[127.0.0.1]:{self._elsewhere_port}\n",
            "nobody": f"{ELSEWHERE} 550 5.1.1 there is nobody of this name\n",
            "access": f"later@{DOMAIN} 450 4.2.1 come back later\n",
        }  # fmt: skip

    def __exit__(self, *_: object) -> None:
        self.break_off()
        self._passwords.__exit__()
        shutil.rmtree(self._folder)

    def start(self) -> None:
        """Start it; it goes on with what is in its queue."""
        self._do("start")
        (self._folder / "queue" / "quick-start").touch()  # once is enough to check its files

    def stop(self) -> None:
        """Stop it; what it is doing comes to its end."""
        self._do("stop")

    def break_off(self) -> None:
        """Stop it at once, whatever it is doing."""
        self._do("abort")
        wait_for(lambda: not self._runs(), "the end of Postfix", 10)

    def _do(self, what: str) -> None:
        assert PROGRAM is not None
        subprocess.run([PROGRAM, "-c", self._folder, what], check=True, capture_output=True, timeout=30)

    def _runs(self) -> bool:
        assert PROGRAM is not None
        asked = subprocess.run([PROGRAM, "-c", self._folder, "status"], check=False, capture_output=True, timeout=30)
        return asked.returncode == 0

    def log(self) -> str:
        """What it says of itself."""
        return (self._folder / "log").read_text(encoding="utf-8")

    def arrived(self, mailbox: str) -> list[EmailMessage]:
        """What is in a mailbox, once nothing is left in the queue."""
        wait_for(lambda: not any(self._queued()), "an empty queue", 20)
        files = (self._folder / "mail" / mailbox / "new").glob("*")
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]

    def report(self) -> bytes:
        """The report that it handed to the command behind the return address; gives each once."""
        wait_for(lambda: any(self._reports()), "a report", 20)
        file = self._reports()[0]
        content = file.read_bytes()
        file.unlink()
        return content

    def _reports(self) -> list[Path]:
        return list((self._folder / "reports").glob("*.eml"))

    def _queued(self) -> list[Path]:
        """What it took and has not delivered; a file that cannot be executed holds a message that was never whole."""
        queue = self._folder / "queue"
        files = [file for name in ("incoming", "active", "deferred") for file in (queue / name).rglob("*")]
        return [file for file in files if file.is_file() and os.access(file, os.X_OK)]
