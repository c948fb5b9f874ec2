"""Where the sources behind a forecast end, and how old the values are that it stands on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from rtop_forecast.features import Features
from rtop_forecast.features.sources import releases_behind
from rtop_forecast.features.spec import FeatureSpec
from rtop_forecast.panel.variables import Variable
from rtop_forecast.sources.registry import Release
from rtop_forecast.world.codes import LAST_YEAR
from rtop_forecast.world.states import KEYS

__all__ = ["INPUT_COLUMNS", "STATUSES", "input_ages", "sources_end", "where_data_end"]

#: What a feature's newest values may be.
STATUSES = ("final", "provisional", "carried", "missing")
#: Source of what no variable is needed for, as a state's age.
STATES = "Independent states, the list of Gleditsch and Ward"
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


def where_data_end(features: Features, keys: pd.DataFrame) -> pd.DataFrame:
    """How each source reaches the origin: features whose newest values are final, provisional, carried or missing.

    Parameters
    ----------
    features : Features
    keys : pandas.DataFrame
        ``country_id, year`` of the states ranked, all of one origin year.

    Returns
    -------
    pandas.DataFrame
        One row per source, the newest release behind a feature's oldest variable, or the list of states: ``source``
        (title and release), ``last_year``; numbers of features that are ``final`` (of the origin year), ``provisional``
        (of it, to be revised), ``carried`` (half the states' values or more are of an earlier year) and ``missing`` (no
        state has a value); and ``oldest``, the largest age in years.
    """
    origin = int(keys["year"].iloc[0])
    held = features.panel.variables
    ages = input_ages(features, keys).set_index("feature")
    rows = []
    for spec in features.specs:
        if not spec.variables:  # made of the list of states alone
            rows.append((STATES, LAST_YEAR, *(int(one == "final") for one in STATUSES), 0.0))
            continue
        name = min(spec.variables, key=lambda variable: held[variable].last_year)
        behind = releases_behind(name, held)
        title = _title(behind[-1]) if behind else held[name].source
        age, oldest, without = (ages[column][spec.name] for column in ("age", "oldest", "missing"))
        status = _status(spec, held, origin, age, missing=without == len(keys))
        rows.append((title, held[name].last_year, *(int(status == one) for one in STATUSES), oldest))
    table = pd.DataFrame(rows, columns=["source", "last_year", *STATUSES, "oldest"])
    groups = table.groupby(["source", "last_year"], as_index=False)
    counts: pd.DataFrame = groups.agg(dict.fromkeys(STATUSES, "sum") | {"oldest": "max"})
    return counts.sort_values(["last_year", "source"], ascending=[False, True], ignore_index=True)


def _title(release: Release) -> str:
    """Title of a release, with its number where the title does not hold it."""
    return release.title if release.release in release.title else f"{release.title} {release.release}"


def _status(
    spec: FeatureSpec, held: Mapping[str, Variable], origin: int, age: float, *, missing: bool
) -> str:
    if missing:
        return "missing"
    if age > 0:
        return "carried"
    return "provisional" if any(origin in held[name].provisional for name in spec.variables) else "final"


def sources_end(features: Features) -> dict[str, int]:
    """Last year of each source behind the features: the earliest of the variables that they use of it."""
    variables = features.panel.variables
    used = [variables[name] for spec in features.specs for name in spec.variables]
    return {
        source: min(variable.last_year for variable in used if variable.source == source)
        for source in sorted({variable.source for variable in used})
    }
