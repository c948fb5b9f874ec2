"""A last year of the event dataset counts only if its events reach December and are as many as in the years before."""

from __future__ import annotations

import pandas as pd
import pytest

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue import ucdp_ged
from rtop_forecast.sources.reading.country_years import last_full_year


@pytest.fixture
def release(made_ged, tmp_path):
    """Write the made release of 1989 and 1990 with events of 1991 in the given months, and dates as the form says."""
    frame = pd.read_csv(made_ged, dtype={"date_end": "str"}, low_memory=False)

    def make(months, *, events=1000, form="iso"):
        parts = [dated(frame[frame["year"] == year], year, range(1, 13)) for year in (1989, 1990)]
        later = frame[frame["year"] == 1990].head(events)
        parts.append(dated(later.assign(id=later["id"] + 100_000, year=1991), 1991, months))
        whole = pd.concat(parts, ignore_index=True)
        if form == "seconds":
            whole["date_end"] = (
                pd.to_datetime(whole["date_end"].str[:10]).astype("datetime64[s]").astype("int64")
            )
        if form == "none":
            whole = whole.drop(columns=["date_start", "date_end"])
        path = tmp_path / "GEDEvent_v25_1.csv"
        whole.to_csv(path, index=False)
        return path

    return make


def dated(frame, year, months):
    months = list(months)
    days = [f"{year}-{months[i % len(months)]:02d}-15 00:00:00.000" for i in range(len(frame))]
    return frame.assign(date_start=days, date_end=days)


@pytest.mark.parametrize("form", ["iso", "seconds"])
@pytest.mark.parametrize(("months", "last"), [([1], 1990), (range(1, 10), 1990), (range(1, 13), 1991)])
def test_a_year_that_does_not_reach_december_is_not_covered(release, form, months, last):
    table = ucdp_ged.read(release(months, form=form))
    assert set(table.coverage.values()) == {(1989, last)}
    assert table.data["year"].max() == last
    late = table.unmatched[table.unmatched["reason"].str.contains("in part")]
    assert late["rows"].sum() == (0 if last == 1991 else 1000)
    types = [f"{name}_events" for name in ("state_based", "nonstate", "onesided")]
    assert table.data[types].to_numpy().sum() == 2000 + (1000 if last == 1991 else 0)


@pytest.mark.parametrize("form", ["iso", "none"])
def test_a_year_with_few_events_is_not_covered(release, form):
    table = ucdp_ged.read(release(range(1, 13), events=400, form=form))
    assert set(table.coverage.values()) == {(1989, 1990)}
    assert table.unmatched.loc[table.unmatched["year"] == 1991, "rows"].sum() == 400


def test_a_candidate_release_alone_tells_of_its_months_and_of_no_year(release, tmp_path):
    frame = pd.read_csv(release([1, 2, 3]), low_memory=False)
    path = tmp_path / "GEDEvent_v26_0_3.csv"
    frame[frame["year"] == 1991].to_csv(path, index=False)
    table = ucdp_ged.read(path)
    assert table.coverage == {}
    assert (table.months.first, table.months.last, table.months.provisional) == ((1991, 1), (1991, 3), True)


def test_an_extract_of_a_yearly_release_is_refused(release, tmp_path):
    frame = pd.read_csv(release(range(1, 13)), low_memory=False)
    path = tmp_path / "GEDEvent_v25_1.csv"
    frame.groupby("year").head(200).to_csv(path, index=False)
    with pytest.raises(DataIntegrityError, match="not a full yearly release"):
        ucdp_ged.read(path)


def test_a_yearly_release_tells_of_its_months_too(release):
    months = ucdp_ged.read(release(range(1, 10))).months
    # the months of a year that the release covers in part are not covered
    assert (months.first, months.last, months.provisional) == ((1989, 1), (1990, 12), False)
    assert months.data["events"].sum() == 2000


@pytest.mark.parametrize(
    ("counts", "newest", "last"),
    [
        ({2020: 10, 2021: 12}, 12, 2021),
        ({2020: 10, 2021: 12}, 11, 2020),
        ({2020: 10, 2021: 4}, 12, 2020),
        ({2019: 10, 2020: 4, 2021: 12}, 3, 2019),
    ],
)
def test_the_last_full_year_reaches_december_and_has_the_volume(counts, newest, last):
    year = pd.Series([year for year, rows in counts.items() for _ in range(rows)])
    month = pd.Series(12, index=year.index).mask(year == max(counts), newest)
    assert last_full_year(year, path="events.csv", month=month) == last
