"""Events dated by month: years that begin at the issue date, against loops, and what was known."""

from __future__ import annotations

import numpy as np
import pytest

import rtop_forecast as rtop
from rtop_forecast.errors import CoverageError, InputError


@pytest.fixture(scope="module")
def panel():
    return rtop.load_panel()


@pytest.fixture(scope="module")
def september(panel):
    return rtop.add_month_events(panel, name="attacks", threshold=10, issue_month=9)


@pytest.mark.parametrize("country", [625, 775, 2, 437])
def test_years_run_from_the_month_after_the_issue(panel, september, country):
    table = panel.state_months("ged_onesided_events")
    counts = table[table["country_id"] == country].set_index(["year", "month"])["value"].to_dict()
    frame = september.frame[september.frame["country_id"] == country].set_index("year")
    before = None
    for year in range(1990, 2024):
        months = [(year, month) for month in (10, 11, 12)] + [(year + 1, month) for month in range(1, 10)]
        if any(month not in counts for month in months):
            continue
        reached = sum(counts[month] for month in months) >= 10
        assert frame.loc[year, "attacks_ongoing"] == reached
        if before is not None:
            assert frame.loc[year, "attacks_onset"] == (reached and not before)
        before = reached


def test_nothing_seen_by_the_issue_date_counts(panel, september):
    """An attack in September 2015 is of the year 2014, which origin 2014 looks past; one in October is of 2015."""
    target = rtop.onset_target(september, event="attacks", horizon=2)
    assert target.last_observed == 2023  # the year from October 2023 to September 2024
    row = target.frame[(target.frame["country_id"] == 439)].set_index("year")
    onset = september.frame[september.frame["country_id"] == 439].set_index("year")["attacks_onset"]
    for origin in range(2000, 2021):
        assert row.loc[origin, "outcome"] == max(onset[origin + 1], onset[origin + 2])


def test_candidates_date_no_event(september):
    assert september.variables["attacks_ongoing"].last_year == 2023
    assert np.isnan(september.frame.loc[september.frame["year"] == 2024, "attacks_ongoing"]).all()


def test_the_year_that_ends_with_the_issue_is_not_known_by_it(september):
    variable = september.variables["attacks_ongoing"]
    assert (
        variable.publication_lag_months == 10
    )  # at the end of September of t + 1 the last one known is t - 1


def test_what_cannot_be_is_refused(panel, september):
    with pytest.raises(InputError, match="already"):
        rtop.add_month_events(september, name="attacks", threshold=10, issue_month=9)
    with pytest.raises(InputError, match="issue_month"):
        rtop.add_month_events(panel, name="other", threshold=10, issue_month=0)
    with pytest.raises(CoverageError, match="no release tells"):
        rtop.add_month_events(
            panel, name="other", variable="ged_onesided_deaths", threshold=10, issue_month=9
        )


def test_a_forecast_of_it_can_be_made_with_and_without_months(september):
    features = rtop.build_features(
        september, names=["population_log", "ucdp_osv_government_log"], issue_month=9
    )
    target = rtop.onset_target(september, event="attacks", horizon=2)
    model = rtop.models.HistoryLogit(("population_log", "ucdp_osv_government_log"))
    result = rtop.backtest(
        model,
        features,
        target,
        origins=rtop.RollingOrigin(first=2012, last=2015),
        calibration_origins=0,
        issue_month=9,
    )
    assert result.frame["prob"].between(0, 1).all()
    assert not np.allclose(result.frame["prob"], result.frame["prob_yearly"])
