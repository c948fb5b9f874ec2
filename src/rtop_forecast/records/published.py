"""The record of published forecasts: every locked one of a folder, scored on what is known now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from rtop_forecast.checks.arguments import instance_of, path_argument
from rtop_forecast.display import Displayed
from rtop_forecast.errors import InputError
from rtop_forecast.evaluation import score_table
from rtop_forecast.panel import Panel
from rtop_forecast.records.locked import LockedForecast, read_locked, score_locked
from rtop_forecast.targets import onset_target
from rtop_forecast.world.states import ROW_KEYS

__all__ = ["PublishedRecord", "score_published"]

_TOP = 30
_LEAST_SHARED = 30  # states that two forecasts must share for a comparison
_SCORES = ["auc", "log_loss", "expected_observed", "recall_at_30"]
_FORECASTS = ["file", "event", "origin_year", "target_start", "target_end", "locked_on", "timing"]
_FORECASTS += ["states", "coded_to", "closed", "expected", "observed", *_SCORES]
_ONSETS = ["file", "origin_year", "country_id", "name", "year", "rank", "prob", "hit", "closed"]
_PEERS = ["file", "peer", "states", "observed", *_SCORES, *[f"peer_{score}" for score in _SCORES]]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PublishedRecord(Displayed):
    """How published forecasts have done.

    Attributes
    ----------
    forecasts : pandas.DataFrame
        A row per locked forecast: ``file, event, origin_year, target_start, target_end, locked_on, timing, states,
        coded_to`` (last year of the window that is coded; missing if none is), ``closed``, ``expected, observed``
        (states with an onset, so far where the window is open), ``auc, log_loss, expected_observed, recall_at_30``
        (missing where the window is open).
    onsets : pandas.DataFrame
        Every onset in a window, misses first: ``file, origin_year, country_id, name, year, rank, prob, hit`` (ranked
        among the first thirty), ``closed``. ``rank`` and ``prob`` are missing where the state was not ranked.
    peers : pandas.DataFrame
        Scores on the states that another's forecast from the same origin shares: ``file, peer, states, observed``, the
        scores, and those of the peer as ``peer_<score>``.
    """

    forecasts: pd.DataFrame
    onsets: pd.DataFrame
    peers: pd.DataFrame

    def summary(self) -> str:
        """Misses and hits first, then each forecast with its scores, as text."""
        lines = [self._headline()]
        for title, rows in (
            (f"Misses (onsets outside the first {_TOP})", self.onsets[~self.onsets["hit"]]),
            (f"Hits (onsets within the first {_TOP})", self.onsets[self.onsets["hit"]]),
        ):
            lines.append(f"{title}: {len(rows)}")
            lines += [f"  {_onset(row)}" for row in rows.to_dict("records")]
        lines += [_forecast(row) for row in self.forecasts.to_dict("records")]
        lines += [_peer(row) for row in self.peers.to_dict("records")]
        return "\n".join(lines)

    def _headline(self) -> str:
        closed = int(self.forecasts["closed"].sum())
        return f"{len(self.forecasts)} published forecasts, of which {closed} have closed"

    def _shown(self) -> pd.DataFrame:
        return self.forecasts[["file", "origin_year", "timing", "closed", "expected", "observed"]]


def score_published(
    folder: str | Path, panel: Panel, *, peers: Mapping[str, pd.DataFrame] | None = None
) -> PublishedRecord:
    """Score every locked forecast of a folder on what the panel knows.

    Parameters
    ----------
    folder : path
        Its ``*.json`` are records of :func:`lock_forecast`.
    panel : Panel
        Its events decide; a window that they do not cover to its end is open, and the onsets coded so far are listed.
    peers : dict of str to pandas.DataFrame, optional
        Others' forecasts by name: ``country_id, origin_year, prob``, of mass-killing onsets within two years, as
        :func:`read_peer_forecasts` gives them.

    Returns
    -------
    PublishedRecord

    Raises
    ------
    InputError
        If the folder does not exist or holds no locked forecast.
    DataIntegrityError
        If a record was changed after it was locked.
    """
    folder = path_argument(folder, name="folder")
    instance_of(panel, Panel, name="panel", remedy="Load it with load_panel().")
    paths = sorted(folder.glob("*.json")) if folder.is_dir() else []
    if not paths:
        message = f"{folder} holds no locked forecast (*.json). Lock one there with lock_forecast()."
        raise InputError(message)
    forecasts, onsets, compared = [], [], []
    for path in paths:
        locked = read_locked(path)
        row, seen, scored = _scored(path.name, locked, panel)
        forecasts.append(row)
        onsets.append(seen)
        if (
            scored is not None
            and locked.event == "mass_killing"
            and locked.window[1] == locked.origin_year + 2
        ):
            compared += _beside(path.name, locked.origin_year, scored, peers or {})
    listed = pd.concat(onsets, ignore_index=True).sort_values(
        ["hit", "origin_year", "year", "name"], ascending=[True, False, True, True], ignore_index=True
    )
    return PublishedRecord(
        forecasts=pd.DataFrame(forecasts, columns=_FORECASTS),
        onsets=listed[_ONSETS].astype({"rank": "Int64", "hit": bool, "closed": bool}),
        peers=pd.DataFrame(compared, columns=_PEERS),
    )


def _scored(
    name: str, locked: LockedForecast, panel: Panel
) -> tuple[dict[str, Any], pd.DataFrame, pd.DataFrame | None]:
    """Row of a forecast, the onsets in its window, and its scored states where the window has closed."""
    start, end = locked.window
    target = onset_target(
        panel,
        event=locked.event,
        horizon=end - locked.origin_year,
        kind=locked.provenance.get("kind", "onset"),
        ongoing_at_risk=locked.provenance.get("ongoing_at_risk", True),
        min_population=locked.provenance.get("min_population", 500_000),
    )
    closed = target.last_observed >= end
    row: dict[str, Any] = {
        "file": name,
        "event": locked.event,
        "origin_year": locked.origin_year,
        "target_start": start,
        "target_end": end,
        "locked_on": locked.locked_on,
        "timing": locked.timing,
        "states": len(locked.frame),
        "coded_to": min(target.last_observed, end) if target.last_observed >= start else pd.NA,
        "closed": closed,
        "expected": float(locked.frame["prob"].sum()),
    }
    onsets = _onsets(name, locked, target.frame, closed=closed)
    row["observed"] = int(onsets.loc[onsets["rank"].notna(), "country_id"].nunique())
    if not closed:
        return row, onsets, None
    result = score_locked(locked, target)
    row |= {score: result.scores[score] for score in _SCORES} | {
        "observed": int(result.frame["outcome"].sum())
    }
    return row, onsets, result.frame


def _onsets(name: str, locked: LockedForecast, events: pd.DataFrame, *, closed: bool) -> pd.DataFrame:
    """Every onset in a window, with the rank that the state had."""
    here = events["year"].between(*locked.window) & (events["onset"] == 1)
    rows = events.loc[here, ["country_id", "name", "year"]]
    ranked = locked.frame.set_index("country_id")[["rank", "prob"]]
    rows = rows.join(ranked, on="country_id")
    return rows.assign(
        file=name,
        origin_year=locked.origin_year,
        hit=rows["rank"].le(_TOP).fillna(value=False),
        closed=closed,
    )


def _beside(
    name: str, origin: int, scored: pd.DataFrame, peers: Mapping[str, pd.DataFrame]
) -> list[dict[str, Any]]:
    """Scores of a forecast and of others' on the states that both forecast."""
    rows = []
    for peer, table in peers.items():
        lacks = [column for column in (*ROW_KEYS, "prob") if column not in table]
        if lacks:
            message = f"the forecasts of {peer} need country_id, origin_year and prob; {lacks[0]} is missing."
            raise InputError(message)
        theirs = table.loc[table["origin_year"] == origin, ["country_id", "prob"]]
        both = scored.merge(theirs, on="country_id", suffixes=("", "_peer"), validate="one_to_one")
        if len(both) < _LEAST_SHARED or both["outcome"].nunique() < 2:
            continue
        groups = [origin] * len(both)
        ours = score_table(both["outcome"], both["prob"], groups=groups)
        other = score_table(both["outcome"], both["prob_peer"], groups=groups)
        rows.append(
            {
                "file": name,
                "peer": peer,
                "states": len(both),
                "observed": int(both["outcome"].sum()),
                **{score: ours[score] for score in _SCORES},
                **{f"peer_{score}": other[score] for score in _SCORES},
            }
        )
    return rows


