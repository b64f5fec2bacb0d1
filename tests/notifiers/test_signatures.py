"""Requests to cloud providers are signed as their own SDKs sign them.

signatures.json was recorded from alibabacloud-tea-openapi 0.4.6 and tencentcloud-sdk-python-common 3.1.195.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from notifiers import aliyun, tencent

RECORDED: dict[str, list[dict[str, Any]]] = json.loads(Path(__file__).with_name("signatures.json").read_text("utf-8"))


@pytest.mark.parametrize("case", RECORDED["aliyun"], ids=lambda case: case["query"]["TemplateParam"])
def test_aliyun_is_signed_as_its_sdk_does_it(case: dict[str, Any]) -> None:
    headers = aliyun.signed_headers(
        "dysmsapi.aliyuncs.com", "SendSms", case["query"], key="LTAIexample", secret=case["secret"],
        now=datetime.fromisoformat(case["date"]), nonce=case["nonce"],
    )  # fmt: skip
    assert headers["Authorization"] == case["authorization"]


@pytest.mark.parametrize("case", RECORDED["tencent"], ids=lambda case: case["secret"])
def test_tencent_is_signed_as_its_sdk_does_it(case: dict[str, Any]) -> None:
    headers = tencent.signed_headers(
        "sms.tencentcloudapi.com", "SendSms", case["body"].encode(), key="AKIDexample", secret=case["secret"],
        region="ap-guangzhou", now=datetime.fromtimestamp(case["timestamp"], UTC),
    )  # fmt: skip
    assert headers["Authorization"] == case["authorization"]
    assert headers["Content-Type"] == case["content_type"]
