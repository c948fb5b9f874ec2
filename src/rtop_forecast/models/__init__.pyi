"""Public models, each in the module that defines it; :mod:`lazy_loader` reads this file."""

from .any_classifier import AnyClassifier as AnyClassifier
from .any_classifier import as_risk_model as as_risk_model
from .any_classifier import model_name as model_name
from .average import LogOddsAverage as LogOddsAverage
from .base_rate import BaseRate as BaseRate
from .defaults import benchmark_models as benchmark_models
from .defaults import default_model as default_model
from .interface import Contributions as Contributions
from .interface import HasIndicators as HasIndicators
from .interface import HasTrees as HasTrees
from .interface import RiskModel as RiskModel
from .logit.additive import AdditiveLogit as AdditiveLogit
from .logit.elastic_net import ElasticNetLogit as ElasticNetLogit
from .logit.elastic_net_cv import ElasticNetLogitCV as ElasticNetLogitCV
from .logit.glmnet import GlmnetLogit as GlmnetLogit
from .logit.history import HistoryLogit as HistoryLogit
from .persistence import can_be_saved as can_be_saved
from .persistence import model_document as model_document
from .persistence import model_from_document as model_from_document
from .persistence import read_model_file as read_model_file
from .persistence import unfitted_document as unfitted_document
from .persistence import unfitted_from_document as unfitted_from_document
from .trees.boosting import BoostedTrees as BoostedTrees
from .trees.forest import ProbabilityForest as ProbabilityForest
from .unsaved import UnsavedModel as UnsavedModel
