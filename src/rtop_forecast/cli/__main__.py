"""``python -m rtop_forecast.cli``."""

from __future__ import annotations

import sys

from rtop_forecast.cli import main

if __name__ == "__main__":
    sys.exit(main())
