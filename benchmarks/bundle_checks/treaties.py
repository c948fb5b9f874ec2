"""Deposits beside the other form of the depositary's lists, and its totals."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bundle_checks.tally import Comparison, core, tally
from rtop_forecast.sources.catalogue import treaties
from rtop_forecast.sources.core.events import RATIFIED

__all__ = ["comparisons"]

#: Parties on a day, as the depositary or a page that cites it says: year, number, of them no state of the list.
_TOTALS = {
    # Palestine
    "genocide": [(2014, 146, 1), (2019, 152, 1), (2022, 153, 1), (2024, 153, 1)],
    # the Holy See and Palestine
    "cerd": [(2014, 177, 2), (2019, 182, 2), (2024, 182, 2)],
    # the Cook Islands, and Palestine from 2015
    "rome": [(2014, 122, 1), (2023, 124, 2), (2024, 125, 2)],
}
#: States of the past whose deposits stand beside those of their successors.
_PAST = (265, 315, 345, 680, 817)


def comparisons(data: Path, more: Path) -> list[Comparison]:  # noqa: ARG001
    """Compare years of deposit to 2014, and the number of parties at the end of later years."""
    folder = data / "treaties"
    older = {path: treaties.read(path) for path in sorted(folder.glob("untreaties_*.csv"))}
    results = []
    for name in ("iccpr", "cat"):
        table = next(one for one in older.values() if f"{name}_deposit" in one.coverage)
        theirs = table.to_frame()[["country_id", "year"]].rename(columns={"year": "theirs"})
        ours = core("treaties").query("treaty == @name")[["country_id", "year", "source"]]
        cells = ours[ours["year"] <= 2014].merge(theirs, on="country_id", how="outer").reset_index(drop=True)
        noted = cells["source"].fillna("").str.startswith("untc-status") | cells["country_id"].isin(_PAST)
        yemen = cells["country_id"] == 678
        rules = [
            ("a predecessor's deposit, which stands under the successor there", noted),
            ("united Yemen is a party by South Yemen's deposit of 1987", yemen & cells["theirs"].isna()),
        ]
        results.append(
            tally(
                cells,
                cells["year"] == cells["theirs"],
                rules,
                table="treaties",
                second_source="UN Treaty Collection, table of 2015",
                what=f"year of deposit, {name}",
            )
        )
    return [*results, _totals()]


def _totals() -> Comparison:
    parties = core("treaties")
    parties = parties[~parties["country_id"].isin(_PAST) & parties["treaty"].isin(RATIFIED)]
    rows = []
    for treaty, totals in _TOTALS.items():
        for year, stated, outside in totals:
            own = parties[(parties["treaty"] == treaty) & (parties["year"] <= year)]
            ended = own["end_year"].notna() & (own["end_year"] <= year)
            rows.append((treaty, year, int((~ended).sum()) + outside, stated))
    cells = pd.DataFrame(rows, columns=["treaty", "year", "ours", "stated"])
    return tally(
        cells,
        cells["ours"] == cells["stated"],
        table="treaties",
        second_source="totals that the depositary states",
        what="parties at the end of a year, with those that are no state of the list",
    )
