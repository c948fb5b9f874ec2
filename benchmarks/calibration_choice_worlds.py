"""Simulated panels with known truth, for the choice of the calibrator.

Panels of 150 states over 1946-2025 with two onsets a year on average. The hazard of a state depends on three
features; the model sees two of them (and, in the last setting, 15 columns of noise), is refitted at every origin on an
expanding window of closed two-year windows, and has no notion of the world's rate. Worlds: ``constant`` rate;
``drifting`` (log-odds a random walk, standard deviation 0.12 a year); ``falling`` (by 1.2 in log-odds over the 80
years); ``wave`` (up by 0.8 until 1991, then down by 1.4 within six years and flat).

With a ``sub-population`` an onset begins a spell that ends with probability .15 a year. In a spell the features'
effects are a quarter of what they are elsewhere and the log-odds are higher by 2. The model has the spell as a
further feature and one slope for all. Scored are origins 1975-2023.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from copy import deepcopy

from rtop_forecast.calibration import Calibrator
from rtop_forecast.evaluation import log_score
from rtop_forecast.logistic import logistic_loss, minimise, probability

STATES, YEARS, HORIZON, FIRST_YEAR = 150, 80, 2, 1946
FIRST_FORECAST, FIRST_SCORED, ORIGINS = 1950, 1975, 25
WORLDS = ("constant", "drifting", "falling", "wave", "constant_noisy_model")
SETTINGS = tuple(f"{world}{part}" for part in ("", "_sub_population") for world in WORLDS)
EFFECTS = np.array([1.0, 0.7, 0.5])
ENDS, WEAKER, HIGHER = 0.15, 0.25, 2.0
NOISE = 15


def simulated(
    candidates: Mapping[str, Calibrator], *, panels: int, seed: int
) -> dict[str, dict[str, dict[str, float]]]:
    """Mean difference in log loss to the first candidate, and its standard error over panels, by setting."""
    first = next(iter(candidates))
    results = {}
    for number, setting in enumerate(SETTINGS):
        losses: dict[str, list[float]] = {name: [] for name in candidates}
        for panel in range(panels):
            generator = np.random.default_rng([seed, panel, number])
            for name, loss in _losses(setting, candidates, generator).items():
                losses[name].append(loss)
        results[setting] = {
            name: {
                "log_loss": float(np.mean(values)),
                "difference": float(np.mean(gap := np.subtract(values, losses[first]))),
                "standard_error": float(np.std(gap, ddof=1) / np.sqrt(panels)),
            }
            for name, values in losses.items()
        }
    return results


def world_rate(world: str, rng: np.random.Generator) -> np.ndarray[Any, Any]:
    """Offset of the log-odds of each year, mean zero."""
    years = np.arange(YEARS)
    if world == "drifting":
        path = np.cumsum(rng.normal(0, 0.12, YEARS))
    elif world == "falling":
        path = -1.2 * years / (YEARS - 1)
    elif world == "wave":
        peak = 1991 - FIRST_YEAR
        path = np.where(years <= peak, 0.8 * years / peak, 0.8 - 1.4 * np.clip((years - peak) / 6, 0, 1))
    else:
        path = np.zeros(YEARS)
    return path - path.mean()


def _losses(setting: str, candidates: Mapping[str, Calibrator], rng: np.random.Generator) -> dict[str, float]:
    spells = setting.endswith("_sub_population")
    world = setting.removesuffix("_sub_population")
    seen, outcome, group = _panel(world, rng, spells=spells)
    prob = _forecasts(seen, outcome)
    scored = slice(FIRST_SCORED - FIRST_YEAR, None)
    return {
        name: float(
            log_score(outcome[scored].ravel(), _calibrated(candidate, prob, outcome, group).ravel()).mean()
        )
        for name, candidate in candidates.items()
    }


def _panel(
    world: str, rng: np.random.Generator, *, spells: bool
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Columns of the model (years, states, m), outcome of a window and spell (years, states)."""
    noise = NOISE if world == "constant_noisy_model" else 0
    x = np.empty((YEARS, STATES, 3 + noise))
    x[0] = rng.normal(size=x.shape[1:])
    for t in range(1, YEARS):
        x[t] = 0.95 * x[t - 1] + np.sqrt(1 - 0.95**2) * rng.normal(size=x.shape[1:])
    score, rate = x[..., :3] @ EFFECTS, world_rate(world, rng)
    drawn, ends = rng.random((YEARS, STATES)), rng.random((YEARS, STATES)) < ENDS
    # intercept for two onsets a year on average
    low, high = -12.0, 0.0
    for _ in range(40):
        middle = (low + high) / 2
        onset, _ = _events(middle + rate[:, None], score, drawn, ends, spells=spells)
        low, high = (middle, high) if onset.sum() < 2 * YEARS else (low, middle)
    onset, spell = _events(low + rate[:, None], score, drawn, ends, spells=spells)
    closed = YEARS - HORIZON
    outcome = np.stack([onset[t + 1 : t + 1 + HORIZON].any(axis=0) for t in range(closed)]).astype(float)
    columns = [np.ones((closed, STATES, 1)), x[:closed, :, :2], x[:closed, :, 3:]]
    if spells:
        columns.append(spell[:closed, :, None].astype(float))
    return np.concatenate(columns, axis=2), outcome, spell[:closed]


