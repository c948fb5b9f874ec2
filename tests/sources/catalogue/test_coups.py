from __future__ import annotations

import pandas as pd
import pytest

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue import coups
from rtop_forecast.sources.reading.files import read_table


def test_powell_thyne_counts_attempts_and_successes(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text(
        "country\tccode\tyear\tmonth\tday\tcoup\n"
        '"Haiti"\t41\t1950\t5\t10\t2\n"Haiti"\t41\t1950\t6\t1\t1\n"Sudan"\t625\t1955\t1\t1\t1\n'
    )
    assert coups.form(path) == "powell-thyne"
    table = coups.read(path)
    assert table.data[["country_id", "year", "attempts", "successes"]].values.tolist() == [[41, 1950, 2, 1]]
    assert table.unmatched[["code", "year"]].values.tolist() == [["625", 1955]]
    path.write_text(path.read_text().replace("\t2\n", "\t3\n"))
    with pytest.raises(DataIntegrityError, match="1 or 2"):
        coups.read(path)


def test_ewp_list_says_yes_or_no_only(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("ccode,country,year,cou.any\n432,Mali,1945,1\n432,Mali,2012,1\n432,Mali,2013,0\n")
    table = coups.read(path)
    assert table.data[["country_id", "year", "any_attempt"]].values.tolist() == [[432, 2012, 1]]
    assert set(table.coverage) == {"any_attempt"}


def test_a_strange_file_is_refused(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("a,b\n1,2\n")
    assert not coups.recognise(path)
    with pytest.raises(DataIntegrityError, match="not a coup list"):
        coups.read(path)


def test_real_lists(data_dir):
    colpus = coups.read(data_dir / "governance" / "colpus_Master_Coup_List.xlsx")
    burkina = colpus.data.query("country_id == 439 and year == 2022")
    assert burkina[["attempts", "successes"]].values.tolist() == [[2, 2]]
    powell_thyne = coups.read(data_dir / "governance" / "powell_thyne_coups_final.txt")
    assert powell_thyne.data["attempts"].sum() == 456
    assert powell_thyne.unmatched[["code", "year"]].values.tolist() == [["625", 1955]]
    ewp = coups.read(data_dir / "ewp2025" / "inputs" / "all-coups.csv")
    assert ewp.unmatched.empty
    assert len(ewp.data) == 443


@pytest.mark.parametrize("name", ["powell_thyne_coups_final.txt", "colpus_Master_Coup_List.xlsx"])
def test_a_list_in_which_every_row_stands_twice_has_no_more_coups(data_dir, tmp_path, name):
    source = data_dir / "governance" / name
    frame = read_table(source)
    path = tmp_path / f"{source.stem}.csv"
    pd.concat([frame, frame]).to_csv(path, index=False)
    twice, once = coups.read(path), coups.read(source)
    pd.testing.assert_frame_equal(twice.data, once.data)
    repeated = twice.unmatched["reason"] == "exact repetition of another row"
    assert int(twice.unmatched.loc[repeated, "rows"].sum()) == len(frame)
