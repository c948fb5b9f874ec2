from __future__ import annotations

import pytest

import rtop_forecast as rtop
from rtop_forecast.sources.registry import registry


def test_a_panel_is_cited_with_every_source_behind_it():
    text = rtop.cite(rtop.load_panel())
    for part in (
        "Gleditsch, N. P.",
        "Coppedge, M.",
        "Early Warning Project (2025)",
        "Powell, J. M.",
        "rtop_forecast",
    ):
        assert part in text
    assert len(text.splitlines()) == len(set(text.splitlines())) > 20


def test_only_what_was_used_is_cited():
    assert "Political Terror Scale" not in rtop.cite(rtop.load_panel())
    assert "Political Terror Scale" in rtop.cite("pts")
    assert "rtop_forecast" in rtop.cite()


def test_every_registered_release_can_be_cited_in_both_styles():
    for key in registry():
        assert rtop.cite(key).strip()
        assert rtop.cite(key, style="bibtex").startswith("@misc{")


def test_bibtex_parts_the_authors():
    entry = rtop.cite("ucdp-brd-25.1", style="bibtex")
    assert "author = {Davies, S. and Pettersson, T. and Sollenberg, M. and Öberg, M.}" in entry
    assert "year = {2025}" in entry


def test_several_names_and_unknown_ones():
    assert len(rtop.cite(["pts", "wgi"]).splitlines()) == 2
    with pytest.raises(rtop.InputError, match="did you mean"):
        rtop.cite("polity")
    with pytest.raises(rtop.InputError, match="style must be text or bibtex"):
        rtop.cite("pts", style="apa")
    with pytest.raises(rtop.InputError, match="got int"):
        rtop.cite(3)
