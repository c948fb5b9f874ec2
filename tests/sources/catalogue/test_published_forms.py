"""Releases in the less usual forms in which their publishers offer them."""

from __future__ import annotations

import pandas as pd
import pytest

from rtop_forecast.sources.catalogue import ucdp_acd, wdi
from rtop_forecast.sources.catalogue.wgi import SOURCE as WGI
from rtop_forecast.sources.folder.discover import discover, recognised_as
from rtop_forecast.sources.reading.files import excel_rows, read_table

ACD = "variants/tjbrailey_SegmentalAutonomy__ucdp-prio-acd-191.xlsx"
OLD_WGI = "variants/williamsca_UrbanizationCauseConsequence__wgidataset.xlsx"
SERIES_FIRST = (
    "variants/williamsca_UrbanizationCauseConsequence__8041acb0-4ab2-423f-8259-afbda01dee20_Data.csv"
)


def test_a_workbook_of_ucdp_is_the_table_of_its_cells(more_dir, tmp_path):
    path = tmp_path / "acd.csv"
    read_table(more_dir / ACD, dtype="str").to_csv(path, index=False)
    workbook, text = ucdp_acd.read(more_dir / ACD), ucdp_acd.read(path)
    assert recognised_as(more_dir / ACD) == "ucdp_acd"
    assert (workbook.release, workbook.coverage["conflicts"]) == ("19.1", (1946, 2018))
    pd.testing.assert_frame_equal(workbook.data, text.data)


def test_an_older_workbook_of_governance_indicators(more_dir):
    table = WGI.read(more_dir / OLD_WGI)
    rows = {row[1]: row for row in excel_rows(more_dir / OLD_WGI, sheet="VoiceandAccountability")}
    assert table.coverage["va_est"] == (1996, 2015)
    # Codes that the World Bank has changed since: Romania and the Congo; and one that it kept.
    for code, state in (("ROM", 360), ("ZAR", 490), ("AFG", 700)):
        here = table.data[(table.data["country_id"] == state) & (table.data["year"] == 1996)]
        assert here["va_est"].tolist() == [pytest.approx(rows[code][2])]


def test_a_databank_export_with_the_series_first(more_dir):
    source = more_dir / SERIES_FIRST
    assert recognised_as(source) == "wdi"
    published = pd.read_csv(source, encoding="utf-8-sig")
    cell = published.set_index(["Country Code", "Series Code"]).loc[
        ("ZWE", "SL.TLF.TOTL.FE.IN"), "2016 [YR2016]"
    ]
    table = wdi.read(source)
    here = table.data[(table.data["country_id"] == 552) & (table.data["year"] == 2016)]
    assert here["SL.TLF.TOTL.FE.IN"].tolist() == [float(cell)]


def test_the_workbook_of_the_api(tmp_path, xlsx):
    names = ["Country Name", "Country Code", "Indicator Name", "Indicator Code", "1990", "1991"]
    rows = [
        ["Data Source", "World Development Indicators"],
        ["Last Updated Date", "2025-07-01"],
        [],
        names,
        ["Kenya", "KEN", "GDP (current US$)", "NY.GDP.MKTP.CD", 8572359162.8, None],
        ["Mali", "MLI", "GDP (current US$)", "NY.GDP.MKTP.CD", 2.6e9, 2.7e9],
    ]
    path = xlsx(tmp_path / "API_NY.GDP.MKTP.CD_DS2_en_excel_v2_1.xlsx", {"Data": rows, "Metadata": [["a"]]})
    assert recognised_as(path) == "wdi"
    table = wdi.read(path)
    assert table.release == "2025"
    values = table.data.set_index(["country_id", "year"])["NY.GDP.MKTP.CD"].to_dict()
    assert values == {(501, 1990): 8572359162.8, (432, 1990): 2.6e9, (432, 1991): 2.7e9}


def test_episodes_of_regime_transformation_are_not_taken_for_v_dem(more_dir):
    assert recognised_as(more_dir / "vdem" / "ert_v15.csv") == "ert"


def test_every_other_form_is_read_or_told_with_a_hint(more_dir):
    found = discover(more_dir / "variants")
    names = {path.name.rpartition("__")[2]: path for path in found.names}
    assert {name: len(paths) for name, paths in found.files.items()} == {
        "ucdp_acd": 1, "unhcr": 1, "wdi": 1, "wgi": 1,
    }  # fmt: skip
    assert set(found.others) == {
        names[name] for name in ("Archigos_4.1_stata14.dta", "p5v2018.xls", "polity5_panel.sav")
    }
    # four columns of Polity5; an SPSS file whose line feeds became two bytes each in its repository
    assert "nearest to polity5, but lacks parcomp, polity, xrreg" in found.hints[names["p5v2018.xls"]]
    assert "cannot be read as an SPSS file" in found.unreadable[names["polity5_panel.sav"]]
    assert found.hints[names["Archigos_4.1_stata14.dta"]] == "not recognised"
