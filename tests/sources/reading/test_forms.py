"""One table in every kind of file: each reader must make the same of it."""

from __future__ import annotations

import gzip
import warnings
from pathlib import Path

import pandas as pd
import pytest
import rdata

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.folder.discover import reader, recognised_as
from rtop_forecast.sources.reading.files import header_of, kind_of, read_table

FILES = {
    "coups": "governance/powell_thyne_coups_final.txt",
    "maddison": "ewp2025/inputs/maddison.csv",
    "ucdp_brd": "ucdp/BattleDeaths_v23_1.csv",
    "wpp": "ewp2025/inputs/un_imr_clean.csv",
    "epr": "governance/EPR-2021.csv",
    "hief": "ewp2025/inputs/HIEF_data.csv",
}


def texts_of(cells: pd.Series, missing: str | None) -> pd.Series:
    """Cells as strings, with a mark where there is none."""
    made = [missing if pd.isna(cell) else str(cell) for cell in cells]
    return pd.Series(made, index=cells.index, dtype="object")


def workspace(frame: pd.DataFrame, path: Path) -> None:
    texts = frame.select_dtypes(exclude="number").columns
    table = frame.astype(dict.fromkeys(frame.columns.difference(texts), "float64"))
    table = table.assign(**{name: texts_of(frame[name], None) for name in texts})
    notes = pd.DataFrame({"line": range(len(frame) + 10)})
    rdata.write_rda(path, {"a_notes": notes, "table": table})


def stata(frame: pd.DataFrame, path: Path) -> None:
    texts = frame.select_dtypes(exclude="number").columns
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame.assign(**{name: texts_of(frame[name], "") for name in texts}).to_stata(
            path, write_index=False, version=118
        )


FORMS = {
    "x.tab": lambda frame, path: frame.to_csv(path, sep="\t", index=False),
    "x.csv": lambda frame, path: frame.to_csv(path, sep=";", index=False, encoding="utf-16"),
    "decimal.csv": lambda frame, path: frame.to_csv(
        path, sep=";", decimal=",", index=False, encoding="utf-8-sig"
    ),
    "x.csv.xz": lambda frame, path: frame.to_csv(path, index=False, compression="xz"),
    "x.csv.gz": lambda frame, path: path.write_bytes(
        gzip.compress(frame.to_csv(index=False).encode("utf-16"))
    ),
    "x.parquet": lambda frame, path: frame.to_parquet(path),
    "x.dta": stata,
    "x.RData": workspace,
}


@pytest.mark.parametrize("name", [*FORMS, "x.xlsx"])
@pytest.mark.parametrize("dataset", FILES)
def test_every_form_of_a_release_gives_the_same_table(data_dir, tmp_path, xlsx, dataset, name):
    source = data_dir / FILES[dataset]
    encoding = "latin-1" if dataset == "hief" else "utf-8"
    tabs = "\t" if source.suffix == ".txt" else ","
    frame = pd.read_csv(source, keep_default_na=False, na_values=[""], encoding=encoding, sep=tabs)
    path = tmp_path / name
    if name in FORMS:
        FORMS[name](frame, path)
    else:
        cells = frame.astype("object").where(frame.notna(), None)
        xlsx(path, {"Sheet1": [list(frame.columns), *cells.to_numpy().tolist()]})
    assert recognised_as(path) == dataset
    table, published = reader(dataset).read(path), reader(dataset).read(source)
    pd.testing.assert_frame_equal(table.data, published.data)
    assert table.coverage == published.coverage


def test_the_object_of_a_workspace_is_told_by_its_columns(tmp_path):
    path = tmp_path / "x.RData"
    rdata.write_rda(path, {"notes": pd.DataFrame({"b": range(9)}), "table": pd.DataFrame({"A": [1.0]})})
    assert read_table(path, marks=["a"]).columns.tolist() == ["A"]
    with pytest.raises(
        DataIntegrityError, match=r"x\.RData: one object must have the columns c; none of its 2"
    ):
        read_table(path, marks=["c"])


def test_a_kind_of_file_is_told_by_content_where_the_name_says_nothing(tmp_path, xlsx):
    workbook = tmp_path / "workbook.csv"
    xlsx(tmp_path / "x.xlsx", {"s": [["a", "b"], [1, 2]]})
    (tmp_path / "x.xlsx").rename(workbook)
    assert (kind_of(workbook), header_of(workbook)) == ("excel", {"a", "b"})
    text = tmp_path / "download"
    text.write_text("a\tb\n1\t2\n")
    assert (kind_of(text), header_of(text)) == ("text", {"a", "b"})
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.4\n")
    assert kind_of(tmp_path / "x.pdf") == ""


def test_a_workbook_with_a_column_twice_is_refused_by_name(tmp_path, xlsx):
    path = tmp_path / "x.xlsx"
    xlsx(path, {"s": [["a", "b", "a"], [1, 2, 3]]})
    with pytest.raises(DataIntegrityError, match="1 names stand twice, first 'a'"):
        read_table(path)


def test_a_population_of_nobody_is_refused(data_dir, tmp_path):
    """As where a re-export filled its empty cells with 0."""
    frame = pd.read_csv(data_dir / FILES["maddison"], keep_default_na=False, na_values=[""])
    path = tmp_path / "maddison.csv"
    frame.fillna(0).to_csv(path, index=False)
    with pytest.raises(DataIntegrityError, match=r"must lie between 0\.001 and"):
        reader("maddison").read(path)
