"""Past state-years that the model sees as most alike to a state of now, and those that a case followed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.explanation.many_rows import contributions_of_many
from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.models import can_be_saved, model_document
from rtop_forecast.report.computed import computed
from rtop_forecast.report.words import Words
from rtop_forecast.world.states import KEYS

__all__ = ["ALIKE", "Alike"]

ALIKE, ALIKE_FROM = 100, 1975
_CASES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """State-years with closed windows, and the states of the origin year, by the contributions of the model.

    Two state-years are alike as far as all features contribute to the log-odds of both what they contribute to the
    other.
    """

    keys: pd.DataFrame
    past: FloatArray
    now: FloatArray
    places: dict[int, int]
    words: Words

    @classmethod
    def of(cls, forecast: Forecast, words: Words) -> Alike:
        """State-years of a forecast; what was computed for its model and data before is read from the cache."""
        basis = forecast.basis
        rows = basis.rows
        years = rows.keys["year"].to_numpy()
        closed = rows.training(forecast.origin_year) & (years >= ALIKE_FROM)
        # windows that do not overlap: a case counts once, not in every window that it falls into
        closed &= (years[closed].max() - years) % rows.horizon == 0
        past = rows.matrix[closed]
        values = _contributions(basis.fitted, pd.concat([past, basis.matrix], ignore_index=True))
        return cls(
            keys=rows.keys.loc[closed, [*KEYS, "name"]]
            .reset_index(drop=True)
            .assign(outcome=rows.outcome[closed]),
            past=values[: len(past)],
            now=values[len(past) :],
            places={int(number): place for place, number in enumerate(basis.keys["country_id"])},
            words=words,
        )

    def to(self, country_id: int) -> dict[str, Any]:
        """Nearest past state-years of other states, and those of them that a case followed."""
        distance = ((self.past - self.now[self.places[country_id]]) ** 2).sum(axis=1)
        distance[(self.keys["country_id"] == country_id).to_numpy()] = np.inf
        nearest = self.keys.iloc[np.argsort(distance, kind="stable")[:ALIKE]]
        followed = nearest[nearest["outcome"] == 1]
        cases = [self._case(row) for row in followed.head(_CASES).to_dict("records")]
        return {"all": len(nearest), "followed": len(followed), "cases": cases}

    def _case(self, row: Mapping[Any, Any]) -> str:
        year = int(row["year"])
        (name,) = self.words.states([int(row["country_id"])], [str(row["name"])], year)
        return self.words.say("brief.case", name=name, year=year)


def _contributions(model: Any, matrix: pd.DataFrame) -> FloatArray:
    """Contributions of a fitted model, kept by its content and that of the rows; those of another's are not kept."""
    if not can_be_saved(model):
        return contributions_of_many(model, matrix)
    rows = np.ascontiguousarray(matrix.to_numpy(dtype=float))
    parts = {
        "contributions of": _digest(json.dumps(model_document(model), sort_keys=True).encode()),
        "to": [_digest(rows.tobytes()), list(rows.shape), list(matrix.columns)],
    }
    table = computed(
        parts,
        lambda: pd.DataFrame(contributions_of_many(model, matrix), columns=matrix.columns),
        module="alike",
        form="arrow",
    )
    return table.to_numpy(dtype=float)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
