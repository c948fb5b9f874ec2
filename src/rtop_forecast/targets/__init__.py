"""From events to labels: whether an onset comes within the next years."""

from rtop_forecast.targets.events import EVENTS, Event, find_event, what_happens
from rtop_forecast.targets.labels import (
    KINDS,
    MIN_POPULATION,
    NOT_AT_RISK,
    Exclusion,
    Target,
    onset_target,
    onset_within,
    relabelled,
)

__all__ = [
    "EVENTS",
    "KINDS",
    "MIN_POPULATION",
    "NOT_AT_RISK",
    "Event",
    "Exclusion",
    "Target",
    "find_event",
    "onset_target",
    "onset_within",
    "relabelled",
    "what_happens",
]
