"""The command line, as for the tests of the commands."""

from tests.cli.conftest import duban

__all__ = ["duban"]
