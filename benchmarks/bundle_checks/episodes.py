"""Episodes of mass killing beside the state-year data of each edition of the Early Warning Project."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bundle_checks.tally import KEYS, Comparison, tally
from rtop_forecast.sources.catalogue.ewp_list import resolve_ewp
from rtop_forecast.sources.reading.files import read_csv, read_r
from rtop_forecast.sources.reading.matching import with_country_id
from rtop_forecast.world.editions import as_recorded
from rtop_forecast.world.episodes import episode_state_years, load_episodes

__all__ = ["comparisons"]

#: Files of the editions with their code systems: "pitf" letters before 2023, EWP's numbers since.
_EDITIONS = {
    2018: "ewp2019_prepared2017predictors_8_22_19.RData",
    2019: "ewp2019_prepared2018predictors_9_19_19.RData",
    2020: "ewp2020_mkl_data.csv",
    2021: "ewp2021_mkl_data.csv",
    2022: "ewp2022_mkl_data.csv",
    2023: "ewp2023_basedata2023_13sept2023.csv",
    2024: "ewp2024_basedata2024_10oct2024.csv",
}
_PARTS = {
    "state_led_onset": "mkl.start",
    "nonstate_onset": "nonstatemk.start",
    "state_led_ongoing": "mkl.ongoing",
    "nonstate_ongoing": "nonstatemk.ongoing",
}
_COUNTS = {"onsets": "mk_onset_count", "ongoing": "mk_ongoing_count", "ended": "mk_offset_count"}


def comparisons(data: Path, more: Path) -> list[Comparison]:
    """Each edition, to the last year that it coded; that of 2025 is the list's own."""
    episodes = load_episodes()
    results = []
    for edition, name in _EDITIONS.items():
        results += _edition(episodes, edition, more / "ewp_editions" / name)
    return results + _edition(episodes, 2025, data / "ewp2025" / "basedata2025_4august2025.csv")


def _edition(episodes: pd.DataFrame, edition: int, path: Path) -> list[Comparison]:
    table = read_csv(path) if path.suffix == ".csv" else next(iter(read_r(path).values()))
    table = table.assign(year=table["year"].astype("int64"))
    table = table[table["year"] >= 1946].reset_index(drop=True)
    letters = "sftgcode" in table.columns
    if letters:
        theirs, _ = with_country_id(table, code="sftgcode", system="pitf")
    else:
        theirs = table.assign(country_id=resolve_ewp(table["ccode"], table["year"]))
        theirs = theirs[theirs["country_id"].notna()].astype({"country_id": "int64"})
    theirs = theirs.drop_duplicates(KEYS)
    recorded = as_recorded(episodes, edition=edition)
    recorded = recorded[recorded["start_year"] < edition]
    ours = episode_state_years(recorded, first=1946, last=edition - 1)
    results = []
    for name, column in (_PARTS if letters else _COUNTS).items():
        both = ours[[*KEYS, name]].merge(theirs[[*KEYS, column]].dropna(), on=KEYS)
        results.append(
            tally(
                both,
                both[name] == both[column],
                _rules(both, name, column),
                table="episodes",
                second_source=f"Early Warning Project, state-years of the edition of {edition}",
                what=f"{name} in a state-year as the edition had it",
            )
        )
    return results


def _rules(both: pd.DataFrame, name: str, column: str) -> list[tuple[str, pd.Series[bool]]]:
    state, year = both["country_id"], both["year"]
    more, less = both[name] > both[column], both[name] < both[column]
    early = column in _PARTS.values()
    return [
        ("Yugoslavia ends in 1991 there, and its episode with it", (state == 345) & (year == 1992) & early),
        (
            "begun before 1945 or before independence, and not in the list of events",
            state.isin([339, 355, 625]) & less,
        ),
        (
            "Bosnia 1992-1995: the list since 2023 places it in Yugoslavia",
            state.isin([345, 346]) & year.between(1992, 1995),
        ),
        ("Guatemala 1954-1996 bears El Salvador's number in the list", state.isin([90, 92])),
        (
            "Zanzibar 1964 stands at Tanganyika, and has no rows of its own",
            state.isin([510, 511]) & (year == 1964),
        ),
        ("East Pakistan 1971 stands at Bangladesh", state.isin([770, 771]) & (year == 1971)),
        ("united Vietnam begins in 1976 with the episode of 1975 under way", (state == 816) & (year == 1975)),
        (
            "the year in which an episode ends is not under way there (Afghanistan 2021)",
            (state == 700) & (year == 2021) & more,
        ),
    ]
