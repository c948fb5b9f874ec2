"""A stranger fills the forms of ``templates/``, adds one registry line for each, and forecasts with the result.

The work is done in a copy of the package, which is imported by a process of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import string
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
PACKAGE = Path("src") / "rtop_forecast"

FEATURE = {
    "summary": "Features from coups, as a stranger would have them (risk factor 1).",
    "name": "coup_attempts_worst5",
    "label": "coup attempts, worst of five years",
    "unit": "attempts",
    "risk_factor": "1",
    "indicator": "1.3",
    "transform": "largest of five years",
    "transform_function": "trailing_max",
    "variable": "coup_attempts",
    "formula": "trailing_max(coup_attempts, 5)",
    "sign": "1",
}
MODEL = {
    "summary": "Linear discriminant that takes features for independent.",
    "class_name": "DiagonalDiscriminant",
    "method": "Means by class and a variance shared by the classes, feature by feature, plus the floor.",
    "parameter": "floor",
    "parameter_meaning": "Added to every variance, in squared units of the feature; positive.",
    "default": "1.0",
    "reference": "Hastie, T., Tibshirani, R., & Friedman, J. (2009). The Elements of Statistical Learning, 18.2.",
    "estimate": """\
event, other = weight * outcome, weight * (1 - outcome)
        high, low = np.average(values, axis=0, weights=event), np.average(values, axis=0, weights=other)
        spread = event @ (values - high) ** 2 + other @ (values - low) ** 2
        variance = spread / weight.sum() + self.floor
        coef = (high - low) / variance
        intercept = np.log(event.sum() / other.sum()) - (high**2 - low**2) @ (1 / variance) / 2
        return float(intercept), coef""",
}
FORMS = {
    "feature": (
        FEATURE,
        PACKAGE / "features" / "catalogue" / "strangers.py",
        PACKAGE / "features" / "catalogue" / "__init__.py",
        '    "strangers",\n',
    ),
    "model": (
        MODEL,
        PACKAGE / "models" / "diagonal_discriminant.py",
        PACKAGE / "models" / "__init__.pyi",
        "from .diagonal_discriminant import DiagonalDiscriminant as DiagonalDiscriminant\n",
    ),
}
SCRIPT = """
import json
import sys

import numpy as np

import rtop_forecast as rtop
from rtop_forecast.models import DiagonalDiscriminant, RiskModel

