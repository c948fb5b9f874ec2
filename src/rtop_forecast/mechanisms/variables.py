"""Dated mechanisms as variables of state-years."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from rtop_forecast.panel.build import with_table
from rtop_forecast.panel.panel import Panel
from rtop_forecast.sources import SourceTable
from rtop_forecast.sources.mechanisms import first_day, load_mechanisms
from rtop_forecast.sources.reading.table import no_unmatched
from rtop_forecast.world.states import KEYS, state_years

__all__ = ["add_mechanisms", "build_mechanism_years"]

#: Last whole years that the tables cover; the first ones are those of the first row.
_TREATIES = {
    "opcat": ("OPCAT", 2021),
    "ced": ("CED", 2021),
    "cedaw": ("CEDAW", 2021),
    "crc_op_ac": ("CRC-OP-AC", 2021),
    "iccpr_op1": ("ICCPR-OP1", 2021),
    "icescr": ("ICESCR", 2021),
    "refugee_convention": ("Refugee Convention", 2014),
}
_REVIEWS, _OPERATIONS = (2008, 2025), (1948, 2023)
_LAG_MONTHS = 1


def build_mechanism_years(*, first: int = 1946, last: int = 2025) -> pd.DataFrame:
    """Mechanisms of each state and year, for a model that asks for them.

    Parameters
    ----------
    first, last : int
        First and last year.

    Returns
    -------
    pandas.DataFrame
        ``country_id, year`` and the variables: ``mechanisms_upr_years`` (years since the last Universal Periodic
        Review, missing before the first), ``mechanisms_peacekeeping`` (1 if a UN peacekeeping operation was in the
        state in the year) and ``mechanisms_<treaty>`` (1 if party at the end of the year). Inside a table's coverage
        absence is 0, outside it every value is missing. Values of a year use rows of that year or before only.
        Withdrawals from treaties are those that were found.
    """
    rows = load_mechanisms().dropna(subset=["country_id"])
    table = state_years(first=first, last=last)[KEYS].reset_index(drop=True)
    table["mechanisms_upr_years"] = _since_review(table, rows[rows["table"] == "universal_periodic_review"])
    peace = rows[(rows["table"] == "peace_operations") & (rows["status"] == "peacekeeping operation")]
    table["mechanisms_peacekeeping"] = _present(table, peace, _OPERATIONS, whole_year=True)
    deposits = rows[rows["table"] == "treaties"]
    for name, (treaty, end) in _TREATIES.items():
        own = deposits[deposits["mechanism"] == treaty]
        start = int(own["date"].min()[:4])
        table[f"mechanisms_{name}"] = _present(table, own, (start, end), whole_year=False)
    return table


def add_mechanisms(panel: Panel) -> Panel:
    """Add the variables of :func:`build_mechanism_years` to a panel.

    Parameters
    ----------
    panel : Panel

    Returns
    -------
    Panel
        With variables ``mechanisms_*``. No feature of the catalogue reads them: ask for them with
        ``build_features(panel, own={"mechanisms_opcat": 6})``.

    Raises
    ------
    InputError
        If the panel has them already.
    """
    first, last = panel.years
    data = build_mechanism_years(first=first, last=last)
    names = [name for name in data.columns if name not in KEYS and data[name].notna().any()]
    table = SourceTable(
        source="mechanisms-2026",
        release="2026",
        data=data[[*KEYS, *names]],
        coverage=coverage_of(data, names),
        zero_inside=frozenset(),
        publication_lag_months=_LAG_MONTHS,
        unmatched=no_unmatched(),
    )
    return with_table(panel, table)


def coverage_of(data: pd.DataFrame, names: list[str]) -> Mapping[str, tuple[int, int]]:
    """First and last year with a value of each variable."""
    years = {name: data.loc[data[name].notna(), "year"] for name in names}
    return {name: (int(own.min()), int(own.max())) for name, own in years.items()}


def _since_review(table: pd.DataFrame, reviews: pd.DataFrame) -> pd.Series[float]:
    held = reviews[reviews["found_by"] != "scheduled"]
    own = pd.DataFrame(
        {"country_id": held["country_id"].astype("int64"), "held": held["date"].str[:4].astype("int64")}
    )
    pairs = table.reset_index().merge(own, on="country_id")
    pairs = pairs[(pairs["held"] <= pairs["year"]) & pairs["year"].between(*_REVIEWS)]
    last = pairs.groupby("index")["held"].max().reindex(table.index)
    return table["year"] - last


def _present(
    table: pd.DataFrame, rows: pd.DataFrame, years: tuple[int, int], *, whole_year: bool
) -> pd.Series[float]:
    """1 if in force at the end of the year, or at any time in it; NaN outside the years covered."""
    spans = pd.DataFrame(
        {
            "country_id": rows["country_id"].astype("int64"),
            "begin": rows["date"].map(first_day).dt.year,
            "end": rows["until"].map(first_day).dt.year,
        }
    )
    pairs = table.reset_index().merge(spans, on="country_id")
    over = pairs["end"] < pairs["year"] if whole_year else pairs["end"] <= pairs["year"]
    inside = pairs.loc[(pairs["begin"] <= pairs["year"]) & ~over, "index"]
    values = pd.Series(np.isin(table.index, inside).astype(float), index=table.index)
    return values.where(table["year"].between(*years))
