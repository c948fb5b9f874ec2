"""EWP's list of events: recognised by content, facts only, resolved by date."""

from __future__ import annotations

import importlib
from pathlib import Path

import pandas as pd
import pytest

from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.sources.catalogue import ewp_list as _ewp_list

NAME = "ewp_mass_killing_events_2025.xlsx"
HEADER = [
    "mk_event_code",
    "startyear",
    "endyear",
    "State-Led or Non-State-Led",
    "mk_number_eth_groups",
    "mk_location_cow",
    "mk_location_inheritor1",
    "mk_location_inheritor2",
    "mk_repsonsible_state_cow",
]
ROW = ["irq1991s1", 1991.0, 2003.0, "State-Led", 1.0, 645.0, 645.0, "", 645.0]


@pytest.fixture
def workbook(tmp_path, xlsx):
    """Make a path whose sheet holds the given rows."""

    def make(*rows, header=HEADER, sheet=_ewp_list.SHEET) -> Path:
        # Another size gives another time or length, so that nothing remembered of a file is taken.
        path = tmp_path / f"list{len(list(tmp_path.iterdir()))}.xlsx"
        return xlsx(path, {"other": [["x"]], sheet: [header, *rows]})

    return make


def test_recognised_by_content(workbook, tmp_path):
    assert _ewp_list.recognise(workbook(ROW))
    assert not _ewp_list.recognise(workbook(ROW, header=["x", *HEADER[1:]]))
    assert not _ewp_list.recognise(workbook(ROW, sheet="events"))
    text = tmp_path / "events.csv"
    text.write_text(",".join(HEADER))  # a table of its own, in any form
    assert _ewp_list.recognise(text)
    text.write_text(",".join(["x", *HEADER[1:]]))
    assert not _ewp_list.recognise(text)
    assert not _ewp_list.recognise(tmp_path / "absent.xlsx")


def test_an_event(workbook):
    events = _ewp_list.events(workbook(ROW, ["", "", "", "", "", "", "", "", ""]))
    assert events.to_dict("records") == [
        {
            "source_code": "irq1991s1",
            "country_id": 645,
            "inheritor_ids": "",
            "start_year": 1991,
            "end_year": 2003,
            "state_led": 1,
            "responsible_ids": "645",
            "ethnic_groups": 1,
        }
    ]


def test_empty_cells_are_missing(workbook):
    row = ["irq2003ns1", 2003.0, "", "Non-State-Led", "", 645.0, 645.0, "", ""]
    event = _ewp_list.events(workbook(row)).iloc[0]
    assert pd.isna(event["end_year"])
    assert pd.isna(event["ethnic_groups"])
    assert (event["state_led"], event["responsible_ids"]) == (0, "")


@pytest.mark.parametrize(
    ("position", "value", "error", "rule"),
    [
        (1, 1991.5, DataIntegrityError, "start_year must be an integer"),
        (1, "", DataIntegrityError, "first year and a place"),
        (2, "2003?", DataIntegrityError, "end_year must be an integer"),
        (1, 1891.0, DataIntegrityError, "start_year must lie in 1945-2025; 1 of 1 events"),
        (1, 2026.0, DataIntegrityError, "start_year must lie in 1945-2025"),
        (2, 9999.0, DataIntegrityError, "end_year must lie in 1945-"),
        (3, "Mixed", DataIntegrityError, "who leads must be one of"),
        (5, 999.0, InputError, "first location 999 in 1991"),
        (5, 316.0, InputError, "first location 316 in 1991"),
        (6, 999.0, InputError, "inheritor must be a state in some year; 1 are not, first 999"),
        (8, 626.0, InputError, "first responsible 626 in 1991"),
    ],
)
def test_bad_cells_fail_loudly(workbook, position, value, error, rule):
    row = [*ROW]
    row[position] = value
    with pytest.raises(error, match=rule):
        _ewp_list.events(workbook(row))


def test_repeated_codes_and_missing_columns_fail_loudly(workbook):
    with pytest.raises(DataIntegrityError, match="codes must be unique; 1 of 2"):
        _ewp_list.events(workbook(ROW, ROW))
    with pytest.raises(DataIntegrityError, match="lacks 1 columns, first 'endyear'"):
        _ewp_list.events(workbook(ROW, header=[name.replace("endyear", "end") for name in HEADER]))


