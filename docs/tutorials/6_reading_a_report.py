"""
Reading a report
================

What the annual report contains, and how to read it without reading too much into it.
"""

import tempfile
from pathlib import Path

import pandas as pd

import rtop_forecast as rtop

panel = rtop.load_panel()
features, target = rtop.build_features(panel), rtop.onset_target(panel)
model = rtop.benchmark_models()["elastic_net"]
result = rtop.backtest(model, features, target, origins=rtop.RollingOrigin(first=2005), explain=True)
fc = rtop.forecast(model, features, target, origin=2024, backtest=result, draws=20)
folder = Path(tempfile.mkdtemp())
rtop.write_report(fc, result, folder / "report")
for path in sorted((folder / "report").rglob("*")):
    if path.is_file():
        print(path.relative_to(folder).as_posix())

# %%
# One page without any request to the network, figures as SVG, PDF and PNG, tables as CSV, all of them in
# ``data.json`` with its schema, and ``provenance.json``: sources, releases, hashes, packages, seed. Every
# number on the page stands in a table too.

ranking = pd.read_csv(next(folder.rglob("ranking.csv")))
ranking.head(8)[["rank", "name", "prob", "prob_low", "prob_high", "rank_low", "rank_high"]].round(3)

# %%
# **A rank is a range.** The first and the fifth of this list often have overlapping ranges: say "among the
# first ten", never "number five".

top = ranking.head(10)
print((top["rank_high"] - top["rank_low"]).describe()[["min", "50%", "max"]].to_string())

# %%
# **A probability is a frequency.** The world's base rate is about one state in a hundred.

start, end = fc.window
rate = result.frame.groupby("origin_year")["outcome"].mean().iloc[-10:].mean()
print(f"Highest risk for {start}-{end}: about {100 * ranking['prob'].max():.0f} in 100")
print(f"Average state: {100 * rate:.1f} in 100")

# %%
# **A change is news only if it is clear.** The page lists a state only if the interval of its change excludes
# no change.

clear = ranking[(ranking["change_odds_low"] > 1) | (ranking["change_odds_high"] < 1)]
print(len(clear), "of", len(ranking), "states changed clearly")

# %%
# **A change has parts that can be named:** new information, revised information, the refitted model or its
# calibration.

before = rtop.forecast(model, features, target, origin=2023, backtest=result, draws=20)
print(rtop.explain_change(before, fc, "Burkina Faso").summary())

# %%
# **A record can be checked.** How a state's risk stood before what happened, out of sample:

print(result.case("Ethiopia", 2016, 2022).summary())

# %%
# **What the model cannot see** is in the report's own words: groups, months, and whatever its sources do not
# code. None of the contributions is a cause, and no number here says what to do.
