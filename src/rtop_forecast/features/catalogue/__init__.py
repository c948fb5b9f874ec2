"""The catalogue of features: one module per group; ``GROUPS`` is the order of their columns.

A new group is one module here, with a tuple ``FEATURES`` of :class:`~rtop_forecast.features.spec.FeatureSpec`,
and its name in ``GROUPS``.
"""

from __future__ import annotations

from importlib import import_module
from itertools import chain

from rtop_forecast.features.spec import FeatureSpec

GROUPS = (
    "history",
    "conflict",
    "violence",
    "neighbours",
    "structure",
    "governance",
    "institutions",
    "groups",
    "rights",
    "politics",
    "economy",
    "displacement",
    "atrocities",
    "organized_violence",
    "regimes",
)

CATALOGUE: tuple[FeatureSpec, ...] = tuple(
    chain.from_iterable(import_module(f"{__name__}.{group}").FEATURES for group in GROUPS)
)
