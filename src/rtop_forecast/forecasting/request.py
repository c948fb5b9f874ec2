"""What a backtest, a forecast and an audit are asked about: a model, its features and a target, checked once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rtop_forecast import models
from rtop_forecast.checks.arguments import instance_of
from rtop_forecast.features import Features
from rtop_forecast.forecasting.made_of import Parts, made_of
from rtop_forecast.forecasting.provenance import provenance
from rtop_forecast.forecasting.sample import Sample, sample
from rtop_forecast.models import RiskModel
from rtop_forecast.targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A model, features and a target that fit together.

    Attributes
    ----------
    model : RiskModel
        Unfitted.
    features : Features
    target : Target
    rows : Sample
        What the two make: features and labels of the state-years at risk.
    """

    model: RiskModel
    features: Features
    target: Target
    rows: Sample

    @classmethod
    def of(cls, model: Any, features: Any, target: Any, *, groups: str | None = None) -> Request:
        """Check the three and join features and target.

        Raises
        ------
        InputError
            If one is of another class, or features and target do not describe the same state-years.
        """
        model = models.as_risk_model(model)
        instance_of(features, Features, name="features", remedy="Make them with build_features(panel).")
        instance_of(target, Target, name="target", remedy="Make it with onset_target(panel).")
        return cls(
            model=model, features=features, target=target, rows=sample(features, target, groups=groups)
        )

    def provenance(self, *, seed: int) -> dict[str, Any]:
        """Name the sources, releases, packages, target and seed behind a result."""
        return provenance(self.features, self.target, seed=seed) | {"made_of": self.made_of}

    @property
    def made_of(self) -> Parts:
        """Parts of the model, the features and the question, by which results are told to belong together."""
        return made_of(self.model, self.features, self.target)
