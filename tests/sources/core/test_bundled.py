from __future__ import annotations

import importlib.util
import tomllib

import pandas as pd
import pytest

from rtop_forecast.sources.core import checks as core_checks
from rtop_forecast.sources.core import series as core_series
from rtop_forecast.storage.bundled import core_file, datasets_dir
from rtop_forecast.world.states import state_years

EVENT_AND_SERIES = sorted(core_checks.TABLE_KEYS)


@pytest.fixture(scope="module")
def years():
    return state_years(first=1946, last=2025)


def load(name):
    return pd.read_csv(core_file(name), keep_default_na=False, na_values=[""])


@pytest.mark.parametrize("name", EVENT_AND_SERIES)
def test_table_keeps_its_rules(name, years):
    core_checks.check_core_table(name, load(name), years)


@pytest.mark.parametrize("name", EVENT_AND_SERIES)
def test_bytes_are_plain(name):
    content = core_file(name).read_bytes()
    assert b"\r" not in content
    assert content.endswith(b"\n")
    content.decode("utf-8")


@pytest.mark.parametrize("name", EVENT_AND_SERIES)
def test_every_row_names_a_registered_source(name):
    registry = tomllib.loads((datasets_dir() / "sources.toml").read_text(encoding="utf-8"))
    keys = {key for cell in load(name)["source"].unique() for key in cell.split(";")}
    assert keys <= set(registry)
    for key in keys:
        assert {"title", "release", "page", "licence", "citation"} <= set(registry[key])


def test_coverage_describes_every_variable_and_no_value_lies_outside():
    coverage = load("coverage.csv").set_index(["table", "variable"])
    for name in ("conflict", "organized_violence", "one_sided", "population", "infant_mortality"):
        table = load(f"{name}.csv")
        for variable in set(table.columns) - {"country_id", "year", "source", "territory"}:
            first, last = coverage.loc[(name, variable), ["first_year", "last_year"]]
            assert table.loc[table[variable].notna(), "year"].between(first, last).all()
    ratings = load("ratings.csv")
    assert set(ratings["variable"]) == set(core_series.RATINGS)
    for variable, spells in ratings.groupby("variable"):
        first, last = coverage.loc[("ratings", variable), ["first_year", "last_year"]]
        assert spells["first_year"].min() == first
        assert spells["last_year"].max() == last


def test_ratings_have_no_gap_inside_a_state(years):
    """A gap is allowed only where V-Dem itself has none of the state's years."""
    ratings = load("ratings.csv")
    ordered = ratings.sort_values(["country_id", "variable", "first_year"])
    before = ordered.groupby(["country_id", "variable"])["last_year"].shift()
    gaps = ordered[before.notna() & (ordered["first_year"] != before + 1)]
    assert gaps.empty


def test_ratings_cover_nearly_all_larger_states(years):
    population = load("population.csv")
    large = population[population["population"] >= 500_000].merge(years, on=["country_id", "year"])
    spells = load("ratings.csv").query("variable == 'v2csreprss_ord'")
    rated = {
        (row.country_id, year)
        for row in spells.itertuples()
        for year in range(row.first_year, row.last_year + 1)
    }
    keys = set(large[["country_id", "year"]].itertuples(index=False, name=None))
    assert len(keys & rated) / len(keys) > 0.98


def test_population_covers_nearly_all_states(years):
    known = load("population.csv")[["country_id", "year"]].assign(known=True)
    span = years[(years["year"] <= 2024) & ~years["country_id"].isin([678, 680, 816, 817])]
    rated = load("ratings.csv")["country_id"].unique()
    joined = span[span["country_id"].isin(rated)].merge(known, on=["country_id", "year"], how="left")
    assert joined["known"].notna().mean() > 0.97


def test_no_divided_country_has_its_neighbours_people():
    population = load("population.csv").set_index(["country_id", "year"])["population"]
    for country, year in [(678, 1989), (680, 1980), (816, 1970), (817, 1970)]:
        assert (country, year) not in population.index
    assert population.loc[(260, 1970)] == pytest.approx(60.6e6, rel=0.03)
    assert population.loc[(265, 1970)] == pytest.approx(17.1e6, rel=0.07)
    assert population.loc[(365, 1989)] == pytest.approx(287e6, rel=0.01)
    assert population.loc[(770, 1970)] > 115e6
    assert population.loc[(345, 1985)] == pytest.approx(23.1e6, rel=0.03)


def test_one_sided_deaths_stand_where_people_died():
    """UCDP Country-Year Dataset on Organized Violence 25.1, os_any_govt and os_nsgroup killings (best)."""
    table = load("one_sided.csv").set_index(["country_id", "year"])
    deaths = table["government_deaths"] + table["nonstate_deaths"]
    facts = {
        (517, 1994): 770_581, (517, 1996): 741, (490, 1996): 32_765, (346, 1995): 8_410, (345, 1995): 0,
        (475, 2014): 5_104, (483, 2014): 6, (2, 2015): 14,
    }  # fmt: skip
    assert deaths.loc[list(facts)].tolist() == list(facts.values())
    assert table.loc[(517, 1994), "government_deaths"] == 759_638
    assert (table["shared_deaths"] == 0).all()


def test_known_facts():
    conflict = load("conflict.csv").set_index(["country_id", "year"])
    assert conflict.loc[(369, 2024), ["interstate", "interstate_deaths"]].tolist() == [1, 75_686]
    assert conflict.loc[(652, 2014), ["intensity", "government"]].tolist() == [2, 1]
    # The official level stands where the deaths of the newer release imply the other.
    assert conflict.loc[(516, 1997), ["intensity", "battle_deaths"]].tolist() == [1, 1159]
    assert conflict.loc[(483, 2000), "intensity"] == 2
    assert (
        conflict["battle_deaths"]
        .isna()
        .equals(conflict.index.get_level_values("year").to_series(index=conflict.index) < 1989)
    )
    coups = load("coups.csv").set_index(["country_id", "year"])
    assert coups.loc[(439, 2022), ["attempts", "successes"]].tolist() == [2, 2]
    assert {(145, 2024), (771, 2024)} <= set(coups.index)
    # one coup over New Year (Colpus: 1 January 1966); Suriname on 24 December 1990 (AP, 26 December 1990);
    # Niger and Gabon in 2023 (AFP, 30 August 2023)
    assert (482, 1965) not in coups.index
    succeeded = [(482, 1966), (115, 1990), (436, 2023), (481, 2023)]
    assert coups.loc[succeeded, ["attempts", "successes"]].values.tolist() == [[1, 1]] * 4


def test_treaties_have_the_depositarys_number_of_parties_at_the_end_of_2024():
    """Palestine, the Holy See and the Cook Islands are parties, but no states of the system."""
    parties = load("treaties.csv")
    alive = parties[parties["end_year"].isna() & ~parties["country_id"].isin([265, 315, 345, 680, 817])]
    counts = alive.groupby("treaty").size().to_dict()
    outside = {"genocide": 1, "cerd": 2, "rome": 2}
    listed = {"genocide": 153, "cerd": 182, "rome": 125}
    assert {name: counts[name] + outside[name] for name in listed} == listed


@pytest.mark.slow
def test_compiling_again_gives_the_committed_bytes(data_dir, more_dir):
    path = datasets_dir() / "compile_core.py"
    spec = importlib.util.spec_from_file_location("compile_core", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tables, unmatched = module.compile_tables(data_dir, more_dir)
    assert (unmatched["reason"].str.len() > 0).all()
    for name, table in tables.items():
        assert module.csv_text(table).encode() == core_file(name).read_bytes(), name
