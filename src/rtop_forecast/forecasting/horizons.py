"""One score, all horizons: probabilities of windows of several lengths that never fall as the window grows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rtop_forecast.calibration import Calibrator
from rtop_forecast.calibration.share import WindowShare
from rtop_forecast.checks.arguments import integer
from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.display import Displayed
from rtop_forecast.errors import InputError
from rtop_forecast.logistic import log_odds

_MOST_YEARS = 10


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PastForecasts(Displayed):
    """Earlier forecasts of one horizon, from which those of other horizons are learned.

    Attributes
    ----------
    rows : pandas.DataFrame
        ``country_id, origin_year, group, raw_prob``; every origin that feeds the calibrator or is scored.
    events : pandas.DataFrame
        ``country_id, year, event`` (1 in a year that counts, 0 in any other, NaN where not coded).
    calibrator : Calibrator
        Unfitted.
    horizon : int
        Years that the forecasts' own window lasts.
    origins : int
        How many of the latest origins with a closed window teach.
    """

    rows: pd.DataFrame
    events: pd.DataFrame
    calibrator: Calibrator
    horizon: int
    origins: int


def horizon_years(horizons: Sequence[int]) -> list[int]:
    """Horizons in ascending order, each once.

    Raises
    ------
    InputError
        If there are none, or one is no whole number of years from 1 to 10.
    """
    if isinstance(horizons, (str, bytes, int)) or not len(horizons):
        message = f"horizons must list numbers of years, as (1, 2, 3); got {horizons!r}."
        raise InputError(message)
    return sorted({integer(years, name="a horizon", least=1, most=_MOST_YEARS) for years in horizons})


def horizon_columns(horizons: Sequence[int]) -> list[str]:
    """Names of the columns: ``prob_1y`` and so on."""
    return [f"prob_{years}y" for years in horizons]


def at_horizons(
    past: PastForecasts,
    rows: pd.DataFrame,
    *,
    origin: int,
    horizons: Sequence[int],
    share: Callable[[int], FloatArray] | None = None,
) -> pd.DataFrame:
    """Probabilities of the states of one origin within each number of years.

    The window that the model was trained for keeps its calibrated probability. That of a shorter window is a share of
    it, learned from the events of past windows by :class:`WindowShare`. That of a longer window adds, year by year, the
    chance of a first event in that year where none came before, calibrated on the same score. So no probability falls
    as the window grows, for any state. At each step only windows that had closed by the origin teach.

    Parameters
    ----------
    past : PastForecasts
    rows : pandas.DataFrame
        ``group, raw_prob, prob`` of the states of the origin.
    origin : int
    horizons : sequence of int
        Ascending.
    share : callable, optional
        From a number of years to the share of each state's probability of a window one year longer; by default learned
        from the raw score.

    Returns
    -------
    pandas.DataFrame
        A column per horizon, rows as given.

    References
    ----------
    Allison, P. D. (1982). Discrete-time methods for the analysis of event histories. Sociological Methodology, 13,
    61-98.
    """
    raw = log_odds(rows["raw_prob"].to_numpy(dtype=float))
    probs = {past.horizon: rows["prob"].to_numpy(dtype=float)}
    for years in range(past.horizon - 1, min(horizons) - 1, -1):
        early = _share(past, origin=origin, years=years).share(raw) if share is None else share(years)
        probs[years] = probs[years + 1] * early
    for years in range(past.horizon + 1, max(horizons) + 1):
        before = probs[years - 1]
        hazard = _hazard(past, origin=origin, year=years).apply(rows["raw_prob"], groups=rows["group"])
        # written so that rounding cannot make the longer window less likely
        probs[years] = before + (1.0 - before) * hazard
    return pd.DataFrame(
        {name: probs[years] for name, years in zip(horizon_columns(horizons), horizons, strict=True)},
        index=rows.index,
    )


def outcome_within(past: PastForecasts, rows: pd.DataFrame, years: int) -> FloatArray:
    """Whether an event came within ``years`` after each row's origin; NaN until the whole window is coded."""
    window = _events_after(past, rows, years)
    last = past.events.loc[past.events["event"].notna(), "year"].max()
    closed = rows["origin_year"].to_numpy() + years <= last
    observed = np.isfinite(window)
    event = (np.nan_to_num(window) > 0).any(axis=1)
    outcome: FloatArray = np.where(closed & observed.any(axis=1), event, np.nan)
    return outcome


def _share(past: PastForecasts, *, origin: int, years: int) -> WindowShare:
    taught = _taught(past, origin=origin, years=years + 1)
    happened = taught[outcome_within(past, taught, years + 1) == 1]
    early = outcome_within(past, happened, years)
    raw = log_odds(happened["raw_prob"].to_numpy(dtype=float))
    # windows overlap: each event lies in years + 1 of them and counts once
    weights = np.full(len(happened), 1.0 / (years + 1))
    return WindowShare(years=years).fit(np.nan_to_num(early), raw, weights=weights)


def _hazard(past: PastForecasts, *, origin: int, year: int) -> Calibrator:
    """Calibrator of a first event in the year ``year`` after the origin, where none came before."""
    taught = _taught(past, origin=origin, years=year)
    window = _events_after(past, taught, year)
    free = np.isfinite(window[:, -1]) & ~(np.nan_to_num(window[:, :-1]) > 0).any(axis=1)
    rows = taught[free]
    fitted = deepcopy(past.calibrator)
    fitted.fit(
        (window[free, -1] > 0).astype(float),
        rows["raw_prob"].to_numpy(dtype=float),
        time=rows["origin_year"].to_numpy(dtype=float),
        at=origin,
        groups=rows["group"],
    )
    return fitted


def _taught(past: PastForecasts, *, origin: int, years: int) -> pd.DataFrame:
    """Rows of the latest origins whose windows of so many years had closed by the origin and are coded."""
    last = int(past.events.loc[past.events["event"].notna(), "year"].max())
    latest = min(origin, last) - years
    chosen = past.rows["origin_year"].between(latest - past.origins + 1, latest)
    return past.rows[chosen]


def _events_after(past: PastForecasts, rows: pd.DataFrame, years: int) -> FloatArray:
    """Event in each of the years after each row's origin, of shape (n_rows, years); NaN where not coded."""
    coded = past.events.set_index(["country_id", "year"])["event"]
    columns = []
    for step in range(1, years + 1):
        keys = pd.MultiIndex.from_arrays([rows["country_id"], rows["origin_year"] + step])
        columns.append(coded.reindex(keys).to_numpy(dtype=float))
    return np.column_stack(columns) if columns else np.zeros((len(rows), 0))
