"""Receipts: what providers of SMS push to us, or say when asked, about messages that they took before."""

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from notifiers.one_line import one_line


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one message.

    Args:
        reference: what the provider calls it: our own name for it where the provider gives that back (Aliyun's OutId),
            else the one that it gave when it took the message; one request for many numbers has one name.
        address: the number it went to, without a country.
        arrived: whether the telephone has it.
        reason: what the provider says, on one line.
    """

    reference: str
    address: str
    arrived: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Awaited:
    """A message that was taken, and of which nothing has been heard since.

    Args:
        reference: what its receipt will call it.
        address: the number it went to, without a country.
        since: the first instant (UTC) at which it can have been sent, and `at` when it is known to have been taken.
    """

    reference: str
    address: str
    since: datetime
    at: datetime


class PullError(Exception):
    """A provider does not say what became of messages; the message says why."""


@runtime_checkable
class Pulls(Protocol):
    """A channel whose provider can be asked for receipts."""

    def pull(self, due: Sequence[Awaited]) -> AsyncIterator[Sequence[Receipt]]:
        """Ask for receipts; what one request gives at a time, since a provider may say it only once.

        Args:
            due: the messages to ask about, where the provider must be asked about each.

        Raises:
            PullError: it cannot be asked.
        """
        ...


@dataclass(frozen=True, slots=True)
class Form:
    """How a provider pushes receipts: one object or a list of them; and what it wants to hear, or it comes again."""

    read: Callable[[Mapping[str, Any]], Receipt]
    answer: Mapping[str, object]


def _aliyun(told: Mapping[str, Any]) -> Receipt:
    arrived = told.get("success") in (True, "true")
    return Receipt(_text(told, "out_id"), _text(told, "phone_number"), arrived,
                   f"{_text(told, 'err_code')} {_text(told, 'err_msg')}".strip())  # fmt: skip


def _tencent(told: Mapping[str, Any]) -> Receipt:
    arrived = told.get("report_status") == "SUCCESS"
    return Receipt(_text(told, "sid"), _text(told, "mobile"), arrived,
                   f"{_text(told, 'errmsg')} {_text(told, 'description')}".strip())  # fmt: skip


def _mas(told: Mapping[str, Any]) -> Receipt:
    arrived = _text(told, "reportStatus") == "CM:0000" or _text(told, "errorCode") == "DELIVRD"
    return Receipt(_text(told, "msgGroup"), _text(told, "mobile"), arrived,
                   f"{_text(told, 'reportStatus')} {_text(told, 'errorCode')}".strip())  # fmt: skip


FORMS: Mapping[str, Form] = {
    "aliyun": Form(_aliyun, {"code": 0, "msg": "成功"}),
    "tencent": Form(_tencent, {"result": 0, "errmsg": "OK"}),
    "mas": Form(_mas, {"success": True}),
}
"""By the kind of channel; the others push nothing."""


def read_receipts(form: Form, body: bytes) -> list[Receipt] | None:
    """The receipts in what a provider pushed; None if it is not what such a provider pushes."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    found = list(_objects(told))
    return [form.read(each) for each in found] if found else None


def _objects(told: object) -> Iterator[Mapping[str, Any]]:
    for each in told if isinstance(told, list) else [told]:
        if isinstance(each, dict):
            yield each


def _text(told: Mapping[str, Any], name: str) -> str:
    return one_line(str(told.get(name, "")), 200)
