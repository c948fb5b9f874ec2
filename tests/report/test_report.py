"""The report: every number equals the tables, nothing is loaded, nothing is injected, every state is drawn."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex, to_rgb

import rtop_forecast as rtop
from rtop_forecast.evaluation import score_table
from rtop_forecast.features import CATALOGUE
from rtop_forecast.plot.columns import PALETTE
from rtop_forecast.plot.maps import map_colours
from rtop_forecast.plot.shapes import cut_at_antimeridian, shapes
from rtop_forecast.report import figures
from rtop_forecast.report.figure_files import FIGURES
from rtop_forecast.report.sentences import PHRASES
from rtop_forecast.report.words import Words, slug

WORDS = Words()
natural_frequency, percent, times, two_digits = (
    WORDS.natural_frequency, WORDS.percentage, WORDS.times, WORDS.two_digits,
)  # fmt: skip


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
            self.open = False
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self.open = True

    def handle_endtag(self, tag):
        if tag in ("td", "th", "table"):
            self.open = False

    def handle_data(self, data):
        if self.open:
            self.tables[-1][-1][-1] += data.strip()


def table_of(page, name):
    """Rows of the table with an id, less its head."""
    cells = Cells()
    start = page.index(f'id="{name}"')
    cells.feed("<table " + page[start : page.index("</table>", start)])
    return cells.tables[0][1:]


def test_numbers_of_the_page_equal_the_tables(parts, written):
    forecast, result = parts
    page = written["index.html"].read_text()
    ranking = forecast.ranking()
    for row, shown in zip(ranking.to_dict("records"), table_of(page, "ranking-table"), strict=True):
        assert shown[0] == str(row["rank"])
        assert shown[1].startswith(row["name"])
        assert shown[2:6] == [
            percent(row["prob"]),
            f"{percent(row['prob_low'])} to {percent(row['prob_high'])}",
            f"{row['rank_low']}-{row['rank_high']}",
            "\u2013" if np.isnan(row["prob_last_year"]) else percent(row["prob_last_year"]),
        ]
        assert f'<details id="{slug(row["name"])}">' in page
    table = pd.read_csv(written["ranking.csv"], converters={"prob": float})
    assert table["prob"].tolist() == ranking["prob"].tolist()
    for shown, (_, row) in zip(table_of(page, "scores"), result.score_frame().iterrows(), strict=True):
        assert shown[1] == two_digits(row["value"])
        assert shown[2] == f"{two_digits(row['low'])} to {two_digits(row['high'])}"
    for shown, (_, row) in zip(table_of(page, "groups"), result.by_group().iterrows(), strict=True):
        assert shown[3] == two_digits(row["calibration_slope"])


def test_the_set_marked_under_way_equals_the_list_of_episodes(parts, written):
    forecast, result = parts
    page = written["index.html"].read_text()
    recent = result.events[result.events["year"].between(2022, 2024) & (result.events["ongoing"] == 1)]
    episodes = set(recent["country_id"])
    ranking = forecast.ranking()
    named = set(ranking.loc[ranking["country_id"].isin(episodes), "name"])
    assert {row[0].removesuffix("changed").strip() for row in table_of(page, "list-under_way")} == named
    assert {row[1] for row in table_of(page, "ranking-table") if "under way" in row[1]} == {
        one[1]
        for one in table_of(page, "ranking-table")
        if one[1].removesuffix("changed").removesuffix("under way") in named
    }


def test_only_states_whose_interval_of_the_change_excludes_none_are_movers(parts, written):
    page = written["index.html"].read_text()
    table = parts[0].ranking()
    clear = table[(table["change_odds_low"] > 1) | (table["change_odds_high"] < 1)]
    assert 0 < len(clear) < len(table)
    assert {row[0] for row in table_of(page, "movers")} == set(clear["name"])
    for row in clear.to_dict("records"):
        low, high = times(row["change_odds_low"]), times(row["change_odds_high"])
        assert f"{times(row['change_odds'])} ({low} to {high})" in page
    for name, _, change, features in table_of(page, "movers"):
        factors = [float(one) for one in re.findall(r"\(\u00d7([\d.]+)\)", features)]
        assert factors or features == "many small changes"
        assert all((one > 1) == (float(change[1:5]) > 1) for one in factors), name
    assert page.count("Changed clearly") == len(clear)
    assert page.count("No clear change") == table["change_odds"].notna().sum() - len(clear)


def test_the_page_loads_nothing_and_offers_what_lies_beside_it(written):
    page = written["index.html"].read_text()
    assert not re.search(r'(src|href)="https?:', page)
    assert "url(http" not in page
    assert "@import" not in page
    assert written["index.html"].stat().st_size < 2_000_000
    offered = set(re.findall(r'href="([^"#]+)" download', page))
    assert offered == set(written) - {"index.html"}
    assert {f"{name}.{kind}" for name in FIGURES for kind in ("svg", "pdf", "png")} < offered
    assert len(re.findall(r'<svg class="tr" role="img" aria-label="Trend', page)) == page.count(
        "<details id="
    )


def test_data_follow_their_schema(parts, written):
    document, schema = (json.loads(written[name].read_text()) for name in ("data.json", "data.schema.json"))
    assert set(document) == set(schema["required"])
    for name, rule in schema["properties"].items():
        if rule.get("items", {}).get("type") == "object":
            assert all(set(row) == set(rule["items"]["required"]) for row in document[name]), name
    assert [row["prob"] for row in document["ranking"]] == parts[0].ranking()["prob"].tolist()


def test_every_feature_of_the_catalogue_has_its_sentence():
    assert {spec.name for spec in CATALOGUE} == set(PHRASES)


def test_a_brief_stands_alone(parts, tmp_path):
    forecast, result = parts
    text = rtop.write_brief(forecast, result, tmp_path / "brief.html", state="South Sudan").read_text()
    row = forecast.frame.set_index("name").loc["South Sudan"]
    assert f"{percent(row['prob_low'])} to {percent(row['prob_high'])}" in text
    assert natural_frequency(row["prob"]).capitalize() in text
    assert "<script" not in text
    with pytest.raises(rtop.InputError, match="did you mean South Sudan"):
        rtop.write_brief(forecast, result, tmp_path / "other.html", state="South Sudann")
    with pytest.raises(rtop.InputError, match="folder"):
        rtop.write_brief(forecast, result, tmp_path, state="Sudan")
    assert [one.name for one in tmp_path.iterdir()] == ["brief.html"]


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
    figure = figures.map_figure(forecast, WORDS)
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
        figures.map_figure(replace(forecast, frame=ranking.assign(country_id=9999, origin_year=2024)), WORDS)


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


def test_figures_draw_in_the_style_of_the_report(parts):
    forecast, result = parts
    drawn = {
        "reliability": figures.reliability_figure(result, WORDS, draws=50),
        "ranking": figures.ranking_figure(forecast, WORDS),
        "expected": figures.expected_observed_figure(result, WORDS),
    }
    for name, figure in drawn.items():
        figure.canvas.draw()
        (axes,) = figure.axes
        assert axes.get_xlabel(), name
        assert not axes.spines["top"].get_visible(), name
        colours = {to_hex(line.get_color()).upper() for line in axes.lines}
        assert colours <= {*PALETTE, "#000000", "#888888"}, name
    assert {text.get_fontsize() for text in drawn["reliability"].axes[0].texts} == {7}


@pytest.mark.slow
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
        assert line[1] == two_digits(row["value"])
        assert line[3] == two_digits(row["peer_value"])
        assert line[4] == f"{two_digits(row['peer_low'])} to {two_digits(row['peer_high'])}"
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
    stored = pd.read_csv(written["mechanisms.csv"], dtype=str, keep_default_na=False)
    for row in forecast.ranking().to_dict("records"):
        brief = page[page.index(f'<details id="{slug(row["name"])}"') :]
        brief = brief[: brief.index("</details>")]
        cells = Cells()
        cells.feed(brief)
        (shown,) = (one for one in cells.tables if one[0][0] == "Mechanism")
        shown = [line for line in shown if len(line) == 4][1:]
        table = rtop.list_mechanisms(row["country_id"], as_of=forecast.issued)
        rows = table[table["source"] != ""]
        assert [line[0] for line in shown] == rows["mechanism"].tolist()
        assert [sources[int(line[3]) - 1] for line in shown] == rows["source"].tolist()
        for line, one in zip(shown, rows.to_dict("records"), strict=True):
            assert line[1] == "; ".join(filter(None, (one["status"], one["note"])))
            assert line[2] == (f"{one['date']} to {one['until']}" if one["until"] else one["date"])
        for name in table.loc[table["source"] == "", "mechanism"]:
            assert html.escape(name) in brief
        own = stored[stored["country_id"] == str(row["country_id"])]
        assert own[table.columns].to_numpy().tolist() == table.to_numpy().tolist()
    assert "not a party" not in page


def test_numbers_of_every_brief_and_of_the_record_equal_the_tables(parts, written):
    page = written["index.html"].read_text()
    tables = {name: pd.read_csv(written[f"{name}.csv"]) for name in ("factors", "reasons", "record")}
    factors, reasons = (dict(list(tables[name].groupby("country_id"))) for name in ("factors", "reasons"))
    for row in parts[0].ranking().to_dict("records"):
        brief = page[page.index(f'<details id="{slug(row["name"])}"') :]
        brief = brief[: brief.index("</details>")]
        assert f"{percent(row['prob_low'])} to {percent(row['prob_high'])}" in brief
        assert f"somewhere from {row['rank_low']} to {row['rank_high']} of" in brief
        shown = re.findall(r"<li>[^<]+ <b>(.*?)</b> <i>.*? (\d+)/(\d+)</i>", brief)
        for (odds, observed, features), one in zip(
            shown, factors[row["country_id"]].to_dict("records"), strict=True
        ):
            assert odds == ("no data" if np.isnan(one["odds"]) else times(one["odds"]))
            assert (int(observed), int(features)) == (one["observed"], one["features"])
        for one in reasons.get(row["country_id"], pd.DataFrame()).to_dict("records"):
            assert f"{html.escape(one['sentence'])}. {times(one['odds'])}" in brief.replace("&#39;", "&#x27;")
    cells = Cells()
    cells.feed(page[page.index('id="record"') :])
    shown = [line for one in cells.tables if one[0][0] == "Origin" for line in one[1:]]
    recent = tables["record"][tables["record"]["origin_year"] > tables["record"]["origin_year"].max() - 10]
    assert sorted(shown) == sorted(
        [str(one["origin_year"]), one["name"], percent(one["prob"]), str(one["rank"])]
        for one in recent.to_dict("records")
    )
