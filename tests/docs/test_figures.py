"""The figures of the front page show today's ranking, and a second run draws the same bytes."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import rtop_forecast as rtop

DOCS = Path(__file__).resolve().parents[2] / "docs"
FIGURES = DOCS / "figures"


@pytest.fixture(scope="module")
def values() -> dict:
    return json.loads((FIGURES / "values.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_figures", DOCS / "make_figures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_figures_are_those_drawn_with_the_values(values):
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FIGURES.glob("*.png")}
    assert files == values["sha256"]


def test_scale_figure_is_of_the_pages_table_and_the_same_each_time(script):
    page = (DOCS / "scale.md").read_text(encoding="utf-8")
    figure = script.scale_figure(page)
    drawn = {line.get_label(): list(line.get_ydata()) for line in figure.axes[0].lines}
    assert drawn == {
        "backtest, ten origins": [3.6, 19.5, 212.0],
        "attribution of the last year": [0.08, 0.88, 7.1],
        "build 60 features": [0.03, 0.41, 5.6],
    }
    assert script.png(figure, width=300) == script.png(script.scale_figure(page), width=300)


def test_coverage_figure_has_every_dataset_of_the_registry(script):
    figure = script.coverage_figure()
    datasets = set(rtop.describe_sources()["dataset"]) - {""}
    assert {label.get_text() for label in figure.axes[0].get_yticklabels()} == datasets


@pytest.mark.slow
def test_map_ranking_and_record_show_todays_forecast(values, script):
    forecast, result = script.make_forecast(2)
    assert values["origin_year"] == forecast.origin_year
    assert values["window"] == list(forecast.window)
    assert values["issued"] == forecast.issued.isoformat()
    ranking = forecast.ranking()
    for name in ("rank", "country_id", "name", "rank_low", "rank_high"):
        assert [row[name] for row in values["states"]] == ranking[name].tolist()
    for name in ("prob", "prob_low", "prob_high"):
        np.testing.assert_allclose([row[name] for row in values["states"]], ranking[name], rtol=1e-6)
    for row in values["record"]:
        part = result.frame[result.frame["origin_year"] == row["origin_year"]]
        assert row["observed"] == part["outcome"].sum()
        assert row["expected"] == pytest.approx(part["prob"].sum(), rel=1e-6)
    assert len(values["record"]) == result.frame["origin_year"].nunique()
    first, second = script.draw(forecast, result), script.draw(forecast, result)
    assert first == second
    assert first.keys() == values["sha256"].keys()
    labels = [text.get_text() for text in script.map_figure(forecast).axes[0].texts]
    assert labels == [f"{row['rank']} {row['name']}" for row in values["states"][: script.LABELLED]]
