"""Core tables of series, built from official releases: population, infant mortality, ratings."""

from __future__ import annotations

from functools import reduce

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue.vdem import RANGES
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.sources.reading.territory import DIVIDED, composites
from rtop_forecast.world.states import KEYS, state_years

__all__ = [
    "BANK_FIRST",
    "RATINGS",
    "infant_mortality_table",
    "linked",
    "population_table",
    "ratings_table",
    "run_lengths",
]


#: V-Dem ratings of the core table: those that speak to the UN Framework's risk factors.
RATINGS = (
    "v2clkill_ord_is_0", "v2clsocgrp_ord_is_0", "v2clrelig_ord", "v2csreprss_ord", "v2jureform_ord",
    "v2mecenefm_ord",
    "v2pepwrsoc_ord", "v2psparban_ord", "v2xcl_disc", "v2x_polyarchy",
)  # fmt: skip

FIRST_YEAR = 1946
_POPULATION = "SP.POP.TOTL"
#: First year of the World Bank's series.
BANK_FIRST = 1960
_LATENT_TOLERANCE = 0.10
#: Maddison's names of the areas of former unions, for the weights before the World Bank's series begin.
_AREA_CODES = {
    "Russian Federation": "RUS", "Ukraine": "UKR", "Belarus": "BLR", "Republic of Moldova": "MDA",
    "Estonia": "EST",
    "Latvia": "LVA", "Lithuania": "LTU", "Georgia": "GEO", "Armenia": "ARM", "Azerbaijan": "AZE",
    "Kazakhstan": "KAZ",
    "Uzbekistan": "UZB", "Turkmenistan": "TKM", "Kyrgyzstan": "KGZ", "Tajikistan": "TJK", "Serbia": "SRB",
    "Montenegro": "MNE", "Croatia": "HRV", "Slovenia": "SVN", "Bosnia and Herzegovina": "BIH",
    "TFYR of Macedonia": "MKD", "Czech Republic": "CZE", "Slovakia": "SVK", "Ethiopia": "ETH",
    "Sudan (Former)": "SDN", "Pakistan": "PAK", "Bangladesh": "BGD",
}  # fmt: skip


def population_table(
    wdi: SourceTable,
    maddison: SourceTable,
    maddison_areas: pd.DataFrame,
    latent: SourceTable,
    points: pd.DataFrame,
) -> pd.DataFrame:
    """Build population by state-year; never interpolated, never extended.

    In this order: the World Bank's figure for the territory of the year; Maddison's, whose growth before the
    World Bank's first year is joined to the World Bank's level of that year (:func:`linked`); West Germany as
    Maddison's or the World Bank's Germany less East Germany; and V-Dem's latent estimate ``e_pop`` for East
    Germany and for the years before a state's first other figure, if the two agree within 10% in that
    first year.
    Single official figures from ``points`` fill what is left.

    Parameters
    ----------
    wdi, maddison, latent : SourceTable
        The last with ``e_pop`` in ten thousands.
    maddison_areas : pandas.DataFrame
        ``area, year, population`` as published.
    points : pandas.DataFrame
        ``country_id, year, population, source``.

    Returns
    -------
    pandas.DataFrame
        ``country_id, year, population`` (persons), ``territory``, ``source``. Territory is "own"
        or says what was summed or subtracted. A linked row names both sources.
    """
    official = _long(wdi, _POPULATION)
    long_run = _long(maddison, "population")
    epop = latent.to_frame()[[*KEYS, "e_pop"]].dropna()
    epop = epop.assign(population=epop["e_pop"] * 10_000, territory="own", source=latent.source)
    epop = epop[[*KEYS, "population", "territory", "source"]]
    others = [
        epop[epop["country_id"] == 265],
        _west_germany(maddison_areas, epop, source=f"{maddison.source};{latent.source}"),
        _older_unions(maddison_areas, source=maddison.source),
    ]
    as_published = reduce(_fill, [long_run, *others], official)
    earlier = pd.concat([long_run, _before_first(as_published, epop)], ignore_index=True)
    table = reduce(_fill, [linked(earlier, official), *others, points.assign(territory="own")], official)
    table["population"] = table["population"].round().astype("int64")
    return table.sort_values(KEYS, ignore_index=True)


