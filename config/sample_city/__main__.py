"""Write the sample city into a directory: `python -m config.sample_city config/sample`."""

import sys
from pathlib import Path

from config.sample_city.writing import write_city

if __name__ == "__main__":
    write_city(Path(sys.argv[1]))
