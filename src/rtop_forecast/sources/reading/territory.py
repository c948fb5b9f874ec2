"""Series of present territories (World Bank, UN) and the states of the past.

The World Bank and the UN give today's areas back to 1960 or 1950, and they mean today's borders. Attached by
name, West Germany would get the two Germanys, the Soviet Union only Russia, and one of the two Yemens both.
The rule here is the territory on 31 December: a parent's value is its own area plus those of its later
successors that were no state yet on that day. Where a present area once held two states at a time, a sum of
persons is attached to neither of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd

from rtop_forecast.sources.reading.matching import merge_unmatched, with_codes, with_country_id
from rtop_forecast.world.states import list_states

__all__ = ["DIVIDED", "PARENTS", "composites", "present_areas"]

#: Parent states with the ISO-3 code of their present core and of the areas that left them, with the first
#: year of
#: the union where it matters. The state numbers of the areas say when they had left.
PARENTS: Mapping[int, tuple[str, Mapping[str, tuple[int, int]]]] = {
    365: (
        "RUS",
        {
            "UKR": (369, 1946), "BLR": (370, 1946), "MDA": (359, 1946), "EST": (366, 1946), "LVA": (367,
            1946),
            "LTU": (368, 1946), "GEO": (372, 1946), "ARM": (371, 1946), "AZE": (373, 1946), "KAZ": (705,
            1946),
            "UZB": (704, 1946), "TKM": (701, 1946), "KGZ": (703, 1946), "TJK": (702, 1946),
        },
    ),
    345: (
        "SRB",
        {
            "MNE": (341, 1946), "XKX": (347, 1946), "HRV": (344, 1946), "SVN": (349, 1946), "BIH": (346,
            1946),
            "MKD": (343, 1946),
        },
    ),
    340: ("SRB", {"XKX": (347, 2006)}),
    315: ("CZE", {"SVK": (317, 1946)}),
    530: ("ETH", {"ERI": (531, 1952)}),
    625: ("SDN", {"SSD": (626, 1956)}),
    770: ("PAK", {"BGD": (771, 1947)}),
}  # fmt: skip

#: Present areas that held two states at a time: the states, and the last year in which the source's area is
#: taken to be neither's (Viet Nam was united under one state code in 1976).
DIVIDED: Mapping[str, tuple[tuple[int, int], int]] = {
    "DEU": ((260, 265), 1989),
    "YEM": ((678, 680), 1989),
    "VNM": ((816, 817), 1975),
}

_OWN_AREA = "own"


def present_areas(
    frame: pd.DataFrame, *, code: str = "iso3c", system: str = "iso3"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Attach present areas to the states whose territory they are, and to no other.

    Parameters
    ----------
    frame : pandas.DataFrame
        With ISO-3 codes in column ``code`` and ``year``.
    code : str
        Column of the ISO-3 code.
    system : str
        ``"iso3"`` or ``"worldbank"``, whose list also knows the World Bank's aggregates.

    Returns
    -------
    matched, unmatched : pandas.DataFrame
        ``matched`` has ``country_id`` and ``territory`` = ``"own"``; parents and divided areas are
        in ``unmatched`` for the years when the territory differs, with that reason.
    """
    coded = with_codes(frame, [code], system=system)
    matched, unmatched = with_country_id(coded, code=code, system=system)
    apart = _divided(matched, code) | _parent(matched)
    reason = "another territory than the present area that the source covers"
    lost = (
        matched[apart].groupby([code, "year"]).size().reset_index(name="rows").rename(columns={code: "code"})
    )
    attached = matched[~apart].assign(territory=_OWN_AREA)
    return attached.reset_index(drop=True), merge_unmatched([unmatched, lost.assign(reason=reason)])


def _divided(matched: pd.DataFrame, code: str) -> pd.Series:
    apart = pd.Series(False, index=matched.index)
    for area, (pair, last) in DIVIDED.items():
        apart |= matched[code].eq(area) & (matched["country_id"].isin(pair)) & (matched["year"] <= last)
    return apart


def _parent(matched: pd.DataFrame) -> pd.Series:
    pairs = zip(matched["country_id"], matched["year"], strict=True)
    apart = [parent in PARENTS and bool(_attached_areas(int(parent), int(year))) for parent, year in pairs]
    return pd.Series(apart, index=matched.index, dtype=bool)


def _attached_areas(parent: int, year: int) -> list[str]:
    """Areas that belonged to the parent on 31 December of the year, beside its core."""
    starts = _starts()
    last_day = pd.Timestamp(year, 12, 31)
    return [
        area
        for area, (state, since) in PARENTS[parent][1].items()
        if year >= since and starts[state] > last_day
    ]


@cache
def _starts() -> Mapping[int, pd.Timestamp]:
    table = list_states()
    starts = pd.to_datetime(table["start"])
    return dict(zip(table["country_id"].astype(int), starts, strict=True))


def composites(
    frame: pd.DataFrame,
    *,
    value: str,
    state_years: pd.DataFrame,
    weights: pd.DataFrame | None = None,
    partial: bool = False,
) -> pd.DataFrame:
    """Values of parents from the areas that made them up.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``iso3c, year`` and the value.
    value : str
        Its column.
    state_years : pandas.DataFrame
        ``country_id, year`` of the state system.
    weights : pandas.DataFrame, optional
        ``iso3c, year, weight``: the mean weighted by them is taken, for rates; without them the
        sum, for counts of persons.
    partial : bool
        Whether a weighted mean may leave out areas without a value or weight, as long as the core has both.

    Returns
    -------
    pandas.DataFrame
        ``country_id, year, territory, <value>``; ``territory`` lists the areas as "CZE+SVK". A year
        in which one of the areas has no value (or weight) gives no row.
    """
    table = _by_area(frame, value)
    weight = None if weights is None else _by_area(weights, "weight")
    rows = []
    for parent, (core, _) in PARENTS.items():
        for year in sorted(state_years.loc[state_years["country_id"] == parent, "year"]):
            areas = _attached_areas(parent, int(year))
            if not areas:
                continue
            keys = [(area, int(year)) for area in (core, *areas)]
            values = np.array([table.get(key, np.nan) for key in keys])
            share = np.array([1.0 if weight is None else weight.get(key, np.nan) for key in keys])
            valued = ~(np.isnan(values) | np.isnan(share))
            if not (valued.all() or (partial and weight is not None and valued[0])):
                continue
            total = float(values[valued] @ share[valued]) / (
                1.0 if weight is None else float(share[valued].sum())
            )
            used = [area for (area, _), here in zip(keys, valued, strict=True) if here]
            rows.append((parent, int(year), "+".join(used), total))
    return pd.DataFrame(rows, columns=["country_id", "year", "territory", value])


def _by_area(frame: pd.DataFrame, value: str) -> dict[tuple[str, int], float]:
    """Return the value of the areas that made up unions, by area and year; ValueError where one has two."""
    areas = {area for core, parts in PARENTS.values() for area in (core, *parts)}
    frame = with_codes(frame, ["iso3c"], system="iso3")
    rows = frame[frame["iso3c"].isin(areas)]
    if rows.duplicated(["iso3c", "year"]).any():
        message = "an area has one value per year"
        raise ValueError(message)
    keys = zip(rows["iso3c"], rows["year"].astype(int), strict=True)
    return dict(zip(keys, rows[value].to_numpy(dtype=float, na_value=np.nan), strict=True))
