"""The schema of channels: how messages go out."""

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from config.consistency import Consistent, rule
from config.fields import RATE_PATTERN, Flag, HeaderName, HeaderValue, HttpUrl, ReturnEmail, Sender, Text
from config.secret_places import Secret
from config.sms_templates import NamedTemplate, OrderedTemplate, TemplateText, template_faults
from config.validation import FieldError, Strict
from obligations.organizations import AddressKind

RateText = Annotated[str, Field(pattern=RATE_PATTERN)]


class _Sending(Consistent):
    """What every channel that really sends has in common."""

    timeout: float = Field(default=20, gt=0, le=600, description="seconds for sending one message", examples=[30])
    connections: int = Field(default=4, ge=1, le=64, description="how many messages go at the same time", examples=[8])
    rate: RateText | None = Field(
        default=None,
        description="how many messages may go in any second, minute, hour or day, from all nodes together",
        examples=["100/minute"],
    )
    budget: list[RateText] = Field(
        default_factory=list,
        description="how many messages one person may get in any minute, hour or day; what is over it waits, and "
        "then goes as one message; urgent ones go nevertheless",
        examples=[["1/minute", "5/hour", "10/day"]],
    )
    spread: int = Field(
        default=0,
        ge=0,
        le=240,
        description="minutes after the opening of office hours over which messages are spread, person by person, so "
        "that the morning after a holiday is no storm; urgent ones go at once",
        examples=[15],
    )


class BounceSettings(Strict):
    """The return address that says which message came back."""

    address: ReturnEmail = Field(
        description="where mail that cannot be delivered comes back; the server hands what comes to "
        "`name+anything@…` to `duban bounce`; at most 14 characters before the @",
        examples=["duban-bounce@example.gov.cn"],
    )
    secret: Secret = Field(
        description="where the secret is kept that signs each return address, so that nobody can forge a bounce",
        examples=[{"credential": "bounce-secret"}],
    )


class SmtpSettings(_Sending):
    """E-mail through a server of your own."""

    kind: Literal["smtp"] = Field(description="mail through a server of your own", examples=["smtp"])
    host: Text = Field(description="the server's name or address", examples=["mail.example.gov.cn"])
    port: int = Field(default=465, ge=1, le=65535, description="the port that it listens on", examples=[587])
    tls: Literal["implicit", "starttls", "none"] = Field(
        default="implicit",
        description="how the connection is encrypted; `none` only to this machine, or with `insecure: true`",
        examples=["starttls"],
    )
    username: str | None = Field(default=None, description="the account to log in with", examples=["duban"])
    password: Secret | None = Field(
        default=None,
        description="where its password is kept; never the password itself",
        examples=[{"credential": "smtp-password"}],
    )
    sender: Sender = Field(
        description="whom messages come from: a name with an address, or the address alone",
        examples=["市安委办 <duban@example.gov.cn>"],
    )
    invitations: Flag = Field(
        default=True,
        description="whether a message about one duty puts its due day into the reader's calendar",
        examples=[False],
    )
    bounces: BounceSettings | None = Field(
        default=None,
        description="where mail that cannot be delivered comes back to; the sender where this is not said",
        examples=[{"address": "duban-bounce@example.gov.cn", "secret": {"credential": "bounce-secret"}}],
    )
    timeout: float = Field(default=60, gt=0, le=600, description="seconds for sending one message", examples=[30])
    connections: int = Field(default=2, ge=1, le=64, description="how many messages go at the same time", examples=[4])
    insecure: Flag = Field(
        default=False, description="allow `tls: none` to a host that is not this machine", examples=[True]
    )

    @rule
    def _encrypts_what_leaves_this_machine(self) -> Iterator[ValueError]:
        if self.tls == "none" and not self.insecure and not _is_this_machine(self.host):
            yield FieldError(
                "tls",
                f"`none` would send to {self.host} unencrypted; write implicit or starttls, or add `insecure: true`",
            )

    @property
    def address(self) -> AddressKind:
        """The kind of address it sends to."""
        return AddressKind.EMAIL


class _Sms(_Sending):
    @property
    def address(self) -> AddressKind:
        """The kind of address it sends to."""
        return AddressKind.MOBILE


