"""Releases that the test data lack, made in the publisher's layout from real rows or headers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from rtop_forecast.sources._files import read_r


@pytest.fixture(scope="session")
def made_ged(data_dir, tmp_path_factory) -> Path:
    """GED release of 1989 and 1990, a thousand events each."""
    return full_ged(data_dir, tmp_path_factory.mktemp("ged") / "GEDEvent_v25_1.csv")


def full_ged(data_dir: Path, target: Path, *, last: int = 1990, events: int = 1000) -> Path:
    """GED release of a thousand events a year from 1989, from the 1,000 real events of the sample."""
    sample = next(iter(read_r(data_dir / "ucdp" / "uncertainUCDP_ucdpged.rda").values()))
    parts = [
        sample.head(events).assign(year=year, id=range(year * 10_000, year * 10_000 + events))
        for year in range(1989, last + 1)
    ]
    frame = pd.concat(parts, ignore_index=True)
    whole = frame.select_dtypes("number").columns.difference(["latitude", "longitude"])
    frame = frame.assign(**{name: frame[name].astype("Int64") for name in whole})
    # A state of the sample's years must be one of the made years too: Yemen, Bosnia and their like are left.
    old = {
        2,
        100,
        135,
        475,
        490,
        500,
        516,
        517,
        520,
        600,
        615,
        625,
        640,
        645,
        652,
        700,
        750,
        770,
        775,
        780,
        840,
        850,
    }
    codes = frame["country_id"].where(frame["country_id"].isin(old), 700)
    frame.assign(country_id=codes).to_csv(target, index=False)
    return target
