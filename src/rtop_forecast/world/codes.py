"""The bundled state list and crosswalk in memory, and why a code means no state."""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.storage.bundled import core_file

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "STRIDE",
    "SYSTEMS",
    "codes_of",
    "meaning",
    "normalise",
    "plain_name",
    "reason",
    "state_table",
]

FIRST_YEAR = 1946
LAST_YEAR = 2025

#: Code systems. ``gw``: Gleditsch and Ward. ``ucdp``: their numbers as UCDP uses them. ``cow``: Correlates of
#: War. ``vdem``: V-Dem's country_id or country_text_id. ``vdem_cow``: V-Dem's column COWcode. ``ewp``: the
#: Early Warning Project's ccode. ``pitf``: letters of the Political Instability Task Force and Polity.
#: ``polity``: Polity's ccode. ``name``: names as any source spells them.
SYSTEMS = (
    "gw", "ucdp", "cow", "vdem", "iso3", "iso2", "m49", "worldbank", "unhcr", "pitf", "polity", "ewp",
    "vdem_cow", "name",
)  # fmt: skip

STRIDE = 10_000  # more than any year, so that a code's position and a year make one sortable key
_APOSTROPHES: dict[int, str | None] = dict.fromkeys(
    map(ord, "`\u0091\u0092\u00b4\u2018\u2019\u201b\u02b9\u02bb\u02bc\u2032\uff07"), "'"
)
_DASHES: dict[int, str | None] = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
# Abbreviations that mean one word in every name of a state, and letters that do with their full stop.
_WORDS = {"rep": "republic", "dem": "democratic", "st": "saint", "herz": "herzegovina"}
_DIRECTIONS = {"n": "north", "s": "south", "e": "east"}
_WORD = re.compile(rf"(?<![\w.])({'|'.join(_WORDS)})(?![\w'])\.?")
_DIRECTION = re.compile(rf"(?<![\w.])({'|'.join(_DIRECTIONS)})\.\s*(?=[a-z]{{2}})")
_OTHER_NAME = re.compile(r"([^()/]+?) ?(?:\(([^()/]+)\)|/ ?([^()/]+))")


@dataclass(frozen=True, slots=True)
class Codes:
    """Dated codes of one system; rows are sorted by code and first year.

    Attributes
    ----------
    number : dict
        Position of each normalised code.
    start : ndarray of int64
        Position of the code times :data:`STRIDE`, plus the first year.
    last : ndarray of int64
        Last year.
    state : ndarray of int64
        Gleditsch-Ward number, -1 for what is not a state.
    note : tuple of str
    """

    number: dict[str, int]
    start: NDArray[np.int64]
    last: NDArray[np.int64]
    state: NDArray[np.int64]
    note: tuple[str, ...]

    def spells(self, key: str) -> range:
        """Rows of one code."""
        if key not in self.number:
            return range(0)
        low, high = np.searchsorted(self.start, [self.number[key] * STRIDE, (self.number[key] + 1) * STRIDE])
        return range(int(low), int(high))

    def first(self, row: int) -> int:
        """First year of a row."""
        return int(self.start[row]) % STRIDE

    def row_in(self, key: str, year: int) -> int | None:
        """Row of a code that holds in a year."""
        for row in self.spells(key):
            if self.first(row) <= year <= self.last[row]:
                return row
        return None


@lru_cache(maxsize=1)
def state_table() -> pd.DataFrame:
    """``states.csv``, typed. Callers copy it before handing it on."""
    text = {"name": str, "start": str, "end": str, "region": str, "subregion": str}
    table = pd.read_csv(core_file("states.csv"), dtype=text, keep_default_na=False)
    table["microstate"] = table["microstate"].astype(bool)
    for column in ("start", "end"):
        table[column] = pd.to_datetime(table[column].replace("", None), format="%Y-%m-%d")
    if table["country_id"].duplicated().any() or table["start"].isna().any():
        message = "states.csv must have one row per state, with a start date. Reinstall rtop-forecast."
        raise DataIntegrityError(message)
    return table


@lru_cache(maxsize=1)
def _crosswalk() -> pd.DataFrame:
    # Only empty cells are missing: "NA" is Namibia.
    table = pd.read_csv(core_file("crosswalk.csv"), dtype=str, keep_default_na=False)
    table["first_year"] = table["first_year"].astype("int64")
    table["last_year"] = table["last_year"].replace("", str(STRIDE - 1)).astype("int64")
    table["country_id"] = table["country_id"].replace("", "-1").astype("int64")
    return table


@lru_cache(maxsize=len(SYSTEMS))
def codes_of(system: str) -> Codes:
    """Codes of one system."""
    table = _crosswalk()
    table = table[table["system"] == system]
    table = table.assign(key=[normalise(code, system=system) for code in table["code"]])
    # spellings that differ only in what is not compared
    table = table.drop_duplicates(["key", "country_id", "first_year", "last_year"])
    keys = table["key"].tolist()
    number = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    start = np.array([number[key] for key in keys], dtype=np.int64) * STRIDE + table["first_year"].to_numpy()
    order = np.argsort(start, kind="stable")
    table = table.iloc[order]
    return Codes(
        number=number,
        start=start[order],
        last=table["last_year"].to_numpy(dtype=np.int64),
        state=table["country_id"].to_numpy(dtype=np.int64),
        note=tuple(table["note"]),
    )


