"""Which calibrator to trust when the world's rate may drift: a simulation with known truth.

Panels of 150 states over 1946-2025 with one to three onsets a year. The hazard of a state
depends on three features; the model sees two of them (and, in the last setting, 15 columns of noise),
is refitted at every origin on an expanding window of closed two-year windows, and has no notion of the
world's rate. Every calibrator is fitted prequentially: at origin t on the out-of-sample forecasts of
origins up to t - 2. Scored are origins 1975-2023.

Worlds: ``constant`` rate; ``drifting`` (log-odds a random walk, standard deviation 0.12 a year);
``falling`` (by 1.2 in log-odds over the 80 years); ``wave`` (up by 0.8 until 1991, then down by 1.4
within six years and flat, as the record after the cold war).

    python benchmarks/calibrator_choice.py [--json] [--panels 16] [--seed 0]

``half`` in a calibrator's name: rows weighted by one half, since two-year windows repeat each onset.
Log losses are told as the excess over the identity, with the standard error over panels.
"""

from __future__ import annotations

import argparse
import json
import time
from copy import deepcopy

import numpy as np

from rtop_forecast.calibration import (
    Calibrator,
    Identity,
    InterceptShift,
    LogisticRecalibration,
    RandomWalkShift,
)
from rtop_forecast.evaluation import calibration_slope, log_score
from rtop_forecast.logistic import logistic_loss, minimise, probability

STATES, YEARS, HORIZON, FIRST_YEAR = 150, 80, 2, 1946
FIRST_FORECAST, FIRST_SCORED = 1962, 1975
WORLDS = ("constant", "drifting", "falling", "wave")
CALIBRATORS: dict[str, tuple[Calibrator, float]] = {
    "identity": (Identity(), 1.0),
    "shift": (InterceptShift(), 1.0),
    "shift_half": (InterceptShift(), 0.5),
    "trailing_15": (InterceptShift(window=15), 1.0),
    "walk_0.03_half": (RandomWalkShift(sigma=0.03), 0.5),
    "walk_0.05_half": (RandomWalkShift(sigma=0.05), 0.5),
    "walk_0.1": (RandomWalkShift(sigma=0.1), 1.0),
    "walk_0.1_half": (RandomWalkShift(sigma=0.1), 0.5),
    "walk_0.2_half": (RandomWalkShift(sigma=0.2), 0.5),
    "walk_0.3_half": (RandomWalkShift(sigma=0.3), 0.5),
    "logistic": (LogisticRecalibration(), 1.0),
    "logistic_half": (LogisticRecalibration(), 0.5),
}


def world_rate(world: str, rng: np.random.Generator) -> np.ndarray:
    """Offset of the log-odds of each year, mean zero."""
    years = np.arange(YEARS)
    if world == "constant":
        path = np.zeros(YEARS)
    elif world == "drifting":
        path = np.cumsum(rng.normal(0, 0.12, YEARS))
    elif world == "falling":
        path = -1.2 * years / (YEARS - 1)
    else:
        peak = 1991 - FIRST_YEAR
        path = np.where(years <= peak, 0.8 * years / peak, 0.8 - 1.4 * np.clip((years - peak) / 6, 0, 1))
    return path - path.mean()


