"""Risk models with the scikit-learn interface.

Every model here follows :class:`RiskModel`: it takes a frame of float features
in which NaN means "not known", imputes and scales inside ``fit``, and answers in
log-odds that split into additive contributions. Importing this package does not
load LightGBM; :class:`BoostedTrees` loads it when it is first fitted or used.
"""

from __future__ import annotations

from rtop_forecast.models.any_classifier import AnyClassifier, as_risk_model, model_name
from rtop_forecast.models.average import LogOddsAverage
from rtop_forecast.models.base import Contributions, RiskModel
from rtop_forecast.models.base_rate import BaseRate
from rtop_forecast.models.defaults import benchmark_models, default_model
from rtop_forecast.models.logit.additive import AdditiveLogit
from rtop_forecast.models.logit.elastic_net import ElasticNetLogit
from rtop_forecast.models.logit.elastic_net_cv import ElasticNetLogitCV
from rtop_forecast.models.logit.glmnet import GlmnetLogit
from rtop_forecast.models.logit.history import HistoryLogit
from rtop_forecast.models.persistence import (
    model_document,
    model_from_document,
    read_model_file,
    unfitted_document,
    unfitted_from_document,
)
from rtop_forecast.models.trees.boosting import BoostedTrees
from rtop_forecast.models.trees.forest import ProbabilityForest

__all__ = [
    "AdditiveLogit",
    "AnyClassifier",
    "BaseRate",
    "BoostedTrees",
    "Contributions",
    "ElasticNetLogit",
    "ElasticNetLogitCV",
    "GlmnetLogit",
    "HistoryLogit",
    "LogOddsAverage",
    "ProbabilityForest",
    "RiskModel",
    "as_risk_model",
    "benchmark_models",
    "default_model",
    "model_document",
    "model_from_document",
    "model_name",
    "read_model_file",
    "unfitted_document",
    "unfitted_from_document",
]
