"""The expected sign of no feature contradicts what its variable's codebook says of high values."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from rtop_forecast.features import CATALOGUE

TABLE = Path(__file__).parents[2] / "datasets" / "annotations" / "feature_codebook.csv"
README = TABLE.parents[1] / "README.md"
COLUMNS = {"variable", "higher_is", "lowest", "highest", "source", "checked"}
HARM, PROTECTION, NEITHER = "harm", "protection", "neither"
#: A feature whose sign says something else than "more of the variable": distance from semi-democracy.
OTHER = "vdem_v2x_polyarchy_extreme"


def codebook():
    with TABLE.open(encoding="utf-8", newline="") as handle:
        return {row["variable"]: row for row in csv.DictReader(handle)}


def test_every_variable_of_the_catalogue_has_its_codebook_in_words():
    rows = codebook()
    wanted = {name for spec in CATALOGUE for name in spec.variables}
    assert wanted - set(rows) == set()
    assert set(rows) - wanted == set()
    for row in rows.values():
        assert row["higher_is"] in (HARM, PROTECTION, NEITHER)
        assert row["lowest"]
        assert row["highest"]
        assert row["source"]
        assert set(row) == COLUMNS


def test_the_readme_says_how_many_rows_were_checked_against_a_text():
    rows = codebook().values()
    checked = sum(bool(row["checked"].strip()) for row in rows)
    assert f"{checked} of the {len(rows)} rows" in README.read_text(encoding="utf-8")


@pytest.mark.parametrize("spec", CATALOGUE, ids=lambda spec: spec.name)
def test_no_expected_sign_contradicts_the_codebook(spec):
    rows = codebook()
    if not spec.variables or spec.name == OTHER:
        return
    # a count per head is of the people counted, not of the inhabitants
    meant = {
        rows[name]["higher_is"] for name in spec.variables if name != "population" or len(spec.variables) == 1
    }
    meant -= {NEITHER}
    assert len(meant) <= 1, "a feature must not mix harm and protection"
    expected = {HARM: 1, PROTECTION: -1}.get(next(iter(meant), ""), 0)
    if spec.transform.startswith("years since"):
        expected = -expected
    assert expected == 0 or spec.sign in (0, expected), (spec.label, rows[spec.variables[0]])


def test_high_values_mean_the_same_in_the_data_as_in_the_codebook(full_panel):
    """States that are known for respecting people's rights, beside states that are known for not doing so, in 2015."""
    frame = full_panel.to_frame()
    good, bad = (
        [385, 380, 390, 920],
        [652, 731, 626, 531],
    )  # Norway, Sweden, Denmark, New Zealand; Syria, North
    rows = frame[frame["year"] == 2015].set_index("country_id")  # Korea, South Sudan, Eritrea
    checked = 0
    for name, row in codebook().items():
        if not name.startswith(("vdem_", "pts_", "cirights_", "freedom_house_", "polity5_xconst")):
            continue
        one, other = rows[name].reindex(good).mean(), rows[name].reindex(bad).mean()
        if name in ("vdem_v2elintim", "vdem_v2jureform_ord") or one != one or other != other:
            continue  # only in years of elections or of reforms
        checked += 1
        assert (one > other) == (row["higher_is"] == PROTECTION), (name, one, other)
    assert checked > 40


def test_civil_liberties_equal_in_all_regions_protect():
    """V-Dem's labels of v2clrgunev_ord: 0 uneven, 1 somewhat, 2 not (mm-prep/do/value_labels.do of its repository)."""
    spec = next(one for one in CATALOGUE if one.name == "vdem_v2clrgunev_ord_is_2")
    assert spec.sign == -1
    assert "equally strong in all regions" in spec.label
