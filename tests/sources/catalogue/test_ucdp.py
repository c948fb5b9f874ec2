from __future__ import annotations

import pandas as pd
import pytest

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue import ucdp_acd, ucdp_brd, ucdp_dyadic, ucdp_onesided

ACD = (
    "conflict_id,location,side_a,side_a_id,side_a_2nd,side_b,side_b_id,side_b_2nd,incompatibility,territory_name,year,"
    "intensity_level,cumulative_intensity,type_of_conflict,start_date,start_prec,start_date2,start_prec2,ep_end,"
    "ep_end_date,ep_end_prec,gwno_a,gwno_a_2nd,gwno_b,gwno_b_2nd,gwno_loc,region,version"
)
BRD = (
    "conflict_id,dyad_id,location_inc,side_a,side_a_id,side_a_2nd,side_b,side_b_id,side_b_2nd,incompatibility,"
    "territory_name,year,bd_best,bd_low,bd_high,type_of_conflict,battle_location,gwno_a,gwno_a_2nd,gwno_b,gwno_b_2nd,"
    "gwno_loc,gwno_battle,region,version"
)
DYADIC = (
    "dyad_id,conflict_id,location,side_a,side_a_id,side_a_2nd,side_b,side_b_id,side_b_2nd,incompatibility,"
    "territory_name,year,intensity_level,type_of_conflict,start_date,start_prec,start_date2,start_prec2,gwno_a,"
    "gwno_a_2nd,gwno_b,gwno_b_2nd,gwno_loc,region,version"
)
ONESIDED = (
    "conflict_id,dyad_id,actor_id,coalition_components,actor_name,actor_name_fulltext,actor_name_mothertongue,year,"
    "best_fatality_estimate,low_fatality_estimate,high_fatality_estimate,is_government_actor,location,gwno_location,"
    "gwnoa,region,version"
)


def write(path, header, rows):
    columns = header.split(",")
    frame = pd.DataFrame([{name: row.get(name, "") for name in columns} for row in rows], columns=columns)
    frame.to_csv(path, index=False)
    return path


def conflict(**values):
    base = {
        "conflict_id": 1, "year": 1991, "incompatibility": 1, "intensity_level": 1, "type_of_conflict": 3,
        "gwno_loc": "750", "start_date": "1990-01-01", "version": "23.1",
    }  # fmt: skip
    return base | values


def dyad(**values):
    base = {
        "conflict_id": 1, "dyad_id": 10, "year": 1991, "incompatibility": 2, "type_of_conflict": 3,
        "bd_best": 600,
        "bd_low": 500, "bd_high": 700, "gwno_loc": "530", "version": "25.1", "intensity_level": 1,
        "start_date": "1990-01-01",
    }  # fmt: skip
    return base | values


def actor(**values):
    base = {
        "actor_id": 1, "year": 2001, "best_fatality_estimate": 100, "is_government_actor": 0,
        "gwno_location": "700",
        "version": "25.1",
    }  # fmt: skip
    return base | values


def row(table, country_id, year):
    frame = table.to_frame().set_index(["country_id", "year"])
    return frame.loc[(country_id, year)]


def test_acd_counts_conflicts_inside_and_between_states_apart(tmp_path):
    rows = [
        conflict(),
        conflict(conflict_id=2, incompatibility=2, intensity_level=2),
        conflict(conflict_id=3, type_of_conflict=2, gwno_loc="750, 770", intensity_level=2),
    ]
    path = write(tmp_path / "x.csv", ACD, rows)
    assert ucdp_acd.recognise(path)
    table = ucdp_acd.read(path)
    assert table.source == "ucdp-acd-23.1"
    india = row(table, 750, 1991)
    assert india[["intensity", "conflicts", "wars", "government", "territory", "interstate"]].tolist() == [
        2,
        2,
        1,
        1,
        1,
        1,
    ]
    pakistan = row(table, 770, 1991)
    assert pakistan[["intensity", "conflicts", "interstate"]].tolist() == [0, 0, 1]


def test_extrasystemic_conflicts_are_reported_and_counted_for_no_state(tmp_path):
    path = write(
        tmp_path / "x.csv", ACD, [conflict(type_of_conflict=1, gwno_loc="435, 600", year=1957), conflict()]
    )
    table = ucdp_acd.read(path)
    assert table.data["country_id"].tolist() == [750]
    assert table.unmatched["code"].tolist() == ["435", "600"]
    assert table.unmatched["reason"].str.contains("extrasystemic").all()


def test_a_place_that_is_no_state_is_reported(tmp_path):
    path = write(tmp_path / "x.csv", ACD, [conflict(year=1947, gwno_loc="751"), conflict()])
    unmatched = ucdp_acd.read(path).unmatched
    assert unmatched[["code", "year", "rows"]].values.tolist() == [["751", 1947, 1]]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"start_date": "15-11-2012"}, "YYYY-MM-DD"),
        ({"intensity_level": "high"}, "must hold numbers"),
        ({"version": "24.1"}, "one release"),
        ({"gwno_loc": "751"}, "2 rows disagree with another, first .*1991"),
    ],
)
def test_acd_edited_files_are_refused(tmp_path, change, words):
    other = {} if "gwno_loc" in change else {"conflict_id": 2}
    path = write(tmp_path / "x.csv", ACD, [conflict(), conflict(**(change | other))])
    with pytest.raises(DataIntegrityError, match=words):
        ucdp_acd.read(path)


def test_acd_hand_edited_file_is_refused_with_both_reasons(data_dir):
    path = data_dir / "ucdp" / "UcdpPrioConflict_v24_1.csv"
    assert ucdp_acd.recognise(path)
    with pytest.raises(
        DataIntegrityError, match=r"7 of its 28 columns are missing .*version.* dates are not YYYY-MM-DD"
    ):
        ucdp_acd.read(path)


