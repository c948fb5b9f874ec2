"""From contents and figures to one HTML page that loads nothing."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rtop_forecast.evaluation import score_table
from rtop_forecast.features.framework import find_risk_factor
from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.report.world_map import NOTE
from rtop_forecast.targets import EVENTS

_LABELS = {
    "auc": "AUC (0.5 is chance, 1 perfect)",
    "ap": "Average precision",
    "log_loss": "Log loss (lower is better)",
    "brier": "Brier score (lower is better)",
    "expected_observed": "Expected / observed (1 is right)",
    "recall_at_10": "Windows with an {noun} among the first 10",
    "recall_at_20": "Windows with an {noun} among the first 20",
    "recall_at_30": "Windows with an {noun} among the first 30",
}
_MASS_KILLING = (
    "Mass killing: at least 1,000 civilians of a group killed deliberately within a year by a state or an armed group, "
    "as listed by the Early Warning Project."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A figure as the page embeds it: PNG bytes, what it says, and its caption with axes and units."""

    png: bytes
    alt: str
    caption: str


def noun_of(forecast: Forecast) -> str:
    """Name what is counted in the window: an onset, or an episode under way."""
    return "episode" if forecast.provenance["kind"] == "incidence" else "onset"


def _event_note(event: str) -> str:
    """Definition of the outcome and where it comes from."""
    if event == "mass_killing":
        return _MASS_KILLING
    if event in EVENTS:
        return f"{EVENTS[event].label.capitalize()}, by {EVENTS[event].source}."
    return f"Events of the user's own, called {event}."


def percent(value: float) -> str:
    """Probability in percent with one decimal, two below 0.1%.

    Examples
    --------
    >>> percent(0.0432), percent(0.0004)
    ('4.3%', '0.04%')
    """
    return f"{100 * value:.2f}%" if value < 0.001 else f"{100 * value:.1f}%"


def natural_frequency(value: float) -> str:
    """Probability as a count of equal cases.

    Examples
    --------
    >>> natural_frequency(0.0432), natural_frequency(0.0034), natural_frequency(0.0004)
    ('about 4 in 100', 'about 3 in 1,000', 'fewer than 1 in 1,000')
    """
    if value >= 0.01:
        return f"about {round(100 * value)} in 100"
    return f"about {round(1000 * value)} in 1,000" if value >= 0.001 else "fewer than 1 in 1,000"


