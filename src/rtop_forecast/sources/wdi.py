"""World Development Indicators: the API's CSV with its preamble, and a long table made from it."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources._files import csv_header, read_csv
from rtop_forecast.sources._table import SourceTable
from rtop_forecast.sources._territory import composites, present_areas
from rtop_forecast.states import state_years

__all__ = ["ADDITIVE", "long_form", "read", "recognise"]

#: Indicators that may be added up over areas.
ADDITIVE = frozenset({"SP.POP.TOTL"})

_EWP_NAMES = {
    "wdi.popsize.new": "SP.POP.TOTL",
    "wdi.imrate.new": "SP.DYN.IMRT.IN",
    "wdi.gdppc.new": "NY.GDP.PCAP.KD",
    "wdi.gdppcgrow.new": "NY.GDP.PCAP.KD.ZG",
    "wdi.trade.new": "NE.TRD.GNFS.ZS",
}
_API = ["Country Name", "Country Code", "Indicator Name", "Indicator Code"]


def _preamble(path: str | Path) -> int | None:
    """Count the lines before an API file's header; None for other files."""
    for line in (0, 4, 3, 2, 1):
        if csv_header(path, line=line)[:4] == _API:
            return line
    return None


def recognise(path: str | Path) -> bool:
    """Whether a file is an API CSV (with or without its four-line preamble) or EWP's long table."""
    return _preamble(path) is not None or {"iso3c", "year", "wdi.popsize.new"} <= set(csv_header(path))


def long_form(path: str | Path) -> pd.DataFrame:
    """One row per area, year and indicator.

    Returns
    -------
    pandas.DataFrame
        ``iso3c, area, year, indicator, value``; cells without a value are left out. Aggregates
        such as "World" or "Arab World" are still in. Namibia's ISO-2 code "NA" is a code.

    Raises
    ------
    DataIntegrityError
        If the file is neither form or has no year columns.
    """
    line = _preamble(path)
    if line is not None:
        frame = read_csv(path, skiprows=line)
        years = [name for name in frame.columns if re.fullmatch(r"\d{4}", str(name))]
        if not years:
            message = (
                f"{Path(path).name} has no year columns such as '1960'; download it again as CSVfrom the API."
            )
            raise DataIntegrityError(message)
        names = {"Country Code": "iso3c", "Country Name": "area", "Indicator Code": "indicator"}
        long = frame.rename(columns=names).melt(
            id_vars=list(names.values()), value_vars=years, var_name="year", value_name="value"
        )
    else:
        frame = read_csv(path)
        present = {old: new for old, new in _EWP_NAMES.items() if old in frame.columns}
        if not present or not {"iso3c", "country", "year"} <= set(frame.columns):
            message = f"{Path(path).name} is no World Bank table this reader knows; use the API's CSV."
            raise DataIntegrityError(message)
        long = frame.rename(columns={**present, "country": "area"}).melt(
            id_vars=["iso3c", "area", "year"],
            value_vars=list(present.values()),
            var_name="indicator",
            value_name="value",
        )
    long = long[long["value"].notna()].assign(year=lambda f: f["year"].astype("int64"))
    return long[["iso3c", "area", "year", "indicator", "value"]].reset_index(drop=True)


def read(path: str | Path) -> SourceTable:
    """State-years of World Development Indicators.

    Parameters
    ----------
    path : path
        ``API_<indicator>_DS2_en_csv_v2_<n>.csv`` or EWP's ``wdi.csv``.

    Returns
    -------
    SourceTable
        One column per indicator under its official code; persons for ``SP.POP.TOTL``. Aggregates
        and areas that were no state are reported as unmatched. Values stand for the territory on
        31 December: a population is summed over the areas of a former union (Soviet
        Union, Yugoslavia, Czechoslovakia, ...), other indicators are attached only where the
        territory is the present one; ``territory`` says which.

    References
    ----------
    World Bank (2025). World Development Indicators. https://datacatalog.worldbank.org/search/dataset/0037712
    """
    long = long_form(path)
    wide = long.pivot_table(index=["iso3c", "year"], columns="indicator", values="value").reset_index()
    wide.columns.name = None
    names = [str(name) for name in wide.columns if name not in ("iso3c", "year")]
    matched, unmatched = present_areas(wide, system="worldbank")
    data = matched[["country_id", "year", *names, "territory"]]
    span = state_years(first=int(wide["year"].min()), last=min(int(wide["year"].max()), 2025))
    for name in sorted(ADDITIVE & set(names)):
        data = pd.concat([data, composites(wide, value=name, state_years=span)], ignore_index=True)
    return SourceTable(
        source="wdi",
        release="2025",
        data=data,
        coverage={name: _span(wide, name) for name in names},
        zero_inside=frozenset(),
        publication_lag_months=6,
        unmatched=unmatched,
    )


def _span(wide: pd.DataFrame, name: str) -> tuple[int, int]:
    years = wide.loc[wide[name].notna(), "year"]
    return int(years.min()), int(years.max())