def test_brd_sums_dyads_to_a_war_and_takes_the_widest_type(tmp_path):
    rows = [dyad(), dyad(dyad_id=11, bd_best=400, type_of_conflict=4)]
    path = write(tmp_path / "x.csv", BRD, rows)
    assert ucdp_brd.recognise(path)
    assert not ucdp_acd.recognise(path)
    ethiopia = row(ucdp_brd.read(path), 530, 1991)
    assert ethiopia[["intensity", "conflicts", "wars", "dyads", "battle_deaths"]].tolist() == [
        2,
        1,
        1,
        2,
        1000,
    ]
    conflicts, release = ucdp_brd.conflict_years(path)
    assert conflicts["type"].tolist() == [4]
    assert release == "25.1"


def test_brd_below_a_thousand_deaths_is_minor(tmp_path):
    path = write(tmp_path / "x.csv", BRD, [dyad(bd_best=999)])
    assert row(ucdp_brd.read(path), 530, 1991)["intensity"] == 1


def test_brd_conflict_level_file_without_dyads_is_refused(tmp_path):
    path = write(tmp_path / "x.csv", BRD.replace("dyad_id,", ""), [dyad()])
    with pytest.raises(DataIntegrityError, match="'dyad_id'"):
        ucdp_brd.read(path)


def test_brd_estimates_out_of_order_are_kept(tmp_path):
    path = write(tmp_path / "x.csv", BRD, [dyad(bd_low=700, bd_best=600)])
    assert row(ucdp_brd.read(path), 530, 1991)["battle_deaths"] == 600


def test_brd_comma_lists_count_in_each_state(data_dir):
    table = ucdp_brd.read(data_dir / "ewp2025" / "inputs" / "BattleDeaths_v25_1.csv")
    assert table.unmatched.empty
    both = [row(table, country, 2024) for country in (365, 369)]
    assert [place["interstate_deaths"] for place in both] == [75_686, 75_686]
    assert [place["interstate"] for place in both] == [1, 1]
    assert row(table, 625, 2012)["interstate"] == 1
    assert row(table, 626, 2012)["interstate"] == 1


def test_dyadic_gives_a_lower_bound_of_intensity(tmp_path):
    path = write(tmp_path / "x.csv", DYADIC, [dyad(), dyad(dyad_id=11, intensity_level=2)])
    assert ucdp_dyadic.recognise(path)
    assert not ucdp_brd.recognise(path)
    ethiopia = row(ucdp_dyadic.read(path), 530, 1991)
    assert ethiopia[["intensity", "dyads"]].tolist() == [2, 2]


def by_place(*rows):
    names = [
        "country_id",
        "year",
        "onesided_by_own_government",
        "onesided_by_governments",
        "onesided_by_groups",
    ]
    return pd.DataFrame(list(rows), columns=names)


ONE_SIDED = ["government_deaths", "nonstate_deaths", "shared_deaths", "government_actors", "nonstate_actors"]


def test_one_sided_estimates_are_divided_by_the_deaths_in_each_place(tmp_path):
    rows = [
        actor(actor_id=1, is_government_actor=1, gwno_location="490, 516, 517", gwnoa="517"),
        actor(actor_id=2, best_fatality_estimate=101, gwno_location="516, 517"),
        actor(actor_id=3, is_government_actor=1, gwno_location="490", gwnoa="500", best_fatality_estimate=30),
    ]
    path = write(tmp_path / "x.csv", ONESIDED, rows)
    assert ucdp_onesided.recognise(path)
    # governments: 40 died in 517 by its own, 60 in 490 of whom 10 by its own; groups: a third in 517
    places = by_place((517, 2001, 40, 45, 5), (490, 2001, 10, 60, 7), (516, 2001, 9, 9, 10))
    table = ucdp_onesided.divided(path, places)
    assert row(table, 517, 2001)[ONE_SIDED].tolist() == [44, 34, 78, 1, 1]
    assert row(table, 490, 2001)[ONE_SIDED].tolist() == [86, 0, 56, 2, 0]
    assert row(table, 516, 2001)[ONE_SIDED].tolist() == [0, 67, 67, 1, 1]
    assert table.data[["government_deaths", "nonstate_deaths"]].to_numpy().sum() == 231
    # years after the last of the deaths by place take its shares; places without any deaths share evenly
    earlier = ucdp_onesided.divided(path, places.assign(year=1999))
    assert earlier.data.equals(table.data)
    even = ucdp_onesided.divided(path, by_place((2, 2005, 0, 0, 1)))
    assert row(even, 516, 2001)[ONE_SIDED].tolist() == [33, 51, 84, 1, 1]


@pytest.mark.parametrize("name", ["OneSided_v25_1.rds", "OneSided_v23_1.csv"])
def test_one_sided_releases_add_up_to_the_source(data_dir, name):
    path = data_dir / "ucdp" / name
    table = ucdp_onesided.read(path)
    actors, release = ucdp_onesided.actor_years(path)
    assert release in name.replace("_1", ".1")
    assert table.unmatched.empty
    total = table.data[["government_deaths", "nonstate_deaths"]].to_numpy().sum()
    assert total == actors["best_fatality_estimate"].sum()


def test_one_sided_rwanda_1994(data_dir):
    table = ucdp_onesided.read(data_dir / "ucdp" / "OneSided_v25_1.rds")
    assert row(table, 517, 1994)["government_deaths"] == 759_638
    assert row(table, 516, 1994)["government_deaths"] < 1_000
