"""Episodes of any edition: by content, with events that nobody annotated, corrected where the slip is."""

from __future__ import annotations

import importlib
import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue import ewp_events, ewp_list
from rtop_forecast.sources.catalogue.ewp_episodes import episode_list, episodes_table
from rtop_forecast.storage.bundled import datasets_dir
from rtop_forecast.world.episodes import NOT_ANNOTATED, load_episodes

NAME = "ewp_mass_killing_events_2025.xlsx"


@pytest.fixture(scope="module")
def published(data_dir) -> list[list[object]]:
    """Header and rows of the published sheet, without its texts."""
    calamine = importlib.import_module("python_calamine")
    rows = (
        calamine.CalamineWorkbook.from_path(data_dir / "ewp2025" / NAME)
        .get_sheet_by_name(ewp_list.SHEET)
        .to_python()
    )
    places = [rows[0].index(name) for name in ewp_list._HEADER]
    return [[row[place] for place in places] for row in rows if row[places[0]] != ""]


@pytest.fixture
def edition(tmp_path, xlsx, published):
    """Write the published list with changes: events added, left out or edited."""

    def make(*added, without=(), change=None, name="events.xlsx") -> Path:
        rows = [list(row) for row in published if row[0] not in without]
        for code, column, value in change or ():
            row = next(row for row in rows if row[0] == code)
            row[rows[0].index(column)] = value
        return xlsx(tmp_path / name, {ewp_list.SHEET: [*rows, *added]})

    return make


def event(
    code: str, start: float, country: float, *, end: object = "", led: str = "State-Led"
) -> list[object]:
    return [code, start, end, led, 0.0, country, country, "", country if led == "State-Led" else ""]


@pytest.mark.parametrize(
    ("name", "added", "year", "last"),
    [
        ("ewp_mass_killing_events_2025.xlsx", [], 2025, 2024),
        ("ewp_mass_killing_events_2026.xlsx", [], 2025, 2024),
        ("list_2030.xlsx", [], 2025, 2024),
        ("list_1999.xlsx", [], 2025, 2024),
        ("list.xlsx", [event("mmr2025s1", 2025.0, 775.0)], 2026, 2025),
        ("list_2024.xlsx", [event("mmr2019s9", 2019.0, 775.0, end=2025.0)], 2026, 2025),
    ],
)
def test_edition_and_coverage_come_from_the_content(edition, name, added, year, last):
    path = edition(*added, name=name)
    table = ewp_events.read(path)
    assert (table.source, table.release) == (f"ewp-{year}", str(year))
    assert set(table.coverage.values()) == {(1946, last)}
    said = episode_list(path).remarks
    named = ewp_list.year_in_name(path)
    assert (f"its name says {named}" in "; ".join(said)) == (named is not None and named != year)


@pytest.mark.parametrize(
    ("name", "year"), [("list_2026.xlsx", 2026), ("list_2027.xlsx", 2025), ("list.xlsx", 2025)]
)
def test_a_later_list_without_an_event_of_the_year_is_no_known_edition(edition, name, year):
    path = edition(event("tcd2021ns1", 2021.0, 483.0, led="Non-State-Led"), name=name)
    table = ewp_events.read(path)
    assert (table.source, table.release) == (f"ewp-{year}", str(year))
    assert set(table.coverage.values()) == {(1946, 2024)}


def test_the_bundled_edition_is_kept_beside_a_later_list(edition, tmp_path):
    edition(event("tcd2021ns1", 2021.0, 483.0, led="Non-State-Led"), name="list_2026.xlsx")
    panel = rtop.load_panel(data_dir=tmp_path, vintages=["ewp_events"])
    onsets = {
        day: one.frame.set_index(["country_id", "year"])["mk_onset"][483, 2021]
        for day in (date(2025, 6, 30), date(2026, 6, 30))
        for one in [panel.as_of(day)]
    }
    assert onsets == {date(2025, 6, 30): 0, date(2026, 6, 30): 1}
    assert set(panel.current_releases(date(2025, 6, 30)).values()) == {"ewp_events 2025"}


def test_a_new_event_works_without_an_annotation(edition):
    path = edition(event("mmr2025s1", 2025.0, 775.0), event("tcd2021ns1", 2021.0, 483.0, led="Non-State-Led"))
    episodes = episode_list(path)
    frame = episodes.frame.set_index("source_code")
    new = frame.loc[["mmr2025s1", "tcd2021ns1"]]
    assert new["episode_id"].tolist() == ["mmr-2025-s1", "tcd-2021-n1"]
    assert (new[["target_kind", "label"]] == NOT_ANNOTATED).all(axis=None)
    assert new["first_recorded"].isna().tolist() == [True, False]
    assert new.loc["tcd2021ns1", "first_recorded"] == 2026
    assert [text for text in episodes.remarks if NOT_ANNOTATED in text] == [
        "2 events are not annotated yet, first 'mmr2025s1': their kind of target and label say so"
    ]
    data = ewp_events.read(path).to_frame().set_index(["country_id", "year"])
    assert data.loc[(775, 2025), ["onset", "state_led_onset"]].tolist() == [1, 1]
    assert data.loc[(483, 2021), ["onset", "nonstate_onset"]].tolist() == [1, 1]
    assert data.loc[(2, 2025), "onset"] == 0


