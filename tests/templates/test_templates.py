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

from rtop_forecast.world.states import state_years

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
PACKAGE = Path("src") / "rtop_forecast"

SOURCE = {
    "summary": "People displaced by floods: a made dataset of a stranger.",
    "dataset": "floods",
    "title": "the Made Register of Floods",
    "registered_title": "Made Register of Floods",
    "file": "floods_*.csv",
    "column": "people_displaced",
    "variable": "displaced",
    "meaning": "people displaced by floods within the year, a count.",
    "lowest": "0",
    "highest": "1e9",
    "code_column": "gwno",
    "code_system": "gw",
    "year_column": "Year",
    "missing": "-99",
    "release": "2020",
    "page": "https://example.org/floods",
    "licence": "CC0-1.0",
    "citation": "A stranger (2021). Made Register of Floods.",
    "first_year": "1990",
    "last_year": "2020",
    "publication_lag_months": "4",
}
FEATURE = {
    "summary": "Features from floods (risk factor 8).",
    "name": "floods_displaced_worst5",
    "label": "people displaced by floods, worst of five years",
    "unit": "people",
    "coding": "",
    "scale": "identity",
    "risk_factor": "8",
    "indicator": "8.10",
    "transform": "largest of five years",
    "transform_function": "trailing_max",
    "variable": "floods_displaced",
    "formula": "trailing_max(floods_displaced, 5)",
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
# Blanks, the form and the file that it becomes, the registry and the end of the list that the line goes to.
ADDITIONS = (
    (SOURCE, "source.py", PACKAGE / "sources" / "catalogue" / "floods.py"),
    (FEATURE, "feature.py", PACKAGE / "features" / "catalogue" / "strangers.py"),
    (MODEL, "model.py", PACKAGE / "models" / "diagonal_discriminant.py"),
)
REGISTRIES = {
    "source": Path("datasets") / "sources.toml",
    "feature": PACKAGE / "features" / "catalogue" / "__init__.py",
    "model": PACKAGE / "models" / "__init__.pyi",
}
END_OF_GROUPS = '    "atrocities",\n'
SCRIPT = """
import json
import sys

import numpy as np

import rtop_forecast as rtop
from rtop_forecast.models import DiagonalDiscriminant, RiskModel
from rtop_forecast.sources.folder.discover import reader

panel = rtop.load_panel(data_dir="releases", first=1980)
names = ["floods_displaced_worst5", "population_log", "infant_mortality_log", "mk_ongoing_count"]
features = rtop.build_features(panel, names=names)
assert "floods_displaced_worst5" in rtop.build_features(panel).names
target = rtop.onset_target(panel)
model = DiagonalDiscriminant(floor=0.5)
assert isinstance(model, RiskModel)
result = rtop.backtest(
    model, features, target, origins=rtop.RollingOrigin(first=2010, last=2019), calibration_origins=5
)
fc = rtop.forecast(model, features, target, origin=2020, backtest=result, draws=20)
explanation = fc.attributions("Sudan")
columns = features.frame[names]
y = (features.frame["year"] % 2).to_numpy()
fitted = DiagonalDiscriminant(floor=0.5).fit(columns, y)
shares = fitted.contributions(columns)
np.savez(sys.argv[1], X=columns.fillna(columns.median()).to_numpy(), y=y, log_odds=fitted.log_odds(columns))
features.frame.merge(panel.frame[["country_id", "year", "floods_displaced"]]).to_csv(sys.argv[2], index=False)
ranking = fc.ranking()
unmatched = reader("floods").read("releases/floods_2020.csv").unmatched
print(json.dumps({
    "where": rtop.__file__,
    "files": panel.files[["file", "dataset", "used"]].to_dict("records"),
    "unmatched": unmatched[["code", "year"]].astype(int).to_numpy().tolist(),
    "cited": rtop.cite("floods"),
    "states": len(ranking),
    "ordered": bool((ranking["prob_low"] <= ranking["prob"]).all() and (ranking["prob"] <= ranking["prob_high"]).all()),
    "origins": sorted(set(int(year) for year in result.to_frame()["origin_year"])),
    "explained": sorted(explanation.to_frame()["feature"]),
    "gap": float(np.abs(shares.log_odds - fitted.log_odds(columns)).max()),
}))
"""


def filled(form: str, blanks: dict[str, str]) -> str:
    return string.Template((TEMPLATES / f"{form}.template").read_text(encoding="utf-8")).substitute(blanks)


def registered(kind: str, text: str) -> str:
    """Add a line for the stranger to the text of a registry; for a source, an entry."""
    if kind == "source":
        return text + filled("source.toml", SOURCE)
    if kind == "feature":
        assert text.count(END_OF_GROUPS) == 1
        return text.replace(END_OF_GROUPS, END_OF_GROUPS + '    "strangers",\n')
    return text + "from .diagonal_discriminant import DiagonalDiscriminant as DiagonalDiscriminant\n"


def floods() -> pd.DataFrame:
    """A made release: every state-year, some cells marked missing, and South Sudan before it was a state."""
    table = state_years(first=1990, last=2020)
    rng = np.random.default_rng(3)
    count = rng.poisson(1000, len(table))
    count[rng.random(len(table)) < 0.05] = -99
    frame = pd.DataFrame({"gwno": table["country_id"], "Year": table["year"], "people_displaced": count})
    return pd.concat([frame, pd.DataFrame([{"gwno": 626, "Year": 1995, "people_displaced": 1}])])


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Path:
    """Copy of the package with the forms filled in and registered, and a folder with a made release."""
    house = tmp_path_factory.mktemp("house")
    for part in (PACKAGE, Path("datasets")):
        shutil.copytree(ROOT / part, house / part, ignore=shutil.ignore_patterns("__pycache__"))
    for blanks, form, path in ADDITIONS:
        assert not (house / path).exists()
        (house / path).write_text(filled(form, blanks), encoding="utf-8")
    for kind, path in REGISTRIES.items():
        text = (house / path).read_text(encoding="utf-8")
        (house / path).write_text(registered(kind, text), encoding="utf-8")
    (house / "releases").mkdir()
    floods().to_csv(house / "releases" / "floods_2020.csv", index=False)
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
    files = [*(house / "src").rglob("*"), *(house / "datasets").rglob("*")]
    for path in sorted(file for file in files if file.is_file() and "__pycache__" not in file.parts):
        original = ROOT / path.relative_to(house)
        if not original.exists():
            added.append(path.relative_to(house))
        elif original.read_bytes() != path.read_bytes():
            before, after = original.read_text().splitlines(), path.read_text().splitlines()
            changed[path.relative_to(house)] = len(after) - len(before)
    assert sorted(added) == sorted(path for _, _, path in ADDITIONS)
    entry = len(filled("source.toml", SOURCE).splitlines())
    assert changed == {REGISTRIES["source"]: entry, REGISTRIES["feature"]: 1, REGISTRIES["model"]: 1}


def test_every_blank_is_described():
    text = (TEMPLATES / "README.md").read_text(encoding="utf-8")
    forms = {
        path.name: string.Template(path.read_text(encoding="utf-8")) for path in TEMPLATES.glob("*.template")
    }
    assert set(forms) == {
        "source.py.template",
        "source.toml.template",
        "feature.py.template",
        "model.py.template",
    }
    for form in forms.values():
        assert [blank for blank in form.get_identifiers() if f"`{blank}`" not in text] == []


def test_the_source_is_recognised_read_and_cited(house, outcome):
    assert outcome["files"] == [{"file": "floods_2020.csv", "dataset": "floods", "used": True}]
    assert "Made Register of Floods" in outcome["cited"]
    written = floods().rename(columns={"gwno": "country_id", "Year": "year"})
    stray = (written["people_displaced"] == -99) | (
        (written["country_id"] == 626) & (written["year"] == 1995)
    )
    assert sorted(outcome["unmatched"]) == sorted(
        written.loc[stray, ["country_id", "year"]].to_numpy().tolist()
    )
    placed = pd.read_csv(house / "features.csv").merge(written, on=["country_id", "year"], how="left")
    expected = placed["people_displaced"].where(placed["people_displaced"] != -99)
    np.testing.assert_array_equal(placed["floods_displaced"], expected)
    assert expected.notna().sum() > 4000
    assert expected.isna().sum() > 200


def test_the_copy_forecasts_and_explains(house, outcome):
    assert Path(outcome["where"]).is_relative_to(house)
    assert outcome["states"] > 150
    assert outcome["ordered"]
    assert outcome["origins"] == list(range(2010, 2020))
    assert "floods_displaced_worst5" in outcome["explained"]
    assert outcome["gap"] < 1e-9


def test_the_feature_is_the_largest_of_five_years(house, outcome):
    """Oracle: pandas' rolling maximum over the years of each state from 1995 to 2020."""
    frame = (
        pd.read_csv(house / "features.csv").query("1990 <= year <= 2020").sort_values(["country_id", "year"])
    )
    compared = 0
    for _, state in frame.groupby("country_id"):
        if len(state) == 31:
            carried = state["floods_displaced"].ffill()
            expected = carried.rolling(5, min_periods=1).max()
            np.testing.assert_array_equal(state["floods_displaced_worst5"], expected)
            compared += 1
    assert compared > 140


def test_the_model_is_the_discriminant_of_normal_densities(house, outcome):
    """Oracle: the log ratio of two products of normal densities with the same variances, and the prior odds."""
    made = np.load(house / "fit.npz")
    X, y = made["X"], made["y"]
    means = [X[y == label].mean(axis=0) for label in (0, 1)]
    scale = np.sqrt(sum(((X[y == label] - means[label]) ** 2).sum(axis=0) for label in (0, 1)) / len(X) + 0.5)
    densities = [norm.logpdf(X, mean, scale).sum(axis=1) for mean in means]
    expected = densities[1] - densities[0] + np.log((y == 1).sum() / (y == 0).sum())
    np.testing.assert_allclose(made["log_odds"], expected, rtol=1e-9, atol=1e-9)
