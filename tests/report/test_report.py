"""The report: every number equals the tables, nothing is loaded, nothing is injected, every state is drawn."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

import rtop_forecast as rtop
from rtop_forecast.evaluation import score_table
from rtop_forecast.models import BoostedTrees, ElasticNetLogit, LogOddsAverage
from rtop_forecast.report import figures
from rtop_forecast.report.page import natural_frequency, percent
from rtop_forecast.report.world_map import cut_at_antimeridian, draw_map, map_colours, shapes

MODEL = LogOddsAverage(
    [("net", ElasticNetLogit(lam=0.3, scaled=True)), ("trees", BoostedTrees(n_estimators=5, seeds=1))]
)


@pytest.fixture(scope="module")
def parts(core_names):
    panel = rtop.load_panel()
    features, target = rtop.build_features(panel, names=core_names), rtop.onset_target(panel)
    result = rtop.backtest(
        MODEL, features, target, origins=rtop.RollingOrigin(first=2013, last=2022), calibration_origins=5
    )
    return rtop.forecast(MODEL, features, target, origin=2024, backtest=result, draws=20), result


@pytest.fixture(scope="module")
def written(parts, tmp_path_factory):
    return rtop.write_report(*parts, tmp_path_factory.mktemp("report"))


class Cells(HTMLParser):
    """Text of the cells of each table, by row."""

    def __init__(self):
        super().__init__()
        self.tables, self.open = [], False

    def handle_starttag(self, tag, attributes):
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self.open = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.open = False

    def handle_data(self, data):
        if self.open:
            self.tables[-1][-1][-1] += data.strip()


def test_numbers_of_the_page_equal_the_tables(parts, written):
    forecast, result = parts
    page = written["index.html"].read_text()
    cells = Cells()
    cells.feed(page)
    ranking = forecast.ranking()
    for row, shown in zip(ranking.head(30).to_dict("records"), cells.tables[0][1:], strict=True):
        assert shown[:8] == [
            str(row["rank"]),
            row["name"],
            percent(row["prob"]),
            f"{percent(row['prob_low'])}-{percent(row['prob_high'])}",
            natural_frequency(row["prob"]),
            f"{row['rank_low']}-{row['rank_high']}",
            f"{100 * row['prob_top30']:.0f}%",
            "-" if np.isnan(row["prob_last_year"]) else percent(row["prob_last_year"]),
        ]
    table = pd.read_csv(written["ranking.csv"], converters={"prob": float})
    assert table["prob"].tolist() == ranking["prob"].tolist()
    assert page.count("<details id=") == len(ranking)
    for row in ranking.to_dict("records"):
        summary = re.search(rf'<details id="state-{row["country_id"]}"><summary>(.*?)</summary>', page).group(
            1
        )
        assert f"{percent(row['prob'])} ({percent(row['prob_low'])}-{percent(row['prob_high'])})" in summary
    scores = next(t for t in cells.tables if t[0][0] == "Score")[1:]
    for shown, (_, row) in zip(scores, result.score_frame().iterrows(), strict=True):
        assert shown[1] == f"{row['value']:.4f}"
    factors = forecast.explanation.by_risk_factor()
    briefs = [t for t in cells.tables if t[0][0] == "UN risk factor"]
    for brief, country_id in zip(briefs, ranking["country_id"], strict=True):
        assert len(brief) == 15
        for shown in brief[1:14]:
            number = int(shown[0].split()[0])
            assert shown[1] == f"x{np.exp(factors.loc[country_id, number]):.2f}"
        assert brief[14][2] == "no data"


def test_the_page_loads_nothing_and_says_what_each_figure_shows(written):
    page = written["index.html"].read_text()
    assert not re.search(r'(src|href)="https?:', page)
    assert "url(http" not in page
    assert "@import" not in page
    assert written["index.html"].stat().st_size < 6_000_000
    images = re.findall(r"<img [^>]*>", page)
    assert len(images) == 4
    for image in images:
        assert len(re.search(r'alt="([^"]*)"', image).group(1)) > 60
    assert len(re.findall(r'<svg role="img" aria-label="Trend', page)) == page.count("<details id=")


@pytest.mark.slow
def test_a_second_run_gives_the_same_bytes(parts, written, tmp_path):
    again = rtop.write_report(*parts, tmp_path)
    for name in ("index.html", "map.svg", "map.png", "ranking.csv", "provenance.json"):
        assert again[name].read_bytes() == written[name].read_bytes(), name


@pytest.mark.slow
def test_names_from_data_are_escaped(parts, tmp_path):
    forecast, result = parts
    evil = """<script>alert("x&y')</script>"""
    frame = forecast.frame.copy()
    frame.loc[0, "name"] = evil
    keys = forecast.explanation.keys.copy()
    keys.loc[keys["country_id"] == frame.loc[0, "country_id"], "name"] = evil
    attacked = replace(forecast, frame=frame, explanation=replace(forecast.explanation, keys=keys))
    page = rtop.write_report(attacked, result, tmp_path)["index.html"].read_text()
    assert evil not in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(&#34;x&amp;y&#39;)&lt;/script&gt;" in page


def test_every_ranked_state_is_drawn_in_the_colour_of_its_probability(parts):
    forecast, _ = parts
    ranking = forecast.ranking()
    figure = draw_map(ranking, year=2024, title="Risk")
    drawn = {}
    for patch in figure.axes[0].patches:
        if patch.get_gid():
            drawn.setdefault(int(patch.get_gid().removeprefix("state-")), patch)
    assert set(drawn) == set(ranking["country_id"])
    colours = map_colours(ranking.set_index("country_id")["prob"])
    for number, patch in drawn.items():
        assert np.allclose(patch.get_facecolor()[:3], to_rgb(colours[number]))
    dots = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert len(dots) > 20
    names = {name for number, name in shapes(2024) if number == 0}
    assert {"Somaliland", "W. Sahara", "Palestine"} <= names
    assert {347, 713} <= set(drawn)  # Kosovo, Taiwan
    with pytest.raises(rtop.DataIntegrityError, match="GW 9999"):
        draw_map(ranking.assign(country_id=9999), year=2024, title="Risk")


def test_colours_darken_steadily_for_greyscale():
    prob = pd.Series(np.geomspace(0.001, 0.2, 50))
    grey = np.array([np.dot(to_rgb(colour), [0.2126, 0.7152, 0.0722]) for colour in map_colours(prob)])
    assert (np.diff(grey) < 0).all()


def test_rings_are_cut_where_they_cross_the_antimeridian():
    ring = np.array([[170.0, 0], [-170, 0], [-170, 10], [170, 10], [170, 0]])
    west, east = sorted(cut_at_antimeridian(ring), key=lambda part: part[:, 0].min())
    assert (west[:, 0].min(), west[:, 0].max()) == (-180, -170)
    assert (east[:, 0].min(), east[:, 0].max()) == (170, 180)
    inside = np.array([[10.0, 0], [20, 0], [20, 10], [10, 0]])
    np.testing.assert_array_equal(cut_at_antimeridian(inside)[0], inside)


def test_other_horizon_is_refused(parts, tmp_path):
    forecast, result = parts
    with pytest.raises(rtop.InputError, match="years ahead"):
        rtop.write_report(forecast, replace(result, horizon=3), tmp_path / "x")
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    "name", ["reliability", "murphy", "ranges", "expected", "waterfall", "heatmap", "case"]
)
def test_figures_draw(parts, name):
    forecast, result = parts
    frame = result.frame
    drawn = {
        "reliability": lambda: figures.reliability_figure(frame["outcome"], frame["prob"], draws=50),
        "murphy": lambda: figures.murphy_figure(
            frame["outcome"], {"a": frame["prob"], "b": frame["raw_prob"]}
        ),
        "ranges": lambda: figures.rank_ranges_figure(forecast.ranking()),
        "expected": lambda: figures.expected_observed_figure(frame),
        "waterfall": lambda: figures.waterfall(forecast.attributions("Sudan")),
        "heatmap": lambda: figures.heatmap(
            forecast.explanation, states=forecast.ranking()["country_id"].head(9).tolist()
        ),
        "case": lambda: figures.case_figure(result.case("Burkina Faso", 2013, 2022)),
    }[name]()
    drawn.canvas.draw()
    axes = drawn.axes[0]
    assert axes.get_xlabel() or axes.get_title(loc="left") or name == "heatmap"


def test_a_peer_is_scored_on_the_forecasts_that_both_made(parts, tmp_path):
    forecast, result = parts
    peer = result.frame[["country_id", "origin_year", "prob"]].iloc[::2].assign(prob=lambda t: t["prob"] / 2)
    extra = peer.iloc[[0]].assign(country_id=9999)
    peers = {"A <b>peer</b>": pd.concat([peer, extra], ignore_index=True)}
    written = rtop.write_report(forecast, result, tmp_path, peers=peers)
    table = pd.read_csv(written["peers.csv"]).set_index("score")
    half = result.frame.iloc[::2]
    assert table["forecasts"].eq(len(half)).all()
    expected = score_table(half["outcome"], half["prob"] / 2, groups=half["origin_year"])
    for score, row in table.iterrows():
        assert row["peer_value"] == pytest.approx(expected[score], abs=1e-12), score
    assert table.loc["auc", "value"] == table.loc["auc", "peer_value"], "halving keeps the order"
    cells = Cells()
    page = written["index.html"].read_text()
    cells.feed(page)
    shown = next(t for t in cells.tables if t[0][0] == "Beside A <b>peer</b>")[1:]
    for line, (_, row) in zip(shown, table.iterrows(), strict=True):
        assert line[1] == f"{row['value']:.4f}"
        assert line[3] == f"{row['peer_value']:.4f}"
        assert line[4] == f"{row['peer_low']:.4f} to {row['peer_high']:.4f}"
    assert "<b>peer</b>" not in page
    with pytest.raises(rtop.InputError, match="share no forecast"):
        rtop.write_report(forecast, result, tmp_path / "x", peers={"none": extra})
    with pytest.raises(rtop.InputError, match="prob is missing"):
        rtop.write_report(forecast, result, tmp_path / "x", peers={"none": extra.drop(columns="prob")})
    assert not (tmp_path / "x").exists(), "bad input writes nothing"


def test_the_page_lists_mechanisms_as_their_tables_have_them(parts, written):
    forecast, _ = parts
    page = written["index.html"].read_text()
    sources = re.search(r'id="mechanism-sources".*?<ol[^>]*>(.*?)</ol>', page, re.DOTALL).group(1)
    sources = [html.unescape(one) for one in re.findall(r"<li>(.*?)</li>", sources)]
    for country_id in (432, 625, 710):
        brief = page[page.index(f'id="state-{country_id}"') :]
        brief = brief[: brief.index("</details>")]
        cells = Cells()
        cells.feed(brief)
        shown = [row for row in next(t for t in cells.tables if t[0][0] == "Mechanism") if len(row) == 4][1:]
        table = rtop.list_mechanisms(country_id, as_of=forecast.issued)
        assert not table["status"].str.contains("not a party").any()
        rows = table[table["source"] != ""]
        assert [row[0] for row in shown] == rows["mechanism"].tolist()
        assert [sources[int(row[3]) - 1] for row in shown] == rows["source"].tolist()
        assert [row[1].split(";")[0] for row in shown] == rows["status"].tolist()
        for name in table.loc[table["source"] == "", "mechanism"]:
            assert html.escape(name) in brief
    assert "not a party" not in page
