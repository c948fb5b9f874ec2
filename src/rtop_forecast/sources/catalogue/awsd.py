"""Aid Worker Security Database: major attacks on aid workers, one row per incident."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import one_per_key, whole_numbers, years
from rtop_forecast.sources.reading.country_years import last_full_year, set_aside
from rtop_forecast.sources.reading.coverage import first_covered
from rtop_forecast.sources.reading.event_counts import event_counts
from rtop_forecast.sources.reading.table import Edition, SourceTable

__all__ = ["FIRST_YEAR", "read", "recognise"]

#: Recording began in 1997.
FIRST_YEAR = 1997
_NUMBERS = {
    "Total killed": "killed",
    "Total wounded": "wounded",
    "Total kidnapped": "kidnapped",
    "Total affected": "affected",
    "Total nationals": "nationals",
    "Total internationals": "internationals",
}
#: Parts of states that the list gives by their own names, without a code.
_PARTS = {"Chechnya": "Russia"}
_NAMES = ["incidents", *_NUMBERS.values()]

_MARKS = ("Incident ID", "Total affected", "Nationals killed")


def recognise(path: str | Path) -> bool:
    """Whether a file has the columns of the incident list."""
    return files.has_columns(path, _MARKS)


def read(path: str | Path) -> SourceTable:
    """State-years of attacks on aid workers.

    Parameters
    ----------
    path : path
        ``security_incidents.csv``, the full export.

    Returns
    -------
    SourceTable
        ``incidents`` and the aid workers in them: ``killed, wounded, kidnapped``, their sum ``affected``,
        of whom ``nationals`` and ``internationals``; zero where no incident is recorded from 1997 to the last
        year the export covers in full. A year with less than half the incidents of the fullest of the ten
        before it is not covered, nor is a last one whose incidents do not reach December. The list gives attacks in
        Chechnya apart; they happened in Russia.

    Raises
    ------
    InputError
        If a workbook is given without `python-calamine`.
    DataIntegrityError
        If a column is missing, a number is not an integer of 0 or more, an incident is repeated, or the
        numbers of an incident do not add up.

    References
    ----------
    Humanitarian Outcomes (2025). Aid Worker Security Database. https://aidworkersecurity.org
    """
    path = Path(path)
    what = "the Aid Worker Security Database"
    frame = files.read_table(path, marks=_MARKS)
    columns = ["Incident ID", "Year", "Month", "Country Code", "Country", *_NUMBERS]
    files.refuse_missing_columns(path, frame.columns, columns, what=what)
    frame = years(frame[columns], "Year", path=path, first=FIRST_YEAR)
    frame = whole_numbers(frame, ["Incident ID", *_NUMBERS], path=path, bounds=(0, 1_000_000))
    frame, repeated = one_per_key(frame, ["Incident ID"], path=path, code="Country Code", year="Year")
    last = last_full_year(frame["Year"], path=path, month=pd.to_numeric(frame["Month"], errors="coerce"))
    events = frame.rename(columns={"Year": "year", **_NUMBERS}).assign(incidents=1)
    events, partial = set_aside(
        events,
        events["year"] > last,
        code="Country Code",
        reason=f"the export does not cover the years after {last} in full",
    )
    events["Country"] = events["Country"].replace(_PARTS)
    # "NA" without a name may mean Namibia or none
    code = events["Country Code"]
    nowhere = (_blank(code) | code.astype("str").str.strip().eq("NA")) & _blank(events["Country"])
    events, unplaced = set_aside(events, nowhere, code="Country", reason="the incident has no country")
    return event_counts(
        events,
        _NAMES,
        Edition(path=path, dataset="awsd", release=str(last)),
        codes=[("Country Code", "iso2"), ("Country", "name")],
        coverage=(first_covered(frame["Year"], published=FIRST_YEAR), last),
        unmatched=[repeated, partial, unplaced],
    )


def _blank(cells: pd.Series) -> pd.Series:
    return cells.isna() | cells.astype("str").str.strip().eq("")
