"""What is checked before any work starts: where output goes, and what is asked."""

from __future__ import annotations

import argparse
import calendar
import os
from datetime import date
from pathlib import Path

import rtop_forecast as rtop

__all__ = [
    "CALIBRATION_ORIGINS",
    "FIRST_TRAINING_YEARS",
    "FIRST_WITH_MONTHS",
    "as_of",
    "backtest_origins",
    "check_data",
    "check_date",
    "check_file",
    "check_folder",
    "check_language",
    "check_origin",
    "check_state",
    "holds_months",
    "with_issue_of_list",
]

# origins that feed the calibrator, and the years of labels that the earliest of them trains on
CALIBRATION_ORIGINS, FIRST_TRAINING_YEARS = 25, 10
# last closed origin from which on months are used: they begin in 1989, and ten origins with them teach at least
FIRST_WITH_MONTHS = 1998
# month of the year after the origin by whose end a yearly forecast is issued
_ISSUE_MONTH = 6
_FILES = frozenset({".csv", ".html", ".htm", ".json", ".parquet", ".pdf", ".png", ".svg", ".txt", ".xlsx"})


def check_folder(path: Path | None) -> None:
    """Refuse a folder that cannot be made or written.

    Raises
    ------
    InputError
    """
    if path is None:
        return
    if path.is_dir():
        _check_writable(path, path)
    elif path.exists() or path.is_symlink():
        message = f"the output folder {path} is a file. Name a folder."
        raise rtop.InputError(message)
    elif path.suffix.lower() in _FILES:
        message = (
            f"--out is a folder here, and {path} has the name of a file. Name a folder, such as {path.stem}."
        )
        raise rtop.InputError(message)
    else:
        above = next((one for one in path.absolute().parents if one.exists()), Path("/"))
        if not above.is_dir():
            message = f"the output folder {path} cannot be made: {above} is a file. Name another folder."
            raise rtop.InputError(message)
        _check_writable(above, path)


def check_file(path: Path, *, suffix: str) -> None:
    """Refuse a file that cannot be written, or whose name says that it is something else.

    Raises
    ------
    InputError
    """
    if path.is_dir():
        message = f"the output file {path} is a folder. Name a file, such as {path / f'out{suffix}'}."
        raise rtop.InputError(message)
    if path.suffix.lower() != suffix:
        message = f"the output file ends in {suffix}; {path} does not. Name it {path.with_suffix(suffix)}."
        raise rtop.InputError(message)
    folder = path.absolute().parent
    if not folder.is_dir():
        message = f"the folder of the output file {path} does not exist. Make {folder} first."
        raise rtop.InputError(message)
    _check_writable(folder, path)


def check_data(path: Path | None) -> None:
    """Refuse a folder of releases that does not exist or cannot be read.

    Raises
    ------
    InputError
    """
    if path is None:
        return
    if not path.is_dir():
        fault = "is a file" if path.exists() else "does not exist"
        message = f"the folder of releases {path} {fault}. Give --data the folder that holds the files."
        raise rtop.InputError(message)
    if not os.access(path, os.R_OK | os.X_OK):
        message = f"the folder of releases {path} cannot be read. Change its permissions, or name another."
        raise rtop.InputError(message)


def check_origin(panel: rtop.Panel, *, origin: int, horizon: int) -> None:
    """Refuse an origin from which no forecast can be made, and a window longer than the record allows.

    Raises
    ------
    CoverageError
    """
    first, last = panel.years
    earliest = first + 3 * horizon - 1 + FIRST_TRAINING_YEARS
    if earliest > last:
        longest = (last - first + 1 - FIRST_TRAINING_YEARS) // 3
        message = (
            f"--horizon {horizon} is too long: from the years {first}-{last} a model can be trained, calibrated and "
            f"asked for windows of at most {longest} years. Choose a shorter one."
        )
        raise rtop.CoverageError(message)
    if not earliest <= origin <= last:
        message = f"no forecast can be made from origin {origin}; choose one from {earliest} to {last}."
        raise rtop.CoverageError(message)


def as_of(day: str, *, origin: int | None) -> tuple[int, int]:
    """Origin and issue month of a forecast with what was out on a day.

    Sources come out by the end of a month, so that what is known on a day was known at the end of the last month over
    by then; the window begins in the year of that month.

    Raises
    ------
    InputError
        If an origin is given too.

    Examples
    --------
    >>> as_of("2026-10-31", origin=None), as_of("2026-10-30", origin=None), as_of("2026-01-15", origin=None)
    ((2025, 10), (2025, 9), (2024, 12))
    """
    if origin is not None:
        message = f"--as-of {day} sets the origin; leave out --origin {origin} or --as-of."
        raise rtop.InputError(message)
    date_of = date.fromisoformat(day)
    over = date_of.day == calendar.monthrange(date_of.year, date_of.month)[1]
    number = date_of.year * 12 + date_of.month - 1 - (0 if over else 1)
    return number // 12 - 1, number % 12 + 1


