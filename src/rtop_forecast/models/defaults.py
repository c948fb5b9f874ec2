"""The models that every ranking and backtest uses; how they were chosen is in ``benchmarks/PROTOCOL.md``."""

from __future__ import annotations

from rtop_forecast.models._base import RiskModel
from rtop_forecast.models.average import LogOddsAverage
from rtop_forecast.models.base_rate import BaseRate
from rtop_forecast.models.boosting import BoostedTrees
from rtop_forecast.models.elastic_net import ElasticNetLogit
from rtop_forecast.models.history import HistoryLogit

HISTORY_COLUMNS = ("mk_ongoing_count", "mk_onsets_past", "mk_onsets_decay10", "population_log")


def default_model() -> LogOddsAverage:
    """Equal-weight average in log-odds of an elastic-net logit and boosted trees.

    Returns
    -------
    LogOddsAverage
        Unfitted.
    """
    return LogOddsAverage([("elastic_net", _elastic_net()), ("boosted_trees", _boosted_trees())])


def benchmark_models() -> dict[str, RiskModel]:
    """Every model that a backtest compares, the two baselines first and the default last.

    Returns
    -------
    dict of str to RiskModel
        ``base_rate``, ``history_logit``, ``elastic_net``, ``boosted_trees``, ``default``; unfitted.
    """
    return {
        "base_rate": BaseRate(),
        "history_logit": HistoryLogit(HISTORY_COLUMNS),
        "elastic_net": _elastic_net(),
        "boosted_trees": _boosted_trees(),
        "default": default_model(),
    }


def _elastic_net() -> ElasticNetLogit:
    return ElasticNetLogit(lam=0.005, l1_ratio=0.5)


def _boosted_trees() -> BoostedTrees:
    return BoostedTrees(
        n_estimators=75,
        learning_rate=0.06,
        feature_fraction=0.2,
        bagging_fraction=0.5,
        extra_trees=True,
        seeds=4,
    )
