"""Write the pages that come from code: features.md, source_cards.md; feature_cards.md and cases.md from data.

python docs/make_pages.py [--data DIR] [--jobs 2]
"""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path

import numpy as np
import pandas as pd

import rtop_forecast as rtop
from rtop_forecast.features.framework import INDICATORS_CHECKED
from rtop_forecast.sources.folder.discover import reader
from rtop_forecast.sources.registry import Release, registry

HERE = Path(__file__).parent
FIRST, LAST, CALIBRATION = 1973, 2022, 15
CASES = (
    ("Cambodia", 1973, 1977, "The Khmer Rouge took power in April 1975."),
    (
        "Guatemala",
        1976,
        1984,
        "The killing of the early 1980s came within an episode coded since 1954 by some lists.",
    ),
    ("Yugoslavia", 1989, 1993, "Bosnia and Croatia left in 1991-92; the first rows are of the federation."),
    ("Rwanda", 1990, 1995, "The genocide of April to July 1994."),
    ("Sudan", 2000, 2006, "Darfur from 2003."),
    ("Syria", 2008, 2014, "From 2011."),
    ("South Sudan", 2011, 2016, "Independent in July 2011; war from December 2013."),
    ("Myanmar", 2013, 2022, "The Rohingya from 2016, and after the coup of February 2021."),
    ("Ethiopia", 2017, 2022, "Tigray from November 2020; a new episode is coded in 2020."),
    ("Burkina Faso", 2015, 2022, "Two onsets, 2019 and 2022; the second was added to the list in 2025 only."),
    ("Congo, Democratic Republic of", 1990, 1999, "Zaire's fall in 1996-97 and what followed."),
    ("Sri Lanka", 1985, 1991, "Both the separatist war and the southern insurrection."),
)


def features_page() -> str:
    """Catalogue of features by UN risk factor."""
    table = rtop.describe_features()
    lines = [
        "# Features",
        "",
        _prose(
            f"The {len(table)} features of the catalogue by primary risk factor of the UN Framework of Analysis for "
            "Atrocity Crimes, as `rtop.describe_features()` gives them. Every transform looks backward only. "
            "[Feature cards](feature_cards.md) describe each one, with coverage and values. *Lag* is the publication "
            "lag of the slowest source in months; *sign* is the expected direction. Indicators are the Framework's "
            "numbers; none means that the feature concerns the factors as a whole. "
            "`python docs/make_pages.py` writes this page."
        ),
        "",
        _prose(
            "Indicator numbers were compared with a secondary copy of the Framework (the pages `post/risk-factor-7`, "
            "`-8`, `-9` and `-13` of thewestpapuagenocidemonitor.org): "
            + "; ".join(f"factor {number}: {part}" for number, part in INDICATORS_CHECKED.items())
            + ". No text was found for the other factors: their numbers are unchecked, and the report names factors "
            "only. A feature cannot list an indicator of a factor that it does not name, a number past 8.12 or 9.6, "
            "or indicators without one of its primary factor where that is 8 or 9."
        ),
    ]
    for factor in rtop.RISK_FACTORS:
        part = table[table["risk_factor"] == factor.number]
        lines += ["", f"## {factor.number} {factor.title}", "", factor.asks, ""]
        lines += [
            "| feature | what | unit | scale | transform | indicators | sources | lag | sign |",
            "|---|---|---|---|---|---|---|---|---|",
        ]
        for row in part.to_dict("records"):
            label = row["label"] if row["by_default"] else f"{row['label']} (only if named)"
            lines.append(
                f"| `{row['name']}` | {label} | {row['unit']} | {row['scale']} | {row['transform']} | "
                f"{row['indicators']} | {row['sources'] or 'state system'} | {row['publication_lag_months']} | "
                f"{row['sign']:+d} |"
            )
    return "\n".join(lines) + "\n"


def feature_cards_page(features: rtop.Features, at_risk: pd.Series) -> str:
    """One card per feature: what it is, where it comes from, when it is known, what values it takes."""
    panel = features.panel
    frame, ages = features.frame, features.ages
    last = int(frame.loc[at_risk, "year"].max())
    now = at_risk & (frame["year"] == last)
    recent = at_risk & frame["year"].between(1990, last)
    lines = [
        "# Feature cards",
        "",
        _prose(
            f"A card per feature of the full catalogue ({len(features.specs)} by default), from the catalogue and from "
            "the panel of all releases. *Known* is the share of state-years at risk of mass killing with a value by "
            "the end of June of the year after; values are carried forward where a source has ended. *Values* are the "
            f"5th, 50th and 95th percentile of states at risk in {last}; their age is the years since the oldest value "
            "behind them. The sign is what the literature leads one to expect, not what the model finds. "
            "`python docs/make_pages.py --data DIR` writes this page."
        ),
    ]
    table = features.describe().set_index("name")
    for factor in rtop.RISK_FACTORS:
        lines += ["", f"## {factor.number} {factor.title}"]
        for spec in (one for one in features.specs if one.risk_factors[0] == factor.number):
            row = table.loc[spec.name]
            values = frame.loc[now, spec.name].dropna()
            covered = frame.loc[recent, spec.name].notna().mean()
            years = frame.loc[at_risk & frame[spec.name].notna(), "year"]
            inputs = [
                f"`{name}` {panel.variables[name].first_year}-{panel.variables[name].last_year}"
                for name in spec.variables
                if name in panel.variables
            ]
            facts = {
                "what": f"{spec.label} ({row['unit']})",
                "scale": spec.scale,
                "made by": spec.transform,
                "from": ", ".join(inputs) or "the state system",
                "factors": ", ".join(f"{n} {rtop.RISK_FACTORS[n - 1].short}" for n in spec.risk_factors),
                "indicators": ", ".join(spec.indicators),
                "expected sign": {1: "more is more risk", -1: "more is less risk", 0: "open"}[spec.sign],
                "lag": f"{row['publication_lag_months']} months",
                "known": f"{covered:.0%} of state-years 1990-{last}; first in {years.min()}",
                "values": _spread(values, ages.loc[values.index, spec.name]),
                "sources": row["sources"] or "states.csv",
            }
            lines += ["", f"### {spec.name}", ""]
            lines += [_item(name, value) for name, value in facts.items() if value]
    return "\n".join(lines) + "\n"


