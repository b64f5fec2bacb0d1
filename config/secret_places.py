"""Secrets: where they are kept. The config names the place, never the secret itself."""

from pydantic import ConfigDict, Field, model_validator

from config.fields import CREDENTIAL_PATTERN, VARIABLE_PATTERN
from config.validation import Strict


class Secret(Strict):
    """Where a secret is kept: in a credential that systemd hands to the service, or in an environment variable."""

    model_config = ConfigDict(
        json_schema_extra={
            "minProperties": 1,
            "maxProperties": 1,
            "errorMessage": "secrets do not belong into this file; write {credential: NAME} or {env: NAME}",
        }
    )

    credential: str | None = Field(
        default=None,
        pattern=CREDENTIAL_PATTERN,
        description="the name of a systemd credential (LoadCredential=)",
        examples=["smtp-password"],
    )
    env: str | None = Field(
        default=None,
        pattern=VARIABLE_PATTERN,
        description="the name of an environment variable",
        examples=["SMTP_PASSWORD"],
    )

    @model_validator(mode="before")
    @classmethod
    def _names_one_place(cls, value: object) -> object:
        if not isinstance(value, dict) or len({"credential", "env"} & value.keys()) != 1:
            raise ValueError("secrets do not belong into this file; write {credential: NAME} or {env: NAME}")
        return value
