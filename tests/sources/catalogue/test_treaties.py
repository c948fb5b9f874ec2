from __future__ import annotations

import pandas as pd
import pytest

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue import treaties
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.matching import with_country_id
from rtop_forecast.storage.bundled import core_file
from rtop_forecast.world.states import state_years

HEADER = 'Participant,Signature,"Accession(a), Succession(d), Ratification"\n'


@pytest.fixture
def genocide(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(
        HEADER + "Australia,11 Dec 1948,8 Jul 1949\nUkraine,16 Dec 1949,15 Nov 1954\nYemen,,9 Feb 1987 a\n"
        "Dominican Republic,11 Dec 1948,\nCook Islands,,1 Jan 2008 a\nSerbia,,12 Mar 2001 a\n"
    )
    return path


def test_the_treaty_is_told_by_its_first_signature(genocide, tmp_path):
    assert treaties.recognise(genocide)
    assert treaties.treaty_of(genocide) == "genocide"
    other = tmp_path / "other.csv"
    other.write_text(HEADER + "Australia,11 Dec 1938,8 Jul 1939\n")
    with pytest.raises(DataIntegrityError, match="fits none of"):
        treaties.treaty_of(other)


def test_parties_stand_at_the_state_of_the_time(genocide):
    table = treaties.read(genocide)
    parties = dict(table.data[["country_id", "year"]].values.tolist())
    # Ukraine deposited as a Soviet republic; Yemen's deposit was South Yemen's; Serbia is a state from 2006.
    assert parties == {900: 1949, 369: 1991, 680: 1987, 340: 2006}
    assert table.unmatched["code"].tolist() == ["Cook Islands"]


@pytest.mark.parametrize("name", sorted(chapter for chapter, _ in treaties.TREATIES.values()))
def test_real_tables_are_told_apart(data_dir, name):
    path = data_dir / "treaties" / f"untreaties_{name}.csv"
    assert treaties.TREATIES[treaties.treaty_of(path)][0] == name
    lost = treaties.read(path).unmatched
    assert lost.loc[lost["reason"].str.contains("in full"), "year"].tolist() == (
        [2015] if name == "4-9" else []
    )
    assert set(lost.loc[~lost["reason"].str.contains("in full"), "code"]) <= {
        "Cook Islands",
        "Holy See",
        "Niue",
        "State of Palestine",
    }


def test_workbooks_say_their_treaty_and_date(data_dir):
    folder = data_dir / "treaties"
    for treaty, name in {"cat": "CAT", "iccpr": "ICCPR"}.items():
        path = folder / f"UnderlyingData_{name}_OHCHR_26_11_2024.xls"
        table = treaties.read(path)
        assert treaties.treaty_of(path) == treaty
        assert table.coverage == {f"{treaty}_deposit": (treaties.TREATIES[treaty][1].year, 2022)}
        assert set(table.unmatched["code"]) <= {"Cook Islands", "Holy See", "Niue", "State of Palestine"}


@pytest.mark.parametrize(
    "name",
    ["untreaties_4-1.csv", "untreaties_4-2.csv", "untreaties_4-4.csv", "untreaties_4-9.csv", "untreaties_18-10.csv",
     "UnderlyingData_CAT_OHCHR_26_11_2024.xls", "UnderlyingData_ICCPR_OHCHR_26_11_2024.xls"],
)  # fmt: skip
def test_no_name_moves_a_deposit(data_dir, name):
    """The year is that of the deposit or, if later, the first of the state, whatever years its name covers."""
    path = data_dir / "treaties" / name
    listed = treaties.deposits(path)
    table = treaties.read(path)
    last = next(iter(table.coverage.values()))[1]
    listed = listed.assign(deposit=[day.year for day in listed["deposited"]], year=last)
    # South Yemen's deposits stand under Yemen, and Viet Nam's of 2015 lies after the table's year
    listed = listed[~listed["participant"].eq("Yemen") & (listed["deposit"] <= last)]
    meant, _ = with_country_id(listed, code="participant", system="name")
    first = state_years(first=1946, last=2024).groupby("country_id")["year"].min()
    expected = meant["deposit"].clip(lower=meant["country_id"].map(first)).to_numpy()
    got = table.to_frame().set_index("country_id")["year"].reindex(meant["country_id"]).to_numpy()
    assert len(meant) > 110
    assert (got == expected).all()


def test_the_soviet_unions_deposits_keep_their_years():
    """UN Treaty Collection, chapter IV: 3 May 1954, 4 Feb 1969, 16 Oct 1973, 3 Mar 1987, as Russian Federation."""
    parties = pd.read_csv(core_file("treaties.csv"))
    russia = parties[parties["country_id"] == 365].set_index("treaty")["year"].to_dict()
    assert russia == {"genocide": 1954, "cerd": 1969, "iccpr": 1973, "cat": 1987}


@pytest.mark.parametrize(("chapter", "name"), [("4-2", "cerd"), ("4-4", "iccpr")])
def test_a_registered_table_saved_again_covers_its_years(data_dir, tmp_path, chapter, name):
    # Palestine deposited last, in 2014: without the registry the table would end in 2013
    original = data_dir / "treaties" / f"untreaties_{chapter}.csv"
    frame = pd.read_csv(original, dtype="str", keep_default_na=False)
    path = tmp_path / "table.csv"
    frame.sample(frac=1, random_state=1).to_csv(path, index=False, sep=";", encoding="utf-16")
    table = treaties.read(path)
    assert table.coverage == {f"{name}_deposit": (treaties.TREATIES[name][1].year, 2014)}
    pd.testing.assert_frame_equal(
        table.data.sort_values(["country_id"], ignore_index=True),
        treaties.read(original).data.sort_values(["country_id"], ignore_index=True),
    )


def test_one_deposit_less_is_another_table(data_dir, tmp_path):
    frame = pd.read_csv(data_dir / "treaties" / "untreaties_4-2.csv", dtype="str", keep_default_na=False)
    path = tmp_path / "table.csv"
    frame[frame["Participant"] != "Zambia"].to_csv(path, index=False)
    assert treaties.read(path).coverage == {"cerd_deposit": (1966, 2013)}


def test_a_name_that_nobody_knows_is_refused_and_an_area_is_not(data_dir, tmp_path):
    """Its state would read as without a deposit."""
    text = (data_dir / "treaties" / "untreaties_4-9.csv").read_text(encoding="utf-8")
    path = tmp_path / "untreaties_4-9.csv"
    path.write_text(text, encoding="mac_roman")
    with pytest.raises(
        DataIntegrityError, match=r"every code or name must be known; \d+ rows have another, first"
    ):
        treaties.read(path)
    path.write_text(text + "Holy See,,26 Jun 2002 a\n", encoding="utf-8")
    assert len(treaties.read(path).data) == len(treaties.read(data_dir / "treaties" / path.name).data)


@pytest.mark.parametrize("form", ["xlsx", "parquet", "tsv", "iso"])
def test_a_table_in_another_form_gives_the_same_deposits(data_dir, tmp_path, xlsx, form):
    source = data_dir / "treaties" / "untreaties_4-4.csv"
    frame = pd.read_csv(source, dtype="str", keep_default_na=False)
    path = tmp_path / f"table.{'csv' if form == 'iso' else form}"
    if form == "xlsx":
        xlsx(path, {"Sheet1": [list(frame.columns), *frame.to_numpy().tolist()]})
    elif form == "parquet":
        frame.to_parquet(path)
    elif form == "tsv":
        frame.to_csv(path, sep="\t", encoding="utf-16")
    else:
        days = treaties.deposits(source).set_index("participant")["deposited"].astype("str")
        column = frame.columns[2]
        frame[column] = frame["Participant"].str.strip().map(days).fillna("")
        frame.to_csv(path, index=False)
    assert treaties.recognise(path)
    read, published = treaties.deposits(path), treaties.deposits(source)
    assert read["deposited"].tolist() == published["deposited"].tolist()
    assert read["participant"].tolist() == published["participant"].tolist()


def test_a_workbook_of_ohchr_saved_as_text_gives_the_same_deposits(data_dir, tmp_path):
    source = data_dir / "treaties" / "UnderlyingData_CAT_OHCHR_26_11_2024.xls"
    rows = files.excel_rows(source)
    path = tmp_path / "cat.csv"
    pd.DataFrame(rows).to_csv(path, sep=";", header=False, index=False, encoding="utf-8-sig")
    assert treaties.treaty_of(path) == "cat"
    pd.testing.assert_frame_equal(treaties.read(path).data, treaties.read(source).data)
