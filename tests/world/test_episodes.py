"""Mass-killing episodes: the rules of the list, the state-years it gives, and EWP's own frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.sources.catalogue.ewp_list import resolve_ewp
from rtop_forecast.world.episodes import (
    COLUMNS,
    TARGET_KINDS,
    check_episodes,
    episode_state_years,
    load_episodes,
    split_ids,
)

ROOT = Path(__file__).resolve().parents[2]
KEYS = ["country_id", "year"]
#: Places of the episodes under way at the end of 2024.
OPEN = [439, 439, 475, 475, 482, 490, 520, 530, 530, 625, 626, 626, 645, 652, 731, 770, 775, 775, 775, 840]


@pytest.fixture(scope="module")
def episodes() -> pd.DataFrame:
    return load_episodes()


@pytest.fixture(scope="module")
def frame(episodes) -> pd.DataFrame:
    return episode_state_years(episodes, first=1945, last=2024)


def episode(episode_id: str, country_id: int, **changes: object) -> dict[str, object]:
    row = dict.fromkeys(COLUMNS, "") | {
        "episode_id": episode_id,
        "country_id": country_id,
        "start_year": int(episode_id[4:8]),
        "end_year": pd.NA,
        "first_recorded": pd.NA,
        "end_recorded": pd.NA,
        "state_led": int(episode_id[9] == "s"),
        "ethnic_groups": 0,
        "target_kind": "political",
        "label": "A against B",
        "source": "test",
    }
    return row | changes


def table(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        dict.fromkeys(("end_year", "ethnic_groups", "first_recorded", "end_recorded"), "Int64")
    )


def years_of(frame: pd.DataFrame, country_id: int, column: str) -> dict[int, int]:
    """Non-zero values of one state by year."""
    rows = frame[(frame["country_id"] == country_id) & (frame[column] != 0)]
    return dict(zip(rows["year"].tolist(), rows[column].tolist(), strict=True))


# The bundled list


def test_bundled_list(episodes):
    assert len(episodes) == 157
    assert episodes["episode_id"].is_monotonic_increasing
    assert episodes["state_led"].value_counts().to_dict() == {1: 130, 0: 27}
    assert set(episodes["target_kind"]) == set(TARGET_KINDS)
    assert set(episodes["source"]) == {"ewp-2025"}
    assert not episodes["label"].duplicated().any()


def test_ids_are_ours_and_codes_the_sources(episodes):
    codes = episodes.set_index("source_code")["episode_id"]
    slips = {
        "zar196s1": "cod-1964-s1",
        "srb1948s1": "csk-1948-s1",
        "ien1979s1": "irn-1979-s1",
        "bd11988s1": "bdi-1988-s1",
        "yug1192s1": "bih-1992-s1",
        "chl1973": "chl-1973-s1",
        "rwa1994ns1": "rwa-1993-n1",
    }
    assert codes[list(slips)].to_dict() == slips


def test_one_prefix_per_state(episodes):
    prefixes = episodes.groupby("country_id")["episode_id"].agg(lambda ids: {name[:3] for name in ids})
    assert prefixes.map(len).eq(1).all()
    assert len(set(prefixes.map(min))) == len(prefixes)


def test_only_state_led_episodes_name_a_responsible_state(episodes):
    assert episodes["responsible_ids"].ne("").eq(episodes["state_led"] == 1).all()


# The rules


def test_unknown_missing_or_repeated_columns_raise(episodes):
    with pytest.raises(InputError, match="first 'mk_ethnic_flag'"):
        check_episodes(episodes.assign(mk_ethnic_flag=1))
    with pytest.raises(InputError, match="first 'label'"):
        episode_state_years(episodes.drop(columns="label"), first=1990, last=2000)
    with pytest.raises(InputError, match="a repeated one"):
        check_episodes(pd.concat([episodes, episodes[["label"]]], axis=1))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"end_year": 1985}, "end before it begins"),
        ({"state_led": 2}, "s for state-led"),
        ({"start_year": 1991}, "an id reads"),
        ({"episode_id": "Rwa-1990-s1"}, "an id reads"),
        ({"ethnic_groups": 3}, "ethnic_groups must be"),
        ({"target_kind": "tribal"}, "target_kind must be"),
        ({"label": ""}, "1 to 12 words"),
        ({"first_recorded": 1990}, "first_recorded is an edition after start_year"),
        ({"end_year": 1994, "end_recorded": 1994}, "end_recorded is an edition after end_year"),
        ({"label": "word " * 13}, "1 to 12 words"),
        ({"country_id": 999}, "GW 999 in 1990"),
        ({"country_id": 316}, "GW 316 in 1990"),
        ({"responsible_ids": "347"}, "GW 347 in 1990"),
        ({"inheritor_ids": "357"}, "GW 357 in 1990"),
        ({"inheritor_ids": "817"}, "GW 817 in 1990"),
    ],
)
def test_each_rule_fails_loudly(changes, rule):
    row = episode("rwa-1990-s1", 517)
    check_episodes(table(row))
    with pytest.raises(DataIntegrityError, match=rule):
        check_episodes(table(row | changes))


def test_repeated_id_raises():
    row = episode("rwa-1990-s1", 517)
    with pytest.raises(DataIntegrityError, match="unique; 1 of 2"):
        check_episodes(table(row, row))


def test_years_must_run_forward(episodes):
    with pytest.raises(InputError, match="run forward"):
        episode_state_years(episodes, first=2000, last=1999)


def test_split_ids():
    assert split_ids("") == ()
    assert split_ids("345") == (345,)


# State-years


def test_concurrent_episodes_combine_by_any():
    both = table(
        episode("irq-1990-s1", 645, end_year=1995, ethnic_groups=1),
        episode("irq-1992-n1", 645, end_year=1992, ethnic_groups=2),
        episode("irq-1992-s1", 645, end_year=1993, ethnic_groups=pd.NA),
    )
    for order in ([0, 1, 2], [2, 0, 1]):
        frame = episode_state_years(both.iloc[order], first=1990, last=1996).set_index(KEYS).loc[645]
        assert frame["onset"].tolist() == [1, 0, 1, 0, 0, 0, 0]
        assert frame["onsets"].tolist() == [1, 0, 2, 0, 0, 0, 0]
        assert frame["ongoing"].tolist() == [1, 1, 3, 2, 1, 1, 0]
        assert frame["ended"].tolist() == [0, 0, 1, 1, 0, 1, 0]
        assert frame["state_led_onset"].tolist() == [1, 0, 1, 0, 0, 0, 0]
        assert frame["nonstate_onset"].tolist() == [0, 0, 1, 0, 0, 0, 0]
        assert frame["state_led_ongoing"].tolist() == [1, 1, 1, 1, 1, 1, 0]
        assert frame["nonstate_ongoing"].tolist() == [0, 0, 1, 0, 0, 0, 0]
        assert frame["ethnic_ongoing"].tolist() == [1, 1, 1, 1, 1, 1, 0]
        assert frame["multiethnic_ongoing"].tolist() == [0, 0, 1, 0, 0, 0, 0]
        assert frame["nonethnic_ongoing"].tolist() == [0] * 7
        assert frame["begun"].tolist() == [1, 1, 3, 3, 3, 3, 3]
        assert frame["ever"].tolist() == [1] * 7


def test_inheritors_carry_an_episode_after_its_state_ended():
    frame = episode_state_years(
        table(episode("csk-1990-s1", 315, end_year=1994, inheritor_ids="316;317")), first=1989, last=1996
    )
    assert years_of(frame, 315, "ongoing") == {1990: 1, 1991: 1, 1992: 1}
    for heir in (316, 317):
        assert years_of(frame, heir, "ongoing") == {1993: 1, 1994: 1}
        assert years_of(frame, heir, "ended") == {1994: 1}
        assert years_of(frame, heir, "onsets") == {}
        assert years_of(frame, heir, "ever") == dict.fromkeys(range(1993, 1997), 1)


def test_an_episode_without_a_state_raises():
    lost = table(episode("csk-1990-s1", 315, end_year=1994))
    with pytest.raises(
        DataIntegrityError, match=r"2 episode-years\s+have no state, first 'csk-1990-s1' in 1993"
    ):
        episode_state_years(lost, first=1989, last=1996)


def test_no_episode_gives_zeros():
    frame = episode_state_years(table(), first=1990, last=1991)
    assert len(frame) > 300
    assert frame.drop(columns=KEYS).to_numpy().sum() == 0


def test_open_episodes_run_to_the_last_year_and_do_not_end(episodes, frame):
    still = episodes[episodes["end_year"].isna()]
    assert len(still) == 20
    assert sorted(still["country_id"]) == OPEN
    at_end = frame[frame["year"] == 2024].set_index("country_id")
    assert at_end["ongoing"].sum() - at_end["ended"].sum() == len(still)


def test_types_keys_and_order(frame):
    assert (frame.dtypes == "int64").all()
    assert not frame.duplicated(KEYS).any()
    assert frame.equals(frame.sort_values(KEYS, ignore_index=True))
    assert frame["onset"].eq(frame["onsets"].clip(upper=1)).all()
    assert frame["ever"].ge(frame["ongoing"].clip(upper=1)).all()


def test_counts_of_onsets(frame):
    recent = frame[frame["year"].between(1994, 2024)]
    # EWP's 2025 score file has 39 state-years with an onset in 1994-2024.
    assert (recent["onset"].sum(), recent["onsets"].sum()) == (39, 41)
    assert (frame["onset"].sum(), frame["onsets"].sum()) == (144, 157)
    assert frame["ongoing"].ge(2).sum() == 374


def test_yugoslavia_and_its_heirs(frame):
    assert years_of(frame, 345, "onsets") == {1945: 2, 1991: 1, 1998: 1}
    assert years_of(frame, 345, "ended") == {1948: 1, 1956: 1, 1992: 1, 1999: 1}
    # the killing of 1992-1995 stands in Bosnia, where EWP's editions up to 2022 had it
    assert years_of(frame, 346, "onsets") == {1992: 1}
    assert years_of(frame, 346, "ongoing") == dict.fromkeys(range(1992, 1996), 1)
    assert years_of(frame, 346, "ever") == dict.fromkeys(range(1992, 2025), 1)
    for heir, first in ((340, 2006), (344, 1992), (347, 2008)):
        assert years_of(frame, heir, "ongoing") == {}
        assert years_of(frame, heir, "ever") == dict.fromkeys(range(first, 2025), 1)
    assert years_of(frame, 341, "ever") == {}
    assert years_of(frame, 340, "begun")[2010] == 4


def test_the_three_yemens(frame):
    assert years_of(frame, 678, "onsets") == {1962: 1}
    assert years_of(frame, 680, "onsets") == years_of(frame, 680, "ended") == {1986: 1}
    begun = years_of(frame, 678, "begun")
    assert (begun[1970], begun[1989], begun[1990], begun[2024]) == (1, 1, 2, 2)


def test_zanzibar_and_tanzania(frame):
    assert years_of(frame, 511, "onsets") == {1964: 1}
    assert years_of(frame, 510, "ongoing") == {}
    assert years_of(frame, 510, "ever") == dict.fromkeys(range(1964, 2025), 1)


def test_the_two_vietnams(frame):
    assert years_of(frame, 817, "ongoing") == dict.fromkeys(range(1954, 1976), 1)
    assert years_of(frame, 817, "ended") == {1975: 1}
    assert years_of(frame, 816, "onsets") == {1954: 1, 1975: 1}
    begun = years_of(frame, 816, "begun")
    assert (begun[1954], begun[1974], begun[1975]) == (1, 1, 3)


def test_soviet_union_and_russia(frame):
    assert years_of(frame, 365, "onsets") == {1994: 1, 1995: 1}
    assert years_of(frame, 365, "ongoing") == {
        year: 2 if 1995 <= year <= 2005 else 1 for year in range(1994, 2010)
    }


def test_pakistan_and_bangladesh(frame):
    assert years_of(frame, 770, "onsets") == {1971: 1, 1973: 1, 2001: 1}
    assert years_of(frame, 771, "onsets") == {1980: 1}
    assert years_of(frame, 771, "ever") == dict.fromkeys(range(1971, 2025), 1)


def test_secession_takes_the_record_along(frame):
    for heir, first in ((531, 1993), (860, 2002), (713, 1949), (316, 1993), (317, 1993)):
        assert min(years_of(frame, heir, "ever")) == first
        assert years_of(frame, heir, "ongoing") == {}
    assert years_of(frame, 626, "onsets") == {2013: 2}


def test_the_edition_of_2025(episodes):
    by_id = episodes.set_index("episode_id")
    assert pd.isna(by_id.loc["bfa-2022-s1", "end_year"])
    assert by_id.loc["bfa-2022-s1", "responsible_ids"] == "439"
    assert by_id.loc["syr-2011-s1", "end_year"] == 2024
    assert by_id.loc["sdn-2003-s1", "end_year"] == 2019


# EWP's own frame


@pytest.fixture(scope="module")
def ewp(data_dir) -> pd.DataFrame:
    """EWP's state-years 1945-2024 by Gleditsch-Ward number."""
    raw = pd.read_csv(data_dir / "ewp2025" / "basedata2025_4august2025.csv", low_memory=False)
    raw = raw[raw["year"] >= 1945].reset_index(drop=True)
    raw["country_id"] = resolve_ewp(raw["ccode"], raw["year"]).to_numpy()
    outside = raw["country_id"].isna()
    # EWP's states begin earlier than ours in a few cases; no episode may be lost with those years.
    assert raw.loc[outside, ["mk_onset_count", "mk_ongoing_count", "mk_offset_count"]].to_numpy().sum() == 0
    kept = raw[~outside].astype({"country_id": "int64"})
    assert not kept.duplicated(KEYS).any()
    return kept


