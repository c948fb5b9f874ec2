"""Risk-factor profile: what the features say about a state, factor by factor, without any model."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import CoverageError
from rtop_forecast.features.build import Features
from rtop_forecast.features.framework import RISK_FACTORS
from rtop_forecast.world.states import KEYS

__all__ = ["build_risk_profile"]


def build_risk_profile(features: Features, *, years: tuple[int, int] | None = None) -> pd.DataFrame:
    """Condition index, coverage and age of each UN risk factor for every state-year.

    The condition index is the mean, over a factor's observed features with an expected direction, of their percentile
    ranks among the states of the year, turned so that higher is worse. It describes a country; it is no forecast.
    A feature counts under every factor it speaks to.

    Parameters
    ----------
    features : Features
    years : (int, int), optional
        First and last year; all by default. Ranks are within each year, so a choice of years changes none.

    Returns
    -------
    pandas.DataFrame
        One row per state-year and factor: ``country_id, year, name, risk_factor, title, index`` (0-1, missing where
        nothing is observed: a factor without data is missing, never low), ``features`` (of the catalogue that speak
        to the factor), ``observed``, ``coverage`` (their ratio, missing for a factor without features), ``age`` (mean
        age of the observed values in years), ``indicators`` (of the Framework that observed features touch).

    Raises
    ------
    CoverageError
        If no state-year lies in the years.
    """
    frame = features.frame
    rows = np.ones(len(frame), dtype=bool) if years is None else frame["year"].between(*years).to_numpy()
    if not rows.any():
        message = f"no state-year lies in {years[0]}-{years[1]}." if years else "there are no state-years."
        raise CoverageError(message)
    worse = _worse_ranks(features, rows)
    ages = features.ages.loc[rows, features.names].to_numpy(dtype=float)
    keys = frame.loc[rows, [*KEYS, "name"]].reset_index(drop=True)
    parts = [_factor(features, keys, worse, ages, factor.number, factor.short) for factor in RISK_FACTORS]
    table = pd.concat(parts, ignore_index=True)
    return table.sort_values([*KEYS, "risk_factor"], ignore_index=True)


def _worse_ranks(features: Features, rows: NDArray[np.bool_]) -> FloatArray:
    """Percentile rank within the year, higher is worse; 0.5 where the direction is open, NaN where missing."""
    part = features.frame.loc[rows, ["year", *features.names]]
    grouped = part.groupby("year")[features.names]
    rank, count = grouped.rank(method="average"), grouped.transform("count")
    share = (rank - 0.5).to_numpy(dtype=float) / count.to_numpy(dtype=float)
    sign = np.array([spec.sign for spec in features.specs])
    turned: FloatArray = np.where(sign < 0, 1.0 - share, share)
    return turned


def _factor(
    features: Features, keys: pd.DataFrame, worse: FloatArray, ages: FloatArray, number: int, title: str
) -> pd.DataFrame:
    places = [i for i, spec in enumerate(features.specs) if number in spec.risk_factors]
    directed = [i for i in places if features.specs[i].sign != 0]
    present = np.isfinite(worse[:, places])
    observed = present.sum(axis=1)
    return keys.assign(
        risk_factor=number,
        title=title,
        index=_row_means(worse[:, directed]),
        features=len(places),
        observed=observed,
        coverage=observed / len(places) if places else np.nan,
        age=_row_means(ages[:, places]),
        indicators=_touched(features, places, present, number),
    )


def _touched(
    features: Features, places: list[int], present: NDArray[np.bool_], number: int
) -> NDArray[np.int64]:
    """Count of the factor's own indicators that a row's observed features touch."""
    own = [
        {code for code in features.specs[i].indicators if code.split(".")[0] == str(number)} for i in places
    ]
    total = np.zeros(len(present), dtype=np.int64)
    for code in sorted(set().union(*own)):
        touching = [j for j, codes in enumerate(own) if code in codes]
        total += present[:, touching].any(axis=1)
    return total


def _row_means(values: FloatArray) -> FloatArray:
    present = np.isfinite(values)
    count = present.sum(axis=1)
    total = np.where(present, values, 0.0).sum(axis=1)
    means: FloatArray = np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)
    return means
