"""Invariants of the state system and its codes."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtop_forecast.errors import CoverageError, InputError
from rtop_forecast.storage.bundled import core_file
from rtop_forecast.world.codes import FIRST_YEAR, LAST_YEAR, SYSTEMS, normalise
from rtop_forecast.world.states import contiguity, list_states, resolve_many, resolve_state, state_years

STATE_YEARS = state_years()
PAIRS = set(zip(STATE_YEARS["country_id"], STATE_YEARS["year"], strict=True))


def crosswalk() -> pd.DataFrame:
    table = pd.read_csv(core_file("crosswalk.csv"), dtype=str, keep_default_na=False)
    table["first_year"] = table["first_year"].astype(int)
    table["last_year"] = table["last_year"].replace("", str(LAST_YEAR)).astype(int)
    keys = zip(table["system"], table["code"], strict=True)
    table["key"] = [normalise(code, system=system) for system, code in keys]
    # "Czech Rep." and "Czech Republic" are one name
    return table.drop_duplicates(["system", "key", "country_id", "first_year", "last_year"])


CROSSWALK = crosswalk()


@pytest.mark.parametrize(
    ("system", "column"), [("gw", "country_id"), ("ucdp", "country_id"), ("name", "name")]
)
def test_every_state_year_resolves_to_itself(system, column):
    found = resolve_many(STATE_YEARS[column], STATE_YEARS["year"], system=system)
    assert found.country_id.tolist() == STATE_YEARS["country_id"].tolist()


@pytest.mark.parametrize("system", SYSTEMS)
def test_codes_mean_states_that_existed(system):
    """Every code, over every year: the state it means exists, and the spells do not overlap."""
    rows = CROSSWALK[(CROSSWALK["system"] == system) & (CROSSWALK["country_id"] != "")]
    spans = [range(a, b + 1) for a, b in zip(rows["first_year"], rows["last_year"], strict=True)]
    long = rows.assign(year=spans).explode("year", ignore_index=True)
    assert not long.duplicated(["key", "year"]).any()
    found = resolve_many(long["code"], long["year"], system=system)
    assert found.unmatched.empty
    assert found.country_id.tolist() == long["country_id"].astype(int).tolist()
    assert set(zip(found.country_id.tolist(), long["year"], strict=True)) <= PAIRS


def test_spells_are_in_order_and_inside_the_table():
    assert (CROSSWALK["first_year"] >= FIRST_YEAR).all()
    assert (CROSSWALK["first_year"] <= CROSSWALK["last_year"]).all()
    assert (CROSSWALK["last_year"] <= LAST_YEAR).all()
    assert (CROSSWALK.loc[CROSSWALK["country_id"] == "", "note"] != "").all()
    assert set(CROSSWALK["system"]) == set(SYSTEMS)
    ordered = CROSSWALK.sort_values(["system", "key", "first_year"])
    before = ordered.groupby(["system", "key"])["last_year"].shift()
    assert not (ordered["first_year"] <= before).any()


@pytest.mark.parametrize("system", ["iso3", "vdem", "cow", "worldbank", "unhcr", "name"])
def test_every_large_state_of_today_has_a_code(system):
    today = list_states().query("end.isna() and not microstate")["country_id"].tolist()
    rows = CROSSWALK[(CROSSWALK["system"] == system) & (CROSSWALK["last_year"] == LAST_YEAR)]
    missing = set(today) - set(rows.loc[rows["country_id"] != "", "country_id"].astype(int))
    # V-Dem covers no state below a certain size; UNHCR has no code for Taiwan and none for Kosovo.
    known = {"vdem": {31, 80, 212, 835}, "unhcr": {347, 713}}
    assert missing <= known.get(system, set())


@given(
    name=st.sampled_from(sorted(set(list_states()["name"]))),
    upper=st.booleans(),
    space=st.text(alphabet=" \t\u00a0", max_size=3),
    apostrophe=st.sampled_from(["'", "\u2019", "`", "\u2018", ""]),
)
def test_spelling_of_names(name, upper, space, apostrophe):
    spelled = space + name.replace("'", apostrophe).replace(" ", f" {space}") + space
    spelled = spelled.upper() if upper else spelled
    assert normalise(spelled, system="name") == normalise(name, system="name")


@given(
    code=st.one_of(st.text(max_size=12), st.integers(), st.floats(), st.none()),
    system=st.sampled_from(SYSTEMS),
    year=st.integers(1900, 2100),
)
def test_any_code_gives_a_state_or_an_error_of_ours(code, system, year):
    found = resolve_many(pd.Series([code], dtype=object), [year], system=system)
    text = ""
    try:
        number = resolve_state(code, system=system, year=year)
    except (InputError, CoverageError) as error:
        text = str(error)
    if text:
        assert found.unmatched["reason"].tolist() == [text]
        assert found.country_id.isna().all()
    else:
        assert (number, year) in PAIRS
        assert found.country_id.tolist() == [number]


@given(
    st.lists(st.tuples(st.sampled_from(["2", "345", "340", "679", "nowhere", ""]), st.integers(1940, 2030)))
)
def test_no_row_is_lost(rows):
    codes, years = [code for code, _ in rows], [year for _, year in rows]
    found = resolve_many(codes, years, system="cow")
    assert len(found.country_id) == len(rows)
    assert int(found.unmatched["rows"].sum()) == int(found.country_id.isna().sum())


@given(first=st.integers(FIRST_YEAR, LAST_YEAR), length=st.integers(0, 80))
def test_state_years_of_a_span_are_rows_of_the_whole(first, length):
    last = min(first + length, LAST_YEAR)
    part = state_years(first=first, last=last)
    whole = STATE_YEARS[STATE_YEARS["year"].between(first, last)].reset_index(drop=True)
    pd.testing.assert_frame_equal(part, whole)


def test_state_years_are_unique_and_without_gaps():
    assert not STATE_YEARS.duplicated(["country_id", "year"]).any()
    step = STATE_YEARS.groupby("country_id")["year"].diff().dropna()
    assert (step == 1).all()


@pytest.mark.parametrize("kind", ["land", "water_12", "water_24", "water_150", "water_400", "any"])
def test_contiguity_is_symmetric_between_states_that_exist(kind):
    pairs = contiguity(kind=kind)
    assert not pairs.duplicated().any()
    triples = set(pairs.itertuples(index=False, name=None))
    assert triples == {(b, a, year) for a, b, year in triples}
    assert all(a != b for a, b, _ in triples)
    assert {(a, year) for a, _, year in triples} <= PAIRS
    assert pairs["year"].min() == FIRST_YEAR
    assert pairs["year"].max() == LAST_YEAR


def test_contiguity_spells_do_not_overlap():
    table = pd.read_csv(core_file("contiguity.csv"))
    table["last_year"] = table["last_year"].fillna(LAST_YEAR)
    keys = ["country_id", "neighbour_id", "kind"]
    ordered = table.sort_values([*keys, "first_year"])
    before = ordered.groupby(keys)["last_year"].shift()
    assert not (ordered["first_year"] <= before).any()
    assert (ordered["first_year"] <= ordered["last_year"]).all()