def linked(earlier: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    """Carry one series back from another's first year with the growth of its own years.

    Two sources put the same people at different numbers, or (Sudan before 1960, which Maddison counts without the
    South) count another territory. Side by side they would show a growth that nobody had in the year between them.

    Parameters
    ----------
    earlier, later : pandas.DataFrame
        ``country_id, year, population, territory, source``. A state's rows of ``earlier`` before its first year
        in ``later`` are multiplied by the ratio of the two in that year, where both have it. Other rows stay.

    Returns
    -------
    pandas.DataFrame
        As ``earlier``; linked rows name both sources and have the territory of the later one.
    """
    first = later.sort_values("year").drop_duplicates("country_id")
    meet = first.merge(earlier[[*KEYS, "population"]], on=KEYS, suffixes=("", "_earlier"))
    meet = meet.assign(ratio=meet["population"] / meet["population_earlier"]).set_index("country_id")
    state = earlier["country_id"]
    before = earlier["year"] < state.map(meet["year"]).fillna(0)
    names = earlier["source"] + ";" + state.map(meet["source"]).fillna("")
    return earlier.assign(
        population=earlier["population"].where(~before, earlier["population"] * state.map(meet["ratio"])),
        territory=earlier["territory"].where(~before, state.map(meet["territory"])),
        source=earlier["source"].where(~before, names),
    )


def _long(table: SourceTable, name: str) -> pd.DataFrame:
    frame = table.to_frame()[[*KEYS, name, "territory"]].dropna(subset=[name])
    return frame.rename(columns={name: "population"}).assign(source=table.source)[
        [*KEYS, "population", "territory", "source"]
    ]


def _fill(table: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of ``table`` and those of ``other`` whose state-year it lacks."""
    compared = other[KEYS].merge(table[KEYS], on=KEYS, how="left", indicator=True)
    new = other[(compared["_merge"] == "left_only").to_numpy()]
    return pd.concat([table, new[table.columns]], ignore_index=True)


def _west_germany(areas: pd.DataFrame, epop: pd.DataFrame, *, source: str) -> pd.DataFrame:
    """Germany's present area less East Germany, 1949-1989, with Maddison's figures."""
    whole = areas.loc[areas["area"] == "Germany"].set_index("year")["population"]
    east = epop.loc[epop["country_id"] == 265].set_index("year")["population"]
    west = (whole - east).dropna()
    west = west[(west.index >= 1949) & (west.index <= 1989)]
    return pd.DataFrame(
        {
            "country_id": 260,
            "year": west.index,
            "population": west.to_numpy(),
            "territory": "DEU less 265",
            "source": source,
        }
    )


def _older_unions(areas: pd.DataFrame, *, source: str) -> pd.DataFrame:
    """Sum Maddison's areas for unions it does not give itself, as Pakistan with Bangladesh."""
    coded = _coded_areas(areas)
    span = state_years(first=FIRST_YEAR, last=int(coded["year"].max()))
    sums = composites(coded, value="population", state_years=span)
    return sums.assign(source=source)


def _coded_areas(areas: pd.DataFrame) -> pd.DataFrame:
    coded = areas.assign(iso3c=areas["area"].map(_AREA_CODES)).dropna(subset="iso3c")
    return coded[coded["year"] < BANK_FIRST]


def _before_first(table: pd.DataFrame, epop: pd.DataFrame) -> pd.DataFrame:
    """Latent estimates before a state's first other figure, where the two series meet, at its level."""
    first = table.sort_values("year").drop_duplicates("country_id").set_index("country_id")
    joined = epop.merge(
        first[["year", "population"]].add_prefix("first_"),
        left_on="country_id",
        right_index=True,
        how="inner",
    )
    at_first = joined[joined["year"] == joined["first_year"]]
    close = (at_first["population"] / at_first["first_population"] - 1).abs() <= _LATENT_TOLERANCE
    trusted = set(at_first.loc[close, "country_id"])
    # For a state of a divided country the two meet only once the present area is its own.
    trusted -= {state for pair, _ in DIVIDED.values() for state in pair}
    level = linked(epop, table)
    keys = joined.loc[joined["country_id"].isin(trusted) & (joined["year"] < joined["first_year"]), KEYS]
    return level.merge(keys, on=KEYS)[epop.columns]


def infant_mortality_table(
    wpp: SourceTable,
    areas: pd.DataFrame,
    *,
    wdi_population: pd.DataFrame,
    maddison_areas: pd.DataFrame,
    state_years: pd.DataFrame,
) -> pd.DataFrame:
    """Infant mortality by state-year.

    A union's rate is the mean of its areas' rates weighted by population (World Bank from 1960, Maddison
    before); states of a divided country get the rate of the whole present area, and ``territory`` says so.

    Parameters
    ----------
    wpp : SourceTable
    areas : pandas.DataFrame
        ``iso3c, year, infant_mortality`` of the present areas.
    wdi_population : pandas.DataFrame
        ``iso3c, year, value``.
    maddison_areas : pandas.DataFrame
        ``area, year, population``.
    state_years : pandas.DataFrame
        ``country_id, year``.

    Returns
    -------
    pandas.DataFrame
        ``country_id, year, infant_mortality`` (per 1,000 live births), ``territory, source``.
    """
    columns = [*KEYS, "infant_mortality", "territory"]
    recent = wdi_population.rename(columns={"value": "weight"})[["iso3c", "year", "weight"]]
    older = _coded_areas(maddison_areas).rename(columns={"population": "weight"})[["iso3c", "year", "weight"]]
    span = state_years[state_years["year"].between(1950, int(areas["year"].max()))]
    value = "infant_mortality"
    unions = [
        composites(areas, value=value, state_years=span[span["year"] >= BANK_FIRST], weights=recent),
        composites(
            areas, value=value, state_years=span[span["year"] < BANK_FIRST], weights=older, partial=True
        ),
    ]
    table = pd.concat([wpp.to_frame()[columns], *unions, _divided(areas, span)], ignore_index=True)[columns]
    table = table.assign(infant_mortality=table["infant_mortality"].round(2), source=wpp.source)
    return table.sort_values(KEYS, ignore_index=True)


def _divided(areas: pd.DataFrame, span: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for area, (pair, last) in DIVIDED.items():
        rates = areas.loc[areas["iso3c"] == area, ["year", "infant_mortality"]]
        # A state that ended in the year after the last common 31 December still has a row in that year.
        ended = span["country_id"].eq(pair[1]) & span["year"].eq(last + 1)
        years = span[(span["country_id"].isin(pair) & (span["year"] <= last)) | ended]
        parts.append(years[KEYS].merge(rates, on="year").assign(territory=f"{area} as a whole"))
    return pd.concat(parts, ignore_index=True)


def ratings_table(tables: list[SourceTable], state_years: pd.DataFrame) -> pd.DataFrame:
    """Ratings as spells of equal value.

    Parameters
    ----------
    tables : list of SourceTable
        Of one V-Dem release; each rating comes from the first table that has it.
    state_years : pandas.DataFrame
        ``country_id, year``: other rows are left out.

    Returns
    -------
    pandas.DataFrame
        ``country_id, variable, first_year, last_year, value, source``.
    """
    parts = []
    for name in RATINGS:
        table = next((table for table in tables if name in table.coverage), None)
        if table is None:
            message = (
                f"no V-Dem file in the folder has the rating {name!r}; add the full country-year release."
            )
            raise DataIntegrityError(message)
        frame = table.to_frame()[[*KEYS, name]].dropna().merge(state_years[KEYS], on=KEYS)
        low, high = RANGES[name]
        outside = ~frame[name].between(low, high)
        if outside.any():
            message = (
                f"{name} must lie in [{low}, {high}]; {int(outside.sum())} of {len(frame)} values do not."
            )
            raise DataIntegrityError(message)
        parts.append(run_lengths(frame, name).assign(variable=name, source=table.source))
    spells = pd.concat(parts, ignore_index=True)
    columns = ["country_id", "variable", "first_year", "last_year", "value", "source"]
    return spells[columns].sort_values(["country_id", "variable", "first_year"], ignore_index=True)


def run_lengths(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Spells of consecutive years with one value.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``country_id, year`` and the column ``name``, one row per state-year.
    name : str

    Returns
    -------
    pandas.DataFrame
        ``country_id, first_year, last_year, value``; a gap in the years ends a spell.
    """
    frame = frame.sort_values(KEYS, ignore_index=True)
    same = (
        frame["country_id"].eq(frame["country_id"].shift())
        & frame["year"].eq(frame["year"].shift() + 1)
        & frame[name].eq(frame[name].shift())
    )
    spell = (~same).cumsum()
    groups = frame.groupby(spell)
    return groups.agg(
        country_id=("country_id", "first"),
        first_year=("year", "min"),
        last_year=("year", "max"),
        value=(name, "first"),
    ).reset_index(drop=True)
