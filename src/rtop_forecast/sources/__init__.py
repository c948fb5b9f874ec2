"""Official releases in their publishers' own formats, one module per dataset.

Importing this package reads no file and loads no optional library; each reader imports what it
needs when it is called.
"""

from rtop_forecast.sources.reading.months import MonthTable
from rtop_forecast.sources.reading.table import SourceTable

__all__ = ["MonthTable", "SourceTable"]
