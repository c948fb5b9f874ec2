"""Codes and names of states beside lists that have two of them in one row."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bundle_checks.tally import Comparison, tally
from rtop_forecast.sources.reading.files import read_csv, read_r
from rtop_forecast.sources.reading.matching import with_country_id

__all__ = ["comparisons"]

_FIRST = 1946
#: Last year of the lists of names.
_LISTED = 2016
_VDEM_FILE = "vdem_v12_1969_2021_official_names.csv"
_PREDECESSORS = {"Czech Republic": 315, "Serbia": 345}


def comparisons(data: Path, more: Path) -> list[Comparison]:  # noqa: ARG001
    """Compare what the codes and names of the crosswalk mean with the code that other lists put beside them."""
    pairs = _pairs(data / "states" / "gw_cow_years.rda")
    return [
        _two_numbers(pairs),
        _names(data / "states" / "data_gw.csv", code="gwn", name="country", system="gw"),
        _names(data / "states" / "data_cow.csv", code="cown", name="cow.name", system="cow"),
        _standard_codes(data / "states", pairs),
        _vdem(data / "vdem" / _VDEM_FILE),
    ]


def _meaning(frame: pd.DataFrame, code: str, system: str) -> pd.Series:
    """State of each row by one of its codes in its year; missing where the code means no state then."""
    rows = frame[[code, "year"]].assign(row=range(len(frame)))
    matched, _ = with_country_id(rows, code=code, system=system)
    return matched.set_index("row")["country_id"].reindex(range(len(frame))).astype("Int64")


def _same(one: pd.Series, other: pd.Series) -> pd.Series:
    return one.eq(other).fillna(False) | (one.isna() & other.isna())


def _pairs(path: Path) -> pd.DataFrame:
    """State-years that have a number by Gleditsch and Ward and one of the Correlates of War."""
    (table,) = read_r(path).values()
    table = table[["gwcode", "ccode", "year"]].dropna().astype("int64")
    return table[table["year"] >= _FIRST].drop_duplicates(ignore_index=True)


def _two_numbers(pairs: pd.DataFrame) -> Comparison:
    cells = pairs.assign(ours=_meaning(pairs, "gwcode", "gw"), theirs=_meaning(pairs, "ccode", "cow"))
    last = cells["gwcode"].eq(345) & cells["year"].eq(2006)
    return tally(
        cells,
        _same(cells["ours"], cells["theirs"]),
        [("the Correlates of War's number of Yugoslavia is Serbia's from 2006 on", last)],
        table="crosswalk",
        second_source="peacesciencer's table of both numbers by year",
        what="state of a number by Gleditsch and Ward and of the Correlates of War's beside it, in a year",
    )


def _names(path: Path, *, code: str, name: str, system: str) -> Comparison:
    """Compare a list's names with its own numbers."""
    cells = read_csv(path)
    cells = cells[cells["year"] >= _FIRST].reset_index(drop=True)
    cells = cells.assign(ours=_meaning(cells, name, "name"), theirs=_meaning(cells, code, system))
    serbia = cells[name].eq("Yugoslavia") & cells["year"].ge(2006)
    rules = [("the Correlates of War go on to call Serbia Yugoslavia", serbia)]
    listed = "Correlates of War" if system == "cow" else "Gleditsch and Ward"
    return tally(
        cells,
        _same(cells["ours"], cells["theirs"]),
        rules,
        table="crosswalk",
        second_source=f"{listed}, numbers and names by year",
        what="state of a name and of the number beside it, in a year",
    )


def _standard_codes(folder: Path, pairs: pd.DataFrame) -> Comparison:
    """Compare codes and names of ISO 3166 with the number that another list gives a state of the same name."""
    standard = read_csv(folder / "data_iso.csv")
    by_gw = read_csv(folder / "data_gw.csv").query("year == @_LISTED")[["country", "gwn"]]
    by_cow = read_csv(folder / "data_cow.csv").query("year == @_LISTED")[["country", "cown"]]
    numbers = pairs[pairs["year"] == _LISTED].set_index("ccode")["gwcode"]
    named = standard.merge(by_gw, on="country", how="left").merge(by_cow, on="country", how="left")
    named = named.assign(theirs=named["gwn"].fillna(named["cown"].map(numbers)), year=_LISTED)
    named = named[named["theirs"].notna()].astype({"theirs": "Int64"}).reset_index(drop=True)
    codes = {"iso2c": "iso2", "iso3c": "iso3", "iso3n": "m49", "iso.name.en": "name"}
    parts = [
        named[["iso3c", "theirs"]].assign(code=column, ours=_meaning(named, column, system))
        for column, system in codes.items()
    ]
    cells = pd.concat(parts, ignore_index=True)
    return tally(
        cells,
        _same(cells["ours"], cells["theirs"]),
        table="crosswalk",
        second_source="ISO 3166 by way of the names in the lists of states of 2016",
        what="state of a code of two or three letters, a number or a name of ISO, today",
    )


def _vdem(path: Path) -> Comparison:
    """Compare V-Dem's codes and names with the number by Gleditsch and Ward in a copy of its data."""
    columns = ["country_name", "country_text_id", "country_id", "gwcode", "year"]
    table = read_csv(path)[columns].dropna(subset=["gwcode"])
    table = table.astype({"gwcode": "int64"}).rename(columns={"country_id": "number"}).reset_index(drop=True)
    theirs = _meaning(table, "gwcode", "gw")
    codes = {"country_text_id": "vdem", "number": "vdem", "country_name": "name"}
    parts = [
        table[["country_name", "gwcode", "year"]].assign(
            code=column, ours=_meaning(table, column, system), theirs=theirs
        )
        for column, system in codes.items()
    ]
    cells = pd.concat(parts, ignore_index=True)
    before = cells["theirs"].eq(cells["country_name"].map(_PREDECESSORS)).fillna(False)
    early = cells["ours"].eq(cells["country_name"].map(_PREDECESSORS)).fillna(False)
    rules = [
        ("V-Dem calls Czechoslovakia and Yugoslavia by a successor's name", before & cells["ours"].isna()),
        ("the copy has a successor's number a year before the state began", early & cells["theirs"].isna()),
    ]
    return tally(
        cells,
        _same(cells["ours"], cells["theirs"]),
        rules,
        table="crosswalk",
        second_source="V-Dem 12, a copy with the numbers by Gleditsch and Ward",
        what="state of V-Dem's number, letters or name and of the number beside it, in a year",
    )
