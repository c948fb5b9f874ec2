"""From events to labels: whether an onset comes within the next years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from rtop_forecast.errors import CoverageError, InputError
from rtop_forecast.panel import KEYS, Panel
from rtop_forecast.states import states

EVENTS: Mapping[str, str] = {
    "mass_killing": "mk_onset",
    "state_led_mass_killing": "mk_state_led_onset",
    "nonstate_mass_killing": "mk_nonstate_onset",
}
MIN_POPULATION = 500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Labels of every state-year.

    Attributes
    ----------
    frame : pandas.DataFrame
        ``country_id, year, name, at_risk`` (bool) and ``outcome``: 1.0 if an onset comes in year + 1 ...
        year + horizon, 0.0 if none does, NaN while the window is open or the state is not at risk.
    event : str
        Key of ``EVENTS``.
    horizon : int
        Length of the window in years.
    last_observed : int
        Last year in which onsets are coded.
    exclusions : dict of str to int
        State-years without a label, by reason.
    """

    frame: pd.DataFrame
    event: str
    horizon: int
    last_observed: int
    exclusions: dict[str, int]

    def to_frame(self) -> pd.DataFrame:
        """Copy of the table."""
        return self.frame.copy()

    def summary(self) -> str:
        """Count labels, onsets and exclusions, as text."""
        outcome = self.frame["outcome"]
        lost = ", ".join(f"{reason} {count:,}" for reason, count in self.exclusions.items())
        return (
            f"{self.event} onset within {self.horizon} years: {int(outcome.notna().sum()):,} labels, "
            f"{int(outcome.sum()):,} positive; without a label: {lost or 'none'}"
        )


def onset_within(onset: ArrayLike, *, horizon: int) -> NDArray[np.float64]:
    """Whether an onset occurs in the ``horizon`` years after each year.

    Row t looks at years t+1 ... t+horizon; year t itself never counts.

    Parameters
    ----------
    onset : array_like of shape (n_years,)
        1 in a year in which an episode begins, else 0; NaN where the state does not exist;
        consecutive years, one state, up to the last year in which onsets are coded.
    horizon : int
        Window length in years, at least 1.

    Returns
    -------
    ndarray of shape (n_years,)
        0.0 or 1.0; NaN until the whole window is observed, even when an onset is already seen:
        otherwise only positives would be known early. NaN also where the state exists in no year
        of the window; a window it leaves half-way is judged by the years in which it existed.

    Raises
    ------
    InputError
        If ``horizon < 1`` or ``onset`` holds anything but 0, 1 and NaN.

    Examples
    --------
    >>> onset_within([0, 0, 1, 0, 0], horizon=2)
    array([ 1.,  1.,  0., nan, nan])
    """
    if horizon < 1:
        message = f"horizon counts years and must be at least 1, not {horizon}."
        raise InputError(message)
    series = np.asarray(onset, dtype=float)
    odd = np.isfinite(series) & (series != 0) & (series != 1)
    if odd.any():
        message = (
            f"onset must be 0, 1 or missing; {int(odd.sum())} of {series.size} values are not, "
            f"first {series[odd][0]:g}."
        )
        raise InputError(message)
    result = np.full(series.shape, np.nan)
    for row in range(len(series) - horizon):
        window = series[row + 1 : row + 1 + horizon]
        seen = window[np.isfinite(window)]
        if seen.size:
            result[row] = seen.max()
    return result


def onset_target(
    panel: Panel,
    *,
    event: str = "mass_killing",
    horizon: int = 2,
    ongoing_at_risk: bool = True,
    min_population: int = MIN_POPULATION,
) -> Target:
    """Label every state-year by whether a new episode begins within the horizon.

    An onset is a year in which at least one new episode begins, whether or not others are under
    way, as in the Early Warning Project's state-year frame.

    Parameters
    ----------
    panel : Panel
    event : str
        ``"mass_killing"``, ``"state_led_mass_killing"`` or ``"nonstate_mass_killing"``.
    horizon : int
        Window in years: row t looks at t+1 ... t+horizon.
    ongoing_at_risk : bool
        Whether states with an episode under way are at risk of a new one (the Early Warning
        Project's convention).
    min_population : int
        States with fewer inhabitants (latest figure up to the year) are not at risk. Where no figure
        is known (the two Yemens and Vietnams), Gleditsch and Ward's microstates, below 250,000, are not.

    Returns
    -------
    Target

    Raises
    ------
    InputError
        If the event is unknown or the horizon not positive.
    CoverageError
        If the panel lacks the event or population variables.
    """
    if event not in EVENTS:
        message = f"event must be one of {', '.join(EVENTS)}; {event!r} is not."
        raise InputError(message)
    for name in (EVENTS[event], "mk_ongoing", "population"):
        if name not in panel.variables:
            message = (
                f"the panel has no variable {name!r}, which the target {event!r} needs. "
                "Load the episodes and population tables."
            )
            raise CoverageError(message)
    frame = panel.frame[[*KEYS, "name"]].copy()
    last_observed = min(panel.variables[EVENTS[event]].last_year, panel.years[1])
    outcome = _outcomes(panel, EVENTS[event], horizon=horizon, last_observed=last_observed)
    population = panel.frame["population"].groupby(frame["country_id"]).ffill()
    reasons = pd.Series("", index=frame.index)
    reasons[outcome.isna() & (frame["year"] + horizon > last_observed)] = "window_open"
    reasons[outcome.isna() & (frame["year"] + horizon <= last_observed)] = "state_ended"
    if not ongoing_at_risk:
        reasons[panel.frame["mk_ongoing"].fillna(0) > 0] = "ongoing"
    reasons[(population < min_population) | (population.isna() & _microstate(frame))] = "small_population"
    frame["at_risk"] = ~reasons.isin(["ongoing", "small_population"])
    frame["outcome"] = outcome.where(reasons == "")
    counts = reasons[reasons != ""].value_counts().sort_index()
    return Target(
        frame=frame,
        event=event,
        horizon=horizon,
        last_observed=last_observed,
        exclusions={str(reason): int(count) for reason, count in counts.items()},
    )


def _microstate(frame: pd.DataFrame) -> pd.Series[bool]:
    table = states().set_index("country_id")["microstate"].astype(bool)
    return frame["country_id"].map(table).astype(bool)


def _outcomes(panel: Panel, name: str, *, horizon: int, last_observed: int) -> pd.Series[float]:
    """Labels aligned with the panel's rows."""
    first = panel.years[0]
    keys = panel.frame
    ids, column = np.unique(keys["country_id"].to_numpy(dtype=np.int64), return_inverse=True)
    row = keys["year"].to_numpy(dtype=np.int64) - first
    onset = np.full((row.max() + 1, len(ids)), np.nan)
    onset[row, column] = keys[name].to_numpy(dtype=float)
    labels = np.full_like(onset, np.nan)
    observed = last_observed - first + 1
    for state in range(len(ids)):
        labels[:observed, state] = onset_within(onset[:observed, state], horizon=horizon)
    return pd.Series(labels[row, column], index=keys.index, name="outcome")
