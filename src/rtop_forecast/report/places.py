"""States as the explorer finds them: names and codes, regions, organisations; and places that are not ranked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from rtop_forecast.report.words import Words
from rtop_forecast.storage.bundled import core_file
from rtop_forecast.world.codes import plain_name
from rtop_forecast.world.states import list_states, state_years

_SEARCHED = ("name", "iso2", "iso3")
_NO_PLACE = (
    "region or group",
    "aggregate of",
    "income group",
    "group of people",
    "area of a former",
    "a code without",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A state as the explorer finds it.

    Attributes
    ----------
    names : str
        All its names and ISO codes of the year, normalised, between vertical bars.
    region, subregion : str
    organisations : tuple of str
        Codes.
    """

    names: str
    region: str
    subregion: str
    organisations: tuple[str, ...]


@lru_cache(maxsize=4)
def _codes(year: int) -> pd.DataFrame:
    """Names and ISO codes that hold in a year: ``code, country_id`` (empty for what is no state), ``note``."""
    table = pd.read_csv(core_file("crosswalk.csv"), dtype=str, keep_default_na=False)
    last = table["last_year"].replace("", "9999").astype(int)
    holds = (table["first_year"].astype(int) <= year) & (last >= year) & table["system"].isin(_SEARCHED)
    return table.loc[holds, ["system", "code", "country_id", "note"]].reset_index(drop=True)


def places(year: int, members: Mapping[int, tuple[str, ...]], words: Words) -> dict[int, Place]:
    """Every state, by Gleditsch-Ward number, with its names of a year and the organisations it is a member of."""
    codes = _codes(year)
    known_as = codes[codes["country_id"] != ""].groupby("country_id")["code"]
    spelled = {int(str(number)): [plain_name(one) for one in own] for number, own in known_as}
    states = list_states()
    local = words.states(states["country_id"].tolist(), states["name"].tolist(), year)
    return {
        int(row["country_id"]): Place(
            names=_searched(spelled.get(int(row["country_id"]), []), name, words),
            region=words.text(str(row["region"])),
            subregion=words.text(str(row["subregion"])),
            organisations=members.get(int(row["country_id"]), ()),
        )
        for row, name in zip(states.to_dict("records"), local, strict=True)
    }


def _searched(spelled: list[str], local: str, words: Words) -> str:
    """Names that a search finds: those of the list, and in another language its own first."""
    own = [] if words.code == "en" else [plain_name(local)]
    return "|".join(dict.fromkeys([*own, *spelled]))


def unranked(ranked: set[int], small: set[int], year: int, words: Words) -> list[tuple[str, str, str]]:
    """Places that the ranking leaves out.

    Parameters
    ----------
    ranked : set of int
        Gleditsch-Ward numbers.
    small : set of int
        States with fewer inhabitants than are ranked.
    year : int
    words : Words

    Returns
    -------
    list of (str, str, str)
        Name, names and codes as :class:`Place` has them, and why it is not ranked; sorted by name.
    """
    present = state_years(first=year, last=year)["country_id"]
    states = list_states()
    independent = states[states["country_id"].isin(present)]
    codes = _codes(year)
    own = codes[codes["country_id"] != ""].groupby("country_id")["code"].apply(list)
    result = []
    left_out = independent[~independent["country_id"].isin(ranked)]
    local = words.states(left_out["country_id"].tolist(), left_out["name"].tolist(), year)
    for row, name in zip(left_out.to_dict("records"), local, strict=True):
        number = int(row["country_id"])
        key = "micro" if row["microstate"] else "small" if number in small else "risk"
        names = [plain_name(one) for one in own.get(str(number), [])]
        result.append((name, _searched(names, name, words), words.say(f"unranked.{key}", origin=year)))
    none = codes[(codes["country_id"] == "") & (codes["system"] == "name")]
    result += [
        (
            name := words.place(row["code"]),
            _searched([plain_name(row["code"])], name, words),
            words.of_table(row["note"]),
        )
        for row in none.to_dict("records")
        if not any(text in row["note"] for text in _NO_PLACE)
    ]
    return _merged(sorted(result, key=lambda one: plain_name(one[0])))


def _merged(found: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Names that are one in a language stand once, for the same reason."""
    merged: dict[tuple[str, str], list[str]] = {}
    for name, names, why in found:
        merged.setdefault((name, why), []).append(names)
    return [(name, "|".join(dict.fromkeys(names)), why) for (name, why), names in merged.items()]
