"""Sentences give natural values with their unit, whatever the scale of the column."""

from __future__ import annotations

import numpy as np
import pytest

import rtop_forecast as rtop
from rtop_forecast.explanation.words import natural, sentence
from rtop_forecast.features import CATALOGUE, FeatureSpec
from rtop_forecast.features.catalogue import GROUPS
from rtop_forecast.language import Language

ENTRY = {
    "name": "x",
    "label": "deaths in the year",
    "unit": "deaths",
    "risk_factors": (1,),
    "indicators": ("1.1",),
    "transform": "level",
    "variables": (),
    "sign": 1,
    "compute": lambda grid: grid.state_age,
}


@pytest.mark.parametrize(
    ("scale", "column"),
    [("identity", 12.0), ("log", np.log(12.0)), ("log1p", np.log(13.0)), ("difference of logs", 12.0)],
)
def test_a_sentence_gives_the_natural_value_and_its_unit(scale, column):
    spec = FeatureSpec(**{**ENTRY, "scale": scale})
    assert natural(spec, column) == pytest.approx(12.0, rel=1e-12)
    said = sentence(spec, Language(), value=column, reference=column, contribution=0.0, world=True)
    assert said == "deaths in the year: 12 deaths, world median 12: x1.00 on the odds"


def test_a_coding_is_not_repeated_behind_the_number():
    spec = FeatureSpec(**{**ENTRY, "label": "war", "unit": "", "coding": "0 or 1"})
    said = sentence(spec, Language(), value=1.0, reference=0.0, contribution=np.log(2), world=True)
    assert said == "war: 1, world median 0: x2.00 on the odds"


def test_an_unknown_value_is_said_to_be_so():
    said = sentence(
        FeatureSpec(**ENTRY), Language(), value=np.nan, reference=3.0, contribution=0.0, world=True
    )
    assert said == "deaths in the year: not known (world median 3 deaths): x1.00 on the odds"


def test_a_sentence_in_another_language_keeps_its_numbers():
    spec = next(one for one in CATALOGUE if one.name == "infant_mortality_log")
    said = sentence(
        spec, Language.of("fr"), value=np.log(54.6), reference=np.log(12.9), contribution=0.2, world=False
    )
    assert "mortalité infantile" in said
    assert "54,6 décès pour 1\u202f000 naissances vivantes" in said
    assert "référence 12,9" in said
    assert said.endswith("x1,22")


@pytest.mark.parametrize("entry", [{"scale": "log2"}, {"unit": ""}])
def test_a_feature_needs_a_scale_and_a_unit_or_coding(entry):
    with pytest.raises(rtop.InputError, match=r"scale|unit or a coding"):
        FeatureSpec(**{**ENTRY, **entry})


def test_no_label_or_unit_of_the_catalogue_names_a_logarithm():
    for spec in CATALOGUE:
        assert "logged" not in spec.label, spec.name
        if spec.scale != "difference of logs":
            assert "log" not in spec.unit.split(), spec.name


def test_the_catalogue_stands_in_the_order_of_its_groups():
    assert len(set(GROUPS)) == len(GROUPS)
    assert len({spec.name for spec in CATALOGUE}) == len(CATALOGUE)
    assert [spec.name for spec in CATALOGUE][:1] == ["mk_ongoing_count"]