def normalise(code: object, *, system: str) -> str:
    """Form in which codes are compared: names in plain letters and whole words, numbers without zeros.

    Names lose case, accents, apostrophes of any kind (which may have blanks beside them, or be lost in one), full stops
    and hyphens. "Rep.", "Dem.", "St." and "N.", "S." and "E." before a word are written out, and a second name may
    stand first or last, in brackets or after a stroke.

    Examples
    --------
    >>> normalise("  Côte  d'Ivoire ", system="name"), normalise("COTE D IVOIRE", system="name")
    ('cote divoire', 'cote divoire')
    >>> normalise("U.K.", system="name"), normalise("Czech Rep.", system="name"), normalise("Viet-Nam", system="name")
    ('uk', 'czech republic', 'viet nam')
    >>> normalise("Yugoslavia (Serbia)", system="name") == normalise("Serbia/Yugoslavia", system="name")
    True
    >>> normalise(4.0, system="m49"), normalise("004", system="m49"), normalise("af", system="iso2")
    ('4', '4', 'AF')
    """
    if not np.isscalar(code) or code != code:  # a NaN
        return ""
    if isinstance(code, (float, np.floating)) and float(code).is_integer():
        code = int(code)
    text = str(code).strip()
    if system == "name":
        return _written_out(plain_name(text))
    text = re.sub(r"^(\d+)\.0+$", r"\1", text)
    return text.lstrip("0") or text if text.isdigit() else text.upper()


def plain_name(name: str) -> str:
    """Name without case, accents and apostrophes, and without remarks in square brackets."""
    # the acute accent that stands for an apostrophe would decompose into a blank
    decomposed = unicodedata.normalize("NFKD", name.translate(_APOSTROPHES | _DASHES))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()
    # V-Dem adds remarks in square brackets to official names.
    return _without_apostrophes(" ".join(re.sub(r"\[[^\]]*\],?$", "", bare).split()))


def _written_out(name: str) -> str:
    """Plain name in whole words without hyphens and full stops, its second name in the order of letters."""
    name = _DIRECTION.sub(lambda found: f"{_DIRECTIONS[found[1]]} ", name.replace("&", " and "))
    name = _WORD.sub(lambda found: f"{_WORDS[found[1]]} ", name).replace("-", " ")
    name = re.sub(r"\.(?=[a-z]{2})", " ", name).replace(".", "")
    name = re.sub(r"\s+(?=[,)])", "", " ".join(name.split()))
    other = _OTHER_NAME.fullmatch(name)
    if other is None:
        return name
    first, second = sorted([other[1].strip(), (other[2] or other[3]).strip()])
    return f"{first} ({second})"


def _without_apostrophes(name: str) -> str:
    """Join what apostrophes part, as in "d' ivoire", "l este" and "people 's"; the same for every spelling."""
    name = re.sub(r"(?<=\w)'(?=\w)", "", name)
    name = " ".join(name.replace("'", " ").split())
    name = re.sub(r"(?<=[\w(] )([dl]) (?=[a-z])", r"\1", name)
    return re.sub(r"(?<=[a-z]) s\b", "s", name)


def meaning(key: str, system: str, year: int) -> int | None:
    """State that a normalised code means in a year, or None."""
    codes = codes_of(system)
    row = codes.row_in(key, year)
    return None if row is None or codes.state[row] < 0 else int(codes.state[row])


def reason(key: str, given: str, system: str, year: int) -> str:
    """Why a normalised code, given as ``given``, means no state in a year, and how to fix it."""
    what = "name" if system == "name" else f"{system} code"
    if not key:
        return f"the {what} is missing in {year}."
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return f"{given!r} in {year}: the state table covers {FIRST_YEAR}-{LAST_YEAR} only."
    codes = codes_of(system)
    if key not in codes.number:
        start = f"no state is called {given!r}" if system == "name" else f"no state has the {what} {given!r}"
        return f"{start} in {year}{_near(key, system, year)}"
    row = codes.row_in(key, year)
    if row is not None:
        return f"{given!r} is not an independent state in {year}: {codes.note[row]}."
    return _other_years(key, given, system, year)


def _other_years(key: str, given: str, system: str, year: int) -> str:
    codes = codes_of(system)
    rows = [row for row in codes.spells(key) if codes.state[row] >= 0]
    spans = []
    for row in rows:
        last = int(codes.last[row])
        number = int(codes.state[row])
        spans.append(f"{_name(number)} ({number}) {codes.first(row)}-{'' if last > LAST_YEAR else last}")
    history = dict.fromkeys(_history(int(codes.state[row])) for row in rows)
    return f"{given!r} means no independent state in {year}; it means {', '.join(spans)}{''.join(history)}."


@lru_cache(maxsize=1)
def _names() -> dict[int, str]:
    return dict(zip(state_table()["country_id"], state_table()["name"], strict=True))


def _name(country_id: int) -> str:
    return _names()[country_id]


def _history(country_id: int) -> str:
    """Tell what came before or after a state, from the note of its own number."""
    own = codes_of("gw")
    note = own.note[own.spells(str(country_id))[0]]
    return f"; {_name(country_id)}: {note}" if note else ""


@lru_cache(maxsize=4096)
def _near(key: str, system: str, year: int) -> str:
    """Similar names of that year, or the other systems in which the code has a meaning."""
    if system == "name":
        close = difflib.get_close_matches(key, list(codes_of("name").number), n=6, cutoff=0.75)
        found = [number for match in close if (number := meaning(match, "name", year)) is not None]
        similar = list(dict.fromkeys(_name(number) for number in found))[:3]
        return f"; did you mean {' or '.join(similar)}?" if similar else ". See list_states() for the names."
    others = [other for other in SYSTEMS if other != "name" and meaning(key, other, year) is not None]
    return (
        f"; the code has a meaning in {', '.join(others)}."
        if others
        else ". See crosswalk.csv for the codes."
    )
