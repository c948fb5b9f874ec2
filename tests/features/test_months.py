"""Features by month: which months a day knows, windows against loops, and nothing of later months."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.errors import CoverageError, DataIntegrityError
from rtop_forecast.features.months import (
    known_offsets,
    month_features,
    month_spec,
    month_specs,
    offsets_of_month,
)


@pytest.fixture(scope="module")
def panel():
    return rtop.load_panel()


@pytest.fixture(scope="module")
def june(panel):
    return month_features(panel, offsets=offsets_of_month(6))


def counts(panel, variable):
    table = panel.state_months(variable)
    return table.set_index(["country_id", "year", "month"])["value"].to_dict()


@pytest.mark.parametrize(
    ("country", "origin"), [(625, 2022), (775, 1990), (365, 1991), (2, 2010), (626, 2010)]
)
def test_windows_against_loops(panel, june, country, origin):
    """Months of the last 3, 6 and 12 to May of the next year, one by one."""
    deaths, attacks = counts(panel, "ged_deaths"), counts(panel, "ged_onesided_events")
    row = june.frame[(june.frame["country_id"] == country) & (june.frame["year"] == origin)]
    months = [(origin + 1, month) for month in (5, 4, 3, 2, 1)] + [
        (origin, month) for month in range(12, 5, -1)
    ]
    if row.empty:
        assert (country, origin, 12) not in deaths
        return
    for values, name in ((deaths, "ged_deaths"), (attacks, "ged_onesided_events")):
        seen = [values.get((country, *month), np.nan) for month in months]
        for length in (3, 6, 12):
            wanted = np.log1p(np.nansum(seen[:length]))
            assert row[f"month_{name}_{length}m"].item() == pytest.approx(wanted, rel=1e-6, abs=1e-9)
        assert row[f"month_{name}_known"].item() == pytest.approx(
            np.log1p(np.nansum(seen[:5])), rel=1e-6, abs=1e-9
        )
        since = next((place for place, value in enumerate(seen) if value > 0), 12)
        assert row[f"month_{name}_since"].item() == pytest.approx(np.log1p(since), rel=1e-6, abs=1e-9)


def test_a_day_knows_the_months_that_were_out(panel):
    known = known_offsets(panel, origin=2024, issued=date(2025, 10, 31))
    assert known[:3] == (8, 7, 6)  # September came out in October
    assert known_offsets(panel, origin=2024, issued=date(2025, 10, 30))[0] == 7
    assert known_offsets(panel, origin=2024, issued=date(2025, 1, 31))[0] == -1


def test_a_month_that_no_release_covers_is_left_out(panel):
    """26.0.2 covers February 2026 alone: January is not taken for a month without deaths."""
    assert known_offsets(panel, origin=2025, issued=date(2026, 10, 31))[:3] == (1, -1, -2)
    table = month_features(panel, offsets=(1, -1, -2, *range(-3, -24, -1)), last_origin=2024)
    deaths = counts(panel, "ged_deaths")
    row = table.frame[(table.frame["country_id"] == 625) & (table.frame["year"] == 2023)]
    wanted = deaths[625, 2024, 2] + deaths[625, 2023, 12] + deaths[625, 2023, 11]
    assert row["month_ged_deaths_3m"].item() == pytest.approx(np.log1p(wanted), rel=1e-6)
    assert row["month_ged_deaths_known"].item() == pytest.approx(np.log1p(deaths[625, 2024, 2]), rel=1e-6)


def test_rows_whose_months_are_not_covered_are_missing(panel):
    december = month_features(panel, offsets=offsets_of_month(12))
    assert december.frame.loc[december.frame["year"] <= 2023, december.names].notna().mean().min() > 0.98
    only_final = replace(panel, months=tuple(one for one in panel.months if not one.provisional))
    cut = month_features(only_final, offsets=offsets_of_month(12))
    assert cut.frame.loc[cut.frame["year"] == 2024, cut.names].isna().all(axis=None)


@pytest.mark.parametrize("issue_month", [4, 6, 9, 12])
def test_later_months_change_nothing(panel, issue_month):
    """Scrambled, or not there at all, candidates among them: the rows of an issue date stay, bit for bit."""
    offsets = offsets_of_month(issue_month)
    whole = month_features(panel, offsets=offsets)
    for origin in (1995, 2012, 2024):
        last = (origin + 1) * 12 + issue_month - 2  # number of the last month that is out
        for change in (scrambled_after, cut_after):
            other = replace(panel, months=change(panel.months, last))
            again = month_features(other, offsets=offsets, last_origin=origin)
            names = [name for name in whole.names if name in again.names]
            assert len(names) >= 20
            left = whole.frame[whole.frame["year"] <= origin].reset_index(drop=True)
            pd.testing.assert_frame_equal(
                left[names],
                again.frame[again.frame["year"] <= origin][names].reset_index(drop=True),
                check_exact=True,
            )


def scrambled_after(tables, last):
    generator = np.random.default_rng(0)
    found = []
    for table in tables:
        data = table.data.copy()
        later = (data["year"] * 12 + data["month"] - 1 > last).to_numpy()
        for name in table.variables:
            data.loc[later, name] = generator.integers(0, 10_000, later.sum())
        found.append(replace(table, data=data))
    return tuple(found)


def cut_after(tables, last):
    found = []
    for table in tables:
        if table.first[0] * 12 + table.first[1] - 1 > last:
            continue
        data = table.data[table.data["year"] * 12 + table.data["month"] - 1 <= last]
        end = min(last, table.last[0] * 12 + table.last[1] - 1)
        found.append(replace(table, data=data, last=(end // 12, end % 12 + 1)))
    return tuple(found)


def test_candidates_after_the_day_are_invisible(panel):
    day = date(2025, 8, 31)
    cut = panel.as_of(day)
    assert max(table.last for table in cut.months) == (2025, 7)
    assert known_offsets(cut, origin=2024, issued=day) == known_offsets(panel, origin=2024, issued=day)
    # final events of 2024 came out in June 2025; in May those of 2023 were the newest
    assert max(table.last for table in panel.as_of(date(2025, 5, 31)).months if not table.provisional) == (
        2023,
        12,
    )


def test_deaths_by_type_are_used_where_the_event_files_of_all_years_are_at_hand(panel):
    names = [spec.name for spec in month_specs(panel, (0,))]
    assert not any("onesided_deaths" in name for name in names)  # the bundle knows them from 2025 on only
    tables = [
        replace(
            table,
            variables=(*table.variables, "ged_onesided_deaths"),
            data=table.data.assign(ged_onesided_deaths=1),
        )
        if "ged_onesided_deaths" not in table.variables
        else table
        for table in panel.months
    ]
    assert any(
        "onesided_deaths" in spec.name for spec in month_specs(replace(panel, months=tuple(tables)), (0,))
    )


def test_without_a_month_after_the_origin_nothing_is_summed_over_it(panel):
    names = [spec.name for spec in month_specs(panel, (-1, -2))]
    assert names
    assert not any(name.endswith("_known") for name in names)


def test_specs_come_back_by_name(panel, june):
    assert all(month_spec(spec.name) == spec for spec in june.specs)
    with pytest.raises(DataIntegrityError, match="no feature by month"):
        month_spec("month_of_sundays")


def test_a_panel_without_months_is_told_what_to_load(panel):
    with pytest.raises(CoverageError, match="load_panel"):
        month_features(replace(panel, months=()), offsets=(0,))
    with pytest.raises(CoverageError, match="load_panel"):
        known_offsets(replace(panel, months=()), origin=2024, issued=date(2025, 6, 30))


def test_the_order_of_tables_and_rows_never_matters(panel, june):
    shuffled = tuple(
        replace(table, data=table.data.sample(frac=1.0, random_state=1)) for table in panel.months[::-1]
    )
    again = month_features(replace(panel, months=shuffled), offsets=june.offsets)
    pd.testing.assert_frame_equal(june.frame, again.frame, check_exact=True)
    assert "May" in june.summary()
