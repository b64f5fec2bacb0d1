"""Credentials: secrets are read from where systemd or the environment keeps them, never from the config."""

import os
from pathlib import Path

from config.secret_places import Secret
from daemon.errors import UserError


class SecretError(UserError):
    """A secret that the config names is not there."""


def read_secret(secret: Secret | None) -> str | None:
    """A secret's text, from where systemd or the environment keeps it."""
    if secret is None:
        return None
    if secret.env is not None:
        value = os.environ.get(secret.env)
        if value is None:
            raise SecretError(f"the environment variable {secret.env} is not set; duban.yaml names it")
        return value
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    if directory is None:
        raise SecretError(
            f"no credential {secret.credential!r}: CREDENTIALS_DIRECTORY is not set; let systemd load it "
            "(LoadCredential=), or write {env: NAME} instead"
        )
    try:
        return (Path(directory) / str(secret.credential)).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SecretError(f"the credential {secret.credential!r} cannot be read: {error.strerror}") from error


def secret_of(secret: Secret) -> str:
    """The text of a secret that must be there."""
    return read_secret(secret) or ""
