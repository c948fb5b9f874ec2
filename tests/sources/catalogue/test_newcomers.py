"""Parties that are new in a state and those that stay, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rtop_forecast.sources.catalogue.ucdp import newcomers


def test_new_after_five_quiet_years_and_unknown_at_the_start_of_the_dataset():
    spells = pd.DataFrame(
        {
            "country_id": [1, 1, 1, 1, 1, 2],
            "party": [7, 7, 7, 8, 7, 7],
            "year": [1989, 1990, 1995, 1995, 2001, 1995],
        }
    )
    table = newcomers(spells, key="party", first=1989, years=5).set_index(["country_id", "year"])
    # in the first five years nobody can be told to be new, in the first none to have stayed
    assert np.isnan(table.loc[(1, 1989), "new"])
    assert np.isnan(table.loc[(1, 1989), "repeat"])
    assert np.isnan(table.loc[(1, 1990), "new"])
    assert table.loc[(1, 1990), "repeat"] == 1
    # 1995: party 7 was there five years before, party 8 never; 2001: six years after
    assert table.loc[(1, 1995)].tolist() == [1, 0]
    assert table.loc[(1, 2001)].tolist() == [1, 0]
    assert table.loc[(2, 1995)].tolist() == [1, 0]
