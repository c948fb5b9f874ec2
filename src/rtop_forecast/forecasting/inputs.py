"""Where the sources behind a forecast end, and how old the values are that it stands on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rtop_forecast.features import Features
from rtop_forecast.world.states import KEYS

__all__ = ["INPUT_COLUMNS", "input_ages", "sources_end"]

INPUT_COLUMNS = ["feature", "source", "last_year", "age", "oldest", "missing"]


def input_ages(features: Features, keys: pd.DataFrame) -> pd.DataFrame:
    """How old the value of each feature is, over the states of an origin year.

    Parameters
    ----------
    features : Features
    keys : pandas.DataFrame
        ``country_id, year`` of the states ranked, all of one origin year.

    Returns
    -------
    pandas.DataFrame
        ``feature``; ``source`` (registry keys of its variables, joined by "+"); ``last_year`` (the earliest last year
        that one of them covers, missing for a feature of the calendar alone); ``age`` and ``oldest`` (median and
        largest age of its values in years; 0 is the origin year's own); ``missing`` (states without a value).
    """
    ages = keys[KEYS].merge(features.ages, on=KEYS, how="left", validate="one_to_one")
    variables = features.panel.variables
    rows = []
    for spec in features.specs:
        used = [variables[name] for name in spec.variables]
        values = ages[spec.name].to_numpy(dtype=float)
        given = values[np.isfinite(values)]
        rows.append(
            (
                spec.name,
                "+".join(dict.fromkeys(variable.source for variable in used)),
                min((variable.last_year for variable in used), default=None),
                float(np.median(given)) if given.size else None,
                float(given.max()) if given.size else None,
                len(values) - given.size,
            )
        )
    table = pd.DataFrame(rows, columns=INPUT_COLUMNS)
    return table.astype({"last_year": "Int64", "age": "float64", "oldest": "float64"})


def sources_end(features: Features) -> dict[str, int]:
    """Last year of each source behind the features: the earliest of the variables that they use of it."""
    variables = features.panel.variables
    used = [variables[name] for spec in features.specs for name in spec.variables]
    return {
        source: min(variable.last_year for variable in used if variable.source == source)
        for source in sorted({variable.source for variable in used})
    }
