"""A checkpoint gives back its own backtest's numbers only; another call is refused with what differs."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import rtop_forecast as rtop
from rtop_forecast.models import BaseRate, HistoryLogit
from rtop_forecast.models.defaults import HISTORY_COLUMNS

ORIGINS = {"origins": rtop.RollingOrigin(first=2019, last=2019), "calibration_origins": 0, "n_jobs": 1}


@pytest.fixture(scope="module")
def parts():
    panel = rtop.load_panel(first=1985)
    return panel, rtop.build_features(panel, names=HISTORY_COLUMNS), rtop.onset_target(panel)


def shifted(values, *, by):
    """Step of a pipeline with an array that its repr cuts short."""
    return values + np.asarray(by)[: values.shape[1]]


def pipeline(by):
    step = FunctionTransformer(shifted, kw_args={"by": by})
    return make_pipeline(SimpleImputer(), step, LogisticRegression(C=0.01, max_iter=500))


def test_a_pipeline_that_reads_alike_is_told_apart(parts, tmp_path):
    """Such a pipeline's numbers came back for another's, with an error of up to 0.072."""
    _, features, target = parts
    by = np.zeros(3000)
    other = by.copy()
    other[1:3] = 50.0
    by[0] = other[0] = 1.0
    # repr shows the first and last three elements of each: they differ in the second only
    result = rtop.backtest(pipeline(by), features, target, checkpoint=tmp_path, **ORIGINS)
    again = rtop.backtest(pipeline(by.copy()), features, target, checkpoint=tmp_path, **ORIGINS)
    pd.testing.assert_frame_equal(again.frame, result.frame, check_exact=True)
    with pytest.raises(rtop.InputError, match=r"model parameter estimator__functiontransformer__kw_args"):
        rtop.backtest(pipeline(other), features, target, checkpoint=tmp_path, **ORIGINS)


def test_every_changed_argument_is_refused_by_name(parts, tmp_path):
    panel, features, target = parts
    model = HistoryLogit(HISTORY_COLUMNS)
    rtop.backtest(model, features, target, checkpoint=tmp_path, **ORIGINS)

    def refused(words, model=model, features=features, target=target, **more):
        with pytest.raises(rtop.InputError, match=words):
            rtop.backtest(model, features, target, checkpoint=tmp_path, **ORIGINS | more)

    refused(r"model \(HistoryLogit, now BaseRate\)", model=BaseRate())
    refused(r"model parameter columns", model=HistoryLogit(HISTORY_COLUMNS[:2]))
    fewer = rtop.build_features(panel, names=HISTORY_COLUMNS[:2])
    refused(rf"feature {HISTORY_COLUMNS[2]} \(its values, now none\)", features=fewer)
    refused(r"horizon \(2, now 1\)", target=rtop.onset_target(panel, horizon=1),
            origins=rtop.RollingOrigin(first=2019, last=2019, horizon=1))  # fmt: skip
    refused(
        r"event \('mass_killing', now 'state_led_",
        target=rtop.onset_target(panel, event="state_led_mass_killing"),
    )
    refused(r"min_population \(500000, now 0\)", target=rtop.onset_target(panel, min_population=0))
    refused(r"ongoing_at_risk \(True, now False\)", target=rtop.onset_target(panel, ongoing_at_risk=False))
    refused(r"groups \(None, now 'mk_ongoing_count'\)", groups="mk_ongoing_count")
    changed = features.frame.copy()
    changed.loc[5, HISTORY_COLUMNS[0]] += 1e-9
    refused(
        rf"feature {HISTORY_COLUMNS[0]}", features=type(features)(
            frame=changed, ages=features.ages, specs=features.specs, issue_month=6, panel=features.panel
        )
    )  # fmt: skip
    # what changes no stored number is free: more origins, another calibrator, other jobs
    rtop.backtest(model, features, target, checkpoint=tmp_path, origins=rtop.RollingOrigin(first=2018, last=2020),
                  calibration_origins=1, seed=3, n_jobs=2)  # fmt: skip


def test_another_version_of_a_package_and_an_old_key_are_refused(parts, tmp_path):
    _, features, target = parts
    rtop.backtest(BaseRate(), features, target, checkpoint=tmp_path, **ORIGINS)
    path = tmp_path / "checkpoint.json"
    document = json.loads(path.read_text())
    document["parts"]["version of numpy"] = ["0", "'0.1'"]
    path.write_text(json.dumps(document))
    with pytest.raises(rtop.InputError, match=r"version of numpy \('0.1', now "):
        rtop.backtest(BaseRate(), features, target, checkpoint=tmp_path, **ORIGINS)
    path.write_text(json.dumps({"fingerprint": "0", "model": "BaseRate()"}))
    with pytest.raises(rtop.InputError, match="earlier release"):
        rtop.backtest(BaseRate(), features, target, checkpoint=tmp_path, **ORIGINS)
