"""One-sided and organized violence, and conflict, beside other releases and forms of UCDP's data."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pandas as pd

from bundle_checks.tally import KEYS, Comparison, core, tally
from rtop_forecast.sources.catalogue import ucdp_acd, ucdp_onesided, ucdp_organizedviolence
from rtop_forecast.sources.reading.files import excel_table, read_csv
from rtop_forecast.sources.reading.matching import split_codes, with_country_id
from rtop_forecast.world.states import state_years

__all__ = ["comparisons"]

_FIRST, _LAST = 1989, 2024
_DEATHS = ["government_deaths", "nonstate_deaths"]
_PLACES = "ucdp/organizedviolencecy_v25_1.csv"
_MONTHS = "ucdp/ucdp_ged_country_monthly_v251.csv"


def comparisons(data: Path, more: Path) -> list[Comparison]:
    """All comparisons of the three tables."""
    places = _published(more / _PLACES)
    months = _by_month(more / _MONTHS)
    return [
        _one_sided(places),
        _one_sided_actors(data / "ucdp" / "OneSided_v25_1.rds", more / _PLACES),
        _one_sided_events(months),
        *_organized(months),
        _next_release(more / "ucdp" / "ucdp_ovcy_26.1_2025_by_country.json"),
        _conflict_by_place(data / "ewp2025" / "inputs" / "BattleDeaths_v25_1.csv", more / _PLACES),
        *_earlier_release(
            data / "ucdp" / "UcdpPrioConflict_v23_1.csv",
            more / "variants" / "tjbrailey_SegmentalAutonomy__ucdp-prio-acd-191.xlsx",
        ),
    ]


def _filled(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Every state-year of UCDP's georeferenced years, zero where the table has no row."""
    years = state_years(first=_FIRST, last=_LAST)[KEYS]
    return years.merge(table[[*KEYS, *columns]], on=KEYS, how="left").fillna(dict.fromkeys(columns, 0))


def _published(path: Path) -> pd.DataFrame:
    """Read the one-sided deaths without the library, with UCDP's number of Serbia set to ours by hand."""
    table = pd.read_csv(path)
    serbia = (table["country_id_cy"] == 345) & (table["year_cy"] > 2006)
    return table.assign(country_id=table["country_id_cy"].mask(serbia, 340), year=table["year_cy"])


def _one_sided(places: pd.DataFrame) -> Comparison:
    names = {
        "os_any_govt_killings_best_cy": "theirs_government",
        "os_nsgroup_killings_best_cy": "theirs_nonstate",
    }
    theirs = places.rename(columns=names)[[*KEYS, *names.values()]]
    cells = _filled(core("one_sided"), _DEATHS).merge(theirs, on=KEYS, how="left")
    agree = (cells[_DEATHS].to_numpy() == cells[list(names.values())].to_numpy()).all(axis=1)
    rules = [
        (
            "a state that the dataset does not list, without any death (Abkhazia, South Ossetia; Serbia in 2006)",
            cells["theirs_government"].isna() & (cells[_DEATHS].sum(axis=1) == 0),
        )
    ]
    return tally(
        cells,
        pd.Series(agree),
        rules,
        table="one_sided",
        second_source="UCDP Country-Year Dataset 25.1, read without the library",
        what="deaths by governments and by groups in a state-year",
    )


def _one_sided_actors(actors: Path, places: Path) -> Comparison:
    """Where UCDP's two files have the same actors and each killed in one state only."""
    listed, _ = ucdp_onesided.actor_years(actors)
    single = listed[~listed["gwno_location"].str.contains(",")].copy()
    located, _ = with_country_id(split_codes(listed, "gwno_location"), code="gwno_location", system="ucdp")
    counts = located.groupby(KEYS).size().rename("actors").reset_index()
    alone, _ = with_country_id(single, code="gwno_location", system="ucdp")
    sums = alone.groupby(KEYS)["best_fatality_estimate"].agg(theirs="sum", alone="size").reset_index()
    dyads = ucdp_organizedviolence.dyad_years(places)
    present = dyads[dyads["kind"] == "onesided"].groupby(KEYS).size().rename("dyads").reset_index()
    cells = sums.merge(counts, on=KEYS).merge(present, on=KEYS)
    cells = cells[(cells["alone"] == cells["actors"]) & (cells["dyads"] == cells["actors"])]
    cells = cells.merge(core("one_sided")[[*KEYS, *_DEATHS]], on=KEYS, how="left").reset_index(drop=True)
    ours = cells[_DEATHS].sum(axis=1)
    return tally(
        cells,
        ours == cells["theirs"],
        table="one_sided",
        second_source="UCDP One-sided Violence Dataset 25.1",
        what="deaths in a state-year whose actors are the same in both, each in one state only",
    )


