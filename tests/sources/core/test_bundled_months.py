"""The bundled state-months beside those of a folder, and beside the bundled state-years."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.core.bundled_months import month_bytes, months_beside
from rtop_forecast.sources.reading import month_files
from rtop_forecast.sources.reading.month_files import bundled_months


def test_deaths_of_the_months_add_up_to_those_of_the_years():
    """Two datasets of UCDP: GED by month, and the Country-Year Dataset behind the bundled state-years."""
    panel = rtop.load_panel()
    months = panel.state_months("ged_deaths")
    summed = months[months["year"] <= 2024].groupby(["country_id", "year"])["value"].sum()
    names = [f"ucdp_organizedviolence_{kind}_deaths" for kind in ("statebased", "nonstate", "onesided")]
    years = panel.frame.set_index(["country_id", "year"])[names].sum(axis=1, min_count=3).dropna()
    both = pd.concat([summed, years], axis=1, join="inner", keys=["months", "years"])
    assert len(both) > 6_900
    assert (both["months"] != both["years"]).sum() == 0


def test_a_release_of_a_folder_stands_for_the_bundled_one_if_it_tells_as_much():
    final = next(table for table in bundled_months() if not table.provisional)
    assert len(months_beside([final])) == len(bundled_months())
    fewer = replace(final, variables=("ged_deaths",))
    assert len(months_beside([fewer])) == len(bundled_months()) + 1
    assert months_beside([fewer], picked=True) == (fewer,)


def test_counts_that_are_not_whole_are_refused():
    table = bundled_months()[0]
    broken = replace(table, data=table.data.assign(ged_deaths=0.5))
    with pytest.raises(DataIntegrityError, match="must be whole"):
        month_bytes(broken, licence="CC-BY-4.0")


def test_dyads_come_back_from_the_bytes_and_their_absence_too(tmp_path):
    newest = next(table for table in bundled_months() if table.dyads is not None)
    for table in (newest, replace(newest, dyads=None), replace(newest, dyads=newest.dyads.head(0))):
        path = tmp_path / "months.parquet"
        path.write_bytes(month_bytes(table, licence="CC-BY-4.0"))
        again = month_files._table(path).dyads
        assert (again is None) == (table.dyads is None)
        if again is not None:
            pd.testing.assert_frame_equal(again, table.dyads)


def test_a_dyad_in_a_month_without_events_is_not_written():
    newest = next(table for table in bundled_months() if table.dyads is not None)
    first = newest.dyads["country_id"].iloc[0]
    fewer = replace(newest, data=newest.data[newest.data["country_id"] != first])
    with pytest.raises(DataIntegrityError, match="dyads stand in state-months with events; 1 do not"):
        month_bytes(fewer, licence="CC-BY-4.0")


def test_a_folder_without_dyads_does_not_hide_the_bundled_ones():
    newest = next(table for table in bundled_months() if table.dyads is not None)
    assert len(months_beside([newest])) == len(bundled_months())
    assert len(months_beside([replace(newest, dyads=None)])) == len(bundled_months()) + 1
