"""Polity5: regime authority characteristics by state and year."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.sources.reading.columns import numbers, years
from rtop_forecast.sources.reading.country_years import country_years, last_full_year
from rtop_forecast.sources.reading.files import (
    csv_header,
    excel_rows,
    excel_table,
    read_csv,
    refuse_missing_columns,
)
from rtop_forecast.sources.reading.table import SourceTable

__all__ = ["DATASET", "LAG_MONTHS", "read", "recognise"]

DATASET = "polity5"
#: The release of April 2020 reaches to 2018.
LAG_MONTHS = 16
_MARKS = {"ccode", "scode", "polity", "polity2", "xrreg", "parcomp"}
_INTERRUPTION, _INTERREGNUM, _TRANSITION = -66, -77, -88
_BOUNDS: dict[str, tuple[float, float]] = {
    "democ": (0, 10), "autoc": (0, 10), "polity": (-10, 10), "polity2": (-10, 10), "durable": (0, 300),
    "xrreg": (1, 3), "xrcomp": (0, 3), "xropen": (0, 4), "xconst": (1, 7), "parreg": (1, 5), "parcomp": (0, 5),
    "exrec": (1, 8), "exconst": (1, 7), "polcomp": (1, 10), "fragment": (0, 3),
}  # fmt: skip
_FLAGS = {_INTERRUPTION: "interruption", _INTERREGNUM: "interregnum", _TRANSITION: "transition"}


def recognise(path: str | Path) -> bool:
    """Whether a file has Polity's columns."""
    rows = excel_rows(path, limit=1)
    header = {str(cell).strip() for cell in rows[0]} if rows else set(csv_header(path))
    return header >= _MARKS


def read(path: str | Path) -> SourceTable:
    """State-years of Polity5.

    Parameters
    ----------
    path : path
        ``p5v2018.xls`` or a CSV of the same columns.

    Returns
    -------
    SourceTable
        ``polity`` and ``polity2`` (-10 to 10), ``democ, autoc`` (0 to 10), ``durable`` (years since the last
        change of regime), ``fragment`` (0 to 3) and the components ``xrreg, xrcomp, xropen, xconst, parreg,
        parcomp, exrec, exconst, polcomp``. The codes -66, -77 and -88 are no scores: they are missing
        there and stand as ``interruption`` (foreign rule), ``interregnum`` (collapse of central authority)
        and ``transition`` (0/1). In a transition ``polity2`` is drawn on a line to the score after it, which
        was not known then: it is missing in those years.

    Raises
    ------
    InputError
        If a workbook is given without `python-calamine`.
    DataIntegrityError
        If a column is missing, a score is out of bounds, or two rows of one state and year disagree.

    References
    ----------
    Marshall, M. G., & Gurr, T. R. (2020). Polity5: Political regime characteristics and transitions,
    1800-2018. Dataset users' manual. Center for Systemic Peace.
    """
    path = Path(path)
    what = "Polity5"
    frame = read_csv(path, encoding="latin-1") if csv_header(path) else excel_table(path)
    refuse_missing_columns(path, frame.columns, ["ccode", "scode", "year", *_BOUNDS], what=what)
    frame = years(frame, "year", path=path)
    frame = numbers(frame, ["polity"], path=path)
    flags = {name: (frame["polity"] == code).astype("int64") for code, name in _FLAGS.items()}
    scored = frame.assign(
        polity2=pd.Series(frame["polity2"], dtype="object").mask(frame["polity"] == _TRANSITION, None),
        **{name: flag.where(frame["polity"].notna()) for name, flag in flags.items()},
    )
    last = last_full_year(frame["year"])
    return country_years(
        scored,
        {name: name for name in (*_BOUNDS, *_FLAGS.values())},
        path=path,
        what=what,
        dataset=DATASET,
        release=str(last),
        lag_months=LAG_MONTHS,
        codes=[("ccode", "polity")],
        bounds=_BOUNDS,
        missing=tuple(_FLAGS),
        last_year=last,
    )
