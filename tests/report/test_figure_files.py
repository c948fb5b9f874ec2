"""Figures are the same files whoever draws them."""

from __future__ import annotations

import pytest

from rtop_forecast.report import figure_files
from rtop_forecast.report.figure_files import FIGURES, drawing, figure_kinds
from rtop_forecast.report.words import Words


@pytest.mark.slow
def test_figures_drawn_beside_are_the_same_bytes(parts):
    counts, words = parts[1].counts(), Words()
    files = []
    for n_jobs in (1, 2):
        with drawing(*parts, words, counts=counts, n_jobs=n_jobs) as finish:
            files.append(finish())
    assert set(files[0]) == {f"{name}.{kind}" for name in FIGURES for kind in figure_kinds(words)}
    assert files[0] == files[1]


def test_counts_at_hand_are_not_computed_again(parts, monkeypatch):
    counts = parts[1].counts()
    drawn = [
        figure_files.drawn(*parts, Words(), counts=given, names=["expected"])["expected"]
        for given in (None, counts)
    ]
    one, other = (figure_files.figure_bytes(figure, "svg") for figure in drawn)
    assert one == other
    monkeypatch.setattr(type(parts[1]), "counts", lambda *_, **__: pytest.fail("computed again"))
    figure_files.drawn(*parts, Words(), counts=counts, names=["expected"])