def listed_disagreements(variable: str) -> pd.DataFrame:
    listed = pd.read_csv(ROOT / "datasets" / "annotations" / "ewp_disagreements.csv")
    return listed[listed["variable"] == variable]


@pytest.mark.parametrize(
    ("ours", "theirs", "differences"),
    [("onsets", "mk_onset_count", 8), ("ongoing", "mk_ongoing_count", 98), ("ended", "mk_offset_count", 8)],
)
def test_agrees_with_ewp_in_every_state_year(frame, ewp, ours, theirs, differences):
    # An outer join: a state-year in one of the two only counts as zero in the other.
    both = frame[[*KEYS, ours]].merge(ewp[[*KEYS, theirs]], on=KEYS, how="outer", validate="one_to_one")
    found = both[both[ours].fillna(0) != both[theirs].fillna(0)]
    listed = listed_disagreements(ours)
    assert len(found) == differences
    expected = {(row.country_id, row.year): (row.ours, row.theirs) for row in listed.itertuples()}
    got = {
        (row.country_id, row.year): (getattr(row, ours), getattr(row, theirs)) for row in found.itertuples()
    }
    assert got.keys() == expected.keys()
    for key, values in got.items():
        np.testing.assert_array_equal(np.array(values, dtype=float), np.array(expected[key], dtype=float))


