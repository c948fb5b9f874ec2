"""Calibrators: from a model's own log-odds to probabilities that came true as often as they say. Arrays only."""

from rtop_forecast.calibration.affine import (
    AffineCalibrator,
    Identity,
    InterceptShift,
    LogisticRecalibration,
    RandomWalkShift,
)
from rtop_forecast.calibration.base import Calibrator
from rtop_forecast.calibration.by_group import GroupedRandomWalk
from rtop_forecast.calibration.by_month import MonthlyStage
from rtop_forecast.calibration.default import default_calibrator
from rtop_forecast.calibration.flexible import BetaCalibration, IsotonicCalibration, VennAbers
from rtop_forecast.calibration.staged import WithMonths

__all__ = [
    "AffineCalibrator",
    "BetaCalibration",
    "Calibrator",
    "GroupedRandomWalk",
    "Identity",
    "InterceptShift",
    "IsotonicCalibration",
    "LogisticRecalibration",
    "MonthlyStage",
    "RandomWalkShift",
    "VennAbers",
    "WithMonths",
    "default_calibrator",
]
