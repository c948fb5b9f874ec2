"""Aid Worker Security Database: an incident whose country nobody knows is no peace there."""

from __future__ import annotations

import pandas as pd
import pytest

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue import awsd


@pytest.mark.parametrize("mark", [".", "-99", "'AF"])
def test_an_unknown_code_is_refused_and_no_zero(data_dir, tmp_path, mark):
    frame = pd.read_csv(
        data_dir / "humanitarian" / "security_incidents.csv", dtype="str", keep_default_na=False
    )
    code = frame["Country Code"]
    path = tmp_path / "incidents.csv"
    frame.assign(**{"Country Code": code.mask(code.eq("AF") if mark == "'AF" else code.eq(""), mark)}).to_csv(
        path, index=False
    )
    with pytest.raises(DataIntegrityError, match=r"every code or name must be known"):
        awsd.read(path)


def test_na_for_no_code_leaves_the_incidents_where_their_names_are(data_dir, tmp_path):
    source = data_dir / "humanitarian" / "security_incidents.csv"
    frame = pd.read_csv(source, dtype="str", keep_default_na=False)
    path = tmp_path / "incidents.csv"
    frame.assign(**{"Country Code": frame["Country Code"].replace("", "NA")}).to_csv(path, index=False)
    pd.testing.assert_frame_equal(awsd.read(path).data, awsd.read(source).data)
