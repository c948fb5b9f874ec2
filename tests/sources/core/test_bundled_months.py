"""The bundled state-months beside those of a folder, and beside the bundled state-years."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import rtop_forecast as rtop
from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.core import bundled_months as module
from rtop_forecast.sources.core.bundled_months import (
    bundled_month_files,
    bundled_months,
    month_bytes,
    months_beside,
)


def test_what_is_written_is_read_back(tmp_path, monkeypatch):
    for table in bundled_months():
        path = tmp_path / f"{table.source}.parquet"
        path.write_bytes(month_bytes(table, licence="CC-BY-4.0"))
    monkeypatch.setattr(module, "bundled_month_files", lambda: sorted(tmp_path.glob("*.parquet")))
    bundled_months.cache_clear()
    again = bundled_months()
    bundled_months.cache_clear()
    monkeypatch.undo()
    for one, other in zip(again, bundled_months(), strict=True):
        pd.testing.assert_frame_equal(one.data, other.data)
        assert (one.first, one.last, one.lag_months, one.provisional) == (
            other.first,
            other.last,
            other.lag_months,
            other.provisional,
        )


def test_candidates_are_marked_and_the_yearly_release_is_not():
    kinds = {table.source: (table.provisional, table.first, table.last) for table in bundled_months()}
    assert kinds == {
        "ucdp-ged-months-25.1": (False, (1989, 1), (2024, 12)),
        "ucdp-ged-months-2025-candidate": (True, (2025, 1), (2025, 12)),
        "ucdp-ged-months-26.0.2": (True, (2026, 2), (2026, 2)),
    }


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


def test_a_foreign_file_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "other.parquet"
    pq.write_table(pa.table({"country_id": [2]}), path)
    monkeypatch.setattr(module, "bundled_month_files", lambda: [path])
    bundled_months.cache_clear()
    with pytest.raises(DataIntegrityError, match="says what it holds"):
        bundled_months()
    bundled_months.cache_clear()


def test_the_files_are_small_and_hashed():
    assert sum(path.stat().st_size for path in bundled_month_files()) < 200_000
    assert {path.name for path in bundled_month_files()} <= set(rtop.load_panel().hashes)
