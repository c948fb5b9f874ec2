from __future__ import annotations

import pandas as pd
import pytest

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue import maddison, wdi, wpp
from rtop_forecast.sources.core.series import linked
from rtop_forecast.storage.bundled import core_file


def api_file(path, rows, *, preamble):
    header = '"Country Name","Country Code","Indicator Name","Indicator Code","1970","1989","2000"\n'
    lead = (
        '"Data Source","World Development Indicators",\n\n"Last Updated Date","2023-03-01",\n\n'
        if preamble
        else ""
    )
    body = "".join(
        f'"{name}","{code}","Population, total","SP.POP.TOTL",{",".join(map(str, values))}\n'
        for name, code, values in rows
    )
    path.write_text(lead + header + body)
    return path


@pytest.mark.parametrize("preamble", [True, False])
def test_api_file_with_and_without_preamble(tmp_path, preamble):
    rows = [("Namibia", "NAM", ["", "", 1_800_000]), ("World", "WLD", [1, 2, 3])]
    path = api_file(tmp_path / "API.csv", rows, preamble=preamble)
    assert wdi.recognise(path)
    table = wdi.read(path)
    assert table.data[["country_id", "year", "SP.POP.TOTL"]].values.tolist() == [[565, 2000, 1_800_000]]
    assert set(table.unmatched["code"]) == {"WLD"}


def test_unions_are_summed_and_divided_areas_go_to_neither_state(tmp_path):
    rows = [
        ("Pakistan", "PAK", [60, 110, 150]), ("Bangladesh", "BGD", [65, 105, 130]),
        ("Yemen", "YEM", [7, 13, 18]),
        ("Germany", "DEU", [78, 79, 82]), ("Viet Nam", "VNM", [43, 66, 78]),
    ]  # fmt: skip
    table = wdi.read(api_file(tmp_path / "API.csv", rows, preamble=True))
    frame = table.to_frame().set_index(["country_id", "year"])
    assert frame.loc[(770, 1970), ["SP.POP.TOTL", "territory"]].tolist() == [125, "PAK+BGD"]
    assert frame.loc[(770, 1989), ["SP.POP.TOTL", "territory"]].tolist() == [110, "own"]
    for country, year in [
        (678, 1970),
        (680, 1970),
        (678, 1989),
        (260, 1989),
        (265, 1989),
        (816, 1970),
        (817, 1970),
    ]:
        assert (country, year) not in frame.index
    assert {(678, 2000), (260, 2000), (816, 1989)} <= set(frame.index)
    apart = table.unmatched
    assert (apart["reason"] != "").all()
    assert set(zip(apart["code"], apart["year"], strict=True)) >= {
        ("YEM", 1970),
        ("DEU", 1989),
        ("PAK", 1970),
    }


def test_wdi_namibia_and_sum_of_the_soviet_union(data_dir):
    table = wdi.read(data_dir / "ewp2025" / "inputs" / "wdi.csv")
    frame = table.to_frame().set_index(["country_id", "year"])["SP.POP.TOTL"]
    assert frame.loc[(565, 1990)] > 1_000_000
    assert frame.loc[(365, 1980)] == pytest.approx(266e6, rel=0.01)
    assert frame.loc[(365, 1995)] == pytest.approx(148e6, rel=0.01)
    assert (678, 1980) not in frame.index
    assert (680, 1980) not in frame.index


def test_wdi_without_years_is_refused(tmp_path):
    path = tmp_path / "API.csv"
    path.write_text("Country Name,Country Code,Indicator Name,Indicator Code\nA,AFG,x,y\n")
    with pytest.raises(DataIntegrityError, match="no year columns"):
        wdi.read(path)


def test_wpp_leaves_other_territories_out(data_dir):
    path = data_dir / "ewp2025" / "inputs" / "un_imr_clean.csv"
    assert wpp.recognise(path)
    table = wpp.read(path)
    index = set(table.data[["country_id", "year"]].itertuples(index=False, name=None))
    assert (680, 1980) not in index
    assert (678, 1980) not in index
    assert {(678, 1990), (565, 1990), (365, 1991)} <= index
    assert table.data["infant_mortality"].between(0.5, 450).all()


def test_maddison_gives_unions_itself(tmp_path):
    rows = [
        ("Former USSR", 1950, 10, 180e6), ("Russian Federation", 1950, 10, 102e6), ("Yemen", 1960, 1, 5e6),
        ("Yemen", 1995, 1, 15e6), ("Former USSR", 2000, 1, 290e6), ("Sudan (Former)", 2000, 1, 30e6),
    ]  # fmt: skip
    path = tmp_path / "m.csv"
    pd.DataFrame(rows, columns=["country", "year", "mad_gdppc", "mad_pop"]).to_csv(path, index=False)
    table = maddison.read(path)
    assert table.data[["country_id", "year"]].values.tolist() == [[365, 1950], [625, 2000], [678, 1995]]
    lost = table.unmatched[table.unmatched["reason"].str.startswith("another territory")]
    assert set(lost["code"]) == {"Russian Federation", "Yemen"}


def people(*rows):
    return pd.DataFrame(list(rows), columns=["country_id", "year", "population", "territory", "source"])


def test_a_linked_series_has_the_growth_of_one_source_and_the_level_of_the_other():
    earlier = people(
        (2, 1958, 80.0, "own", "a"), (2, 1959, 90.0, "own", "a"), (2, 1960, 100.0, "own", "a"),
        (3, 1959, 5.0, "own", "a"), (4, 1959, 7.0, "own", "a"), (4, 1960, 8.0, "own", "a"),
    )  # fmt: skip
    later = people((2, 1960, 150.0, "X+Y", "b"), (2, 1961, 155.0, "X+Y", "b"), (3, 1961, 9.0, "own", "b"))
    table = linked(earlier, later)
    assert table["population"].tolist() == [120.0, 135.0, 100.0, 5.0, 7.0, 8.0]
    assert table["source"].tolist() == ["a;b", "a;b", "a", "a", "a", "a"]
    assert table["territory"].tolist() == ["X+Y", "X+Y", "own", "own", "own", "own"]


def test_population_has_no_seam_where_its_source_changes():
    """Only West Germany's union of 1990 changes a population by more than 5% in a year of another source."""
    table = pd.read_csv(core_file("population.csv"))
    before = table.groupby("country_id")[["year", "population", "source"]].shift()
    seam = (table["source"] != before["source"]) & (table["year"] == before["year"] + 1)
    growth = (table["population"] / before["population"] - 1).abs()
    assert table.loc[seam & (growth > 0.05), ["country_id", "year"]].values.tolist() == [[260, 1990]]
    # the World Bank's first figure is of Sudan and South Sudan: 8.4 and 2.9 million in 1960
    sudan = table[table["country_id"] == 625].set_index("year")
    assert sudan.loc[1956, "population"] == pytest.approx(10.12e6, rel=0.001)
    assert sudan.loc[1956, ["territory", "source"]].tolist() == ["SDN+SSD", "maddison-2023;wdi-ewp2025"]
