"""The models that every ranking and backtest uses; how they were chosen is in ``benchmarks/PROTOCOL.md``."""

from __future__ import annotations

from rtop_forecast.models.average import LogOddsAverage
from rtop_forecast.models.base_rate import BaseRate
from rtop_forecast.models.interface import RiskModel
from rtop_forecast.models.logit.additive import AdditiveLogit
from rtop_forecast.models.logit.elastic_net import ElasticNetLogit
from rtop_forecast.models.logit.history import HistoryLogit
from rtop_forecast.models.trees.boosting import BoostedTrees
from rtop_forecast.models.trees.forest import ProbabilityForest

_DEFAULT = ("elastic_net", "additive", "random_forest", "boosted_extra_trees")
HISTORY_COLUMNS = ("mk_ongoing_count", "mk_onsets_past", "mk_onsets_decay10", "population_log")


def default_model() -> LogOddsAverage:
    """Equal-weight average in log-odds of four models of different kinds.

    A sparse linear logit, a sparse additive logit, a random forest and boosted extremely randomised trees: on the
    development origins they did better together than with the ridge logit, the extra trees and the ordinary
    boosted trees beside them (``benchmarks/PROTOCOL.md``).

    Returns
    -------
    LogOddsAverage
        Unfitted.
    """
    models = single_models()
    return LogOddsAverage([(name, models[name]) for name in _DEFAULT])


def single_models() -> dict[str, RiskModel]:
    """Models of one kind, each with fixed settings.

    Returns
    -------
    dict of str to RiskModel
        ``elastic_net, ridge, additive, random_forest, extra_trees, boosted_trees, boosted_extra_trees``;
        unfitted.
    """
    return {
        "elastic_net": ElasticNetLogit(lam=0.3, l1_ratio=0.5, scaled=True, tol=1e-7),
        "ridge": ElasticNetLogit(lam=0.3, l1_ratio=0.0, tol=1e-7),
        "additive": AdditiveLogit(lam=1.5, l1_ratio=0.1, scaled=True),
        # 15% of the features for a split, drawn from three tenths for its tree
        "random_forest": ProbabilityForest(tree_feature_fraction=0.3, feature_fraction=0.5),
        "extra_trees": ProbabilityForest(extra_trees=True),
        "boosted_trees": _boosted(n_estimators=100, learning_rate=0.04, extra_trees=False),
        "boosted_extra_trees": _boosted(n_estimators=75, learning_rate=0.06, extra_trees=True),
    }


def benchmark_models() -> dict[str, RiskModel]:
    """Every model that a backtest compares, the two baselines first and the default last.

    Returns
    -------
    dict of str to RiskModel
        ``base_rate``, ``history_logit``, the single models, ``default``; unfitted.
    """
    return {
        "base_rate": BaseRate(),
        "history_logit": HistoryLogit(HISTORY_COLUMNS),
        **single_models(),
        "default": default_model(),
    }


def _boosted(*, n_estimators: int, learning_rate: float, extra_trees: bool) -> BoostedTrees:
    return BoostedTrees(
        n_estimators=n_estimators,
        learning_rate=learning_rate,
        feature_fraction=0.2,
        bagging_fraction=0.5,
        extra_trees=extra_trees,
        seeds=2,
    )
