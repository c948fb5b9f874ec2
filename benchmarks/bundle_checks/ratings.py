"""Ratings beside the releases of V-Dem before the one they are from."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bundle_checks.tally import KEYS, Comparison, bundled, tally
from rtop_forecast.sources.catalogue import vdem
from rtop_forecast.sources.core.series import RATINGS

__all__ = ["comparisons"]

#: The nearest earlier release that has each rating.
_FILES = ("ewp2024_vdem_v14.Rdata", "ewp2023_vdem_v13.Rdata", "vdem_v12_1969_2021_official_names.csv")
#: Ratings on a scale from 0 to 1; the others are levels.
_INDICES = frozenset({"v2xcl_disc", "v2x_polyarchy"})


def comparisons(data: Path, more: Path) -> list[Comparison]:  # noqa: ARG001
    """Compare each rating with the nearest earlier release."""
    tables = [vdem.read(data / "vdem" / name) for name in _FILES]
    results = []
    for name in RATINGS:
        table = next(one for one in tables if name in one.coverage)
        theirs = table.to_frame()[[*KEYS, name]].rename(columns={name: "theirs"})
        cells = bundled(f"vdem_{name}").merge(theirs, on=KEYS).dropna().reset_index(drop=True)
        results.append(_rating(cells, name, table.release))
    return results


def _rating(cells: pd.DataFrame, name: str, release: str) -> Comparison:
    apart = (cells[f"vdem_{name}"] - cells["theirs"]).abs()
    runs = apart.gt(0).groupby(cells["country_id"]).transform("mean")
    if name in _INDICES:
        agree, step, what = apart <= 0.02, 0.1, "index in a state-year, within .02"
    else:
        agree, step, what = apart == 0, 1.0, "level in a state-year"
    rules = [
        (f"the newer release estimates it anew, by at most {step:g}", apart <= step + 1e-9),
        (
            f"the newer release estimates it anew, by more than {step:g}, as other years of the state",
            runs > 0.02,
        ),
    ]
    return tally(
        cells,
        agree,
        rules,
        table="ratings",
        second_source=f"V-Dem {release}",
        what=f"{name}: {what}",
    )
