"""Worldwide Governance Indicators: six dimensions of governance by country and year."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading.columns import years
from rtop_forecast.sources.reading.country_years import country_years
from rtop_forecast.sources.reading.files import (
    csv_header,
    excel_rows,
    excel_sheets,
    excel_table,
    r_mentions,
    read_csv,
    read_r,
    refuse_missing_columns,
)
from rtop_forecast.sources.reading.table import SourceTable

__all__ = ["DATASET", "INDICATORS", "LAG_MONTHS", "read", "recognise"]

DATASET = "wgi"
#: A release comes out in the autumn of the year after the last it estimates.
LAG_MONTHS = 9

#: Official code of each dimension: va voice and accountability, pv political stability and absence of violence,
#: ge government effectiveness, rq regulatory quality, rl rule of law, cc control of corruption.
INDICATORS = ("va", "pv", "ge", "rq", "rl", "cc")
_LONG = {"code", "year", "indicator", "estimate", "stddev"}
_R_MARKS = ("wb_country", "wb_code", "Estimate", "StdErr", "NumSrc")
_SHEETS = {
    "VoiceandAccountability": "va",
    "Political StabilityNoViolence": "pv",
    "GovernmentEffectiveness": "ge",
    "RegulatoryQuality": "rq",
    "RuleofLaw": "rl",
    "ControlofCorruption": "cc",
}


def recognise(path: str | Path) -> bool:
    """Whether a file is the long table, the workbook with a sheet per dimension, or an R table."""
    if r_mentions(path, _R_MARKS):
        return True
    if set(excel_sheets(path)) & set(_SHEETS):
        return True
    rows = excel_rows(path, limit=1)
    header = {str(cell).strip() for cell in rows[0]} if rows else set(csv_header(path))
    return header >= _LONG


def read(path: str | Path) -> SourceTable:
    """State-years of the Worldwide Governance Indicators.

    Parameters
    ----------
    path : path
        ``wgidataset.xlsx`` (one row per country, year and indicator), the older workbook with one sheet per
        dimension and six columns per year, a CSV of the long form, or the R object ``wgi``, which holds voice
        and accountability only.

    Returns
    -------
    SourceTable
        For each dimension in :data:`INDICATORS` ``<dimension>_est`` (about -2.5 to 2.5, higher is better; mean
        0 and standard deviation 1 over the world in each year) and ``<dimension>_se``, its standard error. There
        are no estimates for 1997, 1999 and 2001: missing, not interpolated.

    Raises
    ------
    InputError
        If the library for the form is not installed.
    DataIntegrityError
        If the layout is another, an estimate is out of bounds, or two rows of one country and year disagree.

    References
    ----------
    Kaufmann, D., Kraay, A., & Mastruzzi, M. (2011). The Worldwide Governance Indicators: Methodology and
    analytical issues. Hague Journal on the Rule of Law, 3(2), 220-246. https://www.worldbank.org/governance/wgi
    """
    path = Path(path)
    long = years(_long(path), "year", path=path, first=1996)
    wide = _wide(long, path)
    names = [name for name in wide.columns if name not in ("code", "year")]
    return country_years(
        wide,
        {name: name for name in names},
        path=path,
        what="the Worldwide Governance Indicators",
        dataset=DATASET,
        release=str(int(wide["year"].max()) + 1),
        lag_months=LAG_MONTHS,
        codes=[("code", "worldbank")],
        bounds={name: (-5, 5) if name.endswith("_est") else (0, 5) for name in names},
        missing=("..", "#N/A", "NA"),
    )


def _long(path: Path) -> pd.DataFrame:
    """Columns ``code, year, indicator, estimate, se``."""
    if r_mentions(path, _R_MARKS):
        frame = next(iter(read_r(path).values()))
        columns = ["wb_code", "year", "Estimate", "StdErr"]
        refuse_missing_columns(path, frame.columns, columns, what="the Worldwide Governance Indicators")
        frame = frame[columns].set_axis(["code", "year", "estimate", "se"], axis=1)
        return frame.assign(indicator="va")
    sheets = [name for name in excel_sheets(path) if name in _SHEETS]
    if sheets:
        return pd.concat([_sheet(path, name) for name in sheets], ignore_index=True)
    frame = read_csv(path) if csv_header(path) else excel_table(path)
    refuse_missing_columns(path, frame.columns, _LONG, what="the Worldwide Governance Indicators")
    frame = frame.rename(columns={"stddev": "se"})
    return frame[["code", "year", "indicator", "estimate", "se"]]


def _sheet(path: Path, name: str) -> pd.DataFrame:
    """One dimension of the older workbook: years in one row, Estimate, StdErr, ... in the next."""
    rows = excel_rows(path, sheet=name)
    head = next(
        (
            i
            for i, row in enumerate(rows)
            if [str(cell).strip() for cell in row[:2]] == ["Country/Territory", "Code"]
        ),
        None,
    )
    if not head:
        message = (
            f"{path.name}: the sheet {name!r} has no row Country/Territory, Code. Use the official workbook."
        )
        raise DataIntegrityError(message)
    kinds = [str(cell).strip() for cell in rows[head]]
    parts = []
    for j, kind in enumerate(kinds):
        if kind != "Estimate":
            continue
        parts += [(row[1], rows[head - 1][j], row[j], row[j + 1]) for row in rows[head + 1 :] if row[1] != ""]
    frame = pd.DataFrame(parts, columns=["code", "year", "estimate", "se"], dtype=object)
    return frame.assign(indicator=_SHEETS[name])


def _wide(long: pd.DataFrame, path: Path) -> pd.DataFrame:
    kinds = long["indicator"].astype("str").str.strip().str.lower()
    wrong = ~kinds.isin(INDICATORS)
    if wrong.any():
        message = (
            f"{path.name}: an indicator must be one of {', '.join(INDICATORS)}; {int(wrong.sum())} rows have another, "
            f"first {kinds[wrong].iloc[0]!r}. Download the official file again."
        )
        raise DataIntegrityError(message)
    long = long.assign(indicator=kinds, code=long["code"].astype("str").str.strip()).drop_duplicates()
    keys = ["code", "year", "indicator"]
    repeated = long.duplicated(keys, keep=False)
    if repeated.any():
        message = (
            f"{path.name}: one row per code, year and indicator is the rule; {int(repeated.sum())} rows disagree "
            f"with another, first {long.loc[repeated, keys].iloc[0].to_dict()}. Keep the right one of each."
        )
        raise DataIntegrityError(message)
    # pivot, not pivot_table: a repeated row must raise, not be averaged
    wide = long.pivot(index=["code", "year"], columns="indicator", values=["estimate", "se"])  # noqa: PD010
    ends = {"estimate": "est", "se": "se"}
    names = [f"{column[1]}_{ends[str(column[0])]}" for column in wide.columns.to_flat_index()]
    return wide.set_axis(names, axis=1).reset_index()
