"""Deposits beside the other form of the depositary's lists, and its totals."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bundle_checks.tally import Comparison, core, tally
from rtop_forecast.sources.catalogue import treaties

__all__ = ["comparisons"]

#: Parties on a day, as the depositary or a page that cites it says: year, number, of them no state of the list.
_TOTALS = {
    # Palestine
    "genocide": [(2014, 146, 1), (2019, 152, 1), (2022, 153, 1), (2024, 153, 1)],
    # the Holy See and Palestine
    "cerd": [(2014, 177, 2), (2019, 182, 2), (2024, 182, 2)],
    # the Cook Islands, and Palestine from 2015
    "rome": [(2014, 122, 1), (2023, 124, 2), (2024, 125, 2)],
    # the Holy See and Palestine; annual reports of the Convention against Torture Initiative, cti2024.org
    "cat": [(2015, 158, 2), (2020, 171, 2)],
}
#: Parties on a day by the treaty's committee or a page that counts them: treaty, year, number.
_ON_A_DAY = [
    # Committee against Torture, A/70/44 (15 May) and its reports of 13 May 2016, 12 May 2017 and 17 May 2019
    ("cat", 2015, 158),
    ("cat", 2016, 159),
    ("cat", 2017, 161),
    ("cat", 2019, 166),
    # Convention against Torture Initiative: the Bahamas, 31 May; Sudan, 10 August
    ("cat", 2018, 164),
    ("cat", 2021, 172),
    # Human Rights Committee, A/70/40 (2 April) and A/71/40 (31 March)
    ("iccpr", 2015, 168),
    ("iccpr", 2016, 168),
    # Wikipedia, International Covenant on Civil and Political Rights: September and June
    ("iccpr", 2019, 173),
    ("iccpr", 2022, 173),
]
#: Of them no state of the list: Palestine, and for the Convention against Torture the Holy See.
_OUTSIDE = {"cat": 2, "iccpr": 1}
#: Deposits since 2015 that a page names with their year: treaty, state, year.
_NAMED = [
    # cti2024.org: annual reports 2015 and 2020; The Gambia, Samoa, Saint Kitts and Nevis, Sudan, trust fund
    ("cat", 626, 2015),
    ("cat", 816, 2015),
    ("cat", 420, 2018),
    ("cat", 990, 2019),
    ("cat", 60, 2020),
    ("cat", 698, 2020),
    ("cat", 625, 2021),
    ("cat", 115, 2021),
    # fijiprun.org/node/254, 14 March 2016
    ("cat", 950, 2016),
    # data.legilux.public.lu, eli-etat-leg-div-2018-05-31-a467, 31 May 2018
    ("cat", 31, 2018),
    # rnz.co.nz/international/pacific-news/377104, in force on 16 November, three months after the deposit
    ("iccpr", 950, 2018),
    # ejiltalk.org/qatars-reservations-to-the-iccpr-anything-new-under-the-vclt-sun, 21 May 2018
    ("iccpr", 694, 2018),
    # world-politics-datalab/humanrights-treaties-ratification-status, August 2022
    ("cerd", 403, 2017),
    ("cerd", 830, 2017),
    ("cerd", 540, 2019),
    ("cerd", 54, 2019),
    ("cerd", 983, 2019),
    # public lists of parties to the Genocide Convention and the Rome Statute (datasets/audit.md)
    ("genocide", 434, 2017),
    ("genocide", 590, 2019),
    ("genocide", 551, 2022),
    ("rome", 371, 2023),
    # asp.icc-cpi.int, ICC-ASP-20160304-PR1193, 3 March 2016; pgaction.org/news/el-salvador-rome-statute.html
    ("rome", 92, 2016),
    # coalitionfortheicc.org/news/20191128/kiribati-accedes-rome-statute, 26 November 2019
    ("rome", 970, 2019),
    # treaties.un.org, the depositary's page of 24 April 2024, 13 May 2019
    ("genocide", 54, 2019),
    # apt.ch/knowledge-hub/opcat/central-african-republic; its initial report to the Committee, 11 October 2016
    ("cat", 482, 2016),
    # embassy of Portugal in Sao Tome for the European Union, 7 March 2017: six instruments on 10 January
    ("cat", 403, 2017),
    ("iccpr", 403, 2017),
    # European External Action Service, 180315_77, 15 March 2018
    ("cat", 983, 2018),
    ("iccpr", 983, 2018),
    # Committee against Torture, summary record of the 2047th meeting: accession in 2019
    ("cat", 970, 2019),
    # cti2024.org: Grenada, 26 September 2019; Angola, 2 October 2019
    ("cat", 55, 2019),
    ("cat", 540, 2019),
]
#: States of the past whose deposits stand beside those of their successors.
_PAST = (265, 315, 345, 680, 817)

#: First year that the depositary's older tables do not cover.
_SINCE = 2015


def comparisons(data: Path, more: Path) -> list[Comparison]:  # noqa: ARG001
    """Compare years of deposit to 2014, the number of parties later on, and later deposits that a page names."""
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
    return [*results, _totals(), _on_a_day(), _named()]


def _on_a_day() -> Comparison:
    """Check that the parties on a day lie between those at the ends of the year before and of its own."""
    parties = core("treaties")
    parties = parties[~parties["country_id"].isin(_PAST)]
    rows = []
    for treaty, year, stated in _ON_A_DAY:
        own = parties[parties["treaty"] == treaty]
        ended = [own["end_year"].le(last) for last in (year - 1, year)]
        bounds = [
            int((own["year"].le(last) & ~gone).sum()) + _OUTSIDE[treaty]
            for last, gone in zip((year - 1, year), ended, strict=True)
        ]
        rows.append((treaty, year, *bounds, stated))
    cells = pd.DataFrame(rows, columns=["treaty", "year", "least", "most", "stated"])
    return tally(
        cells,
        cells["stated"].between(cells["least"], cells["most"]),
        table="treaties",
        second_source="reports of the treaties' committees, and pages that count the parties",
        what="parties on a day of 2015-2022, no fewer than a year's end before and no more than the next",
    )


def _named() -> Comparison:
    cells = pd.DataFrame(_NAMED, columns=["treaty", "country_id", "theirs"])
    ours = core("treaties")[["treaty", "country_id", "year"]]
    cells = cells.merge(ours, on=["treaty", "country_id"], how="left")
    since = int((ours["year"] >= _SINCE).sum())
    return tally(
        cells,
        cells["year"].eq(cells["theirs"]),
        table="treaties",
        second_source="pages that name a deposit",
        what=f"year of a deposit, of the {since} since {_SINCE}",
    )


def _totals() -> Comparison:
    parties = core("treaties")
    parties = parties[~parties["country_id"].isin(_PAST)]
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
        second_source="totals that the depositary or a page states",
        what="parties at the end of a year, with those that are no state of the list",
    )
