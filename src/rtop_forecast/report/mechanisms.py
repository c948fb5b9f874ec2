"""Prevention mechanisms of the states of a report: what is recorded, grouped, with numbered sources."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from rtop_forecast.mechanisms.listing import mechanisms_of

__all__ = ["grouped_mechanisms"]


def grouped_mechanisms(
    country_ids: Sequence[int], *, as_of: date
) -> tuple[dict[int, list[dict[str, Any]]], list[str]]:
    """Mechanisms of each state as recorded by a day, and the sources that they name.

    Parameters
    ----------
    country_ids : sequence of int
        Gleditsch-Ward numbers.
    as_of : datetime.date
        Day of issue of the forecast.

    Returns
    -------
    (dict of int to list of dict, list of str)
        By state one entry per group: ``group``, ``rows`` (``mechanism, status, date, until, note`` and ``source``,
        the place of its source in the list, from 1) and ``missing`` (what is not recorded, with the day).
    """
    numbers: dict[str, int] = {}
    result: dict[int, list[dict[str, Any]]] = {}
    for country_id in country_ids:
        table = mechanisms_of(country_id, as_of=as_of)
        groups: list[dict[str, Any]] = []
        for group, part in table.groupby("group", sort=False):
            absent = part["source"] == ""
            rows = part[~absent].to_dict("records")
            for row in rows:
                row["source"] = numbers.setdefault(str(row["source"]), len(numbers) + 1)
            missing = [
                f"{row['mechanism']} ({row['status'].removeprefix('not recorded ')})"
                for row in part[absent].to_dict("records")
            ]
            groups.append({"group": str(group), "rows": rows, "missing": missing})
        result[country_id] = groups
    return result, list(numbers)
