"""Next year's files: the benchmark runs, tells right from wrong, and simulates what it says."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

ROOT = Path(__file__).resolve().parents[2]
BENCHMARK = ROOT / "benchmarks" / "next_year.py"
FSI = Path("governance/fsi-2023.xlsx")
HIEF = Path("ewp2025/inputs/HIEF_data.csv")


@pytest.fixture(scope="module")
def modules() -> Iterator[dict[str, ModuleType]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARK.parent)
        from next_year import cases, folder, forms, oracle, raw, releases

        yield {
            "cases": cases, "folder": folder, "forms": forms, "oracle": oracle, "raw": raw, "releases": releases,
        }  # fmt: skip


def printed(data: Path, more: Path, *options: str) -> dict[str, Any]:
    command = [sys.executable, str(BENCHMARK), "--data", str(data), "--more", str(more), *options, "--json"]
    text = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    result: dict[str, Any] = json.loads(text)
    return result


@pytest.fixture(scope="module")
def document(data_dir: Path) -> dict[str, Any]:
    forms = "same,shuffled,pandas,readr,cut70,next_year"
    return printed(data_dir, data_dir, "--groups", "forms", "--only", "fsi,hief", "--forms", forms)


@pytest.mark.slow
def test_no_file_of_any_dataset_is_read_wrong(data_dir: Path, more_dir: Path) -> None:
    """Three forms of every dataset: saved again by pandas, cut, a year further. The others run by the command alone."""
    options = ["--groups", "forms,published", "--forms", "pandas,cut70,next_year", "--jobs", "2"]
    document = printed(data_dir, more_dir, *options)
    wrong = [one for one in document["results"] if one["outcome"] in ("wrong", "skipped", "foreign error")]
    assert wrong == []
    assert document["wrong_silent"] == document["foreign_errors"] == 0
    assert len({one["dataset"] for one in document["results"]}) > 30


@pytest.mark.slow
def test_small_sources_are_read_right_or_refused(document: dict[str, Any]) -> None:
    assert document["wrong_silent"] == 0
    assert document["foreign_errors"] == 0
    outcomes = {(one["dataset"], one["form"]): one["outcome"] for one in document["results"]}
    assert outcomes["fsi", "same"] == outcomes["hief", "shuffled"] == outcomes["hief", "pandas"] == "equal"
    assert outcomes["fsi", "next_year"] == outcomes["hief", "next_year"] == "extended"
    assert outcomes["hief", "cut70"] == "refused"


def test_totals_are_those_of_the_cases(document: dict[str, Any]) -> None:
    assert document["cases"] == len(document["results"]) == sum(document["outcomes"].values())


@pytest.mark.parametrize(("cell", "detail"), [("0.999", "changed"), ("", "lost")])
def test_an_altered_cell_is_wrong(
    modules: dict[str, ModuleType], data_dir: Path, tmp_path: Path, cell: str, detail: str
) -> None:
    release = modules["raw"].load(data_dir / HIEF, "hief")
    table = modules["cases"].base(data_dir / HIEF, "hief")
    right = modules["cases"].Right(values=modules["oracle"].values(table), unmatched=10**9)
    place = release.header.index("EFindex")
    row = next(i for i, one in enumerate(release.body) if one[0] == "Afghanistan" and one[1] == "1990")
    body = [
        [*one[:place], cell, *one[place + 1 :]] if i == row else one for i, one in enumerate(release.body)
    ]
    path = modules["forms"].same(release.with_body(body), tmp_path)
    case = modules["cases"].judge(path, "hief", path.name, "altered", right)
    assert case.outcome == "wrong"
    assert case.detail.startswith(f"{detail}: ")
    assert "GW 700 in 1990" in case.detail


def test_a_file_of_the_old_year_is_not_the_next(
    modules: dict[str, ModuleType], data_dir: Path, tmp_path: Path
) -> None:
    table = modules["cases"].base(data_dir / HIEF, "hief")
    values, plain = modules["oracle"].extended(table)
    right = modules["cases"].Right(values=values, unmatched=10**9, until=2013, plain=tuple(plain))
    path = tmp_path / HIEF.name
    shutil.copy(data_dir / HIEF, path)
    case = modules["cases"].judge(path, "hief", path.name, "old", right)
    assert (case.outcome, case.changed, case.added) == ("wrong", 0, 0)
    assert case.lost == int(values.xs(2014, level="year").notna().sum().sum())


def test_a_zero_inside_the_coverage_counts(modules: dict[str, ModuleType], data_dir: Path) -> None:
    table = modules["cases"].base(data_dir / "governance" / "powell_thyne_coups_final.txt", "coups")
    values = modules["oracle"].values(table)
    assert values.loc[(2, 1990), "attempts"] == 0
    assert values["attempts"].sum() == table.data["attempts"].sum()


@pytest.mark.parametrize(
    ("name", "following"),
    [
        ("UcdpPrioConflict_v23_1.csv", "UcdpPrioConflict_v24_1.csv"),
        ("PTS-2024.csv", "PTS-2025.csv"),
        ("vdem_v12_1969_2021_official_names.csv", "vdem_v13_1969_2022_official_names.csv"),
        ("API_SP.DYN.IMRT.IN_DS2_en_csv_v2_4770442.csv", "API_SP.DYN.IMRT.IN_DS2_en_csv_v2_4770442.csv"),
        ("HIEF_data.csv", "HIEF_data.csv"),
    ],
)
def test_names_go_one_release_further(modules: dict[str, ModuleType], name: str, following: str) -> None:
    assert modules["releases"].next_name(name) == following


def test_the_appended_year_repeats_the_last(modules: dict[str, ModuleType], data_dir: Path) -> None:
    release = modules["raw"].load(data_dir / FSI, "fsi")
    later = modules["releases"].next_release(release, 2022)
    place = release.header.index("Year")
    newest = [row for row in later.body if row[place] == 2024]
    assert later.body[: len(release.body)] == release.body
    assert [[*row[:place], 2023.0, *row[place + 1 :]] for row in newest] == release.body


def test_a_workbook_is_written_as_its_cells(
    modules: dict[str, ModuleType], data_dir: Path, tmp_path: Path
) -> None:
    release = modules["raw"].load(
        data_dir / "treaties" / "UnderlyingData_CAT_OHCHR_26_11_2024.xls", "treaties"
    )
    path = modules["forms"].same(release, tmp_path)
    book = CalamineWorkbook.from_path(str(path))
    read = book.get_sheet_by_name(release.main).to_python()
    day = release.header.index("Date of Ratification/Accession")
    assert path.suffix == ".xlsx"
    assert [row[0] for row in read] == [row[0] for row in release.rows]
    assert [str(row[day])[:10] for row in read] == [str(row[day])[:10] for row in release.rows]


def test_a_big_file_keeps_whole_countries_and_what_is_below_its_table(
    modules: dict[str, ModuleType], tmp_path: Path
) -> None:
    path = tmp_path / "table.csv"
    body = [f"{code},{year},1" for code in ("AAA", "BBB", "CCC", "DDD") for year in range(1990, 2000)]
    path.write_text("\n".join(["iso3c,year,value", *body, ",,"]) + "\n")
    release = modules["cases"]._every(modules["raw"].load(path, "wdi"), 2)
    codes = [row[0] for row in release.body]
    assert {code: codes.count(code) for code in ("AAA", "CCC")} == {"AAA": 10, "CCC": 10}
    assert codes[20:] == [""]


def test_a_folder_keeps_both_of_two_files_with_one_name(
    modules: dict[str, ModuleType], tmp_path: Path
) -> None:
    """Next year's release of UCDP's conflicts 23.1 has the name of an edited file of the same folder."""
    for name in ("first", "second", "third"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "UcdpPrioConflict_v24_1.csv").write_text(name)
        (tmp_path / "target").mkdir(exist_ok=True)
        modules["folder"]._put(tmp_path / name / "UcdpPrioConflict_v24_1.csv", tmp_path / "target")
    assert sorted(path.read_text() for path in (tmp_path / "target").rglob("*.csv")) == [
        "first",
        "second",
        "third",
    ]


@pytest.mark.parametrize(
    ("source", "years"),
    [
        ("powell-thyne-2010+powell-thyne+csp-ewp2025", {2011, 2025}),
        ("wdi-ewp2025+maddison-2023+vdem-13-e_pop", {2023}),
        ("maddison-2023", set()),
    ],
)
def test_years_that_one_part_of_a_joined_variable_adds(
    modules: dict[str, ModuleType], source: str, years: set[int]
) -> None:
    made = modules["folder"].Made
    newer = [
        made(path=Path("a"), dataset="coups", year=2011),
        made(path=Path("b"), dataset="coups", year=2025),
        made(path=Path("c"), dataset="maddison", year=2023),
    ]
    assert modules["folder"]._added_within(source, newer) == years
