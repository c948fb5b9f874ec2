"""Ulfelder's state-led mass killing, one row per state and year from 1945."""

from __future__ import annotations

from rtop_forecast.sources.reading.spec import Column, CountryYears

__all__ = ["SOURCE"]

_FLAG = (0, 1)

SOURCE = CountryYears(
    dataset="ulfelder",
    title="Ulfelder's state-led mass killing",
    description="""
        File: `ulfelder_mass_killing_country_year_2014.csv`.

        - `start`, `end`, `ongoing` (0/1): an episode begins, ends, is under way in the year.
        - `type` of the episode that begins: 0 none, 1 civil war, 2 uprising, 3 repression, 4 other.
        - `ever` (0/1): any episode since 1945.

        An episode is the killing of 1,000 or more civilians of a group by the state or with its consent. Episodes
        older than a state's first row have no start (Albania and Bulgaria 1945, Sudan 1956, Vietnam 1976). As
        published, `type` stands in another year than `start` for Egypt 2013 (2011) and Sri Lanka 1989 (1992), and
        `ever` is 0 during the episodes of Egypt 2013 and Tajikistan 1993. The state-years to 2014 were made on 20
        March 2015, those to 2013 in the course of 2014.

        Codes and rules of dating: Ulfelder, J. (2015). Mass killing episode data maker (data.mkl.R, 20 March 2015).
        https://github.com/ulfelder/earlywarningproject-statrisk-replication
    """,
    marks=frozenset({"sftgcode", "year", "mkl.start"}),
    columns={
        "mkl.start": Column("start", _FLAG),
        "mkl.end": Column("end", _FLAG),
        "mkl.ongoing": Column("ongoing", _FLAG),
        "mkl.type": Column("type", (0, 4)),
        "mkl.ever": Column("ever", _FLAG),
    },
    codes=(("sftgcode", "pitf"),),
    missing=("NA",),
)
