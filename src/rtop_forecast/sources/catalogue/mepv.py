"""Major Episodes of Political Violence: magnitudes of violence and war by state and year."""

from __future__ import annotations

from rtop_forecast.sources.reading.spec import Column, CountryYears

__all__ = ["SOURCE"]

_OFFICIAL = (
    "INTIND", "INTVIOL", "INTWAR", "CIVVIOL", "CIVWAR", "ETHVIOL", "ETHWAR", "INTTOT", "CIVTOT", "ACTOTAL",
)  # fmt: skip

SOURCE = CountryYears(
    dataset="mepv",
    title="Major Episodes of Political Violence",
    description="""
        File: `MEPV2014.xls` or another release, also as CSV, with column names in upper or lower case.

        Magnitudes from 0 (none) to 10 (extermination), summed where several episodes run:

        - `intviol`, `intwar`: violence and war between states; `intind`: wars of independence.
        - `civviol`, `civwar`: civil; `ethviol`, `ethwar`: ethnic.
        - `inttot`, `civtot`, `actotal`: sums of the international, of the civil and ethnic, and of all.

        Rows of units that were not yet independent hold no magnitude and are reported.
    """,
    marks=frozenset({"SCODE", "CIVTOT", "ACTOTAL", "ETHWAR"}),
    upper_case=True,
    columns={name: Column(name.lower(), (0, 60)) for name in _OFFICIAL},
    codes=(("SCODE", "pitf"),),  # its numbers repeat (341 is Kosovo and Montenegro), its letters do not
    year="YEAR",
    missing=(-1, -99),
)
