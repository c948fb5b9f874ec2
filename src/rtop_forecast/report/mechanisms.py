"""Prevention mechanisms of the state: what is in place, what is not. Facts with their source, no advice.

Bundled are the treaties of the core table and the members of regional organisations. What could not be sourced from
material at hand is listed in ``LEFT_OUT`` and shown as not covered, never as absent.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from rtop_forecast.storage.bundled import core_file, datasets_dir
from rtop_forecast.world.states import state_years

__all__ = ["LEFT_OUT", "ORGANISATIONS", "TREATY_NAMES", "mechanisms", "memberships"]

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
)
ORGANISATIONS = {
    "AU": "African Union",
    "ECOWAS": "Economic Community of West African States",
    "IGAD": "Intergovernmental Authority on Development",
    "EU": "European Union",
    "OSCE": "Organization for Security and Co-operation in Europe",
    "OAS": "Organization of American States",
    "ASEAN": "Association of Southeast Asian Nations",
}
#: Years at whose end the table of members is complete.
MEMBERS_COVERED = (2000, 2025)


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


def memberships(year: int) -> dict[int, list[dict[str, Any]]] | None:
    """Regional organisations with early-warning mandates that each state belonged to at the end of a year.

    Parameters
    ----------
    year : int
        Years after the last one covered are given as of that one.

    Returns
    -------
    dict of int to list of dict, or None
        By Gleditsch-Ward number, states that belong to none left out: ``code`` and ``name`` of the organisation,
        ``since`` (None if from before the table begins), ``until`` (year in which it left, or None), ``note`` and
        ``source``. None for years before the table begins.
    """
    first, last = MEMBERS_COVERED
    if year < first:
        return None
    table = pd.read_csv(
        datasets_dir() / "mechanisms" / "memberships.csv", keep_default_na=False, na_values=[""]
    )
    then = min(year, last)
    held = table[(table["from_year"] <= then) & ~(table["end_year"] <= then)]
    result: dict[int, list[dict[str, Any]]] = {}
    for row in held.to_dict("records"):
        result.setdefault(int(row["country_id"]), []).append(
            {
                "code": row["organisation"],
                "name": ORGANISATIONS[row["organisation"]],
                "since": int(row["from_year"]) if row["from_year"] > first else None,
                "until": int(row["end_year"]) if pd.notna(row["end_year"]) else None,
                "note": "" if pd.isna(row["note"]) else str(row["note"]),
                "source": str(row["source"]),
            }
        )
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
