"""The forms in which V-Dem's country-years come, and how each is loaded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import numbers, whole_numbers
from rtop_forecast.world.states import KEYS

__all__ = ["EWP_NAMES", "IDENTIFIERS", "PARTIAL", "form", "header", "load"]

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
_EWP_OFFICIAL = ("e_pop", "e_cow_exports", "e_cow_imports", "e_migdppc", "e_migdpgro", "e_gdppc")

IDENTIFIERS = {
    "country_name", "country_text_id", "country_id", "year", "historical_date", "project", "historical",
    "histname", "codingstart", "codingend", "codingstart_contemp", "codingend_contemp", "codingstart_hist",
    "codingend_hist", "gapstart1", "gapstart2", "gapstart3", "gapend1", "gapend2", "gapend3", "gap_index", "COWcode",
    "vdem_cowcode", "gwcode", "vdem_country_name", "extended_country_name", "GWn", "cown", "in_GW_system",
    "sftgcode",
}  # fmt: skip

_EWP_MARKS = ("COWcode", "pol_killing_approved", "ses_power_dist", "minorityrule")
_GDP_MARKS = ("COWcode", "country_name", "e_migdppc", "e_migdpgro")
_SIMPLE_MARKS = ("vdem_country_name", "country_text_id", "v2x_polyarchy", "codingstart_contemp")
#: Form of a table with V-Dem's own columns that holds only some of the indices, such as one made for a model.
PARTIAL = "partial"
_PARTIAL_MARKS = frozenset({"country_name", "country_text_id", "year"})
_OWN_NAMES = re.compile(r"(v2|v3|e_)\w+|(Unnamed: 0|rownames|X)?")
_MARKS = ("country_name", "country_text_id", "country_id", "year", "v2x_polyarchy")
#: Columns of the Episodes of Regime Transformation, which has V-Dem's identifiers and some of its indices.
_EPISODES = frozenset({"dem_ep_id", "aut_ep_id"})
#: Columns of the object that holds the table of an R file, by form.
_R_FORMS = {"ewp": _EWP_MARKS, "simple": _SIMPLE_MARKS, "r": _MARKS, "ewp-gdp": _GDP_MARKS}


def form(path: str | Path) -> str | None:
    """Form of a file: "csv", "parquet", "r" (official names), "simple", "ewp", "ewp-gdp", "partial"; None for others.

    "csv" and "parquet" are official tables in such files, "r" those in any other kind of file.
    """
    path = Path(path)
    kind = files.kind_of(path)
    names = set(header(path)) if kind in ("text", "parquet") else files.header_of(path)
    if names & _EPISODES or files.r_mentions(path, _EPISODES):
        return None
    if kind in ("text", "parquet") and names >= set(_MARKS):
        return "csv" if kind == "text" else "parquet"
    found = (name for name, marks in _R_FORMS.items() if names >= set(marks) or files.r_mentions(path, marks))
    return next(found, PARTIAL if _is_partial(names) else None)


def _is_partial(names: set[str]) -> bool:
    """Whether the columns are V-Dem's names of countries, years and ratings, and nothing else."""
    others = names - IDENTIFIERS
    ratings = [name for name in others if name.startswith("v2")]
    return names >= _PARTIAL_MARKS and bool(ratings) and all(_OWN_NAMES.fullmatch(name) for name in others)


def header(path: str | Path) -> list[str]:
    """Column names of a CSV or Parquet file; empty for other files and for broken ones."""
    path = Path(path)
    if path.suffix.lower() != ".parquet":
        return files.csv_header(path)
    from pyarrow import ArrowInvalid, parquet

    try:
        return list(parquet.read_schema(path).names)
    except (ArrowInvalid, OSError):
        return []


def load(path: str | Path, wanted: Sequence[str]) -> tuple[pd.DataFrame, str]:
    """Rows with ``code``, ``year`` and the ratings that the file has of those wanted; and the code system.

    Raises
    ------
    DataIntegrityError
        If the file cannot be read, a rating is not a number or a key is missing.
    """
    path = Path(path)
    kind = form(path)
    if kind in ("csv", "parquet"):
        present = set(header(path))
        columns = [*KEYS, *(name for name in wanted if name in present)]
        frame = _columns(path, columns)
        return frame.assign(code=frame["country_id"].astype("str")), "vdem"
    if kind is None:
        message = (
            f"{path.name} holds no V-Dem country-year table that this reader knows. Use the official CSV."
        )
        raise DataIntegrityError(message)
    if kind == PARTIAL:
        columns = [name for name in wanted if name in files.header_of(path)]
        frame = files.read_table(path)
        ratings = numbers(frame[["year", *columns]], columns, path=path, missing=("NA",))
        return ratings.assign(code=frame["country_name"].astype("str")), "name"
    frame = files.read_table(path, marks=_R_FORMS[kind])
    if kind in ("r", "simple"):
        columns = [name for name in wanted if name in frame.columns]
        ratings = _numeric(frame[[*KEYS, *columns]], columns, path)
        return ratings.assign(code=ratings["country_id"].astype("int64").astype("str")), "vdem"
    names = {**EWP_NAMES, **{name: name for name in _EWP_OFFICIAL}}
    present_names = {old: new for old, new in names.items() if old in frame.columns}
    ratings = frame[["country_name", "year", *present_names]].rename(columns=present_names)
    ratings = _numeric(ratings, list(present_names.values()), path)
    # Its COWcode column holds EWP's own numbers; V-Dem's country name is the safe key.
    return ratings.assign(code=frame["country_name"].astype("str")), "name"


def _columns(path: Path, columns: list[str]) -> pd.DataFrame:
    """Columns of an official CSV or Parquet file; only empty cells are missing."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    if path.suffix.lower() != ".parquet" and files.is_html(path):
        message = f"{path.name} is a web page, not the data file. Download it again."
        raise DataIntegrityError(message)
    if path.suffix.lower() != ".parquet":
        _refuse_cut(path)
    types = {name: pa.float64() for name in columns} | {"country_id": pa.int64(), "year": pa.int64()}
    try:
        if path.suffix.lower() == ".parquet":
            table = parquet.read_table(path, columns=columns).cast(pa.schema(list(types.items())))
        else:
            with files.opened(path) as content:
                table = csv.read_csv(
                    content,
                    read_options=csv.ReadOptions(block_size=1 << 22),
                    parse_options=csv.ParseOptions(delimiter=files.delimiter_of(path)),
                    convert_options=csv.ConvertOptions(
                        include_columns=columns,
                        column_types=types,
                        null_values=[""],
                        strings_can_be_null=True,
                    ),
                )
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowKeyError, OSError) as error:
        cause = " ".join(str(error).split())[:200]
        message = f"{path.name} cannot be read as V-Dem's country-year table: {cause}. Download it again."
        raise DataIntegrityError(message) from error
    if table["country_id"].null_count or table["year"].null_count:
        message = f"{path.name}: every row needs country_id and year; some lack one. Download it again."
        raise DataIntegrityError(message)
    frame: pd.DataFrame = table.to_pandas()
    return frame


def _refuse_cut(path: Path) -> None:
    """Raise when the last line has no line end and its last cell looks cut; rows with too few cells are refused."""
    if files.is_unended(path):
        with files.opened(path) as content:
            text = content.read()
        files.refuse_cut_cell(path, text, delimiter=files.delimiter_of(path), line=0)


def _numeric(frame: pd.DataFrame, columns: list[str], path: Path) -> pd.DataFrame:
    keys = [name for name in KEYS if name in frame.columns]
    return whole_numbers(numbers(frame, columns, path=path), keys, path=path)
