"""From contents to one HTML page that loads nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.report import drawings
from rtop_forecast.report.briefs import Brief
from rtop_forecast.report.contents import SHORT, Contents, States
from rtop_forecast.report.explorer import explorer
from rtop_forecast.report.front import front, outcome
from rtop_forecast.report.mechanisms import Mechanisms
from rtop_forecast.report.provisional import provisional_rows
from rtop_forecast.report.trend_drawings import Trends
from rtop_forecast.report.words import Words, passed
from rtop_forecast.sources.citations import cite
from rtop_forecast.sources.core.further import bundled_files
from rtop_forecast.sources.reading.month_files import bundled_month_files
from rtop_forecast.sources.registry import releases_named
from rtop_forecast.storage.bundled import core_file
from rtop_forecast.targets import EVENTS

if TYPE_CHECKING:
    from jinja2 import Environment


#: Lines of mechanisms and sources that fit on the sheet of a printed brief; with more it is set smaller, and with half
#: as many again smaller still. Languages whose words are longer have room for fewer.
_FEW_LINES = {"en": 55, "ar": 55, "fr": 40, "es": 40}


def environment(words: Words) -> Environment:
    """Templates with the catalogue of a language; every value from data is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("rtop_forecast.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "t": words.say, "pct": words.percentage, "share": words.share, "natural": words.natural_frequency,
        "times": words.times, "two": words.two_digits, "whole": words.whole, "listed": words.listed,
        "joined": words.joined, "factor": words.factor_name, "label": words.label, "lang": words.code,
        "direction": words.direction, "interval": drawings.interval, "css_text": _css_text,
        "dots": drawings.dots, "dots_once": drawings.dots_once,
        "present": pd.notna, "round": round,
    }  # fmt: skip
    return made


def common(forecast: Forecast, shown: States, words: Words) -> dict[str, Any]:
    """Values that the page and a brief that stands alone share."""
    event = str(forecast.provenance["event"])
    return {
        "period": forecast.period,
        "origin": forecast.origin_year,
        "issued": words.day(forecast.issued.isoformat(), words="long"),
        "level": words.share(forecast.level),
        "outcome": outcome(forecast, words),
        "incidence": forecast.provenance["kind"] == "incidence",
        "kind": "" if event == "mass_killing" else ".event",
        "states": len(shown.ranking),
        "trends": Trends(shown.world, words),
        "version": version("rtop-forecast"),
        "digest": data_digest(forecast),
        "definition": _definition(event, words),
        "provisional": provisional_rows(forecast, words),
    }


def render(
    shown: Contents,
    briefs: Sequence[Brief],
    forecast: Forecast,
    mechanisms: Mechanisms,
    downloads: Mapping[str, Sequence[str]],
    words: Words,
) -> str:
    """Page as text.

    Parameters
    ----------
    shown : Contents
    briefs : sequence of Brief
        Of all ranked states, by rank.
    forecast : Forecast
    mechanisms : Mechanisms
        Of all ranked states.
    downloads : dict of str to sequence of str
        Names of the files beside the page: ``tables``, ``figures`` (without their ending), ``data``.
    words : Words
    """
    found = explorer(shown, briefs, forecast, mechanisms.members, words)
    record = shown.record
    return environment(words).get_template("page.html.j2").render(
        **common(forecast, shown, words),
        **front(shown, forecast, words),
        issue=_issue(forecast, len(shown.ranking), words),
        citation=_citation(forecast, words),
        sources=_sources(forecast, words),
        ends=forecast.where_data_end().to_dict("records"),
        coded=forecast.provenance["onsets_coded_to"],
        references=cite(forecast).splitlines(),
        explorer=found,
        data=_script_json(found.data),
        briefs=briefs,
        mechanism_sources=mechanisms.sources,
        slugs={brief.row["country_id"]: brief.slug for brief in briefs},
        shown=shown,
        short=SHORT,
        record=record,
        peers=_peers(shown.peers),
        reliability=drawings.reliability(
            record.bins, words, expected=float(record.counts["expected"].sum()), observed=len(record.cases)
        ),
        expected_observed=drawings.expected_observed(record.counts, words),
        features=len(forecast.basis.features.names),
        draws=forecast.draws,
        base=float(forecast.frame["prob"].mean()),
        downloads=downloads,
    )  # fmt: skip


