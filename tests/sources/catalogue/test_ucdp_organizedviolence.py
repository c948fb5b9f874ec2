"""The Country-Year Dataset on Organized Violence: both forms of its columns, its sums, what is refused."""

from __future__ import annotations

import pandas as pd
import pytest

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue import ucdp_organizedviolence as module
from rtop_forecast.sources.folder.discover import recognised_as

NAME = "ucdp/organizedviolencecy_v25_1.csv"


@pytest.fixture(scope="module")
def published(more_dir):
    return pd.read_csv(more_dir / NAME, dtype="str", keep_default_na=False)


@pytest.fixture(scope="module")
def table(more_dir):
    return module.read(more_dir / NAME)


def as_in_26_1(frame):
    """Column names of release 26.1."""
    names = {name: name.removesuffix("_cy").replace("main_govt", "govt") for name in frame.columns}
    return frame.rename(columns=names | {"version": "Version"})


def test_both_forms_of_the_column_names_give_one_table(published, table, tmp_path):
    path = tmp_path / "OrganizedViolenceCYDataSet26_1.csv"
    as_in_26_1(published).assign(Version="26.1").to_csv(path, index=False)
    assert recognised_as(path) == "ucdp_organizedviolence"
    other = module.read(path)
    assert (other.source, other.release) == ("ucdp-organizedviolence-26.1", "26.1")
    pd.testing.assert_frame_equal(other.data, table.data)


def test_every_death_of_the_file_stands_in_a_state(published, table):
    columns = {
        "deaths": "cumulative_total_deaths_in_orgvio_best_cy",
        "onesided_deaths": "os_total_deaths_best_cy",
        "onesided_by_own_government": "os_main_govt_killings_best_cy",
        "statebased_civilians": "sb_deaths_civilians_cy",
        "deaths_low": "cumulative_total_deaths_in_orgvio_low_cy",
    }
    for ours, theirs in columns.items():
        assert table.data[ours].sum() == published[theirs].astype("int64").sum(), ours
    assert table.data["onesided_deaths"].sum() == 1_193_015
    # the Holy See is no state of the list; Serbia keeps Yugoslavia's number in this dataset
    assert set(table.unmatched["code"]) == {"327"}
    assert table.data.query("country_id == 340")["year"].tolist() == list(range(2007, 2025))


def test_dyads_are_as_many_as_the_file_counts(more_dir, table):
    dyads = module.dyad_years(more_dir / NAME)
    counts = dyads.groupby(["kind", "country_id", "year"]).size()
    data = table.data.set_index(["country_id", "year"])
    for kind in ("statebased", "nonstate", "onesided"):
        stated = data[f"{kind}_dyads"]
        assert counts[kind].reindex(stated.index, fill_value=0).equals(stated.rename(None)), kind


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("os_total_deaths_best_cy", "7", "must be the sum of os_any_govt_killings_best"),
        ("sb_dyad_ids_cy", "1; 2; 3; 4; 5; 6; 7", "as many dyads as sb_dyad_count"),
        ("ns_total_deaths_best_cy", "-1", "must lie between 0"),
        ("year_cy", "1990", "one row"),
        ("version", "24.1", "one release"),
    ],
)
def test_an_edited_file_is_refused(published, tmp_path, column, value, words):
    frame = published.copy()
    frame.loc[0, column] = value
    path = tmp_path / "x.csv"
    frame.to_csv(path, index=False)
    with pytest.raises(DataIntegrityError, match=words):
        module.read(path)


def test_a_column_less_is_refused(published, tmp_path):
    path = tmp_path / "x.csv"
    published.drop(columns="sb_deaths_civilians_cy").to_csv(path, index=False)
    with pytest.raises(DataIntegrityError, match="sb_deaths_civilians"):
        module.read(path)
