"""SMS providers: what is asked of them, signed as they want it, and what each of their answers means."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from notifiers.aliyun import AliyunChannel, out_id
from notifiers.channel import Channel, Message, Outcome, Permanent, Sent, Stopped, Temporary, Unknown
from notifiers.error_classes import LATER
from notifiers.mas import MasChannel
from notifiers.sms_templates import SmsTemplate, SmsTemplates
from notifiers.tencent import TencentChannel
from tests.notifiers import gateways
from tests.notifiers.gateways import Answer, Provider, each_case, probed, sent
from tests.notifiers.letters import sms

SECRET = "s3cret"
MOMENT = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
FACTS = {"name": "李敏", "short_title": "应急预案演练", "due_day": "6月30日", "stage": "催办", "count": "1"}
MESSAGE = sms(facts=FACTS, stage="urge", message_id="<0123456789abcdef0123456789abcdef@duban.example>")
AGAIN = sms(facts=FACTS, stage="urge", message_id=MESSAGE.message_id, attempt=2)
OUTCOMES = {"permanent": Permanent, "stopped": Stopped, "temporary": Temporary, "doubtful": Unknown}


def templates(longest: int = 35, **more: SmsTemplate) -> SmsTemplates:
    named = {"what": "{{ short_title }}", "due": "{{ due_day }}"}
    return SmsTemplates({"default": SmsTemplate("SMS_1", named), **more}, longest)


def ordered(longest: int = 6) -> SmsTemplates:
    return SmsTemplates({"default": SmsTemplate("1110", ["{{ name }}", "{{ short_title }}办理"])}, longest)


def aliyun(url: str, secret: str = SECRET, **changes: Any) -> Channel:
    usual: dict[str, Any] = {"access_key": "LTAI", "signature": "市安委办", "templates": templates()}
    return AliyunChannel("sms", secret=secret, url=url, now=lambda: MOMENT, **(usual | changes))


def tencent(url: str, secret: str = SECRET) -> Channel:
    return TencentChannel(
        "sms", secret_id="AKID", secret=secret, app_id="1400006666", signature="市安委办", templates=ordered(),
        url=url, now=lambda: MOMENT,
    )  # fmt: skip


def mas(url: str, secret: str = SECRET, **changes: Any) -> Channel:
    return MasChannel(
        "sms", url=url, enterprise="某市应急管理局", account="duban", secret=secret, sign_code="A1b2", **changes
    )


def through_aliyun(*answers: Answer, message: Message = MESSAGE, **changes: Any) -> tuple[Outcome, Provider]:
    provider = Provider(list(answers))
    (outcome,) = sent(gateways.aliyun(provider, SECRET), lambda url: aliyun(url, **changes), message)
    return outcome, provider


def through_tencent(*answers: Answer, message: Message = MESSAGE) -> tuple[Outcome, Provider]:
    provider = Provider(list(answers))
    (outcome,) = sent(gateways.tencent(provider, SECRET), tencent, message)
    return outcome, provider


def through_mas(*answers: Answer, **changes: Any) -> tuple[Outcome, Provider]:
    provider = Provider(list(answers))
    (outcome,) = sent(gateways.mas(provider, SECRET), lambda url: mas(url, **changes), MESSAGE)
    return outcome, provider


def aliyun_says(code: str) -> dict[str, str]:
    return {"Code": code, "Message": "说明", "RequestId": "r", "BizId": "900619746936498440^0"}


def details(*found: dict[str, Any]) -> dict[str, Any]:
    return {"Code": "OK", "TotalCount": len(found), "SmsSendDetailDTOs": {"SmsSendDetailDTO": list(found)}}


def tencent_says(code: str) -> dict[str, Any]:
    status = {"SerialNo": "5000:1045", "PhoneNumber": "+8613800000002", "Fee": 1, "SessionContext": "", "Code": code}
    return {"Response": {"SendStatusSet": [status | {"Message": "说明", "IsoCode": "CN"}], "RequestId": "r"}}


def tencent_fails(code: str) -> dict[str, Any]:
    return {"Response": {"Error": {"Code": code, "Message": "说明"}, "RequestId": "r"}}


ALIYUN = {
    "permanent": (
        "isv.MOBILE_NUMBER_ILLEGAL", "isv.SMS_CONTENT_ILLEGAL", "isv.PARAM_LENGTH_LIMIT",
        "isv.TEMPLATE_MISSING_PARAMETERS", "isv.BLACK_KEY_CONTROL_LIMIT",
    ),
    "stopped": (
        "isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE", "isp.RAM_PERMISSION_DENY", "isv.SMS_SIGNATURE_ILLEGAL",
        "isv.SMS_TEMPLATE_ILLEGAL", "isv.DENY_IP_RANGE", "isv.DAY_LIMIT_CONTROL", "InvalidAccessKeyId.NotFound",
        "isv.PRODUCT_UN_SUBSCRIPT", "isv.ACCOUNT_NOT_EXISTS",
    ),
    "temporary": ("isv.BUSINESS_LIMIT_CONTROL", "isp.SYSTEM_ERROR", "Throttling.User", "something.NEW"),
    "doubtful": ("InternalError.Timeout",),
}  # fmt: skip
TENCENT = {
    "permanent": (
        "FailedOperation.PhoneNumberInBlacklist", "InvalidParameterValue.IncorrectPhoneNumber",
        "FailedOperation.ContainSensitiveWord", "InvalidParameterValue.TemplateParameterLengthLimit",
    ),
    "stopped": (
        "FailedOperation.InsufficientBalanceInSmsPackage", "UnauthorizedOperation.RequestIpNotInWhitelist",
        "FailedOperation.SignatureIncorrectOrUnapproved", "AuthFailure.SecretIdNotFound",
    ),
    "temporary": ("LimitExceeded.PhoneNumberDailyLimit", "InternalError.OtherError", "RequestLimitExceeded"),
    "doubtful": ("InternalError.Timeout", "InternalError.SendAndRecvFail"),
}  # fmt: skip
MAS = {
    "permanent": ("InvalidMessage", "TooManyMobiles"),
    "stopped": ("IllegalMac", "IllegalSignId", "InvalidUsrOrPwd", "NoSignId"),
    "temporary": ("SystemBusy",),
}


def test_aliyun_is_given_number_signature_template_parameters_and_our_name_for_the_message() -> None:
    outcome, provider = through_aliyun(aliyun_says("OK"))
    assert outcome == Sent("900619746936498440^0", receipt="0123456789abcdef0123456789abcdef")
    assert provider.asked == [{
        "action": "SendSms", "PhoneNumbers": "13800000002", "SignName": "市安委办", "TemplateCode": "SMS_1",
        "TemplateParam": '{"what": "应急预案演练", "due": "6月30日"}', "OutId": "0123456789abcdef0123456789abcdef",
    }]  # fmt: skip


@pytest.mark.parametrize(("outcome", "code"), each_case(ALIYUN))
@pytest.mark.parametrize("status", [200, 400])
def test_what_a_code_of_aliyun_means_whatever_the_status(outcome: str, code: str, status: int) -> None:
    found, _ = through_aliyun(web.json_response(aliyun_says(code), status=status))
    assert isinstance(found, OUTCOMES[outcome])
    assert code in str(found)


def test_too_much_for_one_number_waits_an_hour() -> None:
    found, _ = through_aliyun(aliyun_says("isv.BUSINESS_LIMIT_CONTROL"))
    assert isinstance(found, Temporary)
    assert found.retry_after == LATER


@pytest.mark.parametrize("status", [200, 502, 504])
def test_an_answer_that_cannot_be_read_is_doubtful(status: int) -> None:
    found, _ = through_aliyun(web.Response(text="<html>gateway</html>", status=status))
    assert isinstance(found, Unknown)


def test_a_wrong_secret_stops_the_channel() -> None:
    provider = Provider([aliyun_says("OK")])
    (outcome,) = sent(gateways.aliyun(provider, "other"), aliyun, MESSAGE)
    assert isinstance(outcome, Stopped)
    assert provider.refused == 1


@pytest.mark.parametrize(("status", "outcome"), [(1, Sent), (3, Sent), (2, Permanent)])
def test_what_may_have_been_taken_is_asked_for_and_not_sent_again(status: int, outcome: type[Outcome]) -> None:
    found, provider = through_aliyun(
        details({"OutId": "another", "SendStatus": 3}, {"OutId": out_id(AGAIN), "SendStatus": status, "ErrCode": "X"}),
        message=AGAIN,
    )
    assert isinstance(found, outcome)
    assert [(each["action"], each["PhoneNumber"], each["SendDate"]) for each in provider.asked] == [
        ("QuerySendDetails", "13800000002", "20260701")
    ]


def test_what_the_provider_has_not_seen_is_sent() -> None:
    found, provider = through_aliyun(details(), aliyun_says("OK"), message=AGAIN)
    assert isinstance(found, Sent)
    assert [each["action"] for each in provider.asked] == ["QuerySendDetails", "SendSms"]


def test_while_the_provider_cannot_be_asked_it_stays_doubtful_and_nothing_is_sent() -> None:
    found, provider = through_aliyun(aliyun_says("isp.SYSTEM_ERROR"), message=AGAIN)
    assert isinstance(found, Unknown)
    assert [each["action"] for each in provider.asked] == ["QuerySendDetails"]


def test_a_stage_and_a_digest_may_have_templates_of_their_own() -> None:
    chosen = templates(urge=SmsTemplate("SMS_2", {}), digest=SmsTemplate("SMS_3", {"n": "{{ count }}"}))
    several = sms(facts=FACTS | {"count": "3"}, stage="urge", notices=("a/b/c", "d/e/f"))
    codes = [through_aliyun(aliyun_says("OK"), message=each, templates=chosen)[1].asked[0]["TemplateCode"]
             for each in (MESSAGE, several, sms(facts=FACTS, stage="letter"))]  # fmt: skip
    assert codes == ["SMS_2", "SMS_3", "SMS_1"]


def test_the_probe_tells_a_good_key_from_a_bad_one_and_sends_nothing() -> None:
    provider = Provider([details()])
    assert isinstance(probed(gateways.aliyun(provider, SECRET), aliyun), Sent)
    assert isinstance(probed(gateways.aliyun(provider, "other"), aliyun), Stopped)
    assert [each["action"] for each in provider.asked] == ["QuerySendDetails"]


def test_tencent_is_given_the_number_with_its_country_and_parameters_in_order_each_short_enough() -> None:
    outcome, provider = through_tencent(tencent_says("Ok"))
    assert outcome == Sent("5000:1045")
    assert provider.asked == [{
        "action": "SendSms", "PhoneNumberSet": ["+8613800000002"], "SmsSdkAppId": "1400006666",
        "SignName": "市安委办", "TemplateId": "1110", "TemplateParamSet": ["李敏", "应急预案演…"],
        "SessionContext": out_id(MESSAGE),
    }]  # fmt: skip


@pytest.mark.parametrize(("outcome", "code"), each_case(TENCENT))
@pytest.mark.parametrize("says", [tencent_says, tencent_fails])
def test_what_a_code_of_tencent_means(outcome: str, code: str, says: Any) -> None:
    found, _ = through_tencent(says(code))
    assert isinstance(found, OUTCOMES[outcome])
    assert code in str(found)


def test_a_wrong_key_of_tencent_stops_the_channel() -> None:
    (outcome,) = sent(gateways.tencent(Provider([tencent_says("Ok")]), "other"), tencent, MESSAGE)
    assert isinstance(outcome, Stopped)


@pytest.mark.parametrize(("report", "outcome"), [("SUCCESS", Sent), ("FAIL", Permanent)])
def test_tencent_is_asked_for_what_may_have_been_taken(report: str, outcome: type[Outcome]) -> None:
    status = {"SessionContext": out_id(AGAIN), "ReportStatus": report, "SerialNo": "5000:1045", "Description": "X"}
    found, provider = through_tencent({"Response": {"PullSmsSendStatusSet": [status]}}, message=AGAIN)
    assert isinstance(found, outcome)
    assert [each["action"] for each in provider.asked] == ["PullSmsSendStatusByPhoneNumber"]


def test_what_tencent_has_not_seen_is_sent() -> None:
    found, provider = through_tencent({"Response": {"PullSmsSendStatusSet": []}}, tencent_says("Ok"), message=AGAIN)
    assert isinstance(found, Sent)
    assert [each["action"] for each in provider.asked] == ["PullSmsSendStatusByPhoneNumber", "SendSms"]


def test_mas_is_given_free_text() -> None:
    outcome, provider = through_mas({"success": True, "rspcod": "success", "msgGroup": "0725115450001000016178"})
    assert outcome == Sent("0725115450001000016178")
    asked = provider.asked[0]
    assert (asked["path"], asked["mobiles"], asked["content"]) == ("/sms/norsubmit", "13800000002", "正文 第二行")


def test_mas_is_given_a_template_where_there_is_one() -> None:
    outcome, provider = through_mas({"success": True, "rspcod": "success", "msgGroup": "1"}, templates=ordered())
    assert isinstance(outcome, Sent)
    asked = provider.asked[0]
    assert (asked["path"], asked["templateId"], asked["params"]) == (
        "/sms/tmpsubmit",
        "1110",
        '["李敏", "应急预案演…"]',
    )


@pytest.mark.parametrize(("outcome", "code"), each_case(MAS))
def test_what_a_code_of_mas_means(outcome: str, code: str) -> None:
    found, _ = through_mas({"success": False, "rspcod": code, "msgGroup": ""})
    assert isinstance(found, OUTCOMES[outcome])


def test_a_wrong_password_of_mas_stops_the_channel() -> None:
    (outcome,) = sent(gateways.mas(Provider([{"success": True}]), "other"), mas, MESSAGE)
    assert isinstance(outcome, Stopped)


def test_a_lost_answer_of_mas_can_be_cleared_up_by_nobody() -> None:
    found, _ = through_mas(web.Response(text="<html>gateway</html>", status=502))
    assert isinstance(found, Unknown)
    assert found.repeats


@pytest.mark.parametrize("build", [aliyun, tencent, mas])
def test_secrets_stand_in_no_description_of_a_channel(build: Any) -> None:
    assert SECRET not in repr(build("http://127.0.0.1/"))


@pytest.mark.parametrize("build", [aliyun, tencent, mas])
def test_a_provider_that_is_not_there_is_temporary(build: Callable[[str], Channel]) -> None:
    async def nobody(_: str) -> Outcome:
        channel = build("http://127.0.0.1:9/")
        try:
            return await channel.send(MESSAGE)
        finally:
            await channel.close()

    assert isinstance(gateways.serving(gateways.plain(Provider([{}])), nobody), Temporary)
