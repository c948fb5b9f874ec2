"""Two vintages of V-Dem in one folder: a table of some indices adds its newer years and no other value."""

from __future__ import annotations

import math

import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.sources.catalogue import vdem
from rtop_forecast.sources.folder.discover import recognised_as
from rtop_forecast.world.states import KEYS

FULLER = ["v2x_polyarchy", "v2x_civlib", "v2x_rule"]
#: The indices that the newer table holds.
NEWER = ["v2x_civlib", "v2x_rule"]


def written(path, names, years, *, offset, coded):
    rows = []
    for country, code, number in (("United States of America", "USA", 20), ("Mexico", "MEX", 3)):
        for year in years:
            values = {name: round(0.1 + offset + (year - 2010) / 100, 3) for name in names}
            keys = {"country_name": country, "country_text_id": code}
            rows.append(keys | ({"country_id": number} if coded else {}) | {"year": year, **values})
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


@pytest.fixture
def folder(tmp_path):
    written(tmp_path / "V-Dem-CY-Core.csv", FULLER, range(2015, 2025), offset=0.0, coded=True)
    written(tmp_path / "some.csv", NEWER, range(2010, 2026), offset=0.2, coded=False)
    return tmp_path


def test_the_table_is_vdems_and_partial(folder):
    assert recognised_as(folder / "some.csv") == "vdem"
    assert vdem.read(folder / "some.csv").partial
    assert vdem.read(folder / "some.csv").release == "16"
    assert not vdem.read(folder / "V-Dem-CY-Core.csv").partial


def test_a_table_with_other_columns_is_not_vdems(folder):
    frame = pd.read_csv(folder / "some.csv").assign(gdp=1.0)
    frame.to_csv(folder / "some.csv", index=False)
    assert recognised_as(folder / "some.csv") is None


def test_newer_years_are_added_and_no_other_value_moves(folder):
    panel = rtop.load_panel(data_dir=folder)
    values = panel.frame.set_index(KEYS)["vdem_v2x_civlib"]
    bundled = rtop.load_panel().frame.set_index(KEYS)["vdem_v2x_civlib"]
    assert (
        values[2, 2014] == bundled[2, 2014]
    )  # the fuller release begins in 2015, the bundled one reaches 2021
    assert values[2, 2024] == pytest.approx(0.24)
    assert values[2, 2025] == pytest.approx(0.45)
    variable = panel.variables["vdem_v2x_civlib"]
    assert (variable.first_year, variable.last_year, variable.seams) == (1969, 2025, (2022, 2025))
    assert (variable.source, variable.release) == ("vdem-12+vdem-15+vdem-16", "12+15+16")
    files = panel.files.set_index("file")
    assert files.loc["some.csv", "used"]
    assert "adds the years from 2025 on, of another vintage" in files.loc["some.csv", "note"]


def test_the_bundled_index_stays_with_its_age(folder):
    panel = rtop.load_panel(data_dir=folder)
    variable = panel.variables["vdem_v2x_polyarchy"]
    assert (variable.source, variable.last_year, variable.seams) == ("vdem-15", 2024, ())
    features = rtop.build_features(panel, names=["vdem_v2x_polyarchy", "vdem_v2x_rule"])
    ages = features.ages.set_index(KEYS).loc[(2, 2025)]
    assert (ages["vdem_v2x_polyarchy"], ages["vdem_v2x_rule"]) == (1, 0)


def test_a_change_over_the_seam_is_missing_and_a_level_is_not(folder):
    names = ["vdem_v2x_civlib_change1", "vdem_v2x_civlib_change5", "vdem_v2x_rule"]
    features = rtop.build_features(rtop.load_panel(data_dir=folder), names=names)
    rows = features.frame.set_index(KEYS)[names]
    assert rows.loc[(2, 2024), ["vdem_v2x_civlib_change1", "vdem_v2x_rule"]].notna().all()
    assert math.isnan(rows.loc[(2, 2024), "vdem_v2x_civlib_change5"])  # 2019 is of the bundled vintage
    assert rows.loc[(2, 2024), "vdem_v2x_civlib_change1"] == pytest.approx(0.01)
    assert rows.loc[(2, 2025), names[:2]].isna().all()
    assert rows.loc[(2, 2025), "vdem_v2x_rule"] == pytest.approx(0.45)


def test_alone_the_table_goes_on_from_the_bundled_one(folder):
    (folder / "V-Dem-CY-Core.csv").unlink()
    panel = rtop.load_panel(data_dir=folder)
    variable = panel.variables["vdem_v2x_civlib"]
    assert (variable.source, variable.first_year) == ("vdem-12+vdem-16", 1969)
    assert variable.seams == (2022,)


def test_an_older_table_adds_nothing(folder):
    written(folder / "some.csv", NEWER, range(2010, 2024), offset=0.2, coded=False)
    panel = rtop.load_panel(data_dir=folder)
    # the bundle has the years after it
    assert panel.variables["vdem_v2x_civlib"].source == "vdem-12+vdem-15+vdem-16"
    assert not panel.files.set_index("file").loc["some.csv", "used"]


def test_the_real_table_meets_version_15_state_by_state(more_dir, data_dir):
    newer = vdem.read(more_dir / "vdem" / "vdem_core_v16_slim_juno.csv")
    fuller = vdem.read(data_dir / "vdem" / "vdem_simple.rda", variables=["v2x_libdem"])
    both = newer.data[newer.data["year"] <= 2024].merge(fuller.data, on=KEYS, how="outer", indicator=True)
    assert (both["_merge"] == "both").all()
    assert len(both) == 11_360
    assert set(newer.coverage.values()) == {(1946, 2025)}
    assert (both["v2x_libdem_x"] - both["v2x_libdem_y"]).abs().mean() < 0.005