def render_brief(
    shown: States, brief: Brief, forecast: Forecast, mechanisms: Mechanisms, words: Words
) -> str:
    """Brief of one state as a page of its own."""
    template = environment(words).get_template("brief_page.html.j2")
    lines, few = len(mechanisms.table) + len(mechanisms.sources), _FEW_LINES[words.code]
    size = "denser" if lines > 1.5 * few else "dense" if lines > few else ""
    return template.render(
        **common(forecast, shown, words),
        brief=brief,
        mechanism_sources=mechanisms.sources,
        size=size,
    )


def data_digest(forecast: Forecast) -> str:
    """First digits of a hash over the hashes of all data behind a forecast; the same for the same data."""
    hashes = json.dumps(forecast.provenance["sha256"], sort_keys=True)
    return hashlib.sha256(hashes.encode()).hexdigest()[:12]


def _issue(forecast: Forecast, states: int, words: Words) -> str:
    dataset = words.say(
        "dataset.bundle" if _bundled(forecast) else "dataset.folder",
        version=version("rtop-forecast"),
        coded=forecast.provenance["onsets_coded_to"],
        digest=data_digest(forecast),
        sources=len(forecast.provenance["sources"]),
    )
    return words.say(
        "issue",
        dataset=dataset,
        issued=words.day(forecast.issued.isoformat(), words="long"),
        passed=words.share(passed(forecast.issued, forecast.window)),
        period=forecast.period,
        states=states,
    )


def _bundled(forecast: Forecast) -> bool:
    """Whether the data are the bundle's tables alone."""
    bundled = {
        path.name
        for path in [*core_file("states.csv").parent.glob("*.csv"), *bundled_files(), *bundled_month_files()]
    }
    return set(forecast.provenance["sha256"]) <= bundled


def _citation(forecast: Forecast, words: Words) -> str:
    own = words.say(
        "cite.own",
        origin=forecast.origin_year,
        period=forecast.period,
        issued=words.day(forecast.issued.isoformat(), words="long"),
        digest=data_digest(forecast),
    )
    library = next(line for line in cite().splitlines() if "rtop_forecast" in line)
    return f"{library} {own}"


def _sources(forecast: Forecast, words: Words) -> list[dict[str, str]]:
    """Each source with its title, release and licence, as registered; a key of its own stands for itself."""
    rows = []
    for keys, release in forecast.provenance["sources"].items():
        entries = [_registered(key) for key in str(keys).split("+")]
        named = [one for one in entries if one is not None]
        rows.append(
            {
                "title": "; ".join(dict.fromkeys(one.title for one in named)) or str(keys),
                "release": str(release),
                "licence": "; ".join(dict.fromkeys(one.licence for one in named)) or words.say("number.none"),
            }
        )
    return rows


def _registered(key: str) -> Any:
    from rtop_forecast.errors import InputError

    try:
        return releases_named(key)[-1]
    except InputError:
        return None


def _definition(event: str, words: Words) -> str:
    if event == "mass_killing":
        return words.say("definition.mass_killing")
    if event in EVENTS:
        label = words.of_table(EVENTS[event].label).capitalize()
        return words.say("definition.listed", label=label, source=EVENTS[event].source)
    return words.say("definition.own", event=event)


def _peers(table: pd.DataFrame) -> list[dict[str, Any]]:
    """One table per peer: its rows, span and scores."""
    return [
        {
            "name": str(name),
            "forecasts": int(part["forecasts"].iloc[0]),
            "positives": int(part["positives"].iloc[0]),
            "first": int(part["first_origin"].iloc[0]),
            "last": int(part["last_origin"].iloc[0]),
            "rows": part.to_dict("records"),
        }
        for name, part in table.groupby("peer", sort=False)
    ]


def _script_json(document: Any) -> Any:
    """JSON that may stand inside a script element: nothing in it can end the element."""
    from markupsafe import Markup

    text = json.dumps(_finite(document), separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # nosec B704 (what could end the script element is replaced above)


def _css_text(text: str) -> str:
    r"""Text as a style sheet takes it.

    Examples
    --------
    >>> print(_css_text('Rank "of"'))
    "Rank \"of\""
    """
    quoted = text.replace("\\", r"\\").replace('"', r"\"")
    return f'"{quoted}"'


def _finite(value: Any) -> Any:
    """Copy a document with null for what is not a number."""
    if isinstance(value, Mapping):
        return {str(key): _finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value
