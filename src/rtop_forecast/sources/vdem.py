"""Varieties of Democracy: ratings per country and year, in three forms.

The official country-year CSV (official column names), an R object with the identifier block and the
high-level indices, and the subset in the Early Warning Project's inputs, where columns were renamed
or recoded.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.sources._files import csv_header, r_mentions, read_csv, read_r
from rtop_forecast.sources._match import merge_unmatched, with_country_id
from rtop_forecast.sources._table import SourceTable

__all__ = ["EWP_NAMES", "RANGES", "read", "recognise"]

#: Official name (or named recode of it) of each renamed column in the EWP subset. Found by comparing the
#: 2023 edition of the subset, which still has the official columns, with its recodes cell by cell.
EWP_NAMES = {
    "pol_killing_approved": "v2clkill_ord_is_0",
    "social_inequality": "v2clsocgrp_ord_is_0",
    "even_civilrights": "v2clrgunev_ord_is_2",
    "v2csreprss_ord": "v2csreprss_ord",
    "v2pepwrsoc_ord": "v2pepwrsoc_ord",
    "partyban": "v2psparban_ord",
    "judicialreform": "v2jureform_ord",
    "religiousfreedom": "v2clrelig_ord",
    "freediscussion": "v2xcl_disc",
    "ses_power_dist": "v2pepwrses",
    "v2csgender_ord": "v2csgender_ord",
    "v2mecenefm_ord": "v2mecenefm_ord",
}

#: Admissible values of the variables this library bundles, bounds inclusive.
RANGES = {
    "v2clkill_ord_is_0": (0, 1),
    "v2clsocgrp_ord_is_0": (0, 1),
    "v2clrgunev_ord_is_2": (0, 1),
    "v2csreprss_ord": (0, 4),
    "v2pepwrsoc_ord": (0, 4),
    "v2psparban_ord": (0, 4),
    "v2jureform_ord": (0, 2),
    "v2clrelig_ord": (0, 4),
    "v2xcl_disc": (0, 1),
    "v2csgender_ord": (0, 4),
    "v2mecenefm_ord": (0, 4),
    "v2x_polyarchy": (0, 1),
    "v2x_libdem": (0, 1),
}

#: V-Dem's numbers of countries whose name means different states in different years.
_NUMBERS = {
    "Czechia": "157", "German Democratic Republic": "137", "Germany": "77", "Kosovo": "43",
    "Republic of Vietnam": "35", "Russia": "11", "Serbia": "198", "South Yemen": "23", "Vietnam": "34",
    "Yemen": "14", "Zanzibar": "236",
}  # fmt: skip

_EWP_MARKS = ("COWcode", "pol_killing_approved", "ses_power_dist", "minorityrule")
_SIMPLE_MARKS = ("vdem_country_name", "country_text_id", "v2x_polyarchy", "codingstart_contemp")
_CSV_MARKS = {"country_name", "country_text_id", "country_id", "year", "v2x_polyarchy"}
_IDENTIFIERS = {
    "country_name", "country_text_id", "country_id", "year", "historical_date", "project", "historical",
    "histname", "gap_index", "COWcode", "vdem_cowcode", "gwcode", "vdem_country_name",
    "extended_country_name",
    "GWn",
    "cown", "in_GW_system", "sftgcode",
}  # fmt: skip
_VERSION_BY_LAST_YEAR = {
    2018: "9",
    2019: "10",
    2020: "11",
    2021: "12",
    2022: "13",
    2023: "14",
    2024: "15",
    2025: "16",
}


def recognise(path: str | Path) -> bool:
    """Whether a file is one of the three forms, by its column names."""
    return (
        set(csv_header(path)) >= _CSV_MARKS or r_mentions(path, _EWP_MARKS) or r_mentions(path, _SIMPLE_MARKS)
    )


def read(path: str | Path, *, variables: list[str] | None = None) -> SourceTable:
    """State-years of V-Dem ratings.

    Parameters
    ----------
    path : path
        Official country-year CSV, the R object ``vdem_simple`` or the EWP subset ``vdem.Rdata``.
    variables : list of str, optional
        Official names to keep; by default all numeric ratings in the file.

    Returns
    -------
    SourceTable
        Ratings under their official names; recodes in the EWP subset under names that say what they
        are, as ``v2clkill_ord_is_0``. Absence of a row is missing, never zero. The release is
        V-Dem's version number, told from the last year covered.

    Raises
    ------
    InputError
        If a variable is asked for that the file does not hold, or an R file is given without `rdata`.
    DataIntegrityError
        If two rows claim one state-year.

    References
    ----------
    Coppedge, M., et al. (2025). V-Dem Country-Year Dataset v15. Varieties of Democracy Project.
    https://doi.org/10.23696/vdemds25
    """
    frame, system = _load(Path(path))
    names = [
        name
        for name in frame.columns
        if name not in _IDENTIFIERS and pd.api.types.is_numeric_dtype(frame[name])
    ]
    if variables is not None:
        absent = [name for name in variables if name not in names]
        if absent:
            message = (
                f"{Path(path).name} lacks {len(absent)} of the variables asked for, first {absent[0]!r}."
            )
            raise InputError(message)
        names = list(variables)
    frame = frame[frame["year"] >= 1946].assign(year=lambda f: f["year"].astype("int64"))
    release = _VERSION_BY_LAST_YEAR.get(int(frame["year"].max()), f"to-{int(frame['year'].max())}")
    matched, unmatched = _resolved(frame, system)
    data = _one_per_state_year(path, matched, names)
    years = (int(data["year"].min()), int(data["year"].max()))
    return SourceTable(
        source=f"vdem-{release}",
        release=release,
        data=data,
        coverage=dict.fromkeys(names, years),
        zero_inside=frozenset(),
        publication_lag_months=3,
        unmatched=unmatched,
    )


def _load(path: Path) -> tuple[pd.DataFrame, str]:
    """Rows with a column ``code`` and the code system it belongs to."""
    if set(csv_header(path)) >= _CSV_MARKS:
        frame = read_csv(path)
        return frame.copy().assign(code=frame["country_id"].astype("int64").astype("str")), "vdem"
    frame = next(iter(read_r(path).values()))
    if "vdem_country_name" in frame.columns:
        return frame.copy().assign(code=frame["country_id"].astype("int64").astype("str")), "vdem"
    if "pol_killing_approved" in frame.columns:
        names = {old: new for old, new in (EWP_NAMES | {"e_pop": "e_pop"}).items() if old in frame.columns}
        kept = frame[["country_name", "year", *names]].rename(columns=names)
        kept = kept.astype(dict.fromkeys(names.values(), "float64"))
        # Its COWcode column holds EWP's own numbers; V-Dem's country name is the safe key.
        return kept.assign(code=frame["country_name"].astype("str")), "name"
    message = f"{path.name} holds no V-Dem country-year table that this reader knows. Use the official CSV."
    raise DataIntegrityError(message)


def _resolved(frame: pd.DataFrame, system: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Resolve by V-Dem's number, or by its country name where that has one meaning in all years."""
    if system == "vdem":
        return with_country_id(frame, code="code", system="vdem")
    dated = frame["code"].isin(_NUMBERS)
    parts = [
        with_country_id(
            frame[dated].assign(code=lambda f: f["code"].map(_NUMBERS)), code="code", system="vdem"
        ),
        with_country_id(frame[~dated], code="code", system="name"),
    ]
    matched = pd.concat([part[0] for part in parts], ignore_index=True)
    return matched, merge_unmatched([part[1] for part in parts])


def _one_per_state_year(path: str | Path, matched: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    repeated = matched.duplicated(["country_id", "year"], keep=False)
    if repeated.any():
        first = matched.loc[repeated].iloc[0]
        message = (
            f"{Path(path).name}: {int(repeated.sum())} rows share a state-year with another, first "
            f"{first['code']!r} "
            f"in {first['year']} (GW {first['country_id']}). Remove one of each pair."
        )
        raise DataIntegrityError(message)
    return matched[["country_id", "year", *names]]
