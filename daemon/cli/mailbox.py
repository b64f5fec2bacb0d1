"""`duban mail`: reading what a maildir channel wrote."""

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import click

from daemon.cli.context import fail
from daemon.cli.output import Form, show

_SHOWN = ("From", "To", "Date", "Subject", "Message-ID", "X-Duban-Notice")


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--last", default=40, show_default=True, help="How many to list, the latest last.")
def mail(path: Path, last: int) -> None:
    """List the messages in a maildir, or show one message file as its reader sees it."""
    if path.is_file():
        message = _parse(path)
        if not any(message[name] for name in _SHOWN):
            fail(f"{path} is no message")
        _show_message(message)
        return
    files = sorted((path / "new").glob("*.eml")) if (path / "new").is_dir() else sorted(path.glob("*.eml"))
    if not files:
        fail(f"no messages in {path}")
    rows = [_row(file) for file in files[-last:]]
    show(rows, Form.TABLE, ("file", "to", "subject"))
    click.echo(f"{len(rows)} of {len(files)} messages")


def _parse(file: Path) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(file.read_bytes())


def _row(file: Path) -> dict[str, object]:
    message = _parse(file)
    return {"file": file.name, "to": message["To"], "subject": message["Subject"] or _text(message).strip()}


def _show_message(message: EmailMessage) -> None:
    for name in _SHOWN:
        if message[name]:
            click.echo(f"{name}: {message[name]}")
    click.echo(f"\n{_text(message)}")


def _text(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain",))
    return str(body.get_content()) if body is not None else ""


COMMANDS = (mail,)
