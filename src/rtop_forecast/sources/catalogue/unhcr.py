"""UNHCR population statistics: people by country of origin, country of asylum and year."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import numbers, one_per_key, years
from rtop_forecast.sources.reading.country_years import one_per_state_year, resolved, set_aside
from rtop_forecast.sources.reading.matching import state_table, with_codes
from rtop_forecast.sources.reading.table import Edition, SourceTable
from rtop_forecast.world.states import KEYS

__all__ = ["read", "recognise"]

_R_MARKS = ("coo_iso", "coa_iso", "returned_refugees", "idps")
_R_NUMBERS = {
    "refugees": "refugees",
    "asylum_seekers": "asylum_seekers",
    "idps": "idps",
    "returned_refugees": "returned_refugees",
    "returned_idps": "returned_idps",
    "oip": "oip",
}
_CSV_NUMBERS = {
    "Refugees under UNHCR's mandate": "refugees",
    "Asylum-seekers": "asylum_seekers",
    "IDPs of concern to UNHCR": "idps",
    "Other people in need of international protection": "oip",
}
_CSV_KEYS = {"Year": "year", "Country of origin (ISO)": "coo_iso", "Country of asylum (ISO)": "coa_iso"}
#: Codes that name no country.
NOWHERE = ("UNK", "UKN", "XXA", "STA", "VAR", "-", "")
#: Codes of today under which the figures of a federation stand: its own code, and its last year with them.
FEDERATIONS = {"SRB": ("YUG", 2005), "CZE": ("CSK", 1992), "RUS": ("SUN", 1990)}
_HOSTED = ("refugees", "asylum_seekers")


def recognise(path: str | Path) -> bool:
    """Whether a file is the R table of the package `refugees` or a CSV of the Refugee Data Finder."""
    return files.has_columns(path, _R_MARKS) or _header_line(path) is not None


def read(path: str | Path) -> SourceTable:
    """State-years of forcibly displaced people.

    Parameters
    ----------
    path : path
        ``population.csv`` as the Refugee Data Finder exports it (with its preamble), or the table of the R object
        ``population``.

    Returns
    -------
    SourceTable
        People (stocks at year's end, flows for returns) who come from a state: ``refugees, asylum_seekers,
        idps`` (internally displaced, of concern to UNHCR), ``oip`` (others in need of international
        protection), ``returned_refugees, returned_idps``; and whom it hosts: ``hosted_refugees,
        hosted_asylum_seekers``. A state-year without a row is missing, not zero: origins were often not
        recorded in early decades. Nor is a zero in years before a kind was recorded for any origin: the internally
        displaced begin in 1993, asylum seekers in 2000. Serbia, Russia and Czechia stand for their predecessors
        before 2006, 1991 and 1993. People of unknown or no nationality belong to no state.

    Raises
    ------
    InputError
        If an R file is given without `rdata`.
    DataIntegrityError
        If a column is missing, a number is negative, or two rows of one pair and year disagree.

    Notes
    -----
    Before 2006 the code SRB stands for Serbia and Montenegro and the Yugoslavia before it, before 1993 CZE for
    Czechoslovakia, before 1991 RUS for the Soviet Union; the figures go to those states.

    The refugees whom China hosts fall from 303,436 in 2021 to 320 in 2022, because the 303,107 from Viet Nam are no
    longer listed: a break in the figures, not people who left.

    The last year of a release is left out unless the export says that it was taken in July or later of the
    next year: until then it holds mid-year figures.

    References
    ----------
    UNHCR (2025). Refugee Data Finder. https://www.unhcr.org/refugee-statistics/
    """
    path = Path(path)
    frame, names, full = _pairs(path)
    frame = with_codes(frame, ["coo_iso", "coa_iso"], system="iso3")
    frame = years(frame, "year", path=path, first=1951)
    # The export writes "*" for fewer than five people.
    frame = numbers(frame, names, path=path, bounds=(0, 100_000_000), thousands=",", missing=("*", "-"))
    frame, repeated = one_per_key(frame, ["coo_iso", "coa_iso", "year"], path=path, code="coo_iso")
    last = int(frame["year"].max())
    full = last - 1 if full is None else min(full, last)
    frame, partial = set_aside(
        frame, frame["year"] > full, code="coo_iso", reason=f"after {full}, figures may be those of mid-year"
    )
    origin = _sums(frame, "coo_iso", names)
    asylum = _sums(frame, "coa_iso", [name for name in names if name in _HOSTED])
    asylum = asylum.rename(columns={name: f"hosted_{name}" for name in _HOSTED})
    reports = [repeated, partial]
    tables = []
    for table in (origin, asylum):
        placed, nowhere = set_aside(
            table, table["code"].isin(NOWHERE), code="code", reason="no nationality, or not known which"
        )
        matched, lost = resolved(_as_of_the_time(placed), [("code", "iso3")])
        matched, overlap = one_per_state_year(matched)
        tables.append(matched.drop(columns="code"))
        reports += [nowhere, lost, overlap]
    data = tables[0].merge(tables[1], on=KEYS, how="outer")
    variables = [name for name in data.columns if name not in KEYS]
    coverage = {name: span for name in variables if (span := _recorded(data, name)) is not None}
    for name, (first, _) in coverage.items():
        data[name] = data[name].where(data["year"] >= first)
    return state_table(
        data.assign(code=data["country_id"].astype("str")),
        list(coverage),
        Edition(path=path, dataset="unhcr", release=str(full)),
        unmatched=reports,
        coverage=coverage,
    )


def _recorded(data: pd.DataFrame, name: str) -> tuple[int, int] | None:
    """First year in which any state has more than zero, and the last year with a value."""
    above = data.loc[data[name] > 0, "year"]
    return (int(above.min()), int(data.loc[data[name].notna(), "year"].max())) if len(above) else None


def _as_of_the_time(table: pd.DataFrame) -> pd.DataFrame:
    """Give the figures of a federation, which stand under the code of one successor, the federation's own code."""
    code = table["code"]
    for successor, (federation, last) in FEDERATIONS.items():
        code = code.mask(table["code"].eq(successor) & (table["year"] <= last), federation)
    return table.assign(code=code)


def _sums(frame: pd.DataFrame, column: str, names: list[str]) -> pd.DataFrame:
    table = frame.groupby([column, "year"])[names].sum(min_count=1).reset_index()
    return table.rename(columns={column: "code"})


def _header_line(path: str | Path) -> int | None:
    """Line of an export's header, below its preamble."""
    for line in range(25):
        header = set(files.csv_header(path, line=line))
        if header >= set(_CSV_KEYS) and "Refugees under UNHCR's mandate" in header:
            return line
    return None


def _pairs(path: Path) -> tuple[pd.DataFrame, list[str], int | None]:
    """Rows by origin and asylum, the numbers they hold, and the last full year if the file tells."""
    line = _header_line(path)
    if line is None:
        frame = files.read_table(path, marks=_R_MARKS)
        files.refuse_missing_columns(
            path,
            frame.columns,
            ["year", "coo_iso", "coa_iso", *_R_NUMBERS],
            what="UNHCR's population statistics",
        )
        frame = frame[["year", "coo_iso", "coa_iso", *_R_NUMBERS]].rename(columns=_R_NUMBERS)
        return frame, list(_R_NUMBERS.values()), None
    frame = files.read_csv(path, skiprows=line)
    present = {column: name for column, name in _CSV_NUMBERS.items() if column in frame.columns}
    files.refuse_missing_columns(path, frame.columns, _CSV_KEYS, what="UNHCR's population statistics")
    frame = frame[[*_CSV_KEYS, *present]].rename(columns={**_CSV_KEYS, **present})
    return frame, list(present.values()), _last_full(path, line)


def _last_full(path: Path, line: int) -> int | None:
    """Last year whose year-end figures were out when the export was taken, by the date in its preamble."""
    preamble = "\n".join(files.lines_above(path, line))
    found = re.search(r"(\d{4})-(\d{2})-\d{2}|(\d{1,2}) (\w+) (\d{4})", preamble)
    if not found:
        return None
    if found[1]:
        year, month = int(found[1]), int(found[2])
    else:
        try:
            month = pd.Timestamp(f"1 {found[4]} 2000").month
        except ValueError as error:
            message = (
                f"{path.name}: the date {found[0]!r} in the preamble cannot be read. Export the file again."
            )
            raise DataIntegrityError(message) from error
        year = int(found[5])
    return year - 1 if month >= 7 else year - 2
