"""The script that a newcomer writes from the tutorials runs to a ranking and a report."""

from __future__ import annotations

import random
import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "tutorials" / "7_all_your_own.py"


@pytest.mark.slow
def test_all_of_it_your_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    state = np.random.get_state(), random.getstate()  # noqa: NPY002
    names = runpy.run_path(str(SCRIPT))
    np.random.set_state(state[0])  # noqa: NPY002
    random.setstate(state[1])
    ranking = names["fc"].ranking()
    assert len(ranking) > 150
    assert ranking["rank"].tolist() == sorted(ranking["rank"])
    assert (ranking["prob_low"] <= ranking["prob"]).all()
    written = pd.read_csv(tmp_path / "pogroms-2025" / "ranking.csv")
    np.testing.assert_allclose(written["prob"], ranking["prob"], rtol=1e-6)
    page = (tmp_path / "pogroms-2025" / "index.html").read_text(encoding="utf-8")
    assert "pogrom" in page
    assert "survey" in names["fc"].attributions("Sudan").to_frame()["source"].str.cat()
    # the page speaks of this outcome, not of mass killing
    assert "<h1>Where could it happen that a new episode of pogrom begins in 2025-2026?</h1>" in page
    assert "Events of the user&#39;s own, called pogrom." in page
