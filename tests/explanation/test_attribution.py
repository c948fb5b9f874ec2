"""Contributions: exact for every model and calibrator, centred on the world of the year."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

import rtop_forecast as rtop
from rtop_forecast.calibration import Calibrator, Identity, LogisticRecalibration
from rtop_forecast.explanation.attribute import ExplainedRows, attribute
from rtop_forecast.forecasting.sample import sample

ORIGIN = 2015


class Bent(Calibrator):
    """A monotone calibrator that is no straight line."""

    def _learn(self, rows, /):
        """Learn nothing."""

    def apply_log_odds(self, z, *, groups=None):
        """Bend the log-odds."""
        z = np.asarray(z, dtype=float)
        return z + 0.5 * np.tanh(z + 3)


@pytest.fixture(scope="module")
def rows(core_names):
    panel = rtop.load_panel()
    features = rtop.build_features(panel, names=core_names)
    return features, sample(features, rtop.onset_target(panel))


def fitted_calibrators():
    outcome = np.array([0, 0, 1, 0, 1.0] * 20)
    prob = np.array([0.1, 0.05, 0.3, 0.2, 0.1] * 20)
    return [Identity().fit([], []), LogisticRecalibration().fit(outcome, prob), Bent().fit(outcome, prob)]


@pytest.mark.parametrize("name", ["base_rate", "history_logit", "elastic_net", "boosted_trees", "default"])
@pytest.mark.parametrize("calibrator", fitted_calibrators(), ids=lambda c: type(c).__name__)
def test_contributions_add_up_for_every_model_and_calibrator(rows, name, calibrator):
    features, table = rows
    model = table.fit(rtop.benchmark_models()[name], origin=ORIGIN)
    here = table.at(ORIGIN)
    matrix = table.matrix[here].reset_index(drop=True)
    result = attribute(
        model,
        ExplainedRows(
            keys=table.keys[here][["country_id", "name"]],
            matrix=matrix,
            ages=np.zeros(matrix.shape),
            specs=features.specs,
            origin_year=ORIGIN,
            sources=("",) * len(features.specs),
            groups=np.full(len(matrix), ""),
        ),
        calibrator=calibrator,
    )
    calibrated = calibrator.apply_log_odds(model.log_odds(matrix))
    np.testing.assert_allclose(
        result.baseline + result.contributions.sum(axis=1), calibrated, rtol=0, atol=1e-9
    )
    factors = result.by_risk_factor()
    np.testing.assert_allclose(result.baseline + factors.sum(axis=1), calibrated, rtol=0, atol=1e-9)
    one = result.state(int(result.keys["country_id"].iloc[0]))
    assert f"{expit(one.log_odds):.1%}" in one.summary()
    if name == "base_rate":
        assert (result.contributions == 0).all()
    if name == "history_logit":
        unused = [spec.name not in model.columns for spec in features.specs]
        assert (result.contributions[:, unused] == 0).all()


def test_features_are_ordered_by_size(rows):
    features, target = rows[0], rtop.onset_target(rows[0].panel)
    forecast = rtop.forecast(
        rtop.benchmark_models()["elastic_net"], features, target, origin=ORIGIN, draws=20
    )
    table = forecast.attributions("Nigeria").by_feature()
    assert (table["contribution"].abs().diff().dropna() <= 0).all()
    assert set(table["feature"]) == set(features.names)
    mortality = table.set_index("feature").loc["infant_mortality_log"]
    assert mortality["age"] == 1
    assert mortality["value"] > mortality["reference_median"]
