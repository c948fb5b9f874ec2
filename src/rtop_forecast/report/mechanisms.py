"""Prevention mechanisms of the state: what is in place, what is not. Facts with their source, no advice.

Bundled are the treaties of the core table. What could not be sourced from material at hand is listed in
``LEFT_OUT`` and shown as not covered, never as absent.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from rtop_forecast._resources import core_file
from rtop_forecast.states import state_years

__all__ = ["LEFT_OUT", "TREATY_NAMES", "mechanisms"]

TREATY_NAMES = {
    "genocide": "Convention on the Prevention and Punishment of the Crime of Genocide (1948)",
    "iccpr": "International Covenant on Civil and Political Rights (1966)",
    "cat": "Convention against Torture (1984)",
    "cerd": "Convention on the Elimination of All Forms of Racial Discrimination (1965)",
    "rome": "Rome Statute of the International Criminal Court (1998)",
}
LEFT_OUT = (
    "standing invitation to special procedures of the Human Rights Council",
    "cycles of the Universal Periodic Review",
    "national action plan on women, peace and security",
    "United Nations peace operation present",
    "membership of regional organisations with early-warning mandates",
)


def mechanisms(year: int) -> dict[int, list[dict[str, Any]]]:
    """Treaties of each independent state of a year.

    Parameters
    ----------
    year : int

    Returns
    -------
    dict of int to list of dict
        By Gleditsch-Ward number: ``name, status`` ("party", "withdrawn", "not a party"), ``since`` (year of deposit,
        or first year as an independent state if later), ``until`` (year of withdrawal), ``as_of`` (last year that the
        table covers) and ``source``.
    """
    table = pd.read_csv(core_file("treaties.csv"))
    coverage = pd.read_csv(core_file("coverage.csv"))
    last = coverage[coverage["table"] == "treaties"].set_index("variable")["last_year"]
    ids = state_years(first=year, last=year)["country_id"].tolist()
    result: dict[int, list[dict[str, Any]]] = {}
    for country_id in ids:
        own = table[(table["country_id"] == country_id) & (table["year"] <= year)]
        result[int(country_id)] = [
            _status(own[own["treaty"] == key], name, year=year, as_of=int(last[key]))
            for key, name in TREATY_NAMES.items()
        ]
    return result


def _status(rows: pd.DataFrame, name: str, *, year: int, as_of: int) -> dict[str, Any]:
    if rows.empty:
        return {
            "name": name,
            "status": "not a party",
            "since": None,
            "until": None,
            "as_of": as_of,
            "source": "",
        }
    row = rows.sort_values("year").iloc[-1]
    ended = pd.notna(row["end_year"]) and row["end_year"] <= year
    return {
        "name": name,
        "status": "withdrawn" if ended else "party",
        "since": int(row["year"]),
        "until": int(row["end_year"]) if ended else None,
        "as_of": as_of,
        "source": str(row["source"]),
    }
