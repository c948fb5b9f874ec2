"""Next year's release of a file: its last year repeated, its version and its name one further."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

from next_year.raw import Release, Rows, cell_text

#: Column of the calendar year, where a row is of one year.
YEAR_COLUMNS = {
    "hief": "Year", "pts": "Year", "fsi": "Year", "awsd": "Year", "mepv": "YEAR", "pitf": "YEAR", "fariss": "YEAR",
    "reign_elections": "elec_year", "ucdp_organizedviolence": "year_cy",
}  # fmt: skip
#: Column of the last year of a spell.
SPELLS = {"epr": "to"}
#: Datasets of one column per year.
WIDE = frozenset({"sipri"})
#: Years by which the file's year is later than the year that it describes.
OFFSETS = {"fsi": 1}
#: Datasets whose releases end with a year that is not over, which the reader leaves out.
PARTIAL = frozenset({"unhcr", "idmc"})
#: Columns of the day on which something began, which in a repeated year begins a year later.
BEGINNINGS = {"tmk": "tmk.st"}
#: Columns that tell rows apart and so change in a repeated year.
IDENTIFIERS = {"mass_mobilization": "id", "coups": "id", "awsd": "Incident ID", "polity5": "cyear"}
#: Datasets without a column of years in which the last can be repeated.
NOT_EXTENDED = frozenset({"treaties", "reign_leaders", "cow_contiguity", "ewp_events"})

_YEAR_HEADER = re.compile(r"(\d{4})(\.0)?( \[YR\1\])?")


def next_name(name: str) -> str:
    """File name of the next release: version, year and date one further.

    Examples
    --------
    >>> next_name("BattleDeaths_v25_1.csv"), next_name("SIPRI-Milex-data-1948-2023.xlsx")
    ('BattleDeaths_v26_1.csv', 'SIPRI-Milex-data-1948-2024.xlsx')
    """
    name = re.sub(r"(?<![A-Za-z\d])v(\d\d)(?=[_.])", lambda found: f"v{int(found[1]) + 1}", name)
    name = re.sub(r"(?<![A-Za-z\d])v(\d\d)1(?=\.)", lambda found: f"v{int(found[1]) + 1}1", name)
    name = re.sub(r"(?<!\d)20(\d\d)(?!\d)", lambda found: f"20{int(found[1]) + 1:02d}", name)
    name = re.sub(r"(?<=v4\.0)(\d)(?=-)", lambda found: str(int(found[1]) + 1), name)
    name = re.sub(r"073120", "073121", name)
    return re.sub(r"(?<=_3_)21(?=\.)", "22", name)


def next_release(release: Release, last: int) -> Release:
    """Release of the next year.

    Parameters
    ----------
    last : int
        Last year that the reader says the file covers.
    """
    raw_last = last + OFFSETS.get(release.dataset, 0)
    made = _appended(release, raw_last)
    return made.named(next_name(release.path.name))


def _appended(release: Release, last: int) -> Release:
    dataset = release.dataset
    if dataset == "wgi" and release.kind == "excel" and release.head:
        tables = {name: _sheet_of_years(rows, last) for name, rows in release.tables.items()}
        return replace(release, tables=tables)
    if dataset in WIDE:
        tables = {name: _wide(rows, last) for name, rows in release.tables.items()}
        return replace(release, tables=tables)
    if any(_YEAR_HEADER.fullmatch(name) for name in release.header):
        made = release.rows[: release.head] + _wide(release.rows[release.head :], last)
        made = [_later_update(row) if i < release.head else row for i, row in enumerate(made)]
        return replace(release, tables={**release.tables, release.main: made})
    if dataset in SPELLS:
        place = release.header.index(SPELLS[dataset])
        return release.with_body([_with(row, place, last + 1, at=last) for row in release.body])
    return _by_row(release, last)


def year_place(release: Release) -> int | None:
    """Place of the column of the calendar year; None if there is none."""
    wanted = YEAR_COLUMNS.get(release.dataset, "year").casefold()
    return next((i for i, name in enumerate(release.header) if name.casefold() == wanted), None)


def _by_row(release: Release, last: int) -> Release:
    place = year_place(release)
    if place is None:
        message = f"{release.path.name} has no column of the year."
        raise ValueError(message)
    body = [row for row in release.body if len(row) > place and year_of(row[place]) <= last]
    newest = [row for row in body if year_of(row[place]) == last]
    copies = [_set(row, place, last + 1) for row in newest]
    if release.dataset in PARTIAL:
        copies += [_set(row, place, last + 2) for row in newest]
    begun = BEGINNINGS.get(release.dataset)
    if begun in release.header:
        at = release.header.index(begun)
        copies = [_set(row, at, _a_year_later(row[at], last)) for row in copies]
    number = IDENTIFIERS.get(release.dataset)
    if number in release.header:
        at = release.header.index(number)
        copies = [_set(row, at, _next_number(row[at], i)) for i, row in enumerate(copies)]
    body = body + copies
    if "version" in release.header:
        at = release.header.index("version")
        body = [_set(row, at, _next_version(row[at])) for row in body]
    return release.with_body(body)


def _a_year_later(cell: Any, year: int) -> Any:
    """Day of the year as that of the next; other days stay."""
    if isinstance(cell, date):
        return cell.replace(year=year + 1, day=min(cell.day, 28)) if cell.year == year else cell
    return re.sub(rf"(?<!\d){year}(?!\d)", str(year + 1), cell) if isinstance(cell, str) else cell


def _next_number(cell: Any, i: int) -> Any:
    text = cell_text(cell)
    return f"{text}-{i}" if "-" in text else type(cell)(int(text) + 500_000)


def _next_version(cell: Any) -> Any:
    text = cell_text(cell)
    major, _, minor = text.partition(".")
    bumped = f"{int(major) + 1}.{minor}"
    return float(bumped) if isinstance(cell, float) else bumped


def year_of(cell: Any) -> int:
    """Year in a cell; one before all others where there is none."""
    try:
        return int(float(cell))
    except (TypeError, ValueError):
        return -1


def _wide(rows: Rows, last: int) -> Rows:
    """Rows with the column of the last year repeated as that of the next."""
    head = next(
        (i for i, row in enumerate(rows[:8]) if any(_YEAR_HEADER.fullmatch(str(c)) for c in row)), None
    )
    if head is None:
        return rows
    years = {
        int(found[1]): i
        for i, c in enumerate(rows[head])
        if (found := _YEAR_HEADER.fullmatch(str(c).strip()))
    }
    if last not in years:
        return rows
    place = years[last]
    later = {i for year, i in years.items() if year > last}
    made = []
    for i, row in enumerate(rows):
        if i < head or len(row) <= place:
            made.append(row)
            continue
        cell = _header_after(row[place]) if i == head else row[place]
        kept = [one for j, one in enumerate(row) if j not in later]
        made.append([*kept[: place + 1], cell, *kept[place + 1 :]])
    return made


def _sheet_of_years(rows: Rows, last: int) -> Rows:
    """Sheet of the older Governance Indicators, whose years stand above their columns, with the last year repeated."""
    head = next((i for i, row in enumerate(rows) if row[:1] == ["Country/Territory"]), None)
    if not head:
        return rows
    places = [i for i, cell in enumerate(rows[head - 1]) if year_of(cell) == last]
    added = [[row[i] for i in places] if len(row) > places[-1] else [] for row in rows]
    added[head - 1] = [last + 1 for _ in places]
    return [[*row, *more] for row, more in zip(rows, added, strict=True)]


def _header_after(cell: Any) -> Any:
    if isinstance(cell, (int, float)):
        return cell + 1
    return re.sub(r"\d{4}", lambda found: str(int(found[0]) + 1), str(cell))


def _later_update(row: list[Any]) -> list[Any]:
    """Preamble row of the World Bank with its date a year later."""
    if row[:1] != ["Last Updated Date"]:
        return row
    return [row[0], re.sub(r"^\d{4}", lambda found: str(int(found[0]) + 1), row[1]), *row[2:]]


def _with(row: list[Any], place: int, value: int, *, at: int) -> list[Any]:
    return _set(row, place, value) if len(row) > place and year_of(row[place]) == at else row


def _set(row: list[Any], place: int, value: Any) -> list[Any]:
    cell = str(value) if isinstance(row[place], str) else value
    return [*row[:place], cell, *row[place + 1 :]]
