"""A dataset with one row per country and year, declared: its columns, codes and bounds, and what they mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import cleandoc
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import InputError
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import EARLIEST_YEAR, numbers, one_per_key, years
from rtop_forecast.sources.reading.country_years import (
    one_per_state_year,
    resolved,
    set_aside,
)
from rtop_forecast.sources.reading.matching import state_table, with_codes
from rtop_forecast.sources.reading.table import Edition, SourceTable
from rtop_forecast.sources.registry import release_reaching

__all__ = ["Column", "CountryYears", "Layouts", "SetAside", "last_listed_year"]

NO_VALUE = "no variable has a value in this row"


@dataclass(frozen=True, slots=True)
class Column:
    """A column that becomes a variable.

    Attributes
    ----------
    name : str
        Our name of the variable.
    bounds : (float, float), optional
        Least and largest admissible value.
    optional : bool
        Whether a release may lack the column; any other column is required.
    """

    name: str
    bounds: tuple[float, float] | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class SetAside:
    """Rows that are reported instead of read.

    Attributes
    ----------
    rows : callable
        From the table (code columns, ``year`` and the variables) to a Series of bool.
    reason : str
        What the report says of them.
    """

    rows: Callable[[pd.DataFrame], pd.Series]
    reason: str


def last_listed_year(listed: pd.Series) -> int:
    """Last year in which the release has any row."""
    return int(listed.max())


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryYears:
    """How to recognise and read the releases of a dataset with one row per country and year.

    Attributes
    ----------
    dataset : str
        Name of the dataset: that of the module and in the registry ``datasets/sources.toml``.
    title : str
        What messages call it, with its article.
    description : str
        For users, in Markdown: official files; each variable with its unit and coding; peculiarities of releases.
    columns : dict of str to Column
        Variable of each official column.
    codes : sequence of (column, system)
        Columns that identify the country, the most reliable first, with their code systems as in
        :data:`rtop_forecast.world.codes.SYSTEMS`; a row takes the first that is filled.
    marks : set of str
        Official columns by which a file is recognised.
    recognises : callable, optional
        From a path to whether it is a release, where columns in the first row do not tell; in place of ``marks``.
    year : str
        Column of the calendar year.
    unit : str, optional
        Column that tells apart units of the source that share a code; by default the code does.
    encoding : str
        Of text files, as published.
    upper_case : bool
        Whether column names are compared in upper case, because releases differ in it.
    missing : sequence
        Values that the codebook gives the meaning of missing, as numbers (-99) or strings ("..").
    thousands : str, optional
        Separator inside numbers.
    first_year : int
        First admissible year.
    last_year : callable
        From the years of all rows to the last year that the release covers; rows of later years are reported.
    edition_after : int
        Year of a release less the last year it covers, where releases bear no version.
    version : str, optional
        Regular expression with one group that finds the version of a release in its file name.
    load : callable, optional
        From a path to a table with the official columns, where the file is not such a table.
    prepare : callable, optional
        From the table with checked years, and the path, to the table with corrected codes or additional columns.
    made : dict of str to Column
        Variables of columns that ``prepare`` adds.
    aside : sequence of SetAside
        Rows that are reported instead of read.
    check : callable, optional
        Raises where the finished table, of the path given with it, breaks a rule of the dataset.

    Raises
    ------
    InputError
        If no column, code, title or description is declared, two columns have one name, or not exactly one of
        ``marks`` and ``recognises`` is given.
    """

    dataset: str
    title: str
    description: str
    columns: Mapping[str, Column]
    codes: tuple[tuple[str, str], ...]
    marks: frozenset[str] = frozenset()
    recognises: Callable[[Path], bool] | None = None
    year: str = "year"
    unit: str | None = None
    encoding: str = "utf-8"
    upper_case: bool = False
    missing: tuple[object, ...] = ()
    thousands: str | None = None
    first_year: int = EARLIEST_YEAR
    last_year: Callable[[pd.Series], int] = last_listed_year
    edition_after: int = 0
    version: str | None = None
    load: Callable[[Path], pd.DataFrame] | None = None
    prepare: Callable[[pd.DataFrame, Path], pd.DataFrame] | None = None
    made: Mapping[str, Column] = field(default_factory=dict)
    aside: tuple[SetAside, ...] = ()
    check: Callable[[SourceTable, Path], None] | None = None

    def __post_init__(self) -> None:
        """Refuse a declaration that could read no file."""
        object.__setattr__(self, "description", cleandoc(self.description))
        names = [column.name for column in (*self.columns.values(), *self.made.values())]
        faults = {
            "needs at least one column and one code": not names or not self.codes,
            "needs either `marks` or `recognises`": bool(self.marks) == (self.recognises is not None),
            "needs a title and a description": not self.title.strip() or not self.description,
            "gives two columns the same name": len(set(names)) != len(names),
        }
        for fault, found in faults.items():
            if found:
                message = f"the declaration of {self.dataset!r} {fault}. Correct it."
                raise InputError(message)

    def recognise(self, path: str | Path) -> bool:
        """Whether a file is a release of the dataset, by its columns.

        Raises
        ------
        InputError
            If a workbook is given without `python-calamine`.
        DataIntegrityError
            If a workbook is broken.
        """
        if self.recognises is not None:
            return self.recognises(Path(path))
        header = files.header_of(path)
        if self.upper_case:
            header = {name.upper() for name in header}
        return header >= self.marks or files.r_mentions(path, self.marks)

    def read(self, path: str | Path) -> SourceTable:
        """State-years of a release, with the variables that :attr:`description` describes.

        Parameters
        ----------
        path : path
            Text, Excel or R file.

        Returns
        -------
        SourceTable
            A state-year without a value is missing, never zero.

        Raises
        ------
        InputError
            If the optional library for the form of the file is not installed.
        DataIntegrityError
            If a column is missing, a cell is neither a number nor missing or is out of bounds, two rows of one
            country and year disagree, no row matches a state, the file looks cut, or a rule of the dataset is broken.
        """
        path = Path(path)
        frame = self._table(path)
        last = self.last_year(frame[self.year])
        edition = Edition(path=path, dataset=self.dataset, release=self._release(path, last))
        table = self._state_years(frame, edition, last)
        if self.check is not None:
            self.check(table, path)
        return table

    def _table(self, path: Path) -> pd.DataFrame:
        """Table with all columns that the release must have and years that can be."""
        if self.load is not None:
            frame = self.load(path)
        else:
            marks = self.marks or set(self.columns)
            frame = files.read_table(path, marks=marks, encoding=self.encoding)
        if self.upper_case:
            frame = frame.rename(columns=lambda name: str(name).upper())
        needed = [name for name, column in self.columns.items() if not column.optional]
        needed = list(dict.fromkeys([*self._identifiers(), self.year, *needed, *sorted(self.marks)]))
        files.refuse_missing_columns(path, frame.columns, needed, what=self.title)
        for column, system in self.codes:
            if column in frame.columns:
                frame = with_codes(frame, [column], system=system)
        frame = years(frame, self.year, path=path, first=self.first_year)
        return frame if self.prepare is None else self.prepare(frame, path)

    def _identifiers(self) -> list[str]:
        """Columns that tell the source's units apart; the last is named in reports."""
        return list(
            dict.fromkeys([*(column for column, _ in self.codes), *([self.unit] if self.unit else [])])
        )

    def _release(self, path: Path, last: int) -> str:
        found = re.search(self.version, path.stem) if self.version else None
        if found is None:
            return str(last + self.edition_after)
        return release_reaching(self.dataset, found[1], last)

    def _state_years(self, frame: pd.DataFrame, edition: Edition, last: int) -> SourceTable:
        present = {
            official: column
            for official, column in {**self.columns, **self.made}.items()
            if official in frame.columns
        }
        identifiers = self._identifiers()
        frame = numbers(
            frame[[*identifiers, self.year, *present]],
            list(present),
            path=edition.path,
            bounds={official: column.bounds for official, column in present.items() if column.bounds},
            missing=self.missing,
            thousands=self.thousands,
        )
        names = [column.name for column in present.values()]
        frame = frame.set_axis([*identifiers, "year", *names], axis=1)
        rules = [
            *self.aside,
            SetAside(lambda rows: ~rows[names].notna().any(axis=1), NO_VALUE),
            SetAside(
                lambda rows: rows["year"] > last, f"the release does not cover the years after {last} in full"
            ),
        ]
        reports = []
        for rule in rules:
            frame, report = set_aside(frame, rule.rows(frame), code=identifiers[-1], reason=rule.reason)
            reports.append(report)
        matched, unmatched = resolved(frame, self.codes)
        if self.unit is not None:
            matched = matched.assign(code=matched[self.unit].astype("str"))
        matched, repeated = one_per_key(matched, ["code", "year"], path=edition.path, code="code")
        matched, overlap = one_per_state_year(matched)
        return state_table(matched, names, edition, unmatched=[*reports, unmatched, repeated, overlap])


@dataclass(frozen=True, slots=True)
class Layouts:
    """One dataset in several layouts; a file is read by the first that recognises it.

    Attributes
    ----------
    layouts : tuple of CountryYears
        The official layout first: a file that none recognises is refused in its terms.
    """

    layouts: tuple[CountryYears, ...]

    @property
    def dataset(self) -> str:
        """Name of the dataset."""
        return self.layouts[0].dataset

    @property
    def description(self) -> str:
        """What the variables are, in Markdown."""
        return self.layouts[0].description

    def recognise(self, path: str | Path) -> bool:
        """Whether a file is a release in one of the layouts."""
        return any(layout.recognise(path) for layout in self.layouts)

    def read(self, path: str | Path) -> SourceTable:
        """State-years of a release; see :meth:`CountryYears.read`."""
        fitting = (layout for layout in self.layouts if layout.recognise(path))
        return next(fitting, self.layouts[0]).read(path)
