"""The audit finds eight planted leaks and none in the library's own catalogue."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import rtop_forecast as rtop
from rtop_forecast.features import features_of
from rtop_forecast.forecasting.audit.checks import CHECKS
from rtop_forecast.models import ElasticNetLogit
from rtop_forecast.targets import onset_within

MODEL = ElasticNetLogit(lam=0.3, scaled=True)
NAMES = [
    "mk_ongoing_count",
    "ucdp_intensity",
    "infant_mortality_log",
    "vdem_v2xcl_disc",
    "ucdp_battle_deaths_log",
]


@pytest.fixture(scope="module")
def parts():
    panel = rtop.load_panel()
    return panel, rtop.build_features(panel, names=NAMES), rtop.onset_target(panel)


def altered(features, name, values):
    frame = features.frame.copy()
    frame[name] = values(frame)
    return replace(features, frame=frame)


def found(report, check, subject=None):
    return any(one.check == check and (subject is None or one.subject == subject) for one in report.findings)


def test_our_own_catalogue_is_clean(parts):
    panel, _, target = parts
    features = rtop.build_features(panel)
    result = rtop.backtest(
        MODEL, features, target, origins=rtop.RollingOrigin(first=2018, last=2020), calibration_origins=3
    )
    report = rtop.audit_leakage(features, target, MODEL, result=result)
    assert report.clean, report.summary()
    assert report.summary().count("passed") == 7
    assert [checked.code for checked in report.checks] == [f"RTL00{number}" for number in range(1, 8)]


def test_backward_fill(parts):
    _, features, target = parts
    leaky = altered(
        features,
        "ucdp_battle_deaths_log",
        lambda f: f.groupby("country_id")["ucdp_battle_deaths_log"].bfill(),
    )
    # at an origin before the first value there is nothing yet to fill with
    report = rtop.audit_leakage(leaky, target, MODEL, origin=1980)
    assert found(report, "later data", "ucdp_battle_deaths_log")


def test_scaling_on_the_full_sample(parts):
    _, features, target = parts

    def build(panel):
        made = rtop.build_features(panel, names=NAMES)
        column = "infant_mortality_log"
        return altered(made, column, lambda f: (f[column] - f[column].mean()) / f[column].std())

    report = rtop.audit_leakage(build(features.panel), target, MODEL, build=build)
    assert found(report, "later data", "infant_mortality_log")
    assert not found(report, "later data", "ucdp_intensity")


def test_imputation_on_the_full_sample(parts):
    _, features, target = parts

    def build(panel):
        made = rtop.build_features(panel, names=NAMES)
        return altered(
            made, "vdem_v2xcl_disc", lambda f: f["vdem_v2xcl_disc"].fillna(f["vdem_v2xcl_disc"].mean())
        )

    report = rtop.audit_leakage(build(features.panel), target, MODEL, build=build)
    assert found(report, "later data", "vdem_v2xcl_disc")


def test_labels_of_open_windows(parts):
    panel, features, target = parts
    frame = target.frame.copy()
    onset = panel.frame["mk_onset"].to_numpy()
    for rows in frame.groupby("country_id").indices.values():
        labels = onset_within(np.append(onset[rows], [0.0, 0.0]), horizon=2)[: len(rows)]
        frame.loc[frame.index[rows], "outcome"] = labels
    report = rtop.audit_leakage(features, replace(target, frame=frame), MODEL, origin=2000)
    assert found(report, "open windows")


def test_the_target_under_another_name(parts):
    _, features, target = parts
    rng = np.random.default_rng(0)
    leaky = altered(
        features, "ucdp_intensity", lambda f: target.frame["outcome"].fillna(0) + rng.normal(0, 0.01, len(f))
    )
    assert found(rtop.audit_leakage(leaky, target, MODEL), "too good", "ucdp_intensity")


def test_a_number_of_the_state(parts):
    _, features, target = parts
    leaky = altered(features, "ucdp_intensity", lambda f: f["country_id"].astype(float))
    report = rtop.audit_leakage(leaky, target, MODEL)
    assert found(report, "identifiers", "ucdp_intensity")
    row = report.to_frame().set_index("check").loc["identifiers"]
    assert (row["code"], row["anchor"]) == ("RTL005", "docs/howto/audit.md#rtl005")
    assert "FAILED  RTL005 identifiers" in report.summary()
    assert "see docs/howto/audit.md#rtl005" in report.summary()


def test_values_before_their_publication(parts):
    panel, _, target = parts

    def build(source):
        made = rtop.build_features(source, names=NAMES)
        # this year's infant mortality, which comes out a year later
        return altered(
            made, "infant_mortality_log", lambda _: np.log(source.frame["infant_mortality"].to_numpy())
        )

    report = rtop.audit_leakage(build(panel), target, MODEL, build=build)
    assert found(report, "publication", "infant_mortality_log")


def test_calibration_on_the_test_windows(parts):
    _, features, target = parts
    result = rtop.backtest(
        MODEL, features, target, origins=rtop.RollingOrigin(first=2018, last=2020), calibration_origins=3
    )
    assert not found(rtop.audit_leakage(features, target, MODEL, result=result), "calibration")
    frame = result.frame.copy()
    frame["prob"] = frame["raw_prob"] * frame["outcome"].sum() / frame["raw_prob"].sum()
    assert found(
        rtop.audit_leakage(features, target, MODEL, result=replace(result, frame=frame)), "calibration"
    )


def test_a_model_that_remembers_other_rows_is_caught(parts):
    """Shared state between fits: the second fit answers with the first's rows."""
    _, features, target = parts

    class Remembers(ElasticNetLogit):
        fits = 0

        def fit(self, X, y, sample_weight=None):
            type(self).fits += 1
            return super().fit(X, y, sample_weight)

        def log_odds(self, X):
            return super().log_odds(X) + 0.01 * type(self).fits

    assert found(rtop.audit_leakage(features, target, Remembers()), "scrambled future")


