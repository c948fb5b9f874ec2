"""Latent human rights scores: protection of physical integrity by country and year, with its uncertainty."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading.spec import Column, CountryYears
from rtop_forecast.sources.reading.table import SourceTable

__all__ = ["SOURCE"]


def _with_czechoslovakia(frame: pd.DataFrame, _path: Path) -> pd.DataFrame:
    """Give the rows of Czechoslovakia, which version 4.02 has under 316, their number 315.

    From 1976 to 1991 the inputs of these rows are those of Czechoslovakia in their sources, and the CIRI number
    beside them is Czechoslovakia's. In 1992, when Slovakia has a row of its own, they are Czechia's in part.
    """
    code = frame["COW"].astype("str")
    if code.eq("315").any():
        return frame
    return frame.assign(COW=code.mask(code.eq("316") & (frame["YEAR"] < 1992), "315"))


def _refuse_disordered_bounds(table: SourceTable, path: Path) -> None:
    data = table.data
    wrong = ~((data["theta_q025"] <= data["theta_mean"]) & (data["theta_mean"] <= data["theta_q975"]))
    if wrong.any():
        first = data[wrong].iloc[0]
        message = (
            f"{path.name}: a mean must lie between its bounds theta_q025 and theta_q975; {int(wrong.sum())} of "
            f"{len(wrong)} do not, first GW {first['country_id']:.0f} in {first['year']:.0f}. Download the official "
            "file again."
        )
        raise DataIntegrityError(message)


SOURCE = CountryYears(
    dataset="fariss",
    title="the latent human rights scores",
    description="""
        File: `LHRS-v4.02-2021.Rdata` or a CSV of the same columns. The scores of a year came out two to three years
        later, in every version so far.

        - `theta_mean` (higher is better protection, about -4 to 6), `theta_sd`, `theta_q025`, `theta_q975`: mean,
          standard deviation and 95% bounds of the posterior.

        The inputs in the file are not passed on. Every score is estimated from the whole period, later years
        included: the past is revised with each version. The file has Czechoslovakia under the number of the Czech
        Republic (316); its years before 1992 are Czechoslovakia's. The row of 1992 mixes both and matches no state.
    """,
    marks=frozenset({"theta_mean", "theta_sd", "YEAR", "COW", "massive_repression"}),
    columns={
        "theta_mean": Column("theta_mean", (-10, 10)),
        "theta_sd": Column("theta_sd", (0, 10)),
        "theta_q025": Column("theta_q025"),
        "theta_q975": Column("theta_q975"),
    },
    codes=(("COW", "cow"),),
    year="YEAR",
    missing=("NA",),
    version=r"v(\d+\.\d+)",
    prepare=_with_czechoslovakia,
    check=_refuse_disordered_bounds,
)
