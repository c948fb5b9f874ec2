"""Candidate events of 2025 beside the totals of the yearly release: how far they undercount, and what stays the same.

    python benchmarks/candidate_final.py --totals FILE [--json]

FILE is a JSON of UCDP's Country-Year Dataset on Organized Violence 26.1: per country (ISO-2) ``deathsLastYear`` (2025)
and a flag for each type of violence. The candidate events are those of the bundle. A state that one of the two does
not list has no deaths there.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

import rtop_forecast as rtop

YEAR = 2025
FLAGS = {
    "lastYearStateBased": "ged_statebased_events",
    "lastYearNonState": "ged_nonstate_events",
    "lastYearOneSided": "ged_onesided_events",
}


def run(totals: Path) -> dict[str, Any]:
    """Compare deaths by state, and which types of violence are listed at all."""
    listed = json.loads(totals.read_text(encoding="utf-8"))["perCountry"]
    final = pd.DataFrame.from_dict(listed, orient="index")
    final.index = pd.Index([rtop.resolve_state(code, system="iso2", year=YEAR) for code in final.index])
    panel = rtop.load_panel()
    yearly = {
        name: table[table["year"] == YEAR].groupby("country_id")["value"].sum()
        for name in ("ged_deaths", *FLAGS.values())
        for table in [panel.state_months(name)]
    }
    states = yearly["ged_deaths"].index.union(final.index)
    candidate = yearly["ged_deaths"].reindex(states, fill_value=0.0)
    deaths = final["deathsLastYear"].reindex(states).fillna(0.0)
    either = (candidate > 0) | (deaths > 0)
    names = panel.frame.drop_duplicates("country_id", keep="last").set_index("country_id")["name"]
    many = either & (deaths >= 100)
    gap = np.log1p(candidate) - np.log1p(deaths)
    document: dict[str, Any] = {
        "states": len(states),
        "deaths": {"candidate": float(candidate.sum()), "final": float(deaths.sum())},
        "spearman_of_states_with_deaths": float(spearmanr(candidate[either], deaths[either]).statistic),
        "log_difference_with_100_or_more": {
            "states": int(many.sum()),
            "median": float(gap[many].median()),
            "quartiles": gap[many].quantile([0.25, 0.75]).tolist(),
        },
        "largest_shortfalls": [
            [names[country], float(candidate[country]), float(deaths[country])]
            for country in (candidate - deaths).nsmallest(3).index
        ],
    }
    for flag, name in FLAGS.items():
        there = yearly[name].reindex(states, fill_value=0.0) > 0
        known = final[flag].reindex(states).eq(other=True)
        document[name] = {
            "both": int((there & known).sum()),
            "candidate_only": int((there & ~known).sum()),
            "final_only": int((~there & known).sum()),
        }
    return document


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--totals", type=Path, required=True, metavar="FILE", help="totals of the yearly release"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    print(json.dumps(run(arguments.totals), indent=2 if arguments.json else None))


if __name__ == "__main__":
    main()
