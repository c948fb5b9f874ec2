"""Score tables as LaTeX: the numbers of the tables, rounded by the rule, with nothing special left unescaped."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.calibration import Identity
from rtop_forecast.display import significant
from rtop_forecast.forecasting.compare import Comparison
from rtop_forecast.forecasting.latex import escaped


@pytest.fixture(scope="module")
def result():
    """Backtest of made-up forecasts of twenty states."""
    generator = np.random.default_rng(4)
    states, origins = np.arange(1, 21), np.arange(2000, 2010)
    keys = pd.MultiIndex.from_product([states, origins], names=["country_id", "origin_year"]).to_frame(
        index=False
    )
    prob = generator.beta(1, 8, len(keys))
    frame = keys.assign(
        name="X",
        target_start=keys["origin_year"] + 1,
        target_end=keys["origin_year"] + 2,
        raw_prob=prob,
        prob=prob,
        group="",
        outcome=(generator.random(len(keys)) < prob).astype(float),
    )
    return rtop.BacktestResult(
        frame=frame,
        feeding=frame.iloc[:0],
        model_name="Made_up",
        calibrator=Identity(),
        calibration_origins=0,
        horizon=2,
        seed=0,
        exclusions={},
        provenance={},
    )


@pytest.fixture
def comparison():
    """Two rows of made-up scores."""
    frame = pd.DataFrame(
        {
            "a": [0.8123, 0.05142, 1.031],
            "b": [0.8049, 0.05269, 0.94],
            "difference": [0.0074, -0.00127, 0.091],
            "low": [-0.0113, -0.00212, -0.02],
            "high": [0.0254, -0.00041, 0.2],
            "prob_better": [0.744, 0.981, np.nan],
        },
        index=pd.Index(["auc", "log_loss", "expected_observed"], name="score"),
    )
    return Comparison(
        frame=frame, rows=1, positives=1, countries=1, dm_p_value=0.1, delong_p_value=0.1, log_skill=0.0,
        level=0.9, draws=10, names=("R&D_1", "50%"),
    )  # fmt: skip


def cells(text):
    """Cells of each row of a table, its head first."""
    rows = [line.removesuffix(r"\\") for line in text.splitlines() if line.endswith(r"\\")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)&", row)] for row in rows]


def test_a_score_table_holds_the_scores_with_two_digits(result):
    head, *rows = cells(result.to_latex(draws=100, level=0.8))
    assert head == ["Score", "Value", r"80\% interval"]
    table = result.score_frame(draws=100, level=0.8)
    for shown, (_, row) in zip(rows, table.iterrows(), strict=True):
        assert shown[1] == significant(row["value"])
        assert shown[2] == f"{significant(row['low'])} to {significant(row['high'])}"


def test_a_table_is_bare_unless_it_has_a_caption_or_a_label(result):
    bare = result.to_latex(draws=50).splitlines()
    assert (bare[0], bare[1], bare[-2], bare[-1]) == (
        r"\begin{tabular}{lrr}",
        r"\toprule",
        r"\bottomrule",
        r"\end{tabular}",
    )
    floating = result.to_latex(draws=50, caption="50% of_it", label="tab:a_b").splitlines()
    assert floating[:4] == [r"\begin{table}", r"\centering", r"\caption{50\% of\_it}", r"\label{tab:a_b}"]
    assert floating[-1] == r"\end{table}"


def test_a_comparison_is_rounded_where_its_interval_has_two_digits(comparison):
    head, *rows = cells(comparison.to_latex())
    assert head == ["Score", r"R\&D\_1", r"50\%", "Difference", r"90\% interval", r"P(R\&D\_1 better)"]
    assert rows == [
        ["AUC", "0.812", "0.805", "0.007", "$-0.011$ to 0.025", "0.74"],
        ["Log loss", "0.0514", "0.0527", "$-0.0013$", "$-0.0021$ to $-0.0004$", "0.98"],
        ["Expected / observed", "1.03", "0.94", "0.09", "$-0.02$ to 0.20", "--"],
    ]


def test_a_difference_that_rounds_to_nothing_has_no_sign(comparison):
    frame = comparison.frame.assign(difference=-0.0001, low=-0.5, high=0.5)
    assert [row[3] for row in cells(replace(comparison, frame=frame).to_latex())[1:]] == ["0.0"] * 3


def test_no_share_of_resamples_is_certain(comparison):
    frame = comparison.frame.assign(prob_better=[0.9991, 0.0004, 0.5])
    assert [row[5] for row in cells(replace(comparison, frame=frame).to_latex())[1:]] == [
        "$>$0.99",
        "$<$0.01",
        "0.50",
    ]


def test_what_is_special_to_latex_is_escaped():
    assert escaped(r"a\b_c%d&e#f$g{h}~^") == (
        r"a\textbackslash{}b\_c\%d\&e\#f\$g\{h\}\textasciitilde{}\textasciicircum{}"
    )


@pytest.mark.parametrize("argument", [{"caption": 3}, {"label": b"x"}])
def test_captions_and_labels_are_strings(result, comparison, argument):
    for one in (result, comparison):
        with pytest.raises(rtop.InputError, match="must be a string or None"):
            one.to_latex(**argument)
