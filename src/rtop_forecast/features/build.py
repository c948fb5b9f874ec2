"""From a panel to a table of features, each row holding what was known at its issue date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

import numpy as np
import pandas as pd

from rtop_forecast.checks.arguments import flag, integer, string_mapping, strings
from rtop_forecast.checks.arrays import BoolArray, FloatArray
from rtop_forecast.display import Displayed
from rtop_forecast.errors import CoverageError, InputError
from rtop_forecast.features.catalogue import CATALOGUE
from rtop_forecast.features.catalogue.make import level
from rtop_forecast.features.framework import find_risk_factor
from rtop_forecast.features.grid import Grid
from rtop_forecast.features.own_history import history_specs, own_events
from rtop_forecast.features.sources import publication_lag, releases_behind
from rtop_forecast.features.spec import FeatureSpec
from rtop_forecast.features.transforms import settled
from rtop_forecast.panel import Panel
from rtop_forecast.world.states import KEYS

# Binary digits of a source's own figure (integers to 10**12 are exact) and of what is computed.
_FIGURE, _COMPUTED = 40, 24


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Features(Displayed):
    """Features of every state-year.

    Attributes
    ----------
    frame : pandas.DataFrame of shape (n_state_years, 3 + n_features)
        ``country_id, year, name`` and the features as float64, sorted by key.
    ages : pandas.DataFrame, same shape
        Age in years of the oldest value behind each feature; 0 if all are of the row's own year,
        NaN where the feature is missing.
    specs : tuple of FeatureSpec
        In column order.
    issue_month : int
        Row t holds what was published by the end of this month of t + 1.
    panel : Panel
        Where they come from.
    """

    frame: pd.DataFrame
    ages: pd.DataFrame
    specs: tuple[FeatureSpec, ...]
    issue_month: int
    panel: Panel

    @property
    def names(self) -> list[str]:
        """Feature names in column order."""
        return [spec.name for spec in self.specs]

    def to_frame(self) -> pd.DataFrame:
        """Copy of the table."""
        return self.frame.copy()

    def __getitem__(self, name: str) -> pd.Series[float]:
        """One feature over all state-years, indexed by ``country_id`` and ``year``.

        Raises
        ------
        InputError
            If there is no such feature, with near misses.
        """
        (name,) = self._held((name,))
        return self.frame.set_index(KEYS)[name].copy()

    def __contains__(self, name: object) -> bool:
        """Whether there is a feature of this name."""
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        """Go through the names in column order."""
        return iter(self.names)

    def __len__(self) -> int:
        """Count the features."""
        return len(self.specs)

    def select(
        self,
        names: Sequence[str] | None = None,
        *,
        risk_factor: int | None = None,
        source: str | None = None,
    ) -> Features:
        """Keep some of the features: those that meet every condition given.

        Parameters
        ----------
        names : sequence of str, optional
            Kept in this order.
        risk_factor : int, optional
            Number of the UN risk factor that is the primary one of a feature.
        source : str, optional
            A dataset or a release of it, as ``"vdem"`` or ``"vdem-15"``, among those behind a feature.

        Returns
        -------
        Features

        Raises
        ------
        InputError
            If a name is unknown, with near misses, or nothing is left.
        """
        chosen = self.names if names is None else self._held(names)
        spec = {one.name: one for one in self.specs}
        if risk_factor is not None:
            number = find_risk_factor(risk_factor).number
            chosen = [name for name in chosen if spec[name].risk_factors[0] == number]
        if source is not None:
            held = self.panel.variables
            releases = {
                name: [one for variable in spec[name].variables for one in releases_behind(variable, held)]
                for name in chosen
            }
            chosen = [
                name for name in chosen if any(source in (one.key, one.dataset) for one in releases[name])
            ]
        return self._only(chosen)

    def drop(self, names: Sequence[str]) -> Features:
        """Leave some of the features out.

        Parameters
        ----------
        names : sequence of str

        Returns
        -------
        Features

        Raises
        ------
        InputError
            If a name is unknown, with near misses, or nothing is left.
        """
        left_out = self._held(names)
        return self._only([name for name in self.names if name not in left_out])

    def _held(self, names: Sequence[str]) -> list[str]:
        """Names that are there, each once."""
        asked = strings(names, name="names")
        unknown = [name for name in asked if name not in self.names]
        if unknown:
            near = get_close_matches(unknown[0], self.names, n=3)
            hint = f" Near it: {', '.join(near)}." if near else ""
            message = (
                f"{len(unknown)} of {len(asked)} names are no feature of these {len(self.specs)}, first "
                f"{unknown[0]!r}.{hint} features.names lists them."
            )
            raise InputError(message)
        return list(dict.fromkeys(asked))

    def _only(self, names: Sequence[str]) -> Features:
        if not names:
            message = f"none of the {len(self.specs)} features is left. features.describe() lists them."
            raise InputError(message)
        spec = {one.name: one for one in self.specs}
        columns = [*KEYS, "name", *names]
        return replace(
            self,
            frame=self.frame[columns].copy(),
            ages=self.ages[columns].copy(),
            specs=tuple(spec[name] for name in names),
        )

    def sources(self) -> tuple[str, ...]:
        """Registry keys of the releases behind each feature's first variable, joined by ``+``."""
        held = self.panel.variables
        return tuple(
            "+".join(one.key for one in releases_behind(spec.variables[0], held))
            or held[spec.variables[0]].source
            if spec.variables
            else "state system"
            for spec in self.specs
        )

    def describe(self) -> pd.DataFrame:
        """Catalogue of these features with the share of state-years in which each is observed."""
        table = describe_features(self.specs, panel=self.panel)
        table["observed"] = self.frame[self.names].notna().mean().to_numpy()
        return table

    def summary(self) -> str:
        """Count the features, in all and by risk factor, as text."""
        table = self.describe()
        lines = [f"{len(self.specs)} features of {len(self.frame):,} state-years, by primary UN risk factor:"]
        for number, group in table.groupby("risk_factor"):
            lines.append(
                f"  {number:>2} {find_risk_factor(int(str(number))).short:<26} {len(group):>3} features"
            )
        return "\n".join(lines)

    def _headline(self) -> str:
        return f"{len(self.specs)} features of {len(self.frame):,} state-years, issued in month {self.issue_month}"

    def _shown(self) -> pd.DataFrame:
        table = self.describe()[["name", "label", "risk_factor", "publication_lag_months", "observed"]]
        return table.rename(columns={"publication_lag_months": "lag"})


