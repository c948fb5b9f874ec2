"""The panel: one row per independent state and year, every value with its source and its date of publication."""

from rtop_forecast.panel.build import FIRST_YEAR, build_panel, with_table
from rtop_forecast.panel.load import load_panel
from rtop_forecast.panel.own_data import add_events, add_variables
from rtop_forecast.panel.panel import Panel
from rtop_forecast.panel.variables import Variable
from rtop_forecast.panel.vintages import Vintage

__all__ = [
    "FIRST_YEAR",
    "Panel",
    "Variable",
    "Vintage",
    "add_events",
    "add_variables",
    "build_panel",
    "load_panel",
    "with_table",
]
