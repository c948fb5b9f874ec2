"""From a source's codes to states, with a list of what did not match and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading.table import UNMATCHED_COLUMNS, Edition, SourceTable, no_unmatched
from rtop_forecast.world.codes import normalise
from rtop_forecast.world.states import KEYS, resolve_many

__all__ = [
    "code_list",
    "explained",
    "merge_unmatched",
    "refuse_unknown_codes",
    "refuse_unknown_names",
    "split_codes",
    "state_table",
    "with_codes",
    "with_country_id",
]


#: What spreadsheets, R and pandas write where there is no code, in lower case.
_BLANK = frozenset({"", "nan", "<na>", "none"})

_NO_SUCH_NUMBER = tuple(
    f"no state has the {system} code"
    for system in ("gw", "ucdp", "cow", "vdem", "vdem_cow", "polity", "ewp", "pitf")
)


def with_country_id(
    frame: pd.DataFrame, *, code: str, system: str, year: str = "year"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add ``country_id`` from a source's code; rows without a state are reported instead.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the columns named by ``code`` and ``year``.
    code, system, year : str
        Column of the code, the code system as in :data:`rtop_forecast.world.codes.SYSTEMS`, column of the year.

    Returns
    -------
    matched, unmatched : pandas.DataFrame
        ``matched`` has ``country_id`` as int64; ``unmatched`` has ``code, year, rows, reason``.
    """
    if frame.empty:
        return frame.assign(country_id=pd.Series(dtype="int64")), no_unmatched()
    frame = frame.reset_index(drop=True)
    resolution = resolve_many(frame[code], frame[year], system=system)
    ids = pd.Series(pd.array(resolution.country_id, dtype="Int64"), index=frame.index)
    matched = frame[ids.notna()].assign(country_id=ids[ids.notna()].astype("int64"))
    unmatched = resolution.unmatched[UNMATCHED_COLUMNS].astype({"code": "str"})
    return matched.reset_index(drop=True), unmatched.reset_index(drop=True)


