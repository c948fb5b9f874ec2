"""The same bits whatever the number of processes and the backend."""

from __future__ import annotations

import random

import joblib
import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.models import ElasticNetLogit, LogOddsAverage, ProbabilityForest

MODEL = LogOddsAverage(
    [("net", ElasticNetLogit(lam=0.3, scaled=True)), ("forest", ProbabilityForest(n_estimators=10))]
)


@pytest.fixture(scope="module")
def parts(core_names):
    panel = rtop.load_panel()
    return rtop.build_features(panel, names=core_names), rtop.onset_target(panel)


def outputs(parts, n_jobs):
    features, target = parts
    origins = rtop.RollingOrigin(first=2019, last=2020)
    result = rtop.backtest(MODEL, features, target, origins=origins, calibration_origins=3, n_jobs=n_jobs)
    forecast = rtop.forecast(MODEL, features, target, origin=2022, backtest=result, draws=20, n_jobs=n_jobs)
    return result.frame, forecast.ranking(), forecast.explanation.contributions


def same(left, right):
    pd.testing.assert_frame_equal(left[0], right[0], check_exact=True)
    pd.testing.assert_frame_equal(left[1], right[1], check_exact=True)
    np.testing.assert_array_equal(left[2], right[2])


@pytest.mark.slow
def test_one_process_and_two_give_the_same_bits(parts):
    same(outputs(parts, 1), outputs(parts, 2))


@pytest.mark.slow
def test_a_dask_cluster_gives_the_same_bits(parts):
    distributed = pytest.importorskip("distributed", reason="needs the extra 'dask'")
    expected = outputs(parts, 1)
    # dask draws from the global generators; the guard in conftest.py is for our code
    before, python_before = np.random.get_state(), random.getstate()  # noqa: NPY002
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster),
        joblib.parallel_config(backend="dask"),
    ):
        same(expected, outputs(parts, None))
    np.random.set_state(before)  # noqa: NPY002
    random.setstate(python_before)