def _by_month(path: Path) -> pd.DataFrame:
    """Deaths and one-sided events by state-year from the table by month."""
    table = pd.read_csv(path)
    names = {
        "conflict_fatalities_best": "deaths",
        "conflict_fatalities_low": "deaths_low",
        "conflict_fatalities_high": "deaths_high",
        "conflict_one_sided_events": "events",
    }
    table = table.rename(columns=names)
    matched, lost = with_country_id(table, code="iso3", system="iso3")
    sums = matched.groupby(KEYS)[list(names.values())].sum().reset_index()
    sums.attrs["lost"] = int(table[["iso3", "year"]].shape[0] - len(matched))
    sums.attrs["codes"] = sorted(lost["code"].unique())
    return sums


def _one_sided_events(months: pd.DataFrame) -> Comparison:
    places = core("organized_violence")
    cells = _filled(core("one_sided"), _DEATHS).merge(months[[*KEYS, "events"]], on=KEYS, how="left")
    cells = cells.merge(places[[*KEYS, "onesided_dyads"]], on=KEYS, how="left").fillna(0)
    ours, theirs = cells[_DEATHS].sum(axis=1) > 0, cells["events"] > 0
    rules = [
        (
            "one-sided events without a death in the best estimate",
            theirs & ~ours & (cells["onesided_dyads"] > 0),
        ),
        *_other_code(cells),
    ]
    return tally(
        cells,
        ours == theirs,
        rules,
        table="one_sided",
        second_source="UCDP GED 25.1 by state and month",
        what="whether a state-year has one-sided violence",
    )


def _other_code(cells: pd.DataFrame) -> list[tuple[str, pd.Series[bool]]]:
    """States that the table by month has under another state's ISO code, or not at all."""
    return [
        (
            "Serbia and Montenegro, Kosovo and the union of 1989-1991 stand under successors' codes there",
            cells["country_id"].isin([345, 340, 341, 347, 365]) & cells["year"].between(_FIRST, 2008),
        ),
        (
            "the two Yemens in 1989 and 1990 stand under one code there",
            cells["country_id"].isin([678, 680]) & (cells["year"] <= 1990),
        ),
    ]


def _organized(months: pd.DataFrame) -> list[Comparison]:
    results = []
    for name in ("deaths", "deaths_low", "deaths_high"):
        theirs = months[[*KEYS, name]].rename(columns={name: "theirs"})
        cells = _filled(core("organized_violence"), [name]).merge(theirs, on=KEYS, how="left").fillna(0)
        results.append(
            tally(
                cells,
                cells[name] == cells["theirs"],
                _other_code(cells),
                table="organized_violence",
                second_source="UCDP GED 25.1 by state and month",
                what=f"{name} in a state-year, all kinds of violence",
            )
        )
    return results


def _next_release(path: Path) -> Comparison:
    """Deaths of 2024 as release 26.1 has them."""
    countries = json.loads(path.read_text(encoding="utf-8"))["perCountry"]
    rows = [
        {"iso2": code, "year": _LAST, "theirs": one["deathsPriorYear"]} for code, one in countries.items()
    ]
    theirs, _ = with_country_id(pd.DataFrame(rows), code="iso2", system="iso2")
    cells = theirs.merge(_filled(core("organized_violence"), ["deaths"]), on=KEYS, how="left")
    change = (cells["deaths"] - cells["theirs"]).abs()
    rules = [
        (
            "new in 26.1: an actor's earlier events enter once it has reached 25 deaths in a year",
            cells["deaths"] == 0,
        ),
        ("revised by 26.1, by less than half or 25 deaths", change <= (0.5 * cells["theirs"]).clip(lower=25)),
    ]
    return tally(
        cells,
        cells["deaths"] == cells["theirs"],
        rules,
        table="organized_violence",
        second_source="UCDP Country-Year Dataset 26.1, totals of 2024",
        what="deaths in a state in 2024",
    )


