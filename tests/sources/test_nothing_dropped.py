"""Rows that a reader cannot place are reported with a reason and a count."""

from __future__ import annotations

import pandas as pd

from rtop_forecast.sources.catalogue import coups, maddison, vdem
from rtop_forecast.sources.reading.country_years import before_panel
from rtop_forecast.sources.reading.files import csv_header, excel_rows


def test_rows_before_the_panel_are_counted_by_code():
    frame = pd.DataFrame({"code": ["a", "a", "b", "b"], "year": [1900, 1945, 1945, 1946], "x": 1.0})
    kept, report = before_panel(frame, code="code")
    assert kept["year"].tolist() == [1946]
    assert report[["code", "year", "rows"]].values.tolist() == [["a", 1945, 2], ["b", 1945, 1]]


def test_vdem_reports_the_years_before_1946(data_dir):
    path = data_dir / "vdem" / "vdem_simple.rda"
    table = vdem.read(path)
    early = table.unmatched[table.unmatched["reason"].str.startswith("before 1946")]
    assert early["rows"].sum() > 5000
    assert (early["year"] < 1946).all()


def test_maddison_reports_years_before_1946_and_gdp_without_population(data_dir):
    path = next(p for p in data_dir.rglob("maddison.csv"))
    frame = pd.read_csv(path)
    names = {"area": "country", "year": "year"} if "country" in csv_header(path) else {}
    table = maddison.read(path)
    reasons = table.unmatched.groupby("reason")["rows"].sum()
    year = frame[names.get("year", "year")]
    assert reasons.get("before 1946, the first year of the panel", 0) == int((year < 1946).sum())


def test_colpus_reports_staged_coups(data_dir):
    path = next(p for p in data_dir.rglob("*olpus*.xls*"))
    rows = excel_rows(path)
    staged = pd.DataFrame(rows[1:], columns=[str(cell) for cell in rows[0]])["staged"].astype(str)
    count = int((~staged.isin(["", "0", "0.0", "nan", "None"])).sum())
    table = coups.read(path)
    told = table.unmatched.loc[table.unmatched["reason"] == "a coup that was staged", "rows"].sum()
    assert told == count > 0
