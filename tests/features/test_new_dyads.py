"""New dyads by month: counted against sets, known only behind a whole record, blind to what comes later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.errors import CoverageError
from rtop_forecast.features.months import known_offsets, month_features, month_specs, offsets_of_month
from rtop_forecast.panel.months import NEW_DYADS

STATES = (625, 365, 2)


@pytest.fixture(scope="module")
def bundle():
    return rtop.load_panel()


@pytest.fixture(scope="module")
def panel(bundle):
    """The bundle's months to 2025, with made dyads in three states, some of which come back after years."""
    tables = [with_dyads(table, seed) for seed, table in enumerate(bundle.months) if table.last[0] < 2026]
    return replace(bundle, months=tuple(tables))


def with_dyads(table, seed):
    generator = np.random.default_rng(seed)
    rows = table.data[table.data["country_id"].isin(STATES)]
    count = generator.integers(0, 4, len(rows))
    dyads = rows.loc[rows.index.repeat(count), ["country_id", "year", "month"]]
    # numbers that rise with time, so that every year has new ones beside the old
    numbers = (dyads["year"] - 1989) * 3 + generator.integers(0, 60, len(dyads))
    return replace(table, dyads=dyads.assign(dyad_id=numbers).drop_duplicates())


def without(table):
    return replace(table, dyads=None)


def number(rows):
    return rows["year"] * 12 + rows["month"] - 1


def first_months(panel):
    """First month of every dyad in a state, one row after the other; a final month stands before a candidate."""
    final_end = max(table.last[0] * 12 + table.last[1] - 1 for table in panel.months if not table.provisional)
    first = {}
    for table in panel.months:
        for row in table.dyads.itertuples(index=False):
            month = row.year * 12 + row.month - 1
            if table.provisional and month <= final_end:
                continue
            key = (row.country_id, row.dyad_id)
            first[key] = min(month, first.get(key, month))
    return first


@pytest.mark.parametrize(("state", "origin"), [(625, 2022), (365, 2004), (2, 1996), (625, 1999)])
def test_new_dyads_against_sets(panel, state, origin):
    """Active in the window, and in no month before it."""
    table = month_features(panel, offsets=offsets_of_month(6), last_origin=2023, candidates=True)
    row = table.frame[(table.frame["country_id"] == state) & (table.frame["year"] == origin)]
    newest = (origin + 1) * 12 + 4  # May of the year after the origin
    own = {dyad: month for (country, dyad), month in first_months(panel).items() if country == state}
    active = {}
    for source in panel.months:
        held = source.dyads[source.dyads["country_id"] == state]
        for month, dyad in zip(number(held), held["dyad_id"], strict=True):
            active.setdefault(month, set()).add(dyad)
    for length in (3, 6, 12):
        window = range(newest - length + 1, newest + 1)
        seen = set().union(*(active.get(month, set()) for month in window))
        before = {dyad for dyad, month in own.items() if month < window[0]}
        wanted = np.log1p(len(seen - before))
        assert row[f"month_{NEW_DYADS}_{length}m"].item() == pytest.approx(wanted, rel=1e-6, abs=1e-9)
    assert table.frame[f"month_{NEW_DYADS}_12m"].max() > 0


def test_a_bundle_without_dyads_has_no_such_feature_and_says_so(bundle):
    table = month_features(bundle, offsets=offsets_of_month(6), candidates=True)
    assert not any(NEW_DYADS in name for name in table.names)
    assert f"{NEW_DYADS} is not available: no release at hand" in table.summary()
    with pytest.raises(CoverageError, match="new dyads are not available"):
        bundle.state_months(NEW_DYADS)


def test_no_model_uses_them_unless_asked(panel):
    assert not any(NEW_DYADS in spec.name for spec in month_specs(panel, (0,)))
    assert sum(NEW_DYADS in spec.name for spec in month_specs(panel, (0,), candidates=True)) == 4


def test_where_a_release_names_no_dyads_all_months_from_it_on_are_not_known(panel):
    tables = tuple(
        without(table) if table.provisional and table.first[0] == 2025 else table for table in panel.months
    )
    broken = replace(panel, months=tables)
    held = broken.state_months(NEW_DYADS)
    assert (held["year"].min(), held["year"].max()) == (1994, 2024)
    table = month_features(broken, offsets=offsets_of_month(6), candidates=True)
    assert not any(NEW_DYADS in name for name in table.names)
    assert "from 2025-01 on" in table.not_available[NEW_DYADS]
    # of the years that are known, a panel without the newer months gives them
    final = replace(broken, months=tuple(one for one in tables if not one.provisional))
    names = month_features(final, offsets=offsets_of_month(6), candidates=True).names
    assert sum(NEW_DYADS in name for name in names) == 4


