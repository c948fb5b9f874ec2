"""Labels of every state-year: whether an onset comes within the next years, or an episode goes on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from rtop_forecast.checks.arguments import choice, finite_number, integer
from rtop_forecast.display import Displayed
from rtop_forecast.errors import CoverageError, InputError
from rtop_forecast.panel import Panel
from rtop_forecast.targets.events import Event, find_event
from rtop_forecast.world.episodes import QUIET_YEARS
from rtop_forecast.world.states import KEYS, list_states

Kind = Literal["onset", "incidence", "continuation", "first_onset"]
KINDS: tuple[Kind, ...] = ("onset", "incidence", "continuation", "first_onset")
MIN_POPULATION = 500_000
_MOST_YEARS = 50


class Exclusion(StrEnum):
    """Why a state-year has no label. Of several reasons the first in this order counts.

    What takes a state out of the population at risk comes before what leaves its label open: a state that is not at
    risk has no label whatever its window holds. Among the latter, a window that begins before the event is coded
    comes first, since no later year can close it.
    """

    SMALL_POPULATION = "small_population"
    ONGOING = "ongoing"
    NOT_UNDER_WAY = "not_under_way"
    EARLIER_EPISODE = "earlier_episode"
    BEFORE_COVERAGE = "before_coverage"
    WINDOW_OPEN = "window_open"
    STATE_ENDED = "state_ended"


NOT_AT_RISK = (
    Exclusion.SMALL_POPULATION,
    Exclusion.ONGOING,
    Exclusion.NOT_UNDER_WAY,
    Exclusion.EARLIER_EPISODE,
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Target(Displayed):
    """Labels of every state-year.

    Attributes
    ----------
    frame : pandas.DataFrame
        ``country_id, year, name, onset, ongoing`` (0/1 in the year itself, missing where not coded), ``at_risk``
        (bool) and ``outcome``: 1.0 if an onset comes in year + 1 ...
        year + horizon, 0.0 if none does, NaN while the window is open or the state is not at risk.
    event : str
        Key of ``EVENTS``, or the name of events of your own.
    horizon : int
        Length of the window in years.
    last_observed : int
        Last year in which onsets are coded.
    exclusions : dict of str to int
        State-years without a label, by reason: a value of :class:`Exclusion`, the first that applies.
    kind : {"onset", "incidence", "continuation", "first_onset"}
        Whether an episode begins in the window, any is under way in it, one under way at the origin goes on
        through all of it, or the first ever begins.
    ongoing_at_risk : bool
        Whether states with an episode under way are at risk.
    min_population : int
        Inhabitants below which a state is not at risk.
    delay : int
        Years after the end of a window until its label is known: 0, but for whether an episode of a list goes on.
    """

    frame: pd.DataFrame
    event: str
    horizon: int
    last_observed: int
    exclusions: dict[str, int]
    kind: Kind = "onset"
    ongoing_at_risk: bool = True
    min_population: int = MIN_POPULATION
    delay: int = 0

    def to_frame(self) -> pd.DataFrame:
        """Copy of the table."""
        return self.frame.copy()

    def summary(self) -> str:
        """Count labels, onsets and exclusions, as text."""
        outcome = self.frame["outcome"]
        lost = ", ".join(f"{reason} {count:,}" for reason, count in self.exclusions.items())
        return (
            f"{self.event} {self.kind} within {self.horizon} years: {int(outcome.notna().sum()):,} labels, "
            f"{int(outcome.sum()):,} positive; without a label: {lost or 'none'}"
        )

    def _headline(self) -> str:
        return self.summary()

    def _shown(self) -> pd.DataFrame:
        years = self.frame.dropna(subset="outcome").groupby("year")["outcome"]
        return pd.DataFrame({"states": years.count(), "positive": years.sum()}).iloc[::-1]


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
        message = f"horizon counts years and must be at least 1; got {horizon}."
        raise InputError(message)
    series = np.asarray(onset, dtype=float)
    wrong = np.isfinite(series) & (series != 0) & (series != 1)
    if wrong.any():
        message = (
            f"onset must be 0, 1 or missing; {int(wrong.sum())} of {series.size} values are not, "
            f"first {series[wrong][0]:g}. Code the first year of an episode as 1 and all others as 0."
        )
        raise InputError(message)
    result = np.full(series.shape, np.nan)
    for row in range(len(series) - horizon):
        window = series[row + 1 : row + 1 + horizon]
        observed = window[np.isfinite(window)]
        if observed.size:
            result[row] = observed.max()
    return result


def onset_target(
    panel: Panel,
    *,
    event: str = "mass_killing",
    horizon: int = 2,
    kind: Kind = "onset",
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
        A key of ``EVENTS``: ``"mass_killing"``, ``"state_led_mass_killing"``, ``"nonstate_mass_killing"``; with
        the releases loaded ``"targeted_mass_killing"`` and ``"genocide_politicide"``; ``"one_sided_25"``,
        ``"one_sided_100"``, ``"one_sided_1000"`` (a first year with so many civilians killed, after one with fewer);
        or the name of events of your own, see :func:`rtop_forecast.add_events`.
    horizon : int
        Window in years: row t looks at t+1 ... t+horizon.
    kind : {"onset", "incidence", "continuation", "first_onset"}
        ``"onset"``: a new episode begins in the window. ``"incidence"``: any is under way in it. ``"continuation"``:
        of the states with an episode not known to be over at the origin, whether one is under way in every year of the
        window; best asked of one year. By the list's rule an end is known after three quiet years, so labels of a
        list end two years before it does. ``"first_onset"``: of the states without any episode so far, whether the
        first begins.
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
        If the event or kind is unknown or the horizon not positive.
    CoverageError
        If the panel lacks the event or population variables.
    """
    choice(kind, name="kind", options=KINDS)
    horizon = integer(horizon, name="horizon", least=1, most=_MOST_YEARS)
    min_population = int(finite_number(min_population, name="min_population"))
    definition = find_event(panel, event)
    used = {*definition.onset, *definition.ongoing}
    _require(panel, {*used, "population"}, event)
    first = max(panel.variables[name].first_year for name in used) + (definition.threshold is not None)
    last = min(min(panel.variables[name].last_final_year for name in used), panel.years[1])
    delay = QUIET_YEARS - 1 if kind == "continuation" and definition.threshold is None else 0
    last -= delay
    onset, ongoing = _event_years(panel, definition)
    counted = onset if kind in ("onset", "first_onset") else ongoing
    if kind == "continuation":
        # it goes on through the window if in none of its years nothing is under way
        counted = 1.0 - counted
    outcome = _outcomes(panel, counted, horizon=horizon, first=first, last=last)
    if kind == "continuation":
        outcome = 1.0 - outcome
    frame = panel.frame[[*KEYS, "name"]].copy()
    frame["onset"], frame["ongoing"] = _flat(panel, onset), _flat(panel, ongoing)
    year, unlabelled = frame["year"], outcome.isna()
    applies = {
        Exclusion.SMALL_POPULATION: _small(panel, min_population),
        Exclusion.ONGOING: (frame["ongoing"] > 0) & (not ongoing_at_risk),
        Exclusion.NOT_UNDER_WAY: (kind == "continuation") & ~_believed_under_way(panel, definition, ongoing),
        Exclusion.EARLIER_EPISODE: (kind == "first_onset") & _begun_so_far(panel, definition, onset, ongoing),
        Exclusion.BEFORE_COVERAGE: unlabelled & (year + 1 < first),
        Exclusion.WINDOW_OPEN: unlabelled & (year + horizon > last),
        Exclusion.STATE_ENDED: unlabelled & (year + horizon <= last),
    }
    reasons = pd.Series(
        np.select([applies[reason] for reason in Exclusion], list(Exclusion), ""), frame.index
    )
    frame["at_risk"] = ~reasons.isin(NOT_AT_RISK)
    frame["outcome"] = outcome.where(reasons == "")
    counts = reasons[reasons != ""].value_counts().sort_index()
    columns = [*KEYS, "name", "onset", "ongoing", "at_risk", "outcome"]
    return Target(
        frame=frame[columns],
        event=event,
        kind=kind,
        horizon=horizon,
        last_observed=last,
        exclusions={str(reason): int(count) for reason, count in counts.items()},
        ongoing_at_risk=ongoing_at_risk,
        min_population=min_population,
        delay=delay,
    )