class HttpSmsSettings(_Sms):
    """SMS through any gateway that takes an HTTP request."""

    kind: Literal["http", "http-sms"] = Field(
        description="SMS through any gateway that takes an HTTP request", examples=["http"]
    )
    url: HttpUrl = Field(description="where the request goes", examples=["https://sms.example.gov.cn/send"])
    method: Literal["GET", "POST", "PUT"] = Field(
        default="POST", description="the method of the request", examples=["PUT"]
    )
    headers: dict[HeaderName, HeaderValue] = Field(
        default_factory=dict,
        description="headers of the request; a secret goes into `token`",
        examples=[{"Content-Type": "application/json"}],
    )
    body: TemplateText = Field(
        default='{"mobile": {{ mobile | tojson }}, "text": {{ text | tojson }}, "id": {{ message_id | tojson }}}',
        description="the request's body, a template that knows mobile, text, name and message_id",
        examples=['{"phone": {{ mobile | tojson }}, "content": {{ text | tojson }}}'],
    )
    success: dict[str, str] = Field(
        default_factory=dict,
        max_length=1,
        description="a path in the JSON answer, and the text there that means success",
        examples=[{"code": "0"}],
    )
    retry_codes: list[Text] = Field(
        default_factory=list, description="texts at that path which mean: try again later", examples=[["1008"]]
    )
    token: Secret | None = Field(
        default=None,
        description="where the secret is kept that is sent as `Authorization: Bearer …`",
        examples=[{"credential": "sms-token"}],
    )
    signature: str = Field(
        default="",
        description="the signature that the gateway puts before each SMS, to count its length",
        examples=["市安委办"],
    )

    @field_validator("headers")
    @classmethod
    def _hold_no_secret(cls, value: dict[str, str]) -> dict[str, str]:
        if any(name.casefold() == "authorization" for name in value):
            raise ValueError(
                "Authorization holds a secret, and secrets do not belong into this file; write "
                "`token: {credential: NAME}`, which is sent as `Authorization: Bearer …`"
            )
        return value


class AliyunSettings(_Sms):
    """SMS through Aliyun."""

    kind: Literal["aliyun"] = Field(description="SMS through Aliyun (短信服务)", examples=["aliyun"])
    access_key: Text = Field(description="the AccessKey's id", examples=["LTAI5tExample"])
    secret: Secret = Field(description="where its secret is kept", examples=[{"credential": "aliyun-secret"}])
    signature: Text = Field(description="the registered signature, without brackets", examples=["市安委办"])
    templates: dict[str, NamedTemplate] = Field(
        description="the registered templates: default, digest (several notices in one), or a stage",
        examples=[{"default": {"code": "SMS_123456789", "parameters": {"name": "{{ name }}"}}}],
    )
    url: HttpUrl = Field(
        default="https://dysmsapi.aliyuncs.com/",
        description="where the service is",
        examples=["https://dysmsapi.aliyuncs.com/"],
    )

    receipts: Literal["pull"] | None = Field(
        default=None,
        description="`pull`: the service is asked what became of each message, for two days; where this is not said, "
        "it may push receipts (see `receipts` of duban.yaml)",
        examples=["pull"],
    )

    @rule
    def _knows_a_template(self) -> Iterator[ValueError]:
        yield from template_faults(self.templates)


class TencentSettings(_Sms):
    """SMS through Tencent Cloud."""

    kind: Literal["tencent"] = Field(description="SMS through Tencent Cloud", examples=["tencent"])
    secret_id: Text = Field(description="the key's id (SecretId)", examples=["AKIDExample"])
    secret: Secret = Field(description="where the key is kept (SecretKey)", examples=[{"credential": "tencent-secret"}])
    app_id: Text = Field(description="the application's id (SmsSdkAppId)", examples=["1400006666"])
    signature: Text = Field(description="the registered signature, without brackets", examples=["市安委办"])
    templates: dict[str, OrderedTemplate] = Field(
        description="the registered templates: default, digest (several notices in one), or a stage",
        examples=[{"default": {"code": "1234567", "parameters": ["{{ name }}", "{{ stage }}"]}}],
    )
    longest_parameter: int = Field(
        default=6,
        ge=1,
        le=100,
        description="characters that a variable takes; what is longer is shortened (12 on older accounts)",
        examples=[12],
    )
    region: Text = Field(default="ap-guangzhou", description="the service's region", examples=["ap-beijing"])
    url: HttpUrl = Field(
        default="https://sms.tencentcloudapi.com/",
        description="where the service is",
        examples=["https://sms.tencentcloudapi.com/"],
    )

    receipts: Literal["pull"] | None = Field(
        default=None,
        description="`pull`: receipts are taken out of the account's queue, which Tencent opens on request; where this "
        "is not said, it may push them (see `receipts` of duban.yaml)",
        examples=["pull"],
    )

    @rule
    def _knows_a_template(self) -> Iterator[ValueError]:
        yield from template_faults(self.templates)


class MasSettings(_Sms):
    """SMS through China Mobile's 云MAS."""

    kind: Literal["mas"] = Field(description="SMS through China Mobile's 云MAS", examples=["mas"])
    url: HttpUrl = Field(
        description="the service's address from your contract, without /sms/…",
        examples=["https://mas.example.gov.cn:28888"],
    )
    enterprise: Text = Field(description="the customer's name (ecName)", examples=["某市应急管理局"])
    account: Text = Field(description="the interface's account (apId)", examples=["duban"])
    secret: Secret = Field(
        description="where its password is kept (secretKey)", examples=[{"credential": "mas-secret"}]
    )
    sign_code: Text = Field(description="the code of the signature, not its text (sign)", examples=["A1b2C3d4E"])
    extension: str = Field(default="", description="digits after the sender's number (addSerial)", examples=["01"])
    signature: str = Field(default="", description="the signature's text, to count its length", examples=["市安委办"])
    templates: dict[str, OrderedTemplate] = Field(
        default_factory=dict,
        description="the registered templates: default, digest (several notices in one), or a stage; free text where "
        "there are none",
        examples=[{"default": {"code": "a1b2c3", "parameters": ["{{ name }}", "{{ short_title }}"]}}],
    )

    @rule
    def _knows_a_template(self) -> Iterator[ValueError]:
        if self.templates:
            yield from template_faults(self.templates)


