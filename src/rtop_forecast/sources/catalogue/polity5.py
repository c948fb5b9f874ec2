"""Polity5: regime authority characteristics by state and year."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.sources.reading.columns import numbers
from rtop_forecast.sources.reading.country_years import last_full_year
from rtop_forecast.sources.reading.spec import Column, CountryYears

__all__ = ["SOURCE"]

_INTERRUPTION, _INTERREGNUM, _TRANSITION = -66, -77, -88
_FLAGS = {_INTERRUPTION: "interruption", _INTERREGNUM: "interregnum", _TRANSITION: "transition"}
_BOUNDS = {
    "democ": (0, 10), "autoc": (0, 10), "polity": (-10, 10), "polity2": (-10, 10), "durable": (0, 300),
    "xrreg": (1, 3), "xrcomp": (0, 3), "xropen": (0, 4), "xconst": (1, 7), "parreg": (1, 5), "parcomp": (0, 5),
    "exrec": (1, 8), "exconst": (1, 7), "polcomp": (1, 10), "fragment": (0, 3),
}  # fmt: skip


def _with_flags(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Add a 0/1 column for each code that is not a score, and leave out what is drawn through transitions."""
    frame = numbers(frame, ["polity"], path=path)
    flags = {name: (frame["polity"] == code).astype("int64") for code, name in _FLAGS.items()}
    return frame.assign(
        polity2=pd.Series(frame["polity2"], dtype="object").mask(frame["polity"] == _TRANSITION, None),
        **{name: flag.where(frame["polity"].notna()) for name, flag in flags.items()},
    )


SOURCE = CountryYears(
    dataset="polity5",
    title="Polity5",
    description="""
        File: `p5v2018.xls` or a CSV of the same columns. The release of April 2020 reaches to 2018.

        - `polity`, `polity2` (-10 to 10), `democ`, `autoc` (0 to 10).
        - `durable`: years since the last change of regime. `fragment` (0 to 3).
        - Components: `xrreg` (1 to 3), `xrcomp` (0 to 3), `xropen` (0 to 4), `xconst` (1 to 7), `parreg` (1 to 5),
          `parcomp` (0 to 5), `exrec` (1 to 8), `exconst` (1 to 7), `polcomp` (1 to 10).
        - `interruption` (foreign rule), `interregnum` (collapse of central authority), `transition` (0/1): the codes
          -66, -77 and -88, which are not scores; all scores are missing there.

        In a transition the file draws `polity2` on a line to the score after it, which was not known then; it is
        missing in those years.
    """,
    marks=frozenset({"ccode", "scode", "polity", "polity2", "xrreg", "parcomp"}),
    columns={name: Column(name, bounds) for name, bounds in _BOUNDS.items()},
    made={name: Column(name) for name in _FLAGS.values()},
    codes=(("ccode", "polity"),),
    encoding="latin-1",
    missing=tuple(_FLAGS),
    last_year=last_full_year,
    prepare=_with_flags,
)
