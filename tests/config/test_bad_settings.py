"""Mistakes in duban.yaml. The mark ▸ stands where the fault is expected."""

from pathlib import Path

import pytest

from config.fields import DATABASE_PATTERN, HOW_TO_WRITE
from tests.config.town import SETTINGS, check_fault

SECRET = "secrets do not belong into this file; write {credential: NAME} or {env: NAME}"

SENDER = "write 市安委办 <duban@example.gov.cn>, or the address alone, with ASCII before the @"

NO_PASSWORD = (
    "database: holds a password, and secrets do not belong into this file; write "
    "postgresql+psycopg://USER@HOST/DATABASE, and `database_password: {credential: NAME}` or `{env: NAME}`"
)


def smtp(fields: str) -> str:
    return f"start: 2026-01-01\nchannels:\n  email: {{kind: smtp, sender: 市安委办 <duban@example.com>, {fields}}}\n"


def sms(fields: str) -> str:
    return f"start: 2026-01-01\nchannels:\n  sms: {{kind: http-sms, url: 'https://sms.example.com', {fields}}}\n"


def started(text: str) -> str:
    return f"start: {text}\nchannels:\n  email: {{kind: memory}}\n"


KINDS = (
    "aliyun, dingtalk-robot, feishu-robot, http, http-sms, maildir, mas, memory, smtp, tencent, webhook, wecom-app, "
    "wecom-robot"
)


def channels(text: str) -> str:
    return f"start: 2026-01-01\nchannels:{text}\n"


RETURN_FORM = (
    "is not possible; write an e-mail address with at most 14 ASCII characters before the @ (50 more are added, and "
    "mail servers take 64), as duban-bounce@example.gov.cn"
)
RETURN_ADDRESSES = [
    ("too many letters", "duban-bounces-x@example.cn"),
    ("Chinese", "退信@example.cn"),
    ("a domain with an empty part", "duban@example..cn"),
    ("a domain that DNS cannot have", "duban@exam_ple.cn"),
    ("dots", "duban.@example.cn"),
    ("too much with its dots", "d.u.b.a.n.b.o.u@example.cn"),
    ("two parts by a plus", "duban+x@example.cn"),
]

