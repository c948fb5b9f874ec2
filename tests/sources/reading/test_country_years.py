from __future__ import annotations

import pandas as pd
import pytest

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue import awsd
from rtop_forecast.sources.catalogue.ewp_treaty import SOURCE as ewp_treaty
from rtop_forecast.sources.catalogue.hief import SOURCE as hief
from rtop_forecast.sources.reading.country_years import resolved

CODES = [("code", "iso2"), ("country", "name")]


@pytest.mark.parametrize(
    ("code", "country", "state"),
    [
        ("NA", "Namibia", 565),
        (" na ", "Namibia", 565),
        ("NA", "Kenya", 501),
        ("NA", "", None),
        ("NA", None, None),
        ("NA", "Chechnya", None),
        ("KE", "Kenya", 501),
        ("KE", "Northern Kenya", 501),
        ("KE", "", 501),
        ("", "Kenya", 501),
        (None, "Kenya", 501),
        ("KE", "Mali", None),
        ("NG", "Niger", None),
    ],
)
def test_a_code_is_taken_where_the_name_does_not_contradict_it(code, country, state):
    frame = pd.DataFrame({"code": [code], "country": [country], "year": 2015})
    matched, unmatched = resolved(frame, CODES)
    assert matched["country_id"].tolist() == ([] if state is None else [state])
    assert int(unmatched["rows"].sum()) == (state is None)


def test_a_contradiction_is_reported_with_its_name():
    frame = pd.DataFrame({"code": ["KE", "KE"], "country": ["Mali", "Kenya"], "year": 2015})
    _, unmatched = resolved(frame, CODES)
    assert unmatched[["code", "reason"]].values.tolist() == [
        ["Mali", "the code and the name beside it mean two states"]
    ]


def test_the_year_of_a_succession_is_no_contradiction():
    # Serbia and Montenegro ended in June 2006: the number means Serbia on 31 December, the name still the union.
    frame = pd.DataFrame({"code": ["345"], "country": ["Yugoslavia, Federal Republic of"], "year": 2006})
    matched, _ = resolved(frame, [("code", "cow"), ("country", "name")])
    assert matched["country_id"].tolist() == [340]


def test_incidents_without_a_code_do_not_happen_in_namibia(data_dir, tmp_path):
    source = data_dir / "humanitarian" / "security_incidents.csv"
    frame = pd.read_csv(source, keep_default_na=False)
    kenya = frame["Country"] == "Kenya"
    emptied = frame.assign(**{"Country Code": frame["Country Code"].mask(kenya, "NA")})
    path = tmp_path / source.name
    emptied.to_csv(path, index=False)
    pd.testing.assert_frame_equal(awsd.read(path).data, awsd.read(source).data)


BY_COUNTRY = "Country,Year,EFindex\nChad,2000,0.1\nChad,2001,0.2\nMali,2000,0.3\nMali,2001,0.4"
BY_YEAR = "Country,Year,EFindex\nChad,2000,0.1\nMali,2000,0.3\nChad,2001,0.2\nMali,2001,0.4"


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (
            BY_COUNTRY[: BY_COUNTRY.index("\nMali,2001")],
            r"its last Country, 'Mali', ends in 2000 and the table in 2001",
        ),
        (BY_YEAR[: BY_YEAR.index("\nMali,2001")], r"its last year, 2001, has 1 rows and 2000 has 2"),
    ],
)
def test_a_table_that_stops_in_its_order_is_refused_unless_its_last_line_ends(tmp_path, text, cause):
    path = tmp_path / "HIEF_data.csv"
    path.write_text(text)
    with pytest.raises(DataIntegrityError, match=rf"HIEF_data\.csv.*{cause}.*looks cut"):
        hief.read(path)
    path.write_bytes(text.replace("\n", "\r\n").encode() + b"\r")  # cut inside the line end
    with pytest.raises(DataIntegrityError, match="looks cut"):
        hief.read(path)
    path.write_text(text + "\n")
    assert len(hief.read(path).data) == 3


@pytest.mark.parametrize("text", [BY_COUNTRY, BY_YEAR])
def test_a_whole_table_without_a_last_line_end_is_read(tmp_path, text):
    path = tmp_path / "HIEF_data.csv"
    path.write_text(text)
    assert len(hief.read(path).data) == 4


def test_a_balanced_table_cut_behind_a_line_end_is_refused(data_dir, tmp_path):
    content = (data_dir / "ewp2025" / "inputs" / "iccpr-data.csv").read_bytes()
    path = tmp_path / "iccpr-data.csv"
    path.write_bytes(content[: content.index(b"1962,Poland,290,0") + len(b"1962,Poland,290,0\n")])
    with pytest.raises(DataIntegrityError, match=r"its last country, 'Poland', ends in 1962"):
        ewp_treaty.read(path)