class RobotSettings(_Sms):
    """A robot in a group of WeCom, DingTalk or Feishu: everybody in the group reads it."""

    kind: Literal["wecom-robot", "dingtalk-robot", "feishu-robot"] = Field(
        description="a robot in a group of WeCom, DingTalk or Feishu", examples=["dingtalk-robot"]
    )
    token: Secret = Field(
        description="where the last part of the robot's address is kept: key=…, access_token=… or hook/…",
        examples=[{"credential": "robot-token"}],
    )
    secret: Secret | None = Field(
        default=None,
        description="where the secret is kept that the robot's messages are signed with (DingTalk, Feishu)",
        examples=[{"credential": "robot-secret"}],
    )
    url: HttpUrl | None = Field(
        default=None,
        description="where the platform is, if it is one of your own",
        examples=["https://qyapi.example.gov.cn"],
    )
    connections: int = Field(default=1, ge=1, le=64, description="how many messages go at the same time", examples=[1])
    rate: RateText | None = Field(
        default=None,
        description="how many messages may go in any second, minute, hour or day, from all nodes together; where this "
        "is not said, as many as the platform takes: 20/minute (WeCom, DingTalk), 100/minute (Feishu)",
        examples=["10/minute"],
    )

    @rule
    def _signs_where_it_can(self) -> Iterator[ValueError]:
        if self.kind == "wecom-robot" and self.secret is not None:
            yield FieldError("secret", "robots of WeCom sign nothing; drop it")


class WecomAppSettings(_Sending):
    """Messages to members through an application of WeCom."""

    kind: Literal["wecom-app"] = Field(
        description="messages to members through an application of WeCom", examples=["wecom-app"]
    )
    corp_id: Text = Field(description="the enterprise's id", examples=["ww1234567890abcdef"])
    agent_id: int = Field(ge=1, le=10**12, description="the application's id (AgentId)", examples=[1000002])
    secret: Secret = Field(
        description="where the application's secret is kept", examples=[{"credential": "wecom-secret"}]
    )
    url: HttpUrl = Field(
        default="https://qyapi.weixin.qq.com",
        description="where the platform is; another address where it runs on your own premises",
        examples=["https://qyapi.weixin.qq.com"],
    )

    @property
    def address(self) -> AddressKind:
        """The kind of address it sends to."""
        return AddressKind.WECOM


class WebhookSettings(_Sending):
    """Messages as signed JSON, for a platform of the city's own."""

    kind: Literal["webhook"] = Field(
        description="messages as signed JSON, for a platform of the city's own", examples=["webhook"]
    )
    url: HttpUrl = Field(description="where they go", examples=["https://city.example.gov.cn/duban"])
    secret: Secret = Field(
        description="where the secret is kept that they are signed with", examples=[{"credential": "webhook-secret"}]
    )
    address: AddressKind = Field(
        default=AddressKind.EMAIL, description="which address of a person the platform is told", examples=["mobile"]
    )


class MaildirSettings(Strict):
    """Messages as files in a maildir: for trying things out."""

    kind: Literal["maildir"] = Field(
        description="messages as files in a maildir: for trying things out", examples=["maildir"]
    )
    directory: Path = Field(
        default=Path("mail"), description="the maildir, relative to the config directory", examples=["mail"]
    )
    sender: Sender = Field(
        default="Duban <duban@localhost>",
        description="whom messages come from",
        examples=["市安委办 <duban@example.gov.cn>"],
    )
    address: AddressKind = Field(
        default=AddressKind.EMAIL, description="which address of a person it stands for", examples=["mobile"]
    )


class MemorySettings(Strict):
    """Messages kept in memory and forgotten at the end: for simulations."""

    kind: Literal["memory"] = Field(
        description="messages kept in memory and forgotten at the end: for simulations", examples=["memory"]
    )
    address: AddressKind = Field(
        default=AddressKind.EMAIL, description="which address of a person it stands for", examples=["mobile"]
    )


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


SendingSettings = (
    SmtpSettings
    | HttpSmsSettings
    | AliyunSettings
    | TencentSettings
    | MasSettings
    | RobotSettings
    | WecomAppSettings
    | WebhookSettings
)
"""Channels that really send, at a pace."""
ChannelSettings = Annotated[SendingSettings | MaildirSettings | MemorySettings, Field(discriminator="kind")]
