"""What a backtest in real time stands on: at each origin the releases and the events that were known then."""

from __future__ import annotations

from collections.abc import Sequence

from rtop_forecast.errors import InputError
from rtop_forecast.features import Features, features_of
from rtop_forecast.forecasting.sample import Sample, sample
from rtop_forecast.panel.variables import month_end
from rtop_forecast.targets import Target, relabelled


def known_then(
    features: Features, target: Target, origins: Sequence[int]
) -> dict[int, tuple[Features, Sample, dict[str, str]]]:
    """Features, labelled rows and releases of each origin, as they stood on its issue date.

    Origins with the same releases share one object. A row's label is missing where the list of events of the time
    did not reach the end of its window.

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
    made: dict[tuple[tuple[str, str], ...], tuple[Features, Sample]] = {}
    result = {}
    for origin in origins:
        issued = month_end(origin + 1, features.issue_month)
        releases = panel.current_releases(issued)
        key = tuple(sorted(releases.items()))
        if key not in made:
            then = panel.released_by(issued)
            known = features_of(then, features.specs, issue_month=features.issue_month)
            made[key] = (known, sample(known, relabelled(target, then)))
        result[origin] = (*made[key], releases)
    return result
