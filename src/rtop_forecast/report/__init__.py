"""Results as tables and files; the only place that may draw."""

from rtop_forecast.report._tables import write_tables

__all__ = ["write_tables"]