def _events(
    level: np.ndarray[Any, Any],
    score: np.ndarray[Any, Any],
    drawn: np.ndarray[Any, Any],
    ends: np.ndarray[Any, Any],
    *,
    spells: bool,
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Onsets and spells: the hazard of a year follows from the features and the spell of the year before."""
    onset = np.zeros(drawn.shape, dtype=bool)
    spell = np.zeros(drawn.shape, dtype=bool)
    for t in range(1, YEARS):
        before = spell[t - 1]
        effect = np.where(before, WEAKER * score[t - 1] + HIGHER, score[t - 1])
        onset[t] = drawn[t] < probability(level[t] + effect)
        if spells:
            spell[t] = onset[t] | (before & ~ends[t])
    return onset, spell


def _forecasts(seen: np.ndarray[Any, Any], outcome: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Out-of-sample probabilities (years, states); NaN before the first forecast."""
    prob = np.full(outcome.shape, np.nan)
    beta = np.zeros(seen.shape[2])
    beta[0] = -4.0
    for t in range(FIRST_FORECAST - FIRST_YEAR, outcome.shape[0]):
        past = slice(0, t - HORIZON + 1)
        beta = _refit(seen[past].reshape(-1, seen.shape[2]), outcome[past].ravel(), beta)
        prob[t] = probability(seen[t] @ beta)
    return prob


def _refit(
    x: np.ndarray[Any, Any], y: np.ndarray[Any, Any], start: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """Logistic regression with a small ridge on the slopes, from a warm start."""
    ridge = np.full(x.shape[1], 0.1)
    ridge[0] = 1e-6

    def objective(
        beta: np.ndarray[Any, Any],
    ) -> tuple[float, np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        z = x @ beta
        p = probability(z)
        value = float(logistic_loss(y, z).sum() + 0.5 * (ridge * beta**2).sum())
        return value, x.T @ (p - y) + ridge * beta, (x * (p * (1 - p))[:, None]).T @ x + np.diag(ridge)

    return minimise(objective, start)[0]


def _calibrated(
    calibrator: Calibrator,
    prob: np.ndarray[Any, Any],
    outcome: np.ndarray[Any, Any],
    group: np.ndarray[Any, Any],
) -> np.ndarray[Any, Any]:
    """Prequentially calibrated probabilities of the scored origins."""
    origins = np.repeat(np.arange(outcome.shape[0]), STATES).reshape(outcome.shape) + FIRST_YEAR
    begin = FIRST_FORECAST - FIRST_YEAR
    rows = []
    for t in range(FIRST_SCORED - FIRST_YEAR, outcome.shape[0]):
        past = slice(max(begin, t - HORIZON + 1 - ORIGINS), t - HORIZON + 1)
        fitted = deepcopy(calibrator).fit(
            outcome[past].ravel(),
            prob[past].ravel(),
            time=origins[past].ravel(),
            at=FIRST_YEAR + t,
            weights=np.full(outcome[past].size, 1 / HORIZON),
            groups=group[past].ravel(),
        )
        rows.append(fitted.apply(prob[t], groups=group[t]))
    return np.stack(rows)
