"""The Early Warning Project's table of parties to the First Optional Protocol of the ICCPR, by country and year."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.sources.reading.spec import Column, CountryYears

__all__ = ["SOURCE"]


def _with_serbia(frame: pd.DataFrame, _path: Path) -> pd.DataFrame:
    serbia = (frame["country"] == "Yugoslavia") & (frame["year"] > 2006)
    return frame.assign(country=frame["country"].mask(serbia, "Serbia"))


SOURCE = CountryYears(
    dataset="ewp_treaty",
    title="the table of parties to the First Optional Protocol",
    description="""
        File: `iccpr-data.csv` of the project's inputs.

        - `iccpr_op1`: 1 if the state has accepted individual complaints under the International Covenant on Civil and
          Political Rights, else 0.

        The project names it after the Covenant; its parties are those of the Protocol (Rwanda, India and the United
        Kingdom, parties to the Covenant, are not in it). "Yugoslavia" is Serbia from 2007 on, as in the project's
        list of states. The depositary lists an accession within days.
    """,
    marks=frozenset({"year", "country", "ccode", "ios.iccpr1"}),
    columns={"ios.iccpr1": Column("iccpr_op1", (0, 1))},
    codes=(("country", "name"),),
    missing=("NA",),
    prepare=_with_serbia,
)
