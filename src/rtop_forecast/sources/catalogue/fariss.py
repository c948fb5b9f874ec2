"""Latent human rights scores: protection of physical integrity by country and year, with its uncertainty."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading.columns import years
from rtop_forecast.sources.reading.country_years import country_years
from rtop_forecast.sources.reading.files import (
    csv_header,
    r_mentions,
    read_csv,
    read_r,
    refuse_missing_columns,
)
from rtop_forecast.sources.reading.table import SourceTable

__all__ = ["DATASET", "LAG_MONTHS", "read", "recognise"]

DATASET = "fariss"
#: The scores of a year came out two to three years later, in every version so far.
LAG_MONTHS = 30
_MARKS = ("theta_mean", "theta_sd", "YEAR", "COW", "massive_repression")
_VARIABLES = {name: name for name in ("theta_mean", "theta_sd", "theta_q025", "theta_q975")}


def recognise(path: str | Path) -> bool:
    """Whether a file has the scores and the inputs they were estimated from."""
    return set(_MARKS) <= set(csv_header(path)) or r_mentions(path, _MARKS)


def read(path: str | Path) -> SourceTable:
    """State-years of latent human rights scores.

    Parameters
    ----------
    path : path
        ``LHRS-v4.02-2021.Rdata`` or a CSV of the same columns.

    Returns
    -------
    SourceTable
        ``theta_mean`` (higher is better protection, about -4 to 6), ``theta_sd``, ``theta_q025``,
        ``theta_q975``: mean, standard deviation and 95% bounds of the posterior. The inputs in the file are
        not passed on. Every score is estimated from the whole period, later years included: the past is
        revised with each version. The file bears Czechoslovakia under the number of the Czech Republic (316);
        its years before 1992 are Czechoslovakia's. The row of 1992 mixes both and matches no state.

    Raises
    ------
    InputError
        If an R file is given without `rdata`.
    DataIntegrityError
        If a column is missing, a bound is out of order, or two rows of one country and year disagree.

    References
    ----------
    Fariss, C. J., Kenwick, M. R., & Reuning, K. (2020). Estimating one-sided-killings from a robust
    measurement model of human rights. Journal of Peace Research, 57(6), 801-814.
    """
    path = Path(path)
    what = "the latent human rights scores"
    frame = read_csv(path) if csv_header(path) else next(iter(read_r(path).values()))
    refuse_missing_columns(path, frame.columns, [*_MARKS, *_VARIABLES], what=what)
    frame = _with_czechoslovakia(years(frame, "YEAR", path=path))
    table = country_years(
        frame,
        _VARIABLES,
        path=path,
        what=what,
        dataset=DATASET,
        release=_release(path, int(frame["YEAR"].max())),
        lag_months=LAG_MONTHS,
        codes=[("COW", "cow")],
        year="YEAR",
        bounds={"theta_sd": (0, 10), "theta_mean": (-10, 10)},
        missing=("NA",),
    )
    wrong = ~(
        (table.data["theta_q025"] <= table.data["theta_mean"])
        & (table.data["theta_mean"] <= table.data["theta_q975"])
    )
    if wrong.any():
        message = (
            f"{path.name}: a mean must lie between its bounds theta_q025 and theta_q975; {int(wrong.sum())} of "
            f"{len(wrong)} do not, first GW {table.data['country_id'][wrong].iloc[0]} in "
            f"{table.data['year'][wrong].iloc[0]}. Download the official file again."
        )
        raise DataIntegrityError(message)
    return table


def _with_czechoslovakia(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the rows of Czechoslovakia, which version 4.02 bears under 316, their number 315.

    From 1976 to 1991 the inputs of these rows are those of Czechoslovakia in their sources, and the CIRI number
    beside them is Czechoslovakia's. In 1992, when Slovakia has a row of its own, they are Czechia's in part.
    """
    code = frame["COW"].astype("str").str.strip().str.replace(r"\.0$", "", regex=True)
    if code.eq("315").any():
        return frame
    return frame.assign(COW=code.mask(code.eq("316") & (frame["YEAR"] < 1992), "315"))


def _release(path: Path, last: int) -> str:
    """Version in the file's name, such as 4.02, or the last year."""
    found = re.search(r"v(\d+\.\d+)", path.stem)
    return found[1] if found else str(last)