def _conflict_by_place(battles: Path, places: Path) -> Comparison:
    """Deaths by what is fought over beside deaths by place: the dyads say why they differ."""
    dyads = ucdp_organizedviolence.dyad_years(places)
    dyads = dyads[dyads["kind"] == "statebased"]
    brd = read_csv(battles)
    internal = brd[brd["type_of_conflict"].isin((3, 4))]
    over, _ = with_country_id(split_codes(internal, "gwno_loc"), code="gwno_loc", system="ucdp")
    over = over[[*KEYS, "dyad_id"]].drop_duplicates()
    both = dyads.merge(over.assign(over=True), on=[*KEYS, "dyad_id"], how="outer")
    listed = both.merge(
        brd[["dyad_id", "year"]].drop_duplicates().assign(listed=True), on=["dyad_id", "year"], how="left"
    )
    listed = listed.fillna({"over": False, "listed": False})
    spread = dyads.groupby(["dyad_id", "year"])["country_id"].nunique().gt(1)
    places_of = listed.set_index(["dyad_id", "year"]).index.map(spread).fillna(False).astype(bool)
    listed = listed.assign(
        elsewhere=~listed["over"] & listed["listed"],
        small=~listed["listed"],
        spread=places_of,
        absent=listed["over"] & listed["kind"].isna(),
    )
    why = listed.groupby(KEYS)[["elsewhere", "small", "spread", "absent"]].any().reset_index()
    deaths = _filled(core("organized_violence"), ["intrastate_deaths"])
    cells = deaths.merge(_filled(core("conflict"), ["battle_deaths"]), on=KEYS).merge(
        why, on=KEYS, how="left"
    )
    cells = cells.fillna(dict.fromkeys(["elsewhere", "small", "spread", "absent"], False))
    flags = {name: cells[name].astype(bool) for name in ("elsewhere", "small", "spread", "absent")}
    rules = [
        ("people died here in a conflict over another state", flags["elsewhere"]),
        ("people died elsewhere in a conflict over this state", flags["spread"] | flags["absent"]),
        ("dyads with fewer than 25 deaths in the year, which the conflict data leave out", flags["small"]),
    ]
    return tally(
        cells,
        cells["intrastate_deaths"] == cells["battle_deaths"],
        rules,
        table="conflict",
        second_source="UCDP Country-Year Dataset 25.1",
        what="deaths in conflicts inside a state, by what is fought over and by place",
    )


def _earlier_release(data: Path, path: Path) -> list[Comparison]:
    """Conflict before 1989 in release 19.1 of the Armed Conflict Dataset."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "acd.csv"
        excel_table(path).to_csv(table, index=False)
        theirs = ucdp_acd.read(table).to_frame()
        old, _ = ucdp_acd.conflict_years(table)
    new, _ = ucdp_acd.conflict_years(data)
    keys = ["conflict_id", "year"]
    added = new[new["year"] < _FIRST].merge(old[keys], on=keys, how="left", indicator=True)
    added, _ = with_country_id(
        split_codes(added[added["_merge"] == "left_only"], "gwno_loc"), code="gwno_loc", system="ucdp"
    )
    years = state_years(first=1946, last=_FIRST - 1)[KEYS]
    results = []
    for name in ("intensity", "conflicts", "wars", "government", "territory", "interstate"):
        ours = years.merge(core("conflict")[[*KEYS, name]], on=KEYS, how="left")
        cells = ours.merge(
            theirs[[*KEYS, name]].rename(columns={name: "theirs"}), on=KEYS, how="left"
        ).fillna(0)
        here = pd.MultiIndex.from_frame(cells[KEYS]).isin(pd.MultiIndex.from_frame(added[KEYS]))
        results.append(
            tally(
                cells,
                cells[name] == cells["theirs"],
                [("a conflict-year that releases after 19.1 added", pd.Series(here))],
                table="conflict",
                second_source="UCDP/PRIO Armed Conflict Dataset 19.1",
                what=f"{name} in a state-year before 1989",
            )
        )
    return results
