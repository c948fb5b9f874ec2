"""The bundled state-months as files: what is written is read back, and a foreign file is refused."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import rtop_forecast as rtop
from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.core.bundled_months import month_bytes
from rtop_forecast.sources.reading import month_files as module
from rtop_forecast.sources.reading.month_files import bundled_month_files, bundled_months


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