def test_an_event_of_an_odd_code_gets_an_id_of_its_own(edition):
    path = edition(event("new event", 2022.0, 775.0), event("mmr2016s7", 2016.0, 775.0))
    frame = episode_list(path).frame.set_index("source_code")
    assert frame.loc["new event", "episode_id"] == "mya-2022-s1"
    assert frame.loc["mmr2016s7", "episode_id"] == "mmr-2016-s7"


def test_an_edition_that_dates_an_event_anew_is_read(edition):
    path = edition(change=[("nga2009s1", "startyear", 2010.0), ("syr2011s1", "endyear", 2025.0)])
    frame = episode_list(path).frame.set_index("source_code")
    assert frame.loc["nga2009s1", ["episode_id", "start_year"]].tolist() == ["nga-2010-s1", 2010]
    assert frame.loc["syr2011s1", "end_year"] == 2025


@pytest.mark.parametrize(
    ("rows", "lost"), [(1, "sdn2023ns1"), (2, "bfa2022s1"), (17, "lby2011s1"), (127, "dza1962s1")]
)
def test_a_list_cut_behind_a_whole_row_is_refused(edition, published, rows, lost):
    path = edition(without=[row[0] for row in published[-rows:]])
    with pytest.raises(DataIntegrityError, match=rf"lacks \d+, first '{lost}'\. It looks cut"):
        ewp_events.read(path)


def test_an_event_under_a_code_of_another_year_is_not_lost(edition):
    path = edition(
        event("bfa2021s1", 2021.0, 439.0), without=["bfa2022s1"], change=[("sdn2023ns1", "endyear", 2025.0)]
    )
    onsets = ewp_events.read(path).to_frame().set_index(["country_id", "year"])["onset"]
    assert (onsets[439, 2021], onsets[439, 2022]) == (1, 0)


def test_a_correction_applies_only_where_the_slip_is(edition):
    mended = edition(
        change=[("gtm1954s1", "mk_location_cow", 90.0), ("gtm1954s1", "mk_location_inheritor1", 90.0)],
    )
    frame = episode_list(mended).frame.set_index("source_code")
    assert frame.loc["gtm1954s1", ["country_id", "responsible_ids"]].tolist() == [90, "90"]
    other = edition(change=[("gtm1954s1", "mk_location_cow", 91.0)], name="other.xlsx")
    assert episode_list(other).frame.set_index("source_code").loc["gtm1954s1", "country_id"] == 91


def test_the_edition_of_the_bundle_is_read_as_it_was_compiled(data_dir):
    path = data_dir / "ewp2025" / NAME
    pd.testing.assert_frame_equal(episode_list(path).frame, load_episodes(), check_dtype=False)
    pd.testing.assert_frame_equal(episodes_table(path), load_episodes(), check_dtype=False)


def test_the_newest_of_several_editions_is_used(edition, data_dir, tmp_path):
    shutil.copy(data_dir / "ewp2025" / NAME, tmp_path)
    edition(event("mmr2025s1", 2025.0, 775.0), name="a_new_list.xlsx")
    edition(
        without=["bfa2022s1", "sdn2023ns1"], change=[("syr2011s1", "endyear", "")], name="z_old_list.xlsx"
    )
    panel = rtop.load_panel(data_dir=tmp_path)
    files = panel.files.set_index("file")
    assert files["used"].to_dict() == {"a_new_list.xlsx": True, NAME: False, "z_old_list.xlsx": False}
    assert files.loc["a_new_list.xlsx", "note"].count(NOT_ANNOTATED) == 1
    assert panel.variables["mk_onset"].release == "2026"
    assert panel.variables["mk_onset"].last_year == 2025
    frame = panel.to_frame().set_index(["country_id", "year"])
    assert frame.loc[(775, 2025), "mk_onset"] == 1
    assert frame.loc[(775, 2024), "mk_onset"] == 0


# The editions of 2023 and 2024

EDITIONS = {
    2023: ("ewp2023_events_master_list_cjh.xlsx", "ewp2023_basedata2023_13sept2023.csv"),
    2024: ("ewp2024_events_master_list_2024.xlsx", "ewp2024_basedata2024_10oct2024.csv"),
    2025: (NAME, "basedata2025_4august2025.csv"),
}


@pytest.mark.parametrize("year", EDITIONS)
def test_onsets_agree_with_the_edition_s_own_frame_but_for_listed_cases(data_dir, more_dir, year):
    name, frame = EDITIONS[year]
    folder = data_dir / "ewp2025" if year == 2025 else more_dir / "ewp_editions"
    table = ewp_events.read(folder / name)
    assert (table.release, set(table.coverage.values())) == (str(year), {(1946, year - 1)})
    theirs = pd.read_csv(folder / frame)
    assert theirs["year"].max() == year - 1
    theirs = theirs[(theirs["mk_onset"] == 1) & (theirs["year"] >= 1946)]
    wanted = set(zip(ewp_list.resolve_ewp(theirs["ccode"], theirs["year"]), theirs["year"], strict=True))
    onsets = table.data[table.data["onset"] == 1]
    found = set(zip(onsets["country_id"], onsets["year"], strict=True))
    listed = pd.read_csv(datasets_dir() / "annotations" / "ewp_disagreements.csv").query(
        "variable == 'onsets'"
    )
    assert wanted ^ found <= set(zip(listed["country_id"], listed["year"], strict=True))
    assert len(wanted & found) > 125
