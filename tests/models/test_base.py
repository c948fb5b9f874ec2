from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from rtop_forecast import models
from rtop_forecast.models import BaseRate, ElasticNetLogit, RiskModel
from rtop_forecast.models.base import LogOddsClassifier
from rtop_forecast.models.persistence import saved_models


def public_models():
    """Every model of the package, found by its line in the stub."""
    found = (getattr(models, name) for name in models.__all__)
    return [one for one in found if isinstance(one, type) and issubclass(one, LogOddsClassifier)]


@pytest.mark.parametrize("kind", public_models(), ids=lambda kind: kind.__name__)
def test_every_model_follows_the_protocol(kind):
    assert issubclass(kind, RiskModel)
    assert {"fit", "log_odds", "contributions"} <= set(vars(kind))


def test_what_cannot_be_saved_is_known():
    unsaved = {kind.__name__ for kind in public_models()} - set(saved_models())
    assert unsaved == {"AnyClassifier", "ElasticNetLogitCV", "GlmnetLogit"}


def test_import_does_not_load_lightgbm():
    code = "import sys, rtop_forecast.models; sys.exit('lightgbm' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("model", [BaseRate(), ElasticNetLogit(lam=0.01)], ids=lambda m: type(m).__name__)
def test_both_probabilities_keep_their_digits(model):
    X = np.linspace(-1, 1, 400)[:, None]
    y = (X[:, 0] > 0.9).astype(int)
    model.fit(X, y)
    prob = model.predict_proba(X)
    np.testing.assert_allclose(prob.sum(axis=1), 1.0, rtol=1e-15)
    np.testing.assert_allclose(np.log(prob[:, 1]) - np.log(prob[:, 0]), model.log_odds(X), rtol=1e-12)
