"""Political Terror Scale: state terror by country and year, scored from three yearly reports."""

from __future__ import annotations

import pandas as pd

from rtop_forecast.sources.reading.spec import Column, CountryYears, SetAside

__all__ = ["SOURCE"]

_SCORES = {"PTS_A": "pts_a", "PTS_H": "pts_h", "PTS_S": "pts_s"}


def _early_federal_republic(rows: pd.DataFrame) -> pd.Series[bool]:
    """Scores of the Federal Republic of Yugoslavia for years before it existed, where both Yugoslavias have one.

    It was proclaimed on 27 April 1992. The rule for other states that share a year, by which the successor's row
    counts, gives 1992 to it.
    """
    name = rows["Country"].astype("str").str.strip()
    scored = rows[list(_SCORES.values())].notna().any(axis=1)
    federation = rows.loc[scored & name.str.contains("Yugoslavia, Socialist", regex=False), "year"]
    early = scored & name.eq("Yugoslavia, Federal Republic of") & (rows["year"] < 1992)
    return early & rows["year"].isin(federation)


SOURCE = CountryYears(
    dataset="pts",
    title="the Political Terror Scale",
    description="""
        File: `PTS-2024.csv` (in Latin-1 as published), `PTS-2025.xlsx`, `PTS-2024.RData` or another release. A
        release comes out in the autumn of the year after the last that it scores.

        - `pts_a` from Amnesty International's report, `pts_h` from Human Rights Watch, `pts_s` from the US Department
          of State: 1 (rule of law, torture rare) to 5 (terror has expanded to the whole population).

        A report that does not exist or tells too little is missing. Territories that are scored apart, such as Israel
        in the occupied territories, are not states. Rows of a frame that has every country in every year are reported
        where they hold no score. The two Yugoslavias share 1991 and 1992: the socialist federation, which was the
        state at the end of 1991, has the first, its successor the second.

        Comparison to CIRI: Wood, R. M., & Gibney, M. (2010). The Political Terror Scale (PTS): A re-introduction and
        a comparison to CIRI. Human Rights Quarterly, 32(2), 367-400.
    """,
    marks=frozenset({"PTS_A", "PTS_S", "Year"}),
    columns={official: Column(name, (1, 5)) for official, name in _SCORES.items()},
    codes=(("COW_Code_N", "cow"), ("Country", "name")),
    unit="Country",
    year="Year",
    encoding="latin-1",
    missing=("NA",),
    edition_after=1,
    aside=(SetAside(_early_federal_republic, "founded on 27 April 1992: the federation's row counts"),),
)
