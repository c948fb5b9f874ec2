"""A folder never shortens a table in silence: later first years, fewer treaties, other years of treaties."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.sources.catalogue import maddison, treaties, ucdp_brd, ucdp_ged_months, ucdp_onesided
from rtop_forecast.sources.catalogue.ucdp_onesided import actor_years
from rtop_forecast.sources.reading.coverage import first_covered

KEYS = ["country_id", "year"]


@pytest.fixture(scope="module")
def bundled() -> pd.DataFrame:
    """To 2024: the years that yearly releases cover."""
    return rtop.load_panel(last=2024).to_frame().set_index(KEYS)


def late_one_sided(data_dir: Path, folder: Path, *, first: int) -> Path:
    """A release 26.1 of one-sided violence that begins in ``first`` and adds a killing in 2025."""
    frame, _ = actor_years(data_dir / "ucdp" / "OneSided_v25_1.rds")
    sudan = frame[(frame["gwno_location"].astype(str) == "625") & (frame["is_government_actor"] == 1)].tail(1)
    killed = {f"{name}_fatality_estimate": 321 for name in ("best", "low", "high")}
    frame = pd.concat([frame[frame["year"] >= first], sudan.assign(year=2025, **killed)])
    path = folder / "OneSided_v26_1.csv"
    frame.assign(version="26.1").to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    ("years", "published", "quiet", "first"),
    [
        ([1989, 2024], 1989, 0, 1989),
        ([1990], 1989, 0, 1990),
        ([1990], 1989, 1, 1989),
        ([1946], 1950, 0, 1950),
    ],
)
def test_the_first_year_is_the_file_s_own(years, published, quiet, first):
    assert first_covered(pd.Series(years), published=published, quiet=quiet) == first


@pytest.mark.parametrize("first", [1995, 2010])
def test_a_reader_covers_the_years_that_its_file_holds(data_dir, tmp_path, first):
    table = ucdp_onesided.read(late_one_sided(data_dir, tmp_path, first=first))
    assert {name: begins for name, (begins, _) in table.coverage.items()} == {
        **dict.fromkeys(ucdp_onesided.VARIABLES, first),
        "repeat_actors": first + 1,
        "new_actors": first + 5,
    }
    deaths = pd.read_csv(data_dir / "ewp2025" / "inputs" / "BattleDeaths_v25_1.csv", dtype=str)
    year = next(name for name in deaths.columns if name.lower() == "year")
    path = tmp_path / "BattleDeaths_v25_1.csv"
    deaths[deaths[year].astype(int) >= first].to_csv(path, index=False)
    assert set(ucdp_brd.read(path).coverage.values()) == {(first, 2024)}


@pytest.mark.parametrize("first", [1995, 2010])
def test_a_release_that_begins_later_extends_the_bundled_table(data_dir, bundled, tmp_path, first):
    late_one_sided(data_dir, tmp_path, first=first)
    panel = rtop.load_panel(data_dir=tmp_path)
    frame = panel.to_frame().set_index(KEYS)
    names = [name for name in bundled.columns if name.startswith("ucdp_osv_")]
    pd.testing.assert_frame_equal(frame.loc[bundled.index, names], bundled[names], check_exact=True)
    assert frame.loc[(517, 1994), "ucdp_osv_government_deaths"] > 500_000
    assert frame.loc[(625, 2025), "ucdp_osv_government_deaths"] == 321
    variable = panel.variables["ucdp_osv_government_deaths"]
    assert (variable.first_year, variable.last_year) == (1989, 2025)
    actors = panel.variables["ucdp_onesided_new_actors"]
    assert (actors.first_year, actors.last_year, actors.seams) == (1994, 2025, (2025,))
    assert "adds the years from 2025 on" in panel.files["note"].iloc[0]


def test_a_picked_release_that_begins_later_gets_nothing_from_the_bundle(data_dir, tmp_path):
    late_one_sided(data_dir, tmp_path, first=2010)
    panel = rtop.load_panel(data_dir=tmp_path, releases={"ucdp_onesided": "26.1"})
    variable = panel.variables["ucdp_osv_government_actors"]
    assert variable.first_year == 2010
    assert panel.to_frame().set_index(KEYS).loc[(517, 1994), "ucdp_osv_government_actors"] != 0


def test_conflict_that_begins_later_extends_the_bundled_table(data_dir, bundled, tmp_path):
    for path in sorted((data_dir / "ucdp").iterdir()):
        if path.name in ("UcdpPrioConflict_v23_1.csv", "Dyadic_v24_1.csv"):
            shutil.copy(path, tmp_path)
    deaths = pd.read_csv(data_dir / "ewp2025" / "inputs" / "BattleDeaths_v25_1.csv", dtype=str)
    year = next(name for name in deaths.columns if name.lower() == "year")
    deaths[deaths[year].astype(int) >= 2010].to_csv(tmp_path / "BattleDeaths_v25_1.csv", index=False)
    panel = rtop.load_panel(data_dir=tmp_path)
    assert panel.origin.set_index("table").loc["conflict", "origin"] == "folder"
    names = [name for name in bundled.columns if name in panel.variables and name.startswith("ucdp_")]
    frame = panel.to_frame().set_index(KEYS)
    pd.testing.assert_frame_equal(frame.loc[bundled.index, names], bundled[names], check_exact=True)
    assert frame["ucdp_conflicts"].loc[:, 1950].sum() > 0


def test_series_that_begin_later_are_refused_with_both_years(data_dir, bundled, tmp_path):
    rates = pd.read_csv(data_dir / "ewp2025" / "inputs" / "un_imr_clean.csv", dtype=str)
    year = next(name for name in rates.columns if name.lower() in ("year", "time"))
    rates[rates[year].astype(float) >= 1980].to_csv(tmp_path / "un_imr_clean.csv", index=False)
    for name in ("maddison.csv", "wdi.csv"):
        shutil.copy(data_dir / "ewp2025" / "inputs" / name, tmp_path)
    panel = rtop.load_panel(data_dir=tmp_path)
    note = panel.origin.set_index("table").loc["infant_mortality", "note"]
    assert "begin in 1980, the bundled table in 1950" in note
    frame = panel.to_frame().set_index(KEYS)
    pd.testing.assert_series_equal(frame.loc[bundled.index, "infant_mortality"], bundled["infant_mortality"])


TREATIES = ("genocide", "cerd", "iccpr", "cat", "rome")
BUNDLED = {"genocide": 2024, "cerd": 2024, "iccpr": 2022, "cat": 2022, "rome": 2024}


def last_years(panel: rtop.Panel) -> dict[str, int]:
    return {name: panel.variables[f"treaty_{name}"].last_year for name in TREATIES}


def test_a_newer_workbook_moves_its_own_treaty_only(data_dir, bundled, tmp_path, monkeypatch):
    for name in ("CAT", "ICCPR"):
        shutil.copy(data_dir / "treaties" / f"UnderlyingData_{name}_OHCHR_26_11_2024.xls", tmp_path)
    panel = rtop.load_panel(data_dir=tmp_path)
    assert last_years(panel) == BUNDLED
    names = [f"treaty_{name}" for name in TREATIES]
    frame = panel.to_frame().set_index(KEYS)
    pd.testing.assert_frame_equal(frame.loc[bundled.index, names], bundled[names], check_exact=True)
    monkeypatch.setattr(treaties, "_ohchr_year", lambda path: 2026 if "CAT" in path.name else 2023)
    panel = rtop.load_panel(data_dir=tmp_path)
    assert last_years(panel) == {**BUNDLED, "cat": 2025}
    assert "ohchr-2026" in panel.variables["treaty_cat"].source


def test_an_older_table_of_a_treaty_does_not_shorten_it(data_dir, bundled, tmp_path):
    shutil.copy(data_dir / "treaties" / "untreaties_4-4.csv", tmp_path)
    panel = rtop.load_panel(data_dir=tmp_path)
    assert last_years(panel) == BUNDLED
    names = [f"treaty_{name}" for name in TREATIES]
    frame = panel.to_frame().set_index(KEYS)
    pd.testing.assert_frame_equal(frame.loc[bundled.index, names], bundled[names], check_exact=True)


def test_a_later_table_of_deposits_keeps_what_came_after_2014(data_dir, tmp_path):
    text = (data_dir / "treaties" / "untreaties_18-10.csv").read_text(encoding="utf-8-sig")
    later = tmp_path / "untreaties_18-10.csv"
    later.write_text(f"{text.rstrip()}\nUkraine,20 Jan 2000,25 Oct 2025\nArmenia,1 Oct 1999,14 Nov 2023\n")
    table = treaties.read(later)
    assert table.coverage == {"rome_deposit": (1998, 2024)}
    assert table.source == "untc-2025"
    assert table.data.set_index("country_id").loc[371, "year"] == 2023
    registered = treaties.read(data_dir / "treaties" / "untreaties_18-10.csv")
    assert (registered.source, registered.coverage) == ("untc-2015", {"rome_deposit": (1998, 2014)})


def test_series_cover_the_years_that_their_file_holds(data_dir, tmp_path):
    """A table from 1990 took the place of the bundled one and lost 4,876 state-years of population."""
    whole = pd.read_csv(data_dir / "ewp2025" / "inputs" / "maddison.csv", dtype=str)
    whole[whole["year"].astype(int) >= 1990].to_csv(tmp_path / "maddison.csv", index=False)
    assert set(maddison.read(tmp_path / "maddison.csv").coverage.values()) == {(1990, 2022)}
    panel = rtop.load_panel(data_dir=tmp_path).to_frame().set_index(KEYS)
    bundled = rtop.load_panel().to_frame().set_index(KEYS)
    names = ["maddison_population", "maddison_gdp_per_head"]
    pd.testing.assert_frame_equal(panel.loc[bundled.index, names], bundled[names], check_exact=True)


def test_totals_by_month_that_begin_later_are_not_zero_before(more_dir, tmp_path):
    whole = pd.read_csv(more_dir / "ucdp" / "ucdp_ged_country_monthly_v251.csv", dtype=str)
    path = tmp_path / "ucdp_ged_country_monthly_v251.csv"
    whole[whole["year"].astype(int) >= 2010].to_csv(path, index=False)
    months = ucdp_ged_months.read(path).months
    assert (months.first, months.last) == ((2010, 1), (2024, 12))
