"""Enums that very much is looked up by."""

from enum import Enum


class Single(Enum):
    """Members are hashed by what they are, since there is one of each; Enum hashes their names, in Python."""

    __hash__ = object.__hash__
