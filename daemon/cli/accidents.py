"""Accidents: what a command meets outside of itself, and could not foresee, said in one line."""

import errno
import sys

_OF_OUTPUT = {errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EDQUOT}


def in_words(error: Exception) -> str | None:
    """What is wrong with a file, the output or the database; None if it is none of these, and so a fault of ours."""
    if isinstance(error, OSError):
        if error.filename is not None:
            return f"{error.filename}: {error.strerror}"
        return f"the output cannot be written: {error.strerror}" if error.errno in _OF_OUTPUT else None
    return _of_database(error) if "sqlalchemy" in sys.modules else None


def _of_database(error: Exception) -> str | None:
    from sqlalchemy.exc import DBAPIError

    from daemon.store.database import why_unusable

    why = why_unusable(error) if isinstance(error, DBAPIError) else None
    return f"the database cannot be used: {why}" if why is not None else None
