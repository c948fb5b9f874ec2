"""Results as figures, tables and pages; the only place that may draw."""

from rtop_forecast.report.tables import write_tables
from rtop_forecast.report.write import write_brief, write_report

__all__ = ["write_brief", "write_report", "write_tables"]