def render(
    contents: Mapping[str, Any], forecast: Forecast, result: BacktestResult, pictures: Mapping[str, Picture]
) -> str:
    """Page as text; every value from data is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("rtop_forecast.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    origins = result.frame["origin_year"]
    return environment.get_template("report.html.j2").render(
        period=forecast.period,
        origin=forecast.origin_year,
        issued=forecast.issued.isoformat(),
        level=f"{forecast.level:.0%}",
        outcome=forecast.outcome,
        incidence=forecast.provenance["kind"] == "incidence",
        noun=noun_of(forecast),
        event_note=_event_note(str(forecast.provenance["event"])),
        ranking=contents["ranking"].to_dict("records"),
        top=contents["top"].to_dict("records"),
        base_rate=contents["base_rate"],
        expected=contents["expected"],
        definitions=contents["definitions"],
        surprises=contents["surprises"].to_dict("records"),
        movers=contents["movers"],
        lists={key: contents[key].to_dict("records") for key in ("consistent", "entries", "exits")},
        briefs=contents["briefs"],
        mechanism_sources=contents["mechanism_sources"],
        scores=_scores(contents["scores"], result, forecast),
        peers=_peers(contents["peers"], forecast),
        record=contents["record"].to_dict("records"),
        last_closed=contents["last_closed"],
        backtest_span=(int(origins.min()), int(origins.max())),
        sources=forecast.provenance["sources"],
        method=_method(forecast),
        map_note=NOTE,
        pct=percent,
        natural=natural_frequency,
        factor=_factor,
        exp=np.exp,
        figure=_figure(pictures),
        spark=_spark,
    )


def _factor(number: Any) -> str:
    return "" if pd.isna(number) else find_risk_factor(int(number)).short


def _figure(pictures: Mapping[str, Picture]) -> Callable[[str], Any]:
    from markupsafe import Markup, escape

    def embed(name: str) -> Any:
        picture = pictures[name]
        data = base64.b64encode(picture.png).decode()
        return Markup(
            '<figure class="figure"><img id="figure-{}" alt="{}" src="data:image/png;base64,{}">'
            "<figcaption>{}</figcaption></figure>"
        ).format(escape(name), picture.alt, data, picture.caption)

    return embed


def _spark(brief: Mapping[str, Any]) -> Any:
    """Trend of a state as inline SVG: probabilities on a log scale, episodes as bands."""
    from markupsafe import Markup

    points = brief["trend"]
    first, last = points[0][0], max(points[-1][0], points[0][0] + 1)
    width, height, left = 420, 90, 34

    def x(year: float) -> float:
        return float(left + (width - left - 8) * (year - first) / (last - first))

    def y(prob: float) -> float:
        share = (np.log10(min(max(prob, 0.001), 0.3)) - np.log10(0.001)) / (np.log10(0.3) - np.log10(0.001))
        return float(8 + (height - 24) * (1 - share))

    step = (width - left - 8) / (last - first)
    band = Markup('<rect class="mk" x="{:.1f}" y="8" width="{:.1f}" height="{}"/>')
    bands = Markup("").join(
        band.format(x(year) - step / 2, step, height - 24)
        for year in brief["episodes"]
        if first <= year <= last
    )
    tick = Markup(
        '<line class="axis" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}" stroke-dasharray="2 3"/>'
        '<text x="2" y="{:.1f}">{:g}%</text>'
    )
    ticks = Markup("").join(
        tick.format(left, width - 8, y(p), y(p), y(p) + 3, 100 * p) for p in (0.001, 0.01, 0.1)
    )
    line = " ".join(f"{x(year):.1f},{y(prob):.1f}" for year, prob in points)
    label = (
        f"Trend {points[0][0]} to {points[-1][0]}: from {percent(points[0][1])} to {percent(points[-1][1])}, "
        "probability on a log scale by origin year"
    )
    return Markup(
        '<svg role="img" aria-label="{}" width="{}" height="{}" viewBox="0 0 {} {}">{}{}'
        '<polyline class="line" points="{}"/><text x="{}" y="{}">{}</text><text x="{}" y="{}">{}</text></svg>'
    ).format(
        label,
        width,
        height,
        width,
        height,
        bands,
        ticks,
        line,
        left,
        height - 4,
        points[0][0],
        width - 34,
        height - 4,
        points[-1][0],
    )


def _scores(table: pd.DataFrame, result: BacktestResult, forecast: Forecast) -> list[dict[str, Any]]:
    """Scores with their intervals, beside those of the prevalence at each origin."""
    frame = result.frame
    rows = forecast.basis.rows
    rates = {
        int(origin): float(np.mean(rows.outcome[rows.training(int(origin))]))
        for origin in frame["origin_year"].unique()
    }
    base = score_table(
        frame["outcome"].to_numpy(dtype=float),
        frame["origin_year"].map(rates).to_numpy(dtype=float),
        groups=frame["origin_year"].to_numpy(),
    )
    return [
        {
            "label": _LABELS[str(name)].format(noun=noun_of(forecast)),
            "value": row["value"],
            "low": row["low"],
            "high": row["high"],
            "base": base[str(name)],
        }
        for name, row in table.iterrows()
    ]


def _peers(table: pd.DataFrame, forecast: Forecast) -> list[dict[str, Any]]:
    """One table per peer: its rows, span and scores."""
    return [
        {
            "name": str(name),
            "forecasts": int(part["forecasts"].iloc[0]),
            "positives": int(part["positives"].iloc[0]),
            "first": int(part["first_origin"].iloc[0]),
            "last": int(part["last_origin"].iloc[0]),
            "rows": [
                {**row, "label": _LABELS[row["score"]].format(noun=noun_of(forecast))}
                for row in part.to_dict("records")
            ],
        }
        for name, part in table.groupby("peer", sort=False)
    ]


def _method(forecast: Forecast) -> str:
    count = len(forecast.basis.features.names)
    return (
        f"{count} features of the UN Framework's risk factors, from public yearly data known on {forecast.issued}; "
        "an average of statistical models in log-odds, refitted at every origin on windows that had closed, calibrated "
        f"on its own earlier out-of-sample forecasts; intervals from {forecast.draws} refits on resampled countries, "
        "stretched so that they hold their promise in simulations of known truth."
    )
