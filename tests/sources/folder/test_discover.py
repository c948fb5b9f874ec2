from __future__ import annotations

import pkgutil
import shutil
import subprocess
import sys

import pytest

from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.sources import catalogue
from rtop_forecast.sources import registry as registry_module
from rtop_forecast.sources.folder import discover as discovery_module
from rtop_forecast.sources.folder.discover import discover, reader
from rtop_forecast.sources.registry import datasets, publication_lag, registered_hashes, registry
from rtop_forecast.storage.bundled import datasets_dir


def test_files_are_recognised_by_content_not_by_name(tmp_path):
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


def test_every_dataset_of_the_registry_has_a_reader_and_every_reader_a_dataset():
    helpers = {"ewp_episodes", "ewp_list", "ucdp", "vdem_forms"}
    modules = {module.name for module in pkgutil.iter_modules(catalogue.__path__)}
    assert modules - helpers == set(datasets())
    for name in datasets():
        found = reader(name)
        assert callable(found.recognise), name
        assert callable(found.read), name


def test_a_source_is_one_module_and_one_entry(tmp_path, monkeypatch):
    (tmp_path / "sunshine.py").write_text(
        "from rtop_forecast.sources.reading.spec import Column, CountryYears\n"
        "SOURCE = CountryYears(\n"
        "    dataset='sunshine', title='the hours of sunshine', description='`hours`: a year.',\n"
        "    marks=frozenset({'sunny_hours'}), columns={'sunny_hours': Column('hours', (0, 8784))},\n"
        "    codes=(('country', 'name'),),\n"
        ")\n"
    )
    entry = (
        '["sunshine-2002"]\ndataset = "sunshine"\ntitle = "Hours of sunshine"\nrelease = "2002"\n'
        'page = "https://example.org"\nfile_pattern = "sun*.csv"\nlicence = "CC0-1.0"\nunit = "country and year"\n'
        'first_year = 2001\nlast_year = 2002\npublication_lag_months = 7\ncitation = "Sun, A. (2003). Sunshine."\n'
    )
    shutil.copytree(datasets_dir(), tmp_path / "datasets", ignore=shutil.ignore_patterns("geometry"))
    with (tmp_path / "datasets" / "sources.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + entry)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "anything.csv").write_text(
        "country,year,sunny_hours\nMali,2001,3100\nMali,2002,3200\n"
    )
    caches = (registry, datasets, publication_lag, registered_hashes, reader)
    with monkeypatch.context() as patch:
        patch.setattr(catalogue, "__path__", [*catalogue.__path__, str(tmp_path)])
        patch.setattr(registry_module, "datasets_dir", lambda: tmp_path / "datasets")
        for one in caches:
            one.cache_clear()
        found = discover(tmp_path / "data")
        table = reader("sunshine").read(*found.of("sunshine"))
    sys.modules.pop("rtop_forecast.sources.catalogue.sunshine")
    for one in caches:
        one.cache_clear()
    assert table.source == "sunshine-2002"
    assert table.publication_lag_months == 7
    assert table.data.to_numpy().tolist() == [[432, 2001, 3100], [432, 2002, 3200]]
    with pytest.raises(InputError, match="no dataset is called 'sunshine'"):
        reader("sunshine")


def test_a_dataset_without_a_module_is_named(monkeypatch):
    monkeypatch.setattr(discovery_module, "datasets", lambda: ("moonlight",))
    with pytest.raises(DataIntegrityError, match=r"sources/catalogue/moonlight\.py does not exist"):
        reader("moonlight")


def test_linked_folders_are_looked_into_and_dead_links_are_listed(tmp_path):
    place, folder = tmp_path / "downloads", tmp_path / "data"
    place.mkdir()
    folder.mkdir()
    (place / "anything.csv").write_text("ccode,country,year,cou.any\n432,Mali,2012,1\n")
    (folder / "linked").symlink_to(place, target_is_directory=True)
    (folder / "gone.csv").symlink_to(tmp_path / "nowhere.csv")
    found = discover(folder)
    assert [found.names[path] for path in found.of("coups")] == ["linked/anything.csv"]
    assert [found.names[path] for path in found.others] == ["gone.csv"]
    assert "leads nowhere" in found.unreadable[folder / "gone.csv"]