def _prose(text: str, *, indent: str = "") -> str:
    return textwrap.fill(text, 110, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _item(name: str, text: str) -> str:
    return _prose(f"- **{name}**: {text}", indent="  ")


def _spread(values: pd.Series, ages: pd.Series) -> str:
    if values.empty:
        return "none"
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95], method="inverted_cdf")
    return (
        f"{low:.3g}, {middle:.3g}, {high:.3g} in {len(values)} states; median age {ages.median():.0f} years"
    )


def source_cards_page() -> str:
    """One card per dataset: what it is, its releases, how to get it, what each variable is."""
    lines = [
        "# Source cards",
        "",
        _prose(
            "A card per dataset, from the registry `datasets/sources.toml` and the readers. The *lag* is the number of "
            "months from 31 December of a value's year to its publication; a forecast uses no value earlier. "
            "[Sources](sources.md) describes the quirks of real releases and how they are handled. "
            "`python docs/make_pages.py` writes this page."
        ),
    ]
    by_dataset: dict[str, list[Release]] = {}
    for release in registry().values():
        by_dataset.setdefault(release.dataset or release.key, []).append(release)
    for dataset, releases in sorted(by_dataset.items()):
        newest = max(releases, key=lambda one: (one.last_year, one.key))
        first, last = min(one.first_year for one in releases), max(one.last_year for one in releases)
        lines += ["", f"## {dataset}: {newest.title}", ""]
        facts = {
            "unit": newest.unit,
            "years": f"{first}-{last}",
            "releases known": ", ".join(dict.fromkeys(one.release for one in releases)),
            "lag": f"{newest.publication_lag_months} months",
            "licence": newest.licence,
            "page": newest.page,
            "files": newest.file_pattern or "facts carried over by hand",
            "reference": newest.citation,
        }
        lines += [_item(name, value) for name, value in facts.items()]
        variables = sorted({name for one in releases for name in one.variables})
        if variables:
            spans = {
                name: (
                    min(one.variables[name][0] for one in releases if name in one.variables),
                    max(one.variables[name][1] for one in releases if name in one.variables),
                )
                for name in variables
            }
            listed = ", ".join(f"`{dataset}_{name}` {a}-{b}" for name, (a, b) in spans.items())
            lines += [_item("variables in the panel", listed)]
        description = getattr(reader(newest.dataset), "description", "") if newest.dataset else ""
        if description:
            lines += ["", description.strip()]
        elif newest.dataset:
            lines += [f"- **definitions**: {{py:func}}`rtop_forecast.sources.catalogue.{dataset}.read`"]
    return "\n".join(lines) + "\n"


def cases_page(features: rtop.Features, target: rtop.Target, *, jobs: int) -> str:
    """Historical cases out of sample, hits and misses alike."""
    result = rtop.backtest(
        rtop.default_model(),
        features,
        target,
        origins=rtop.RollingOrigin(first=FIRST, last=LAST),
        calibration_origins=CALIBRATION,
        n_jobs=jobs,
        explain=True,
    )
    lines = [
        "# Historical cases",
        "",
        _prose(
            "How the default model judged the cases that readers look up first, year by year, from what had been "
            f"published then (values as revised since). Full catalogue, {len(features.names)} features, calibrated on "
            f"the {CALIBRATION} latest closed origins. A star marks origins with an onset in the next two years. Rank "
            "1 is the highest risk. The last column gives the two risk factors that raised the odds most against the "
            "world of the year. `python docs/make_pages.py --data DIR` writes this page."
        ),
        "",
        "The forecast is of a *new* episode. Whether an episode under way goes on is not forecast.",
    ]
    for name, first, last, note in CASES:
        case = result.case(name, first, last)
        lines += ["", f"## {case.name} {first}-{last}", "", note, "", "```", case.summary(), "```"]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the pages."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="folder of releases; without it the pages from data stay")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    (HERE / "features.md").write_text(features_page())
    (HERE / "source_cards.md").write_text(source_cards_page())
    if arguments.data is not None:
        panel = rtop.load_panel(data_dir=arguments.data)
        features, target = rtop.build_features(panel), rtop.onset_target(panel)
        (HERE / "feature_cards.md").write_text(feature_cards_page(features, target.frame["at_risk"]))
        (HERE / "cases.md").write_text(cases_page(features, target, jobs=arguments.jobs))


if __name__ == "__main__":
    main()
