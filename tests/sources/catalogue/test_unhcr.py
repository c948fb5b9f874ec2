"""Figures under a successor's code belong to the federation while that existed."""

from __future__ import annotations

import pytest

from rtop_forecast.sources.catalogue import unhcr

HEADER = "Year,Country of origin (ISO),Country of asylum (ISO),Refugees under UNHCR's mandate"


@pytest.fixture(scope="module")
def table(data_dir):
    return unhcr.read(data_dir / "humanitarian" / "population.rda")


@pytest.mark.parametrize(
    ("state", "year", "refugees"),
    [
        (345, 1995, 86_116),
        (345, 1980, 270),
        (345, 2005, 189_985),
        (340, 2006, 174_022),
        (315, 1980, 393),
        (316, 1995, 2_040),
        (365, 1980, 10_821),
        (365, 1964, 120),
        (365, 1995, 207_027),
    ],
)
def test_the_federation_has_its_figures_and_the_successor_its_own(table, state, year, refugees):
    assert table.data.set_index(["country_id", "year"]).loc[(state, year), "refugees"] == refugees


def test_no_row_of_a_federation_is_lost(table):
    lost = table.unmatched[table.unmatched["year"] <= 2024]
    assert not lost["code"].isin([*unhcr.FEDERATIONS, "YUG", "CSK", "SUN"]).any()


def test_an_export_is_placed_as_the_r_table_is(tmp_path):
    rows = [
        "1990,RUS,DEU,100",
        "1991,RUS,DEU,200",
        "1992,CZE,DEU,30",
        "1993,CZE,DEU,40",
        "2005,DEU,SRB,7",
        "2006,DEU,SRB,8",
    ]
    path = tmp_path / "population.csv"
    path.write_text("\n".join(["Extracted,1 November 2007", HEADER, *rows]) + "\n")
    data = unhcr.read(path).to_frame().set_index(["country_id", "year"])
    assert data.loc[[(365, 1990), (365, 1991), (315, 1992), (316, 1993)], "refugees"].tolist() == [
        100,
        200,
        30,
        40,
    ]
    assert data.loc[[(345, 2005), (340, 2006)], "hosted_refugees"].tolist() == [7, 8]


def test_the_break_of_china_is_in_the_figures(table):
    hosted = table.data.set_index(["country_id", "year"])["hosted_refugees"]
    assert hosted.loc[[(710, 2021), (710, 2022)]].tolist() == [303_436, 320]
