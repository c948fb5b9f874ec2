"""Draw the figures of the README and of the documentation into docs/figures, and write down the values drawn.

    python docs/make_figures.py [--jobs 2]

Map, ranking and record come from the tables in the package; ``values.json`` holds what they show and the
SHA-256 of every figure. The other two show the table of ``docs/scale.md`` and the registry of sources.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import rtop_forecast as rtop
from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.plot.columns import BLUE, GREEN, VERMILLION
from rtop_forecast.plot.shapes import shapes
from rtop_forecast.report import figures
from rtop_forecast.report.words import Words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HERE = Path(__file__).parent
FOLDER = HERE / "figures"
VALUES = "values.json"
LABELLED, CHARTED = 10, 20
Box = tuple[float, float, float, float]
INK = "#222222"
# offsets of a label from its state, in points: the nearest free one is taken
_DISTANCES = (18, 30, 44, 60, 78, 98, 120)
_ANGLES = np.radians([0, 180, 30, 330, 150, 210, 60, 300, 120, 240, 90, 270])


def make_forecast(jobs: int) -> tuple[rtop.Forecast, rtop.BacktestResult]:
    """Newest yearly forecast of the default model and its backtest, from the bundle."""
    features = rtop.build_features(rtop.load_panel())
    target = rtop.onset_target(features.panel, horizon=2)
    model, origins = rtop.default_model(), rtop.RollingOrigin(first=1993)
    result = rtop.backtest(model, features, target, origins=origins, n_jobs=jobs)
    origin = rtop.find_latest_origin(features, target)
    return rtop.forecast(model, features, target, origin=origin, backtest=result, n_jobs=jobs), result


def values_drawn(forecast: rtop.Forecast, result: rtop.BacktestResult) -> dict[str, Any]:
    """Collect what the map, the ranking and the record show."""
    columns = ["rank", "country_id", "name", "prob", "prob_low", "prob_high", "rank_low", "rank_high"]
    sums = result.frame.groupby("origin_year")[["prob", "outcome"]].sum()
    return {
        "origin_year": forecast.origin_year,
        "window": list(forecast.window),
        "issued": forecast.issued.isoformat(),
        "states": forecast.ranking()[columns].to_dict("records"),
        "record": [
            {"origin_year": int(year), "expected": float(row["prob"]), "observed": int(row["outcome"])}
            for year, row in sums.iterrows()
        ],
    }


def map_figure(forecast: rtop.Forecast) -> Figure:
    """Draw the report's map, with the highest states named."""
    start, end = forecast.window
    title = f"Risk that {forecast.outcome} in {start}-{end}"
    figure = figures.map_figure(forecast, Words())
    figure.set_size_inches(10, 5.3)
    figure.set_layout_engine("none")
    axes, bar = figure.axes
    axes.set_position((0, 0.09, 1, 0.84))
    axes.margins(0.01)
    bar.set_position((0.02, 0.19, 0.27, 0.12))  # the South Pacific
    ticks = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2)
    bar.set_xticks(ticks, labels=[f"{100 * tick:g}%" for tick in ticks])
    axes.set_title("", loc="left")
    figure.suptitle(title, x=0.01, ha="left", fontsize=14, color=INK)
    figure.text(
        0.01,
        0.01,
        f"{_knowledge(forecast)} Where a mass killing is under way, the risk is that of another one.\n"
        "Land and borders: Natural Earth; they imply no endorsement. "
        "Hatched: not ranked. Circles: small states.",
        fontsize=9.5,
        color=INK,
    )
    _label_states(figure, forecast.ranking().head(LABELLED), year=forecast.origin_year)
    return figure


def _knowledge(forecast: rtop.Forecast) -> str:
    day = forecast.issued
    return f"Known by {day.day} {day:%B %Y}, {len(forecast.frame)} states ranked."


