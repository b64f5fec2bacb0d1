"""Chance that is the same each time: every organization and every task draws from a source of its own.

So an organization that is added, or a duty, changes nothing about the others. Only `random()` is drawn from, whose
numbers for a seed are promised to stay the same in later versions of Python.
"""

from collections.abc import Sequence
from math import exp
from random import Random
from statistics import NormalDist
from typing import TypeVar

_SEED = "滨江市 2026"
_NORMAL = NormalDist()
T = TypeVar("T")


class Chance:
    """A source of chance for one thing, known by its name."""

    def __init__(self, name: str) -> None:
        self._draw = Random(f"{_SEED}/{name}").random  # noqa: S311 - makes up a city, guards nothing

    def fraction(self) -> float:
        """From 0 up to, not including, 1."""
        return self._draw()

    def happens(self, probability: float) -> bool:
        """Whether something happens that happens so often."""
        return self._draw() < probability

    def between(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        return least + int(self._draw() * (most - least + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """One of several, each as likely as another."""
        return choices[int(self._draw() * len(choices))]

    def weighted(self, choices: Sequence[tuple[T, float]]) -> T:
        """One of several, each as likely as its weight says."""
        left = self._draw() * sum(weight for _, weight in choices)
        for choice, weight in choices:
            left -= weight
            if left < 0:
                return choice
        return choices[-1][0]

    def log_normal(self, median: float, spread: float) -> float:
        """A number around a median that is often smaller and seldom much larger.

        Args:
            spread: of the logarithm; 1 means that one in six is more than e times the median.
        """
        return median * exp(spread * _NORMAL.inv_cdf(min(max(self._draw(), 1e-9), 1 - 1e-9)))
