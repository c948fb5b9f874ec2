"""Parties to human rights treaties: UN Treaty Collection tables and OHCHR status workbooks."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import latest_year, refuse
from rtop_forecast.sources.reading.country_years import set_aside
from rtop_forecast.sources.reading.matching import merge_unmatched, refuse_unknown_names, with_country_id
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.sources.registry import publication_lag, registered_contents, registered_hashes, registry
from rtop_forecast.storage.files import file_sha256
from rtop_forecast.world.codes import FIRST_YEAR
from rtop_forecast.world.states import state_years

__all__ = ["TREATIES", "content_sha256", "deposits", "read", "recognise", "treaty_of"]

#: Treaty key, the UN Treaty Collection's chapter number and the day it was opened for signature.
TREATIES = {
    "genocide": ("4-1", date(1948, 12, 9)),
    "cerd": ("4-2", date(1966, 3, 7)),
    "iccpr": ("4-4", date(1966, 12, 16)),
    "cat": ("4-9", date(1984, 12, 10)),
    "rome": ("18-10", date(1998, 7, 17)),
}
_OHCHR_TITLES = {
    "iccpr": "International Covenant on Civil and Political Rights",
    "cat": "Convention against Torture",
}
_OHCHR_DEPOSIT = "Date of Ratification/Accession"
_UNTC_MARKS = ("Participant", "Signature")


def recognise(path: str | Path) -> bool:
    """Whether a file is a UN Treaty Collection table or an OHCHR status workbook of a treaty known here.

    Either may have been saved in another form of file.
    """
    return _is_untc(path) or _ohchr_treaty(path) is not None


def _is_untc(path: str | Path) -> bool:
    if not files.has_columns(path, _UNTC_MARKS):
        return False
    return _deposit_column(files.header_of(path) or _untc_table(path).columns) is not None


def _deposit_column(names: Iterable[str]) -> str | None:
    """Column of the deposits, by the words in its name; None if there is none or more than one."""
    found = [name for name in names if re.search(r"Ratification|Accession", str(name))]
    return found[0] if len(found) == 1 else None


def _ohchr_treaty(path: str | Path) -> str | None:
    title, names = _ohchr_head(path)
    if _OHCHR_DEPOSIT not in names:
        return None
    return next((key for key, name in _OHCHR_TITLES.items() if name in title), None)


def _ohchr_head(path: str | Path) -> tuple[str, list[str]]:
    """Title above the table of a workbook, or of a text file saved from it, and the names of its columns."""
    if files.kind_of(path) == "text":
        return next(files.lines_above(Path(path), 1), ""), files.csv_header(path, line=1)
    rows = files.excel_rows(path, limit=2)
    if len(rows) < 2 or not rows[0]:
        return "", []
    return str(rows[0][0]), [str(cell).strip() for cell in rows[1]]


def treaty_of(path: str | Path) -> str:
    """Treaty a file is about: ``genocide``, ``cerd``, ``iccpr``, ``cat`` or ``rome``.

    A UN Treaty Collection table does not name its treaty. It is recognised by its earliest signature: no
    treaty was signed before the day it was opened, and each was signed within two months of it.

    Raises
    ------
    DataIntegrityError
        If the file matches none of the treaties.
    """
    title = _ohchr_treaty(path)
    if title is not None:
        return title
    if not _is_untc(path):
        message = (
            f"{Path(path).name} is not a status table of the UN Treaty Collection or OHCHR that this reader knows: the "
            "columns must be Participant, Signature and one of deposits. Download the table again."
        )
        raise DataIntegrityError(message)
    signed = _untc_table(path)["Signature"].dropna().map(_day).dropna()
    first = min(signed, default=date.min)
    for key, (_, opened) in TREATIES.items():
        if 0 <= (first - opened).days <= 60:
            return key
    message = (
        f"{Path(path).name} looks like a UN Treaty Collection table, but its first signature ({first}) "
        f"fits none of "
        f"{sorted(TREATIES)}. Use the tables of chapters {[chapter for chapter, _ in TREATIES.values()]}."
    )
    raise DataIntegrityError(message)


def deposits(path: str | Path) -> pd.DataFrame:
    """Deposits of ratification, acceptance, approval, accession or succession.

    Returns
    -------
    pandas.DataFrame
        ``participant`` (name as published), ``deposited`` (date), ``treaty``; signatories that
        did not deposit are left out.
    """
    treaty = treaty_of(path)
    if _is_untc(path):
        frame = _untc_table(path)
        names, cells = frame["Participant"], frame[_deposit_column(frame.columns)].tolist()
    else:
        frame = _ohchr_table(path)
        names, cells = frame.iloc[:, 0], frame[_OHCHR_DEPOSIT].tolist()
    table = pd.DataFrame(
        {"participant": names.astype("str").str.strip(), "deposited": [_day(cell) for cell in cells]}
    )
    table = _dated(table, cells, path)
    return table[table["deposited"].notna()].assign(treaty=treaty).reset_index(drop=True)


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _untc_table(path: str | Path) -> pd.DataFrame:
    return files.read_table(path, marks=_UNTC_MARKS, dtype="str")


def _ohchr_table(path: str | Path) -> pd.DataFrame:
    if files.kind_of(path) == "excel":
        return files.excel_table(path, header=1)
    return files.read_csv(path, skiprows=1, dtype="str").rename(columns=lambda name: str(name).strip())


def _day(cell: object) -> date | None:
    """Day of a cell: a date, or text such as "14 Jan 1980 a" or "1980-01-14"; None if it is empty or no day."""
    if cell is pd.NaT:
        return None
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    named = re.match(r"\s*(\d{1,2}) ([A-Za-z]{3})[a-z]* (\d{4})", str(cell))
    plain = re.match(r"\s*(\d{4})-(\d{2})-(\d{2})(?!\d)", str(cell))
    try:
        if named:
            return date(int(named[3]), _MONTHS.index(named[2].lower()) + 1, int(named[1]))
        return date(int(plain[1]), int(plain[2]), int(plain[3])) if plain else None
    except ValueError:  # no such month or day
        return None


def _dated(table: pd.DataFrame, cells: Sequence[object], path: str | Path) -> pd.DataFrame:
    """Refuse a deposit whose day cannot be read: it is not the same as no deposit."""
    given = [cell is not None and cell == cell and str(cell).strip() != "" for cell in cells]
    late = [day is not None and not 1946 <= day.year <= latest_year() for day in table["deposited"]]
    unread = pd.Series(given) & table["deposited"].isna().to_numpy() | pd.Series(late)
    refuse(path, "a deposit must have a day that can be read", unread, pd.Series(cells, dtype="object"))
    return table


def read(path: str | Path) -> SourceTable:
    """First year in which each state is party to the treaty of the file.

    The year is that of the deposit, or the first as an independent state if that is later (Ukraine,
    Belarus, Namibia; Serbia for what Yugoslavia deposited): what was known then. The Soviet Union's deposits,
    listed under the Russian Federation, keep their years. A notification of
    succession works back to independence in law, but nobody knew it before it was made, so it is
    not dated back.

    Parameters
    ----------
    path : path
        ``untreaties_4-1.csv`` and its sisters, or an OHCHR ``UnderlyingData_..._OHCHR`` workbook.

    Returns
    -------
    SourceTable
        One row per party in its first year with ``<treaty>_deposit`` = 1; Yemen's deposits before
        1990 were made by South Yemen and stand there. Covers the years up to the one before the workbook's date
        (OHCHR). A UN Treaty Collection table bears no date: one with the deposits of a registered one, however it was
        saved, covers what the registry says, any other the years up to the one before its latest deposit.

    References
    ----------
    United Nations Treaty Collection, https://treaties.un.org, chapters IV and XVIII.
    """
    table = deposits(path)
    treaty = str(table["treaty"].iloc[0]) if len(table) else treaty_of(path)
    last = _last_untc_year(path, table) if _is_untc(path) else _ohchr_year(path) - 1
    table = table.assign(year=[day.year for day in table["deposited"]])
    table, late = set_aside(
        table,
        table["year"] > last,
        code="participant",
        reason=f"the table covers the years up to {last} in full",
    )
    south = table["participant"].eq("Yemen") & (table["year"] < 1990)
    table = table.assign(participant=table["participant"].mask(south, "South Yemen"))
    matched, unmatched = _at_first_state_year(table, last)
    refuse_unknown_names(unmatched, path)
    unmatched = merge_unmatched([unmatched, late])
    name = f"{treaty}_deposit"
    data = (
        matched.sort_values("year").drop_duplicates("country_id")[["country_id", "year"]].assign(**{name: 1})
    )
    return SourceTable(
        source=f"{'untc' if _is_untc(path) else 'ohchr'}-{last + 1}",
        release=str(last + 1),
        data=data,
        coverage={name: (TREATIES[treaty][1].year, last)},
        zero_inside=frozenset({name}),
        publication_lag_months=publication_lag("treaties"),
        unmatched=unmatched,
    )


def _at_first_state_year(table: pd.DataFrame, last: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Parties by name, at the year of deposit or, if that is later, the first year of the state.

    A name may begin later than its state (Russian Federation: 1991). It says which state is meant, and the
    deposit keeps its year.
    """
    columns = ["participant", "year"]
    matched, unmatched = with_country_id(table[columns], code="participant", system="name")
    found = [matched]
    waiting = table[columns].merge(matched[columns], on=columns, how="left", indicator=True)
    waiting = waiting.loc[waiting["_merge"] == "left_only", columns]
    tries = pd.DataFrame({"try_year": range(TREATIES["genocide"][1].year, last + 1)})
    later = waiting.merge(tries, how="cross")
    later = later[later["try_year"] > later["year"]]
    if len(later):
        as_state, _ = with_country_id(later, code="participant", system="name", year="try_year")
        first = as_state.sort_values("try_year").drop_duplicates("participant")
        begun = first["country_id"].map(
            state_years(first=FIRST_YEAR, last=last).groupby("country_id")["year"].min()
        )
        found.append(first.drop(columns="try_year").assign(year=first["year"].clip(lower=begun)))
        unmatched = unmatched[~unmatched["code"].isin(first["participant"])]
    return pd.concat(found, ignore_index=True), unmatched.reset_index(drop=True)


def _last_untc_year(path: str | Path, table: pd.DataFrame) -> int:
    key = registered_hashes().get(file_sha256(path)) or registered_contents().get(content_sha256(table))
    return registry()[key].last_year if key is not None else max(day.year for day in table["deposited"]) - 1


def content_sha256(table: pd.DataFrame) -> str:
    """SHA-256 of the deposits of a treaty: the same for a table saved again with other marks, order or repetitions.

    Parameters
    ----------
    table : pandas.DataFrame
        As :func:`deposits` returns it.
    """
    facts = zip(table["treaty"], table["participant"], table["deposited"], strict=True)
    lines = sorted({f"{treaty}|{participant}|{day.isoformat()}" for treaty, participant, day in facts})
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _ohchr_year(path: str | Path) -> int:
    title = _ohchr_head(path)[0]
    found = re.search(r"Last Updated: \d{2}/\d{2}/(\d{4})", title)
    if found is None:
        message = f"{Path(path).name} does not say when it was last updated; its first cell must. Download it again."
        raise DataIntegrityError(message)
    return int(found[1])