def _label_states(figure: Figure, states: pd.DataFrame, *, year: int) -> None:
    """Name each state beside its place, clear of the names before, with a line to it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.patheffects import withStroke

    axes = figure.axes[0]
    largest = {
        number: max((part[0] for part in parts), key=lambda ring: np.ptp(ring[:, 0]) * np.ptp(ring[:, 1]))
        for (number, _), parts in shapes(year).items()
    }
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    places = {
        number: (largest[number].min(axis=0) + largest[number].max(axis=0)) / 2
        for number in states["country_id"]
    }
    to_pixels, point = axes.transData.transform, figure.dpi / 72
    dots = {number: _box(to_pixels(place), 8 * point, 8 * point) for number, place in places.items()}
    taken: list[Box] = []
    for row in states.to_dict("records"):
        place = places[row["country_id"]]
        axes.plot(*place, "o", markersize=3.5, color=INK)
        label = axes.annotate(
            f"{row['rank']} {row['name']}",
            place,
            xytext=(0, 0),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=10.5,
            color=INK,
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
            arrowprops={"arrowstyle": "-", "color": INK, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0},
        )
        size = label.get_window_extent(canvas.get_renderer())
        # a name may stand on its own dot but on no other
        others = [*taken, *(box for number, box in dots.items() if number != row["country_id"])]
        offset, box = _free_place(
            to_pixels(place), size.width / point + 4, size.height / point + 2, others, point=point
        )
        label.set_position((float(offset[0]), float(offset[1])))
        taken.append(box)


def _free_place(
    centre: FloatArray, width: float, height: float, others: list[Box], *, point: float
) -> tuple[FloatArray, Box]:
    """Find the nearest offset (in points) at which neither the label nor its line touches another."""
    for distance in _DISTANCES:
        for angle in _ANGLES:
            shift = distance * np.array([np.cos(angle), np.sin(angle)])
            side = np.sign(shift[0]) if abs(np.cos(angle)) > 0.1 else 0
            offset = shift + np.array([side * width / 2, 0])
            box = _box(centre + offset * point, width * point, height * point)
            line = [_box(centre + share * shift * point, 1, 1) for share in np.linspace(0, 1, 20)]
            if not any(_overlap(one, other) for one in (box, *line) for other in others):
                return offset, box
    message = "no free place for a label within reach; label fewer states."
    raise rtop.InputError(message)


def _box(centre: FloatArray, width: float, height: float) -> Box:
    x, y = centre
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def ranking_figure(forecast: rtop.Forecast) -> Figure:
    """Draw the report's chart of the highest ranks."""
    start, end = forecast.window
    figure = figures.ranking_figure(forecast, Words(), top=CHARTED)
    axes = figure.axes[0]
    axes.set_title(
        f"The {CHARTED} highest risks of a new mass killing in {start}-{end}",
        loc="left",
        fontsize=11,
        color=INK,
    )
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel(
        f"probability with its {forecast.level:.0%} interval (log scale); beside the name: rank (range)\n"
        f"{_knowledge(forecast)}",
        fontsize=8.5,
    )
    return figure


def scale_figure(page: str) -> Figure:
    """Draw seconds against rows, from the table of the page."""
    cells = re.findall(
        r"^\| ([\d,]+) \| ([\d.]+) s \| ([\d.]+) s \| [\d.]+ GiB \| ([\d.]+) s \|$", page, re.M
    )
    table = np.array([[float(cell.replace(",", "")) for cell in row] for row in cells])
    figure, axes = _axes(6.4, 3.6)
    kinds = (
        ("backtest, ten origins", 2, BLUE, "o-"),
        ("attribution of the last year", 3, GREEN, "^:"),
        ("build 60 features", 1, VERMILLION, "s--"),
    )
    for name, column, colour, style in kinds:
        axes.plot(table[:, 0], table[:, column], style, color=colour, label=name)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(table[:, 0], labels=[f"{rows:,.0f}" for rows in table[:, 0]])
    axes.minorticks_off()
    axes.set_xlabel("rows (log scale)")
    axes.set_ylabel("seconds (log scale)")
    axes.legend(frameon=False, loc="upper left")
    axes.grid(color="#dddddd", linewidth=0.6)
    return figure


def coverage_figure() -> Figure:
    """Draw the years of each dataset in the registry."""
    table = rtop.describe_sources()
    spans = (
        table[table["dataset"] != ""].groupby("dataset").agg(a=("first_year", "min"), b=("last_year", "max"))
    )
    spans = spans.sort_values(["b", "a"], ascending=[True, False])
    figure, axes = _axes(7.2, 0.2 * len(spans) + 1.1)
    place = np.arange(len(spans))
    axes.hlines(place, spans["a"] - 0.5, spans["b"] + 0.5, color=BLUE, linewidth=6)
    axes.set_yticks(place, labels=spans.index.tolist(), fontsize=8.5)
    axes.set_xlim(1943, int(spans["b"].max()) + 2)
    axes.margins(y=0.01)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel("years that the registered releases of a dataset cover together")
    return figure


def _axes(width: float, height: float) -> tuple[Figure, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def png(figure: Figure, *, width: int = 1600) -> bytes:
    """Give the figure on white, at twice the width that it is read at; a second run gives the same bytes."""
    buffer = io.BytesIO()
    figure.savefig(
        buffer,
        format="png",
        dpi=width / figure.get_size_inches()[0],
        facecolor="white",
        metadata={"Software": None},
    )
    return buffer.getvalue()


def draw(forecast: rtop.Forecast, result: rtop.BacktestResult) -> dict[str, bytes]:
    """Draw every figure, by the name of its file."""
    return {
        "map.png": png(map_figure(forecast)),
        "ranking.png": png(ranking_figure(forecast)),
        "expected_observed.png": png(
            figures.expected_observed_figure(result, Words(), predictive=False), width=1200
        ),
        "reliability.png": png(figures.reliability_figure(result, Words()), width=1100),
        "scale.png": png(scale_figure((HERE / "scale.md").read_text(encoding="utf-8")), width=1200),
        "coverage.png": png(coverage_figure(), width=1400),
    }


def main() -> None:
    """Write the figures and the values."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=2)
    forecast, result = make_forecast(parser.parse_args().jobs)
    drawn = draw(forecast, result)
    FOLDER.mkdir(exist_ok=True)
    for name, content in drawn.items():
        (FOLDER / name).write_bytes(content)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(drawn.items())}
    values = {"sha256": hashes, **values_drawn(forecast, result)}
    (FOLDER / VALUES).write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
