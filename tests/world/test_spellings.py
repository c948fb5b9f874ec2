"""Names as people write them mean the right state, or none; codes lead back."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.sources.reading.matching import with_country_id
from rtop_forecast.storage.bundled import core_file
from rtop_forecast.world.codes import codes_of, meaning, normalise
from rtop_forecast.world.spellings import find_spelling
from rtop_forecast.world.states import state_years

WRITTEN = {
    "S. Sudan": 626, "Congo, DRC": 490, "Dem. Rep. Congo": 490, "Congo, Rep.": 484, "Czech Rep.": 316, "N. Korea": 731,
    "S. Korea": 732, "U.S.": 2, "U.K.": 200, "Tanzania, United Rep.": 510, "Britain": 200, "COTE D IVOIRE": 437,
    "SDN": 625, "SD": 625, "COD": 490, "Eq. Guinea": 411, "Bosnia and Herz.": 346, "Solomon Is.": 940,
    "Russian Fed.": 365, "Trinidad & Tobago": 52, "DRC": 490, "Viet-Nam": 816, "Yugoslavia (Serbia)": 340,
    "Papua N. Guinea": 910, "Sri-Lanka": 780, "Swaziland/Eswatini": 572, "Micronesia (Fed. States of)": 987,
    "S. Tome and Principe": 403, "N.Korea": 731, "Rep. of Korea": 732, "W. Samoa": 990,
}  # fmt: skip
TRANSLATED = {"Soudan": 625, "Tchad": 483, "Allemagne": 260, "Alemania": 260, "Sudán del Sur": 626,
              "Côte d’Ivoire": 437, "Corée du Nord": 731, "Estados Unidos": 2,
              "جنوب السودان": 626, "ليبيا": 620}  # fmt: skip


@pytest.mark.parametrize(("name", "number"), WRITTEN.items())
def test_names_as_people_write_them(name, number):
    assert rtop.resolve_state(name, system="name", year=2015) == number


@pytest.mark.parametrize(("name", "number"), TRANSLATED.items())
def test_names_in_other_languages(name, number):
    assert rtop.resolve_state(name, system="name", year=2015) == number


@pytest.mark.parametrize(
    "name", ["Nowhere", "Sudn", "sdn", "Korea, Rep. Dem.", "XX", "", "N. N.", "Republic", "Rep."]
)
def test_nothing_is_guessed(name):
    found = find_spelling(name)
    assert found is None or meaning(found[1], found[0], 2015) is None


def test_a_state_that_was_not_there_yet_is_told_with_its_history():
    with pytest.raises(rtop.CoverageError, match="South Sudan: part of Sudan"):
        rtop.resolve_state("S. Sudan", system="name", year=2005)


@pytest.mark.parametrize(
    ("name", "year", "number"),
    [
        ("U.K.", 2000, 200), ("Czech Rep.", 2000, 316), ("Viet-Nam", 2000, 816), ("Yugoslavia (Serbia)", 2000, 345),
        ("Yugoslavia (Serbia)", 2010, 340), ("St.Lucia", 2000, 56), ("S. Sudan", 2012, 626),
        ("Trinidad & Tobago", 2000, 52), ("Congo-Brazzaville", 2000, 484), ("Zimbabwe/Rhodesia", 1970, 552),
    ],
)  # fmt: skip
def test_signs_and_sure_abbreviations_are_one_for_readers_and_users(name, year, number):
    assert rtop.resolve_state(name, system="name", year=year) == number
    matched, lost = with_country_id(pd.DataFrame({"c": [name], "year": [year]}), code="c", system="name")
    assert lost.empty
    assert matched["country_id"].tolist() == [number]


def test_the_form_that_is_compared_is_stable_and_keeps_states_apart():
    table = pd.read_csv(core_file("crosswalk.csv"), dtype=str, keep_default_na=False)
    names = table[table["system"] == "name"]
    keys = names["code"].map(lambda name: normalise(name, system="name"))
    assert keys.map(lambda key: normalise(key, system="name")).equals(keys)
    spans = names.assign(key=keys).groupby(["key", "first_year", "last_year"])["country_id"].nunique()
    assert (spans == 1).all()


def test_every_bundled_name_stands_for_itself():
    for key in codes_of("name").number:
        assert find_spelling(key) == ("name", key)


def test_the_report_names_what_stands_in_the_table():
    table = pd.DataFrame({"country": ["Hong Kong SAR, China", "Papua N. Guinea", "S. Sudan", "Chad"]})
    table = table.assign(year=[2020, 1970, 2005, 2005], x=1.0)
    panel = rtop.add_variables(
        rtop.load_panel(first=1965), table, name="own", publication_lag_months=1, unmatched="report"
    )
    own = panel.unmatched[panel.unmatched["source"] == "own-own"]
    assert sorted(own["code"]) == ["Hong Kong SAR, China", "Papua N. Guinea", "S. Sudan"]


def test_names_in_a_table_of_ones_own():
    panel = rtop.load_panel(first=2000)
    table = pd.DataFrame({"country": list(WRITTEN), "year": 2015, "x": 1.0}).drop_duplicates()
    table = table.drop_duplicates(subset="country")
    ids = table["country"].map(WRITTEN)
    table = table[~ids.duplicated()]
    made = rtop.add_variables(panel, table, name="own", publication_lag_months=1)
    frame = made.frame[made.frame["own_x"] == 1]
    assert set(frame["country_id"]) == set(WRITTEN.values())
    assert (frame["year"] == 2015).all()


def test_codes_lead_back_to_the_state():
    states = state_years(first=1946, last=2025)
    for column, system in (("iso3", "iso3"), ("iso_numeric", "m49"), ("cow", "cow"), ("vdem", "vdem")):
        codes = rtop.find_codes(states["country_id"], states["year"], codes=[column])[column]
        given = codes.notna().to_numpy()
        assert given.mean() > 0.85
        back = [
            rtop.resolve_state(code, system=system, year=int(year))
            for code, year in zip(codes[given][::7], states["year"][given][::7], strict=True)
        ]
        np.testing.assert_array_equal(back, states["country_id"][given][::7])
    assert rtop.find_codes(4, 2000).shape == (1, 4)
    # codes withdrawn long ago are read, and never given
    ids = [775, 360, 552, 490, 434, 439, 860, 347]
    expected = ["MMR", "ROU", "ZWE", "COD", "BEN", "BFA", "TLS", "XKX"]
    assert rtop.find_codes(ids, 2024)["iso3"].tolist() == expected
    assert rtop.find_codes(ids, 2024, codes=["worldbank"])["worldbank"].tolist() == expected
    assert rtop.find_codes(ids, 2024, codes=["iso2"])["iso2"].tolist() == [
        "MM", "RO", "ZW", "CD", "BJ", "BF", "TL", "XK",
    ]  # fmt: skip
    assert rtop.find_codes(700, 2000)["iso_numeric"].tolist() == ["004"]
    with pytest.raises(rtop.InputError, match="codes must be of iso3"):
        rtop.find_codes([625], 2000, codes=["fips"])
