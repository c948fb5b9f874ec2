"""Codes of states: what is no number of a state or a year is refused."""

import numpy as np
import pytest

from rtop_forecast.errors import InputError
from rtop_forecast.world.reverse import find_codes


@pytest.mark.parametrize(
    ("country_id", "year", "words"),
    [
        ("Sudan", 2000, "country_id must be whole numbers; got 'Sudan'"),
        (625.5, 2000, "country_id must be whole numbers"),
        ([[1, 2], [3, 4]], 2000, "a list of them; got shape"),
        ([625, 490], [2000, 2001, 2002], "one for each of the 2 states"),
        (625, np.nan, "year must be whole numbers"),
    ],
)
def test_anything_but_numbers_of_states_and_years_is_refused(country_id, year, words):
    with pytest.raises(InputError, match=words):
        find_codes(country_id, year)
