from __future__ import annotations

import gzip
import importlib

import pytest

from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.sources.reading.files import (
    csv_header,
    excel_rows,
    r_mentions,
    read_csv,
    read_r,
    refuse_missing_columns,
    release_in_name,
)


def test_header_survives_byte_order_mark_and_preamble(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes('\ufeffa,"b, c"\n1,2\n'.encode())
    assert csv_header(path) == ["a", "b, c"]
    assert csv_header(path, line=1) == ["1", "2"]
    assert csv_header(path, line=9) == []
    assert csv_header(tmp_path / "absent.csv") == []


def test_namibias_code_is_not_missing(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("iso2c,value\nNA,1\n,2\n")
    frame = read_csv(path)
    assert frame["iso2c"].iloc[0] == "NA"
    assert frame["iso2c"].isna().tolist() == [False, True]


def test_unreadable_table_is_our_error(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("")
    with pytest.raises(DataIntegrityError, match=r"x\.csv cannot be read"):
        read_csv(path)


def test_r_files_are_told_by_the_names_they_hold(tmp_path):
    path = tmp_path / "x.rds"
    path.write_bytes(gzip.compress(b"...actor_id...year..."))
    assert r_mentions(path, ["actor_id", "year"])
    assert not r_mentions(path, ["actor_id", "absent"])
    (tmp_path / "cut.rds").write_bytes(gzip.compress(b"actor_id" * 99)[:12])
    assert not r_mentions(tmp_path / "cut.rds", ["actor_id"])
    with pytest.raises(DataIntegrityError, match=r"x\.rds"):
        read_r(path)


@pytest.mark.parametrize(
    ("name", "extra", "call"), [("x.rds", "rdata", read_r), ("x.xlsx", "excel", excel_rows)]
)
def test_a_missing_library_names_its_extra(tmp_path, monkeypatch, name, extra, call):
    def absent(module, **_):
        raise ImportError(module)

    path = tmp_path / name
    path.write_bytes(b"")
    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(InputError, match=rf"pip install 'rtop-forecast\[{extra}\]'"):
        call(path)


def test_a_broken_workbook_is_our_error(tmp_path):
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"no workbook")
    with pytest.raises(DataIntegrityError, match=r"x\.xlsx"):
        excel_rows(path)


def test_missing_columns_are_counted_and_named():
    with pytest.raises(DataIntegrityError, match="2 columns are missing, first 'b'"):
        refuse_missing_columns("x.csv", ["a"], ["a", "b", "c"], what="the dataset")


def test_release_is_told_from_the_name():
    assert release_in_name("BattleDeaths_v25_1.csv", default="?") == "25.1"
    assert release_in_name("battle.csv", default="?") == "?"
