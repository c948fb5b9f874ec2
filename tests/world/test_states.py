"""The state system: who existed when, and what every code and name meant."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from rtop_forecast.errors import CoverageError, InputError
from rtop_forecast.world.codes import SYSTEMS, codes_of
from rtop_forecast.world.states import (
    contiguity,
    list_states,
    resolve_many,
    resolve_state,
    state,
    state_years,
)


def named(name: str, year: int) -> int:
    return resolve_state(name, system="name", year=year)


def ids_in(year: int) -> set[int]:
    return set(state_years(first=year, last=year)["country_id"])


def neighbours(country_id: int, year: int, *, kind: str = "land") -> set[int]:
    pairs = contiguity(kind=kind)
    return set(pairs.loc[(pairs["country_id"] == country_id) & (pairs["year"] == year), "neighbour_id"])


# Who existed when

# Dates as the Gleditsch-Ward list (release to 2020) gives them.
DATES = {
    260: ("Germany", date(1949, 9, 21), None),
    265: ("East Germany", date(1949, 10, 5), date(1990, 10, 2)),
    315: ("Czechoslovakia", date(1918, 11, 11), date(1992, 12, 31)),
    316: ("Czechia", date(1993, 1, 1), None),
    317: ("Slovakia", date(1993, 1, 1), None),
    340: ("Serbia", date(2006, 6, 5), None),
    341: ("Montenegro", date(2006, 6, 3), None),
    345: ("Yugoslavia", date(1918, 12, 1), date(2006, 6, 4)),
    347: ("Kosovo", date(2008, 2, 17), None),
    365: ("Russia", date(1816, 1, 1), None),
    369: ("Ukraine", date(1991, 12, 1), None),
    510: ("Tanzania", date(1961, 12, 9), None),
    511: ("Zanzibar", date(1963, 12, 19), date(1964, 4, 26)),
    530: ("Ethiopia", date(1855, 2, 11), None),
    531: ("Eritrea", date(1993, 5, 24), None),
    565: ("Namibia", date(1990, 3, 21), None),
    625: ("Sudan", date(1956, 1, 1), None),
    626: ("South Sudan", date(2011, 7, 9), None),
    678: ("Yemen", date(1918, 10, 30), None),
    680: ("South Yemen", date(1967, 11, 30), date(1990, 5, 21)),
    711: ("Tibet", date(1913, 1, 1), date(1950, 10, 1)),
    713: ("Taiwan", date(1949, 12, 8), None),
    731: ("North Korea", date(1948, 9, 9), None),
    732: ("South Korea", date(1948, 8, 15), None),
    770: ("Pakistan", date(1947, 8, 14), None),
    771: ("Bangladesh", date(1971, 12, 16), None),
    816: ("Vietnam", date(1954, 5, 1), None),
    817: ("South Vietnam", date(1954, 5, 1), date(1975, 4, 30)),
    860: ("Timor-Leste", date(2002, 5, 20), None),
}


@pytest.mark.parametrize("number", DATES)
def test_dates_of_the_list(number):
    found = state(number)
    assert (found.name, found.start, found.end) == DATES[number]


def test_table():
    table = list_states()
    assert list(table.columns) == ["country_id", "name", "start", "end", "microstate", "region", "subregion"]
    assert table["country_id"].is_monotonic_increasing
    assert table["country_id"].is_unique
    assert table["name"].is_unique
    assert (table["name"].str.len() > 2).all()
    assert table["microstate"].dtype == bool
    assert int(table["microstate"].sum()) == 23
    assert (table["end"].isna() | (table["end"] > table["start"])).all()
    assert set(table["region"]) == {"Africa", "Americas", "Asia", "Europe", "Oceania"}
    assert table.groupby("subregion")["region"].nunique().eq(1).all()
    assert table["subregion"].nunique() == 22
    assert state(626).subregion == "Eastern Africa"
    assert state(41).subregion == "Caribbean"
    assert state(970).microstate
    assert not state(860).microstate


def test_tables_are_handed_out_as_copies():
    table, pairs = list_states(), contiguity()
    table["name"] = "changed"
    pairs["year"] = 0
    assert state(2).name == "United States"
    assert contiguity()["year"].min() == 1946


@pytest.mark.parametrize(
    ("number", "years"),
    [
    (265, (1949, 1990)), (680, (1967, 1990)), (511, (1963, 1964)), (817, (1954, 1975)), (345, (1946, 2006)),
    (340, (2006, 2025)), (341, (2006, 2025)), (347, (2008, 2025)), (315, (1946, 1992)), (316, (1993, 2025)),
        (626, (2011, 2025)), (260, (1949, 2025)), (711, (1946, 1950)), (2, (1946, 2025)), (652, (1946, 2025)),
    ],
)  # fmt: skip
def test_a_state_has_every_year_with_a_day_of_independence(number, years):
    rows = state_years()
    mine = rows.loc[rows["country_id"] == number, "year"].to_numpy()
    np.testing.assert_array_equal(mine, np.arange(years[0], years[1] + 1))


def test_years_of_change_hold_both_states():
    assert {260, 265, 678, 680} <= ids_in(1990)
    assert {340, 341, 345} <= ids_in(2006)
    assert {510, 511} <= ids_in(1964)
    assert {816, 817} <= ids_in(1975)
    assert 315 in ids_in(1992)
    assert ids_in(1993).isdisjoint({315})
    assert ids_in(1992).isdisjoint({316, 317})
    assert {260, 265, 255}.isdisjoint(ids_in(1947))


def test_state_years_options():
    rows = state_years(first=2000, last=2001, microstates=False)
    assert list(rows.columns) == ["country_id", "year", "name"]
    assert set(rows["year"]) == {2000, 2001}
    assert rows["country_id"].isin(list_states().query("~microstate")["country_id"]).all()
    assert rows.equals(rows.sort_values(["country_id", "year"], ignore_index=True))
    # The list to 2020: 197 states, 23 of them microstates, and none has come or gone since.
    assert len(ids_in(2020)) == len(ids_in(2025)) == 197
    for first, last in ((1945, 2000), (2000, 2026), (2001, 2000)):
        with pytest.raises(InputError, match="1946 <= first <= last <= 2025"):
            state_years(first=first, last=last)


def test_state_by_number():
    with pytest.raises(InputError, match="no state since 1946 has the Gleditsch-Ward number 255"):
        state(255)
    with pytest.raises(CoverageError, match=r"South Sudan \(626\) 2011-"):
        state(626, year=2010)
    assert state(626, year=2011).end is None


# What codes and names meant

REQUIRED = [
    # Yugoslavia, Serbia, Montenegro, Kosovo
    ("Yugoslavia", "name", 1990, 345), ("Yugoslavia", "name", 2006, 345), ("Serbia", "name", 2006, 340),
    ("Serbia and Montenegro", "name", 2004, 345), ("Federal Republic of Yugoslavia", "name", 1999, 345),
    ("Serbia (Yugoslavia)", "name", 1999, 345), ("Montenegro", "name", 2006, 341),
    ("Kosovo", "name", 2008, 347),
    (345, "gw", 2006, 345), (340, "gw", 2006, 340), (345, "cow", 2005, 345), (345, "cow", 2007, 340),
    (345, "ewp", 1995, 345), (345, "ewp", 2020, 340), (198, "vdem", 2005, 345), (198, "vdem", 2006, 340),
    ("SCG", "iso3", 2005, 345), ("YUG", "iso3", 1995, 345), ("SRB", "iso3", 2006, 340),
    ("CS", "iso2", 2004, 345), ("CS", "iso2", 1990, 315),
    ("XKX", "iso3", 2010, 347), ("XKK", "iso3", 2010, 347), ("KSV", "iso3", 2010, 347),
    ("XK", "iso2", 2010, 347),
    ("KSV", "worldbank", 2010, 347), ("XKX", "worldbank", 2010, 347), ("XKX", "vdem", 2010, 347),
    (43, "vdem", 2008, 347),
    ("YGS", "pitf", 1999, 345), ("YUG", "pitf", 1985, 345), ("SRB", "pitf", 2010, 340),
    (347, "polity", 1995, 345),
    ("SRB", "unhcr", 1995, 345), ("SRB", "unhcr", 2015, 340),
    # USSR, Russia
    ("Soviet Union", "name", 1980, 365), ("USSR", "name", 1991, 365), ("Russia", "name", 1991, 365),
    ("Russia (Soviet Union)", "name", 1960, 365), ("Russian Federation", "name", 1995, 365),
    ("SUN", "iso3", 1980, 365), ("RUS", "iso3", 1995, 365), (810, "m49", 1985, 365), (643, "m49", 2000, 365),
    ("USS", "pitf", 1970, 365), (364, "polity", 1970, 365), (11, "vdem", 1970, 365),
    # The two Germanys
    ("Germany", "name", 1970, 260), ("Germany", "name", 2000, 260), ("West Germany", "name", 1970, 260),
    ("German Federal Republic", "name", 2000, 260), ("East Germany", "name", 1970, 265),
    ("German Democratic Republic", "name", 1990, 265), ("Germany (East)", "name", 1980, 265),
    (255, "cow", 2000, 260), (260, "cow", 1980, 260), (265, "cow", 1980, 265), (255, "cow", 1990, 260),
    (260, "cow", 1950, 260), (255, "ewp", 1970, 260), (255, "vdem_cow", 1991, 260),
    (260, "vdem_cow", 1990, 260),
    (77, "vdem", 1970, 260), (137, "vdem", 1990, 265), ("DDR", "iso3", 1980, 265), ("DEU", "iso3", 1980, 260),
    ("GFR", "pitf", 1980, 260), ("GER", "pitf", 1995, 260), ("GDR", "pitf", 1980, 265),
    ("GFR", "unhcr", 2010, 260),
    # The three Yemens
    ("Yemen", "name", 1980, 678), ("Yemen", "name", 2000, 678), ("Yemen (North Yemen)", "name", 1962, 678),
    ("Yemen (North Yemen)", "name", 2015, 678), ("Yemen Arab Republic", "name", 1985, 678),
    ("Yemen, People's Republic of", "name", 1985, 680), ("South Yemen", "name", 1990, 680),
    ("Yemen, Rep.", "name", 2000, 678), (678, "gw", 2000, 678), (680, "gw", 1990, 680),
    (678, "cow", 1985, 678),
    (679, "cow", 2000, 678), (679, "ewp", 1990, 678), (678, "ewp", 1989, 678), (680, "ewp", 1989, 680),
    (14, "vdem", 1980, 678), (14, "vdem", 2000, 678), (23, "vdem", 1980, 680), ("YMD", "iso3", 1980, 680),
    (887, "m49", 2000, 678), (720, "m49", 1980, 680), ("YAR", "pitf", 1980, 678), ("YPR", "pitf", 1980, 680),
    # The two Vietnams
    ("Vietnam", "name", 1960, 816), ("Vietnam (North Vietnam)", "name", 1988, 816),
    ("Viet Nam", "name", 2000, 816),
    ("South Vietnam", "name", 1975, 817), ("Republic of Vietnam", "name", 1960, 817), (816, "gw", 1980, 816),
    (817, "gw", 1975, 817), (34, "vdem", 1980, 816), (35, "vdem", 1960, 817), ("VNM", "iso3", 2000, 816),
    ("DRV", "pitf", 1960, 816), ("RVN", "pitf", 1960, 817), ("VIE", "pitf", 2000, 816),
    ("SRV", "unhcr", 2000, 816),
    # Czechoslovakia and heirs
    ("Czechoslovakia", "name", 1992, 315), ("Czechia", "name", 1993, 316),
    ("Czech Republic", "name", 2000, 316),
    ("Slovakia", "name", 1993, 317), ("Slovak Republic", "name", 2000, 317), ("CSK", "iso3", 1980, 315),
    (157, "vdem", 1992, 315), (157, "vdem", 1993, 316), ("CZE", "iso3", 1993, 316),
    ("CZE", "pitf", 1980, 315),
    # Sudan, South Sudan
    ("Sudan", "name", 2000, 625), ("Sudan", "name", 2015, 625), ("South Sudan", "name", 2011, 626),
    ("Sudan-North", "name", 2012, 625), (736, "m49", 2005, 625), (729, "m49", 2015, 625),
    (728, "m49", 2015, 626),
    (626, "polity", 2015, 625), (525, "polity", 2015, 626), ("SDN", "pitf", 2012, 625),
    ("SSD", "iso3", 2012, 626),
    # Ethiopia, Eritrea; Pakistan, Bangladesh; Tanzania, Zanzibar
    ("Ethiopia", "name", 1980, 530), ("Eritrea", "name", 1993, 531), ("ETH", "pitf", 1980, 530),
    ("ETI", "pitf", 2000, 530), (230, "m49", 1980, 530), (231, "m49", 2000, 530), (529, "polity", 2000, 530),
    ("Pakistan", "name", 1960, 770), ("Bangladesh", "name", 1971, 771), ("PKS", "pitf", 1970, 770),
    ("PAK", "pitf", 1980, 770), (769, "polity", 1960, 770),
    ("Tanganyika", "name", 1962, 510), ("Tanzania/Tanganyika", "name", 1970, 510),
    ("Zanzibar", "name", 1964, 511),
    ("U.R. of Tanzania: Mainland", "name", 1990, 510), (236, "vdem", 1964, 511),
    # Taiwan, Timor-Leste
    ("Taiwan", "name", 1950, 713), ("Taiwan, China", "name", 2000, 713), ("TWN", "iso3", 2000, 713),
    ("Timor-Leste", "name", 2002, 860), ("East Timor", "name", 2005, 860), ("TMP", "worldbank", 2005, 860),
    # Names
    ("DR Congo (Zaire)", "name", 1999, 490), ("Zaire", "name", 1990, 490), ("DR Congo", "name", 2020, 490),
    ("Congo, the Democratic Republic of the", "name", 2000, 490), ("Congo, Republic of", "name", 2000, 484),
    ("Congo", "name", 1999, 484), ("Republic of Congo", "name", 1999, 484),
    ("Congo-Brazzaville", "name", 1999, 484),
    ("Cote D\u2019Ivoire", "name", 2000, 437), ("Côte d'Ivoire", "name", 2000, 437),
    ("cote d`ivoire", "name", 2000, 437),
    ("Ivory Coast", "name", 2000, 437), ("Korea, People's Republic of", "name", 2000, 731),
    ("Korea, Republic of", "name", 2000, 732), ("Korea DPR", "name", 2000, 731),
    ("Democratic People's Republic of Korea", "name", 2000, 731), ("Türkiye", "name", 2023, 640),
    ("Turkiye", "name", 2023, 640), ("Turkey", "name", 1990, 640), ("Cabo Verde", "name", 2000, 402),
    ("Cape Verde", "name", 2000, 402), ("Eswatini", "name", 2020, 572), ("Swaziland", "name", 1990, 572),
    ("Burma/Myanmar", "name", 2021, 775), ("Myanmar (Burma)", "name", 1990, 775),
    ("Burma", "name", 1960, 775),
    ("North Macedonia", "name", 2020, 343), ("Macedonia", "name", 2000, 343), ("Namibia", "name", 2000, 565),
    ("Macedonia (Former Yugoslav Republic of)", "name", 1995, 343), ("Guinea", "name", 1970, 438),
    ("Guinea-Bissau", "name", 1980, 404), ("Equatorial Guinea", "name", 1980, 411),
    ("Niger", "name", 1980, 436),
    ("Nigeria", "name", 1980, 475), ("Dominica", "name", 1990, 54), ("Dominican Republic", "name", 1990, 42),
    ("  united   states OF america ", "name", 1990, 2),
    ("Republic of Cape Verde [independent state]", "name", 1980, 402),
    # Codes that look like others
    ("NA", "iso2", 1995, 565), ("NAM", "iso3", 1995, 565), ("na", "iso2", 1995, 565),
    ("AUS", "iso3", 2000, 900),
    ("AUS", "unhcr", 2000, 305), ("AUL", "unhcr", 2000, 900), ("AUS", "pitf", 2000, 305),
    (970, "gw", 2000, 970), (970, "cow", 2000, 971), (946, "cow", 2000, 970), (955, "cow", 2000, 972),
    ("004", "m49", 2000, 700), (4, "m49", 2000, 700), (4.0, "m49", 2000, 700), ("4.0", "m49", 2000, 700),
    ("ROM", "worldbank", 1995, 360), ("ZAR", "worldbank", 1995, 490), (np.int64(2), "gw", 2000, 2),
    (740, "cow", 1948, 740), (760, "cow", 1960, 760), (652, "cow", 1960, 652),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "system", "year", "expected"), REQUIRED, ids=lambda value: str(value).replace("/", "-")
)
def test_required_cases(code, system, year, expected):
    assert resolve_state(code, system=system, year=year) == expected


def test_required_cases_many_at_once():
    table = pd.DataFrame(REQUIRED, columns=["code", "system", "year", "expected"])
    for system, rows in table.groupby("system"):
        found = resolve_many(rows["code"], rows["year"], system=system)
        assert found.country_id.tolist() == rows["expected"].tolist()
        assert found.unmatched.empty


NOT_THEN = [
    ("Serbia", "name", 2000, r"Serbia \(340\) 2006-; Serbia: part of Yugoslavia \(345\) until 4 June 2006"),
    ("Yugoslavia", "name", 2010, r"Yugoslavia \(345\) 1946-2006; Yugoslavia: divided .* Serbia \(340\)"),
    (345, "gw", 2010, r"means no independent state in 2010"),
    ("SRB", "iso3", 2000, r"part of Yugoslavia"),
    ("Kosovo", "name", 2007, r"Kosovo \(347\) 2008-"),
    ("Czechia", "name", 1980, r"part of Czechoslovakia \(315\)"),
    ("Czechoslovakia", "name", 1993, r"divided on 1 January 1993 into Czechia \(316\) and Slovakia \(317\)"),
    ("South Sudan", "name", 2010, r"part of Sudan \(625\) until 8 July 2011"),
    ("Bangladesh", "name", 1970, r"part of Pakistan \(770\)"),
    ("Eritrea", "name", 1992, r"part of Ethiopia \(530\)"),
    ("Zanzibar", "name", 1970, r"united with Tanganyika, now Tanzania \(510\)"),
    ("South Yemen", "name", 1991, r"united with North Yemen, now Yemen \(678\)"),
    ("Soviet Union", "name", 1992, r"Russia \(365\) 1946-1991"),
    ("USSR", "name", 2000, r"Russia \(365\) 1946-1991"),
    ("Yemen, Rep.", "name", 1985, r"Yemen \(678\) 1990-"),
    ("Germany", "name", 1947, r"no German state in this list 1946-1948"),
    ("RUS", "iso3", 1980, r"Russia \(365\) 1991-"),
    ("DEU", "worldbank", 1980, r"Germany \(260\) 1990-"),
    (816, "gw", 1953, r"Vietnam \(816\) 1954-"),
    ("Algeria", "name", 1954, r"Algeria \(615\) 1962-"),
    (260, "cow", 1995, r"Germany \(260\) 1949-1990"),
    (679, "cow", 1985, r"Yemen \(678\) 1990-"),
    ("France", "name", 2026, "covers 1946-2025"),
    ("France", "name", 1945, "covers 1946-2025"),
    # Known, but no states of the list
    (
        "Palestine",
        "name",
        2020,
        "'Palestine' is not an independent state in 2020: not in the Gleditsch\u2013Ward list",
    ),
    ("West Bank and Gaza", "name", 2020, "not in the Gleditsch\u2013Ward list"),
    ("PSE", "iso3", 2020, "Palestine, not in the Gleditsch\u2013Ward list"),
    (128, "vdem", 2020, "Palestine/West Bank, not in the Gleditsch\u2013Ward list"),
    ("Western Sahara", "name", 2020, "not in the Gleditsch\u2013Ward list"),
    ("Hong Kong SAR, China", "name", 2020, "territory"),
    ("Puerto Rico", "name", 2020, "territory"),
    ("Greenland", "name", 2020, "territory"),
    ("GRL", "worldbank", 2020, "Greenland: a territory"),
    ("WLD", "worldbank", 2020, "World: an aggregate"),
    ("Sub-Saharan Africa", "name", 2020, "not a state"),
    ("Former USSR", "name", 2000, "area of a former state"),
    ("Korea", "name", 1990, r"either of two states, North Korea \(731\) or South Korea \(732\)"),
    (751, "ucdp", 1948, "Hyderabad"),
]


@pytest.mark.parametrize(("code", "system", "year", "text"), NOT_THEN)
def test_known_codes_without_a_state_say_why(code, system, year, text):
    with pytest.raises(CoverageError, match=text):
        resolve_state(code, system=system, year=year)


@pytest.mark.parametrize(
    ("code", "system", "text"),
    [
        ("Sudn", "name", r"^no state is called 'Sudn' in 2020; did you mean Sudan\?$"),
        ("Kyrgyztan", "name", r"did you mean Kyrgyzstan\?"),
        ("Atlantis", "name", r"no state is called 'Atlantis' in 2020\. See list_states\(\)"),
        ("USA", "iso2", "no state has the iso2 code 'USA' in 2020; the code has a meaning in .*iso3"),
        ("QQQ", "iso3", r"no state has the iso3 code 'QQQ' in 2020\. See crosswalk\.csv"),
        (255, "gw", "the code has a meaning in cow"),
        ("", "name", "the name is missing in 2020"),
        (None, "iso3", "the iso3 code is missing"),
        (np.nan, "gw", "the gw code is missing"),
        (2.5, "gw", "no state has the gw code '2.5'"),
    ],
)
def test_unknown_codes_name_near_misses(code, system, text):
    with pytest.raises(InputError, match=text):
        resolve_state(code, system=system, year=2020)


def test_near_misses_existed_in_that_year():
    with pytest.raises(InputError) as caught:
        resolve_state("South Sudann", system="name", year=1990)
    assert "South Sudan" not in str(caught.value).split(";")[-1]


def test_names_are_never_guessed():
    for name in ("Sudan South", "Congo D", "Guinea B", "North", "Korea, PR", "Nig", "Republic of", "Saint"):
        with pytest.raises(InputError):
            resolve_state(name, system="name", year=2000)


def test_wrong_arguments():
    with pytest.raises(InputError, match="system must be one of gw, ucdp, cow"):
        resolve_state(2, system="gwn", year=2000)
    with pytest.raises(InputError, match="system must be one of"):
        resolve_many([2], [2000], system="gwn")
    for year in (2000.0, "2000", True, None):
        with pytest.raises(InputError, match="year must be an integer"):
            resolve_state(2, system="gw", year=year)
    with pytest.raises(InputError, match="same length; got 2 and 1"):
        resolve_many([2, 20], [2000], system="gw")
    with pytest.raises(InputError, match="1 of 2 rows are not, first row 1"):
        resolve_many([2, 20], [2000, None], system="gw")
    with pytest.raises(InputError, match="must be integers"):
        resolve_many([2], [2000.5], system="gw")
    with pytest.raises(InputError, match="kind must be one of land, water_12"):
        contiguity(kind="sea")


# Many at once


def test_resolve_many_reports_what_does_not_match():
    codes = ["Sudan", "Sudn", "Palestine", None, "Sudn", "Serbia", "Sudn"]
    years = [2000, 2000, 2000, 2000, 2000, 2000, 2001]
    found = resolve_many(codes, years, system="name")
    assert found.country_id.tolist() == [625, *[pd.NA] * 6]
    report = found.unmatched
    assert list(report.columns) == ["code", "year", "rows", "reason"]
    assert report[["code", "year", "rows"]].to_numpy().tolist() == [
        ["", 2000, 1], ["Palestine", 2000, 1], ["Serbia", 2000, 1], ["Sudn", 2000, 2], ["Sudn", 2001, 1],
    ]  # fmt: skip
    assert int(report["rows"].sum()) == 6
    assert report["reason"].str.contains("did you mean Sudan").sum() == 2
    assert found.summary() == "1 of 7 rows matched a state; first unmatched: the name is missing in 2000."


def test_resolve_many_accepts_what_readers_have():
    index = [7, 7, 3]
    for codes in (
        pd.Series([2, 700, 20], index=index),
        pd.Series([2.0, 700.0, np.nan], index=index),
        pd.Series(["2", "700", "20"], index=index),
        pd.Series([2, 700, None], dtype="Int64", index=index),
        [2, "700", 20.0],
        np.array([2, 700, 20]),
    ):
        found = resolve_many(codes, pd.Series([2000, 2000, 2000], index=[1, 2, 3]), system="gw")
        assert found.country_id[:2].tolist() == [2, 700]
    empty = resolve_many([], [], system="gw")
    assert len(empty.country_id) == 0
    assert empty.unmatched.empty
    assert empty.summary() == "0 of 0 rows matched a state"
    outside = resolve_many([2, 2], [1945, 2026], system="gw")
    assert outside.country_id.isna().all()
    assert outside.unmatched["reason"].str.contains("covers 1946-2025").all()


def test_one_hundred_thousand_rows_are_matched():
    rows = state_years().sample(100_000, replace=True, random_state=1)
    codes = rows["name"].where(np.arange(len(rows)) % 10 != 0, "World")
    found = resolve_many(codes, rows["year"], system="name")
    assert int(found.unmatched["rows"].sum()) == 10_000


# Neighbours


@pytest.mark.parametrize(
    ("number", "year", "expected"),
    [
        (626, 2015, {482, 490, 500, 501, 530, 625}),
        (625, 2015, {482, 483, 530, 531, 620, 626, 651}),
        (625, 2005, {482, 483, 490, 500, 501, 530, 531, 620, 651}),
        (260, 1985, {210, 211, 212, 220, 225, 265, 305, 315, 390}),
        (260, 1950, {210, 211, 212, 220, 225, 265, 305, 315, 390}),  # COW lists no Germany before 1954
        (260, 2000, {210, 211, 212, 220, 225, 290, 305, 316, 390}),
        (265, 1985, {260, 290, 315}),
        (340, 2007, {310, 339, 341, 343, 344, 346, 355, 360}),
        (340, 2010, {310, 341, 343, 344, 346, 347, 355, 360}),
        (347, 2010, {339, 340, 341, 343}),
        (345, 1985, {305, 310, 325, 339, 350, 355, 360}),
        (343, 1995, {339, 345, 350, 355}),
        (678, 1985, {670, 680}),
        (680, 1985, {670, 678, 698}),
        (678, 2000, {670, 698}),
        (652, 1960, {640, 645, 660, 663, 666}),  # COW lists the United Arab Republic, under Egypt
        (651, 1960, {620, 625, 666}),
        (816, 1960, {710, 812, 817}),
        (816, 2000, {710, 811, 812}),
        (771, 1980, {750, 775}),
        (713, 2000, set()),
        (395, 2000, set()),
        (223, 1960, {225, 305}),  # COW lists Liechtenstein from 1990
        (760, 1960, {710, 750}),  # COW lists Bhutan from 1971
        (740, 2000, set()),
        (732, 1948, {731}),
        (626, 2025, {482, 490, 500, 501, 530, 625}),
    ],
)
def test_land_neighbours(number, year, expected):
    assert neighbours(number, year) == expected


def test_water_neighbours():
    assert neighbours(740, 2000, kind="water_12") == {365}
    assert 732 in neighbours(740, 2000, kind="any")
    every = contiguity(kind="any")
    for kind in ("land", "water_12", "water_24", "water_150", "water_400"):
        pairs = contiguity(kind=kind)
        assert 0 < len(pairs) < len(every)
        assert len(pairs.merge(every)) == len(pairs)


def test_bundled_codes_cover_every_system():
    assert all(len(codes_of(system).number) > 150 for system in SYSTEMS)


@pytest.mark.parametrize(
    ("name", "number"), [("Britain", 200), ("BRITAIN", 200), ("COTE D IVOIRE", 437), ("Côte d’Ivoire", 437)]
)
def test_names_as_publishers_spell_them(name, number):
    assert named(name, 2000) == number


def test_rwanda_begins_on_the_day_of_its_independence():
    states = list_states().set_index("country_id")
    assert str(states.loc[517, "start"])[:10] == "1962-07-01"
