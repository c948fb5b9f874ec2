"""Past state-years that are most alike: by the model's own contributions, computed once for the same model and rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import rtop_forecast as rtop
from rtop_forecast.report import alike, movers
from rtop_forecast.report.alike import ALIKE, Alike
from rtop_forecast.report.contents import with_clear
from rtop_forecast.report.movers import find_movers
from rtop_forecast.report.words import Words


@pytest.fixture
def own_cache(tmp_path, monkeypatch, remembering):
    monkeypatch.setenv("RTOP_CACHE", str(tmp_path / "cache"))


def never(*_, **__):
    pytest.fail("computed again")


def test_the_nearest_are_those_of_the_models_contributions(parts):
    forecast, _ = parts
    basis = forecast.basis
    found = Alike.of(forecast, Words())
    rows = basis.rows.keys.merge(found.keys[["country_id", "year"]], how="left", indicator=True)
    past = basis.fitted.contributions(basis.rows.matrix[(rows["_merge"] == "both").to_numpy()]).values
    now = basis.fitted.contributions(basis.matrix).values
    for place, country_id in list(enumerate(basis.keys["country_id"]))[::40]:
        distance = np.sqrt(((past - now[place]) ** 2).sum(axis=1))
        distance[found.keys["country_id"] == country_id] = np.inf
        nearest = np.argsort(distance, kind="stable")[:ALIKE]
        assert found.to(country_id)["followed"] == found.keys["outcome"].to_numpy()[nearest].sum()


def test_past_state_years_count_once_and_their_windows_had_closed(parts):
    forecast, _ = parts
    years = set(Alike.of(forecast, Words()).keys["year"])
    assert max(years) == forecast.origin_year - 2
    assert {(forecast.origin_year - year) % 2 for year in years} == {0}
    assert min(years) in (1975, 1976)


def test_the_same_model_and_rows_are_computed_once(parts, own_cache, monkeypatch):
    first = Alike.of(parts[0], Words())
    with monkeypatch.context() as patch:
        patch.setattr(alike, "contributions_of_many", never)
        again = Alike.of(parts[0], Words.of("fr"))
    np.testing.assert_array_equal(again.past, first.past)
    np.testing.assert_array_equal(again.now, first.now)
    # one value of one state of now
    basis = parts[0].basis
    matrix = basis.rows.matrix.copy()
    matrix.iloc[int(np.flatnonzero(basis.here)[0]), 0] += 1.0
    other = replace(parts[0], basis=replace(basis, rows=replace(basis.rows, matrix=matrix)))
    calls = []
    monkeypatch.setattr(
        alike, "contributions_of_many", lambda *given: calls.append(given) or first_rows(first)
    )
    Alike.of(other, Words())
    assert len(calls) == 1


def first_rows(found):
    return np.concatenate([found.past, found.now])


def test_nothing_is_kept_where_the_cache_is_off(parts, own_cache, monkeypatch):
    monkeypatch.setenv("RTOP_CACHE", "off")
    Alike.of(parts[0], Words())
    monkeypatch.setattr(alike, "contributions_of_many", never)
    with pytest.raises(pytest.fail.Exception, match="computed again"):
        Alike.of(parts[0], Words())


def test_movers_are_explained_once_for_the_same_forecast_and_backtest(parts, own_cache, monkeypatch):
    forecast, result = parts
    ranking = with_clear(forecast.ranking())
    first = find_movers(ranking, forecast, result)
    assert [row["country_id"] for row in first]
    sizes = [abs(np.log(row["change_odds"])) for row in first]
    assert sizes == sorted(sizes, reverse=True)
    with monkeypatch.context() as patch:
        patch.setattr(movers, "_moved", never)
        assert find_movers(ranking, forecast, result) == first
    calls = []
    monkeypatch.setattr(movers, "_moved", lambda asked, *_: calls.append(asked) or [{}] * len(asked))
    moved = replace(result, frame=result.frame.assign(raw_prob=result.frame["raw_prob"] * 0.999))
    for other in ((forecast, moved), (replace(forecast, basis=replace(forecast.basis, seed=7)), result)):
        find_movers(ranking, *other)
    assert len(calls) == 2
    country_id = first[0]["country_id"]
    find_movers(ranking[ranking["country_id"] == country_id], forecast, result)
    assert [number for number, _ in calls[-1]] == [country_id], "a brief asks for its own state alone"


def test_the_parts_of_a_mover_multiply_to_its_change(parts):
    forecast, result = parts
    row = find_movers(with_clear(forecast.ranking()), forecast, result)[0]
    before = forecast.basis.year_before(result)
    change = rtop.forecast(
        forecast.basis.unfitted, forecast.basis.features, _target(), origin=2023, backtest=result, draws=20
    )
    explained = rtop.explain_change(change, forecast, row["name"])
    assert before.origin_year == 2023
    for name, value in explained.parts.items():
        assert row["parts"][name] == pytest.approx(np.exp(value), rel=1e-9), name


def _target():
    return rtop.onset_target(rtop.load_panel())
