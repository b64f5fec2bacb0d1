"""Commands whose words may be limits that count back, which look like options."""

import re

import click

_COUNTS_BACK = re.compile(r"-[0-9]+[^0-9.\s]")


class CountingBack(click.Command):
    """A command that takes `-2h` as a word, not as the options -2 and -h (help); such a word is its last argument."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put what counts back behind `--`, where nothing is an option."""
        back = [each for each in args if _COUNTS_BACK.match(each)]
        if back and "--" not in args:
            args = [*(each for each in args if each not in back), "--", *back]
        return super().parse_args(ctx, args)