def with_issue_of_list(arguments: argparse.Namespace) -> argparse.Namespace:
    """Arguments with the day of the provisional list, where one is asked for and no day or origin is.

    A row counts from the end of the month in which it was written, as what sources publish does.

    Raises
    ------
    InputError
        If the list breaks a rule, or none of its rows was written by the issue date.
    """
    asked = getattr(arguments, "provisional", None)
    if asked is None:
        return arguments
    episodes = rtop.load_provisional_episodes(None if asked is True else asked)
    newest = _month_end(episodes.last_known_on)
    if arguments.origin is None and arguments.as_of is None:
        return argparse.Namespace(**{**vars(arguments), "as_of": newest.isoformat()})
    origin, month = (
        (arguments.origin, _ISSUE_MONTH)
        if arguments.as_of is None
        else as_of(arguments.as_of, origin=arguments.origin)
    )
    issued = _month_end(date(origin + 1, month, 1))
    if episodes.as_of(issued).frame.empty:
        first = _month_end(date.fromisoformat(str(episodes.frame["known_on"].min())))
        message = (
            f"--provisional has no effect: none of the {len(episodes.frame)} rows of {episodes.name} was written by "
            f"{issued.isoformat()}, when the forecast's knowledge ends. Give --as-of {first.isoformat()} or later, or "
            "leave --provisional out."
        )
        raise rtop.InputError(message)
    return arguments


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def check_state(target: rtop.Target, *, state: str, origin: int) -> None:
    """Refuse a state that does not exist in the year, or has no forecast.

    Raises
    ------
    InputError, CoverageError
    """
    system = "gw" if state.isdigit() else "name"
    country_id = rtop.resolve_state(state, system=system, year=origin)
    frame = target.frame
    row = frame[(frame["country_id"] == country_id) & (frame["year"] == origin)]
    if not row["at_risk"].any():
        name = row["name"].iloc[0] if len(row) else state
        message = (
            f"{name} has no forecast from {origin}: states with fewer than {target.min_population:,} inhabitants are "
            "left out. Name another state."
        )
        raise rtop.CoverageError(message)


def check_date(day: str, *, origin: int, issue_month: int) -> None:
    """Refuse to lock a forecast on a day before its knowledge was out.

    Raises
    ------
    InputError
    """
    known_on = date(origin + 1, issue_month, calendar.monthrange(origin + 1, issue_month)[1])
    if date.fromisoformat(day) < known_on:
        message = (
            f"--date {day} lies before {known_on.isoformat()}, the day whose knowledge a forecast from {origin} uses. "
            "Give the day on which it is locked, or an earlier --origin."
        )
        raise rtop.InputError(message)


def backtest_origins(target: rtop.Target, *, first: int, last: int | None) -> rtop.RollingOrigin:
    """Origins of a backtest, each with a record behind it that a model and its calibrator can learn from.

    Raises
    ------
    InputError, CoverageError
    """
    horizon = target.horizon
    origins = rtop.RollingOrigin(first=first, last=last, horizon=horizon)
    origins.origins(target)
    positive = target.frame.loc[target.frame["outcome"] == 1, "year"]
    earliest = int(positive.min()) + 2 * horizon + CALIBRATION_ORIGINS - 1 if len(positive) else None
    if earliest is None or first < earliest:
        way = "There is no onset to learn from." if earliest is None else f"Give --first {earliest} or later."
        message = (
            f"no backtest can begin at origin {first}: the earliest of the {CALIBRATION_ORIGINS} origins that its "
            f"calibrator learns from has no onset behind it. {way}"
        )
        raise rtop.CoverageError(message)
    return origins


def _check_writable(folder: Path, path: Path) -> None:
    if not os.access(folder, os.W_OK | os.X_OK):
        message = (
            f"{path} cannot be written: there is no permission to write into {folder}. Name another place."
        )
        raise rtop.InputError(message)


def check_language(arguments: argparse.Namespace) -> None:
    """Refuse a language for JSON, whose names programs read.

    Raises
    ------
    InputError
    """
    if arguments.json and arguments.lang != "en":
        message = (
            f"--json prints the same in every language; --lang {arguments.lang} is for text. Leave one out."
        )
        raise rtop.InputError(message)


def holds_months(panel: rtop.Panel, *, origin: int, issue_month: int) -> bool:
    """Whether a panel covers every month of the year after an origin that is out at the end of its issue month."""
    wanted = [(origin + 1, month) for month in range(1, issue_month)]
    return all(any(table.first <= month <= table.last for table in panel.months) for month in wanted)
