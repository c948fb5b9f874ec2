"""The page and the briefs tell of provisional episodes where a forecast does, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest

import rtop_forecast as rtop
from rtop_forecast.report.provisional import provisional_rows
from rtop_forecast.report.words import Words


@pytest.fixture(scope="module")
def told(parts):
    """Forecast that knows the project's list, as one issued after it would."""
    forecast, result = parts
    frame = rtop.load_provisional_episodes().frame
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    known = {"file": "episodes.csv", "sha256": "0" * 64, "rows": rows, "later": 0}
    return replace(forecast, provenance={**forecast.provenance, "provisional": known}), result


def test_the_new_ones_stand_first_with_their_sources(told):
    rows = provisional_rows(told[0], Words())
    assert [row["name"] for row in rows[:2]] == ["Iran", "Syria"]
    assert rows[1]["text"].startswith(
        "A new episode began in 2025, after the origin and so in the window (state-led)"
    )
    assert all(row["address"].startswith("https://") for row in rows)
    assert provisional_rows(told[0], Words.of("fr"))[1]["name"] == "Syrie"


def test_the_page_has_a_table_and_tags(told, parts, tmp_path):
    page = rtop.write_report(*told, tmp_path / "told")["index.html"].read_text(encoding="utf-8")
    assert '<table class="cards" id="provisional">' in page
    assert '<a href="https://ucdp.uu.se/downloads/">ucdp-ged-months-2025-candidate' in page
    assert (
        page.count("From the provisional list of episodes, from which no outcome is coded:") == 6
    )  # one per state
    assert '<span class="tag">provisional list</span>' in page
    plain = rtop.write_report(*parts, tmp_path / "plain")["index.html"].read_text(encoding="utf-8")
    assert "rovisional list" not in plain
    assert "rovisional episodes" not in plain


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_brief_tells_of_its_own_state(told, tmp_path, lang):
    texts = {
        state: rtop.write_brief(*told, tmp_path / f"{state}.html", state=state, lang=lang).read_text(
            encoding="utf-8"
        )
        for state in ("Syria", "Chad")
    }
    head = Words.of(lang).say("brief.provisional")
    assert head in texts["Syria"]
    assert "1,824" in texts["Syria"] or lang != "en"
    assert head not in texts["Chad"]