def test_an_impossible_origin_is_refused(parts):
    _, features, target = parts
    for origin in (1900, 2025):
        with pytest.raises(rtop.InputError, match="nothing can be audited"):
            rtop.audit_leakage(features, target, MODEL, origin=origin)


def test_every_check_has_a_heading_in_the_documentation():
    root = Path(__file__).resolve().parents[2]
    assert len({check.code for check in CHECKS}) == len({check.name for check in CHECKS}) == 7
    for check in CHECKS:
        page, _, heading = check.anchor.partition("#")
        assert heading == check.code.lower()
        headings = re.findall(r"^#+ (.+)$", (root / page).read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert headings.count(check.code) == 1


class NoNegatives(rtop.LeakageCheck):
    code, name, anchor = "OWN001", "no negatives", "handbook.md#negatives"
    rule = "no feature is negative in {origin}"

    def find(self, inputs):
        lowest = inputs.rows.matrix[inputs.rows.at(inputs.origin)].min()
        for feature in lowest.index[lowest < 0]:
            yield self.finding(feature, f"falls to {lowest[feature]:g}")


class OnlyWithBacktest(NoNegatives):
    code, name = "OWN002", "with a backtest"

    def applies(self, inputs):
        return inputs.result is not None


def test_a_check_of_ones_own_runs_after_the_librarys(parts):
    _, features, target = parts
    own = [NoNegatives(), OnlyWithBacktest()]
    report = rtop.audit_leakage(features, target, MODEL, origin=2000, checks=own)
    assert report.clean
    assert report.checks[-1] == rtop.CheckedRule(
        code="OWN001",
        check="no negatives",
        rule="no feature is negative in 2000",
        anchor="handbook.md#negatives",
    )
    negative = altered(features, "ucdp_intensity", lambda f: -1.0 - f["ucdp_intensity"])

    def build(panel):
        made = rtop.build_features(panel, names=NAMES)
        return altered(made, "ucdp_intensity", lambda f: -1.0 - f["ucdp_intensity"])

    report = rtop.audit_leakage(negative, target, MODEL, origin=2000, build=build, checks=own)
    assert [(one.code, one.subject) for one in report.findings] == [("OWN001", "ucdp_intensity")]
    assert "see handbook.md#negatives" in report.summary()


def test_checks_that_cannot_be_told_apart_are_refused(parts):
    _, features, target = parts

    class Taken(NoNegatives):
        code = "RTL001"

    for wrong in ([Taken()], [NoNegatives(), NoNegatives()], [NoNegatives], ["RTL001"]):
        with pytest.raises(rtop.InputError, match="check"):
            rtop.audit_leakage(features, target, MODEL, checks=wrong)


@pytest.mark.parametrize(
    "model",
    [
        GaussianNB(),
        make_pipeline(SimpleImputer(), StandardScaler(), KNeighborsClassifier()),
        RandomForestClassifier(n_estimators=5),
    ],
    ids=["bayes", "pipeline", "forest"],
)
def test_any_classifier_of_scikit_learn_is_audited(model):
    panel = rtop.load_panel(first=1990)
    features = rtop.build_features(panel, names=["mk_ongoing_count", "mk_onsets_past"])
    complete = rtop.onset_target(panel)
    report = rtop.audit_leakage(features, complete, model)
    assert report.clean, report.summary()
    assert len(report.checks) == 6


def test_a_feature_of_ones_own_is_rebuilt(parts):
    panel, _, target = parts
    spec = replace(rtop.build_features(panel, names=["mk_ever"]).specs[0], name="mine", compute=double_ever)
    features = features_of(panel, [spec], issue_month=6)
    assert rtop.audit_leakage(features, target, MODEL).clean


def double_ever(grid):
    return 2 * grid.known("mk_ever")
