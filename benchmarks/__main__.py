"""All figures that have an aim, in one table. `QUICK=1` takes small sizes: rough figures in two minutes.

.venv/bin/python -m benchmarks
"""

import sys
from itertools import chain

from benchmarks import dispatch, growth, loading, morning, planning, sharing
from benchmarks.measuring import show

if __name__ == "__main__":
    show(chain.from_iterable(module.rows() for module in (loading, planning, morning, dispatch, sharing, growth)))
    sys.exit(0)
