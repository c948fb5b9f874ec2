"""The audit of the bundled tables: nothing unexplained, and an altered cell is noticed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from rtop_forecast.storage.bundled import datasets_dir

pytestmark = pytest.mark.slow  # it compares hundreds of thousands of cells

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def modules() -> Iterator[dict[str, ModuleType]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "benchmarks")
        import bundle_audit
        from bundle_checks import codes, tally, treaties, violence

        yield {
            "audit": bundle_audit,
            "codes": codes,
            "tally": tally,
            "treaties": treaties,
            "violence": violence,
        }


@pytest.fixture(scope="module")
def result(modules, data_dir, more_dir):
    return modules["audit"].audit(data_dir, more_dir)


def test_every_difference_has_a_rule(result):
    assert result["unexplained"] == 0, [one for one in result["results"] if one["unexplained"]]
    assert result["cells"] == result["agree"] + result["explained"]
    assert result["cells"] > 500_000
    built = {path.stem for path in (datasets_dir() / "core").glob("*.csv")}
    # coverage and revisions are statements about the other tables
    assert built - set(result["tables"]) == {"coverage", "episode_revisions"}


def test_one_sided_deaths_are_those_of_the_country_year_dataset(result):
    first, same_actors, events = (one for one in result["results"] if one["table"] == "one_sided")
    assert first["agree"] + sum(first["explained"].values()) == first["cells"]
    assert same_actors["agree"] == same_actors["cells"] > 200
    assert events["unexplained"] == 0


def test_the_page_has_what_the_audit_prints(modules, result):
    page = (datasets_dir() / "audit.md").read_text(encoding="utf-8")
    assert modules["audit"].markdown(result) in page


def test_an_altered_cell_is_unexplained(modules, data_dir, more_dir, monkeypatch):
    violence = modules["violence"]
    plain = violence.core

    def altered(name: str) -> pd.DataFrame:
        table = plain(name)
        if name == "one_sided":
            table.loc[(table["country_id"] == 517) & (table["year"] == 1994), "government_deaths"] -= 1
        return table

    monkeypatch.setattr(violence, "core", altered)
    first = violence.comparisons(data_dir, more_dir)[0]
    assert first.unexplained == 1
    assert first.examples[0]["country_id"] == 517


def test_a_later_deposit_in_another_year_is_unexplained(modules, data_dir, more_dir, monkeypatch):
    treaties = modules["treaties"]
    plain = treaties.core

    def altered(name: str) -> pd.DataFrame:
        table = plain(name)
        table.loc[(table["country_id"] == 625) & (table.get("treaty") == "cat"), "year"] = 2019
        return table

    monkeypatch.setattr(treaties, "core", altered)
    *_, totals, _, named = treaties.comparisons(data_dir, more_dir)
    assert named.unexplained == 1
    assert named.examples[0]["country_id"] == 625
    assert [(one["treaty"], one["year"], one["ours"]) for one in totals.examples] == [("cat", 2020, 172)]


def test_a_code_of_another_state_is_unexplained(modules, data_dir, more_dir, monkeypatch):
    codes = modules["codes"]
    plain = codes.with_country_id

    def altered(frame: pd.DataFrame, *, code: str, system: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        matched, unmatched = plain(frame, code=code, system=system)
        if system == "iso2":
            matched.loc[matched["country_id"] == 500, "country_id"] = 501
        return matched, unmatched

    monkeypatch.setattr(codes, "with_country_id", altered)
    failed = [one for one in codes.comparisons(data_dir, more_dir) if one.unexplained]
    assert [one.unexplained for one in failed] == [1]
    assert failed[0].examples[0]["iso3c"] == "UGA"


def test_a_rule_explains_a_cell_once(modules):
    cells = pd.DataFrame({"x": [1, 2, 3, 4]})
    rules = [("a", cells["x"] >= 3), ("b", cells["x"] >= 2)]
    one = modules["tally"].tally(cells, cells["x"] == 4, rules, table="t", second_source="s", what="w")
    assert (one.cells, one.agree, one.unexplained) == (4, 1, 1)
    assert one.explained == {"a": 1, "b": 1}
    assert one.to_dict()["agreement"] == 0.25
