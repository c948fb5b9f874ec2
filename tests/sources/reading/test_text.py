from __future__ import annotations

import bz2
import gzip
import lzma

import pandas as pd
import pytest

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue import awsd, maddison
from rtop_forecast.sources.catalogue.pts import SOURCE as PTS
from rtop_forecast.sources.folder.discover import reader, recognised_as
from rtop_forecast.sources.reading.text import csv_header, delimiter_of, is_unended, read_csv

TABLE = 'country,year,note\nCôte d\'Ivoire,2019,"a; b"\nMali,2020,"c, d"\n'
FRAME = pd.DataFrame({"country": ["Côte d'Ivoire", "Mali"], "year": [2019, 2020], "note": ["a; b", "c, d"]})


def test_a_table_is_read_in_every_encoding_and_compression(tmp_path):
    contents = {
        "plain.csv": TABLE.encode(),
        "marked.csv": TABLE.encode("utf-8-sig"),
        "latin.csv": TABLE.encode("latin-1"),
        "utf16.csv": TABLE.encode("utf-16"),
        "utf16le.csv": TABLE.encode("utf-16-le"),
        "utf16be.csv": TABLE.encode("utf-16-be"),
        "packed.csv.gz": gzip.compress(TABLE.encode()),
        "packed.csv": bz2.compress(TABLE.encode()),
        "packed.csv.xz": lzma.compress(TABLE.encode("utf-16")),
    }
    for name, content in contents.items():
        path = tmp_path / name
        path.write_bytes(content)
        assert csv_header(path) == ["country", "year", "note"], name
        pd.testing.assert_frame_equal(read_csv(path), FRAME, check_dtype=False)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_makes_rows_equal(tmp_path, delimiter):
    path = tmp_path / "x.txt"
    FRAME.to_csv(path, sep=delimiter, index=False)
    assert delimiter_of(path) == delimiter
    pd.testing.assert_frame_equal(read_csv(path), FRAME, check_dtype=False)


