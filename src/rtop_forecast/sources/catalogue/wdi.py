"""World Development Indicators: the API's CSV, the bulk file, DataBank exports and a long table."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import numbers, refuse, refuse_repeated, years
from rtop_forecast.sources.reading.matching import with_codes
from rtop_forecast.sources.reading.rows import refuse_repeated_names
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.sources.reading.territory import composites, present_areas
from rtop_forecast.sources.registry import publication_lag
from rtop_forecast.world.states import state_years

__all__ = ["ADDITIVE", "FROM_BULK", "long_form", "read", "recognise"]


#: Indicators that may be added up over areas.
ADDITIVE = frozenset({"SP.POP.TOTL"})

#: Indicators taken from a file that has them all: those that speak to a risk factor of the UN Framework.
FROM_BULK = (
    "SP.POP.TOTL", "SP.POP.0014.TO.ZS", "SP.URB.TOTL.IN.ZS", "SP.DYN.IMRT.IN", "SH.DYN.MORT", "NY.GDP.PCAP.KD",
    "NY.GDP.PCAP.KD.ZG", "NY.GDP.MKTP.CD", "NE.TRD.GNFS.ZS", "NY.GDP.PETR.RT.ZS", "NY.GDP.TOTL.RT.ZS",
    "FP.CPI.TOTL.ZG", "SL.UEM.TOTL.ZS", "MS.MIL.XPND.GD.ZS", "MS.MIL.TOTL.TF.ZS", "SE.SEC.ENRR", "SI.POV.GINI",
    "DT.ODA.ODAT.PC.ZS",
)  # fmt: skip

_EWP_NAMES = {
    "wdi.popsize.new": "SP.POP.TOTL",
    "wdi.imrate.new": "SP.DYN.IMRT.IN",
    "wdi.gdppc.new": "NY.GDP.PCAP.KD",
    "wdi.gdppcgrow.new": "NY.GDP.PCAP.KD.ZG",
    "wdi.trade.new": "NE.TRD.GNFS.ZS",
}
_API = ["Country Name", "Country Code", "Indicator Name", "Indicator Code"]
_BANK = ["Country Name", "Country Code", "Series Name", "Series Code"]
_LONG = ("iso3c", "year", "wdi.popsize.new")
_MISSING = ("..", "")
#: First words below the table of a DataBank export.
_BELOW = ("Data from database", "Last Updated", "Code")
#: A year above a column, as published or as R and Stata write it: "1960", "1960 [YR1960]", "X1960", "_1960".
_YEAR = re.compile(r"[X_]?(\d{4})(?:\.0)?(?:[ ._]{1,2}\[?YR\1[\]._]?)?")
_LINES_ABOVE = range(9)
_NO_CODE = ("", "NA", "nan", "None", "<NA>")


def _cells(path: str | Path, line: int) -> list[str]:
    """Cells of one of a text file's or first sheet's first lines, or the names of another file's columns."""
    kind = files.kind_of(path)
    if kind == "text":
        return files.csv_header(path, line=line)
    if kind != "excel":
        return _column_names(path) if line == 0 else []
    rows = files.excel_rows(path, limit=line + 1)
    return [str(cell).strip() for cell in rows[line]] if len(rows) > line else []


def _column_names(path: str | Path) -> list[str]:
    """Columns of a Stata, SPSS, Parquet or R file, of an R file those of its wide table if it has one."""
    if files.kind_of(path) != "r":
        return sorted(files.header_of(path))
    if not any(files.r_mentions(path, [name]) for name in ("Country Code", "Country.Code", "country_code")):
        return []
    return next((names for names in _r_columns(path).values() if _is_wide(names)), [])


def _r_columns(path: str | Path) -> dict[str, list[str]]:
    return {name: [str(column) for column in frame.columns] for name, frame in files.read_r(path).items()}


def _is_wide(names: list[str]) -> bool:
    published = {_published_name(name) for name in names}
    return published >= set(_API) or published >= set(_BANK)


def _preamble(path: str | Path) -> int | None:
    """Count the lines before a wide file's header; None for other files."""
    for line in _LINES_ABOVE:
        if _is_wide(_cells(path, line)):
            return line
    return None


def _published_name(cell: object) -> str:
    """Name of an identifier as the World Bank spells it, where R, Stata or a database changed blanks or letters.

    Examples
    --------
    >>> _published_name("country.code"), _published_name("Series_Name"), _published_name("X1960")
    ('Country Code', 'Series Name', 'X1960')
    """
    words = " ".join(re.split(r"[\s._]+", str(cell).strip())).title()
    return words if words in (*_API, *_BANK) else str(cell).strip()


def recognise(path: str | Path) -> bool:
    """Whether a file is an API, bulk or DataBank table, as CSV or workbook, or EWP's long table."""
    return _preamble(path) is not None or files.has_columns(path, _LONG)


def long_form(path: str | Path) -> pd.DataFrame:
    """One row per area, year and indicator.

    Returns
    -------
    pandas.DataFrame
        ``iso3c, area, year, indicator, value``; cells without a value are left out. Aggregates
        such as "World" or "Arab World" are still in. Namibia's ISO-2 code "NA" is a code. Of a file with all
        indicators, those of :data:`FROM_BULK`.

    Raises
    ------
    DataIntegrityError
        If the file is not such a table, has no year columns, or a cell is not a number.
    """
    line = _preamble(path)
    long = _long_table(path) if line is None else _wide_table(path, line)
    long = with_codes(long, ["iso3c"], system="worldbank")
    long = numbers(long, ["value"], path=path, missing=_MISSING)
    long = years(long[long["value"].notna()], "year", path=path, first=1960)
    return long[["iso3c", "area", "year", "indicator", "value"]].reset_index(drop=True)


