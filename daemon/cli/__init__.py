"""The command line: `duban [--config DIR] COMMAND`."""

from daemon.cli.app import main

__all__ = ["main"]
