"""Mass Mobilization: protests against governments and what the state did, one row per protest."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import one_per_key, refuse, whole_numbers, years
from rtop_forecast.sources.reading.country_years import last_full_year, resolved, set_aside
from rtop_forecast.sources.reading.matching import state_table
from rtop_forecast.sources.reading.table import Edition, SourceTable
from rtop_forecast.sources.registry import release_reaching
from rtop_forecast.world.states import KEYS

__all__ = ["RESPONSES", "read", "recognise"]

_MARKS = ("protesterviolence", "stateresponse1", "protesterdemand1", "protestnumber")
_RESPONSES = [f"stateresponse{i}" for i in range(1, 8)]

#: What the state may do, as the codebook lists it.
RESPONSES = ("accomodation", "arrests", "beatings", "crowd dispersal", "ignore", "killings", "shootings")
_NAMES = ["protests", "violent_protests", "killings", "shootings", "beatings", "arrests"]


def recognise(path: str | Path) -> bool:
    """Whether a file has the columns of the protest list."""
    return files.header_of(path) >= set(_MARKS) or files.r_mentions(path, _MARKS)


def read(path: str | Path) -> SourceTable:
    """State-years of protest and state response.

    Parameters
    ----------
    path : path
        ``mmALL_073120_csv.RData`` or the CSV of the same release.

    Returns
    -------
    SourceTable
        Number of ``protests`` (of 50 or more people against the government), of ``violent_protests`` (the
        protesters were violent), and of protests met by ``killings, shootings, beatings, arrests``. A row
        without a protest says that the country had none in the year. Countries that are not in the list (the
        United States among them) are missing, not zero; a last year that is not covered in full is left out.

    Raises
    ------
    InputError
        If an R file is given without `rdata`.
    DataIntegrityError
        If a column is missing, a flag is not 0 or 1, a response is unknown, or a protest is repeated with other
        values.

    References
    ----------
    Clark, D., & Regan, P. (2020). Mass Mobilization Protest Data, version 5. Harvard Dataverse.
    https://doi.org/10.7910/DVN/HTTWYL
    """
    path = Path(path)
    what = "the Mass Mobilization Protest Data"
    columns = ["id", "country", "year", "startmonth", "protest", "protesterviolence", *_RESPONSES]
    frame = files.read_table(path, marks=_MARKS, encoding="latin-1")
    files.refuse_missing_columns(path, frame.columns, columns, what=what)
    frame, undated = _without_year(frame[columns], path)
    frame = years(frame, "year", path=path, first=1990)
    frame = whole_numbers(frame, ["protest"], path=path, bounds=(0, 1))
    violence = frame["protesterviolence"].where(frame["protest"] == 1, 0)
    frame = whole_numbers(
        frame.assign(protesterviolence=violence), ["protesterviolence"], path=path, bounds=(0, 1)
    )
    frame, repeated = one_per_key(frame, ["id"], path=path, code="country")
    counts = _flags(frame, path)
    last = last_full_year(frame["year"], path=path, month=pd.to_numeric(frame["startmonth"], errors="coerce"))
    counts, partial = set_aside(
        counts,
        counts["year"] > last,
        code="country",
        reason=f"the release covers years to {last} in full only",
    )
    matched, lost = resolved(counts, [("country", "name")])
    data = matched.groupby(KEYS, as_index=False)[_NAMES].sum()
    return state_table(
        data.assign(code=data["country_id"].astype("str")),
        _NAMES,
        Edition(path=path, dataset="mass_mobilization", release=_release(path, last)),
        unmatched=[undated, repeated, partial, lost],
    )


def _without_year(frame: pd.DataFrame, path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Set aside rows that tell of no protest in no year, as the release of 2020 has one (Guyana)."""
    undated = frame["year"].isna()
    refuse(path, "a protest must have a year", undated & (frame["protest"] != 0), frame["id"])
    return set_aside(
        frame.assign(year=frame["year"].where(~undated, 0)),
        undated,
        code="country",
        reason="a row without a protest and without a year",
    )


def _flags(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """One row per row of the list with 0/1 columns to be added up."""
    responses = frame[_RESPONSES].astype("object").map(_plain)
    for column in _RESPONSES:
        unknown = ~responses[column].isin(["", *RESPONSES])
        refuse(path, f"column {column!r} must hold a response of the codebook", unknown, frame[column])
    protest = frame["protest"].to_numpy() == 1
    met = {
        name: ((responses == name).any(axis=1).to_numpy() & protest).astype("int64")
        for name in ("killings", "shootings", "beatings", "arrests")
    }
    return frame[["country", "year"]].assign(
        protests=protest.astype("int64"), violent_protests=frame["protesterviolence"], **met
    )


def _plain(cell: object) -> str:
    text = "" if pd.isna(cell) else str(cell).strip()  # type: ignore[call-overload]
    return "" if text == "." else text


def _release(path: Path, last: int) -> str:
    """Date in the file's name as published (073120: 31 July 2020), or the last full year."""
    found = re.search(r"(?<!\d)(\d{6})(?!\d)", path.stem)
    if found is None:
        return str(last)
    return release_reaching("mass_mobilization", f"20{found[1][4:]}.{found[1][:2]}.{found[1][2:4]}", last)
