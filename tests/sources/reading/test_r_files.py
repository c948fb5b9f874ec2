"""Objects of R files are those that the library gives."""

from __future__ import annotations

import gzip

import numpy as np
import pandas as pd
import pytest

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading import r_files
from rtop_forecast.sources.reading.files import read_r
from rtop_forecast.sources.reading.r_files import r_objects
from rtop_forecast.sources.reading.text import decompressed, stamp_of

rdata = pytest.importorskip("rdata")
FRAME = pd.DataFrame(
    {
        "name": pd.Series(["Chad", "Chad", None, "Côte d'Ivoire", "", "Chad"] * 3, dtype=object),
        "other": pd.Series(["Chad", "x", "Chad", "y", "x", "Chad"] * 3, dtype=object),
        "number": np.linspace(0, 1, 18),
        "whole": np.arange(18, dtype="int32"),
    }
)


@pytest.mark.parametrize("suffix", [".rda", ".rds"])
def test_a_table_is_the_librarys(tmp_path, suffix):
    path = tmp_path / f"x{suffix}"
    if suffix == ".rda":
        rdata.write_rda(path, {"x": FRAME})
    else:
        rdata.write_rds(path, FRAME)
    theirs = rdata.read_rda(path) if suffix == ".rda" else {"data": rdata.read_rds(path)}
    ours = r_objects(path, decompressed(stamp_of(path)), rdata)
    assert list(ours) == list(theirs)
    for name, frame in theirs.items():
        pd.testing.assert_frame_equal(ours[name], frame, check_exact=True)


def test_the_same_with_a_library_that_is_built_otherwise(tmp_path, monkeypatch):
    path = tmp_path / "x.rda"
    rdata.write_rda(path, {"x": FRAME})
    content = decompressed(stamp_of(path))
    shared = r_objects(path, content, rdata)
    monkeypatch.setattr(r_files, "_parser_and_converter", lambda *_: None)
    pd.testing.assert_frame_equal(shared["x"], r_objects(path, content, rdata)["x"], check_exact=True)


def test_a_cut_file_raises(tmp_path):
    path = tmp_path / "x.rda"
    rdata.write_rda(path, {"x": FRAME})
    whole = decompressed(stamp_of(path))
    for end in range(40, len(whole), 97):
        path.write_bytes(gzip.compress(whole[:end]))
        with pytest.raises(DataIntegrityError, match=r"x\.rda cannot be read"):
            read_r(path)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Missing constructor for R class")
def test_official_files_are_read_as_the_library_reads_them(data_dir):
    paths = [
        path for path in sorted(data_dir.rglob("*")) if path.suffix.lower() in (".rda", ".rds", ".rdata")
    ]
    paths = [path for path in paths if path.stat().st_size < 300_000]
    assert paths
    for path in paths:
        theirs = {"data": rdata.read_rds(path)} if path.suffix == ".rds" else rdata.read_rda(path)
        ours = r_objects(path, decompressed(stamp_of(path)), rdata)
        for name, frame in theirs.items():
            if isinstance(frame, pd.DataFrame):
                pd.testing.assert_frame_equal(ours[name], frame, check_exact=True)
