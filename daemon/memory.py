"""Memory: a config stays for long, and Python need not search it for unreachable cycles again and again."""

import gc

_YOUNG = 10_000
"""How many objects are made before Python searches the newest; to plan a few organizations takes some ten thousand."""


def settle() -> None:
    """Leave all that is there now out of those searches; to be called when a config has come into force.

    A tick or the planning of a city makes so much that Python searches everything a dozen times meanwhile, which with
    100,000 organizations takes a quarter of the time. What was left out before is searched once more, so that nothing
    unreachable stays; a config holds no cycles, and one that is replaced goes without any search.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG)
