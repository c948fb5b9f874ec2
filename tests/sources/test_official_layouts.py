"""Layouts that the test data lack, made small after the publishers' own headers and documentation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.sources.folder.discover import reader, recognised_as


def read(path, dataset):
    assert recognised_as(path) == dataset
    return reader(dataset).read(path)


def values(table, name):
    data = table.data.dropna(subset=[name])
    return {(s, y): v for s, y, v in zip(data["country_id"], data["year"], data[name], strict=True)}


def test_freedom_house_workbook_with_editions_over_merged_cells(tmp_path, xlsx):
    editions = ["1972", "1980", "Jan.1981-Aug. 1982", "Aug.1982-Nov.1983", "Nov.1983-Nov.1984", "1990"]
    head = ["Year(s) Under Review", *(cell for edition in editions for cell in (edition, "", ""))]
    kinds = ["", *(["PR", "CL", "Status"] * len(editions))]
    afghanistan = ["Afghanistan", 4, 5, "PF", 7, 7, "NF", 7, 7, "NF", 7, 7, "NF", 7, 7, "NF", 7, 7, "NF"]
    south_africa = [
        "South Africa",
        "2(5)",
        "3(6)",
        "F(NF)",
        5,
        6,
        "PF",
        5,
        6,
        "PF",
        5,
        6,
        "PF",
        5,
        6,
        "PF",
        5,
        4,
        "PF",
    ]
    slovenia = ["Slovenia", *(["-", "-", "-"] * 6)]
    sheets = {
        "Introduction": [["Freedom in the World"]],
        "Country Ratings, Statuses ": [["Survey Edition"], head, kinds, afghanistan, south_africa, slovenia],
        "Territory Ratings, Statuses": [["Survey Edition"], head, kinds, ["Hong Kong", *([3, 2, "PF"] * 6)]],
    }
    table = read(xlsx(tmp_path / "FIW_1973-1991.xlsx", sheets), "freedom_house")
    pr = values(table, "pr")
    assert {year for state, year in pr if state == 700} == {1972, 1980, 1982, 1983, 1984, 1990}
    assert (560, 1972) not in pr
    assert values(table, "status")[(700, 1972)] == 2
    assert table.release == "1991"
    assert table.unmatched["code"].tolist().count("Slovenia") == 6


def test_wgi_long_workbook_and_one_with_a_sheet_per_dimension(tmp_path, xlsx):
    header = [
        "codeindyr",
        "code",
        "countryname",
        "year",
        "indicator",
        "estimate",
        "stddev",
        "nsource",
        "pctrank",
    ]
    rows = [
        ["AFGcc1996", "AFG", "Afghanistan", 1996, "cc", -1.29, 0.34, 2, 4.3],
        ["AFGpv1996", "AFG", "Afghanistan", 1996, "pv", -2.41, 0.36, 2, 2.1],
        ["KSVpv2010", "XKX", "Kosovo", 2010, "pv", "..", "..", "..", ".."],
        ["HKGpv2010", "HKG", "Hong Kong", 2010, "pv", 0.9, 0.2, 6, 80],
    ]
    table = read(xlsx(tmp_path / "wgidataset.xlsx", {"Sheet1": [header, *rows]}), "wgi")
    assert values(table, "pv_est") == {(700, 1996): -2.41}
    assert values(table, "cc_se") == {(700, 1996): 0.34}
    assert set(table.unmatched["code"]) == {"XKX", "HKG"}

    years = ["", "", *(cell for year in (1996, 1998) for cell in [year] * 6)]
    kinds = ["Country/Territory", "Code", *(["Estimate", "StdErr", "NumSrc", "Rank", "Lower", "Upper"] * 2)]
    sudan = ["Sudan", "SDN", -1.6, 0.2, 4, 5, 1, 10, -1.7, 0.2, 4, 5, 1, 10]
    sheet = [["Worldwide Governance Indicators"], [""], years, kinds, sudan]
    table = read(xlsx(tmp_path / "old.xlsx", {"Introduction": [["x"]], "RuleofLaw": sheet}), "wgi")
    assert values(table, "rl_est") == {(625, 1996): -1.6, (625, 1998): -1.7}


def test_maddison_workbook_counts_in_thousands(tmp_path, xlsx):
    rows = [
        ["countrycode", "country", "region", "year", "gdppc", "pop"],
        ["AFG", "Afghanistan", "South Asia", 1820, "", 3280],
        ["AFG", "Afghanistan", "South Asia", 1950, 1156, 8150],
        ["SUN", "Former USSR", "Eastern Europe", 1950, 4537, 179571],
    ]
    table = read(xlsx(tmp_path / "mpd.xlsx", {"Notes": [["x"]], "Full data": rows}), "maddison")
    assert values(table, "population") == {(700, 1950): 8_150_000, (365, 1950): 179_571_000}
    assert table.release == "1951"


def test_idmc_workbook(tmp_path, xlsx):
    rows = [
        ["ISO3", "Name", "Year", "Conflict Stock Displacement", "Conflict Internal Displacements"],
        ["SDN", "Sudan", 2023, 9_053_000, 6_000_000],
        ["SDN", "Sudan", 2024, 11_559_000, ""],
        ["AB9", "Abyei Area", 2024, 21_000, 5_000],
    ]
    table = read(xlsx(tmp_path / "idmc.xlsx", {"1_Displacement_data": rows}), "idmc")
    assert values(table, "stock") == {(625, 2023): 9_053_000, (625, 2024): 11_559_000}
    assert values(table, "new") == {(625, 2023): 6_000_000}


def test_pts_workbook(tmp_path, xlsx):
    header = [
        "Country", "Country_OLD", "Year", "COW_Code_A", "COW_Code_N", "WordBank_Code_A", "UN_Code_N", "Region",
        "PTS_A", "PTS_H", "PTS_S", "NA_Status_A", "NA_Status_H", "NA_Status_S",
    ]  # fmt: skip
    rows = [["Rwanda", "Rwanda", 2024, "RWA", 517, "RWA", 646, "ssa", 4, "NA", 3, 0, 88, 0]]
    rows.append(["Serbia", "Serbia", 2024, "NA", "NA", "SRB", 688, "eca", 2, 2, 2, 0, 0, 0])
    table = read(xlsx(tmp_path / "PTS-2025.xlsx", {"PTS-2025": [header, *rows]}), "pts")
    assert values(table, "pts_a") == {(517, 2024): 4, (340, 2024): 2}
    assert values(table, "pts_h") == {(340, 2024): 2}
    assert table.release == "2025"


UNHCR = """Extracted: {date}
"Source: UNHCR Refugee Data Finder"

