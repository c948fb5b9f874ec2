"""What a backtest in real time stands on: at each origin the releases and the events that were known then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rtop_forecast.errors import InputError
from rtop_forecast.features import Features, features_of
from rtop_forecast.forecasting.sample import Sample, sample
from rtop_forecast.panel import Panel
from rtop_forecast.panel.variables import month_end
from rtop_forecast.targets import Target, relabelled


@dataclass(frozen=True, slots=True, kw_only=True)
class RealTimeInputs:
    """Features, labelled rows and releases as they stood on the issue date of an origin.

    Attributes
    ----------
    features : Features
    rows : Sample
        A row's label is missing where the list of events of the time did not reach the end of its window.
    releases : dict of str to str
        ``<dataset> <release>`` of each variable of a dataset with vintages.
    """

    features: Features
    rows: Sample
    releases: dict[str, str]

    @property
    def release_names(self) -> list[str]:
        """Distinct releases, sorted."""
        return sorted(set(self.releases.values()))


def real_time_inputs(
    features: Features, target: Target, origins: Sequence[int], *, groups: str | None = None
) -> dict[int, RealTimeInputs]:
    """Gather what each origin's forecast could use; origins with the same releases share one object.

    Raises
    ------
    InputError
        If the panel keeps no vintages.
    """
    panel = features.panel
    if not panel.vintages:
        message = (
            "a backtest in real time needs the releases that were current at each origin, and this panel keeps none. "
            'Load it with load_panel(..., vintages=["ewp_events", ...]) and build features and target from it.'
        )
        raise InputError(message)
    by_releases: dict[tuple[tuple[str, str], ...], RealTimeInputs] = {}
    inputs = {}
    for origin in origins:
        issued = month_end(origin + 1, features.issue_month)
        releases = panel.current_releases(issued)
        key = tuple(sorted(releases.items()))
        if key not in by_releases:
            then = panel.released_by(issued)
            features_then = features_of(then, features.specs, issue_month=features.issue_month)
            rows = sample(features_then, relabelled(target, then), groups=groups)
            by_releases[key] = RealTimeInputs(features=features_then, rows=rows, releases=releases)
        inputs[origin] = by_releases[key]
    return inputs


def no_months_of_the_time(panel: Panel) -> str:
    """Say why forecasts that know months and real time do not go together."""
    held = ", ".join(sorted({table.release for table in panel.months})) or "no release"
    return (
        "months are not known as they stood at past origins: in real time a month is that of the release of its day, "
        f"and this panel holds {held} by month. UCDP's candidate events, the only ones out within the year, came with "
        "Hegre et al. (2020), too late to teach from closed origins. Leave out issue_month for a yearly backtest in "
        "real time, or vintages for months as the newest release has them."
    )
