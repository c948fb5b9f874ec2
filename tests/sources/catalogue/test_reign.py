from __future__ import annotations

import pandas as pd
import pytest

from rtop_forecast.sources.catalogue import reign_elections, reign_leaders


@pytest.mark.parametrize(
    ("name", "reader"), [("electionlist_3_21.csv", reign_elections), ("leaderlist_3_21.csv", reign_leaders)]
)
def test_a_list_in_which_every_row_stands_twice_gives_the_same_table(data_dir, tmp_path, name, reader):
    source = data_dir / "governance" / name
    frame = pd.read_csv(source, dtype="str", keep_default_na=False, encoding="latin-1")
    path = tmp_path / name
    pd.concat([frame, frame]).to_csv(path, index=False, encoding="utf-8-sig")
    twice, once = reader.read(path), reader.read(source)
    pd.testing.assert_frame_equal(twice.data, once.data)
    assert int(twice.unmatched["rows"].sum()) == int(once.unmatched["rows"].sum()) + len(frame)
