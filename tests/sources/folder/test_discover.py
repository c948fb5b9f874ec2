from __future__ import annotations

import subprocess
import sys

import pytest

from rtop_forecast.errors import InputError
from rtop_forecast.sources.folder.discover import discover


def test_files_are_told_by_content_not_by_name(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "anything.csv").write_text("ccode,country,year,cou.any\n432,Mali,2012,1\n")
    (tmp_path / "BattleDeaths_v25_1.csv").write_text("<!DOCTYPE html><html>\n")
    found = discover(tmp_path)
    assert [path.name for path in found.of("coups")] == ["anything.csv"]
    assert [path.name for path in found.others] == ["BattleDeaths_v25_1.csv"]
    assert found.of("vdem") == ()
    assert len(found.to_frame()) == 2


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        discover(tmp_path / "absent")


def test_import_loads_no_optional_library():
    code = (
        "import sys, rtop_forecast.sources; "
        "heavy = {'rdata', 'python_calamine', 'pooch', 'requests', 'matplotlib', 'sklearn'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_each_dataset_of_the_core_is_found(data_dir):
    found = discover(data_dir)
    assert {name: len(paths) for name, paths in found.files.items()}.items() >= {
        "ucdp_acd": 2, "ucdp_brd": 2, "ucdp_dyadic": 1, "ucdp_onesided": 2, "coups": 3, "treaties": 7,
        "wpp": 1,
        "maddison": 1, "vdem": 6,
    }.items()  # fmt: skip
