"""The models that every ranking and backtest uses; how they were chosen is in ``benchmarks/PROTOCOL.md``."""

from __future__ import annotations

from rtop_forecast.models._base import RiskModel
from rtop_forecast.models.additive import AdditiveLogit
from rtop_forecast.models.average import LogOddsAverage
from rtop_forecast.models.base_rate import BaseRate
from rtop_forecast.models.boosting import BoostedTrees
from rtop_forecast.models.elastic_net import ElasticNetLogit
from rtop_forecast.models.forest import ProbabilityForest
from rtop_forecast.models.history import HistoryLogit

HISTORY_COLUMNS = ("mk_ongoing_count", "mk_onsets_past", "mk_onsets_decay10", "population_log")


def default_model() -> LogOddsAverage:
    """Equal-weight average in log-odds of seven models: three smooth ones and four of trees.

    Returns
    -------
    LogOddsAverage
        Unfitted; :func:`default_members` lists the models.
    """
    return LogOddsAverage(list(default_members().items()))


def default_members() -> dict[str, RiskModel]:
    """Members of the default model, each with fixed settings.

    Returns
    -------
    dict of str to RiskModel
        ``elastic_net, ridge, additive, random_forest, extra_trees, boosted_trees, boosted_extra_trees``;
        unfitted.
    """
    return {
        "elastic_net": ElasticNetLogit(lam=0.01, l1_ratio=0.5, tol=1e-7),
        "ridge": ElasticNetLogit(lam=0.3, l1_ratio=0.0, tol=1e-7),
        "additive": AdditiveLogit(lam=0.5, tol=1e-7),
        "random_forest": ProbabilityForest(n_estimators=200),
        "extra_trees": ProbabilityForest(n_estimators=300, extra_trees=True),
        "boosted_trees": BoostedTrees(
            n_estimators=100, learning_rate=0.04, feature_fraction=0.2, bagging_fraction=0.5, seeds=2
        ),
        "boosted_extra_trees": BoostedTrees(
            n_estimators=75,
            learning_rate=0.06,
            feature_fraction=0.2,
            bagging_fraction=0.5,
            extra_trees=True,
            seeds=4,
        ),
    }


def benchmark_models() -> dict[str, RiskModel]:
    """Every model that a backtest compares, the two baselines first and the default last.

    Returns
    -------
    dict of str to RiskModel
        ``base_rate``, ``history_logit``, the members of the default model, ``default``; unfitted.
    """
    return {
        "base_rate": BaseRate(),
        "history_logit": HistoryLogit(HISTORY_COLUMNS),
        **default_members(),
        "default": default_model(),
    }
