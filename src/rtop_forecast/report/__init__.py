"""Results as figures, tables and pages; the only place that may draw."""

from rtop_forecast.report._tables import write_tables
from rtop_forecast.report._write import write_report

__all__ = ["write_report", "write_tables"]
