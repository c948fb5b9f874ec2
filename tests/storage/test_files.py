"""Files are written whole or not at all, and a table's text is no formula."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtop_forecast.storage.files import csv_content, write_file


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_that_begins_as_a_formula_gets_an_apostrophe(text):
    table = pd.DataFrame({"name": [text, "Sudan"], text: [-1.5, np.nan]})
    again = pd.read_csv(io.BytesIO(csv_content(table)))
    escaped = "'" + text.replace("\r", "\n")
    assert again.columns.tolist() == ["name", escaped]
    assert again["name"].tolist() == [escaped, "Sudan"]
    assert again[escaped].iloc[0] == -1.5


def test_the_index_is_escaped_too_and_the_table_is_left_alone():
    table = pd.DataFrame({"auc": [0.8]}, index=pd.Index(["=cmd"], name="model"))
    assert csv_content(table, index=True) == b"model,auc\n'=cmd,0.8\n"
    assert table.index.tolist() == ["=cmd"]


@given(
    st.lists(
        st.one_of(st.none(), st.text(st.characters(codec="utf-8", exclude_characters="\x00"))), min_size=1
    )
)
def test_no_text_begins_a_cell_as_a_formula(texts):
    table = pd.DataFrame({"n": range(len(texts)), "text": pd.Series(texts, dtype=object)})
    again = pd.read_csv(io.BytesIO(csv_content(table)), keep_default_na=False)
    assert len(again) == len(texts)
    assert not again["text"].astype(str).str.startswith(("=", "+", "-", "@", "\t")).any()


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = write_file(tmp_path / "a.txt", b"old")
    with pytest.raises(TypeError):
        write_file(path, "text, not bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]
