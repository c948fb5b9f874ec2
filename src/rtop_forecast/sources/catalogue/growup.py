"""GROWup: Ethnic Power Relations added up by country and year."""

from __future__ import annotations

from pathlib import Path

from rtop_forecast.sources.reading.columns import years
from rtop_forecast.sources.reading.country_years import country_years
from rtop_forecast.sources.reading.files import csv_header, read_csv, refuse_missing_columns
from rtop_forecast.sources.reading.table import SourceTable

__all__ = ["DATASET", "LAG_MONTHS", "read", "recognise"]

DATASET = "growup"
#: The platform follows the EPR releases.
LAG_MONTHS = 12
_SHARES = (
    "egippop", "legippop", "exclpop", "lexclpop", "discrimpop", "ldiscrimpop", "maxexclpop", "lmaxexclpop",
    "regautpop", "regautexclpop", "regautegippop",
)  # fmt: skip
_COUNTS = (
    "egip_groups_count",
    "excl_groups_count",
    "regaut_groups_count",
    "rlvt_groups_count",
    "actv_groups_count",
)


def recognise(path: str | Path) -> bool:
    """Whether a file is the platform's country-year export."""
    return {"countries_gwid", "exclpop", "egippop"} <= set(csv_header(path))


def read(path: str | Path) -> SourceTable:
    """State-years of ethnic power relations as GROWup adds them up.

    Parameters
    ----------
    path : path
        The country-year export as CSV.

    Returns
    -------
    SourceTable
        Shares of the population (0 to 1): ``egippop`` groups with access to power, ``exclpop`` excluded,
        ``discrimpop`` discriminated, ``maxexclpop`` the largest excluded group, ``regautpop`` regional
        autonomy; the same with ``l`` in front as shares of the ethnically relevant population (``lexclpop``,
        ...), and the numbers of groups. Years after the last are missing, not carried forward.

    Raises
    ------
    DataIntegrityError
        If a column is missing, a share lies outside 0 to 1, or two rows of one state and year disagree.

    References
    ----------
    Girardin, L., Hunziker, P., Cederman, L.-E., Bormann, N.-C., Rüegger, S., & Vogt, M. (2015). GROWup:
    Geographical Research On War, Unified Platform. ETH Zurich. https://growup.ethz.ch
    """
    what = "the GROWup country-year export"
    frame = read_csv(path)
    names = [*_SHARES, *_COUNTS]
    refuse_missing_columns(path, frame.columns, ["countries_gwid", "year", *names], what=what)
    frame = years(frame, "year", path=path)
    return country_years(
        frame,
        {name: name for name in names},
        path=path,
        what=what,
        dataset=DATASET,
        release=str(frame["year"].max()),
        lag_months=LAG_MONTHS,
        codes=[("countries_gwid", "gw")],
        bounds=dict.fromkeys(_SHARES, (0.0, 1.0)) | dict.fromkeys(_COUNTS, (0.0, 200.0)),
    )