FAULTS: dict[str, tuple[str, ...]] = {
    "an unknown field": (SETTINGS + "▸langauge: en\n", "unknown field 'langauge'; did you mean 'language'?"),
    "a field like no other": (
        SETTINGS + "▸xyz: en\n",
        (
            "unknown field 'xyz'; known: admin, backup, board, calendar, catalogues, channels, contact, database, "
            "database_password, language, office_hours, receipts, start, timezone"
        ),
    ),
    "a field twice": (SETTINGS + "▸start: 2026-02-01\n", "'start' is set twice; first in line 1"),
    "an unknown language": (
        SETTINGS + "language: ▸zh\n",
        "language: 'zh' is not possible; known: en, zh_CN",
    ),
    "a list for the language": (
        SETTINGS + "language: ▸[en]\n",
        "language: expected one of en, zh_CN; found a list",
    ),
    "a month that does not exist": (
        started("▸2026-13-01"),
        "start: '2026-13-01' is no day of the calendar (month must be in 1..12)",
    ),
    "a day that does not exist": (
        started("▸2026-02-30"),
        "start: '2026-02-30' is no day of the calendar (day is out of range for month)",
    ),
    "a German day": (started("▸18.9.2026"), "start: '18.9.2026' is not a day; write it as 2026-09-18"),
    "a day in full-width digits": (
        started("▸２０２６-01-01"),
        "start: '２０２６-01-01' is not a day; write it as 2026-09-18",
    ),
    "no start": ("▸channels: {email: {kind: memory}}\n", "the field 'start' is missing"),
    "a start of nothing": (
        "start:▸\nchannels: {email: {kind: memory}}\n",
        "start: expected a day, as 2026-09-18, found nothing",
    ),
    "a list of starts": (started("▸[2026-01-01]"), "start: expected a day, as 2026-09-18, found a list"),
    "a start before the calendar": (
        started("▸1999-01-01"),
        "start: 1999-01-01 is no sensible start; write a day of the years 2004 to 2090",
    ),
    "an unknown time zone": (
        SETTINGS + "timezone: ▸Asia/Shangai\n",
        "timezone: expected a time zone, as Asia/Shanghai, found 'Asia/Shangai'; did you mean 'Asia/Shanghai'?",
    ),
    "a time zone outside its directory": (
        SETTINGS + "timezone: ▸../../etc/passwd\n",
        "timezone: expected a time zone, as Asia/Shanghai, found '../../etc/passwd'",
    ),
    "a time zone of nothing": (
        SETTINGS + "timezone:▸\n",
        "timezone: expected a time zone, as Asia/Shanghai, found nothing",
    ),
    "office hours reversed": (
        SETTINGS + 'office_hours: {from: "17:30", to: ▸"09:00"}\n',
        'to: 09:00 is not after 17:30; for midnight write "24:00"',
    ),
    "office hours of no length": (
        SETTINGS + 'office_hours: {from: "09:00", to: ▸"09:00"}\n',
        'to: 09:00 is not after 09:00; for midnight write "24:00"',
    ),
    "hours that do not exist": (
        SETTINGS + 'office_hours: {from: ▸"9:00", to: ▸"25:00"}\n',
        "from: expected a time of day, as \"09:00\", found '9:00'",
        "to: expected a time of day, as \"09:00\", found '25:00'",
    ),
    "hours of nothing": (
        SETTINGS + "office_hours: {from: ▸, to: ▸}\n",
        'from: expected a time of day, as "09:00", found nothing',
        'to: expected a time of day, as "09:00", found nothing',
    ),
    "a list for the office hours": (
        SETTINGS + "office_hours: ▸[9, 17]\n",
        "office_hours: expected fields with values, found a list",
    ),
    "the name that the program uses for `from`": (
        SETTINGS + 'office_hours: {▸from_: "09:00"}\n',
        "unknown field 'from_'; did you mean 'from'?",
    ),
    "no channel": (channels(" ▸{}"), "channels: is empty; at least one is needed"),
    "channels of nothing": (channels("▸"), "channels: expected fields with values, found nothing"),
    "a list of channels": (channels(" ▸[email]"), "channels: expected fields with values, found a list"),
    "text for a channel": (channels(" {email: ▸smtp}"), "email: expected fields with values, found 'smtp'"),
    "a channel without a kind": (channels(" {email: ▸{host: mail}}"), "email: the field 'kind' is missing"),
    "an unknown channel kind": (
        channels(" {email: ▸{kind: smpt}}"),
        "kind: 'smpt' is not possible; did you mean 'smtp'?",
    ),
    "a channel kind of nothing": (
        channels(" {email: ▸{kind: }}"),
        f"kind: expected one of {KINDS}; found nothing",
    ),
    "an unknown field of a channel": (
        smtp("host: mail.example.com, ▸pord: 25"),
        "unknown field 'pord'; did you mean 'port'?",
    ),
    "a misspelt field that is needed": (
        channels(" {email: ▸{kind: smtp, ▸hots: mail, sender: a@example.com}}"),
        "the field 'host' is missing",
        "unknown field 'hots'; did you mean 'host'?",
    ),
    "a port that does not exist": (
        smtp("host: mail.example.com, port: ▸99999"),
        "port: '99999' is too large; at most 65535 is allowed",
    ),
    "words for numbers and flags": (
        smtp("host: mail.example.com, port: ▸smtp, timeout: ▸long, insecure: ▸maybe"),
        "port: expected a whole number, found 'smtp'",
        "timeout: expected a number, found 'long'",
        "insecure: expected true or false, found 'maybe'",
    ),
    "no time at all": (
        smtp("host: mail.example.com, timeout: ▸0"),
        "timeout: '0' is too small; more than 0 is needed",
    ),
    "a host of nothing": (smtp("host: ▸''"), "host: expected text, found ''"),
    **{
        f"a return address in {what}": (
            smtp(f"host: m, bounces: {{address: ▸{address}, secret: {{env: X}}}}"),
            f"address: {address!r} {RETURN_FORM}",
        )
        for what, address in RETURN_ADDRESSES
    },
    "a port that is none": (
        channels(" {sms: {kind: http, url: ▸'http://sms.example.com:99999/'}}"),
        (
            "url: 'http://sms.example.com:99999/' is not possible (Port out of range 0-65535); write an address, as "
            "https://sms.example.gov.cn/send"
        ),
    ),
    "a user whom HTTP cannot carry": (
        channels(" {sms: {kind: http, url: ▸'http://督办:x@sms.example.com/'}}"),
        "url: 'http://督办:x@sms.example.com/' names a user in letters that HTTP does not carry; write Latin ones",
    ),
    "a header over two lines": (
        sms('headers: {X-Key: ▸"a\\nb"}'),
        "X-Key: holds a line break or another control character; write it on one line",
    ),
    "a sender without an address": (
        channels(" {email: {kind: smtp, host: mail, sender: ▸市安委办}}"),
        f"sender: '市安委办' is not possible; {SENDER}",
    ),
    "senders that no server takes": (
        channels(
            " {a: {kind: smtp, host: mail, sender: ▸a@b..c}, b: {kind: smtp, host: mail, sender: ▸a..b@example.cn},"
            " c: {kind: smtp, host: mail, sender: ▸张@例子.中国}, d: {kind: maildir, sender: ▸duban@exa_mple.cn},"
            " e: {kind: maildir, sender: ▸'市安委办 <duban@例子..cn>'}}"
        ),
        f"sender: 'a@b..c' is not possible; {SENDER}",
        f"sender: 'a..b@example.cn' is not possible; {SENDER}",
        f"sender: '张@例子.中国' is not possible; {SENDER}",
        f"sender: 'duban@exa_mple.cn' is not possible; {SENDER}",
        f"sender: '市安委办 <duban@例子..cn>' is not possible; {SENDER}",
    ),
    "an unknown kind of encryption": (
        smtp("host: mail.example.com, tls: ▸ssl"),
        "tls: 'ssl' is not possible; known: implicit, none, starttls",
    ),
    "no encryption to another machine": (
        smtp("host: mail.example.com, tls: ▸none"),
        "tls: `none` would send to mail.example.com unencrypted; write implicit or starttls, or add `insecure: true`",
    ),
    "no encryption to a private address": (
        smtp("host: 10.0.0.5, tls: ▸none"),
        "tls: `none` would send to 10.0.0.5 unencrypted; write implicit or starttls, or add `insecure: true`",
    ),
    "a plain password": (smtp("host: mail.example.com, password: ▸hunter2"), f"password: {SECRET}"),
    "a plain password as a field": (
        smtp("host: mail.example.com, password: ▸{value: hunter2}"),
        f"password: {SECRET}",
    ),
    "a password in two places": (
        smtp("host: mail.example.com, password: ▸{credential: mail, env: MAIL}"),
        f"password: {SECRET}",
    ),
    "a password that is no variable": (
        smtp("host: mail.example.com, password: {env: ▸1-mail}"),
        "env: '1-mail' is not possible; write the name of an environment variable, as SMTP_PASSWORD",
    ),
    "a plain token": (sms("token: ▸abc"), f"token: {SECRET}"),
    "a secret header": (
        sms("headers: ▸{authorization: Bearer abc}"),
        (
            "headers: Authorization holds a secret, and secrets do not belong into this file; write "
            "`token: {credential: NAME}`, which is sent as `Authorization: Bearer …`"
        ),
    ),
    "an address of another protocol": (
        channels(" {sms: {kind: http-sms, url: ▸'ftp://sms.example.com'}}"),
        "url: 'ftp://sms.example.com' is not possible; write an address, as https://sms.example.gov.cn/send",
    ),
    "receipts by a way that there is not": (
        channels(
            " {sms: {kind: tencent, secret_id: x, secret: {env: S}, app_id: '1', signature: x, "
            "templates: {default: {code: '1'}}, receipts: ▸push}}"
        ),
        "receipts: 'push' is not possible; known: pull",
    ),
    "an unknown method": (sms("method: ▸get"), "method: 'get' is not possible; known: GET, POST, PUT"),
    "a body that cannot be filled in": (
        sms("body: ▸'{{ mobile'"),
        "body: is not a template that can be filled in: unexpected end of template, expected 'end of print statement'.",
    ),
    "two signs of success": (
        sms("success: ▸{code: '0', message: ok}"),
        "success: has too many entries; at most 1 is possible",
    ),
    "an unknown database": (
        SETTINGS + "database: ▸mysql://duban\n",
        (
            "database: 'mysql://duban' is not possible; write sqlite:///FILE, as sqlite:///duban.db, or "
            "postgresql+psycopg://USER@HOST/DATABASE"
        ),
    ),
    **{
        f"a database at {words}": (
            SETTINGS + f"database: ▸{address}\n",
            f"database: {address!r} is not possible; {HOW_TO_WRITE[DATABASE_PATTERN]}",
        )
        for words, address in {
            "a port that is a word": "postgresql+psycopg://db:port/duban",
            "a port that there is not": "postgresql+psycopg://duban@db:65536/duban",
            "an address that is not closed": "postgresql+psycopg://[::1/duban",
        }.items()
    },
    "a port to listen on that there is not": (
        SETTINGS + "receipts: {listen: ▸'127.0.0.1:99999', token: {env: TOKEN}}\n",
        "listen: '127.0.0.1:99999' is not possible; write address:port, as 127.0.0.1:8420, with a port up to 65535",
    ),
    "a database with its password": (
        SETTINGS + "database: ▸postgresql+psycopg://duban:geheim@db.example.com/duban\n",
        NO_PASSWORD,
    ),
    "a database with its password behind the name": (
        SETTINGS + "database: ▸postgresql+psycopg://duban@db.example.com/duban?password=geheim\n",
        NO_PASSWORD,
    ),
    "an unknown database with its password": (SETTINGS + "database: ▸mysql://duban:geheim@db/duban\n", NO_PASSWORD),
    "nightly copies of a PostgreSQL database": (
        SETTINGS + "database: postgresql+psycopg://duban@db.example.com/duban\nbackup: ▸{keep: 7}\n",
        "backup: copies SQLite files; a PostgreSQL database is copied by pg_dump (docs/service.md says how)",
    ),
    "a rate without its time": (
        smtp("host: localhost, rate: ▸100"),
        "rate: '100' is not possible; write a number and second, minute, hour or day, as 100/minute",
    ),
    "a list for the directory of copies": (
        SETTINGS + "backup: {directory: ▸[backups]}\n",
        "directory: expected a path, found a list",
    ),
    "no copies to keep": (
        SETTINGS + "backup: {keep: ▸0}\n",
        "keep: '0' is too small; at least 1 is allowed",
    ),
    "an unknown catalogue": (
        SETTINGS + "catalogues: [▸work-saftey]\n",
        "no catalogue 'work-saftey' is shipped; did you mean 'work-safety'?",
    ),
    "text for the catalogues": (
        SETTINGS + "catalogues: ▸work-safety\n",
        "catalogues: expected a list, found 'work-safety'",
    ),
    "a catalogue of nothing": (
        SETTINGS + "catalogues: [work-safety, ▸~]\n",
        "catalogues, item 2: expected text, found nothing",
    ),
    "a board without a port": (
        SETTINGS + "board: {listen: ▸localhost}\n",
        "listen: 'localhost' is not possible; write address:port, as 127.0.0.1:8420, with a port up to 65535",
    ),
    "an admin without an address": (SETTINGS + "admin: ▸{name: 周立恒}\n", "the field 'email' is missing"),
    "an admin with half an address": (
        SETTINGS + "admin: {email: ▸admin}\n",
        "email: 'admin' is not possible; write an e-mail address, as wang@example.com",
    ),
    "an unknown region": (
        SETTINGS + "calendar: {region: ▸广西省}\n",
        "no calendar notice is for the region '广西省'; did you mean '广西'?",
    ),
    "an unknown class of calendar": (
        SETTINGS + "calendar: {workalendar: ▸asia.Hongkong}\n",
        "workalendar has no class 'asia.Hongkong'; write, say, asia.HongKong",
    ),
    "two calendars": (
        SETTINGS + "calendar: {region: 广西, workalendar: ▸asia.HongKong}\n",
        "workalendar: takes the place of all notices, so `region` has no meaning; drop one of the two",
    ),
    "text for the calendar": (
        SETTINGS + "calendar: ▸广西\n",
        "calendar: expected fields with values, found '广西'",
    ),
    "a list where text is expected": (SETTINGS + "contact: ▸[0000]\n", "contact: expected text, found a list"),
    "nothing where text is expected": (SETTINGS + "contact:▸\n", "contact: expected text, found nothing"),
    "a list for the whole file": ("▸- start: 2026-01-01\n", "the file: expected fields with values, found a list"),
    "text for the whole file": ("▸hello\n", "the file: expected fields with values, found 'hello'"),
    "an empty file": ("▸", "the file is empty; `duban init DIR` writes one to start from"),
    "a file of comments": ("▸# nothing yet\n", "the file is empty; `duban init DIR` writes one to start from"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_mistake_in_the_settings_is_shown_at_its_line_and_column(name: str, tmp_path: Path) -> None:
    text, *messages = FAULTS[name]
    check_fault(tmp_path, "duban.yaml", text, *messages)
