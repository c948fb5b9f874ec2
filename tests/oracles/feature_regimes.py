"""Movements of regimes, read once more from the publisher's table and dated by what each year had shown.

Written from the publisher's rules (R package ERT 15, ``get_eps``) and definitions of the features, one year at a time:
nothing is carried from one year to the next but when the movement that is still alive began.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from feature_formulas import STATE, Kinds, Value
from feature_rows import NAN, Rows
from feature_sources import Reader

STEP, EPISODE, TURN, DRIFT, PAUSE = 0.01, 0.1, -0.03, -0.1, 5
NAMES = ("autocratization", "decline", "democratization", "rise", "to_autocracy", "to_democracy")


def add_regimes(reader: Reader, path: Path) -> None:
    """Add the variables of Episodes of Regime Transformation to what a reader has read."""
    frame = pd.read_csv(path, usecols=["country_id", "year", "v2x_polyarchy", "v2x_regime"])
    parts = [_country(int(str(code)), own) for code, own in frame.groupby("country_id")]
    rows = pd.DataFrame([row for part in parts for row in part])
    rows = rows[rows["year"] >= 1946]
    for name, values in reader.place(rows, "vdem", "country_id", "year", list(NAMES)).items():
        reader.add(f"ert_{name}", "ert", values, first=int(rows["year"].min()), last=int(rows["year"].max()))


def _country(code: int, own: pd.DataFrame) -> list[dict[str, float]]:
    index = {int(year): x for year, x in zip(own["year"], own["v2x_polyarchy"], strict=True) if x == x}
    regime = {int(year): r for year, r in zip(own["year"], own["v2x_regime"], strict=True) if r == r}
    down = movement(index, lambda year: regime.get(year) == 3 and regime.get(year - 1, 9) < 3, sign=-1)
    up = movement(index, lambda year: regime.get(year) == 0 and regime.get(year - 1, -9) > 0, sign=1)
    made = []
    for year in own["year"].astype(int):
        fall, climb = down.get(year, NAN), up.get(year, NAN)
        both = year in regime and year - 1 in regime
        made.append(
            {
                "country_id": code, "year": year, "decline": fall, "rise": climb,
                "autocratization": float(fall >= EPISODE) if fall == fall else NAN,
                "democratization": float(climb >= EPISODE) if climb == climb else NAN,
                "to_autocracy": float(regime[year] < 2 <= regime[year - 1]) if both else NAN,
                "to_democracy": float(regime[year] >= 2 > regime[year - 1]) if both else NAN,
            }
        )  # fmt: skip
    return made


def movement(index: dict[int, float], returned: Callable[[int], bool], *, sign: int) -> dict[int, float]:
    """Range of the index in the movement under way in each year that has one before it; 0 where none is."""

    def step(year: int) -> float:
        return sign * (index[year] - index[year - 1])

    found: dict[int, float] = {}
    begun: int | None = None  # first change of the movement that lives after the year before
    for year in sorted(index):
        if year - 1 not in index:
            begun = None
            continue
        if begun is None and step(year) >= STEP:
            begun = year
        under_way = begun is not None and step(year) >= TURN
        span = [index[y] for y in range(begun - 1, year + 1)] if begun is not None and under_way else [0.0]
        found[year] = max(span) - min(span)
        if begun is not None and _over(begun, year, step, returned):
            begun = None
    return found


def _over(begun: int, year: int, step: Callable[[int], float], returned: Callable[[int], bool]) -> bool:
    """Whether a movement is over after a year: by a turn, five quiet years, a slow way back or a full return."""
    last = max(y for y in range(begun, year + 1) if step(y) >= STEP)
    slow = math.fsum(step(y) for y in range(last + 1, year + 1))
    return step(year) < TURN or year - last >= PAUSE or slow < DRIFT or returned(year)


def regime_features(rows: Rows) -> dict[str, Value]:
    """The four features of the catalogue by name."""
    k = Kinds(rows)
    levels = ("ert_autocratization", "ert_decline", "ert_democratization")
    return {name: k.level(name, STATE) for name in levels} | {
        "ert_to_autocracy_decay5": k.years_with("ert_to_autocracy", 5)
    }
