"""Change, what-if, group Shapley values and historical cases: exact sums, honest flags, right rows."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.calibration import Identity
from rtop_forecast.explanation.shapley import shapley_by_factor
from rtop_forecast.models import BoostedTrees, ElasticNetLogit, LogOddsAverage, ProbabilityForest

MODEL = LogOddsAverage(
    [
        ("net", ElasticNetLogit(lam=0.3, scaled=True)),
        ("forest", ProbabilityForest(n_estimators=6)),
        ("trees", BoostedTrees(n_estimators=6, seeds=1)),
    ]
)


@pytest.fixture(scope="module")
def parts(core_names):
    panel = rtop.load_panel()
    return panel, rtop.build_features(panel, names=core_names), rtop.onset_target(panel)


@pytest.fixture(scope="module")
def history(parts):
    _, features, target = parts
    origins = rtop.RollingOrigin(first=2010, last=2014)
    return rtop.backtest(MODEL, features, target, origins=origins, calibration_origins=5, explain=True)


@pytest.fixture(scope="module")
def forecasts(parts, history):
    _, features, target = parts
    return [
        rtop.forecast(MODEL, features, target, origin=origin, backtest=history, draws=20)
        for origin in (2015, 2016)
    ]


def test_change_adds_up_for_every_state(forecasts):
    earlier, later = forecasts
    shared = set(earlier.frame["country_id"]) & set(later.frame["country_id"])
    for country_id in sorted(shared)[::6]:
        change = rtop.explain_change(earlier, later, country_id)
        assert sum(change.parts.values()) == pytest.approx(change.log_odds[1] - change.log_odds[0], abs=1e-9)
        frame = change.to_frame()
        assert frame["new_information"].sum() == pytest.approx(change.new_information, abs=1e-9)
        assert change.revised_information == 0
        for forecast, value in zip(forecasts, change.log_odds, strict=True):
            row = forecast.frame.set_index("country_id").loc[country_id]
            assert 1 / (1 + np.exp(-value)) == pytest.approx(row["prob"], rel=1e-9)


def test_change_across_releases_names_what_was_revised(parts, history, forecasts):
    panel, features, target = parts
    frame = panel.to_frame()
    sudan = frame["country_id"] == 625
    frame.loc[sudan & (frame["year"] == 2015), "infant_mortality"] *= 1.5
    frame.loc[sudan & (frame["year"] == 2014), "infant_mortality"] *= 2.0
    revised = replace(panel, frame=frame)
    later = rtop.forecast(
        MODEL,
        rtop.build_features(revised, names=features.names),
        target,
        origin=2016,
        backtest=history,
        draws=20,
    )
    change = rtop.explain_change(forecasts[0], later, "Sudan")
    assert sum(change.parts.values()) == pytest.approx(change.log_odds[1] - change.log_odds[0], abs=1e-9)
    moved = change.to_frame().set_index("feature")["revised_information"]
    assert moved["infant_mortality_log"] != 0
    # other features move a little, through the trees they share with the revised one
    others = moved.drop([name for name in moved.index if name.startswith("infant")])
    assert others.abs().max() < moved.abs().max()
    assert "revised information" in change.summary()


@pytest.mark.slow
def test_forecasts_over_other_features_are_refused(parts, forecasts):
    panel, features, target = parts
    fewer = rtop.build_features(panel, names=features.names[:-1])
    other = rtop.forecast(MODEL, fewer, target, origin=2016, draws=20)
    with pytest.raises(rtop.InputError, match=features.names[-1]):
        rtop.explain_change(forecasts[0], other, "Sudan")


@pytest.mark.slow
def test_what_if_flags_what_no_training_row_supports(forecasts):
    forecast = forecasts[1]
    published = forecast.frame.set_index("name").loc["Sudan", "prob"]
    same = rtop.what_if(forecast, "Sudan", {"ucdp_intensity": 2.0}, draws=20)
    assert same.forecast_prob == pytest.approx(published, rel=1e-9)
    row = forecast.basis.row(625)
    unchanged = rtop.what_if(forecast, "Sudan", {"mk_ever": float(row["mk_ever"].iloc[0])}, draws=20)
    assert unchanged.prob == pytest.approx(published, rel=1e-9)
    assert unchanged.supported
    assert unchanged.prob_low < unchanged.prob < unchanged.prob_high
    far = rtop.what_if(forecast, "Sudan", {"population_log": 60.0}, draws=20)
    assert not far.supported
    assert "OUTSIDE" in far.summary()
    for wrong in ({}, {"nonsense": 1.0}, {"mk_ever": np.inf}):
        with pytest.raises(rtop.InputError):
            rtop.what_if(forecast, "Sudan", wrong, draws=20)


def test_references_other_than_the_world(forecasts):
    forecast = forecasts[1]
    prob = forecast.frame.set_index("country_id").loc[625, "prob"]
    references = {
        rtop.Reference.world(): "the world's states of 2016",
        rtop.Reference.own_past(years=5): "its own 2011-2015",
        rtop.Reference.region(): "the other states of Northern Africa in 2016",
        rtop.Reference.states("Chad", 651): "Chad, Egypt in 2016",
    }
    for reference, name in references.items():
        attributions = forecast.attributions("Sudan", compared_with=reference)
        explained = attributions.log_odds - attributions.baseline
        assert attributions.reference == name
        assert 1 / (1 + np.exp(-attributions.log_odds)) == pytest.approx(prob, rel=1e-9)
        assert attributions.by_source()["contribution"].sum() == pytest.approx(explained, abs=1e-9)
        assert attributions.by_risk_factor()["contribution"].sum() == pytest.approx(explained, abs=1e-9)


def test_a_shorthand_gives_what_its_reference_gives(forecasts):
    forecast = forecasts[1]
    for text, reference in (
        ("world", rtop.Reference.world()),
        ("own past", rtop.Reference.own_past(years=10)),
        ("region", rtop.Reference.region()),
    ):
        assert rtop.Reference.of(text) == reference
        one, other = (forecast.attributions("Sudan", compared_with=value) for value in (text, reference))
        assert one.reference == other.reference
        pd.testing.assert_frame_equal(one.frame, other.frame, check_exact=True)
    for wrong in ("moon", ["Chad", "Egypt"], None, 3):
        with pytest.raises(rtop.InputError, match=r"compared_with must be a Reference .*Reference\.states"):
            forecast.attributions("Sudan", compared_with=wrong)
    with pytest.raises(rtop.InputError, match="did you mean"):
        forecast.attributions("Soudann")


def test_sentences_use_natural_units(forecasts):
    text = " ".join(forecasts[1].attributions("South Sudan").sentences(77))
    assert "deaths per 1,000 live births, world median" in text
    assert "on the odds" in text
    assert "because" not in text


def test_group_shapley_values_equal_brute_force(parts):
    _, features, target = parts
    from rtop_forecast.forecasting.sample import sample

    rows = sample(features, target)
    fitted = rows.fit(MODEL, origin=2016)
    here = rows.matrix[rows.at(2016)]
    row, reference = here.iloc[[100]], here.median().to_frame().T
    calibrator = Identity().fit([], [])
    values = shapley_by_factor(fitted, row, reference, specs=features.specs, calibrator=calibrator)
    total = fitted.log_odds(row)[0] - fitted.log_odds(reference)[0]
    assert values.sum() == pytest.approx(total, abs=1e-9)
    # six factors by hand: the others' features moved to the reference for good
    factors = (1, 2, 3, 5, 6, 12)
    primary = {spec.name: spec.risk_factors[0] for spec in features.specs}
    fixed = [name for name in here if primary[name] not in factors]
    small = row.copy()
    small[fixed] = reference[fixed].to_numpy()
    values = shapley_by_factor(fitted, small, reference, specs=features.specs, calibrator=calibrator)

    def worth(coalition):
        mixed = reference.copy()
        columns = [name for name in here if primary[name] in coalition]
        mixed[columns] = small[columns].to_numpy()
        return fitted.log_odds(mixed)[0]

    for player in factors:
        others = [one for one in factors if one != player]
        expected = sum(
            factorial(size)
            * factorial(5 - size)
            / factorial(6)
            * (worth({*group, player}) - worth(set(group)))
            for size in range(6)
            for group in combinations(others, size)
        )
        assert values[player] == pytest.approx(expected, abs=1e-9)
    assert values.drop(list(factors)).abs().max() == 0


def test_case_says_when_it_shows_less_than_was_asked(history):
    case = history.case("South Sudan", 2005, 2017)
    assert case.frame["origin_year"].tolist() == [2011, 2012, 2013, 2014]
    assert case.left_out == {
        "no origin of the backtest": (2005, 2006, 2007, 2008, 2009, 2015, 2016, 2017),
        "no labelled forecast of it": (2010,),
    }
    says = "not shown: 2005-2009, 2015-2017 (no origin of the backtest); 2010 (no labelled forecast of it)"
    assert case.summary().splitlines()[1].strip() == says
    assert repr(case).splitlines()[0].endswith(says)
    assert says in case._repr_html_()


def test_case_shows_each_year_out_of_sample(history):
    case = history.case("Sudan", 2010, 2014)
    frame = case.to_frame()
    assert frame["origin_year"].tolist() == [2010, 2011, 2012, 2013, 2014]
    stored = history.frame[history.frame["country_id"] == 625].set_index("origin_year")["prob"]
    np.testing.assert_array_equal(frame["prob"], stored.loc[2010:2014])
    for origin, row in case.contributions.iterrows():
        table = history.explanations[int(origin)]
        place = int(np.flatnonzero(table.keys["country_id"] == 625)[0])
        prob = 1 / (1 + np.exp(-(table.baseline[place] + row.sum())))
        assert prob == pytest.approx(stored.loc[origin], rel=1e-9)
    assert "under way" in case.summary()
    assert case.left_out == {}
    assert "not shown" not in case.summary() + repr(case)
    with pytest.raises(rtop.CoverageError, match="2010 to 2014"):
        history.case("Sudan", 1990, 1992)
    with pytest.raises(rtop.InputError):
        history.case("Atlantis", 2010, 2012)


def test_case_ignores_the_future(parts, history):
    panel, whole, _ = parts
    frame = panel.to_frame()
    later = frame["year"] > 2014
    generator = np.random.default_rng(0)
    for name in panel.variables:
        frame.loc[later, name] = generator.permutation(frame[name].to_numpy())[later.to_numpy()]
    scrambled = replace(panel, frame=frame)
    features = rtop.build_features(scrambled, names=whole.names)
    target = rtop.onset_target(scrambled)
    again = rtop.backtest(
        MODEL,
        features,
        target,
        origins=rtop.RollingOrigin(first=2010, last=2012),
        calibration_origins=5,
        explain=True,
    )
    ours = history.case("Sudan", 2010, 2012)
    theirs = again.case("Sudan", 2010, 2012)
    pd.testing.assert_frame_equal(ours.to_frame(), theirs.to_frame(), check_exact=True)
