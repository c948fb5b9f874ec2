"""Every figure draws into the axes given, shows the numbers of the tables and follows the settings."""

from __future__ import annotations

import html
import io
import re
from dataclasses import replace
from itertools import combinations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_hex, to_rgb
from matplotlib.text import Text

import rtop_forecast as rtop
from rtop_forecast.evaluation import murphy_curve, recall_at, reliability_curve
from rtop_forecast.plot.columns import PALETTE
from rtop_forecast.plot.maps import map_colours

FIGURES = {
    "ranking": lambda made, ax: rtop.plot.ranking(made.forecast, top=12, ax=ax),
    "risk_over_time": lambda made, ax: rtop.plot.risk_over_time(made.result, ["Sudan", "Chad"], ax=ax),
    "one_state": lambda made, ax: rtop.plot.risk_over_time(
        made.result, "Ethiopia", forecast=made.forecast, ranks=True, ax=ax
    ),
    "world_map": lambda made, ax: rtop.plot.world_map(made.forecast, ax=ax),
    "reliability": lambda made, ax: rtop.plot.reliability(made.result, bins=5, draws=30, ax=ax),
    "murphy": lambda made, ax: rtop.plot.murphy({"a": made.result, "b": made.other}, ax=ax),
    "expected_observed": lambda made, ax: rtop.plot.expected_observed(made.result, ax=ax),
    "recall_curve": lambda made, ax: rtop.plot.recall_curve(made.result, draws=40, ax=ax),
    "against_peer": lambda made, ax: rtop.plot.against_peer(made.result, made.peer, ax=ax),
    "waterfall": lambda made, ax: rtop.plot.waterfall(made.reasons, count=6, ax=ax),
    "by_factor": lambda made, ax: rtop.plot.waterfall(made.reasons, by="risk_factor", ax=ax),
    "change_waterfall": lambda made, ax: rtop.plot.change_waterfall(made.change, ax=ax),
    "factor_heatmap": lambda made, ax: rtop.plot.factor_heatmap(made.forecast, top=8, ax=ax),
    "coverage": lambda made, ax: rtop.plot.coverage(made.panel, ax=ax),
}
every_figure = pytest.mark.parametrize("name", FIGURES)


def line_of(axes, label):
    """Line that the legend calls so."""
    return next(line for line in axes.lines if line.get_label() == label)