def _onset(row: Mapping[Any, Any]) -> str:
    where = "not ranked" if pd.isna(row["rank"]) else f"rank {row['rank']}, {row['prob']:.1%}"
    state = "" if row["closed"] else ", window still open"
    return f"{row['name']} {row['year']}: {where} (origin {row['origin_year']}{state})"


def _forecast(row: Mapping[Any, Any]) -> str:
    head = (
        f"{row['file']}: origin {row['origin_year']}, window {row['target_start']}-{row['target_end']}, "
        f"locked {row['locked_on']} {row['timing']}; expected {row['expected']:.1f}"
    )
    if not row["closed"]:
        coded = "nothing coded yet" if pd.isna(row["coded_to"]) else f"coded to {row['coded_to']}"
        return f"{head}, seen so far {row['observed']}; window open, {coded}"
    return (
        f"{head}, observed {row['observed']}; AUC {row['auc']:.2f}, log loss {row['log_loss']:.3f}, "
        f"recall@30 {row['recall_at_30']:.2f}"
    )


def _peer(row: Mapping[Any, Any]) -> str:
    return (
        f"{row['file']} beside {row['peer']}, {row['states']} states: AUC {row['auc']:.2f} and "
        f"{row['peer_auc']:.2f}, log loss {row['log_loss']:.3f} and {row['peer_log_loss']:.3f}"
    )
