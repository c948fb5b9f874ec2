"""Features by UN risk factor; every transform looks backward only."""

from rtop_forecast.features._build import (
    CATALOGUE,
    Features,
    build_features,
    describe_features,
    features_of,
    own_feature,
)
from rtop_forecast.features._spec import FeatureSpec
from rtop_forecast.features.profile import risk_profile

__all__ = [
    "CATALOGUE",
    "FeatureSpec",
    "Features",
    "build_features",
    "describe_features",
    "features_of",
    "own_feature",
    "risk_profile",
]