def texts(axes):
    """Visible text within the figure that was drawn."""
    axes.figure.canvas.draw()
    return [text for text in axes.figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


def test_every_public_figure_is_tested():
    functions = {name for name in rtop.plot.__all__ if name not in {"Column", "column"}}
    assert functions <= set(FIGURES)


@every_figure
def test_draws_into_the_axes_given_beside_others(made, name):
    with rtop.plot.column("double"):
        figure, (left, right) = pyplot.subplots(1, 2, layout="constrained")
        assert FIGURES[name](made, right) is right
        figure.canvas.draw()
    assert not left.has_data()
    assert right.has_data()
    assert pyplot.get_fignums() == [figure.number], "no figure of its own"
    assert not right.get_title()


def clashes(axis):
    """Pairs of labels of an axis that overlap."""
    low, high = sorted(axis.get_view_interval())
    ticks = [
        tick for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high and tick.label1.get_text()
    ]
    boxes = [(tick.label1.get_text(), tick.label1.get_window_extent().shrunk(0.98, 0.9)) for tick in ticks]
    return [(one[0], other[0]) for one, other in combinations(boxes, 2) if one[1].overlaps(other[1])]


def words_of(text):
    return {"".join(line.split()) for line in text.split("\n")}


@every_figure
def test_fits_a_single_column_with_its_text_as_text(made, name):
    buffer = io.BytesIO()
    with rtop.plot.column("single"):
        axes = FIGURES[name](made, None)
        axes.figure.savefig(buffer, format="svg")
        outside = axes.figure.get_tightbbox()
    assert axes.figure.get_figwidth() == 3.5
    assert outside.x0 >= -0.01, "cut at the left"
    assert outside.x1 <= 3.51, "cut at the right"
    assert outside.y0 >= -0.01
    assert outside.y1 <= axes.figure.get_figheight() + 0.01
    assert clashes(axes.yaxis) == []
    if name != "factor_heatmap":  # the boxes of turned labels overlap, the labels do not
        assert clashes(axes.xaxis) == []
    legend = axes.get_legend().get_texts() if axes.get_legend() else []
    words = set().union(*(words_of(one.get_text()) for one in (*axes.texts, *legend)))
    words |= words_of(axes.get_xlabel()) | words_of(axes.get_ylabel()) if axes.axison else set()
    drawn = re.findall(r"<text.*?</text>", buffer.getvalue().decode(), re.DOTALL)
    written = {"".join(html.unescape(re.sub(r"<[^>]+>", "", one)).split()) for one in drawn}
    assert words - written <= {""}
    assert len(written) >= 4, "and those of the ticks"


def test_text_is_text_in_pdf(made):
    buffer = io.BytesIO()
    with rtop.plot.column("single"):
        rtop.plot.ranking(made.forecast).figure.savefig(buffer, format="pdf")
    assert b"/Type /Font" in buffer.getvalue()
    assert b"/Subtype /Type3" not in buffer.getvalue(), "outlines in the place of letters"


@every_figure
def test_text_follows_the_size_in_the_settings(made, name):
    sizes = []
    for size in (8.0, 16.0):
        relative = ("axes.labelsize", "xtick.labelsize", "ytick.labelsize", "legend.fontsize")
        with mpl.rc_context({"font.size": size, **dict.fromkeys(relative, "medium")}):
            axes = FIGURES[name](made, pyplot.figure(figsize=(12, 12)).subplots())
            sizes.append({text.get_fontsize() for text in texts(axes)})
            pyplot.close("all")
    assert max(sizes[0]) == 8.0
    assert sizes[1] == {2 * one for one in sizes[0]}


@every_figure
def test_colours_come_from_the_settings(made, name):
    cycle = mpl.cycler(color=["#112233", "#445566", "#778899"])
    with mpl.rc_context({"axes.prop_cycle": cycle, "text.color": "#ff00ff", "axes.facecolor": "#101010"}):
        axes = FIGURES[name](made, pyplot.figure().subplots())
    palette = {"#112233", "#445566", "#778899", "#ff00ff"}
    strange = set()
    for line in axes.lines:
        colour = to_hex(line.get_color())
        red, green, blue = to_rgb(colour)
        mixed = abs(red - blue) < 0.01 and green <= 0.07  # of the text's and the background's
        if colour not in palette and not mixed and name != "world_map":
            strange.add(colour)
    assert strange == set()


def test_ranking_shows_the_table(made):
    axes = rtop.plot.ranking(made.forecast, top=12)
    table = made.forecast.ranking().head(12)
    (line,) = axes.lines
    order = np.argsort(-line.get_ydata())
    np.testing.assert_array_equal(line.get_xdata()[order], table["prob"])
    spans = np.array([path[:, 0] for path in axes.collections[0].get_segments()])[order]
    np.testing.assert_array_equal(spans, table[["prob_low", "prob_high"]])
    labels = [text.get_text() for text in axes.get_yticklabels()][::-1]
    first = table.iloc[0]
    assert labels[0] == f"{first['name']}  1 ({first['rank_low']}-{first['rank_high']})"
    assert "90% interval" in axes.get_xlabel()
    plain = rtop.plot.ranking(made.forecast, top=3, ranks=False)
    assert [text.get_text() for text in plain.get_yticklabels()] == table["name"].head(3).tolist()[::-1]


def test_risk_over_time_shows_the_table_and_the_world(made):
    axes = rtop.plot.risk_over_time(made.result, ["Sudan", 483], forecast=made.forecast)
    frame = made.result.frame
    for name in ("Sudan", "Chad"):
        own = frame[frame["name"] == name].sort_values("origin_year")
        line = line_of(axes, name)
        shown = pd.Series(line.get_ydata(), index=line.get_xdata())
        np.testing.assert_array_equal(shown.loc[own["origin_year"]], own["prob"])
        row = made.forecast.frame.set_index("name").loc[name]
        assert shown[2024] == row["prob"]
        assert shown[2023] == row["prob_last_year"]
    world = line_of(axes, "mean of all states")
    means = frame.groupby("origin_year")["prob"].mean()
    np.testing.assert_allclose(world.get_ydata()[: len(means)], means, rtol=1e-12)
    assert world.get_ydata()[-1] == pytest.approx(made.forecast.frame["prob"].mean(), rel=1e-12)
    alone = rtop.plot.risk_over_time(made.result, "Chad", world=False)
    assert [line.get_label() for line in alone.lines] == ["Chad"]


def test_a_line_is_broken_where_the_state_was_not_ranked(made):
    frame = made.result.frame
    gap = (frame["name"] == "Chad") & (frame["origin_year"] == 2017)
    axes = rtop.plot.risk_over_time(replace(made.result, frame=frame[~gap]), "Chad")
    line = line_of(axes, "Chad")
    assert np.isnan(line.get_ydata()[list(line.get_xdata()).index(2017)])
    without = replace(made.result, frame=frame[frame["origin_year"] != 2017])
    world = line_of(rtop.plot.risk_over_time(without, "Chad"), "mean of all states")
    assert np.isnan(world.get_ydata()[list(world.get_xdata()).index(2017)])


def test_episodes_of_a_single_state_are_shaded_below_the_legend(made):
    axes = rtop.plot.risk_over_time(made.result, "Ethiopia")
    events = made.result.events.query("country_id == 530 and 2014 <= year <= 2022")
    shaded = {round(one.get_x() + one.get_width() / 2) for one in axes.patches if one.get_width() == 1}
    assert shaded == set(events.loc[events["ongoing"] == 1, "year"])
    assert 0.3 < axes.patches[0].get_height() < 1
    legend = axes.get_legend().get_window_extent()
    top = axes.transAxes.transform((0, axes.patches[0].get_height()))[1]
    assert top <= legend.y0 + 1


def test_the_map_has_every_state_in_its_colour(made):
    axes = rtop.plot.world_map(made.forecast, cmap="viridis", colorbar=False)
    colours = map_colours(made.forecast.frame.set_index("country_id")["prob"], "viridis")
    drawn = {one.get_gid(): to_hex(one.get_facecolor()) for one in axes.patches if one.get_gid()}
    assert drawn == {f"state-{number}": colour for number, colour in colours.items()}
    assert len(axes.figure.axes) == 1


def test_the_scale_of_the_map_counts_what_lies_beyond_it(made):
    frame = made.forecast.frame.copy()
    frame.loc[0, "prob"], frame.loc[len(frame) - 1, "prob"] = 0.6, 0.0002
    axes = rtop.plot.world_map(replace(made.forecast, frame=frame))
    above, below = (frame["prob"] > 0.2).sum(), (frame["prob"] < 0.001).sum()
    assert f"below 0.1%: {below}, above 20%: {above}" in axes.figure.axes[1].get_xlabel()


def test_reliability_shows_the_curve(made):
    axes = rtop.plot.reliability(made.result, bins=5, level=0.8, draws=30)
    frame = made.result.frame
    curve = reliability_curve(frame["outcome"], frame["prob"], bins=5, level=0.8)
    (points,) = (line for line in axes.lines if line.get_marker() == "o")
    np.testing.assert_array_equal(points.get_xdata(), curve.mean_prob)
    np.testing.assert_array_equal(points.get_ydata(), np.maximum(curve.observed, axes.get_ylim()[0]))
    counts = [text.get_text() for text in axes.texts]
    assert counts == [f"{k}/{n}" for k, n in zip(curve.positives, curve.count, strict=True)]
    assert "observed, 80% interval" in [text.get_text() for text in axes.get_legend().get_texts()]


def test_murphy_shows_the_curves_by_name(made):
    axes = rtop.plot.murphy({"a": made.result, "b": made.other})
    for name, result in (("a", made.result), ("b", made.other)):
        curve = murphy_curve(result.frame["outcome"], result.frame["prob"])
        np.testing.assert_array_equal(line_of(axes, name).get_ydata(), curve["score"])
    assert line_of(axes, "a").get_linestyle() != line_of(axes, "b").get_linestyle(), "apart in greyscale"
    assert [line.get_label() for line in rtop.plot.murphy(made.result).lines] == [made.result.model_name]


def test_expected_and_observed_show_the_counts(made):
    axes = rtop.plot.expected_observed(made.result, level=0.8)
    counts = made.result.counts(level=0.8)
    assert [bar.get_height() for bar in axes.patches] == counts["observed"].tolist()
    sums = made.result.frame.groupby("origin_year")["prob"].sum()
    np.testing.assert_array_equal(line_of(axes, "expected").get_ydata(), sums)
    spans = np.array([path[:, 1] for path in axes.collections[0].get_segments()])
    np.testing.assert_array_equal(spans, counts[["low", "high"]])
    assert not rtop.plot.expected_observed(made.result, predictive=False).collections
    incidence = replace(made.result, provenance={**made.result.provenance, "kind": "incidence"})
    assert "an episode" in rtop.plot.expected_observed(incidence, predictive=False).get_ylabel()


def test_recall_shows_the_score_at_each_length(made):
    axes = rtop.plot.recall_curve({"a": made.result, "b": made.other}, longest=20, draws=30)
    frame = made.result.frame
    line = line_of(axes, "a")
    for length in (1, 7, 20):
        expected = recall_at(frame["outcome"], frame["prob"], k=length, groups=frame["origin_year"])
        assert line.get_ydata()[length - 1] == pytest.approx(expected, rel=1e-12)
    assert len(axes.collections) == 2
    states = frame.groupby("origin_year")["prob"].transform("size")[frame["outcome"] == 1]
    assert line_of(axes, "drawn by lot").get_ydata()[9] == pytest.approx((10 / states).mean(), rel=1e-12)


def test_a_peer_is_drawn_where_both_forecast(made):
    axes = rtop.plot.against_peer(made.result, made.peer.iloc[::2], name="the other", labels=2)
    both = made.result.frame.iloc[::2].merge(
        made.peer, on=["country_id", "origin_year"], suffixes=("", "_peer")
    )
    events = both["outcome"] == 1
    for line, part in zip(axes.lines, (both[~events], both[events]), strict=False):
        np.testing.assert_array_equal(line.get_xdata(), part["prob_peer"])
        np.testing.assert_array_equal(line.get_ydata(), part["prob"])
    assert axes.get_xlabel() == "probability of the other"
    assert len(axes.texts) == 2
    now = made.forecast.frame[["country_id", "origin_year", "prob"]]
    axes = rtop.plot.against_peer(made.forecast, now.assign(prob=now["prob"] ** 1.2), labels=3)
    assert len(axes.lines[0].get_xdata()) == len(now)
    assert {text.get_text() for text in axes.texts} <= set(made.forecast.frame["name"])


@pytest.mark.parametrize("by", ["feature", "risk_factor"])
def test_waterfall_adds_up_from_the_reference_to_the_forecast(made, by):
    axes = rtop.plot.waterfall(made.reasons, by=by, count=4)
    widths = [bar.get_width() for bar in axes.patches]
    assert made.reasons.baseline + sum(widths) == pytest.approx(made.reasons.log_odds, abs=1e-9)
    assert axes.patches[0].get_x() == pytest.approx(made.reasons.baseline, abs=1e-12)
    if by == "feature":
        table = made.reasons.by_feature()["contribution"]
        np.testing.assert_allclose(widths[:4], table.head(4), atol=1e-12)
        assert axes.get_yticklabels()[4].get_text() == f"{len(table) - 4} further features"
    else:
        table = made.reasons.by_risk_factor().dropna()
        assert len(widths) == len(table)
    ends = [text.get_text() for text in axes.texts]
    assert ends == [made.reasons.reference, "Sudan"]


def test_change_waterfall_adds_up_to_the_change(made):
    axes = rtop.plot.change_waterfall(made.change, count=3)
    widths = [bar.get_width() for bar in axes.patches]
    before, after = made.change.log_odds
    assert sum(widths) == pytest.approx(after - before, abs=1e-9)
    labels = [text.get_text() for text in axes.get_yticklabels()]
    parts = made.change.parts
    assert dict(zip(labels, widths, strict=True))["recalibration"] == pytest.approx(parts["recalibration"])
    assert ("changed group" in labels) == (parts["changed group"] != 0)
    assert [text.get_text() for text in axes.texts] == ["from 2023", "from 2024"]


def test_heatmap_shows_the_contributions(made):
    axes = rtop.plot.factor_heatmap(made.forecast, states=["Sudan", 483])
    table = made.forecast.explanation.by_risk_factor().loc[[625, 483]]
    np.testing.assert_array_equal(axes.images[0].get_array(), table)
    assert [text.get_text() for text in axes.get_yticklabels()] == ["Sudan", "Chad"]
    values = table.to_numpy().ravel()
    assert [text.get_text() for text in axes.texts] == [f"{np.exp(v):.1f}" for v in values if abs(v) >= 0.1]
    assert not rtop.plot.factor_heatmap(made.forecast, numbers=False).texts


def test_coverage_shows_the_share_of_states_with_a_value(made):
    names = ["infant_mortality", "population"]
    axes = rtop.plot.coverage(made.panel, variables=names)
    frame = made.panel.frame
    shares = frame.groupby("year")[names].agg(lambda column: column.notna().mean()).T
    np.testing.assert_allclose(axes.images[0].get_array(), shares, rtol=1e-12)
    assert axes.images[0].get_extent()[:2] == [frame["year"].min() - 0.5, frame["year"].max() + 0.5]
    sources = {variable.source for variable in made.panel.variables.values()}
    assert axes.get_yticklabels()[0].get_text() == "infant_mortality"
    assert rtop.plot.coverage(made.panel).images[0].get_array().shape[0] == len(sources)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: rtop.plot.ranking(m.result), "forecast must be a Forecast, not BacktestResult"),
        (lambda m: rtop.plot.ranking(m.forecast, top=0), "top must be an integer"),
        (lambda m: rtop.plot.ranking(m.forecast, ranks="yes"), "ranks must be True or False"),
        (lambda m: rtop.plot.ranking(m.forecast, ax=3), "ax must be one Axes"),
        (lambda m: rtop.plot.ranking(m.forecast, ax=[1, 2]), r"Choose one of them"),
        (lambda m: rtop.plot.risk_over_time(m.forecast, "Sudan"), "result must be a BacktestResult"),
        (lambda m: rtop.plot.risk_over_time(m.result, []), "states must be a name"),
        (lambda m: rtop.plot.risk_over_time(m.result, True), "states must be a name"),
        (lambda m: rtop.plot.risk_over_time(m.result, "Sudann"), "did you mean"),
        (lambda m: rtop.plot.risk_over_time(m.other, "Sudan", forecast=m.forecast), "made from other things"),
        (
            lambda m: rtop.plot.risk_over_time(m.result, "Sudan", forecast=m.other),
            "forecast must be a Forecast",
        ),
        (lambda m: rtop.plot.world_map(m.forecast, cmap="browns"), "cmap must be the name"),
        (lambda m: rtop.plot.reliability(m.forecast), "result must be a BacktestResult"),
        (lambda m: rtop.plot.reliability(m.result, level=1), "level must lie"),
        (lambda m: rtop.plot.reliability(m.result, draws=2), "draws must be an integer of at least 20"),
        (lambda m: rtop.plot.murphy([]), "there is none"),
        (lambda m: rtop.plot.murphy([m.result, m.other]), "2 share 1 names"),
        (lambda m: rtop.plot.murphy({"_mine": m.result}), "must not begin with _"),
        (lambda m: rtop.plot.murphy({"a": m.forecast}), r"results\['a'\] must be a BacktestResult"),
        (
            lambda m: rtop.plot.murphy({"a": m.result, "b": replace(m.other, frame=m.other.frame.iloc[1:])}),
            "not scored on the same rows",
        ),
        (lambda m: rtop.plot.expected_observed(m.result, level=90), "level must lie"),
        (lambda m: rtop.plot.recall_curve(m.result, longest=1), "longest must be an integer"),
        (
            lambda m: rtop.plot.recall_curve(replace(m.result, frame=m.result.frame.assign(outcome=0.0))),
            "at least one event",
        ),
        (lambda m: rtop.plot.against_peer(m.panel, m.peer), "must be a Forecast or a BacktestResult"),
        (lambda m: rtop.plot.against_peer(m.result, m.peer.drop(columns="prob")), "prob is missing"),
        (
            lambda m: rtop.plot.against_peer(m.result, m.peer.assign(origin_year=1)),
            "two forecasts of one state",
        ),
        (lambda m: rtop.plot.against_peer(m.result, m.peer.assign(prob=2.0)), "outside 0 to 1"),
        (lambda m: rtop.plot.against_peer(m.forecast, m.peer), "share no forecast"),
        (lambda m: rtop.plot.against_peer(m.result, {"a": 1}), "must be a DataFrame"),
        (lambda m: rtop.plot.waterfall(m.change), "reasons must be a Attributions"),
        (lambda m: rtop.plot.waterfall(m.reasons, by="source"), "by must be one of"),
        (lambda m: rtop.plot.change_waterfall(m.reasons), "change must be a ChangeAttribution"),
        (lambda m: rtop.plot.factor_heatmap(m.forecast, states="Sudann"), "did you mean"),
        (lambda m: rtop.plot.factor_heatmap(m.forecast, cmap="none"), "cmap must be one of"),
        (lambda m: rtop.plot.coverage(m.forecast), "panel must be a Panel"),
        (lambda m: rtop.plot.coverage(m.panel, variables=["gdp?"]), "1 are not, first 'gdp"),
        (lambda m: rtop.plot.coverage(m.panel, variables=[]), "there are none"),
    ],
)
def test_wrong_input_is_refused_before_anything_is_drawn(made, call, message):
    with pytest.raises(rtop.InputError, match=message):
        call(made)
    assert pyplot.get_fignums() == []


