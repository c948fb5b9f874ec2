from __future__ import annotations

import pandas as pd
import pytest

from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.sources.catalogue import vdem


@pytest.fixture
def official(tmp_path):
    rows = [
        ("Serbia", "SRB", 198, 1999, 0.2, 1), ("Serbia", "SRB", 198, 2010, 0.6, 3),
        ("Yemen", "YEM", 14, 1970, 0.1, 0),
        ("South Yemen", "YMD", 23, 1970, 0.1, 1), ("Kosovo", "XKX", 43, 2000, 0.3, 2),
    ]  # fmt: skip
    columns = ["country_name", "country_text_id", "country_id", "year", "v2x_polyarchy", "v2csreprss_ord"]
    path = tmp_path / "V-Dem-CY-Core.csv"
    pd.DataFrame(rows, columns=columns).to_csv(path, index=False)
    return path


def test_official_file_maps_dated_units(official):
    assert vdem.recognise(official)
    table = vdem.read(official)
    keys = table.data[["country_id", "year"]].values.tolist()
    assert keys == [[340, 2010], [345, 1999], [678, 1970], [680, 1970]]
    assert table.unmatched[["code", "year"]].values.tolist() == [["43", 2000]]
    assert table.zero_inside == frozenset()


def test_only_asked_variables_are_kept(official):
    assert list(vdem.read(official, variables=["v2csreprss_ord"]).coverage) == ["v2csreprss_ord"]
    with pytest.raises(InputError, match="'v2absent'"):
        vdem.read(official, variables=["v2absent"])


def test_two_rows_for_a_state_year_are_refused(official):
    text = official.read_text()
    official.write_text(text + text.splitlines()[1] + "\n")
    with pytest.raises(DataIntegrityError, match="share a state-year"):
        vdem.read(official)


def test_renamed_columns_are_the_recodes_their_new_names_say(data_dir):
    """The 2023 edition has the official columns beside the recodes; compare them cell by cell."""
    from rtop_forecast.sources.reading.files import read_r

    frame = read_r(data_dir / "vdem" / "ewp2023_vdem_v13.Rdata")["vdem"]
    recodes = {
        "pol_killing_approved": ("v2clkill_ord", 0),
        "social_inequality": ("v2clsocgrp_ord", 0),
        "even_civilrights": ("v2clrgunev_ord", 2),
    }
    for name, (official_name, level) in recodes.items():
        both = frame[[name, official_name]].dropna().astype(float)
        assert ((both[official_name] == level) == (both[name] == 1)).all()
        assert vdem.EWP_NAMES[name] == f"{official_name}_is_{level}"


def test_the_two_forms_of_v15_meet_on_the_same_state_years(data_dir):
    subset = vdem.read(data_dir / "ewp2025" / "inputs" / "vdem.Rdata")
    simple = vdem.read(data_dir / "vdem" / "vdem_simple.rda", variables=["v2x_polyarchy"])
    assert subset.release == simple.release == "15"
    keys = ["country_id", "year"]
    pairs = subset.data[keys].merge(simple.data[keys], how="outer", indicator=True)
    apart = pairs[pairs["_merge"] != "both"]
    # Somaliland and Palestine are in one form only, and no states; nothing else may differ.
    assert apart.empty


def test_v12_official_names(data_dir):
    table = vdem.read(
        data_dir / "vdem" / "vdem_v12_1969_2021_official_names.csv", variables=["v2x_polyarchy"]
    )
    frame = table.to_frame().set_index(["country_id", "year"])["v2x_polyarchy"]
    assert table.release == "12"
    assert {(260, 1980), (265, 1980), (260, 1990), (680, 1985), (678, 1985), (345, 1990), (340, 2010)} <= set(
        frame.index
    )
    assert frame.between(0, 1).all()
