"""Scores of others' forecasts beside the backtest's, on the state-years that both forecast."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rtop_forecast.evaluation import score_intervals, score_table
from rtop_forecast.forecasting.peers import beside_peer
from rtop_forecast.forecasting.result import SCORES, BacktestResult
from rtop_forecast.world.states import ROW_KEYS

COLUMNS = ["peer", "score", "value", "low", "high", "peer_value", "peer_low", "peer_high"]
COLUMNS += ["forecasts", "positives", "first_origin", "last_origin"]


def peer_scores(result: BacktestResult, peers: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row per peer and score: ``COLUMNS``; intervals of 90% from resampling countries.

    Raises
    ------
    InputError
        As :func:`beside_peer`.
    """
    rows = []
    for name, table in peers.items():
        both = beside_peer(result.frame[[*ROW_KEYS, "prob", "outcome"]], table, name=name)
        ours_scored, peer_scored = _scored(both, "prob"), _scored(both, "prob_peer")
        rows += [
            (name, score, *ours_scored[score], *peer_scored[score], len(both), int(both["outcome"].sum()),
             int(both["origin_year"].min()), int(both["origin_year"].max()))
            for score in SCORES
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def _scored(both: pd.DataFrame, column: str) -> dict[str, tuple[float, float, float]]:
    """Value and interval of every score."""
    outcome, prob = both["outcome"].to_numpy(dtype=float), both[column].to_numpy(dtype=float)
    groups, blocks = both["origin_year"].to_numpy(), both["country_id"].to_numpy()
    values = score_table(outcome, prob, groups=groups)
    spans = score_intervals(outcome, prob, blocks=blocks, groups=groups)
    return {score: (values[score], *spans[score]) for score in SCORES}
