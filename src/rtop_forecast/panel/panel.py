"""The panel: one row per independent state and year, every value with its source and its date of publication."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from rtop_forecast.checks.arguments import calendar_date
from rtop_forecast.display import Displayed
from rtop_forecast.errors import CoverageError, InputError
from rtop_forecast.panel.months import joined_months
from rtop_forecast.panel.variables import Variable
from rtop_forecast.panel.vintages import Vintage, current_vintages, with_vintages
from rtop_forecast.sources.reading.months import MonthTable
from rtop_forecast.world.provisional import ProvisionalEpisodes
from rtop_forecast.world.states import KEYS


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Panel(Displayed):
    """State-years and their variables.

    Attributes
    ----------
    frame : pandas.DataFrame of shape (n_state_years, 3 + n_variables)
        ``country_id`` (Gleditsch-Ward number), ``year``, ``name`` and the variables
        as float64, sorted by ``country_id`` and ``year``. Use :meth:`to_frame` for a copy.
    variables : dict of str to Variable
        In column order.
    issued : datetime.date or None
        The date whose knowledge the panel holds; None for everything in the releases.
    report : pandas.DataFrame
        One row per table: ``table, source, release, used, rows, unmatched, note``.
    unmatched : pandas.DataFrame
        Source rows that match no state-year: ``source, code, year, rows, reason``.
    hashes : dict of str to str
        SHA-256 of every file behind the panel, by name.
    origin : pandas.DataFrame
        With a data folder, one row per core table: ``table``, ``origin`` ("folder" or "bundled") and ``note``:
        the releases read, or why the bundled table stayed. Empty without one.
    files : pandas.DataFrame
        With a data folder, one row per file: ``file, dataset`` (empty if not recognised), ``used, note``.
    vintages : tuple of Vintage
        Releases beside the panel's own that :func:`load_panel` was asked to keep, for :meth:`as_of` and for backtests
        in real time.
    months : tuple of MonthTable
        State-months of the releases that tell of months; see :meth:`state_months`.
    provisional : ProvisionalEpisodes, optional
        Episodes of the years that the list of episodes does not code, if :func:`load_panel` was asked for them. No
        variable and no outcome holds them; a forecast says by them whether an episode is under way.
    """

    frame: pd.DataFrame
    variables: Mapping[str, Variable]
    issued: date | None
    report: pd.DataFrame
    unmatched: pd.DataFrame
    hashes: Mapping[str, str] = field(default_factory=dict)
    origin: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["table", "origin", "note"]))
    files: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["file", "dataset", "used", "note"])
    )
    vintages: tuple[Vintage, ...] = ()
    months: tuple[MonthTable, ...] = ()
    provisional: ProvisionalEpisodes | None = None

    def __post_init__(self) -> None:
        """Refuse duplicate keys and columns without a description."""
        frame = self.frame.sort_values(KEYS, ignore_index=True)
        duplicated = frame.duplicated(KEYS)
        if duplicated.any():
            first = frame.loc[duplicated, KEYS].iloc[0]
            message = (
                f"a panel has one row per state and year; {int(duplicated.sum())} rows are repeated, "
                f"first GW {first['country_id']} in {first['year']}. Remove the repeated rows."
            )
            raise InputError(message)
        columns = [*KEYS, "name", *self.variables]
        if set(columns) != set(frame.columns):
            unmatched = sorted(set(columns) ^ set(frame.columns))
            message = (
                "each panel column needs a Variable and each Variable a column; "
                f"{len(unmatched)} do not match, first {unmatched[0]!r}. Describe each column once."
            )
            raise InputError(message)
        object.__setattr__(self, "frame", frame[columns])

    @property
    def years(self) -> tuple[int, int]:
        """First and last year of the panel."""
        return int(self.frame["year"].min()), int(self.frame["year"].max())

    def to_frame(self) -> pd.DataFrame:
        """Copy of the table."""
        return self.frame.copy()

    def summary(self) -> str:
        """Size, years and the coverage of each variable, as text."""
        first, last = self.years
        lines = [
            f"Panel of {len(self.frame):,} state-years, {first}-{last}, {self.frame['country_id'].nunique()} states, "
            f"{len(self.variables)} variables"
            + ("" if self.issued is None else f", as known on {self.issued.isoformat()}"),
        ]
        lines += [
            f"  table {row['table']:<18} {row['origin']:<8} {row['note']}"
            for row in self.origin.to_dict("records")
        ]
        for name, variable in self.variables.items():
            observed = self.frame[name].notna().mean()
            lines.append(
                f"  {name:<36} {variable.source:<22} {variable.first_year}-{variable.last_year}  "
                f"{observed:4.0%} observed, published {variable.publication_lag_months} months after the year"
            )
        if self.provisional is not None:
            lines.append(f"  beside it: {self.provisional.headline}")
        return "\n".join(lines)

    def state_months(self, variable: str) -> pd.DataFrame:
        """Count by state and month, from the yearly releases before the candidate ones.

        Parameters
        ----------
        variable : str
            As ``"ged_deaths"`` or ``"ged_onesided_events"``.

        Returns
        -------
        pandas.DataFrame
            ``country_id, year, month, value, provisional, source``: every independent state in every month covered, 0
            where no event is listed. A month that a yearly release covers is taken from the newest of them; any other
            from the newest candidate release, and is provisional: UCDP adds to its events and revises them.

        Raises
        ------
        CoverageError
            If no release tells of it by month.
        """
        return joined_months(self.months, variable)

    def as_of(self, issued: date) -> Panel:
        """Cut the panel to what was known on a date.

        A value of year y is kept if ``publication_lag_months`` after 31 December of y lie on or
        before ``issued``; later values become missing. State-years that had not ended are removed. A month is kept
        if it was published by then: of candidate events in the month after it, of a yearly release with its year.
        Of the datasets whose ``vintages`` the panel keeps, values are those of the release that was current then
        (before the first one kept, of that first one); of all others, those of the release the panel holds.
        Of a provisional list of episodes, the rows that were written by then are kept.

        Parameters
        ----------
        issued : datetime.date
            The date of knowledge, for example 30 June of the year after the origin.

        Returns
        -------
        Panel

        Raises
        ------
        CoverageError
            If no state-year had ended by then.
        """
        issued = calendar_date(issued, name="issued")
        last_year = issued.year if (issued.month, issued.day) == (12, 31) else issued.year - 1
        panel = self.released_by(issued)
        frame = panel.frame[panel.frame["year"] <= last_year].copy()
        if frame.empty:
            message = (
                f"the panel starts in {self.years[0]}; no year of it had ended by {issued.isoformat()}. "
                "Name a later date."
            )
            raise CoverageError(message)
        variables = {}
        for name, variable in panel.variables.items():
            last = min(variable.last_known_year(issued), variable.last_year)
            frame.loc[frame["year"] > last, name] = np.nan
            variables[name] = replace(variable, last_year=last)
        months = tuple(cut for table in self.months if (cut := table.as_of(issued)) is not None)
        listed = None if self.provisional is None else self.provisional.as_of(issued)
        return replace(
            panel, frame=frame, variables=variables, issued=issued, months=months, provisional=listed
        )

    def current_releases(self, issued: date) -> dict[str, str]:
        """``<dataset> <release>`` that was current on a date, by variable; of the datasets with vintages."""
        chosen = current_vintages(self.vintages, issued)
        return {name: f"{one.dataset} {one.release}" for name, one in chosen.items()}

    def released_by(self, issued: date) -> Panel:
        """Panel with the releases that were current on a date, not cut by publication lags.

        Parameters
        ----------
        issued : datetime.date

        Returns
        -------
        Panel
            Without vintages; itself if it has none.
        """
        issued = calendar_date(issued, name="issued")
        if not self.vintages:
            return self
        frame, variables = with_vintages(self.frame, self.variables, current_vintages(self.vintages, issued))
        return replace(self, frame=frame, variables=variables, vintages=())

    def _headline(self) -> str:
        return self.summary().split("\n", 1)[0]

    def _shown(self) -> pd.DataFrame:
        table = {
            name: (one.source, f"{one.first_year}-{one.last_year}", one.publication_lag_months)
            for name, one in self.variables.items()
        }
        columns = ["source", "years", "publication_lag_months"]
        return pd.DataFrame.from_dict(table, orient="index", columns=columns).rename_axis("variable")