def test_a_month_that_is_not_at_hand_ends_what_is_known(bundle):
    """26.0.2 covers February 2026 alone: a dyad of February may have been there in January."""
    gap = replace(bundle, months=tuple(with_dyads(table, seed) for seed, table in enumerate(bundle.months)))
    assert gap.state_months(NEW_DYADS)["year"].max() == 2025
    table = month_features(gap, offsets=offsets_of_month(6), candidates=True)
    assert "from 2026-01 on" in table.not_available[NEW_DYADS]


def test_a_record_that_begins_late_tells_of_no_new_dyad(panel):
    candidates = tuple(table for table in panel.months if table.provisional)
    late = replace(
        panel, months=(*candidates, *(without(one) for one in panel.months if not one.provisional))
    )
    with pytest.raises(CoverageError, match="all months since January 1989"):
        late.state_months(NEW_DYADS)
    assert month_features(late, offsets=(-1,), candidates=True).not_available[NEW_DYADS]


def test_the_first_five_years_tell_nothing_and_are_missing(panel):
    table = month_features(panel, offsets=offsets_of_month(6), candidates=True).frame
    early = table.loc[table["year"] <= 1992, f"month_{NEW_DYADS}_12m"]
    assert early.isna().all()
    assert table.loc[table["year"].between(1995, 2023), f"month_{NEW_DYADS}_12m"].notna().mean() > 0.98


@pytest.mark.parametrize("issue_month", [4, 6, 12])
@pytest.mark.parametrize("origin", [1996, 2012, 2023])
def test_later_dyads_change_nothing(panel, issue_month, origin):
    """Scrambled, or cut: the rows of an issue date stay, bit for bit."""
    offsets = offsets_of_month(issue_month)
    whole = month_features(panel, offsets=offsets, candidates=True)
    last = (origin + 1) * 12 + issue_month - 2  # number of the last month that is out
    names = [name for name in whole.names if NEW_DYADS in name]
    assert len(names) == 4
    rows = whole.frame[whole.frame["year"] <= origin].reset_index(drop=True)
    assert (rows.loc[rows["year"] == origin, names] > 0).any(axis=None)
    for change in (scrambled_after, cut_after):
        other = replace(panel, months=tuple(change(one, last) for one in panel.months if starts(one) <= last))
        again = month_features(other, offsets=offsets, last_origin=origin, candidates=True)
        pd.testing.assert_frame_equal(
            rows[names],
            again.frame[again.frame["year"] <= origin][names].reset_index(drop=True),
            check_exact=True,
        )


def starts(table):
    return table.first[0] * 12 + table.first[1] - 1


def scrambled_after(table, last):
    dyads = table.dyads
    later = (number(dyads) > last).to_numpy()
    numbers = dyads["dyad_id"].where(~later, np.random.default_rng(7).permutation(len(dyads)) + 10_000)
    return replace(table, dyads=dyads.assign(dyad_id=numbers))


def cut_after(table, last):
    end = min(last, table.last[0] * 12 + table.last[1] - 1)
    return replace(
        table,
        data=table.data[number(table.data) <= last],
        dyads=table.dyads[number(table.dyads) <= last],
        last=(end // 12, end % 12 + 1),
    )


def test_a_day_sees_the_dyads_that_were_out(panel):
    """As of a day, a panel gives what the whole one gives of the months known then."""
    day = date(2025, 8, 31)
    offsets = known_offsets(panel, origin=2024, issued=day)
    cut = month_features(panel.as_of(day), offsets=offsets, last_origin=2024, candidates=True)
    whole = month_features(panel, offsets=offsets, last_origin=2024, candidates=True)
    assert max(table.dyads["year"].max() for table in panel.as_of(day).months) == 2025
    pd.testing.assert_frame_equal(cut.frame, whole.frame, check_exact=True)


def test_the_order_of_tables_and_rows_never_matters(panel):
    shuffled = tuple(
        replace(table, dyads=table.dyads.sample(frac=1.0, random_state=1)) for table in panel.months[::-1]
    )
    one, other = (
        month_features(replace(panel, months=months), offsets=offsets_of_month(6), candidates=True)
        for months in (panel.months, shuffled)
    )
    pd.testing.assert_frame_equal(one.frame, other.frame, check_exact=True)
