"""References: the rows they choose, recomputed by hand, and what they refuse."""

from __future__ import annotations

import pickle

import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast import Reference
from rtop_forecast.world.states import list_states

KEYS = pd.DataFrame(
    [
        (country_id, year, name)
        for year in (2013, 2014, 2015, 2016)
        for country_id, name in ((625, "Sudan"), (483, "Chad"), (651, "Egypt"), (600, "Morocco"))
        if (country_id, year) != (625, 2014)  # Sudan was not at risk in that year
    ],
    columns=["country_id", "year", "name"],
)


def chosen(reference):
    mask, name = reference.choose(KEYS, country_id=625, origin_year=2016)
    return list(KEYS.loc[mask, ["country_id", "year"]].itertuples(index=False, name=None)), name


def test_the_world_is_every_state_of_the_year_itself_included():
    rows, name = chosen(Reference.world())
    assert rows == [(625, 2016), (483, 2016), (651, 2016), (600, 2016)]
    assert name == "the world's states of 2016"


def test_the_own_past_ends_before_the_origin_and_skips_years_without_risk():
    assert chosen(Reference.own_past(years=3)) == ([(625, 2013), (625, 2015)], "its own 2013-2015")
    assert chosen(Reference.own_past(years=1))[0] == [(625, 2015)]


def test_the_region_leaves_out_the_state_itself_and_other_regions():
    subregions = list_states().set_index("country_id")["subregion"]
    wanted = [(one, 2016) for one in (483, 651, 600) if subregions.loc[one] == subregions.loc[625]]
    rows, name = chosen(Reference.region())
    assert rows == wanted == [(651, 2016), (600, 2016)]
    assert name == f"the other states of {subregions.loc[625]} in 2016"


def test_named_states_are_found_in_any_spelling_and_by_number():
    for reference in (Reference.states("chad", "Egypt"), Reference.states(651, 483)):
        assert chosen(reference) == ([(483, 2016), (651, 2016)], "Chad, Egypt in 2016")


def test_a_reference_without_a_row_is_refused():
    with pytest.raises(rtop.CoverageError, match="nothing to compare with: its own 2010-2012"):
        Reference.own_past(years=3).choose(KEYS, country_id=625, origin_year=2013)
    with pytest.raises(rtop.CoverageError, match="nothing to compare with"):
        chosen(Reference.states("Kenya"))
    with pytest.raises(rtop.InputError, match="did you mean"):
        chosen(Reference.states("Egyptt"))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Reference.own_past(years=0),
        lambda: Reference.own_past(years=2.5),
        lambda: Reference.own_past(years=True),
        lambda: Reference.states(),
        lambda: Reference.states("Chad", None),
        lambda: Reference.states(["Chad", "Egypt"]),
        lambda: Reference.states(True),
        lambda: Reference(kind="moon"),
        lambda: Reference(kind="own past"),
        lambda: Reference.of("moon"),
        lambda: Reference.of(["Chad"]),
    ],
)
def test_impossible_references_are_refused(make):
    with pytest.raises(rtop.InputError):
        make()


def test_a_reference_of_many_states_is_shown_in_short():
    assert (
        repr(rtop.Reference.states(*range(2, 200))) == "Reference(kind='states', years=0, group=<198 states>)"
    )
    assert repr(rtop.Reference.states("Chad")) == "Reference(kind='states', years=0, group=('Chad',))"


def test_references_compare_by_value_and_pickle():
    assert Reference.own_past() == Reference.own_past(years=10)
    assert len({Reference.world(), Reference.of("world"), Reference.region()}) == 2
    reference = Reference.states("Chad", 651)
    assert pickle.loads(pickle.dumps(reference)) == reference
