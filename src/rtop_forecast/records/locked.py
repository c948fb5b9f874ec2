"""A published forecast in one hashed record, scored later against what happened: the only clean test there is."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rtop_forecast.checks.arguments import path_argument
from rtop_forecast.display import Displayed
from rtop_forecast.errors import CoverageError, DataIntegrityError, InputError
from rtop_forecast.evaluation import score_table
from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.forecasting.made_of import check_belongs, plain_parts, question_of
from rtop_forecast.storage.files import write_file
from rtop_forecast.targets import Target

__all__ = ["LockedForecast", "LockedScore", "lock_forecast", "read_locked", "score_locked"]

_BEFORE, _OPENED, _CLOSED = "before its window opened", "after its window opened", "after its window closed"
_FORMAT, _VERSION = "rtop_forecast.locked", 1
_COLUMNS = ("country_id", "name", "prob", "prob_low", "prob_high", "rank", "rank_low", "rank_high")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LockedForecast(Displayed):
    """A forecast as it was published.

    Attributes
    ----------
    frame : pandas.DataFrame
        ``country_id, name, prob, prob_low, prob_high, rank, rank_low, rank_high``.
    event : str
    origin_year : int
    window : (int, int)
    issued : str
        ISO date of knowledge.
    locked_on : str
        ISO date that the publisher gave.
    provenance : dict
    sha256 : str
        Of the record.
    """

    frame: pd.DataFrame
    event: str
    origin_year: int
    window: tuple[int, int]
    issued: str
    locked_on: str
    provenance: dict[str, Any]
    sha256: str

    @property
    def timing(self) -> str:
        """When it was locked: "before its window opened", "after its window opened" or "after its window closed"."""
        return _timing(self.locked_on, self.window)

    @property
    def retrospective(self) -> bool:
        """Whether part of its window had passed when it was locked."""
        return self.timing != _BEFORE

    def _headline(self) -> str:
        return (
            f"{self.event}, window {self.window[0]}-{self.window[1]}, as known on {self.issued}, locked on "
            f"{self.locked_on}, {self.timing}"
        )

    def _shown(self) -> pd.DataFrame:
        return self.frame[["rank", "name", "prob", "prob_low", "prob_high"]]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LockedScore(Displayed):
    """Scores of a locked forecast.

    Attributes
    ----------
    scores : dict of str to float
        As :func:`rtop_forecast.evaluation.score_table` gives.
    frame : pandas.DataFrame
        The forecast with ``outcome``; states that the target has no label for are left out.
    unscored : pandas.DataFrame
        ``country_id, name, reason`` of those.
    retrospective : bool
        Whether part of the window had passed when the forecast was locked.
    timing : str
        In words, as :attr:`LockedForecast.timing`.
    """

    scores: dict[str, float]
    frame: pd.DataFrame
    unscored: pd.DataFrame
    retrospective: bool
    timing: str

    def summary(self) -> str:
        """Scores and the states with an onset as text."""
        lines = [f"{len(self.frame)} forecasts scored, {int(self.frame['outcome'].sum())} with an onset"]
        if self.retrospective:
            lines.append(f"  retrospective: locked {self.timing}")
        lines += [
            f"  {name:<18} {value:.4f}"
            for name, value in self.scores.items()
            if name not in ("n", "positives")
        ]
        for row in self.frame[self.frame["outcome"] == 1].to_dict("records"):
            lines.append(f"  onset: {row['name']}, rank {row['rank']}, {row['prob']:.1%}")
        for row in self.unscored.to_dict("records"):
            lines.append(f"  not scored: {row['name']} ({row['reason']})")
        return "\n".join(lines)

    def _headline(self) -> str:
        return self.summary().split("\n", 1)[0]

    def _shown(self) -> pd.DataFrame:
        return pd.DataFrame({"score": list(self.scores), "value": list(self.scores.values())})


def lock_forecast(forecast: Forecast, path: str | Path, *, locked_on: str) -> str:
    """Write a forecast into one record whose hash can be published.

    Parameters
    ----------
    forecast : Forecast
    path : path
        JSON file; an existing one is not overwritten.
    locked_on : str
        Today's date, ``YYYY-MM-DD``: the library reads no clock. One in or after the window is marked in the record and
        in its score as retrospective: part of what is forecast had happened.

    Returns
    -------
    str
        SHA-256 of the record.

    Raises
    ------
    InputError
        If the file exists, its folder does not, or ``locked_on`` is not a date or lies before the forecast's date of
        issue.
    StorageError
        If the file cannot be written.
    """
    target = path_argument(path, name="path")
    if target.exists() or not target.parent.is_dir():
        fault = (
            "exists already; a locked forecast is never overwritten" if target.exists() else "has no folder"
        )
        message = f"{target} {fault}. Name another file."
        raise InputError(message)
    _check_day(locked_on, forecast.issued)
    start, end = forecast.window
    timing = _timing(locked_on, (start, end))
    body = {
        "event": str(forecast.provenance.get("event", "")),
        "origin_year": forecast.origin_year,
        "window": [start, end],
        "issued": forecast.issued.isoformat(),
        "locked_on": locked_on,
        "timing": timing,
        "retrospective": timing != _BEFORE,
        "provenance": forecast.provenance,
        "forecasts": [
            {name: _plain(row[name]) for name in _COLUMNS} for row in forecast.frame.to_dict("records")
        ],
    }
    digest = _digest(body)
    document = {"format": _FORMAT, "version": _VERSION, "sha256": digest, "record": body}
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    write_file(target, text.encode())
    return digest


def read_locked(path: str | Path) -> LockedForecast:
    """Read a locked forecast and check its hash.

    Raises
    ------
    DataIntegrityError
        If the file is not a locked forecast, is of another version, or a byte of the record was changed.
    """
    path = path_argument(path, name="path")
    name = path.name
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"{name} is not a locked forecast: {error}. Name a file that lock_forecast wrote."
        raise DataIntegrityError(message) from error
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        message = (
            f"{name} is not a locked forecast: it lacks the format {_FORMAT!r}. "
            "Name a file that lock_forecast wrote."
        )
        raise DataIntegrityError(message)
    if document.get("version") != _VERSION:
        message = (
            f"{name} has version {document.get('version')!r}; this release reads {_VERSION}. "
            "Read it with another release."
        )
        raise DataIntegrityError(message)
    body = document.get("record")
    if not isinstance(body, dict) or document.get("sha256") != _digest(body):
        message = (
            f"{name} was changed after it was locked: its SHA-256 does not match its record. "
            "Get the published file again."
        )
        raise DataIntegrityError(message)
    return LockedForecast(
        frame=pd.DataFrame(body["forecasts"], columns=list(_COLUMNS)),
        event=body["event"],
        origin_year=int(body["origin_year"]),
        window=(int(body["window"][0]), int(body["window"][1])),
        issued=body["issued"],
        locked_on=body["locked_on"],
        provenance=body["provenance"],
        sha256=document["sha256"],
    )


def score_locked(locked: LockedForecast, target: Target) -> LockedScore:
    """Score a locked forecast against what happened in its window.

    Parameters
    ----------
    locked : LockedForecast
    target : Target
        Of the same event and horizon, from a panel whose events reach the end of the window.

    Raises
    ------
    InputError
        If the target is of another event or horizon.
    CoverageError
        If the window has not closed in the target's events.
    """
    check_belongs(
        locked.provenance,
        {"made_of": plain_parts(question_of(target))},
        what="the locked forecast",
        remedy="Build the same target.",
        parts=("ongoing_at_risk", "min_population"),
    )
    horizon = locked.window[1] - locked.origin_year
    kind = locked.provenance.get("kind", "onset")
    if (target.event, target.kind, target.horizon) != (locked.event, kind, horizon):
        message = (
            f"the forecast is of {locked.event} ({kind}) within {horizon} years, the target of {target.event} "
            f"({target.kind}) within {target.horizon}. Build the same target."
        )
        raise InputError(message)
    if target.last_observed < locked.window[1]:
        message = (
            f"the window {locked.window[0]}-{locked.window[1]} has not closed: events are coded to "
            f"{target.last_observed}. Score it when {locked.window[1]} is coded."
        )
        raise CoverageError(message)
    here = target.frame[target.frame["year"] == locked.origin_year][["country_id", "outcome"]]
    merged = locked.frame.merge(here, on="country_id", how="left", validate="one_to_one")
    unlabelled = merged["outcome"].isna()
    scored = merged[~unlabelled].reset_index(drop=True)
    unscored = merged.loc[unlabelled, ["country_id", "name"]].assign(reason="no label in this target")
    return LockedScore(
        scores=score_table(scored["outcome"], scored["prob"], groups=np.zeros(len(scored), dtype=int)),
        frame=scored,
        unscored=unscored.reset_index(drop=True),
        retrospective=locked.retrospective,
        timing=locked.timing,
    )


def _timing(locked_on: str, window: tuple[int, int]) -> str:
    """Day of the lock against the window's first and last day."""
    year = int(locked_on[:4])
    if year < window[0]:
        return _BEFORE
    return _OPENED if year <= window[1] else _CLOSED


def _check_day(day: Any, issued: date) -> None:
    if not isinstance(day, str) or pd.isna(pd.to_datetime(day, format="%Y-%m-%d", errors="coerce")):
        message = f"locked_on must be a date as YYYY-MM-DD; got {day!r}."
        raise InputError(message)
    if pd.Timestamp(day).date() < issued:
        message = (
            f"locked_on {day} lies before {issued.isoformat()}, the date whose knowledge the forecast uses. Give the "
            "day on which it is locked."
        )
        raise InputError(message)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _digest(body: Any) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