def _wide_table(path: str | Path, line: int) -> pd.DataFrame:
    kind = files.kind_of(path)
    if kind == "excel":
        frame = files.excel_table(path, header=line)
    elif kind == "text":
        frame = files.read_csv(path, skiprows=line, footer=_BELOW)
    elif kind == "r":
        marks = next(names for names in _r_columns(path).values() if _is_wide(names))
        frame = files.read_table(path, marks=marks)
    else:
        frame = files.read_table(path)
    frame = frame.rename(columns=_published_name)
    refuse_repeated_names(path, [str(name) for name in frame.columns])
    columns = {str(name): found[1] for name in frame.columns if (found := _YEAR.fullmatch(str(name)))}
    if not columns:
        message = f"{Path(path).name} has no year columns such as '1960'; download it again as CSV from the World Bank."
        raise DataIntegrityError(message)
    series = "Indicator Code" if "Indicator Code" in frame.columns else "Series Code"
    files.refuse_missing_columns(
        path, frame.columns, ["Country Code", "Country Name", series], what="the WDI"
    )
    if series == "Series Code":
        frame = frame[: _footer(frame["Country Name"])]
    # lines below the table have no code; R writes NA for it
    coded = [~frame[name].astype("str").str.strip().isin(_NO_CODE) for name in ("Country Code", series)]
    frame = frame[coded[0] & coded[1]]
    if frame[series].nunique() > 2 * len(FROM_BULK):
        frame = frame[frame[series].isin(FROM_BULK)]
    refuse_repeated(frame, ["Country Code", series], path=path, rule="an area has one row per indicator")
    odd = ~frame[series].astype("str").str.fullmatch(r"[A-Z]{2}(\.[A-Z0-9]+)+")
    refuse(path, f"column {series!r} must hold codes such as SP.POP.TOTL", odd, frame[series])
    names = {"Country Code": "iso3c", "Country Name": "area", series: "indicator"}
    wide = frame[[*names, *columns]].rename(columns={**names, **columns}).astype("object")
    return wide.melt(id_vars=list(names.values()), var_name="year", value_name="value")


def _footer(names: pd.Series) -> int:
    """Row at which a DataBank export goes over to its date and its table of definitions, or its length."""
    text = names.astype("str").str.strip()
    below = names.isna() | text.eq("Code") | text.str.startswith(("Data from database", "Last Updated"))
    return int(below.to_numpy().argmax()) if below.any() else len(names)


def _long_table(path: str | Path) -> pd.DataFrame:
    frame = files.read_table(path, marks=_LONG)
    present = {old: new for old, new in _EWP_NAMES.items() if old in frame.columns}
    if not present or not {"iso3c", "country", "year"} <= set(frame.columns):
        message = f"{Path(path).name} is not a World Bank table that this reader knows. Use the API's CSV."
        raise DataIntegrityError(message)
    frame = frame[frame["iso3c"].notna()]
    return frame.rename(columns={**present, "country": "area"}).melt(
        id_vars=["iso3c", "area", "year"],
        value_vars=list(present.values()),
        var_name="indicator",
        value_name="value",
    )


def _release(path: str | Path, last: int) -> str:
    """Year of the date that the API writes above its table, else the year after the last."""
    for line in range(4):
        cells = _cells(path, line)
        if cells[:1] == ["Last Updated Date"] and (
            found := re.search(r"\d{4}", cells[1] if len(cells) > 1 else "")
        ):
            return found[0]
    return str(last + 1)


def read(path: str | Path) -> SourceTable:
    """State-years of World Development Indicators.

    Parameters
    ----------
    path : path
        ``API_<indicator>_DS2_en_csv_v2_<n>.csv`` or the API's Excel file, ``WDICSV.csv``, a DataBank export with
        countries or series first, or EWP's ``wdi.csv``.

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
    if long.empty:
        message = f"{Path(path).name} holds no figure. Download it again from the World Bank."
        raise DataIntegrityError(message)
    keys = ["iso3c", "year", "indicator"]
    long = long[[*keys, "value"]].drop_duplicates()
    refuse_repeated(long, keys, path=path, rule="an area has one value per year and indicator")
    # pivot, not pivot_table: a repeated row must raise, not be averaged
    wide = long.pivot(index=["iso3c", "year"], columns="indicator", values="value").reset_index()  # noqa: PD010
    wide.columns.name = None
    names = [str(name) for name in wide.columns if name not in ("iso3c", "year")]
    matched, unmatched = present_areas(wide, system="worldbank")
    data = matched[["country_id", "year", *names, "territory"]]
    span = state_years(first=int(wide["year"].min()), last=min(int(wide["year"].max()), 2025))
    for name in sorted(ADDITIVE & set(names)):
        data = pd.concat([data, composites(wide, value=name, state_years=span)], ignore_index=True)
    release = _release(path, int(wide["year"].max()))
    return SourceTable(
        source=f"wdi-{release}",
        release=release,
        data=data,
        coverage={name: _span(wide, name) for name in names},
        zero_inside=frozenset(),
        publication_lag_months=publication_lag("wdi"),
        unmatched=unmatched,
    )


def _span(wide: pd.DataFrame, name: str) -> tuple[int, int]:
    years = wide.loc[wide[name].notna(), "year"]
    return int(years.min()), int(years.max())