def test_states_that_were_never_ranked_are_named(made):
    with pytest.raises(rtop.CoverageError, match="was not ranked"):
        rtop.plot.risk_over_time(made.result, "Iceland")


def test_four_states_side_by_side_on_axes_that_share_theirs(made):
    figure, grid = pyplot.subplots(2, 2, layout="constrained", sharex=True, sharey=True, figsize=(7, 6))
    for axes, state in zip(grid.flat, ("Sudan", "Chad", "Mali", "Niger"), strict=True):
        rtop.plot.risk_over_time(made.result, state, ax=axes)
    figure.canvas.draw()
    for axes in grid.flat:
        legend, box = axes.get_legend().get_window_extent(), axes.get_window_extent()
        assert legend.x1 <= box.x1 + 1, "the legend stays within its axes"
        assert legend.y0 > axes.transData.transform(axes.lines[0].get_xydata())[:, 1].max()
    highest = max(axes.lines[0].get_ydata().max() for axes in grid.flat)
    assert grid[0, 0].transData.transform((2014, highest))[1] > grid[0, 0].transAxes.transform((0, 0.4))[1]


def test_the_palette_is_that_of_the_report():
    with rtop.plot.column():
        assert tuple(mpl.rcParams["axes.prop_cycle"].by_key()["color"]) == PALETTE
