"""Features by UN risk factor; every transform looks backward only."""

from rtop_forecast.features.build import (
    Features,
    build_features,
    describe_features,
    features_of,
    own_feature,
)
from rtop_forecast.features.catalogue import CATALOGUE
from rtop_forecast.features.profile import build_risk_profile
from rtop_forecast.features.spec import FeatureSpec

__all__ = [
    "CATALOGUE",
    "FeatureSpec",
    "Features",
    "build_features",
    "build_risk_profile",
    "describe_features",
    "features_of",
    "own_feature",
]