def relabelled(target: Target, panel: Panel) -> Target:
    """Target of the same definition from another panel; see :func:`onset_target`."""
    return onset_target(
        panel,
        event=target.event,
        horizon=target.horizon,
        kind=target.kind,
        ongoing_at_risk=target.ongoing_at_risk,
        min_population=target.min_population,
    )


def _require(panel: Panel, names: set[str], event: str) -> None:
    for name in sorted(names):
        if name not in panel.variables:
            message = (
                f"the panel has no variable {name!r}, which the target {event!r} needs. "
                "Load the release that holds it: load_panel(data_dir=...)."
            )
            raise CoverageError(message)


def _event_years(panel: Panel, event: Event) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Onset and presence of the event, 0 or 1, of shape (n_years, n_states); NaN where unknown."""
    begun = np.sum([_grid(panel, name) for name in event.onset], axis=0)
    if event.threshold is None:
        present = np.sum([_grid(panel, name) for name in event.ongoing], axis=0)
        return np.minimum(begun, 1.0), np.minimum(present, 1.0)
    present = np.where(np.isfinite(begun), (begun >= event.threshold).astype(float), np.nan)
    before = np.zeros_like(present)
    before[1:] = np.nan_to_num(present[:-1])
    return np.where(np.isfinite(present), present * (1.0 - before), np.nan), present


def _believed_under_way(panel: Panel, event: Event, ongoing: NDArray[np.float64]) -> pd.Series[bool]:
    """Whether an episode is not known to be over in the year itself: a list ends one after three quiet years."""
    present = np.nan_to_num(ongoing)
    years = 1 if event.threshold is not None else QUIET_YEARS
    lately = present.copy()
    for step in range(1, years):
        lately[step:] = np.maximum(lately[step:], present[:-step])
    return pd.Series(_flat(panel, lately) > 0, index=panel.frame.index)


def _begun_so_far(
    panel: Panel, event: Event, onset: NDArray[np.float64], ongoing: NDArray[np.float64]
) -> pd.Series[bool]:
    """Whether any episode has begun in the year or before."""
    present = np.fmax(np.nan_to_num(onset), np.nan_to_num(ongoing))
    begun = pd.Series(_flat(panel, np.maximum.accumulate(present, axis=0)) > 0, index=panel.frame.index)
    if event.ever is not None and event.ever in panel.variables:
        begun |= panel.frame[event.ever].fillna(0) > 0
    return begun


def _grid(panel: Panel, name: str) -> NDArray[np.float64]:
    row, column, shape = _places(panel)
    values = np.full(shape, np.nan)
    values[row, column] = panel.frame[name].to_numpy(dtype=float)
    return values


def _flat(panel: Panel, values: NDArray[np.float64]) -> NDArray[np.float64]:
    row, column, _ = _places(panel)
    return values[row, column]


def _places(panel: Panel) -> tuple[NDArray[np.int64], NDArray[np.int64], tuple[int, int]]:
    """Row (year) and column (state) of every state-year, and the shape of the grid."""
    ids, column = np.unique(panel.frame["country_id"].to_numpy(dtype=np.int64), return_inverse=True)
    row = panel.frame["year"].to_numpy(dtype=np.int64) - panel.years[0]
    return row, column, (int(row.max()) + 1, len(ids))


def _small(panel: Panel, min_population: int) -> pd.Series[bool]:
    """Whether the latest known figure is below the threshold; without one, whether the state is a microstate."""
    country_id = panel.frame["country_id"]
    population = panel.frame["population"].groupby(country_id).ffill()
    microstate = country_id.map(list_states().set_index("country_id")["microstate"].astype(bool)).astype(bool)
    return (population < min_population) | (population.isna() & microstate)


def _outcomes(
    panel: Panel, event: NDArray[np.float64], *, horizon: int, first: int, last: int
) -> pd.Series[float]:
    """Labels aligned with the panel's rows; missing where the window begins before the event is coded."""
    start = panel.years[0]
    labels = np.full_like(event, np.nan)
    observed = last - start + 1
    for state in range(event.shape[1]):
        labels[:observed, state] = onset_within(event[:observed, state], horizon=horizon)
    labels[: max(first - 1 - start, 0)] = np.nan
    return pd.Series(_flat(panel, labels), index=panel.frame.index, name="outcome")