def test_without_the_optional_library(workbook, monkeypatch):
    path = workbook(ROW)

    def absent(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(InputError, match=r"pip install 'rtop-forecast\[excel\]'"):
        _ewp_list.events(path)


@pytest.mark.parametrize(
    ("code", "year", "number"),
    [
        (340, 1998, 345),
        (345, 1998, 345),
        (345, 2006, 345),
        (345, 2007, 340),
        (340, 2010, 340),
        (357, 2008, 347),
        (347, 2008, 347),
        (357, 2007, None),
        (679, 1990, 678),
        (679, 1989, None),
        (678, 1962, 678),
        (680, 1986, 680),
        (255, 1990, 260),
        (255, 1949, 260),
        (265, 1955, 265),
        (315, 1992, 315),
        (315, 1993, None),
        (531, 1992, None),
        (531, 1993, 531),
        (713, 1949, 713),
        (817, 1954, 817),
    ],
)
def test_codes_by_date(code, year, number):
    found = _ewp_list.resolve_ewp([code], [year]).iloc[0]
    assert (None if pd.isna(found) else found) == number


# The published workbook


@pytest.fixture(scope="module")
def events(data_dir) -> pd.DataFrame:
    return _ewp_list.events(data_dir / "ewp2025" / NAME).set_index("source_code")


def test_published_workbook(data_dir, events):
    path = data_dir / "ewp2025" / NAME
    assert _ewp_list.recognise(path)
    edition = _ewp_list.edition_of(path, events)
    assert (edition.source, edition.last_year, edition.registered) == ("ewp-2025", 2024, True)
    assert not _ewp_list.recognise(path.parent / "basedata2025_4august2025.csv")
    assert len(events) == 157
    assert events["end_year"].isna().sum() == 20
    assert events.index[events["ethnic_groups"].isna()].tolist() == ["lka1988s1"]
    assert events["start_year"].min() == _ewp_list.FIRST_YEAR
    assert max(events["start_year"].max(), events["end_year"].max()) == edition.last_year


EDITIONS = {
    2023: "ewp2023_events_master_list_cjh.xlsx",
    2024: "ewp2024_events_master_list_2024.xlsx",
    2025: NAME,
}


@pytest.mark.parametrize(("year", "name"), EDITIONS.items())
def test_a_list_saved_again_is_of_its_edition(data_dir, more_dir, tmp_path, year, name):
    """The edition of 2023 has no event that begins or ends in 2022, the last year that it codes."""
    source = data_dir / "ewp2025" / NAME if year == 2025 else more_dir / "ewp_editions" / name
    rows = _ewp_list._rows(source)
    frame = pd.DataFrame(rows[1:], columns=[str(cell) for cell in rows[0]])
    path = tmp_path / "list.csv"
    frame.sample(frac=1, random_state=1).to_csv(path)
    edition = _ewp_list.edition_of(path, _ewp_list.events(path))
    assert (edition.year, edition.last_year, edition.registered) == (year, year - 1, True)
    frame.drop(index=0).to_csv(path)
    assert not _ewp_list.edition_of(path, _ewp_list.events(path)).registered


@pytest.mark.parametrize(
    ("code", "country_id", "inheritors", "responsible"),
    [
        ("scg1998s1", 345, "340;347", "345"),
        ("yug1945s2", 345, "340;344", "345"),
        ("yug1192s1", 345, "340;346", "345"),
        ("csk1945s1", 315, "316;317", "315"),
        ("eth1961s1", 530, "531", "530"),
        ("yem1962s1", 678, "", "678"),
        ("ymd1986s1", 680, "678", "680"),
        ("vnm1954s1", 817, "816", "817"),
        ("zan1964s1", 511, "510", "511"),
        ("chn1947s1", 710, "713", "710"),
        ("idn1975s1", 850, "860", "850"),
        ("dza1991ns1", 615, "", ""),
    ],
)
def test_succession_in_the_published_workbook(events, code, country_id, inheritors, responsible):
    event = events.loc[code]
    assert (event["country_id"], event["inheritor_ids"], event["responsible_ids"]) == (
        country_id,
        inheritors,
        responsible,
    )