def panel(world: str, noise: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Seen features (years, states, m), outcome and true probability of a window (years, states)."""
    x = np.empty((YEARS, STATES, 3 + noise))
    x[0] = rng.normal(size=x.shape[1:])
    for t in range(1, YEARS):
        x[t] = 0.95 * x[t - 1] + np.sqrt(1 - 0.95**2) * rng.normal(size=x.shape[1:])
    score = x[..., :3] @ np.array([1.0, 0.7, 0.5]) + world_rate(world, rng)[:, None]
    # intercept for two onsets a year on average
    low, high = -12.0, 0.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if expit(middle + score).sum() < 2 * YEARS else (low, middle)
    hazard = expit(low + score)
    onset = rng.random(hazard.shape) < hazard
    # the hazard of a year follows from the features of the year before
    hazard, onset = np.roll(hazard, 1, axis=0), np.roll(onset, 1, axis=0)
    closed = YEARS - HORIZON
    outcome = np.stack([onset[t + 1 : t + 1 + HORIZON].any(axis=0) for t in range(closed)])
    truth = np.stack([1 - (1 - hazard[t + 1 : t + 1 + HORIZON]).prod(axis=0) for t in range(closed)])
    seen = np.concatenate([np.ones((closed, STATES, 1)), x[:closed, :, :2], x[:closed, :, 3:]], axis=2)
    return seen, outcome.astype(float), truth


def expit(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def refit(x: np.ndarray, y: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """Logistic regression with a small ridge on the slopes, from a warm start."""
    ridge = np.full(x.shape[1], 0.1)
    ridge[0] = 0.0

    def objective(beta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        z = x @ beta
        p = probability(z)
        value = float(logistic_loss(y, z).sum() + 0.5 * (ridge * beta**2).sum())
        return value, x.T @ (p - y) + ridge * beta, (x * (p * (1 - p))[:, None]).T @ x + np.diag(ridge)

    return minimise(objective, beta)[0]


def forecasts(seen: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """Out-of-sample probabilities (years, states); NaN before the first forecast."""
    prob = np.full(outcome.shape, np.nan)
    beta = np.zeros(seen.shape[2])
    beta[0] = -4.0
    for t in range(FIRST_FORECAST - FIRST_YEAR, outcome.shape[0]):
        past = slice(0, t - HORIZON + 1)
        beta = refit(seen[past].reshape(-1, seen.shape[2]), outcome[past].ravel(), beta)
        prob[t] = expit(seen[t] @ beta)
    return prob


def calibrated(calibrator: Calibrator, weight: float, prob: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """Prequentially calibrated probabilities of the scored origins."""
    begin = FIRST_FORECAST - FIRST_YEAR
    origins = np.repeat(np.arange(outcome.shape[0]), STATES).reshape(outcome.shape) + FIRST_YEAR
    rows = []
    for t in range(FIRST_SCORED - FIRST_YEAR, outcome.shape[0]):
        past = slice(begin, t - HORIZON + 1)
        y, p, time_ = outcome[past].ravel(), prob[past].ravel(), origins[past].ravel()
        fitted = deepcopy(calibrator).fit(
            y, p, time=time_, at=FIRST_YEAR + t, weights=np.full(y.size, weight)
        )
        rows.append(fitted.apply(prob[t]))
    return np.stack(rows)


def study(world: str, noise: int, panels: int, seed: int) -> dict[str, dict[str, float]]:
    """Scores of each calibrator over the panels of one world."""
    scored = slice(FIRST_SCORED - FIRST_YEAR, None)
    losses: dict[str, list[float]] = {name: [] for name in (*CALIBRATORS, "truth")}
    ratios: dict[str, list[float]] = {name: [] for name in losses}
    decades: dict[str, list[float]] = {name: [] for name in losses}
    slopes: dict[str, list[float]] = {name: [] for name in losses}
    for number in range(panels):
        rng = np.random.default_rng([seed, number, WORLDS.index(world), noise])
        seen, outcome, truth = panel(world, noise, rng)
        raw = forecasts(seen, outcome)
        y = outcome[scored]
        probs = {name: calibrated(c, w, raw, outcome) for name, (c, w) in CALIBRATORS.items()}
        for name, p in {**probs, "truth": truth[scored]}.items():
            losses[name].append(float(log_score(y.ravel(), p.ravel()).mean()))
            ratios[name].append(float(p.sum() / y.sum()))
            pieces = zip(np.array_split(p, 5), np.array_split(y, 5), strict=True)
            # half an event added, so that a decade without any has a logarithm
            decades[name] += [float(np.log((a.sum() + 0.5) / (b.sum() + 0.5)) ** 2) for a, b in pieces]
            slopes[name].append(calibration_slope(y.ravel(), p.ravel()))
    return {
        name: {
            "log_loss": float(np.mean(losses[name])),
            "excess": float(np.mean(excess := np.subtract(losses[name], losses["identity"]))),
            "excess_se": float(np.std(excess, ddof=1) / np.sqrt(panels)),
            "expected_observed": float(np.exp(np.mean(np.log(ratios[name])))),
            "expected_observed_rms_log_decade": float(np.sqrt(np.mean(decades[name]))),
            "calibration_slope": float(np.mean(slopes[name])),
        }
        for name in losses
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print JSON only")
    parser.add_argument("--panels", type=int, default=16, help="simulated panels per setting, at least 2")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    if given.panels < 2:
        parser.error("--panels must be at least 2: the standard errors are over panels")
    begin = time.perf_counter()
    settings = [(world, 0) for world in WORLDS] + [("constant", 15)]
    results = {
        f"{world}{'_noisy_model' if noise else ''}": study(world, noise, given.panels, given.seed)
        for world, noise in settings
    }
    seconds = round(time.perf_counter() - begin, 1)
    if given.json:
        print(
            json.dumps({"panels": given.panels, "seed": given.seed, "seconds": seconds, "settings": results})
        )
        return
    for setting, table in results.items():
        head = ("log loss", "excess e-4", "se", "E/O", "rms10y", "slope")
        print(f"\n{setting:20s} " + " ".join(f"{name:>10s}" for name in head))
        for name, row in table.items():
            cells = (
                f"{row['log_loss']:10.5f}",
                f"{1e4 * row['excess']:10.2f}",
                f"{1e4 * row['excess_se']:10.2f}",
                f"{row['expected_observed']:10.3f}",
                f"{row['expected_observed_rms_log_decade']:10.3f}",
                f"{row['calibration_slope']:10.3f}",
            )
            print(f"  {name:18s} " + " ".join(cells))
    print(f"\n{given.panels} panels per setting, seed {given.seed}, {seconds} s")


if __name__ == "__main__":
    main()
