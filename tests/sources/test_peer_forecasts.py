"""EWP's published backtest, read for a record side by side."""

from __future__ import annotations

import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.sources.peer_forecasts import read_ewp_backtest


@pytest.fixture(scope="module")
def path(data_dir):
    return data_dir / "ewp2025" / "published" / "FOOSforecasts_3Sep2025.csv"


def test_cells_are_those_of_the_file(path, data_dir):
    found = rtop.read_peer_forecasts(data_dir)["EWP, its own backtest"].set_index(
        ["country_id", "origin_year"]
    )["prob"]
    raw = pd.read_csv(path)
    sudan = raw[(raw["ccode"] == 625) & (raw["year"] == 2003)].iloc[0]
    assert found[(625, 2002)] == sudan["risk_prev"]
    serbia = raw[(raw["ccode"] == 345) & (raw["year"] == 2010)].iloc[0]
    assert found[(340, 2009)] == serbia["risk_prev"]
    assert len(found) == raw["risk_prev"].notna().sum()
    # two ways to the same forecast: the risk "two years prior" of a year is the risk "prev" of the year before
    later = raw.dropna(subset=["risk_two_years_prior"]).set_index(["ccode", "two_years_prior"])[
        "risk_two_years_prior"
    ]
    earlier = raw.dropna(subset=["risk_prev"]).set_index(["ccode", "prev_year"])["risk_prev"]
    both = later.index.intersection(earlier.index)
    assert len(both) > 4000
    assert (later[both] == earlier[both]).all()


def test_no_file_no_peer(tmp_path):
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    (tmp_path / "empty.csv").write_text("")
    assert rtop.read_peer_forecasts(tmp_path) == {}
    with pytest.raises(rtop.InputError, match="does not exist"):
        rtop.read_peer_forecasts(tmp_path / "none")


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("risk_prev", 1.5, "outside 0 to 1: 1 of"),
        ("ccode", 9999, "not a state in its year"),
        ("prev_year", 1994, "two forecasts"),
    ],
)
def test_a_broken_file_is_refused(path, tmp_path, column, value, message):
    table = pd.read_csv(path, index_col=0)
    place = table.index[(table["ccode"] == 2) & (table["year"] == 1996)][0]
    table.loc[place, column] = value
    table.to_csv(tmp_path / "FOOSforecasts.csv")
    with pytest.raises(rtop.DataIntegrityError, match=message):
        read_ewp_backtest(tmp_path / "FOOSforecasts.csv")
    with pytest.raises(rtop.DataIntegrityError, match="lacks 1 columns"):
        read_ewp_backtest(_without(table, tmp_path))


def _without(table, folder):
    path = folder / "short.csv"
    table.drop(columns="risk_prev").to_csv(path)
    return path
