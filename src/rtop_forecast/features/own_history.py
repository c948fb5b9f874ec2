"""History features of an event of the user's own: what came before, how long ago, and next door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.features.grid import Grid
from rtop_forecast.features.spec import FeatureSpec
from rtop_forecast.features.transforms import decayed_sum, positive, since, trailing_max
from rtop_forecast.panel import Panel

__all__ = ["EventHistory", "history_specs", "own_events"]

Aspect = Literal["before", "since", "decay10", "neighbours"]
_ONSET = "_onset"
_TEXTS = ("name", "label")
# {0} is the name of the event, {1} its name in words
_ENTRIES: dict[Aspect, dict[str, Any]] = {
    "before": {
        "name": "{0}_before",
        "label": "any {1} so far",
        "coding": "0 or 1",
        "transform": "largest of all years covered",
    },
    "since": {
        "name": "{0}_years_since",
        "label": "years since the last {1}",
        "unit": "years",
        "scale": "log1p",
        "transform": "years since the last onset, or since coverage begins, log(1 + x)",
        "sign": -1,
    },
    "decay10": {
        "name": "{0}_onsets_decay10",
        "label": "past {1} onsets, halved every ten years",
        "unit": "onsets",
        "transform": "sum, halved every 10 years",
    },
    "neighbours": {
        "name": "neighbour_{0}_onsets_decay3",
        "label": "recent {1} onsets next door, halved every three years",
        "unit": "onsets per neighbour",
        "transform": "mean over land neighbours of the sum halved every 3 years",
        "risk_factors": (8,),
        "indicators": ("8.2",),
    },
}


@dataclass(frozen=True, slots=True)
class EventHistory:
    """One aspect of an event's history, from what was published by each row's issue date; it pickles.

    Attributes
    ----------
    event : str
        Name of the event.
    aspect : {"before", "since", "decay10", "neighbours"}
    """

    event: str
    aspect: Aspect

    def __call__(self, grid: Grid) -> FloatArray:
        """Values of shape (n_years, n_states); missing where the newest year published is not covered."""
        onsets = grid.observed(f"{self.event}{_ONSET}")
        match self.aspect:
            case "before":
                values = trailing_max(positive(onsets), len(onsets))
            case "since":
                values = np.log1p(since(onsets))
            case "decay10":
                values = decayed_sum(onsets, 10.0)
            case "neighbours":
                return grid.neighbour_mean(np.where(np.isfinite(onsets), decayed_sum(onsets, 3.0), np.nan))
        return np.where(np.isfinite(onsets), values, np.nan)


def own_events(panel: Panel) -> list[str]:
    """Events of the user's own in a panel, as :func:`rtop_forecast.add_events` puts them there."""
    return [
        event
        for name, variable in panel.variables.items()
        if name.endswith(_ONSET)
        and variable.source == f"own-{(event := name.removesuffix(_ONSET))}"
        and f"{event}_ongoing" in panel.variables
    ]


def history_specs(event: str) -> tuple[FeatureSpec, ...]:
    """Features of the history of an event, under the factors of those of the default outcome.

    Parameters
    ----------
    event : str

    Returns
    -------
    tuple of FeatureSpec
        Any onset so far, years since the last, past onsets halved every ten years, and recent onsets next door.
    """
    return tuple(_spec(event, aspect) for aspect in get_args(Aspect))


def _spec(event: str, aspect: Aspect) -> FeatureSpec:
    entry: dict[str, Any] = {"risk_factors": (2,), "indicators": ("2.2",), "sign": 1} | _ENTRIES[aspect]
    words = {
        name: text.format(event, event.replace("_", " ")) for name, text in entry.items() if name in _TEXTS
    }
    return FeatureSpec(
        **entry | words, variables=(f"{event}{_ONSET}",), compute=EventHistory(event=event, aspect=aspect)
    )
