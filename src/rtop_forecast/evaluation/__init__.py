"""How good forecasts are: scores, their structure and their uncertainty. Arrays only: no states, no panel."""

from rtop_forecast.evaluation.counts import CountDistribution, count_distribution
from rtop_forecast.evaluation.decomposition import (
    Decomposition,
    decompose,
    murphy_curve,
    recalibrated,
    skill_score,
)
from rtop_forecast.evaluation.difference import (
    PanelTest,
    delong_test,
    diebold_mariano_panel,
    model_confidence_set,
    two_way_bootstrap,
)
from rtop_forecast.evaluation.intervals import (
    BootstrapScores,
    Difference,
    PairedDifference,
    bootstrap_scores,
    paired_difference,
    prob_top,
    rank_ranges,
    score_intervals,
)
from rtop_forecast.evaluation.ranking import (
    auc,
    average_precision,
    false_alarms_per_hit,
    precision_at,
    recall_at,
    top_share,
    within_auc,
)
from rtop_forecast.evaluation.reliability import ReliabilityCurve, reliability_curve
from rtop_forecast.evaluation.resampling import (
    BootstrapInterval,
    block_bootstrap,
    block_multiplicities,
    interval_from_draws,
)
from rtop_forecast.evaluation.scores import (
    CalibrationLine,
    brier_score,
    calibration_line,
    calibration_slope,
    expected_observed,
    log_score,
    score_table,
)

__all__ = [
    "BootstrapInterval",
    "BootstrapScores",
    "CalibrationLine",
    "CountDistribution",
    "Decomposition",
    "Difference",
    "PairedDifference",
    "PanelTest",
    "ReliabilityCurve",
    "auc",
    "average_precision",
    "block_bootstrap",
    "block_multiplicities",
    "bootstrap_scores",
    "brier_score",
    "calibration_line",
    "calibration_slope",
    "count_distribution",
    "decompose",
    "delong_test",
    "diebold_mariano_panel",
    "expected_observed",
    "false_alarms_per_hit",
    "interval_from_draws",
    "log_score",
    "model_confidence_set",
    "murphy_curve",
    "paired_difference",
    "precision_at",
    "prob_top",
    "rank_ranges",
    "recalibrated",
    "recall_at",
    "reliability_curve",
    "score_intervals",
    "score_table",
    "skill_score",
    "top_share",
    "two_way_bootstrap",
    "within_auc",
]