panel = rtop.load_panel(first=1980)
names = ["coup_attempts_worst5", "population_log", "infant_mortality_log", "mk_ongoing_count"]
features = rtop.build_features(panel, names=names)
assert "coup_attempts_worst5" in rtop.build_features(panel).names
target = rtop.onset_target(panel)
model = DiagonalDiscriminant(floor=0.5)
assert isinstance(model, RiskModel)
result = rtop.backtest(
    model, features, target, origins=rtop.RollingOrigin(first=2010, last=2019), calibration_origins=5
)
fc = rtop.forecast(model, features, target, origin=2020, backtest=result, draws=20)
told = fc.attributions("Sudan")
columns = features.frame[names]
y = (features.frame["year"] % 2).to_numpy()
fitted = DiagonalDiscriminant(floor=0.5).fit(columns, y)
shares = fitted.contributions(columns)
np.savez(sys.argv[1], X=columns.fillna(columns.median()).to_numpy(), y=y, log_odds=fitted.log_odds(columns))
features.frame.merge(panel.frame[["country_id", "year", "coup_attempts"]]).to_csv(sys.argv[2], index=False)
ranking = fc.ranking()
print(json.dumps({
    "where": rtop.__file__,
    "states": len(ranking),
    "ordered": bool((ranking["prob_low"] <= ranking["prob"]).all() and (ranking["prob"] <= ranking["prob_high"]).all()),
    "origins": sorted(set(int(year) for year in result.to_frame()["origin_year"])),
    "explained": sorted(told.to_frame()["feature"]),
    "gap": float(np.abs(shares.log_odds - fitted.log_odds(columns)).max()),
}))
"""


def copied(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Path:
    """Copy of the package with the forms filled in and registered."""
    house = tmp_path_factory.mktemp("house")
    copied(ROOT / PACKAGE, house / PACKAGE)
    copied(ROOT / "datasets", house / "datasets")
    for name, (blanks, path, registry, line) in FORMS.items():
        assert not (house / path).exists()
        form = (TEMPLATES / f"{name}.py.template").read_text(encoding="utf-8")
        (house / path).write_text(string.Template(form).substitute(blanks), encoding="utf-8")
        text = (house / registry).read_text(encoding="utf-8")
        # a line of a tuple goes before its end, a line of a stub to the end of the file
        head, end = (text[: text.rindex(")\n")], ")\n") if line.startswith(" ") else (text, "")
        (house / registry).write_text(head + line + end, encoding="utf-8")
    return house


@pytest.fixture(scope="module")
def outcome(house) -> dict[str, object]:
    """What the stranger's script prints, with the two tables it writes."""
    environment = os.environ | {"PYTHONPATH": str(house / "src"), "TQDM_DISABLE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(house / "fit.npz"), str(house / "features.csv")],
        cwd=house,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_each_addition_is_one_file_and_one_line(house):
    changed, added = {}, []
    for path in sorted(file for file in house.rglob("*") if file.suffix in {".py", ".pyi", ".csv", ".toml"}):
        original = ROOT / path.relative_to(house)
        if not original.exists():
            added.append(path.relative_to(house))
        elif original.read_bytes() != path.read_bytes():
            before, after = original.read_text().splitlines(), path.read_text().splitlines()
            assert set(before) <= set(after)
            changed[path.relative_to(house)] = len(after) - len(before)
    assert sorted(added) == sorted(path for _, path, _, _ in FORMS.values())
    assert changed == {registry: 1 for _, _, registry, _ in FORMS.values()}


def test_every_blank_is_described():
    text = (TEMPLATES / "README.md").read_text(encoding="utf-8")
    for name, (blanks, *_) in FORMS.items():
        form = string.Template((TEMPLATES / f"{name}.py.template").read_text(encoding="utf-8"))
        assert set(form.get_identifiers()) == set(blanks)
        assert all(f"`{blank}`" in text for blank in blanks)
    assert {path.name for path in TEMPLATES.glob("*.template")} == {f"{name}.py.template" for name in FORMS}


def test_the_copy_forecasts_and_explains(house, outcome):
    assert Path(outcome["where"]).is_relative_to(house)
    assert outcome["states"] > 150
    assert outcome["ordered"]
    assert outcome["origins"] == list(range(2010, 2020))
    assert "coup_attempts_worst5" in outcome["explained"]
    assert outcome["gap"] < 1e-9


def test_the_feature_is_the_largest_of_five_years(house, outcome):
    frame = pd.read_csv(house / "features.csv").sort_values(["country_id", "year"])
    for _, state in frame.groupby("country_id"):
        if (state["year"].diff().dropna() == 1).all() and len(state) > 10:
            expected = state["coup_attempts"].rolling(5, min_periods=1).max()
            np.testing.assert_array_equal(state["coup_attempts_worst5"], expected)


def test_the_model_is_the_discriminant_of_normal_densities(house, outcome):
    """Oracle: the log ratio of two products of normal densities with the same variances, and the prior odds."""
    made = np.load(house / "fit.npz")
    X, y = made["X"], made["y"]
    means = [X[y == label].mean(axis=0) for label in (0, 1)]
    scale = np.sqrt(sum(((X[y == label] - means[label]) ** 2).sum(axis=0) for label in (0, 1)) / len(X) + 0.5)
    densities = [norm.logpdf(X, mean, scale).sum(axis=1) for mean in means]
    expected = densities[1] - densities[0] + np.log((y == 1).sum() / (y == 0).sum())
    np.testing.assert_allclose(made["log_odds"], expected, rtol=1e-9, atol=1e-9)
