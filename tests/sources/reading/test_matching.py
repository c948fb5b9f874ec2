from __future__ import annotations

import pandas as pd
import pytest

from rtop_forecast.sources.catalogue import ucdp_onesided, unhcr, wpp
from rtop_forecast.sources.reading.matching import code_list, split_codes, with_codes
from rtop_forecast.sources.reading.territory import composites, present_areas
from rtop_forecast.world.states import state_years


def test_codes_have_one_form_whatever_wrote_them():
    frame = pd.DataFrame({"code": [2.0, " 2 ", "2.0", "002", None, "nan"], "value": range(6)})
    assert with_codes(frame, ["code"], system="gw")["code"].tolist()[:4] == ["2"] * 4
    assert with_codes(frame, ["code"], system="gw")["code"].isna().tolist() == [False] * 4 + [True, False]
    letters = pd.DataFrame({"code": [" deu ", "DEU", "Deu"]})
    assert with_codes(letters, ["code"], system="iso3")["code"].tolist() == ["DEU"] * 3
    names = pd.DataFrame({"code": [" Côte d'Ivoire "]})
    assert with_codes(names, ["code"], system="name")["code"].tolist() == ["Côte d'Ivoire"]


def test_lists_of_codes_have_one_form():
    assert code_list(100.0, system="ucdp") == ["100"]
    assert code_list(" 625 ,626.0", system="ucdp") == ["625", "626"]
    assert code_list(float("nan"), system="ucdp") == []
    frame = pd.DataFrame({"places": ["625.0, 626", 100.0, ""], "row": [0, 1, 2]})
    assert split_codes(frame, "places")["places"].tolist() == ["625", "626", "100", ""]


@pytest.mark.parametrize("change", [lambda code: f" {code} ", str.lower])
def test_present_areas_never_stand_for_the_states_of_the_past(change):
    rows = [("DEU", 1980), ("YEM", 1985), ("VNM", 1970), ("RUS", 1980), ("FRA", 1980)]
    frame = pd.DataFrame(rows, columns=["iso3c", "year"])
    edited = frame.assign(iso3c=frame["iso3c"].map(change))
    matched, _ = present_areas(edited)
    assert matched["country_id"].tolist() == [220]
    pd.testing.assert_frame_equal(matched, present_areas(frame)[0])


def test_unions_are_summed_from_padded_codes():
    areas = pd.DataFrame({"iso3c": [" cze", "SVK "], "year": 1980, "value": [10.0, 5.0]})
    years = state_years(first=1980, last=1980)
    union = composites(areas, value="value", state_years=years)
    assert union.loc[union["country_id"] == 315, "value"].tolist() == [15.0]
    with pytest.raises(ValueError, match="one value per year"):
        composites(pd.concat([areas, areas.tail(1)]), value="value", state_years=years)


def test_a_union_without_a_value_of_one_part_has_none():
    areas = pd.DataFrame(
        {"iso3c": ["CZE", "SVK"], "year": 1980, "value": pd.array([10, pd.NA], dtype="Int64")}
    )
    years = state_years(first=1980, last=1980)
    assert composites(areas, value="value", state_years=years).empty
    weights = areas.assign(weight=[1.0, 1.0])[["iso3c", "year", "weight"]]
    partial = composites(areas, value="value", state_years=years, weights=weights, partial=True)
    assert partial[["country_id", "territory", "value"]].to_numpy().tolist() == [[315, "CZE", 10.0]]


def test_a_home_government_is_told_from_codes_as_floats(data_dir, tmp_path):
    source = data_dir / "ucdp" / "OneSided_v23_1.csv"
    frame = pd.read_csv(source)
    path = tmp_path / source.name
    frame.assign(gwnoa=frame["gwnoa"].map(lambda code: f"{code}.0" if str(code).isdigit() else code)).astype(
        dict.fromkeys(("actor_id", "year"), "float64")
    ).to_csv(path, index=False)
    pd.testing.assert_frame_equal(ucdp_onesided.read(path).data, ucdp_onesided.read(source).data)


@pytest.mark.parametrize("change", [lambda code: f" {code} ", lambda code: str(code).lower()])
def test_padded_or_lower_case_codes_give_no_state_another_territory(data_dir, tmp_path, change):
    source = data_dir / "ewp2025" / "inputs" / "un_imr_clean.csv"
    frame = pd.read_csv(source)
    path = tmp_path / source.name
    frame.assign(iso3c=frame["iso3c"].map(change, na_action="ignore")).to_csv(path, index=False)
    read = wpp.read(path).data
    pd.testing.assert_frame_equal(read, wpp.read(source).data)
    assert read[(read["country_id"] == 260) & (read["year"] < 1990)].empty


def test_padded_codes_of_no_country_stay_without_a_state(tmp_path):
    path = tmp_path / "population.csv"
    header = (
        "Year,Country of origin (ISO),Country of asylum (ISO),Refugees under UNHCR's mandate,Asylum-seekers"
    )
    path.write_text(f"{header}\n2019, unk ,fra,7,1\n2019, Syr ,fra,9,1\n2020,SYR,FRA,9,1\n")
    table = unhcr.read(path)
    assert table.data.loc[table.data["country_id"] == 652, "refugees"].tolist() == [9.0]
    assert "UNK" in table.unmatched["code"].tolist()