def test_the_binary_onsets_of_ewp_are_its_counts(ewp):
    assert ewp["mk_onset"].eq(ewp["mk_onset_count"].clip(upper=1)).all()


def test_agrees_with_ewp_on_the_past(frame, ewp):
    both = frame.merge(ewp[[*KEYS, "mk_location_ever"]], on=KEYS, validate="one_to_one")
    found = (
        both[both["ever"] != both["mk_location_ever"]]
        .groupby("country_id")["year"]
        .agg(["min", "max", "size"])
    )
    assert {number: tuple(row) for number, row in found.iterrows()} == {
        90: (1954, 2024, 71),  # Guatemala, coded as El Salvador by EWP ...
        92: (1954, 1976, 23),  # ... until El Salvador's own first episode
        347: (2008, 2024, 17),  # Kosovo: EWP writes 357, its frame has 347
        770: (1971, 1972, 2),  # Pakistan 1971, placed in Bangladesh by EWP
    }


def test_ethnic_targeting_by_any_where_ewp_keeps_one_flag(frame, ewp):
    """EWP's flag holds the last of several concurrent episodes; "wide" is its word for 0 or 2 groups."""
    both = frame.merge(ewp[ewp["mk_ongoing"] > 0], on=KEYS, validate="one_to_one")
    moved = pd.MultiIndex.from_frame(listed_disagreements("ongoing")[KEYS])
    both = both[~pd.MultiIndex.from_frame(both[KEYS]).isin(moved)]
    wide = both[["nonethnic_ongoing", "multiethnic_ongoing"]].max(axis=1)
    differs = wide.ne(both["widetargeting"]) | both["ethnic_ongoing"].ne(both["narrowtargeting"])
    assert not (differs & (both["mk_ongoing_count"] == 1) & both["mk_ethnicflag"].ne("; NA")).any()
    # Where theirs has a kind of targeting, ours has it too: "any" only adds.
    assert wide.ge(both["widetargeting"]).all()
    assert both["ethnic_ongoing"].ge(both["narrowtargeting"]).all()
    assert both.loc[differs, "country_id"].value_counts().head(3).to_dict() == {645: 46, 710: 24, 530: 18}


def test_years_of_narrow_targeting(frame):
    since = frame[(frame["year"] >= 1960) & (frame["ethnic_ongoing"] == 1)]
    counts = since["country_id"].value_counts()
    assert len(since) == 367
    assert counts[[645, 850, 530, 750]].tolist() == [48, 42, 41, 28]
