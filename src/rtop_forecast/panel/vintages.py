"""Releases of a dataset that were current one after the other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from rtop_forecast.display import Displayed
from rtop_forecast.panel.variables import Variable, month_end
from rtop_forecast.sources.keys import release_order
from rtop_forecast.sources.registry import Release, registry


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Vintage(Displayed):
    """One release of a dataset, the panel's own or one beside it.

    Attributes
    ----------
    dataset, release : str
    published : datetime.date
        Last day of the month in which it came out.
    variables : dict of str to Variable
        The panel's variables that the release holds.
    frame : pandas.DataFrame
        Their values, one row per state-year of the panel, in the panel's order; no columns for the panel's own release.
    """

    dataset: str
    release: str
    published: date
    variables: Mapping[str, Variable]
    frame: pd.DataFrame


def publication(dataset: str, release: str, *, last_year: int, lag_months: int) -> date:
    """Day by which a release was out.

    The registry's month where it gives one; else the last year that the release covers plus the lag, which is how the
    annual releases of V-Dem (March) and UCDP (June) come.
    """
    entry = _entry(dataset, release)
    if entry is not None and entry.published:
        year, month = entry.published.split("-")
        return month_end(int(year), int(month))
    # a list of a year came out in it, also if it shows nothing of the year before
    named = int(release) - 1 if re.fullmatch(r"(19|20)\d\d", release) else last_year
    return month_end(max(last_year, named), 12 + lag_months)


def current_vintages(vintages: Sequence[Vintage], issued: date) -> dict[str, Vintage]:
    """Release that was current on a date, by variable; before the first one that holds it, that first one."""
    chosen: dict[str, Vintage] = {}
    for vintage in sorted(vintages, key=lambda one: (one.published, release_order(one.release))):
        for name in vintage.variables:
            if vintage.published <= issued or name not in chosen:
                chosen[name] = vintage
    return chosen


def with_vintages(
    frame: pd.DataFrame, variables: Mapping[str, Variable], chosen: Mapping[str, Vintage]
) -> tuple[pd.DataFrame, dict[str, Variable]]:
    """Panel columns and variables, each from the release chosen for it."""
    changed = {
        name: vintage.frame[name].to_numpy(dtype=float)
        for name, vintage in chosen.items()
        if name in vintage.frame.columns
    }
    described = {name: chosen[name].variables[name] for name in changed}
    return frame.assign(**changed), {**variables, **described}


def _entry(dataset: str, release: str) -> Release | None:
    found = [
        one
        for one in registry().values()
        if one.dataset == dataset and release_order(one.release) == release_order(release)
    ]
    return found[0] if found else None
