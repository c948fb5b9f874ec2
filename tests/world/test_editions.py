"""The list of episodes as earlier editions had it, beside those editions' own files."""

from __future__ import annotations

import pandas as pd
import pytest

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading.matching import with_country_id
from rtop_forecast.world.editions import as_recorded, load_revisions
from rtop_forecast.world.episodes import episode_state_years, load_episodes
from rtop_forecast.world.states import KEYS


@pytest.fixture(scope="module")
def episodes():
    return load_episodes()


def test_what_an_edition_added_is_left_out_of_the_one_before(episodes):
    # build_countryears_mkevents_2025.R of EWP, head of section 3: what the edition of 2025 changed in the past
    before = as_recorded(episodes, edition=2024).set_index("episode_id")
    assert set(episodes["episode_id"]) - set(before.index) == {"bfa-2022-s1"}
    assert before.loc[["sdn-2003-s1", "syr-2011-s1"], "end_year"].isna().all()
    ends = episodes.set_index("episode_id")["end_year"]
    others = before.index.difference(["sdn-2003-s1", "syr-2011-s1"])
    pd.testing.assert_series_equal(before.loc[others, "end_year"], ends[others])
    pd.testing.assert_frame_equal(as_recorded(episodes, edition=2025), episodes)


def test_each_edition_as_its_own_files_have_it(episodes, more_dir):
    """EWP's state-year data of the editions 2018-2022 and its lists of 2023 and 2024."""
    lists = {
        edition: as_recorded(episodes, edition=edition).set_index("episode_id")
        for edition in (2019, 2022, 2023)
    }
    ids = episodes.set_index("episode_id").index
    assert set(ids) - set(lists[2023].index) == {"bfa-2019-n1", "bfa-2022-s1"}
    late = {"mmr-1988-s1", "eth-2020-s1", "yug-1998-s1", "lka-1988-s1", "nga-2009-s1"}
    assert set(ids) - set(lists[2022].index) == {"bfa-2019-n1", "bfa-2022-s1", *late}
    assert {"lka-1989-s1", "nga-2013-s1"} <= set(lists[2022].index)
    assert lists[2022].loc["egy-2013-s1", "end_year"] == 2014
    assert lists[2022].loc[["cod-1998-s1", "irq-2014-s1", "ind-2004-n1"], "end_year"].isna().all()
    assert lists[2023].loc[["cod-1998-s1", "irq-2014-s1"], "end_year"].notna().all()
    assert lists[2019].loc[["tha-2004-n1"], "end_year"].isna().all()
    assert lists[2022].loc[["tha-2004-n1"], "end_year"].notna().all()
    for edition in (2020, 2021, 2022):
        frame = pd.read_csv(more_dir / "ewp_editions" / f"ewp{edition}_mkl_data.csv")
        frame = frame[frame["year"] >= 1946].rename(columns={"sftgcode": "code"})
        theirs, _ = with_country_id(frame, code="code", system="pitf")
        ours = episode_state_years(as_recorded(episodes, edition=edition), first=1946, last=edition - 1)
        both = theirs.drop_duplicates(KEYS).dropna(subset="mkl.start").merge(ours, on=KEYS)
        assert len(both) > 9_600
        for begun, onset in (("mkl.start", "state_led_onset"), ("nonstatemk.start", "nonstate_onset")):
            found = both[both[begun] != both[onset]]
            # they give Zanzibar's to Tanganyika, and begin unified Vietnam in 1976 with the episode under way
            expected = [(510, 1964), (816, 1975)] if begun == "mkl.start" else []
            assert sorted(found[KEYS].itertuples(index=False, name=None)) == expected


def test_a_revision_of_another_column_is_refused(tmp_path):
    path = tmp_path / "revisions.csv"
    path.write_text("episode_id,column,value,last_edition,source\negy-2013-s1,label,x,2022,y\n")
    with pytest.raises(DataIntegrityError, match="first 'label'"):
        load_revisions(path)
