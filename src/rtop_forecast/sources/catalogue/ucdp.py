"""What UCDP's state-based releases share: conflict-years, and their sum to state-years.

Located means the place of the incompatibility (``gwno_loc``), not every state that fights.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading.columns import whole_numbers, years
from rtop_forecast.sources.reading.matching import merge_unmatched, split_codes, with_country_id
from rtop_forecast.sources.reading.table import no_unmatched

__all__ = [
    "EXTRASYSTEMIC",
    "INTERNAL",
    "INTERSTATE",
    "WAR_DEATHS",
    "check_iso_dates",
    "conflicts_of_dyads",
    "integers",
    "release_of",
    "state_years_of_conflicts",
]

#: First year of any UCDP dataset.
FIRST_YEAR = 1946
EXTRASYSTEMIC = 1
INTERSTATE = 2
INTERNAL = (3, 4)
#: Battle-related deaths in a calendar year from which UCDP calls a conflict a war (intensity level 2).
WAR_DEATHS = 1000

_OUTSIDE = "extrasystemic conflict: fought over a territory outside the metropole, counted for no state"


def release_of(frame: pd.DataFrame, *, path: str | Path) -> str:
    """Return the single release named in a UCDP file's ``version`` column."""
    releases = sorted(set(frame["version"].astype("str").str.strip().fillna("")))
    if len(releases) != 1:
        message = (
            f"a UCDP file names one release in its column `version`; {Path(path).name} names "
            f"{len(releases)}: "
            f"{releases[:4]}. Use one release per file."
        )
        raise DataIntegrityError(message)
    return releases[0]


def integers(frame: pd.DataFrame, columns: list[str], *, path: str | Path) -> pd.DataFrame:
    """Return the columns as int64, or an error naming the first cell that is not an integer or not a year."""
    frame = years(frame, "year", path=path, first=FIRST_YEAR) if "year" in columns else frame
    return whole_numbers(frame, [name for name in columns if name != "year"], path=path)


def check_iso_dates(frame: pd.DataFrame, column: str, *, path: str | Path) -> None:
    """Refuse a date column in another format than the official YYYY-MM-DD."""
    values = frame[column].astype("str").str.strip()
    wrong = (values != "") & ~values.str.fullmatch(r"\d{4}-\d{2}-\d{2}( 00:00:00)?")
    if wrong.any():
        first = values[wrong].iloc[0]
        message = (
            f"{Path(path).name} is not an unedited UCDP release: {column!r} must be YYYY-MM-DD; "
            f"{int(wrong.sum())} of "
            f"{len(frame)} rows are not, first {first!r}. Download the official file."
        )
        raise DataIntegrityError(message)


def conflicts_of_dyads(dyads: pd.DataFrame) -> pd.DataFrame:
    """Sum dyad-years to conflict-years.

    Parameters
    ----------
    dyads : pandas.DataFrame
        ``conflict_id, dyad_id, year, type_of_conflict, incompatibility, gwno_loc`` and either
        ``bd_best`` or ``intensity_level``.

    Returns
    -------
    pandas.DataFrame
        ``conflict_id, year, type, incompatibility, gwno_loc, intensity, dyads, battle_deaths``.
        Intensity is 2 from 1,000 battle-related deaths in the conflict-year, else 1; without
        deaths it is the highest of the dyads, a lower bound. A conflict-year is internationalised
        (type 4) if one of its dyads is.
    """
    has_deaths = "bd_best" in dyads.columns
    groups = dyads.groupby(["conflict_id", "year"], sort=True)
    conflicts = groups.agg(
        type=("type_of_conflict", "max"),
        incompatibility=("incompatibility", "max"),
        gwno_loc=("gwno_loc", "first"),
        dyads=("dyad_id", "nunique"),
    ).reset_index()
    if has_deaths:
        conflicts["battle_deaths"] = groups["bd_best"].sum().to_numpy()
        conflicts["intensity"] = 1 + (conflicts["battle_deaths"] >= WAR_DEATHS).astype("int64")
    else:
        conflicts["battle_deaths"] = pd.array([pd.NA] * len(conflicts), dtype="Int64")
        conflicts["intensity"] = groups["intensity_level"].max().to_numpy()
    return conflicts


