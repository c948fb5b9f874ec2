"""Results as pages and tables, with the figures of ``plot`` in the page's style."""

from rtop_forecast.report.tables import write_tables
from rtop_forecast.report.write import write_brief, write_report

__all__ = ["write_brief", "write_report", "write_tables"]