def test_commas_in_the_cells_of_a_table_of_tabs_are_no_delimiters(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("name\tx\nKorea, North\t1\nKorea, South\t2\n")
    assert read_csv(path)["name"].tolist() == ["Korea, North", "Korea, South"]


@pytest.mark.parametrize("rows", ["1,2,3\n4,5", "1,2,3\n4,5\n", "1,2\n4,5,6\n", "1,2,3\n4\n"])
def test_rows_with_too_few_cells_are_refused(tmp_path, rows):
    path = tmp_path / "x.csv"
    path.write_text(f"a,b,c\n{rows}")
    with pytest.raises(DataIntegrityError, match="every row must have the 3 cells"):
        read_csv(path)


def test_empty_cells_and_quoted_line_ends_are_no_cut(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text('a,b,c\n1,,\n"x\ny",2,3\n\n,,\n')
    assert len(read_csv(path)) == 3


@pytest.mark.parametrize("last", ["2,34", "2,", "2,2345", "2,9"])
def test_a_last_line_without_its_end_is_refused_where_its_last_cell_looks_cut(tmp_path, last):
    path = tmp_path / "x.csv"
    path.write_text(f"a,b\n1,23456\n3,34567\n{last}")
    with pytest.raises(DataIntegrityError, match=r"its last cell .* looks cut"):
        read_csv(path)


@pytest.mark.parametrize("rows", ["1,23\n2,45", "1,23\n2,23", "1,\n2,", "1,23\r\n2,145", '1,"x"\n2,"y"'])
def test_a_whole_last_line_without_its_end_is_read(tmp_path, rows):
    path, ended = tmp_path / "x.csv", tmp_path / "y.csv"
    path.write_bytes(f"a,b\n{rows}".encode())
    ended.write_bytes(f"a,b\n{rows}\n".encode())
    pd.testing.assert_frame_equal(read_csv(path), read_csv(ended))
    assert is_unended(path)
    assert not is_unended(ended)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
def test_a_missing_last_line_end_is_told_in_every_encoding_and_compression(tmp_path, encoding, pack):
    for text, unended in ((TABLE, False), (TABLE.replace("\n", "\r\n"), False), (TABLE[:-1], True)):
        path = tmp_path / f"{len(text)}.csv"
        path.write_bytes(pack(text.encode(encoding)))
        assert is_unended(path) == unended


def test_rows_may_be_short_below_the_table_only(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text('a,b\n1,2\n"Data from database: X"\nLast Updated: 2025\n')
    with pytest.raises(DataIntegrityError, match="every row must have the 2 cells"):
        read_csv(path)
    assert len(read_csv(path, footer=("Data from database",))) == 3
    path.write_text('a,b\n1\n"Data from database: X"\n')
    with pytest.raises(DataIntegrityError, match="1 rows have fewer"):
        read_csv(path, footer=("Data from database",))


def test_repeated_column_names_are_refused_by_name(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b,a,,\n1,2,3,,\n")
    with pytest.raises(DataIntegrityError, match="1 names stand twice, first 'a'"):
        read_csv(path)


def test_a_cut_archive_is_refused(tmp_path):
    path = tmp_path / "x.csv.gz"
    path.write_bytes(gzip.compress(TABLE.encode() * 500)[:-20])
    with pytest.raises(DataIntegrityError, match="cannot be decompressed"):
        read_csv(path)


@pytest.mark.parametrize(
    ("name", "reader"),
    [
        ("humanitarian/security_incidents.csv", awsd),
        ("human_rights/PTS-2024.csv", PTS),
        ("ewp2025/inputs/maddison.csv", maddison),
    ],
)
@pytest.mark.parametrize("share", [0.5, 0.7, 0.9])
def test_a_cut_release_is_refused(data_dir, tmp_path, name, reader, share):
    source = data_dir / name
    content = source.read_bytes()
    path = tmp_path / source.name
    cut = content[: int(len(content) * share)]
    cut = cut.rstrip(b"\r\n")
    whole = content[len(cut) : len(cut) + 1] in (b"\r", b"\n")  # a whole last line tells nothing of a cut
    path.write_bytes(cut[:-1] if whole else cut)
    with pytest.raises(DataIntegrityError, match=path.name):
        reader.read(path)


def test_a_byte_order_mark_before_a_latin_table(data_dir, tmp_path):
    source = data_dir / "human_rights" / "PTS-2024.csv"
    path = tmp_path / source.name
    path.write_bytes(source.read_bytes().decode("latin-1").encode("utf-8-sig"))
    pd.testing.assert_frame_equal(PTS.read(path).data, PTS.read(source).data)


@pytest.mark.parametrize("head", ["preamble\n", ""])
def test_blanks_around_names_are_no_part_of_them(tmp_path, head):
    path = tmp_path / "padded.csv"
    path.write_text(f'{head} "country" , year ,"a, b"\nChad,2000,1\nMali,2001,2\n', encoding="utf-8")
    frame = read_csv(path, skiprows=1 if head else 0)
    assert [name.strip(' "') for name in frame.columns] == ["country", "year", "a, b"]
    assert frame["year"].tolist() == [2000, 2001]


def test_a_reader_finds_columns_with_blanks_around_their_names(data_dir, tmp_path):
    lines = (
        (data_dir / "governance" / "powell_thyne_coups_final.txt").read_text(encoding="utf-8").splitlines()
    )
    path = tmp_path / "coups.txt"
    padded = "\t".join(f" {name} " for name in lines[0].split("\t"))
    path.write_text("\n".join([padded, *lines[1:]]) + "\n", encoding="utf-8")
    assert recognised_as(path) == "coups"
    assert reader("coups").read(path).data["attempts"].sum() == 456


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("first", ["code", " code "])
def test_names_may_hold_line_ends(tmp_path, end, first):
    path = tmp_path / "table.csv"
    lines = [f'{first},"Notes (2023)\nRED - new\nBLUE, old",year', "a,x,1", 'b,"y\nz",2']
    path.write_bytes((end.join(lines) + end).encode())
    names = csv_header(path)
    assert (names[0], len(names), names[2]) == ("code", 3, "year")
    frame = read_csv(path)
    assert frame["year"].tolist() == [1, 2]
    assert frame["code"].tolist() == ["a", "b"]
