"""Worldwide Governance Indicators: six dimensions of governance by country and year."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import refuse_repeated, years
from rtop_forecast.sources.reading.spec import Column, CountryYears

__all__ = ["SOURCE"]

_TITLE = "the Worldwide Governance Indicators"
#: Official code of each dimension.
_INDICATORS = ("cc", "ge", "pv", "rl", "rq", "va")
_LONG = {"code", "year", "indicator", "estimate", "stddev"}
_R_MARKS = ("wb_country", "wb_code", "Estimate", "StdErr", "NumSrc")
#: First cells of a sheet's header, in workbooks from 2018 on and before.
_HEADS = (["Country/Territory", "Code"], ["Country/Territory", "WBCode"])
_SHEETS = {
    "VoiceandAccountability": "va",
    "Political StabilityNoViolence": "pv",
    "GovernmentEffectiveness": "ge",
    "RegulatoryQuality": "rq",
    "RuleofLaw": "rl",
    "ControlofCorruption": "cc",
}


def _recognises(path: Path) -> bool:
    """Whether a file is the long table, the workbook with a sheet per dimension, or an R table."""
    if files.has_columns(path, _R_MARKS) or set(files.excel_sheets(path)) & set(_SHEETS):
        return True
    return files.header_of(path) >= _LONG


def _load(path: Path) -> pd.DataFrame:
    """Columns ``code, year`` and an estimate and a standard error for each dimension of the file."""
    return _wide(years(_long(path), "year", path=path, first=1996), path)


def _long(path: Path) -> pd.DataFrame:
    """Columns ``code, year, indicator, estimate, se``."""
    if files.has_columns(path, _R_MARKS):
        columns = ["wb_code", "year", "Estimate", "StdErr"]
        frame = files.read_table(path, marks=columns)
        files.refuse_missing_columns(path, frame.columns, columns, what=_TITLE)
        frame = frame[columns].set_axis(["code", "year", "estimate", "se"], axis=1)
        return frame.assign(indicator="va")
    sheets = [name for name in files.excel_sheets(path) if name in _SHEETS]
    if sheets:
        return pd.concat([_sheet(path, name) for name in sheets], ignore_index=True)
    frame = files.read_table(path)
    files.refuse_missing_columns(path, frame.columns, sorted(_LONG), what=_TITLE)
    frame = frame.rename(columns={"stddev": "se"})
    return frame[["code", "year", "indicator", "estimate", "se"]]


def _sheet(path: Path, name: str) -> pd.DataFrame:
    """One dimension of the older workbook: years in one row, Estimate, StdErr, ... in the next."""
    rows = files.excel_rows(path, sheet=name)
    starts = [[str(cell).strip() for cell in row[:2]] for row in rows]
    head = next((i for i, start in enumerate(starts) if start in _HEADS), 0)
    if not head:
        message = (
            f"{path.name}: the sheet {name!r} has no row Country/Territory, Code (or WBCode). "
            "Use the official workbook."
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
    wrong = ~kinds.isin(_INDICATORS)
    if wrong.any():
        message = (
            f"{path.name}: an indicator must be one of {', '.join(_INDICATORS)}; {int(wrong.sum())} rows have another, "
            f"first {kinds[wrong].iloc[0]!r}. Download the official file again."
        )
        raise DataIntegrityError(message)
    long = long.assign(indicator=kinds, code=long["code"].astype("str").str.strip()).drop_duplicates()
    keys = ["code", "year", "indicator"]
    refuse_repeated(long, keys, path=path, rule="one row per code, year and indicator is the rule")
    # pivot, not pivot_table: a repeated row must raise, not be averaged
    wide = long.pivot(index=["code", "year"], columns="indicator", values=["estimate", "se"])  # noqa: PD010
    ends = {"estimate": "est", "se": "se"}
    names = [f"{column[1]}_{ends[str(column[0])]}" for column in wide.columns.to_flat_index()]
    return wide.set_axis(names, axis=1).reset_index()


SOURCE = CountryYears(
    dataset="wgi",
    title=_TITLE,
    description="""
        File: `wgidataset.xlsx` (one row per country, year and indicator), the older workbook with one sheet per
        dimension and six columns per year, a CSV of the long form, or the R object `wgi`, which holds voice and
        accountability only. A release comes out in the autumn of the year after the last that it estimates.

        - `<dimension>_est`: about -2.5 to 2.5, higher is better; mean 0 and standard deviation 1 over the world in
          each year. `<dimension>_se`: its standard error.
        - Dimensions: `va` voice and accountability, `pv` political stability and absence of violence, `ge` government
          effectiveness, `rq` regulatory quality, `rl` rule of law, `cc` control of corruption.

        There are no estimates for 1997, 1999 and 2001: missing, not interpolated.
    """,
    recognises=_recognises,
    load=_load,
    columns={f"{name}_est": Column(f"{name}_est", (-5, 5), optional=True) for name in _INDICATORS}
    | {f"{name}_se": Column(f"{name}_se", (0, 5), optional=True) for name in _INDICATORS},
    codes=(("code", "worldbank"),),
    first_year=1996,
    edition_after=1,
    missing=("..", "#N/A", "NA"),
)
