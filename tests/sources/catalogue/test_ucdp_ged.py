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
    """Events on every day of some months, as in the real files."""
    every = [day for day in pd.date_range(f"{year}-01-01", f"{year}-12-31") if day.month in months]
    days = [f"{every[i % len(every)]:%Y-%m-%d} 00:00:00.000" for i in range(len(frame))]
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
    # the name says March 2026, the events are of 1991
    assert (table.release, table.source) == ("1991-candidate", "ucdp-ged-months-1991-candidate")


@pytest.mark.parametrize(("last", "covered"), [(30, 1990), (31, 1991)])
def test_a_december_without_its_last_day_is_not_whole(release, tmp_path, last, covered):
    frame = pd.read_csv(release(range(1, 13)), dtype={"date_end": "str"}, low_memory=False)
    path = tmp_path / "short" / "GEDEvent_v25_1.csv"
    path.parent.mkdir()
    late = (frame["year"] == 1991) & (frame["date_end"].str[:10] > f"1991-12-{last}")
    frame[~late].to_csv(path, index=False)
    assert set(ucdp_ged.read(path).coverage.values()) == {(1989, covered)}


@pytest.mark.parametrize(
    ("begins", "ends", "first", "last"),
    [("01-01", "03-31", 1, 3), ("01-01", "03-30", 1, 2), ("01-02", "03-31", 2, 3), ("01-20", "03-20", 2, 2)],
)
def test_a_month_of_candidates_is_covered_from_its_first_day_to_its_last(
    release, tmp_path, begins, ends, first, last
):
    frame = pd.read_csv(release([1, 2, 3]), dtype={"date_end": "str"}, low_memory=False)
    path = tmp_path / "candidates.csv"
    frame[frame["date_end"].str[:10].between(f"1991-{begins}", f"1991-{ends}")].to_csv(path, index=False)
    months = ucdp_ged.read(path).months
    assert (months.first, months.last) == ((1991, first), (1991, last))


def test_one_month_of_candidates_without_its_last_days_is_refused(release, tmp_path):
    frame = pd.read_csv(release([2]), dtype={"date_end": "str"}, low_memory=False)
    path = tmp_path / "candidates.csv"
    frame[frame["date_end"].str[:10].between("1991-02-01", "1991-02-26")].to_csv(path, index=False)
    with pytest.raises(DataIntegrityError, match=r"those of 1991-02 run from 1 to 26\. The file was cut"):
        ucdp_ged.read(path)


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


def test_the_dyads_of_each_month_are_those_of_its_events(release):
    path = release(range(1, 13))
    months = ucdp_ged.read(path).months
    raw = pd.read_csv(path, dtype={"date_end": "str"}, low_memory=False)
    raw["month"] = raw["date_end"].str[5:7].astype(int)
    own = raw[(raw["country_id"] == 700) & (raw["year"] == 1990)]
    wanted = set(zip(own["month"], own["dyad_new_id"], strict=True))
    held = months.dyads[(months.dyads["country_id"] == 700) & (months.dyads["year"] == 1990)]
    assert wanted == set(zip(held["month"], held["dyad_id"], strict=True))
    assert len(wanted) == len(held) > 100


def test_a_dyad_of_parties_that_are_not_made_out_is_no_dyad(release):
    path = release(range(1, 13))
    frame = pd.read_csv(path, dtype={"date_end": "str"}, low_memory=False)
    frame.loc[frame["country_id"] == 625, "dyad_name"] = "XXX482 - Civilians"
    frame.to_csv(path, index=False)
    months = ucdp_ged.read(path).months
    assert 625 in set(months.data["country_id"])
    assert 625 not in set(months.dyads["country_id"])


def test_a_release_that_names_no_dyads_has_none_to_tell(release):
    path = release(range(1, 13))
    frame = pd.read_csv(path, dtype={"date_end": "str"}, low_memory=False)
    frame.drop(columns="dyad_new_id").to_csv(path, index=False)
    assert ucdp_ged.read(path).months.dyads is None


def test_a_dyad_without_a_number_is_refused(release):
    path = release(range(1, 13))
    frame = pd.read_csv(path, dtype={"date_end": "str"}, low_memory=False)
    frame.astype({"dyad_new_id": "float"}).assign(
        dyad_new_id=lambda one: one["dyad_new_id"].where(one.index > 0)
    ).to_csv(path, index=False)
    with pytest.raises(DataIntegrityError, match="'dyad_new_id' must hold integers"):
        ucdp_ged.read(path)
