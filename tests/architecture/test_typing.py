"""A user's typed script passes mypy --strict: every public name has a type, and none is Any by accident."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import datetime

import pandas as pd

import rtop_forecast as rtop
from rtop_forecast import evaluation
from rtop_forecast.models import AnyClassifier, ElasticNetLogit


def assess(data: str) -> pd.DataFrame:
    panel: rtop.Panel = rtop.load_panel(data_dir=data, vintages=["vdem"])
    panel = rtop.add_events(panel, pd.DataFrame(), name="mine", years=(1990, 2020))
    panel = rtop.add_variables(panel, pd.DataFrame(), name="own", publication_lag_months=6)
    then: rtop.Panel = panel.as_of(datetime.date(2020, 6, 30))
    features: rtop.Features = rtop.build_features(then, own={"own_x": 1})
    target: rtop.Target = rtop.onset_target(panel, horizon=2, kind="onset")
    model = ElasticNetLogit(lam=0.3)
    origins = rtop.RollingOrigin(first=2000)
    result: rtop.BacktestResult = rtop.backtest(model, features, target, origins=origins, vintages="real_time")
    values: dict[str, float] = result.scores()
    low, high = result.score_intervals()["auc"]
    fc: rtop.Forecast = rtop.forecast(AnyClassifier(model), features, target, origin=2024, backtest=result)
    told: rtop.Attributions = fc.attributions("Sudan", compared_with=rtop.Reference.states("Chad", 651))
    lines: list[str] = told.sentences()
    change: rtop.ChangeAttribution = rtop.explain_change(fc, fc, "Sudan")
    same: rtop.Comparison = rtop.compare(result, result)
    report: rtop.LeakageReport = rtop.audit_leakage(features, target, model)
    auc: float = evaluation.auc([0, 1], [0.1, 0.2])
    number: int = rtop.resolve_state("Sudan", system="name", year=2020)
    print(values, low, high, lines, change.summary(), same.summary(), report.summary(), auc, number)
    print(rtop.load_forecast(rtop.save_forecast(fc, "f")).expected[0] + 1.0)
    digest: str = rtop.lock_forecast(fc, "l.json", locked_on="2025-07-01")
    print(digest, rtop.score_locked(rtop.read_locked("l.json"), target).scores["auc"])
    rtop.write_report(fc, result, "out")
    with rtop.plot.column("single"):
        axes = rtop.plot.ranking(fc, top=20)
        axes = rtop.plot.risk_over_time(result, ["Sudan", 483], forecast=fc, ax=axes)
        axes.set_title(str(axes.get_title()))
    print(result.to_latex(caption="Scores"), same.to_latex())
    return fc.ranking()


reveal_type(rtop.default_model())
wrong: int = rtop.cite("ucdp_brd")
"""


@pytest.mark.slow
def test_a_users_script_is_typed(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--no-error-summary",
            "--cache-dir",
            str(tmp_path / "c"),
            str(path),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    revealed = next(line for line in lines if ": note: Revealed" in line)
    assert revealed.endswith('average.LogOddsAverage"')
    errors = [line for line in lines if ": error:" in line]
    # the one mistake in the script is found, and nothing else
    assert len(errors) == 1, done.stdout
    assert 'expression has type "str", variable has type "int"' in errors[0]
