"""All figures that have an aim, in one table. `QUICK=1` takes small sizes: rough figures in two minutes.

.venv/bin/python -m benchmarks
"""

import sys
from itertools import chain

from benchmarks import dispatch, growth, morning, planning
from benchmarks.measuring import show

if __name__ == "__main__":
    show(chain.from_iterable(module.rows() for module in (planning, morning, dispatch, growth)))
    sys.exit(0)
