"""Options that travel together through a backtest or the resampling of a forecast, checked once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from rtop_forecast.calibration import Calibrator, default_calibrator
from rtop_forecast.checks.arguments import instance_of, integer, job_count
from rtop_forecast.forecasting.monthly import MonthlyOptions

CALIBRATION_ORIGINS = 25
MIN_DRAWS = 20
# A published probability must not hang on the seed of its trees; resamples spread far wider than seeds do.
POINT_TREES, DRAW_TREES = 3.0, 0.5
_MOST_ORIGINS = 10_000
_MOST_DRAWS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestOptions:
    """How a backtest is calibrated, computed and kept; see :func:`rtop_forecast.backtest`.

    Attributes
    ----------
    calibrator : Calibrator
        Unfitted.
    calibration_origins : int
        How many of the latest origins whose windows had closed feed the calibrator at each origin.
    n_jobs : int or None
    seed : int
    progress : str or None
    checkpoint : path or None
    monthly : MonthlyOptions or None
        Months that the forecasts know beside the yearly features.
    """

    calibrator: Calibrator = field(default_factory=default_calibrator)
    calibration_origins: int = CALIBRATION_ORIGINS
    n_jobs: int | None = None
    seed: int = 0
    progress: str | None = None
    checkpoint: str | Path | None = None
    monthly: MonthlyOptions | None = None

    def __post_init__(self) -> None:
        """Refuse anything but a calibrator, and impossible numbers of origins and processes."""
        instance_of(
            self.calibrator,
            Calibrator,
            name="calibrator",
            remedy="Choose one from rtop_forecast.calibration.",
        )
        integer(self.calibration_origins, name="calibration_origins", least=0, most=_MOST_ORIGINS)
        job_count(self.n_jobs)
        _check_caption(self.progress)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawOptions:
    """How the draws behind the intervals are computed; see :func:`rtop_forecast.forecast`.

    Attributes
    ----------
    draws : int
        Country-block resamples, at least 20.
    n_jobs : int or None
    progress : str or None
    """

    draws: int = 50
    n_jobs: int | None = None
    progress: str | None = None

    def __post_init__(self) -> None:
        """Refuse too few and too many draws, and impossible numbers of processes."""
        integer(self.draws, name="draws", least=MIN_DRAWS, most=_MOST_DRAWS)
        job_count(self.n_jobs)
        _check_caption(self.progress)


def _check_caption(progress: object) -> None:
    if progress is not None:
        instance_of(
            progress, str, name="progress", remedy="Give the caption of the progress, or None for none."
        )
