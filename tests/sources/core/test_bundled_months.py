"""The bundled state-months beside those of a folder, and beside the bundled state-years."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.core.bundled_months import month_bytes, months_beside
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