def build_features(
    panel: Panel,
    *,
    names: Sequence[str] | None = None,
    own: Mapping[str, int] | None = None,
    own_history: bool = False,
    issue_month: int = 6,
) -> Features:
    """Compute the catalogue's features over a panel.

    Every transform looks backward, and row t uses only values published by the end of ``issue_month``
    of year t + 1: a variable with a longer publication lag enters with the latest value that was out
    by then, its age kept beside it. Missing stays missing; models impute inside their training rows.

    Parameters
    ----------
    panel : Panel
    names : sequence of str, optional
        A subset of the catalogue; by default every feature marked so whose variables the panel holds.
    own : dict of str to int, optional
        Variables of your own (:func:`rtop_forecast.add_variables`), each with its primary UN risk factor: they
        enter as they are.
    own_history : bool
        Whether to add the history of each event of your own (:func:`rtop_forecast.add_events`): any onset so far,
        years since the last, past onsets halved every ten years, and recent onsets in neighbouring states.
    issue_month : int
        Month of the year after the origin at whose end forecasts are issued, 1 to 12.

    Returns
    -------
    Features

    Raises
    ------
    InputError
        If a name is not in the catalogue or the month is not 1 to 12.
    CoverageError
        If a named feature needs a variable that the panel does not hold, or ``own_history`` an event of your own.
    """
    issue_month = integer(issue_month, name="issue_month", least=1, most=12)
    factors = {} if own is None else string_mapping(own, name="own")
    chosen = _select(panel, None if names is None else strings(names, name="names"))
    events = own_events(panel) if flag(own_history, name="own_history") else []
    if own_history and not events:
        message = (
            "own_history needs an event of your own in the panel; there is none. Add it with add_events."
        )
        raise CoverageError(message)
    specs = (
        *chosen,
        *(own_feature(name, factor) for name, factor in factors.items()),
        *(spec for event in events for spec in history_specs(event)),
    )
    return features_of(panel, specs, issue_month=issue_month)


def features_of(panel: Panel, specs: Sequence[FeatureSpec], *, issue_month: int) -> Features:
    """Compute given features over a panel; see :func:`build_features`.

    Parameters
    ----------
    panel : Panel
    specs : sequence of FeatureSpec
    issue_month : int
        As in :func:`build_features`.

    Returns
    -------
    Features
    """
    grid = Grid(panel, issue_month=issue_month)
    values, ages = {}, {}
    for spec in specs:
        values[spec.name], ages[spec.name] = _column(grid, spec)
    keys = panel.frame[[*KEYS, "name"]]
    return Features(
        frame=pd.concat([keys, pd.DataFrame(values, index=keys.index)], axis=1),
        ages=pd.concat([keys, pd.DataFrame(ages, index=keys.index)], axis=1),
        specs=tuple(specs),
        issue_month=issue_month,
        panel=panel,
    )


