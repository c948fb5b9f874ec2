"""CIRIGHTS: human rights scored from yearly reports, by country and year."""

from __future__ import annotations

import re
from pathlib import Path

from rtop_forecast.sources.reading.columns import years
from rtop_forecast.sources.reading.country_years import country_years
from rtop_forecast.sources.reading.files import (
    csv_header,
    excel_rows,
    excel_table,
    read_csv,
    refuse_missing_columns,
)
from rtop_forecast.sources.reading.table import SourceTable

__all__ = ["BOUNDS", "DATASET", "LAG_MONTHS", "VARIABLES", "read", "recognise"]

DATASET = "cirights"
#: The release of December 2024 reaches to 2022.
LAG_MONTHS = 24
_MARKS = {"ciri", "cow", "Physical Integrity Rights Index", "Extrajudicial Killings"}

#: Our name of each practice that is read; laws and workers' rights are left in the file.
VARIABLES = {
    "Overall Human Rights Score": "overall",
    "Physical Integrity Rights Index": "physint",
    "Repression Index": "repression",
    "Civil and Political Rights Index": "civpol",
    "Brutality-based Atrocity": "brutality",
    "Atrocity Intensity": "intensity",
    "Disappearances": "disap",
    "Extrajudicial Killings": "kill",
    "Political Imprisonment": "polpris",
    "Torture": "tort",
    "Freedom of Assembly and Association": "assn",
    "Freedom of Foreign Movement": "formov",
    "Freedom of Domestic Movement": "dommov",
    "Freedom of Speech": "speech",
    "Electoral Self-determination": "elecsd",
    "Religious Freedom": "rel_free",
    "Judicial Independence": "injud",
    "Women's Political Rights": "wopol",
    "Human Rights NGO Freedom": "ngo",
    "Right to a Fair Trial": "trial",
}
#: Admissible values by our name.
BOUNDS: dict[str, tuple[float, float]] = {
    "overall": (0, 100), "physint": (0, 8), "repression": (0, 17), "civpol": (0, 6), "brutality": (0, 1),
    "intensity": (1, 3),
    "disap": (0, 2), "kill": (0, 2), "polpris": (0, 2), "tort": (0, 2), "assn": (0, 2), "formov": (0, 2),
    "dommov": (0, 2), "speech": (0, 2), "elecsd": (0, 2), "rel_free": (0, 2), "injud": (0, 2), "wopol": (0, 3),
    "ngo": (0, 3), "trial": (0, 3),
}  # fmt: skip


def recognise(path: str | Path) -> bool:
    """Whether a file has the names of the scores in its first row."""
    rows = excel_rows(path, limit=1)
    header = {str(cell).strip() for cell in rows[0]} if rows else set(csv_header(path))
    return header >= _MARKS


def read(path: str | Path) -> SourceTable:
    """State-years of CIRIGHTS scores.

    Parameters
    ----------
    path : path
        ``cirights_v3.12.10.24.xlsx`` or another version, also as CSV.

    Returns
    -------
    SourceTable
        Practices: ``kill, disap, tort, polpris`` (0 frequent, 1 occasional, 2 none), their sum ``physint``
        (0 to 8), and the further scores of :data:`VARIABLES`; higher is better, save ``brutality`` (1 if
        extrajudicial killing is frequent and so is at least one of disappearance, torture and political
        imprisonment) and ``intensity`` (1 to 3: how many of these three are; missing without such an atrocity).
        A report that says nothing is an empty cell in version 3.12; the codes of older versions for that
        (-999), for foreign rule (-66) and for no government (-77) are missing too. Scores are as published,
        also where a sum is not that of its parts (13 state-years).

    Raises
    ------
    InputError
        If a workbook is given without `python-calamine`.
    DataIntegrityError
        If a column is missing, a score is out of bounds, or two rows of one country and year disagree.

    References
    ----------
    Mark, B., Cingranelli, D., Filippov, M., & Richards, D. (2024). The CIRIGHTS data project scoring manual.
    https://www.cirights.com

    Cingranelli, D., Mark, S., Garvey, J. B., Hutt, J., & Lee, Y. (2022). A brutality-based approach to
    identifying state-led atrocities. Journal of Conflict Resolution, 66(9), 1676-1702.
    """
    path = Path(path)
    what = "CIRIGHTS"
    frame = read_csv(path) if csv_header(path) else excel_table(path)
    variables = {
        official: name for official, name in VARIABLES.items() if official in frame or name != "intensity"
    }
    refuse_missing_columns(path, frame.columns, ["country", "year", "cow", *variables], what=what)
    frame = years(frame, "year", path=path)
    return country_years(
        frame,
        variables,
        path=path,
        what=what,
        dataset=DATASET,
        release=_release(path, int(frame["year"].max())),
        lag_months=LAG_MONTHS,
        # The column `cow` holds numbers of other systems too (342 for Serbia).
        codes=[("country", "name")],
        bounds={official: BOUNDS[name] for official, name in VARIABLES.items()},
        missing=(-999, -99, -77, -66, "NA"),
    )


def _release(path: Path, last: int) -> str:
    """Version in the file's name, such as 3.12.10.24, or the last year."""
    found = re.search(r"v(\d+(?:\.\d+)+)", path.stem)
    return found[1] if found else str(last)
