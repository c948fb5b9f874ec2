"""The bundled variables beside the core tables: what they are, where they come from, and a folder's before them."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rtop_forecast as rtop
from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.core import further
from rtop_forecast.sources.core.bundled import core_tables
from rtop_forecast.sources.core.seams import with_bundled_newer_years
from rtop_forecast.sources.reading.table import SourceTable, no_unmatched

ROOT = Path(__file__).resolve().parents[3]
ALLOWED = {"CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-3.0-IGO", "CC0-1.0"}


def table(values, *, source="wgi-2024", release="2024", name="wgi_va_est", years=(2000, 2002), zero=False):
    first, last = years
    data = pd.DataFrame({"country_id": 625, "year": range(first, last + 1), name: values})
    return SourceTable(
        source=source,
        release=release,
        data=data,
        coverage={name: years},
        zero_inside=frozenset({name}) if zero else frozenset(),
        publication_lag_months=6,
        unmatched=no_unmatched(),
    )


def test_every_table_has_a_licence_that_allows_it():
    registered = tomllib.loads((ROOT / "datasets" / "sources.toml").read_text())
    for one in further.bundled_releases():
        assert one.licence == registered[one.source]["licence"]
        assert one.licence in ALLOWED
    datasets = {registered[one.source]["dataset"] for one in further.bundled_releases()}
    assert not datasets & {
        "freedom_house",
        "sipri",
        "pts",
        "cirights",
        "epr",
        "growup",
        "tmk",
        "polity5",
        "awsd",
    }
    listed = (ROOT / "datasets" / "LICENSES.md").read_text()
    assert all(f"`{one.path.name}`" in listed for one in further.bundled_releases())


def test_no_variable_stands_twice():
    names = [name for one in further.bundled_releases() for name in one.coverage]
    core = {name for one in core_tables() for name in one.coverage}
    assert len(names) == len(set(names))
    assert not core & set(names)


def test_no_rating_of_elections_from_a_release_that_was_filled():
    filled = next(one for one in further.bundled_releases() if one.source == "vdem-12")
    assert not [
        name for name in filled.coverage if name.startswith(("vdem_v2el", "vdem_v2xel", "vdem_v2xlg"))
    ]


def test_the_panel_says_where_each_variable_comes_from():
    panel = rtop.load_panel()
    newer = {name for table in further.newer_bundled() for name in table.coverage}
    for one in further.bundled_releases():
        for name, years in one.coverage.items():
            if name in newer:
                continue
            held = panel.variables[name]
            assert (held.source, held.release) == (one.source, one.release)
            assert (held.first_year, held.last_year) == years
            assert held.publication_lag_months == one.publication_lag_months
            assert held.zero_inside == (name in one.zero_inside)
    assert {one.path.name for one in further.bundled_releases()} <= set(panel.hashes)
    assert "Worldwide Governance" in rtop.cite(panel)


def test_some_variables_only():
    (one,) = further.further_bundled({"wgi_va_est"})
    assert list(one.coverage) == ["wgi_va_est"]


@given(
    st.lists(
        st.one_of(st.just(float("nan")), st.floats(-1e9, 1e9), st.integers(-5, 5).map(float)), min_size=3
    )
)
def test_values_survive_to_the_last_bit(tmp_path_factory, values):
    given_table = table(values, years=(1900, 1899 + len(values)), zero=True)
    path = tmp_path_factory.mktemp("further") / "wgi-2024.parquet"
    path.write_bytes(further.table_bytes(given_table, licence="CC-BY-4.0"))
    document = further._document(path, pq.read_schema(path).metadata)
    read = further._table(further._release(path, document), ["wgi_va_est"])
    # a negative zero is a zero; everything else keeps its bits
    np.testing.assert_array_equal(read.data["wgi_va_est"], given_table.data["wgi_va_est"])
    assert read.coverage == given_table.coverage
    assert read.zero_inside == given_table.zero_inside


def test_same_table_same_bytes_in_any_order_of_columns():
    one = table([1.0, 2.0, 3.0])
    other = replace(one, data=one.data[["wgi_va_est", "year", "country_id"]])
    assert further.table_bytes(one, licence="CC-BY-4.0") == further.table_bytes(other, licence="CC-BY-4.0")


@pytest.mark.parametrize(
    ("years", "release", "stands"),
    [
        ((1996, 2023), "2024", True),  # the same release
        ((1996, 2024), "2025", True),  # a newer one that reaches further
        ((1996, 2022), "2025", False),  # shorter at the end
        ((2002, 2024), "2025", False),  # shorter at the beginning
        ((1996, 2023), "2022", False),  # an older one of the same years
    ],
)
def test_a_shorter_release_never_shortens(years, release, stands):
    values = np.ones(years[1] - years[0] + 1)
    one = table(values, years=years, release=release, source=f"wgi-{release}")
    assert further.reaching_bundled(one, {}) == ({"wgi_va_est"} if stands else set())
    assert further.reaching_bundled(one, {"wgi": release}) == {"wgi_va_est"}
    left = {name for other in further.bundled_beside([one] if stands else [], {}) for name in other.coverage}
    assert ("wgi_va_est" in left) is not stands


def test_beside_a_release_asked_for_the_bundle_holds_no_other_of_its_dataset():
    """Estimates of others that are only distributed with a release are no part of it."""
    left = {name for other in further.bundled_beside([], {"vdem": "15"}) for name in other.coverage}
    by_source = {one.source: set(one.coverage) for one in further.bundled_releases()}
    assert by_source["vdem-15"] | by_source["vdem-13-e_pop"] | by_source["wdi-2024"] <= left
    assert not left & (by_source["vdem-12"] | by_source["vdem-11"])


def test_a_variable_that_the_bundle_lacks_is_always_taken():
    assert further.reaching_bundled(table([1.0, 2.0, 3.0], name="wgi_other"), {}) == {"wgi_other"}


def test_a_file_of_the_bundle_that_says_nothing_is_refused(tmp_path):
    path = tmp_path / "wgi-2024.parquet"
    pq.write_table(pa.table({"country_id": [625]}), path)
    with pytest.raises(DataIntegrityError, match=r"wgi-2024\.parquet does not"):
        further._document(path, pq.read_schema(path).metadata)


def test_a_source_that_is_not_registered_is_refused():
    document = {"source": "nowhere-1"}
    with pytest.raises(DataIntegrityError, match=r"'nowhere-1' of x\.parquet is not\. Add the entry"):
        further._release(Path("x.parquet"), document)


def test_a_folder_with_a_shorter_release_leaves_the_bundle(tmp_path):
    rows = "SDN,2000,va,-1.5,0.2\nTCD,2000,va,-1.1,0.2\nTCD,2002,va,-1.2,0.2\n"
    (tmp_path / "wgi.csv").write_text(f"code,year,indicator,estimate,stddev\n{rows}")
    panel, bundle = rtop.load_panel(data_dir=tmp_path), rtop.load_panel()
    pd.testing.assert_series_equal(panel.frame["wgi_va_est"], bundle.frame["wgi_va_est"])
    (file,) = panel.files.to_dict("records")
    assert (file["used"], file["note"]) == (False, "not needed: the bundle has its variables for more years")


def test_the_bundle_equals_a_folder_of_the_same_releases(full_panel):
    bundle = rtop.load_panel(last=full_panel.years[1])
    shared = [name for one in further.bundled_releases() for name in one.coverage]
    assert not set(shared) - set(full_panel.variables)
    assert bundle.frame[["country_id", "year"]].equals(full_panel.frame[["country_id", "year"]])
    for name in shared:
        np.testing.assert_array_equal(
            bundle.frame[name].to_numpy(), full_panel.frame[name].to_numpy(), err_msg=name
        )
        held, other = bundle.variables[name], full_panel.variables[name]
        assert replace(held, source="") == replace(other, source=""), name


def test_newer_years_go_on_where_a_variable_ends_and_move_no_other_value():
    panel = rtop.load_panel()
    before = {
        name: table for table in [*core_tables(), *further.further_bundled()] for name in table.coverage
    }
    newer = {name: table for table in further.newer_bundled() for name in table.coverage}
    assert {table.source for table in newer.values()} == {"vdem-16", "ucdp-candidate-2025"}
    for name, table in newer.items():
        last = before[name].coverage[name][1]
        assert table.coverage[name][0] == last + 1, name
        variable = panel.variables[name]
        assert (variable.last_year, variable.seams) == (2025, (last + 1,)), name
        assert variable.provisional == ((2025,) if table.source.startswith("ucdp") else ()), name
        old = before[name].data.set_index(["country_id", "year"])[name]
        held = panel.frame.set_index(["country_id", "year"])[name].reindex(old.index)
        both = old.notna() & held.notna()
        assert both.sum() > 0
        assert (old[both].astype(float) == held[both]).all(), name


def test_a_picked_release_gets_no_newer_years():
    core, rest = core_tables(), further.further_bundled()
    picked, _ = with_bundled_newer_years(core, rest, picks=["ucdp_brd"])
    lasts = {name: last for table in picked for name, (_, last) in table.coverage.items()}
    assert (lasts["ucdp_battle_deaths"], lasts["ucdp_osv_government_deaths"]) == (2024, 2025)


def test_licences_of_the_newer_tables_are_listed():
    registered = tomllib.loads((ROOT / "datasets" / "sources.toml").read_text())
    listed = (ROOT / "datasets" / "LICENSES.md").read_text()
    for table in further.newer_bundled():
        assert registered[table.source]["licence"] in ALLOWED
        assert f"`{table.source}.parquet`" in listed