def merge_unmatched(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One report from several, sorted by code and year."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return no_unmatched()
    merged = pd.concat(filled, ignore_index=True)
    return merged.sort_values(["code", "year"], ignore_index=True)


def with_codes(frame: pd.DataFrame, columns: Sequence[str], *, system: str) -> pd.DataFrame:
    """Return the frame with codes in the form in which they are compared, whatever wrote the file.

    A spreadsheet or a data frame turns the number 2 into 2.0, pads codes or changes their case. A cell without a code
    stays as it is; names lose the blanks around them only, because reports quote them.

    Parameters
    ----------
    frame : pandas.DataFrame
    columns : list of str
        Columns of one code each.
    system : str
        Their code system, as in :data:`rtop_forecast.world.codes.SYSTEMS`.
    """
    made = {}
    for column in columns:
        given = frame[column]
        forms = {cell: _comparable(cell, system) for cell in given.dropna().unique()}
        changed = any(type(cell) is not type(form) or cell != form for cell, form in forms.items())
        if changed:
            made[column] = given.astype("object").map(forms, na_action="ignore").astype("str")
    return frame.assign(**made) if made else frame


def _comparable(cell: object, system: str) -> str:
    text = str(cell).strip()
    return text if system == "name" or text.casefold() in _BLANK else normalise(cell, system=system)


def code_list(cell: object, *, system: str) -> list[str]:
    """Codes of a cell that lists several, as UCDP's ``"625, 626"`` or 625.0, in the form that is compared.

    Examples
    --------
    >>> code_list("625, 626.0", system="ucdp"), code_list(100.0, system="ucdp")
    (['625', '626'], ['100'])
    """
    parts = str(cell).split(",") if isinstance(cell, str) else [cell]
    codes = [normalise(part, system=system) for part in parts]
    return [code for code in codes if code]


def split_codes(frame: pd.DataFrame, column: str, *, system: str = "ucdp") -> pd.DataFrame:
    """One row per code where a cell lists several, as in UCDP's ``"625, 626"``."""
    lists = frame[column].map(lambda cell: code_list(cell, system=system) or [""])
    long = frame.assign(**{column: lists}).explode(column, ignore_index=True)
    long[column] = long[column].astype("str")
    return long.drop_duplicates(ignore_index=True)


def explained(unmatched: pd.DataFrame) -> pd.Series[bool]:
    """Whether each reported row has a cause other than an unknown code or name.

    Parameters
    ----------
    unmatched : pandas.DataFrame
        As :attr:`SourceTable.unmatched`.
    """
    reason = unmatched["reason"].astype("str")
    unknown = reason.str.startswith(("no state is called", "no state has the")) | reason.str.contains(
        r"^the .* is missing in \d+\.$"
    )
    return reason.ne("") & ~unknown


def refuse_unknown_codes(unmatched: pd.DataFrame, path: str | Path) -> None:
    """Raise when rows bear a state number that the source's own code system never had.

    New spellings of a name or new aggregates come with new releases and are reported. A number that no state ever had
    is a damaged or edited cell.

    Raises
    ------
    DataIntegrityError
        With the file, the code, the year and the number of rows.
    """
    wrong = unmatched[unmatched["reason"].astype("str").str.startswith(_NO_SUCH_NUMBER)]
    if wrong.empty:
        return
    first = wrong.iloc[0]
    message = (
        f"{Path(path).name}: every state code must be one of its code system; {int(wrong['rows'].sum())} rows "
        f"have another, first {first['code']!r} in {first['year']} ({first['reason'].rstrip('.')}). Download the "
        "official file again."
    )
    raise DataIntegrityError(message)


def refuse_unknown_names(unmatched: pd.DataFrame, path: str | Path) -> None:
    """Raise when a list in which absence means zero has a code or name that nobody knows: its state would read as zero.

    That of an area that is no state, or of a state in years in which it was none, is known.

    Parameters
    ----------
    unmatched : pandas.DataFrame
        As :attr:`SourceTable.unmatched`.
    path : path
        For the message.

    Raises
    ------
    DataIntegrityError
        With the number of rows and the first of them.
    """
    wrong = unmatched[~explained(unmatched)]
    if wrong.empty:
        return
    first = wrong.iloc[0]
    message = (
        f"{Path(path).name}: where absence means zero, every code or name must be known; {int(wrong['rows'].sum())} "
        f"rows have another, first {first['code']!r} in {first['year']}. If its letters are garbled, save the file in "
        "UTF-8; if a state has a new name, please report it."
    )
    raise DataIntegrityError(message)


def state_table(
    matched: pd.DataFrame,
    names: Sequence[str],
    edition: Edition,
    *,
    unmatched: Sequence[pd.DataFrame],
    code: str = "code",
    zero_inside: Collection[str] = (),
    coverage: Mapping[str, tuple[int, int]] | None = None,
) -> SourceTable:
    """Source table from rows with ``country_id`` and ``year``, at most one per state-year.

    Parameters
    ----------
    matched : pandas.DataFrame
        ``country_id, year``, the variables, and the source's own code for messages.
    names : list of str
        Variables.
    edition : Edition
        Where they come from.
    unmatched : list of pandas.DataFrame
        Reports to be joined.
    code : str
        Column of the source's own code.
    zero_inside : collection of str
        Variables for which the absence of a row inside the coverage means zero.
    coverage : dict of str to (int, int), optional
        By default from the first to the last year in which any state has a value.

    Raises
    ------
    DataIntegrityError
        If no row matched, a row has a state number that never was, or two rows claim one state-year.
    """
    lost = merge_unmatched(list(unmatched))
    refuse_unknown_codes(lost, edition.path)
    if zero_inside:
        refuse_unknown_names(lost, edition.path)
    if matched.empty:
        message = (
            f"{edition.path.name}: no row belongs to an independent state and year of 1946 or later. "
            "Use the official country-year release."
        )
        raise DataIntegrityError(message)
    repeated = matched.duplicated(KEYS, keep=False)
    if repeated.any():
        first = matched.loc[repeated].iloc[0]
        message = (
            f"{edition.path.name}: {int(repeated.sum())} rows share a state-year with another, first "
            f"{first[code]!r} in {first['year']} (GW {first['country_id']}). Keep one of each."
        )
        raise DataIntegrityError(message)
    data = matched[[*KEYS, *names]]
    if coverage is None:
        coverage = {
            name: (int(valued.min()), int(valued.max()))
            for name in names
            if len(valued := data.loc[data[name].notna(), "year"])
        }
    return SourceTable(
        source=edition.source,
        release=edition.release,
        data=data[[*KEYS, *coverage]],
        coverage=coverage,
        zero_inside=frozenset(zero_inside) & frozenset(coverage),
        publication_lag_months=edition.publication_lag_months,
        unmatched=lost,
    )