"Year","Country of origin","Country of origin (ISO)","Country of asylum","Country of asylum (ISO)",{columns}
2023,"Sudan","SDN","Chad","TCD","923,800","5","0","0"
2023,"Sudan","SDN","Egypt","EGY","*","0","0","0"
2023,"Sudan","SDN","Sudan","SDN","0","0","9036362","0"
2024,"Sudan","SDN","Chad","TCD","1100000","0","0","0"
2024,"Unknown","UNK","Chad","TCD","7","0","0","0"
"""
UNHCR_COLUMNS = (
    '"Refugees under UNHCR\'s mandate","Asylum-seekers","IDPs of concern to UNHCR",'
    '"Other people in need of international protection"'
)


@pytest.mark.parametrize(
    ("date", "last"), [("2025-08-01", 2024), ("2025-02-01", 2023), ("14 March 2025", 2023)]
)
def test_unhcr_export_covers_the_year_whose_figures_were_out(tmp_path, date, last):
    path = tmp_path / "population.csv"
    path.write_text(UNHCR.format(date=date, columns=UNHCR_COLUMNS))
    table = read(path, "unhcr")
    refugees = values(table, "refugees")
    assert refugees[(625, 2023)] == 923_800
    assert ((625, 2024) in refugees) == (last == 2024)
    assert values(table, "idps")[(625, 2023)] == 9_036_362
    assert values(table, "hosted_refugees")[(483, 2023)] == 923_800
    assert table.release == str(last)


WPP_HEADER = (
    "SortOrder,LocID,Notes,ISO3_code,ISO2_code,SDMX_code,LocTypeID,LocTypeName,ParentID,Location,VarID,Variant,Time,"
    "TPopulation1Jan,TPopulation1July,MedianAgePop,TFR,LEx,IMR,Q5"
)


def wpp(folder, name="WPP2024_Demographic_Indicators_Medium.csv"):
    def row(iso, kind, place, year, population, imr):
        return f"1,1,,{iso},,1,4,{kind},900,{place},2,Medium,{year},1,{population},20,5,60,{imr},90"

    rows = [WPP_HEADER]
    rows += [
        row("RWA", "Country/Area", "Rwanda", year, 13_000, 30)
        for year in (1961, 1962, 2022, 2023, 2024, 2100)
    ]
    rows += [
        row("NAM", "Country/Area", "Namibia", 2023, 2_963.095, 28.5),
        row("", "World", "World", 2023, 8_091_735, 27),
    ]
    path = folder / name
    path.write_text("\n".join(rows) + "\n")
    return path


def test_wpp_estimates_are_data_and_projections_are_not(tmp_path):
    table = read(wpp(tmp_path), "wpp")
    assert set(values(table, "infant_mortality")) == {(517, 1962), (517, 2022), (517, 2023), (565, 2023)}
    assert values(table, "population")[(565, 2023)] == pytest.approx(2_963_095)
    assert table.coverage["fertility"][1] == 2023
    with pytest.raises(DataIntegrityError, match="the file's name must tell the revision"):
        reader("wpp").read(wpp(tmp_path, "renamed.csv"))


def test_wdi_bulk_file_and_databank_export(tmp_path):
    bulk = tmp_path / "WDICSV.csv"
    header = '"Country Name","Country Code","Indicator Name","Indicator Code","1990","2023",\n'
    bulk.write_text(
        header
        + '"Namibia","NAM","Population, total","SP.POP.TOTL","1369011","2963095",\n'
        + '"World","WLD","Population, total","SP.POP.TOTL","5300000000","8060000000",\n'
        + '"Kosovo","XKX","GDP growth","NY.GDP.PCAP.KD.ZG","","4.1",\n'
    )
    table = read(bulk, "wdi")
    assert values(table, "SP.POP.TOTL")[(565, 2023)] == 2_963_095
    assert values(table, "NY.GDP.PCAP.KD.ZG") == {(347, 2023): 4.1}
    assert "WLD" in set(table.unmatched["code"])

    bank = tmp_path / "export.csv"
    bank.write_bytes(
        b"\xef\xbb\xbfCountry Name,Country Code,Series Name,Series Code,2022 [YR2022],2023 [YR2023]\n"
        b"Chad,TCD,Oil rents,NY.GDP.PETR.RT.ZS,21.5,..\n"
        b",,,,,\n"
        b"Data from database: World Development Indicators,,,,,\n"
        b"Last Updated: 07/01/2025,,,,,\n"
    )
    assert values(read(bank, "wdi"), "NY.GDP.PETR.RT.ZS") == {(483, 2022): 21.5}


def test_cow_contiguity_by_year(tmp_path):
    path = tmp_path / "contdird.csv"
    path.write_text(
        "dyad,state1no,state1ab,state2no,state2ab,year,conttype,version\n"
        "2020,2,USA,20,CAN,2000,1,3.2\n20002,20,CAN,2,USA,2000,1,3.2\n2031,2,USA,31,BHM,2000,4,3.2\n"
    )
    table = read(path, "cow_contiguity")
    assert table.data.set_index("country_id").loc[2, ["land", "water", "neighbours"]].tolist() == [1, 1, 2]


def official_vdem(last=2024):
    units = [
        ("Germany", "DEU", 77),
        ("German Democratic Republic", "DDR", 137),
        (None, "STP", 196),  # as in some versions, where the name of Sao Tome and Principe is missing
        ("Serbia", "SRB", 198),
    ]
    rows = [(*unit, year) for unit in units for year in (1945, 1946, 1990, last)]
    frame = pd.DataFrame(rows, columns=["country_name", "country_text_id", "country_id", "year"])
    frame["v2x_polyarchy"] = np.linspace(0.1, 0.9, len(frame)).round(3)
    frame["v2clkill_ord"] = [0.0, 4.0, np.nan, 1.0] * 4
    frame["v2filler"] = 1.0
    return frame


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_vdem_official_table_in_each_form(tmp_path, form):
    path = tmp_path / f"V-Dem-CY-Full+Others-v15.{form}"
    frame = official_vdem()
    frame.to_csv(path, index=False) if form == "csv" else frame.to_parquet(path)
    for _ in range(2):  # from the file, then from the cache
        table = read(path, "vdem")
        assert table.release == "15"
        assert set(table.coverage) == {"v2x_polyarchy", "v2clkill_ord", "v2clkill_ord_is_0"}
        assert values(table, "v2x_polyarchy")[(403, 2024)] == frame["v2x_polyarchy"].iloc[11]  # name missing
        assert values(table, "v2clkill_ord_is_0")[(345, 1946)] == 0
        assert (260, 1946) not in values(table, "v2x_polyarchy")
    chosen = reader("vdem").read(path, variables=["v2filler"])
    assert list(chosen.coverage) == ["v2filler"]
    with pytest.raises(InputError, match="lacks 1 of the variables asked for, first 'e_migdppc'"):
        reader("vdem").read(path, variables=["e_migdppc"])


def test_vdem_renamed_or_cut_is_refused(tmp_path):
    path = tmp_path / "V-Dem-CY-Core-v15.csv"
    official_vdem(last=2022).to_csv(path, index=False)
    with pytest.raises(DataIntegrityError, match=r"version 15 should end in 2024.*version 13"):
        reader("vdem").read(path)
