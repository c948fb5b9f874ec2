from __future__ import annotations

import pytest

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue import treaties

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
    assert set(treaties.read(path).unmatched["code"]) <= {
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
