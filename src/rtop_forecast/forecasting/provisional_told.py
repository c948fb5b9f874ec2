"""What a forecast says of provisional episodes: the rows that were written down by its issue date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from rtop_forecast.features import Features
from rtop_forecast.features.grid import Grid
from rtop_forecast.world.provisional_checks import COLUMNS

__all__ = ["add_statuses", "told_episodes", "told_rows", "with_list"]


def told_episodes(features: Features, origin: int) -> dict[str, Any]:
    """Provisional rows known to the features of an origin, for the record; empty where the panel has no list.

    Returns
    -------
    dict
        ``provisional``: ``file``, ``sha256``, ``rows`` (as records) and ``later`` (rows written down afterwards).
    """
    beside = features.panel.provisional
    if beside is None:
        return {}
    day = Grid(features.panel, issue_month=features.issue_month).issued(origin)
    rows = beside.as_of(day).frame
    cells = rows.astype(object).where(rows.notna(), None)
    return {
        "provisional": {
            "file": beside.name,
            "sha256": beside.sha256,
            "rows": cells.to_dict("records"),
            "later": len(beside.frame) - len(rows),
        }
    }


def told_rows(provenance: Mapping[str, Any]) -> pd.DataFrame:
    """Provisional rows of a forecast's record."""
    rows = provenance.get("provisional", {}).get("rows", [])
    return pd.DataFrame(rows, columns=list(COLUMNS))


def add_statuses(ranking: pd.DataFrame, provenance: Mapping[str, Any]) -> pd.DataFrame:
    """Ranking with ``provisional``, the statuses of a state's rows; as it is where no list was asked for."""
    if "provisional" not in provenance:
        return ranking
    groups = told_rows(provenance).groupby("country_id")["status"]
    statuses_of = {number: "; ".join(sorted(set(statuses))) for number, statuses in groups}
    return ranking.assign(provisional=ranking["country_id"].map(statuses_of))


def with_list(ends: pd.DataFrame, provenance: Mapping[str, Any]) -> pd.DataFrame:
    """Table of where the data end, with a line for the provisional list, of which no feature is made."""
    rows = told_rows(provenance)
    if rows.empty:
        return ends
    line = dict.fromkeys(ends.columns, 0) | {
        "source": f"Provisional episodes of {provenance['provisional']['file']}: {len(rows)}, no outcome",
        "last_year": int(rows["last_year"].max()),
        "oldest": None,
    }
    return pd.concat([pd.DataFrame([line]).astype(ends.dtypes), ends], ignore_index=True)
