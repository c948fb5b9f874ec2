"""A year of candidate events counted as the yearly releases count: conflicts, one-sided violence, totals by state."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rtop_forecast as rtop
from rtop_forecast.sources.core.candidate_year import (
    candidate_year,
    events_of_year,
    weighted_by_totals,
)

KNOWN = pd.DataFrame({"conflict_id": [218], "gwno_loc": ["750, 770"]})
SOURCE = "ucdp-candidate-2025"


def events(rows):
    columns = ["country_id", "kind", "conflict_id", "conflict_name", "deaths"]
    return pd.DataFrame(rows, columns=columns).assign(year=2025)


def counted(rows, known=KNOWN):
    return candidate_year(events(rows), known=known, source=SOURCE).data.set_index("country_id")


def test_a_conflict_counts_from_25_deaths_and_is_a_war_from_1000():
    table = counted(
        [
            (625, 1, 309, "Sudan: Government", 999),
            (625, 1, 309, "Sudan: Government", 1),
            (432, 1, 1, "Mali: Government/Azawad", 25),
            (540, 1, 2, "Angola: Cabinda", 24),
            (652, 1, 150, "XXX652", 5000),
        ]
    )
    assert table.loc[625, ["ucdp_intensity", "ucdp_wars", "ucdp_government", "ucdp_territory"]].tolist() == [
        2,
        1,
        1,
        0,
    ]
    assert table.loc[432, ["ucdp_intensity", "ucdp_wars", "ucdp_government", "ucdp_territory"]].tolist() == [
        1,
        0,
        1,
        1,
    ]
    assert table.loc[[540, 652], "ucdp_conflicts"].tolist() == [0, 0]
    # parties that are not made out yet are no conflict, but their dead count in the total of the state
    assert table.loc[652, "ucdp_organizedviolence_statebased_deaths"] == 5000


def test_a_conflict_stands_where_it_is_fought_over_and_one_between_states_in_both():
    table = counted(
        [
            (645, 1, 354, "Turkey: Kurdistan", 54),
            (750, 1, 218, "India - Pakistan", 40),
            (800, 1, 294, "Cambodia (Kampuchea) - Thailand", 60),
            (811, 1, 294, "Cambodia (Kampuchea) - Thailand", 90),
        ]
    )
    assert table.loc[640, ["ucdp_conflicts", "ucdp_battle_deaths"]].tolist() == [1, 54]
    assert table.loc[645, "ucdp_conflicts"] == 0
    # known: located in both; new: where a quarter of the dead are
    assert table.loc[[750, 770], "ucdp_interstate_deaths"].tolist() == [40, 40]
    assert table.loc[[800, 811], "ucdp_interstate"].tolist() == [1, 1]
    assert table["ucdp_battle_deaths"].sum() == 54


def test_one_sided_violence_by_kind_of_actor_and_active_ones_alone_are_counted():
    table = counted(
        [
            (625, 1, 309, "Sudan: Government", 30),
            (652, 3, 695, "Government of Syria - Civilians", 30),
            (652, 3, 506, "IS - Civilians", 20),
            (645, 3, 506, "IS - Civilians", 10),
            (432, 3, 9, "Government of Mali, Government of Russia (Soviet Union) - Civilians", 24),
        ]
    )
    deaths = ["ucdp_osv_government_deaths", "ucdp_osv_nonstate_deaths"]
    actors = ["ucdp_osv_government_actors", "ucdp_osv_nonstate_actors"]
    assert table.loc[652, deaths + actors].tolist() == [30, 20, 1, 1]
    assert table.loc[645, deaths + actors].tolist() == [0, 10, 0, 1]
    assert table.loc[432, deaths + actors].tolist() == [24, 0, 0, 0]


@given(
    st.lists(
        st.tuples(st.sampled_from([432, 625, 652]), st.integers(1, 3), st.integers(0, 500)),
        min_size=1,
        max_size=30,
    ),
    st.dictionaries(st.sampled_from([432, 625, 652]), st.integers(0, 10_000)),
)
def test_weighted_deaths_add_up_to_the_total_of_each_state(rows, totals):
    given_events = events([(state, kind, 1, "X - Civilians", deaths) for state, kind, deaths in rows])
    own = given_events.groupby("country_id")["deaths"].sum()
    weighted = weighted_by_totals(given_events, totals).groupby("country_id")["deaths"].sum()
    for state, count in own.items():
        expected = totals.get(state, count) if count else 0
        assert weighted[state] == pytest.approx(expected)


def test_a_year_with_a_month_missing_is_refused(tmp_path):
    dates = [f"2025-{month:02d}-03" for month in range(1, 12)]
    frame = pd.DataFrame({"date": dates}).assign(
        id=range(11),
        conflict_new_id=309,
        conflict_name="Sudan: Government",
        country="Sudan",
        best=3,
        type_of_violence=1,
    )
    frame.to_csv(tmp_path / "events.csv", index=False)
    with pytest.raises(rtop.DataIntegrityError, match=r"11\. Take the files of all twelve months"):
        events_of_year(tmp_path / "events.csv", 2025)


def test_the_bundled_year_has_the_totals_of_the_country_year_dataset(more_dir):
    """Deaths of 2025 by state: UCDP Country-Year Dataset 26.1; their parts by type: candidate events of 2025."""
    listed = json.loads((more_dir / "ucdp" / "ucdp_ovcy_26.1_2025_by_country.json").read_text())["perCountry"]
    panel = rtop.load_panel().frame
    deaths = panel[panel["year"] == 2025].set_index("country_id")["ucdp_organizedviolence_deaths"]
    codes = {code: resolved_or_none(code) for code in listed}
    told = {codes[code]: row["deathsLastYear"] for code, row in listed.items() if codes[code] in deaths.index}
    assert len(told) > 120
    different = {state: count for state, count in told.items() if deaths[state] != count}
    # Nepal: one death, and no candidate event that says of which kind
    assert different == {790: 1}
    assert deaths[625] == 75_174


def resolved_or_none(code):
    try:
        return rtop.resolve_state(code, system="iso2", year=2025)
    except (rtop.InputError, rtop.CoverageError):
        return None