def state_years_of_conflicts(conflicts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sum conflict-years to state-years by place.

    Parameters
    ----------
    conflicts : pandas.DataFrame
        As :func:`conflicts_of_dyads` returns; ``dyads`` and ``battle_deaths`` may be missing.

    Returns
    -------
    state_years, unmatched : pandas.DataFrame
        ``intensity`` (highest, 0 where only an interstate conflict is located), ``conflicts``,
        ``wars``, ``dyads``, ``government``, ``territory`` and ``battle_deaths`` count conflicts
        inside a state (types 3 and 4); ``interstate`` and ``interstate_deaths`` those between
        states (type 2), whose deaths stand whole in every state where they are located, so
        they must not be added up over states. Extrasystemic conflicts (type 1) are counted for
        no state and reported.
    """
    outside = conflicts[conflicts["type"] == EXTRASYSTEMIC]
    located = split_codes(conflicts[conflicts["type"] != EXTRASYSTEMIC], "gwno_loc")
    matched, unmatched = with_country_id(located, code="gwno_loc", system="ucdp")
    internal = matched["type"].isin(INTERNAL)
    matched = matched.assign(
        _intensity=matched["intensity"].where(internal, 0),
        _conflict=internal.astype("int64"),
        _war=(internal & (matched["intensity"] == 2)).astype("int64"),
        _dyads=matched["dyads"].astype("Int64").where(internal, 0),
        # UCDP's incompatibility: 1 territory, 2 government, 3 both.
        _government=(internal & matched["incompatibility"].isin((2, 3))).astype("int64"),
        _territory=(internal & matched["incompatibility"].isin((1, 3))).astype("int64"),
        _deaths=matched["battle_deaths"].astype("Int64").where(internal, 0),
        _interstate=(matched["type"] == INTERSTATE).astype("int64"),
        _interstate_deaths=matched["battle_deaths"].astype("Int64").where(~internal, 0),
    )
    groups = matched.groupby(["country_id", "year"], sort=True)
    table = groups.agg(
        intensity=("_intensity", "max"),
        conflicts=("_conflict", "sum"),
        wars=("_war", "sum"),
        government=("_government", "max"),
        territory=("_territory", "max"),
        interstate=("_interstate", "max"),
    ).astype("int64")
    for name in ("dyads", "deaths", "interstate_deaths"):
        # One unknown part makes the sum unknown: never zero for lack of coverage.
        unknown = matched[f"_{name}"].isna().groupby([matched["country_id"], matched["year"]]).any()
        table[_PUBLIC[name]] = groups[f"_{name}"].sum(min_count=1).where(~unknown)
    return table.reset_index(), merge_unmatched([unmatched, _extrasystemic(outside)])


_PUBLIC = {"dyads": "dyads", "deaths": "battle_deaths", "interstate_deaths": "interstate_deaths"}


def _extrasystemic(conflicts: pd.DataFrame) -> pd.DataFrame:
    if conflicts.empty:
        return no_unmatched()
    counts = split_codes(conflicts, "gwno_loc").groupby(["gwno_loc", "year"]).size().reset_index(name="rows")
    return counts.rename(columns={"gwno_loc": "code"}).assign(reason=_OUTSIDE)[
        ["code", "year", "rows", "reason"]
    ]


def newcomers(spells: pd.DataFrame, *, key: str, first: int, years: int) -> pd.DataFrame:
    """Of rows by party, state and year: which had none in the years before, which had one the year before.

    Parameters
    ----------
    spells : pandas.DataFrame
        ``country_id, year`` and the party's number in the column ``key``.
    first : int
        First year of the dataset.
    years : int
        Quiet years after which a party counts as new again.

    Returns
    -------
    pandas.DataFrame
        ``country_id, year, new`` and ``repeat``: parties that are new in the state, missing in the dataset's first
        ``years``, and parties that were active there the year before, missing in its first year.
    """
    rows = spells[["country_id", "year", key]].drop_duplicates().sort_values([key, "country_id", "year"])
    before = rows.groupby([key, "country_id"])["year"].shift(1)
    gap = rows["year"] - before
    rows = rows.assign(
        new=(gap.isna() | (gap > years)).astype("float64").where(rows["year"] >= first + years),
        repeat=(gap == 1).astype("float64").where(rows["year"] > first),
    )
    return rows.groupby(["country_id", "year"])[["new", "repeat"]].sum(min_count=1).reset_index()
