"""A release that ends earlier gives the same values up to its end: no reader looks ahead."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rtop_forecast.errors import CoverageError, DataIntegrityError, InputError
from rtop_forecast.sources.folder.discover import discover, reader
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.registry import datasets
from rtop_forecast.world.states import KEYS

LAST = 2005
#: Where a dataset begins later.
LASTS = {"idmc": 2015}
# Releases that take long to read.
LARGE = {"unhcr", "mass_mobilization", "cirights"}
YEARS = ("year", "year_cy", "time", "eventyear", "active_year", "elec_year", "eyear")
# Not one row per year: spells and a column per year are cut below; treaties and episodes have tests of their own
# modules; the others read each row or edition by itself.
OTHER_SHAPE = {
    "treaties": "days of deposit",
    "ewp_events": "episodes with start and end",
    "wdi": "a column per year",
    "sipri": "a column per year",
    "epr": "spells",
    "reign_leaders": "spells",
    "cow_contiguity": "spells",
    "fsi": "one edition per file",
    "ucdp_ged": "a made release, in its own test",
    "ucdp_ged_months": "state-months, in the test of that reader",
    "ucdp_organizedviolence": "a further release, in its own test",
    "ert": "a further release, in its own test",
}


@pytest.fixture(scope="module")
def found(data_dir):
    return discover(data_dir)


def earlier(frame: pd.DataFrame, last: int, cut_rows: list[int]) -> pd.DataFrame:
    """Rows up to ``last``, by whichever column holds the year."""
    for name in frame.columns:
        if str(name).strip().lower() in YEARS:
            year = pd.to_numeric(frame[name], errors="coerce")
            if year.notna().any() and year.max() <= 2100:
                later = year > last
                cut_rows.append(int(later.sum()))
                return frame[~later].reset_index(drop=True)
    return frame


def cut(monkeypatch, last: int, cut_rows: list[int]) -> None:
    """Let readers see rows up to ``last`` only: every row of a release passes through ``reading.files``."""
    for name in ("read_csv", "read_r", "excel_table"):
        load = getattr(files, name)

        def loaded(*args, _load=load, **options):
            result = _load(*args, **options)
            if isinstance(result, dict):
                return {key: earlier(frame, last, cut_rows) for key, frame in result.items()}
            return earlier(result, last, cut_rows)

        monkeypatch.setattr(files, name, loaded)


@pytest.mark.parametrize(
    "dataset",
    [
        pytest.param(name, marks=pytest.mark.slow if name in LARGE else ())
        for name in datasets()
        if name not in OTHER_SHAPE
    ],
)
def test_later_rows_change_no_earlier_value(found, dataset, monkeypatch):
    check_earlier_rows(found.of(dataset), dataset, monkeypatch)


def test_later_rows_of_organized_violence_change_no_earlier_value(more_dir, monkeypatch):
    release = more_dir / "ucdp" / "organizedviolencecy_v25_1.csv"
    check_earlier_rows([release], "ucdp_organizedviolence", monkeypatch)


def test_later_rows_of_regime_transformation_change_no_earlier_value(more_dir, monkeypatch):
    check_earlier_rows([more_dir / "vdem" / "ert_v15.csv"], "ert", monkeypatch)


def check_earlier_rows(paths, dataset, monkeypatch):
    last = LASTS.get(dataset, LAST)
    tried = 0
    for path in sorted(paths, key=lambda one: one.stat().st_size):
        table = readable(dataset, path)
        if table is None:
            continue
        with monkeypatch.context() as patch:
            cut_rows: list[int] = []
            cut(patch, last, cut_rows)
            before = readable(dataset, path)
        if before is None or not sum(cut_rows):
            continue
        tried += 1
        # Half-covered last years are left out, also where the release is cut.
        end = max(end for _, end in before.coverage.values())
        assert last - 1 <= end <= last
        names = [name for name in table.coverage if table.coverage[name][0] <= end]
        assert set(names) <= set(before.coverage)
        whole = table.data[table.data["year"] <= end].set_index(KEYS)[names].dropna(how="all")
        short = before.data.set_index(KEYS)[names].dropna(how="all")
        pd.testing.assert_frame_equal(
            whole.astype(float).sort_index(), short.astype(float).sort_index(), check_exact=True
        )
        assert np.isfinite(short.to_numpy(dtype=float, na_value=np.nan)).any()
        break
    assert tried, f"no file of {dataset} could be cut at {last}"


def readable(dataset: str, path: Path):
    try:
        return reader(dataset).read(path)
    except (InputError, DataIntegrityError, CoverageError):
        return None


def cut_spells(path: Path, target: Path, start: str, end: str, *, open_end: bool) -> Path:
    """Spells as they stood at the end of LAST: later ones not begun, those under way not ended."""
    frame = pd.read_csv(path, encoding="latin-1", keep_default_na=False)
    frame = frame[pd.to_numeric(frame[start]) <= LAST]
    ended = pd.to_numeric(frame[end], errors="coerce")
    frame = frame.astype({end: "object"})
    frame.loc[ended > LAST, end] = "" if open_end else LAST
    frame.to_csv(target, index=False, encoding="latin-1")
    return target


@pytest.mark.parametrize(
    ("dataset", "file", "start", "end", "last"),
    [
        ("epr", "governance/EPR-2021.csv", "from", "to", LAST),
        # The year of the list's last entry is not over in it.
        ("reign_leaders", "governance/leaderlist_3_21.csv", "syear", "eyear", LAST - 1),
    ],
)
def test_later_spells_change_no_earlier_year(data_dir, tmp_path, dataset, file, start, end, last):
    whole = reader(dataset).read(data_dir / file)
    short = reader(dataset).read(
        cut_spells(data_dir / file, tmp_path / "x.csv", start, end, open_end=dataset != "epr")
    )
    names = list(short.coverage)
    assert max(end for _, end in short.coverage.values()) == last
    before, after = (
        table.data[table.data["year"] <= last].set_index(KEYS)[names].astype(float).sort_index()
        for table in (short, whole)
    )
    pd.testing.assert_frame_equal(before, after, check_exact=True)


def test_later_columns_change_no_earlier_year(data_dir, tmp_path):
    path = data_dir / "economy" / "API_SP.DYN.IMRT.IN_DS2_en_csv_v2_4770442.csv"
    frame = pd.read_csv(path, keep_default_na=False, dtype="str")
    frame = frame.drop(columns=[name for name in frame.columns if name.isdigit() and int(name) > LAST])
    frame.to_csv(tmp_path / "x.csv", index=False)
    before, after = (
        table.data[table.data["year"] <= LAST].set_index(KEYS)[["SP.DYN.IMRT.IN"]].dropna().sort_index()
        for table in (reader("wdi").read(tmp_path / "x.csv"), reader("wdi").read(path))
    )
    pd.testing.assert_frame_equal(before, after, check_exact=True)
