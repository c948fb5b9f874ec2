"""Checks of the core tables that fail loudly."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue.ucdp_organizedviolence import VARIABLES as ORGANIZED_VIOLENCE

__all__ = ["TABLE_KEYS", "check_core_table"]

#: Key columns of each core table built from releases.
TABLE_KEYS: Mapping[str, list[str]] = {
    "conflict.csv": ["country_id", "year"],
    "organized_violence.csv": ["country_id", "year"],
    "one_sided.csv": ["country_id", "year"],
    "coups.csv": ["country_id", "year"],
    "treaties.csv": ["country_id", "treaty", "year"],
    "population.csv": ["country_id", "year"],
    "infant_mortality.csv": ["country_id", "year"],
    "ratings.csv": ["country_id", "variable", "first_year"],
    "coverage.csv": ["table", "variable"],
}

#: Admissible values, bounds inclusive; missing values pass.
_RANGES: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "conflict.csv": {
        "year": (1946, 2025), "intensity": (0, 2), "conflicts": (0, 30), "wars": (0, 10), "dyads": (0, 60),
        "government": (0, 1), "territory": (0, 1), "interstate": (0, 1), "battle_deaths": (0, 500_000),
        "interstate_deaths": (0, 500_000),
    },
    "organized_violence.csv": {"year": (1989, 2025)}
    | {name: (0, 200) if name.endswith("_dyads") else (0, 2_000_000) for name in ORGANIZED_VIOLENCE},
    "one_sided.csv": {
        "year": (1989, 2025), "government_deaths": (0, 1_000_000), "nonstate_deaths": (0, 100_000),
        "shared_deaths": (0, 1_000_000), "government_actors": (0, 10), "nonstate_actors": (0, 30),
    },
    "coups.csv": {"year": (1946, 2025), "attempts": (1, 12), "successes": (0, 6)},
    "treaties.csv": {"year": (1948, 2025), "end_year": (1948, 2025)},
    "population.csv": {"year": (1946, 2025), "population": (5_000, 1.6e9)},
    "infant_mortality.csv": {"year": (1946, 2025), "infant_mortality": (0.5, 450)},
    "ratings.csv": {"first_year": (1946, 2025), "last_year": (1946, 2025), "value": (-6, 6)},
    "coverage.csv": {"first_year": (1945, 2025), "last_year": (1945, 2025)},
}  # fmt: skip


def check_core_table(name: str, table: pd.DataFrame, state_years: pd.DataFrame) -> None:
    """Check one core table.

    Parameters
    ----------
    name : str
        File name, as in :data:`TABLE_KEYS`.
    table : pandas.DataFrame
    state_years : pandas.DataFrame
        ``country_id, year`` of the state system.

    Raises
    ------
    DataIntegrityError
        If a key is repeated or missing, the rows are out of order, a value lies outside its range, a row
        belongs
        to no state-year, or spells overlap.
    """
    keys = TABLE_KEYS[name]
    if table[keys].isna().any(axis=None):
        message = (
            f"{name}: every row needs {keys}; {int(table[keys].isna().any(axis=1).sum())} rows lack one."
        )
        raise DataIntegrityError(message)
    _raise_for(name, table, table.duplicated(keys), rule=f"{keys} must be unique")
    if name != "coverage.csv":
        expected = table.sort_values(keys, kind="stable").index
        _raise_for(
            name,
            table,
            pd.Series(expected != table.index, index=table.index),
            rule=f"rows are sorted by {keys}",
        )
    for column, (low, high) in _RANGES[name].items():
        outside = table[column].notna() & ~table[column].astype("float64").between(low, high)
        _raise_for(name, table, outside, rule=f"{column} must lie in [{low}, {high}]")
    if name == "ratings.csv":
        _check_spells(name, table, state_years)
    elif "country_id" in table.columns:
        _check_states(name, table, table["year"], state_years)
    if name == "treaties.csv":
        _raise_for(name, table, table["end_year"] < table["year"], rule="end_year must not precede year")


def _check_states(name: str, table: pd.DataFrame, years: pd.Series, state_years: pd.DataFrame) -> None:
    pairs = pd.DataFrame({"country_id": table["country_id"], "year": years})
    existing = pairs.merge(
        state_years[["country_id", "year"]], on=["country_id", "year"], how="left", indicator=True
    )
    absent = pd.Series((existing["_merge"] == "left_only").to_numpy(), index=table.index)
    _raise_for(name, table, absent, rule="every country_id must be a state in that year")


def _check_spells(name: str, table: pd.DataFrame, state_years: pd.DataFrame) -> None:
    _raise_for(
        name, table, table["last_year"] < table["first_year"], rule="last_year must not precede first_year"
    )
    ordered = table.sort_values(["country_id", "variable", "first_year"])
    before = ordered.groupby(["country_id", "variable"])["last_year"].shift()
    overlap = (ordered["first_year"] <= before).reindex(table.index)
    _raise_for(name, table, overlap, rule="spells of a state and variable must not overlap")
    same = ordered["value"].eq(ordered.groupby(["country_id", "variable"])["value"].shift())
    split = (same & (ordered["first_year"] == before + 1)).reindex(table.index)
    _raise_for(name, table, split, rule="neighbouring spells must differ in value")
    lives = state_years.groupby("country_id")["year"].agg(["min", "max"])
    life = lives.reindex(table["country_id"])
    outside = (table["first_year"].to_numpy() < life["min"].to_numpy()) | (
        table["last_year"].to_numpy() > life["max"].to_numpy()
    )
    unknown = life["min"].isna().to_numpy()
    rule = "every spell must lie inside the life of its state"
    _raise_for(name, table, pd.Series(outside | unknown, index=table.index), rule=rule)


def _raise_for(name: str, table: pd.DataFrame, bad: pd.Series, *, rule: str) -> None:
    bad = bad.fillna(False).astype(bool)
    if bad.any():
        first = table.loc[bad].iloc[0].to_dict()
        message = (
            f"{name}: {rule}; {int(bad.sum())} of {len(table)} rows break this, first {first}."
            f"Compile it again."
        )
        raise DataIntegrityError(message)
