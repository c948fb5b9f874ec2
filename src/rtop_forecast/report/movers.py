"""States whose forecast changed clearly in a year, and what moved them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rtop_forecast.forecasting.change import basis_change
from rtop_forecast.forecasting.fingerprint import fingerprint
from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.report.computed import backtest_digest, computed

__all__ = ["find_movers"]

_FELT = 1.005  # a factor on the odds that is not read as x1.00
_MOST_FEATURES = 3


def find_movers(ranking: pd.DataFrame, forecast: Forecast, result: BacktestResult) -> list[dict[str, Any]]:
    """States of a ranking that changed clearly, the largest change first.

    Each is its row with the ``parts`` of the change in its odds and the ``features`` that moved it most in its
    direction. The model of the year before is fitted for this, once for the same forecast and backtest.
    """
    table = ranking[ranking["changed"]]
    if table.empty:
        return []
    order = np.log(table["change_odds"]).abs().sort_values(ascending=False, kind="stable").index
    rows = [{str(key): value for key, value in row.items()} for row in table.loc[order].to_dict("records")]
    asked = [(int(row["country_id"]), float(row["change_odds"])) for row in rows]
    basis = forecast.basis
    parts = {
        "movers": [[number, odds.hex()] for number, odds in asked],
        "model": fingerprint([basis.unfitted, basis.seed, basis.origin_year], name="the model"),
        "rows": fingerprint(
            [basis.rows.matrix, basis.rows.outcome, basis.rows.keys, basis.rows.labels, basis.features.frame],
            name="the rows",
        ),
        "made of": fingerprint([forecast.provenance, result.provenance], name="the provenance"),
        "backtest": backtest_digest(result),
    }
    moved = computed(parts, lambda: _moved(asked, forecast, result), module="movers")
    return [row | one for row, one in zip(rows, moved, strict=True)]


def _moved(
    asked: list[tuple[int, float]], forecast: Forecast, result: BacktestResult
) -> list[dict[str, Any]]:
    """Parts of each state's change, and the features behind it."""
    before = forecast.basis.year_before(result)
    movers = []
    for country_id, odds in asked:
        change = basis_change(before, forecast.basis, country_id)
        total = change.frame["revised_information"] + change.frame["new_information"]
        # what moved them with the change, not against it
        along = total * np.sign(np.log(odds))
        largest = along[along >= np.log(_FELT)].sort_values(ascending=False, kind="stable").index
        movers.append(
            {
                "parts": {name: float(np.exp(value)) for name, value in change.parts.items()},
                "features": [
                    {"label": str(change.frame.loc[place, "label"]), "odds": float(np.exp(total[place]))}
                    for place in largest[:_MOST_FEATURES]
                ],
            }
        )
    return movers