def own_feature(name: str, factor: int) -> FeatureSpec:
    """Feature that is a variable of the user's own, as it is, under one risk factor."""
    return level(
        name,
        name,
        coding="as given",
        rounded=False,
        risk_factors=(find_risk_factor(factor).number,),
        indicators=(),
        sign=0,
    )


def _column(grid: Grid, spec: FeatureSpec) -> tuple[FloatArray, FloatArray]:
    """Values and ages of a feature; values that are too old become missing."""
    column = grid.flatten(spec.compute(grid))
    if spec.rounded:
        column = settled(column, digits=_FIGURE if spec.transform == "level" else _COMPUTED)
    oldest = _oldest(grid, spec)
    if spec.max_age is not None:
        column = np.where(oldest < spec.max_age, column, np.nan)
    else:
        column = np.where(_covered(grid, spec), column, np.nan)
    return column, np.where(np.isfinite(column), oldest, np.nan)


def _covered(grid: Grid, spec: FeatureSpec) -> BoolArray:
    """Rows whose newest published year every event count of a feature covers.

    After it a sum over the past would take a year that no release covers for one without events.
    """
    covered: BoolArray = grid.exists.copy()
    for name in spec.variables:
        if grid.panel.variables[name].zero_inside:
            covered &= np.isfinite(grid.observed(name)) | ~(grid.age(name) > 0)
    rows: BoolArray = covered[grid.rows, grid.cols]
    return rows


def _oldest(grid: Grid, spec: FeatureSpec) -> FloatArray:
    """Age of the oldest value behind each value of a feature."""
    if spec.age is not None:
        return grid.flatten(spec.age(grid))
    # over the observed ones: a share over several treaties may lack the youngest
    used = [grid.flatten(grid.age(name)) for name in spec.variables]
    return np.fmax.reduce(used) if used else np.zeros(len(grid.rows))


def describe_features(
    specs: Sequence[FeatureSpec] | None = None, *, panel: Panel | None = None
) -> pd.DataFrame:
    """Feature catalogue as a table.

    Parameters
    ----------
    specs : sequence of FeatureSpec, optional
        By default the whole catalogue.
    panel : Panel, optional
        Its releases are named as sources; by default those of the bundle, and the newest registered of the others.

    Returns
    -------
    pandas.DataFrame
        ``name, label, unit`` (of the natural value, or its coding), ``scale`` (of the column: the natural value,
        its logarithm, or a difference of logarithms), ``transform, risk_factor`` (the primary one),
        ``risk_factors, indicators`` (of the UN Framework), ``variables, sources`` (keys of the registry),
        ``publication_lag_months`` (of the slowest source), ``sign`` (expected direction), ``by_default``,
        ``reference`` (codebooks).
    """
    specs = CATALOGUE if specs is None else specs
    held = None if panel is None else panel.variables
    releases = [[one for name in spec.variables for one in releases_behind(name, held)] for spec in specs]
    return pd.DataFrame(
        {
            "name": [spec.name for spec in specs],
            "label": [spec.label for spec in specs],
            "unit": [spec.unit or spec.coding for spec in specs],
            "scale": [spec.scale for spec in specs],
            "transform": [spec.transform for spec in specs],
            "risk_factor": [spec.risk_factors[0] for spec in specs],
            "risk_factors": [", ".join(map(str, spec.risk_factors)) for spec in specs],
            "indicators": [", ".join(spec.indicators) for spec in specs],
            "variables": [", ".join(spec.variables) for spec in specs],
            "sources": [", ".join(sorted({one.key for one in group})) for group in releases],
            "publication_lag_months": [
                max((publication_lag(name, held) for name in spec.variables), default=0) for spec in specs
            ],
            "sign": [spec.sign for spec in specs],
            "by_default": [spec.by_default for spec in specs],
            "reference": [" ".join(sorted({one.citation for one in group})) for group in releases],
        }
    )


def _select(panel: Panel, names: Sequence[str] | None) -> tuple[FeatureSpec, ...]:
    if names is None:
        held = set(panel.variables)
        return tuple(spec for spec in CATALOGUE if spec.by_default and set(spec.variables) <= held)
    catalogue = {spec.name: spec for spec in CATALOGUE}
    unknown = [name for name in names if name not in catalogue]
    if unknown:
        message = (
            f"{len(unknown)} of {len(names)} names are not in the feature catalogue, first {unknown[0]!r}. "
            "describe_features() lists it."
        )
        raise InputError(message)
    return tuple(catalogue[name] for name in names)
